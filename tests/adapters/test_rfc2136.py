"""Knot and BIND, real ones, told of zones by updates: every rule of a name server, and what is not ours."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import dns.rcode
import dns.rdata
import dns.tsig
import dns.update
import pytest
from msgspec import structs

from ordain.adapters import dns_questions
from ordain.adapters.dns_questions import Place
from ordain.adapters.rfc2136 import Primary, Rfc2136
from ordain.adapters.rfc2136_zones import CatalogZones, ZoneCommand
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
RULES = pytest.mark.parametrize(
    "rule", [*conformance.NAME_SERVER_RULES, *conformance.DNS_RULES], ids=lambda rule: rule.__name__
)


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start Knot once for all tests of this file."""
    with name_servers.knot(tmp_path_factory.mktemp("knot")) as running:
        yield running


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start BIND once for all tests of this file."""
    with name_servers.bind(tmp_path_factory.mktemp("bind")) as running:
        yield running


def primary(port: int, *, within: float = 5, secret: str = name_servers.KEY) -> Primary:
    key = dns.tsig.Key("ordain", secret, dns.tsig.HMAC_SHA256)
    return Primary(Place("127.0.0.1", port, within), key)


def at_knot(server: Primary) -> Rfc2136:
    return Rfc2136(server, CatalogZones(server, name_servers.CATALOG), HOSTS, signs=True)


def at_bind(server: Primary, command: tuple[str, ...]) -> Rfc2136:
    return Rfc2136(server, ZoneCommand(server, command), HOSTS, signs=True)


def prefix(rule: conformance.Rule) -> str:
    return f"{rule.__name__.replace('_', '-')}."


@pytest.mark.needs("Knot")
@RULES
def test_knot_keeps_the_rules(knot: Running, runner: asyncio.Runner, rule: conformance.Rule) -> None:
    server = primary(knot.port)
    on_trial = conformance.NameServerOnTrial(
        name_server=at_knot(server),
        prefix=prefix(rule),
        place=server.place,
        beside=at_knot(server),
        silent=at_knot(primary(free_port())),
    )
    runner.run(rule(on_trial))
    assert on_trial.name_server.hosts == HOSTS


@pytest.mark.needs("BIND")
@RULES
def test_bind_keeps_the_rules(bind: Running, runner: asyncio.Runner, rule: conformance.Rule) -> None:
    server = primary(bind.port)
    on_trial = conformance.NameServerOnTrial(
        name_server=at_bind(server, bind.command),
        prefix=prefix(rule),
        place=server.place,
        beside=at_bind(server, bind.command),
        silent=at_bind(primary(free_port()), bind.command),
    )
    runner.run(rule(on_trial))
    assert on_trial.name_server.hosts == HOSTS


ZONE = zone_text.as_served(
    Zone("shop.example", HOSTS, datetime(2026, 11, 23, tzinfo=UTC),
         tuple(Record(number, "NS", "", f"{host}.") for number, host in enumerate(HOSTS)), serial=2026112300)
)  # fmt: skip
OTHER_KEY = "YW5vdGhlciBzZWNyZXQgb2YgYSBtYWRlLXVwIHdvcmxk"


def said(runner: asyncio.Runner, server: Rfc2136, zone: Zone = ZONE) -> str:
    """Why a zone could not be published."""
    with pytest.raises(NoAnswer) as raised:
        runner.run(server.publish(zone))
    return str(raised.value)


@pytest.mark.needs("Knot")
def test_a_zone_the_server_has_from_elsewhere_is_left_as_it_is(knot: Running, runner: asyncio.Runner) -> None:
    server, theirs = primary(knot.port), structs.replace(ZONE, name="somebody-else.example")
    before = dns_questions.seen(server.place, theirs.name)
    assert "is not in the catalog zone" in said(runner, at_knot(server), theirs)
    runner.run(at_knot(server).remove(theirs.name))
    assert dns_questions.seen(server.place, theirs.name) == before


@pytest.mark.needs("BIND")
@pytest.mark.parametrize("policy", ["update-policy local;", ""])
@pytest.mark.parametrize("signed", [True, False])
def test_a_zone_of_the_operators_own_is_neither_signed_nor_ended(
    bind: Running, runner: asyncio.Runner, policy: str, *, signed: bool
) -> None:
    server = primary(bind.port)
    theirs = structs.replace(ZONE, name=f"own-{len(policy)}-{signed}.example".lower())
    wanted = structs.replace(theirs, dnssec="disabled" if signed else "enabled")
    file = bind.folder / f"{theirs.name}.own"
    file.write_text("@ 3600 IN SOA ns h 7 3600 600 604800 0\n@ 3600 IN NS ns\nns IN A 192.0.2.7\n")
    rndc = ["rndc", "-c", str(bind.folder / "rndc.conf")]
    sign = "dnssec-policy ordain; inline-signing yes;" if signed else ""
    made = f'{{ type primary; file "{file}"; {policy} {sign} }};'
    environment = {"PATH": name_servers.FOLDERS}
    subprocess.run([*rndc, "addzone", theirs.name, made], check=True, capture_output=True, env=environment)
    shown = [*rndc, "showzone", theirs.name]
    before = subprocess.run(shown, check=True, capture_output=True, env=environment).stdout
    assert "takes no updates with its key" in said(runner, at_bind(server, bind.command), wanted)
    runner.run(at_bind(server, bind.command).remove(theirs.name))
    for action in ("sign", "unsign", "remove"):
        ended = subprocess.run([*bind.command, action, theirs.name], check=False, capture_output=True)
        assert (ended.returncode, b"not ours" in ended.stderr) == (3, True)
    assert subprocess.run(shown, check=True, capture_output=True, env=environment).stdout == before
    assert dns_questions.seen(server.place, theirs.name) is not None


@pytest.mark.needs("Knot")
def test_zones_outlive_the_server(tmp_path: Path, runner: asyncio.Runner) -> None:
    """What was published is in Knot's journal alone: it is not begun anew from the file that zones begin with."""
    zone = structs.replace(ZONE, dnssec="enabled")
    with name_servers.knot(tmp_path) as running:
        for number in range(30):
            record = Record(9, "A", "www", f"192.0.2.{number}")
            zone = structs.replace(zone, records=(*ZONE.records, record), serial=ZONE.serial + number)
            runner.run(at_knot(primary(running.port)).publish(zone))
        keys = runner.run(at_knot(primary(running.port)).keys(zone.name))
    with name_servers.knot(tmp_path) as running:
        server = at_knot(primary(running.port))
        on_trial = conformance.NameServerOnTrial(name_server=server, place=primary(running.port).place)
        until = time.monotonic() + 10
        while time.monotonic() < until and not dns_questions.seen(primary(running.port).place, zone.name):
            time.sleep(0.02)
        conformance.assert_served(on_trial, zone)
        assert runner.run(server.keys(zone.name)) == keys
        runner.run(server.publish(structs.replace(zone, serial=zone.serial + 1, records=ZONE.records)))
        assert not conformance.served_at(on_trial, "www", zone.name, "A")


@pytest.mark.needs("Knot")
def test_a_key_the_server_does_not_know_is_no_answer(knot: Running, runner: asyncio.Runner) -> None:
    assert said(runner, at_knot(primary(knot.port, secret=OTHER_KEY))).startswith("the name server ")
    assert dns_questions.seen(primary(knot.port).place, ZONE.name) is None


@pytest.mark.needs("Knot", "BIND")
def test_the_configurations_of_the_page_are_valid(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text().replace("…", name_servers.KEY)
    for name, checker in (
        ("knot.conf", ("knotc", "-c", "{}", "conf-check")),
        ("named.conf", ("named-checkconf", "{}")),
    ):
        [block] = re.findall(rf"```\n# \S*{name}\n(.*?)```", page, re.DOTALL)
        file = tmp_path / name
        file.write_text(block.replace("/etc/knot", str(tmp_path)))
        path = shutil.which(checker[0], path=name_servers.FOLDERS)
        assert path
        ended = subprocess.run([path, *(w.format(file) for w in checker[1:])], capture_output=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.needs("BIND")
def test_a_command_that_fails_is_told_with_how_it_ended(bind: Running, runner: asyncio.Runner) -> None:
    failing = at_bind(primary(bind.port), (sys.executable, "-c", "raise SystemExit(3)"))
    assert said(runner, failing) == "the zone command could not add shop.example at the name server: it ended with 3"
    assert "could not add shop.example" in said(runner, at_bind(primary(bind.port), ("/nowhere/at-all",)))
    idle = at_bind(primary(bind.port, within=0.2), (sys.executable, "-c", ""))
    assert "it has not come into being, or may not be transferred" in said(runner, idle)


@pytest.mark.needs("BIND")
def test_what_the_server_does_not_take_is_named(bind: Running, runner: asyncio.Runner) -> None:
    server = at_bind(primary(bind.port, within=0.5), bind.command)
    both = structs.replace(
        ZONE, records=(*ZONE.records, Record(8, "A", "x", "192.0.2.3"), Record(9, "CNAME", "x", "a.b."))
    )
    assert said(runner, server, both).endswith("what differs: x CNAME, @ SOA")
    runner.run(server.publish(ZONE))


@pytest.mark.needs("BIND")
def test_an_update_against_an_older_zone_is_not_taken(bind: Running, runner: asyncio.Runner) -> None:
    server, zone = at_bind(primary(bind.port), bind.command), structs.replace(ZONE, name="older.example")
    runner.run(server.publish(zone))
    key = dns.tsig.Key("ordain", name_servers.KEY, dns.tsig.HMAC_SHA256)
    update = dns.update.UpdateMessage(zone.name, keyring=key)
    update.present("@", dns.rdata.from_text("IN", "SOA", "ns1.x. h.x. 1 1 1 1 1"))
    update.add("www", 60, "A", "192.0.2.66")
    assert primary(bind.port).sent(update) == dns.rcode.NXRRSET


@pytest.mark.parametrize("answer", [b"", b"\x00\x05hello", b"\xff\xff" + b"\x00" * 40])
def test_an_answer_that_is_none_is_no_answer(runner: asyncio.Runner, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answers, args=(listening, answer), daemon=True)
        thread.start()
        assert said(runner, at_knot(primary(listening.getsockname()[1], within=0.3))).startswith("the name server ")
    thread.join()


def answers(listening: socket.socket, answer: bytes) -> None:
    """Say always the same, until the listening ends."""
    listening.settimeout(2)
    with contextlib.suppress(OSError):
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(answer)
