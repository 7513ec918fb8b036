"""From an order to an answer in the DNS: an installation whose zones are published at a real name server."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ordain import app
from ordain.adapters.dns_questions import Place
from ordain.core.zone import Record, Zone
from tests import conformance, name_servers
from tests.clients.python.program import run_program
from tests.engines import run
from tests.processes import installed
from tests.world import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ordain.settings import Settings
    from tests.name_servers import Running

NAME = "over-the-dns.fr"
ORDER = """
import os, time
import dns.message, dns.query, ovh

client = ovh.Client()
NAME = "over-the-dns.fr"
PORT = int(os.environ["DNS_PORT"])
UNTIL = time.monotonic() + 60

def dig(name, kind):
    asked = dns.message.make_query(name, kind)
    answer = dns.query.udp(asked, "127.0.0.1", port=PORT, timeout=5)
    return [each.to_text() for rrset in answer.answer for each in rrset if rrset.rdtype == asked.question[0].rdtype]

def become(wanted, look):
    while (seen := look()) != wanted and time.monotonic() < UNTIL:
        time.sleep(0.1)
    return seen

cart = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
client.post(f"/order/cart/{cart}/assign")
item = client.post(f"/order/cart/{cart}/domain", domain=NAME)
order = client.post(f"/order/cart/{cart}/checkout")["orderId"]
client.post(f"/me/order/{order}/payWithRegisteredPaymentMean", paymentMean="ovhAccount")
status = become("delivered", lambda: client.get(f"/me/order/{order}/status"))
served = sorted(dig(NAME, "NS"))

record = client.post(f"/domain/zone/{NAME}/record", fieldType="A", subDomain="app", target="192.0.2.7")
client.post(f"/domain/zone/{NAME}/refresh")
app = become(["192.0.2.7"], lambda: dig(f"app.{NAME}", "A"))
client.put(f"/domain/zone/{NAME}/record/{record['id']}", target="192.0.2.8", ttl=60)
client.post(f"/domain/zone/{NAME}/refresh")
moved = become(["192.0.2.8"], lambda: dig(f"app.{NAME}", "A"))

client.post(f"/domain/zone/{NAME}/dnssec")
dnssec = become("enabled", lambda: client.get(f"/domain/zone/{NAME}/dnssec")["status"])
vouched = become("enabled", lambda: client.get(f"/domain/{NAME}")["dnssecState"])
standing = client.get(f"/domain/zone/{NAME}/status")
"""


@contextmanager
def told(kind: str, folder: Path) -> Iterator[tuple[Running, dict[str, str]]]:
    """A running name server, and the settings that have zones published there."""
    folder.mkdir()
    tsig = {"name_server": "rfc2136", "tsig_name": "ordain", "tsig_secret": name_servers.KEY}
    with getattr(name_servers, kind.lower())(folder) as running:
        api = {"name_server": "powerdns", "powerdns_url": running.url, "powerdns_key": name_servers.API_KEY}
        own = {
            "PowerDNS": api,
            "Knot": {**tsig, "dns_catalog": name_servers.CATALOG},
            "BIND": {**tsig, "dns_zone_command": " ".join(running.command)},
        }
        yield running, {**own[kind], "dns_address": f"127.0.0.1:{running.port}"}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.needs(kind)) for kind in name_servers.PROGRAMS])
def test_an_order_ends_as_a_zone_that_answers(kind: str, tmp_path: Path) -> None:
    with told(kind, tmp_path / "dns") as (running, given), installed(tmp_path, "", **given) as of:
        of.up()
        held = run_program([("Order", ORDER)], of, DNS_PORT=str(running.port))["Order"]
        assert (held["status"], held["served"]) == ("delivered", ["ns1.ordain.example.", "ns2.ordain.example."])
        assert (held["app"], held["moved"], held["dnssec"]) == (["192.0.2.7"], ["192.0.2.8"], "enabled")
        assert (held["vouched"], held["standing"]["isDeployed"]) == ("enabled", True)
        assert of.down() == [0]
        assert_signed(of.settings)


def assert_signed(settings: Settings) -> None:
    """What the registry is told of vouches for what is served."""
    server = app.name_server_apart(settings)
    assert server
    assert settings.dns_address
    place = Place(*settings.dns_address, 5)
    records = (Record(1, "NS", "", "ns1.ordain.example."), Record(2, "A", "app", "192.0.2.8", 60))
    zone = Zone(NAME, server.hosts, NOON, records)
    conformance.assert_chain(
        conformance.NameServerOnTrial(name_server=server, place=place), zone, run(server.keys(NAME))
    )
