"""The TLS listener of a running server: beside the plain one, with one engine behind both, ended with it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import ssl
import urllib.request
from configparser import RawConfigParser
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ordain import certificates
from tests.clients.driven import Driven, over_tls
from tests.clients.python.program import PAGE, run_program, steps_of
from tests.processes import STOP_SECONDS, Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Installation]:
    """An installation that also listens over TLS, not started yet."""
    with installed(tmp_path, "", tls_listen=over_tls()) as installation:
        yield installation


def trusting(of: Installation) -> ssl.SSLContext:
    kept = certificates.own(of.settings)
    assert kept
    return ssl.create_default_context(cafile=kept.authority)


def page(url: str, trust: ssl.SSLContext | None = None) -> str:
    """What is there, by no proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    with opener.open(url) as answer:
        text: bytes = answer.read()
        return text.decode()


def asked(url: str, trust: ssl.SSLContext | None = None) -> Any:
    return json.loads(page(url, trust))


def test_both_listeners_serve_one_engine(driven: Driven) -> None:
    trust = trusting(driven.installation)
    _, port = driven.settings.tls_listen or ("", 0)
    with closing(http.client.HTTPSConnection("localhost", port, context=trust)) as secure:
        secure.request("POST", "/1.0/order/cart", '{"ovhSubsidiary": "FR"}')
        cart = json.load(secure.getresponse())
    assert asked(f"{driven.told.url}/1.0/order/cart/{cart['cartId']}") == cart
    assert asked(f"{driven.told.tls_url}/1.0/order/cart/{cart['cartId']}", trust) == cart


def test_plain_http_is_not_spoken_there(driven: Driven) -> None:
    _, port = driven.settings.tls_listen or ("", 0)
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"GET /1.0/auth/time HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP")
    assert asked(f"{driven.told.tls_url}/1.0/auth/time", trusting(driven.installation))


def test_the_server_says_how_to_use_it(driven: Driven) -> None:
    said = driven.installation.heard("out")
    told = driven.told
    assert f"Over TLS: {told.tls_url}/1.0" in said
    assert f'ovh({{ host: "{told.tls_host}", port: {told.tls_port}, appKey: ' in said
    for variable in ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        assert re.search(rf"^  \w+ +export {variable}={re.escape(str(driven.authority))}$", said, re.MULTILINE)
    assert driven.authority.is_absolute()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_both_end_with_a_signal(secure: Installation, by: signal.Signals) -> None:
    server = secure.serve()
    _, port = secure.settings.tls_listen or ("", 0)
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=trusting(secure))) as kept_alive:
        kept_alive.request("GET", "/1.0/auth/time")
        assert kept_alive.getresponse().read()
        secure.ended(by)
        assert server.wait(STOP_SECONDS) == 0
    assert "Traceback" not in secure.heard()
    assert "graceful shutdown exceeded" not in secure.heard(), "it waited for a client that says nothing"


def test_a_second_start_shows_the_same_certificate(secure: Installation) -> None:
    secure.up()
    trust = trusting(secure)
    secure.down()
    secure.up()
    assert asked(f"{secure.settings.tls_url}/1.0/auth/time", trust)


def test_the_public_address_may_be_the_one_over_tls(tmp_path: Path) -> None:
    listen = over_tls()
    with installed(tmp_path, "", tls_listen=listen, public_url=f"https://{listen}") as installation:
        installation.up()
        written = RawConfigParser()
        written.read_string(conf := installation.told("client-config"))
        assert written.sections() == ["default", "ovh-eu", f"https://{listen}/1.0"]
        kept = certificates.own(installation.settings)
        assert kept
        steps = run_program(steps_of(PAGE), installation, conf, REQUESTS_CA_BUNDLE=str(kept.authority))
        order = steps["Create Purchase Order"]["order"]
        assert order["url"].startswith(f"https://{listen}/order/")
        assert "foo.fr" in page(order["url"], trusting(installation))


def test_a_certificate_that_is_given_is_shown(tmp_path: Path, driven: Driven) -> None:
    kept = certificates.own(driven.settings)
    assert kept
    given = {"tls_certificate": str(kept.server), "tls_key": str(kept.server)}
    with installed(tmp_path, "", tls_listen=over_tls(), **given) as installation:
        installation.up()
        assert asked(f"{installation.settings.tls_url}/1.0/auth/time", trusting(driven.installation))
        assert "NODE_EXTRA_CA_CERTS" not in installation.heard("out")
        assert not (tmp_path / "state" / "tls").exists()


def test_what_cannot_be_served_is_said_in_a_sentence(secure: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = secure.run("serve", tls_listen=f"127.0.0.1:{port}")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert re.fullmatch(r"Error: ORDAIN_TLS_LISTEN: Address already in use.*\n", ended.stderr)
    ended = secure.run("serve", tls_certificate="nowhere.pem", tls_key="nowhere.key")
    assert (ended.returncode, ended.stdout) == (1, "")
    wanted = "Error: ORDAIN_TLS_CERTIFICATE nowhere.pem and ORDAIN_TLS_KEY nowhere.key cannot be used: No such file"
    assert ended.stderr.startswith(wanted)
    assert ended.stderr.count("\n") == 1
    assert not (secure.folder / "state" / "ovh.conf").exists(), "no account is made for a server that does not start"
