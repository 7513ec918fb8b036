"""A signed zone and its registry: vouched for once it is signed, and signed until nobody can remember that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.dnssec
import dns.message
import dns.name
import dns.rdatatype
import pytest
from dns.dnssectypes import DSDigest
from dns.rdatatype import RdataType
from msgspec import structs

from ordain import app
from ordain.adapters.own_name_server import OwnNameServer
from ordain.core.delivery import MOST_SILENCES
from ordain.core.registry import Refusal, Update
from ordain.flows import zone_tasks
from tests.zones import Held, NameServerApart, delivered, use_name_server

if TYPE_CHECKING:
    from dns.rrset import RRset

    from ordain.core.registry import Answer, Change, Key
    from ordain.flows.ports import Registry
    from tests.world import World

Z = "/domain/zone/foo.fr"


class Stubborn:
    """The world's registry, which says no to every change of keys."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """No to keys, else as ever."""
        if isinstance(change, Update) and change.keys is not None:
            return Refusal("No keys today")
        return await self._registry.change(transaction, name, change)


def use_registry(world: World, wrap: Any) -> dict[str, Registry]:
    """Other registries for this world; those it had."""
    before = dict(world.engine.registries)
    wrapped = {name: wrap(registry) for name, registry in before.items()}
    world.use(structs.replace(world.engine, registries=wrapped))
    return before


@pytest.fixture
def home(world: World) -> World:
    """Camille's foo.fr, served by the embedded name server."""
    delivered(world, "foo.fr")
    return world


def dnssec(world: World) -> str:
    status: str = world.get(f"{Z}/dnssec").ok()["status"]
    return status


def at_registry(world: World) -> tuple[Key, ...]:
    """The keys the registry vouches for."""
    extension = world.engine.market.catalogue.extensions["fr"]
    held = world.runner.run(world.engine.registries[extension.registry].find("foo.fr"))
    assert held is not None
    return held.keys


def answered(world: World, name: str, kind: str) -> dns.message.Message:
    """What the embedded name server answers, with signatures."""
    name_server = world.engine.name_server
    assert isinstance(name_server, OwnNameServer)
    query = dns.message.make_query(name, kind, want_dnssec=True)
    octets = world.runner.run(name_server.answer(query.to_wire(), by_tcp=True))
    assert octets is not None
    return dns.message.from_wire(octets)


def sign(world: World) -> None:
    world.post(f"{Z}/dnssec").ok()
    world.deliver()


def of(said: dns.message.Message, kind: RdataType, covers: RdataType = RdataType.NONE) -> RRset:
    return next(each for each in said.answer if each.rdtype == kind and each.covers == covers)


def test_a_signed_zone_is_vouched_for_from_its_registry_down_to_its_records(home: World) -> None:
    home.post(f"{Z}/record", {"fieldType": "A", "subDomain": "app", "target": "192.0.2.1"}).ok()
    home.post(f"{Z}/refresh").ok()
    sign(home)
    assert dnssec(home) == "enabled"
    assert home.get("/domain/foo.fr").ok()["dnssecState"] == "enabled"
    [key] = at_registry(home)
    said = answered(home, "foo.fr.", "DNSKEY")
    keys, origin = of(said, RdataType.DNSKEY), dns.name.from_text("foo.fr.")
    vouched = dns.dnssec.make_ds(origin, keys[0], DSDigest.SHA256)
    assert (key.tag, key.algorithm, key.flags) == (vouched.key_tag, 13, 257)
    trusted: Any = {origin: keys}
    now = home.now.timestamp()
    dns.dnssec.validate(keys, of(said, RdataType.RRSIG, RdataType.DNSKEY), trusted, now=now)
    said = answered(home, "app.foo.fr.", "A")
    dns.dnssec.validate(of(said, RdataType.A), of(said, RdataType.RRSIG, RdataType.A), trusted, now=now)
    [change] = home.get("/domain/foo.fr/task", function="DomainDsUpdate").ok()
    assert home.get(f"/domain/foo.fr/task/{change}").ok()["status"] == "done"


def test_signatures_are_made_anew_before_they_end(home: World) -> None:
    sign(home)
    first = of(answered(home, "foo.fr.", "SOA"), RdataType.RRSIG, RdataType.SOA)[0]
    home.pass_time(days=40)
    later = of(answered(home, "foo.fr.", "SOA"), RdataType.RRSIG, RdataType.SOA)[0]
    assert first.expiration < home.now.timestamp() < later.expiration
    assert first.key_tag == later.key_tag


def test_a_zone_stays_signed_until_its_ds_is_gone_and_forgotten(home: World) -> None:
    home.use(structs.replace(home.engine, ds_ttl=home.engine.ds_ttl * 3600))
    sign(home)
    home.delete(f"{Z}/dnssec").ok()
    home.deliver()
    assert (dnssec(home), at_registry(home)) == ("disableInProgress", ())
    home.post(f"{Z}/record", {"fieldType": "A", "subDomain": "late", "target": "192.0.2.1"}).ok()
    home.post(f"{Z}/refresh").ok()
    home.pass_time(seconds=3)
    home.deliver()
    assert answered(home, "late.foo.fr.", "A").answer[-1].rdtype == RdataType.RRSIG, "a refresh leaves it signed"
    [task] = home.get(f"{Z}/task", function="DnssecDisable").ok()
    home.post(f"{Z}/task/{task}/accelerate").ok()
    home.deliver()
    waits = home.get(f"{Z}/task/{task}").ok()
    assert (waits["status"], "remembered" in waits["comment"]) == ("todo", True)
    home.pass_time(hours=1)
    home.deliver()
    assert (dnssec(home), home.get(f"{Z}/task/{task}").ok()["status"]) == ("disabled", "done")
    assert not [each for each in answered(home, "foo.fr.", "NS").answer if each.rdtype == RdataType.RRSIG]
    assert home.runner.run(home.engine.name_server.keys("foo.fr")) == ()
    assert home.get("/domain/foo.fr").ok()["dnssecState"] == "disabled"


def test_signing_anew_takes_a_new_key(home: World) -> None:
    sign(home)
    [first] = at_registry(home)
    home.delete(f"{Z}/dnssec").ok()
    for _ in range(3):
        home.deliver()
        home.pass_time(seconds=3)
    assert dnssec(home) == "disabled"
    sign(home)
    [second] = at_registry(home)
    assert first != second


def test_the_end_of_signing_waits_for_a_registry_that_refuses(home: World) -> None:
    sign(home)
    before = use_registry(home, Stubborn)
    home.delete(f"{Z}/dnssec").ok()
    home.deliver()
    home.pass_time(seconds=3)
    home.deliver()
    [task] = home.get(f"{Z}/task", function="DnssecDisable").ok()
    stuck = home.get(f"{Z}/task/{task}").ok()
    assert (stuck["status"], "DomainDsUpdate" in stuck["comment"]) == ("error", True)
    assert answered(home, "foo.fr.", "SOA").answer[-1].rdtype == RdataType.RRSIG
    home.use(structs.replace(home.engine, registries=before))
    change = home.get("/domain/foo.fr/task", function="DomainDsUpdate", status="error").ok()[-1]
    home.post(f"/domain/foo.fr/task/{change}/relaunch").ok()
    home.deliver()
    home.post(f"{Z}/task/{task}/relaunch").ok()
    for _ in range(3):
        home.deliver()
        home.pass_time(seconds=3)
    assert (dnssec(home), at_registry(home)) == ("disabled", ())


def test_a_registry_that_refused_keys_is_not_asked_for_them_once_they_are_gone(home: World) -> None:
    use_registry(home, Stubborn)
    sign(home)
    assert dnssec(home) == "enabled", "the zone is signed: that nobody vouches for it is its name's task"
    [change] = home.get("/domain/foo.fr/task", function="DomainDsUpdate").ok()
    assert home.get(f"/domain/foo.fr/task/{change}").ok()["status"] == "error"
    home.delete(f"{Z}/dnssec").ok()
    home.deliver()
    assert dnssec(home) == "disabled"
    assert home.get(f"/domain/foo.fr/task/{change}").ok()["status"] == "cancelled"


def test_an_end_that_is_given_up_is_taken_back_at_the_registry(home: World) -> None:
    home.use(structs.replace(home.engine, ds_ttl=home.engine.ds_ttl * 3600))
    sign(home)
    keys = at_registry(home)
    home.delete(f"{Z}/dnssec").ok()
    home.deliver()
    assert at_registry(home) == ()
    [task] = home.get(f"{Z}/task", function="DnssecDisable").ok()
    home.post(f"{Z}/task/{task}/cancel").ok()
    home.deliver()
    assert (dnssec(home), at_registry(home)) == ("enabled", keys)


def test_keys_follow_the_name_when_it_is_served_here_again(home: World) -> None:
    elsewhere = {"nameServers": [{"host": f"ns{number}.elsewhere.example"} for number in (1, 2)]}
    home.post("/domain/foo.fr/nameServers/update", elsewhere).ok()
    home.deliver()
    sign(home)
    assert (dnssec(home), at_registry(home)) == ("enabled", ()), "its keys are not those of its name servers"
    home.put("/domain/foo.fr", {"nameServerType": "hosted"}).ok()
    home.deliver()
    assert len(at_registry(home)) == 1


def test_a_zone_alone_is_signed_and_unsigned_without_a_registry(world: World) -> None:
    world.pay(world.post("/order/domain/zone/new", {"zoneName": "alone.example"}).ok()["orderId"]).ok()
    world.deliver()
    world.post("/domain/zone/alone.example/dnssec").ok()
    world.deliver()
    assert world.get("/domain/zone/alone.example/dnssec").ok() == {"status": "enabled"}
    told = answered(world, "alone.example.", "CDS")
    assert told.answer[0].rdtype == RdataType.CDS, "whoever holds the name can read there what to ask its registry for"
    world.delete("/domain/zone/alone.example/dnssec").ok()
    world.deliver()
    assert world.get("/domain/zone/alone.example/dnssec").ok() == {"status": "disabled"}


def test_a_signed_zone_that_was_there_before_its_name_is_vouched_for(world: World) -> None:
    world.pay(world.post("/order/domain/zone/new", {"zoneName": "foo.fr"}).ok()["orderId"]).ok()
    world.deliver()
    sign(world)
    delivered(world, "foo.fr")
    assert len(at_registry(world)) == 1
    assert world.get("/domain/foo.fr").ok()["dnssecState"] == "enabled"


def test_signing_waits_for_a_change_of_keys_that_is_under_way(world: World) -> None:
    name_server = NameServerApart(world.engine.name_server.hosts, signs=True)
    use_name_server(world, name_server)
    delivered(world, "foo.fr")
    public = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="  # RFC 8080 §6.1
    key = {"algorithm": 15, "flags": 257, "tag": 3613, "publicKey": public}
    world.post("/domain/foo.fr/dsRecord", {"keys": [key]}).ok()
    world.post(f"{Z}/dnssec").ok()
    [task] = world.runner.run(_zone_tasks(world))
    assert (task["status"], task["comment"]) == ("todo", "Another change of the zone is under way")
    world.deliver()
    world.pass_time(seconds=3)
    world.deliver()
    assert dnssec(world) == "enabled"


@pytest.mark.parametrize(
    ("listen", "registry", "signs"),
    [
        (("127.0.0.1", 5353), "sandbox", True),
        (None, "sandbox", False),
        (("127.0.0.1", 53), "epp", False),
        (("192.0.2.53", 53), "epp", True),
    ],
)
def test_nothing_is_signed_that_nobody_sees(
    world: World, listen: tuple[str, int] | None, registry: str, *, signs: bool
) -> None:
    """A registry that vouches for keys the name's servers do not show makes a name unreachable."""
    of = structs.replace(world.settings, dns_listen=listen, registry=registry, epp_host="epp.example")
    assert app.name_server(of, world.database, lambda: world.now).signs is signs


async def _zone_tasks(world: World) -> list[dict[str, Any]]:
    """Take up the zone's tasks alone, as a worker does whose registry hangs; what became of them."""
    engine = world.engine
    for task in await zone_tasks.claim(engine, 16):
        await zone_tasks.step(engine, task)
    rows = await engine.database.read(
        lambda tx: tx.fetch("SELECT status, comment FROM zone_task WHERE function = 'DnssecEnable'")
    )
    return [{"status": row[0], "comment": row[1]} for row in rows]


def served_keys(world: World) -> tuple[Key, ...]:
    return world.runner.run(world.engine.name_server.keys("foo.fr"))


def settle(world: World) -> None:
    for _ in range(4):
        world.deliver()
        world.pass_time(seconds=3)


def test_signing_waits_for_a_publication_that_is_under_way(home: World) -> None:
    held = Held(home.engine.name_server)
    use_name_server(home, held)
    home.post(f"{Z}/refresh").ok()
    end = home.runner.run(held.begun(home, zone_tasks))
    home.post(f"{Z}/dnssec").ok()
    home.deliver()
    assert (dnssec(home), at_registry(home)) == ("enableInProgress", ())
    home.runner.run(end())
    settle(home)
    assert dnssec(home) == "enabled"
    assert at_registry(home) == served_keys(home) != ()


def test_a_publication_that_comes_after_signing_is_made_good(home: World) -> None:
    held = Held(home.engine.name_server)
    use_name_server(home, held)
    home.post(f"{Z}/refresh").ok()
    end = home.runner.run(held.begun(home, zone_tasks))
    home.now += home.engine.lease * 2
    home.post(f"{Z}/dnssec").ok()
    settle(home)
    assert dnssec(home) == "enabled"
    home.runner.run(end())
    settle(home)
    assert at_registry(home) == served_keys(home) != ()


def test_keys_that_a_name_server_forgot_are_replaced_at_the_registry(home: World) -> None:
    sign(home)
    before = at_registry(home)
    home.runner.run(home.engine.name_server.remove("foo.fr"))
    home.post(f"{Z}/refresh").ok()
    settle(home)
    assert before != at_registry(home) == served_keys(home) != ()
    changes = home.get("/domain/foo.fr/task", function="DomainDsUpdate").ok()
    home.post(f"{Z}/refresh").ok()
    settle(home)
    assert home.get("/domain/foo.fr/task", function="DomainDsUpdate").ok() == changes


def test_keys_beside_those_served_stay_and_a_refusal_is_not_repeated(home: World) -> None:
    sign(home)
    other = {"algorithm": 15, "flags": 257, "tag": 3613, "publicKey": "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="}
    served = [{"algorithm": key.algorithm, "flags": key.flags, "tag": key.tag, "publicKey": key.public_key}
              for key in served_keys(home)]  # fmt: skip
    home.post("/domain/foo.fr/dsRecord", {"keys": [*served, other]}).ok()
    settle(home)
    both = at_registry(home)
    home.post(f"{Z}/refresh").ok()
    settle(home)
    assert (len(both), at_registry(home)) == (2, both)
    use_registry(home, Stubborn)
    home.runner.run(home.engine.name_server.remove("foo.fr"))
    for _ in range(2):
        home.post(f"{Z}/refresh").ok()
        settle(home)
    [stuck] = home.get("/domain/foo.fr/task", function="DomainDsUpdate", status="error").ok()
    assert stuck == home.get("/domain/foo.fr/task", function="DomainDsUpdate").ok()[-1]


def test_the_end_of_signing_does_not_wait_for_a_task_in_error(home: World) -> None:
    name_server = NameServerApart(home.engine.name_server.hosts, signs=True)
    use_name_server(home, name_server)
    sign(home)
    name_server.silent = True
    home.post(f"{Z}/import", {"zoneFile": "www IN A 192.0.2.1"}).ok()
    for _ in range(MOST_SILENCES):
        home.deliver()
        home.pass_time(minutes=6)
    name_server.silent = False
    home.delete(f"{Z}/dnssec").ok()
    settle(home)
    assert dnssec(home) == "disabled"
