"""Knot and BIND, real ones, told of zones by updates: every rule of a name server, and what is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.name
import dns.tsig
import pytest

from ordain.adapters.dns_questions import Place
from ordain.adapters.rfc2136 import Primary, Rfc2136
from ordain.adapters.rfc2136_zones import CatalogZones, ZoneCommand
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
