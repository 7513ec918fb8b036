"""PowerDNS, a real one: every rule of a name server, what is not ours, and answers that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.adapters.dns_questions import Place
from ordain.adapters.powerdns import Account, PowerDns
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
