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
parser.add_argument("-X", default="GET")
parser.add_argument("-d", type=str.encode)
parser.add_argument("-H", action="append", default=[])
asked = parser.parse_args()
headers = dict(header.split(": ") for header in asked.H)
request = urllib.request.Request(asked.url, asked.d, headers, method=asked.X)
print(urllib.request.urlopen(request).read().decode())
'''


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def program(language: str, driven: Driven) -> str:
    """The page's program in a language, for the server that runs."""
    [text] = blocks(language)
    told = driven.told
    return text.replace("http://127.0.0.1:8080", told.url).replace("8443", str(told.tls_port))


def keys(driven: Driven) -> dict[str, str]:
    wide = driven.told.wide
    return {
        "OVH_APPLICATION_KEY": wide.application_key,
        "OVH_APPLICATION_SECRET": wide.application_secret,
        "OVH_CONSUMER_KEY": wide.consumer_key,
    }


def python(driven: Driven) -> str:
    return driven.run([sys.executable, "-c", program("python", driven)])


def go(driven: Driven) -> str:
    source = driven.folder / "page.go"
    source.write_text(program("go", driven))
    return driven.run([go_program(source)])


def javascript(driven: Driven) -> str:
    code = program("javascript", driven)
    return driven.run([tool("node"), "-e", code], NODE_PATH=str(node_modules()), **keys(driven))


def curl(driven: Driven) -> str:
    command = driven.folder / "bin" / "curl"
    command.parent.mkdir()
    command.write_text(CURL.format(python=sys.executable))
    command.chmod(0o700)
    path = f"{command.parent}:{driven.environment['PATH']}"
    cart, me = driven.run(["bash", "-ec", program("bash", driven)], PATH=path, **keys(driven)).splitlines()
    assert json.loads(cart)["items"] == []
    return str(json.loads(me)["nichandle"])


@pytest.mark.parametrize("run", [python, go, javascript, curl])
def test_a_program_of_the_page_is_answered(run: Callable[[Driven], str], driven: Driven) -> None:
    [nic] = driven.installation.told("account", "list").split()
    assert run(driven).strip() == nic


def test_terraform_is_given_the_address_go_is_given() -> None:
    [block] = blocks("hcl")
    [address] = re.findall(r'endpoint = "(.+)"', block)
    assert f'ovh.NewEndpointClient("{address}")' in blocks("go")[0]


def test_the_page_names_the_versions_that_are_tested() -> None:
    root = PAGE.parents[1]
    clients = root / "tests" / "clients"
    python_version = re.findall(r"^ovh==(\S+)", (root / "requirements" / "test.txt").read_text(), re.MULTILINE)
    go_version = re.findall(r"go-ovh v(\S+)", (clients / "go" / "go.mod").read_text())
    node_version = json.loads((clients / "node" / "package.json").read_text())["dependencies"]["@ovhcloud/node-ovh"]
    told = dict(re.findall(r"^\| (\w+-ovh) \| (\S+) \|", PAGE.read_text(), re.MULTILINE))
    assert told == {"python-ovh": python_version[0], "go-ovh": go_version[0], "node-ovh": node_version}
