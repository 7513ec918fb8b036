"""What every Registry and NameServer (flows/ports.py) must do, whatever is behind it.

An adapter's test calls `check_registry(factory)` or `check_name_server(factory)`, inside a loop of its own. The factory
gives what is needed to try it: a fresh counterpart each time it is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from msgspec import Struct, structs

from ordain.adapters import dns_questions, dns_records
from ordain.adapters.dns_questions import Place, Seen
from ordain.core.change import is_so
from ordain.core.registry import (
    Command,
    Deletion,
    Done,
    Host,
    Key,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.zone import Record, Soa, Zone, newer
from ordain.flows import zone_text
from ordain.flows.ports import NameServer, Registry

if TYPE_CHECKING:
    from ordain.core.registry import Answer


T = TypeVar("T")
Rule = Callable[[Any], Coroutine[Any, Any, None]]


class RegistryOnTrial(Struct, frozen=True, kw_only=True):
    """A registry with nothing registered by us, and names in each of the conditions the tests need."""

    registry: Registry
    free: tuple[str, ...]
    """Two names or more that nobody has and that are created at once."""
    taken: str
    """Registered with somebody else, transferable with `code`."""
    code: str = ""
    owner: dict[str, Any] = {}
    name_servers: tuple[str, ...] = ("ns1.ordain.example", "ns2.ordain.example")

    def command(self, name: str, transaction: str, **changes: Any) -> Command:
        """A command for one year."""
        usual: dict[str, Any] = {"years": 1, "owner": self.owner, "name_servers": self.name_servers}
        return Command(transaction=transaction, name=name, **{**usual, **changes})


async def check_registry(factory: Callable[[], RegistryOnTrial]) -> None:
    """Every rule of this page, each at a registry of its own."""
    for rule in REGISTRY_RULES:
        await rule(factory())


async def answers_in_the_order_asked(on_trial: RegistryOnTrial) -> None:
    """`check` answers each name asked, in the order of the questions, a repeated one too."""
    names = [on_trial.free[1], on_trial.taken, on_trial.free[0], on_trial.taken]
    for asked in (names, names[::-1], names[:1], []):
        assert [answer.name for answer in await on_trial.registry.check(asked)] == asked
    states = [answer.state for answer in await on_trial.registry.check(names)]
    assert states == ["available", "taken", "available", "taken"]


async def tells_ours_from_others(on_trial: RegistryOnTrial) -> None:
    """`find` knows what is ours, with the transaction that brought it; of others only that they have it."""
    registry, name = on_trial.registry, on_trial.free[0]
    assert await registry.find(name) is None
    await _create(on_trial, name, "conformance-1")
    ours = await registry.find(name)
    assert ours is not None
    assert (ours.name, ours.ours, ours.transaction, ours.pending) == (name, True, "conformance-1", False)
    assert ours.created < ours.expires
    theirs = await registry.find(on_trial.taken)
    assert theirs is not None
    assert (theirs.name, theirs.ours, theirs.transaction) == (on_trial.taken, False, None)


async def repeats_a_transaction_without_doing_it_again(on_trial: RegistryOnTrial) -> None:
    """The same transaction twice is the same registration: an answer that was lost can be asked for again."""
    first = await _create(on_trial, on_trial.free[0], "conformance-1")
    again = await on_trial.registry.create(on_trial.command(on_trial.free[0], "conformance-1"))
    assert isinstance(again, Done)
    assert _identity(again.registration) == _identity(first)
    assert _identity(await on_trial.registry.find(on_trial.free[0])) == _identity(first)


async def registers_a_name_once(on_trial: RegistryOnTrial) -> None:
    """Another transaction cannot have a name that is registered, and changes nothing about it."""
    name = on_trial.free[0]
    first = await _create(on_trial, name, "conformance-1")
    assert isinstance(await on_trial.registry.create(on_trial.command(name, "conformance-2")), Lost)
    assert _identity(await on_trial.registry.find(name)) == _identity(first)
    [answer] = await on_trial.registry.check([name])
    assert answer.state != "available"


async def gives_a_name_to_one_of_many(on_trial: RegistryOnTrial) -> None:
    """Of transactions that ask for a name at the same moment exactly one has it, and it is the one `find` tells."""
    name = on_trial.free[0]
    transactions = [f"conformance-{number}" for number in range(8)]
    commands = [on_trial.command(name, transaction) for transaction in transactions]
    answers = await asyncio.gather(*(on_trial.registry.create(command) for command in commands))
    winners = [t for t, answer in zip(transactions, answers, strict=True) if isinstance(answer, Done)]
    assert len(winners) == 1
    assert sum(isinstance(answer, Lost) for answer in answers) == len(transactions) - 1
    held = await on_trial.registry.find(name)
    assert held is not None
    assert (held.ours, held.transaction) == (True, winners[0])


async def holds_names_apart(on_trial: RegistryOnTrial) -> None:
    """What happens to one name says nothing about another."""
    await _create(on_trial, on_trial.free[0], "conformance-1")
    assert await on_trial.registry.find(on_trial.free[1]) is None
    await _create(on_trial, on_trial.free[1], "conformance-2")


async def registers_for_the_years_asked(on_trial: RegistryOnTrial) -> None:
    """A name asked for ten years lasts about ten times as long as one asked for one."""
    one = await _create(on_trial, on_trial.free[0], "conformance-1")
    ten = await _create(on_trial, on_trial.free[1], "conformance-2", years=10)
    assert 9 < (ten.expires - ten.created) / (one.expires - one.created) < 11


async def transfers_a_name_once(on_trial: RegistryOnTrial) -> None:
    """A name comes here from another registrar by one transaction, which can be repeated; a second one has lost it."""
    registry, name = on_trial.registry, on_trial.taken
    first = await _transferred(on_trial, "conformance-1")
    again = await registry.transfer(on_trial.command(name, "conformance-1", auth_info=on_trial.code))
    assert isinstance(again, Done)
    assert _identity(again.registration) == _identity(first)
    other = await registry.transfer(on_trial.command(name, "conformance-2", auth_info=on_trial.code))
    assert not isinstance(other, Done | Pending)
    held = await registry.find(name)
    assert held is not None
    assert (held.ours, held.transaction) == (True, "conformance-1")


async def says_why_it_refuses_a_transfer(on_trial: RegistryOnTrial) -> None:
    """A wrong code is refused, in words that name what to correct, and the name stays where it is."""
    command = on_trial.command(on_trial.taken, "conformance-1", auth_info=f"wrong{on_trial.code}")
    answer = await on_trial.registry.transfer(command)
    assert isinstance(answer, Refusal)
    assert answer.reason
    assert answer.argument == "authInfo"
    held = await on_trial.registry.find(on_trial.taken)
    assert held is not None
    assert not held.ours
    await _transferred(on_trial, "conformance-1")


KEYS = (Key(257, 13, 2371, "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="),)
CHANGED = ("ns3.ordain.example", "ns4.ordain.example", "ns5.ordain.example")


async def holds_what_was_changed(on_trial: RegistryOnTrial) -> None:
    """Each change is held from then on, `find` tells it, and what it does not name stays as it was."""
    name = on_trial.free[0]
    await _create(on_trial, name, "conformance-1")
    hosts = (Host(f"ns1.{name}", ("192.0.2.1",)), Host(f"ns2.{name}", ("192.0.2.2", "2001:db8::2")))
    for number, wish in enumerate((Update(name_servers=CHANGED), Update(hosts=hosts), Update(keys=KEYS),
                                   Update(locked=True), Update(auth_info="Chosen-2-by-us"))):  # fmt: skip
        assert _done_to(await on_trial.registry.change(f"change-{number}", name, wish), wish)
    held = await on_trial.registry.find(name)
    assert held is not None
    assert (set(held.name_servers), set(held.hosts), held.keys, held.locked) == (set(CHANGED), set(hosts), KEYS, True)
    assert held.auth_info in ("Chosen-2-by-us", None)
    for wish in (Update(hosts=(Host(hosts[0].name, ()),)), Update(keys=()), Update(locked=False)):
        assert _done_to(await on_trial.registry.change("change-back", name, wish), wish)
    held = await on_trial.registry.find(name)
    assert held is not None
    assert (set(held.name_servers), held.hosts, held.keys, held.locked) == (set(CHANGED), hosts[1:], (), False)


async def knows_a_change_again(on_trial: RegistryOnTrial) -> None:
    """A change asked for twice, because its answer was lost, is done once: years above all."""
    name = on_trial.free[0]
    first = await _create(on_trial, name, "conformance-1")
    renewal = Renewal(1, first.expires)
    renewed = [await on_trial.registry.change("change-1", name, renewal) for _ in range(2)]
    ends = [answer.registration.expires for answer in renewed if isinstance(answer, Done)]
    assert len(set(ends)) == 1
    assert ends[0] > first.expires
    for _ in range(2):
        assert _done_to(await on_trial.registry.change("change-2", name, Update(keys=KEYS)), Update(keys=KEYS))
    held = await on_trial.registry.find(name)
    assert held is not None
    assert (held.keys, held.expires, held.transaction) == (KEYS, ends[0], "conformance-1")


async def changes_only_what_is_ours(on_trial: RegistryOnTrial) -> None:
    """A name nobody has, or somebody else, is not changed: there is nothing of ours to change."""
    for name in (on_trial.taken, on_trial.free[0]):
        assert isinstance(await on_trial.registry.change("change-1", name, Update(locked=True)), Lost)
        held = await on_trial.registry.find(name)
        assert held is None or not held.ours


async def gives_up_and_restores(on_trial: RegistryOnTrial) -> None:
    """A name that was given up is gone or in redemption, and out of it by a restoration."""
    name = on_trial.free[0]
    await _create(on_trial, name, "conformance-1")
    for _ in range(2):
        assert not isinstance(await on_trial.registry.change("change-1", name, Deletion()), Pending | Refusal)
        assert is_so(Deletion(), await on_trial.registry.find(name))
    if await on_trial.registry.find(name):
        assert isinstance(await on_trial.registry.change("change-2", name, Restoration()), Done)
        assert is_so(Restoration(), await on_trial.registry.find(name))


async def tells_how_a_name_stands(on_trial: RegistryOnTrial) -> None:
    """Statuses are those of RFC 5731 §2.3: the lock and a deletion are seen in them, and go when they do."""
    registry, name = on_trial.registry, on_trial.free[0]
    await _create(on_trial, name, "conformance-1")
    seen = []
    for wish in (Update(locked=True), Update(locked=False), Deletion()):
        await registry.change("change", name, wish)
        held = await registry.find(name)
        seen.append(held)
        assert held is None or held.statuses
    locked, open_, deleted = seen
    assert locked is not None
    assert open_ is not None
    assert "clientTransferProhibited" in locked.statuses
    assert not {"clientTransferProhibited", "pendingDelete"} & {*open_.statuses}
    if deleted is not None:
        assert "pendingDelete" in deleted.statuses
        assert {"redemptionPeriod", "pendingDelete"} & {*deleted.grace}


async def renews_what_is_there_for_what_is_missing(on_trial: RegistryOnTrial) -> None:
    """A renewal asks for years from a day on: those a name has already count, and no other day is renewed."""
    registry, name = on_trial.registry, on_trial.free[0]
    first = await _create(on_trial, name, "conformance-1")
    one = await registry.change("change-1", name, Renewal(1, first.expires))
    assert isinstance(one, Done)
    for again in (Renewal(1, first.expires), Renewal(1, first.created)):
        answer = await registry.change("change-2", name, again)
        assert isinstance(answer, Done)
        assert answer.registration.expires == one.registration.expires
    assert not isinstance(
        await registry.change("change-3", name, Renewal(1, one.registration.expires.replace(year=2090))), Done
    )


async def says_why_it_refuses_a_change(on_trial: RegistryOnTrial) -> None:
    """A name server below the name that has no address is refused in words, and nothing is changed by half."""
    name = on_trial.free[0]
    await _create(on_trial, name, "conformance-1")
    before = await on_trial.registry.find(name)
    wish = Update(name_servers=(f"ns9.{name}", CHANGED[0]), locked=True)
    answer = await on_trial.registry.change("change-1", name, wish)
    assert isinstance(answer, Refusal)
    assert answer.reason
    assert await on_trial.registry.find(name) == before


async def has_no_claim_key_for_names_without_claims(on_trial: RegistryOnTrial) -> None:
    """A name that no trademark holder claims has no key to a notice, registered or not."""
    for answer in await on_trial.registry.check([on_trial.free[0], on_trial.taken]):
        assert answer.claim_key is None


REGISTRY_RULES: tuple[Rule, ...] = (
    answers_in_the_order_asked,
    has_no_claim_key_for_names_without_claims,
    tells_ours_from_others,
    repeats_a_transaction_without_doing_it_again,
    registers_a_name_once,
    gives_a_name_to_one_of_many,
    holds_names_apart,
    registers_for_the_years_asked,
    transfers_a_name_once,
    says_why_it_refuses_a_transfer,
    holds_what_was_changed,
    knows_a_change_again,
    changes_only_what_is_ours,
    gives_up_and_restores,
    tells_how_a_name_stands,
    renews_what_is_there_for_what_is_missing,
    says_why_it_refuses_a_change,
)


async def _create(on_trial: RegistryOnTrial, name: str, transaction: str, years: int = 1) -> Registration:
    return _done(await on_trial.registry.create(on_trial.command(name, transaction, years=years)), transaction)


async def _transferred(on_trial: RegistryOnTrial, transaction: str) -> Registration:
    command = on_trial.command(on_trial.taken, transaction, auth_info=on_trial.code)
    return _done(await on_trial.registry.transfer(command), transaction)


def _done(answer: Answer, transaction: str) -> Registration:
    assert isinstance(answer, Done), answer
    assert answer.registration.ours
    assert answer.registration.transaction == transaction
    return answer.registration


def _done_to(answer: Answer, wish: Update) -> bool:
    assert isinstance(answer, Done), answer
    known = wish.auth_info is None or answer.registration.auth_info is not None
    return not known or is_so(wish, answer.registration)


def _identity(held: Registration | None) -> tuple[Any, ...]:
    assert held is not None
    return (held.name, held.ours, held.transaction, held.created, held.expires)


class NameServerOnTrial(Struct, frozen=True, kw_only=True):
    """A name server that serves nothing yet."""

    name_server: NameServer
    prefix: str = ""
    """What the names of its zones begin with, where other tests are at the same server."""
    place: Place | None = None
    """Where it answers over the DNS, if it does."""
    beside: NameServer | None = None
    """The same in another process."""
    silent: NameServer | None = None
    """The same where there is no answer from the other end."""


async def check_name_server(factory: Callable[[], NameServerOnTrial]) -> None:
    """Every rule of this page, each at a name server of its own."""
    for rule in NAME_SERVER_RULES:
        await rule(factory())


async def check_dns(factory: Callable[[], NameServerOnTrial]) -> None:
    """The rules for one that answers over the DNS and signs, each at a name server of its own."""
    for rule in (*NAME_SERVER_RULES, *DNS_RULES):
        await rule(factory())


async def has_two_hosts(on_trial: NameServerOnTrial) -> None:
    """Two different name servers or more answer for a zone (RFC 1034 §4.1), named without a trailing dot."""
    hosts = on_trial.name_server.hosts
    assert len(set(hosts)) == len(hosts) >= 2
    assert all(host == host.lower().strip(". ") and "." in host for host in hosts)


async def publishes_again(on_trial: NameServerOnTrial) -> None:
    """A zone can be published, again, and with other records: what was done before a crash is done again after it."""
    name_server = on_trial.name_server
    zone = zone_of(on_trial)
    more = with_records(zone, ("CNAME", "www", f"{zone.name}."))
    for each in (zone, zone, more):
        assert await name_server.publish(each) is None  # type: ignore[func-returns-value]  # it ends, and says nothing
        await outside(assert_served, on_trial, each)


async def lets_go_of_a_zone(on_trial: NameServerOnTrial) -> None:
    """A zone can be removed, again, and published anew after that; one that never was is no error."""
    name_server, zone = on_trial.name_server, zone_of(on_trial)
    assert await name_server.keys(zone.name) == ()
    for _ in range(2):
        await name_server.remove(zone.name)
        await outside(assert_not_served, on_trial, zone.name)
        await name_server.publish(zone)
        await name_server.publish(with_records(zone, ("A", "www", "192.0.2.1")))
        await name_server.remove(zone.name)
        await outside(assert_not_served, on_trial, zone.name)
    assert await name_server.keys(zone.name) == ()


async def takes_silence_for_no_answer(on_trial: NameServerOnTrial) -> None:
    """Where nobody answers at the other end, nothing is known: NoAnswer, with a reason in words."""
    zone, silent = zone_of(on_trial), on_trial.silent
    for call in (silent.publish(zone), silent.keys(zone.name), silent.remove(zone.name)) if silent else ():
        with pytest.raises(NoAnswer, match=r"[a-z]{3}"):
            await call


NAME_SERVER_RULES: tuple[Rule, ...] = (
    has_two_hosts,
    publishes_again,
    lets_go_of_a_zone,
    takes_silence_for_no_answer,
)


async def serves_every_type(on_trial: NameServerOnTrial) -> None:
    """Every type of record is served, of whatever length, with its TTL; published again nothing changes."""
    zone = with_records(zone_of(on_trial), *EVERY_TYPE)
    for _ in range(2):
        await on_trial.name_server.publish(zone)
        await outside(assert_served, on_trial, zone)
    assert (await outside(seen_at, on_trial, zone.name)).serial == zone.serial


async def changes_what_differs(on_trial: NameServerOnTrial) -> None:
    """Records, sets and TTLs that change, come and go, the zone's own name servers among them; one serial further."""
    name_server, zone = on_trial.name_server, with_records(zone_of(on_trial), *EVERY_TYPE)
    await name_server.publish(zone)
    elsewhere = tuple(Record(number, "NS", "", f"ns{number}.other.example.", 7200) for number in (8, 9))
    changes = (
        with_records(zone, ("A", "www", "192.0.2.2"), ("A", "", "192.0.2.3")),
        with_records(zone_of(on_trial), ("A", "mail", "192.0.2.4")),
        with_records(zone_of(on_trial), ("CNAME", "mail", "elsewhere.example.")),
        with_records(zone_of(on_trial), ("A", "mail", "192.0.2.4"), ttl=60),
        structs.replace(zone_of(on_trial), records=elsewhere),
        structs.replace(zone, soa=Soa(server="ns9.other.example", email="Any.One@Other.example", ttl=900)),
        zone_of(on_trial),
    )  # fmt: skip
    for serial, changed in enumerate(changes, start=zone.serial + 1):
        numbered = structs.replace(changed, serial=serial)
        await name_server.publish(numbered)
        await outside(assert_served, on_trial, numbered)
        gone = {(r.sub_domain, r.kind) for r in zone.records} - {(r.sub_domain, r.kind) for r in numbered.records}
        for sub_domain, kind in gone:
            assert await outside(served_at, on_trial, sub_domain, zone.name, kind) in (set(), {"elsewhere.example."})


async def signs_and_no_longer(on_trial: NameServerOnTrial) -> None:
    """A zone is signed, changed and still so, and unsigned: what a registry is told of vouches for all of it."""
    name_server, zone = on_trial.name_server, with_records(zone_of(on_trial), ("A", "www", "192.0.2.1"))
    assert name_server.signs
    await name_server.publish(zone)
    assert await name_server.keys(zone.name) == ()
    signed = structs.replace(zone, dnssec="enableInProgress")
    await name_server.publish(signed)
    keys = await name_server.keys(zone.name)
    assert {key.algorithm for key in keys} == {13}
    await outside(assert_chain, on_trial, signed, keys)
    await name_server.publish(structs.replace(signed, dnssec="enabled"))
    changed = structs.replace(
        with_records(signed, ("TXT", "", '"more"'), ("AAAA", "new", "2001:db8::1")), serial=zone.serial + 1
    )
    await name_server.publish(changed)
    await outside(assert_served, on_trial, changed)
    assert await name_server.keys(zone.name) == keys
    await outside(assert_chain, on_trial, changed, keys)
    plain = structs.replace(changed, dnssec="disabled")
    await name_server.publish(plain)
    await outside(assert_served, on_trial, plain)
    assert not (await outside(seen_at, on_trial, zone.name)).signed
    assert await name_server.keys(zone.name) == ()
    await name_server.publish(structs.replace(changed, serial=changed.serial + 1))
    await outside(assert_chain, on_trial, changed, await name_server.keys(zone.name))


async def keeps_zones_apart(on_trial: NameServerOnTrial) -> None:
    """What happens to one zone leaves others as they are, one below it too."""
    name_server = on_trial.name_server
    zones = [zone_of(on_trial, label) for label in ("apart.example", "other.example", "below.apart.example")]
    first, other, below = [with_records(zone, ("A", "www", "192.0.2.1")) for zone in zones]
    for zone in (first, other, structs.replace(below, dnssec="enabled")):
        await name_server.publish(zone)
    keys = await name_server.keys(below.name)
    await name_server.publish(structs.replace(zones[0], serial=first.serial + 1))
    await outside(assert_served, on_trial, other)
    await outside(assert_served, on_trial, below)
    await name_server.remove(first.name)
    await outside(assert_served, on_trial, other)
    await outside(assert_chain, on_trial, below, keys)
    await outside(assert_not_served, on_trial, first.name)


async def takes_several_publishers(on_trial: NameServerOnTrial) -> None:
    """Of several that publish one zone at once, in two processes, one is last: their records are not mixed."""
    zone, beside = zone_of(on_trial), on_trial.beside or on_trial.name_server
    versions = [
        structs.replace(with_records(zone, *((kind, f"v{number}", target) for kind, _, target in EVERY_TYPE[:3])),
                        serial=zone.serial + number)
        for number in range(6)
    ]  # fmt: skip
    calls = [(on_trial.name_server, beside)[number % 2].publish(each) for number, each in enumerate(versions)]
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert all(end is None or isinstance(end, NoAnswer) for end in ends), ends
    assert None in ends, ends
    there = [number for number in range(6) if await outside(served_at, on_trial, f"v{number}", zone.name, "A")]
    assert len(there) == 1
    await beside.publish(versions[-1])
    await outside(assert_served, on_trial, versions[-1])


async def makes_a_key_once(on_trial: NameServerOnTrial) -> None:
    """Of several that publish a zone signed at once, in two processes, one makes its key."""
    zone, beside = zone_of(on_trial), on_trial.beside or on_trial.name_server
    await on_trial.name_server.publish(zone)
    signed = structs.replace(zone, dnssec="enabled")
    await asyncio.gather(*(each.publish(signed) for each in (on_trial.name_server, beside) * 2))
    keys = await beside.keys(zone.name)
    assert len(keys) == 1
    await outside(assert_chain, on_trial, signed, keys)


async def takes_a_large_zone(on_trial: NameServerOnTrial) -> None:
    """Many records are published, and gone again, though they do not fit into one message (RFC 1035 §4.2.2)."""
    zone = zone_of(on_trial)
    many = [("TXT", f"n{number}", f'"{number:060}"') for number in range(1500)]
    await on_trial.name_server.publish(with_records(zone, *many))
    assert await outside(served_at, on_trial, "n0", zone.name, "TXT")
    assert await outside(served_at, on_trial, "n1499", zone.name, "TXT")
    await on_trial.name_server.publish(structs.replace(zone, serial=zone.serial + 100))
    assert not await outside(served_at, on_trial, "n1499", zone.name, "TXT")


DNS_RULES: tuple[Rule, ...] = (
    serves_every_type,
    changes_what_differs,
    signs_and_no_longer,
    keeps_zones_apart,
    takes_several_publishers,
    makes_a_key_once,
    takes_a_large_zone,
)
EVERY_TYPE = (
    ("A", "www", "192.0.2.1"),
    ("AAAA", "www", "2001:db8::1"),
    ("MX", "", "10 mail.elsewhere.example."),
    ("A", "*", "192.0.2.9"),
    ("CAA", "", '0 issue "letsencrypt.org"'),
    ("CNAME", "shop", "www.elsewhere.example."),
    ("DNAME", "old", "elsewhere.example."),
    ("LOC", "here", "50 41 0.123 N 3 10 0.000 E 30m 1.23m"),
    ("NAPTR", "", '100 10 "u" "E2U+sip" "!^.*$!sip:i@example.com!" .'),
    ("NAPTR", "capitals", '100 10 "U" "E2U+sip" "" Sip.Elsewhere.EXAMPLE.'),
    ("NS", "below", "ns1.elsewhere.example."),
    ("PTR", "ptr", "host.elsewhere.example."),
    ("TXT", "", '"v=spf1 mx; -all"'),
    ("SRV", "_sip._tcp", "10 5 5060 sip.elsewhere.example."),
    ("TXT", "", '"a \\"quote\\", é: \\195\\169" "two"'),
    ("SSHFP", "www", "4 2 123456789ABCDEF67890123456789abcdef67890123456789abcdef123456789"),
    ("TLSA", "_443._tcp", "3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971"),
    ("TXT", "sel._domainkey", " ".join(f'"{letter * 255}"' for letter in "abcdefgh")),
)


def zone_of(on_trial: NameServerOnTrial, label: str = "conformance.example") -> Zone:
    """A zone with its name servers and nothing else."""
    hosts = on_trial.name_server.hosts
    records = [Record(number, "NS", "", f"{host}.") for number, host in enumerate(hosts)]
    name = f"{on_trial.prefix}{label}"
    return Zone(name, hosts, datetime(2026, 11, 23, tzinfo=UTC), tuple(records), serial=2026112300)


def with_records(zone: Zone, *records: tuple[str, str, str], ttl: int = 3600) -> Zone:
    """The zone with more of (type, sub-domain, target)."""
    more = [Record(100 + number, *record, ttl) for number, record in enumerate(records)]
    return zone_text.as_served(structs.replace(zone, records=(*zone.records, *more)))


async def outside(look: Callable[..., T], *about: Any) -> T:
    """Look at what is served from another thread: the server may be in the loop of this one."""
    return await asyncio.to_thread(look, *about)


def assert_served(on_trial: NameServerOnTrial, zone: Zone) -> None:
    """The zone is what is answered, if there is anybody to ask."""
    if on_trial.place is None:
        return
    assert not newer(zone.serial, seen_at(on_trial, zone.name).serial)
    for (sub_domain, kind), wanted in dns_records.wanted(zone).items():
        if kind in ("SOA", "DNAME") or sub_domain == "below":
            continue
        answered = _answer(on_trial, _full(sub_domain, zone.name), kind)
        [found] = [each for each in answered.answer if each.rdtype == dns.rdatatype.from_text(kind)]
        assert {dns_records.spelled(kind, each.to_text()) for each in found} == wanted.targets, (sub_domain, kind)
        assert found.ttl == wanted.ttl


def assert_not_served(on_trial: NameServerOnTrial, name: str) -> None:
    """Nobody answers for the zone."""
    assert on_trial.place is None or dns_questions.seen(on_trial.place, name) is None


def seen_at(on_trial: NameServerOnTrial, name: str) -> Seen:
    """The zone as it is served."""
    assert on_trial.place
    seen = dns_questions.seen(on_trial.place, name)
    assert seen, f"{name} is not served"
    return seen


def served_at(on_trial: NameServerOnTrial, sub_domain: str, zone: str, kind: str) -> set[str]:
    """The targets that are answered with."""
    found = _answer(on_trial, _full(sub_domain, zone), kind).answer
    return {each.to_text() for rrset in found for each in rrset if rrset.rdtype != dns.rdatatype.RRSIG}


def assert_chain(on_trial: NameServerOnTrial, zone: Zone, keys: tuple[Key, ...]) -> None:
    """From the keys a registry is told of to every set of records, and to the denial of a name, all is signed."""
    origin = dns.name.from_text(zone.name)
    told = [dns.rdata.from_text("IN", "DNSKEY", f"{k.flags} 3 {k.algorithm} {k.public_key}") for k in keys]
    answered = _answer(on_trial, origin, "DNSKEY")
    assert {dns.dnssec.key_id(each) for each in told} == {key.tag for key in keys}  # type: ignore[arg-type]  # DNSKEYs
    vouched = dns.rrset.from_rdata_list(origin, 3600, told)
    served, signatures = _signed(answered.answer, origin, "DNSKEY")
    assert set(vouched) <= set(served)
    dns.dnssec.validate(served, signatures, {origin: vouched})
    for sub_domain, kind in dns_records.wanted(zone):
        name = _full(sub_domain, zone.name)
        dns.dnssec.validate(*_signed(_answer(on_trial, name, kind).answer, name, kind), {origin: served})
    denial = _answer(on_trial, dns.name.from_text(f"not-there.{zone.name}"), "A")
    assert denial.rcode() == dns.rcode.NXDOMAIN
    proofs = [each for each in denial.authority if each.rdtype in (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)]
    assert proofs
    for proof in proofs:
        kind = dns.rdatatype.to_text(proof.rdtype)
        dns.dnssec.validate(*_signed(denial.authority, proof.name, kind), {origin: served})


def _signed(section: list[Any], name: dns.name.Name, kind: str) -> tuple[Any, Any]:
    """A set of records and its signatures."""
    read = dns.rdatatype.from_text(kind)
    [found] = [each for each in section if (each.name, each.rdtype) == (name, read)]
    [by] = [e for e in section if (e.name, e.rdtype, e.covers) == (name, dns.rdatatype.RRSIG, read)]
    return found, by


def _full(sub_domain: str, zone: str) -> dns.name.Name:
    return dns.name.from_text(f"{sub_domain}.{zone}" if sub_domain else zone)


def _answer(on_trial: NameServerOnTrial, name: dns.name.Name, kind: str) -> dns.message.Message:
    """What anybody is answered; also over UDP, if it fits."""
    assert on_trial.place
    question = dns.message.make_query(name, kind, want_dnssec=True, flags=0)
    answer, _ = dns.query.udp_with_fallback(question, on_trial.place.address, timeout=5, port=on_trial.place.port)
    assert answer.flags & dns.flags.AA, answer.to_text()
    return answer
