"""PowerDNS, a real one: every rule of a name server, what is not ours, and answers that are none."""

from __future__ import annotations

import json
import socket
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.dns_questions import Place
from ordain.adapters.http_calls import HttpCall, answered
from ordain.adapters.powerdns import Account, PowerDns
from ordain.core.registry import NoAnswer
from ordain.core.zone import Record, Zone
from ordain.flows import zone_text
from tests import conformance, name_servers
from tests.processes import free_port

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from tests.name_servers import Running

HOSTS = ("ns1.ordain.example", "ns2.ordain.example")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start PowerDNS once for all tests of this file."""
    with name_servers.powerdns(tmp_path_factory.mktemp("powerdns")) as running:
        yield running


def adapter(running: Running, **changed: object) -> PowerDns:
    usual = {"url": running.url, "key": name_servers.API_KEY, "owner": "ordain", "place": place(running)}
    return PowerDns(Account(**{**usual, **changed}), HOSTS)  # type: ignore[arg-type]  # one value for each field


def place(running: Running) -> Place:
    return Place("127.0.0.1", running.port, 5)


@pytest.mark.needs("PowerDNS")
@pytest.mark.parametrize(
    "rule", [*conformance.NAME_SERVER_RULES, *conformance.DNS_RULES], ids=lambda rule: rule.__name__
)
def test_it_keeps_the_rules(running: Running, runner: asyncio.Runner, rule: conformance.Rule) -> None:
    on_trial = conformance.NameServerOnTrial(
        name_server=adapter(running),
        prefix=f"{rule.__name__.replace('_', '-')}.",
        place=place(running),
        beside=adapter(running),
        silent=adapter(running, url=f"http://127.0.0.1:{free_port()}"),
    )
    runner.run(rule(on_trial))
    assert on_trial.name_server.hosts == HOSTS


ZONE = zone_text.as_served(
    Zone("shop.example", HOSTS, datetime(2026, 11, 23, tzinfo=UTC),
         tuple(Record(number, "NS", "", f"{host}.") for number, host in enumerate(HOSTS)), serial=2026112300)
)  # fmt: skip


def said(runner: asyncio.Runner, server: PowerDns, zone: Zone = ZONE) -> str:
    """Why a zone could not be published."""
    with pytest.raises(NoAnswer) as raised:
        runner.run(server.publish(zone))
    return str(raised.value)


def api(running: Running, method: str, path: str, body: object = None) -> Any:
    """What somebody else does at the server."""
    headers = {"X-API-Key": name_servers.API_KEY, "Content-Type": "application/json"}
    call = HttpCall(method, f"{running.url}/api/v1/servers/localhost{path}", json.dumps(body).encode(), headers)
    status, answer = answered(call, 5, 1 << 20)
    assert status < 300, answer
    return json.loads(answer or b"null")


@pytest.mark.needs("PowerDNS")
def test_a_zone_of_somebody_else_is_left_as_it_is(running: Running, runner: asyncio.Runner) -> None:
    name = "somebody-else.example."
    api(running, "POST", "/zones", {"name": name, "kind": "Native", "account": "dns team", "nameservers": ["ns.x."]})
    before = api(running, "GET", f"/zones/{name}")
    theirs = structs.replace(ZONE, name="somebody-else.example")
    assert "does not belong to Ordain" in said(runner, adapter(running), theirs)
    runner.run(adapter(running).remove("somebody-else.example"))
    assert api(running, "GET", f"/zones/{name}") == before
    api(running, "PUT", f"/zones/{name}", {"account": "ordain", "kind": "Slave", "masters": ["192.0.2.1"]})
    assert "as a Slave zone" in said(runner, adapter(running), theirs)


@pytest.mark.needs("PowerDNS")
def test_what_the_server_refuses_is_told_in_its_words(running: Running, runner: asyncio.Runner) -> None:
    wrong = structs.replace(ZONE, records=(*ZONE.records, Record(9, "A", "www", "192.0.2.300")))
    assert said(runner, adapter(running), wrong).startswith("PowerDNS answered 422: Record www.shop.example./A")
    both = structs.replace(
        ZONE, records=(*ZONE.records, Record(8, "A", "x", "192.0.2.3"), Record(9, "CNAME", "x", "a.b."))
    )
    assert "conflicts" in said(runner, adapter(running), both).lower()
    assert said(runner, adapter(running, key="another")) == "PowerDNS answered 401: Unauthorized"


@pytest.mark.needs("PowerDNS")
def test_a_zone_for_secondaries_is_a_master_whose_serial_counts_signatures(
    running: Running, runner: asyncio.Runner
) -> None:
    zone = structs.replace(ZONE, name="transferred.example", dnssec="enabled")
    runner.run(adapter(running).publish(zone))
    assert api(running, "GET", f"/zones/{zone.name}.")["kind"] == "Native"
    server = adapter(running, kind="Master")
    runner.run(server.publish(zone))
    runner.run(server.publish(zone))
    assert api(running, "GET", f"/zones/{zone.name}.")["kind"] == "Master"
    assert len(runner.run(server.keys(zone.name))) == 1


@pytest.mark.needs("PowerDNS")
def test_a_place_that_does_not_serve_the_zone_is_no_success(running: Running, runner: asyncio.Runner) -> None:
    elsewhere = adapter(running, place=Place("127.0.0.1", free_port(), 0.5), within=2)
    assert said(runner, elsewhere).startswith("the name server cannot be asked")


class Odd(BaseHTTPRequestHandler):
    """Answers every request with the same."""

    status, body, length = 200, b"", 0

    def answer(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(self.length))
        self.end_headers()
        self.wfile.write(self.body)


METHODS = {f"do_{method}": Odd.answer for method in ("GET", "POST", "PATCH", "PUT", "DELETE")}

ODD = {
    "no JSON": (200, b"<html>welcome</html>", 0, "answered with what cannot be read"),
    "no zone": (200, b'{"kind": 7}', 0, "answered with what cannot be read"),
    "half of it": (200, b'{"kind": "Native"', 50, "answered with what cannot be read"),
    "an outage": (503, b"", 0, "answered 503"),
    "a redirection": (302, b"", 0, "answered 302"),
    "an odd name": (200, json.dumps({"kind": "Native", "account": "ordain", "rrsets": [
        {"name": "a..b.", "type": "A", "ttl": 1, "records": [{"content": "192.0.2.1"}]}]}).encode(), 0,
        "with a zone that cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_an_answer_that_is_none_is_no_answer(runner: asyncio.Runner, kind: str) -> None:
    status, body, more, why = ODD[kind]
    said_always = {"status": status, "body": body, "length": len(body) + more}
    there = type("There", (Odd,), {**METHODS, **said_always, "log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), there)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        assert why in said(runner, PowerDns(Account(url=url, key="k", owner="ordain", within=1), HOSTS))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_server_that_hears_and_never_answers_is_not_waited_for(runner: asyncio.Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        server = PowerDns(Account(url=url, key="k", owner="ordain", within=0.2), HOSTS)
        assert said(runner, server).startswith("PowerDNS cannot be reached")


def test_a_key_that_cannot_be_sent_is_told_to_nobody(runner: asyncio.Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        account = Account(url=f"http://127.0.0.1:{listening.getsockname()[1]}", key="s3cret\rkey", owner="ordain")
        with pytest.raises(NoAnswer) as raised:
            runner.run(PowerDns(account, HOSTS).keys("shop.example"))
    assert "s3cret" not in str(raised.value)
