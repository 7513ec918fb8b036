"""The programs of docs/clients.md, run as they stand there but for the ports."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.clients.tools import go_program, node_modules, tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.clients.driven import Driven

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"

CURL = '''#!{python}
"""As much of curl as the page uses, for machines that have none."""
import argparse, urllib.request

parser = argparse.ArgumentParser()
parser.add_argument("url")
parser.add_argument("-s", action="store_true")
parser.add_argument("-N", action="store_true")
parser.add_argument("-X", default="GET")
parser.add_argument("-d", type=str.encode)
parser.add_argument("-H", action="append", default=[])
asked = parser.parse_args()
headers = dict(header.split(": ") for header in asked.H)
method = "POST" if asked.d and asked.X == "GET" else asked.X
request = urllib.request.Request(asked.url, asked.d, headers, method=method)
print(urllib.request.urlopen(request).read().decode())
'''


def block(language: str, title: str) -> str:
    """The one block in a language below a title of the page, and above the next."""
    below = re.split(rf"^##+ {re.escape(title)}$", PAGE.read_text(), flags=re.MULTILINE)[1]
    above = re.split(r"^##+ ", below, flags=re.MULTILINE)[0]
    [text] = re.findall(rf"^```{language}\n(.*?)^```$", above, re.MULTILINE | re.DOTALL)
    return str(text)


def program(language: str, title: str, driven: Driven) -> str:
    """The page's program in a language, for the server that runs."""
    told = driven.told
    return block(language, title).replace("http://127.0.0.1:8080", told.url).replace("8443", str(told.tls_port))


def keys(driven: Driven) -> dict[str, str]:
    wide = driven.told.wide
    return {
        "OVH_APPLICATION_KEY": wide.application_key,
        "OVH_APPLICATION_SECRET": wide.application_secret,
        "OVH_CONSUMER_KEY": wide.consumer_key,
    }


def python(driven: Driven, title: str = "python-ovh", folder: Path | None = None, **environment: str) -> str:
    return driven.run([sys.executable, "-c", program("python", title, driven)], folder, **environment)


def go(driven: Driven, title: str = "go-ovh", folder: Path | None = None, **environment: str) -> str:
    source = driven.folder / f"{title.replace(' ', '-')}.go"
    source.write_text(program("go", title, driven))
    return driven.run([go_program(source)], folder, **environment)


def javascript(driven: Driven, title: str = "node-ovh", folder: Path | None = None, **environment: str) -> str:
    code = program("javascript", title, driven)
    given = environment or keys(driven)
    return driven.run([tool("node"), "-e", code], folder, NODE_PATH=str(node_modules()), **given)


def install_curl(driven: Driven) -> str:
    """Have the curl above found first; the PATH that does."""
    command = driven.folder / "bin" / "curl"
    command.parent.mkdir()
    command.write_text(CURL.format(python=sys.executable))
    command.chmod(0o700)
    return f"{command.parent}:{driven.environment['PATH']}"


def curl(driven: Driven) -> str:
    path = install_curl(driven)
    cart, me = driven.run(
        ["bash", "-ec", program("bash", "curl", driven)], None, PATH=path, **keys(driven)
    ).splitlines()
    assert json.loads(cart)["items"] == []
    return str(json.loads(me)["nichandle"])


@pytest.mark.parametrize("run", [python, go, javascript, curl])
def test_a_program_of_the_page_is_answered(run: Callable[[Driven], str], driven: Driven) -> None:
    [nic] = driven.installation.told("account", "list").split()
    assert run(driven).strip() == nic


@pytest.mark.parametrize("run", [python, go, javascript])
def test_a_program_of_the_page_asks_a_person(run: Callable[[Driven, str], str], driven: Driven) -> None:
    [nic] = driven.installation.told("account", "list").split()
    asked, answered = run(driven, "A consumer key").splitlines()
    assert asked.endswith("and then press Enter")
    assert answered == nic


def test_the_programs_of_the_page_act_alone(driven: Driven, tmp_path: Path) -> None:
    [nic] = driven.installation.told("account", "list").split()
    client_id, secret = python(driven, "An OAuth2 client").split()
    known = {"OVH_CLIENT_ID": client_id, "OVH_CLIENT_SECRET": secret, "OAUTHLIB_INSECURE_TRANSPORT": "1"}
    # In a folder without ovh.conf.
    assert python(driven, "Its tokens", tmp_path, **known).strip() == nic
    told = {"CLIENT_ID": client_id, "CLIENT_SECRET": secret}
    assert go(driven, "Its tokens", tmp_path, **told).strip() == nic
    assert javascript(driven, "Its tokens", tmp_path, **told).strip() == nic


def test_a_program_of_the_page_sends_again_and_changes_what_it_saw(driven: Driven) -> None:
    said = python(driven, "Sending again, and changing what was seen").splitlines()
    assert said == ["200", "412 Client::PreconditionFailed"]


def test_terraform_is_given_the_address_go_is_given() -> None:
    [address] = re.findall(r'endpoint = "(.+)"', block("hcl", "terraform"))
    assert f'ovh.NewEndpointClient("{address}")' in block("go", "go-ovh")


def test_the_page_names_the_versions_that_are_tested() -> None:
    root = PAGE.parents[1]
    clients = root / "tests" / "clients"
    python_version = re.findall(r"^ovh==(\S+)", (root / "requirements" / "test.txt").read_text(), re.MULTILINE)
    go_version = re.findall(r"go-ovh v(\S+)", (clients / "go" / "go.mod").read_text())
    node_version = json.loads((clients / "node" / "package.json").read_text())["dependencies"]["@ovhcloud/node-ovh"]
    told = dict(re.findall(r"^\| (\w+-ovh) \| (\S+) \|", PAGE.read_text(), re.MULTILINE))
    assert told == {"python-ovh": python_version[0], "go-ovh": go_version[0], "node-ovh": node_version}
