"""What every Registry and NameServer (flows/ports.py) must do, whatever is behind it.

An adapter's test calls `check_registry(factory)` or `check_name_server(factory)`, inside a loop of its own. The factory
gives what is needed to try it: a fresh counterpart each time it is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.core.change import is_so
from ordain.core.registry import (
    Command,
    Deletion,
    Done,
    Host,
    Key,
    Lost,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.zone import Record, Zone
from ordain.flows.ports import NameServer, Registry

if TYPE_CHECKING:
    from ordain.core.registry import Answer


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


async def check_name_server(factory: Callable[[], NameServerOnTrial]) -> None:
    """Every rule of this page, each at a name server of its own."""
    for rule in NAME_SERVER_RULES:
        await rule(factory())


async def has_two_hosts(on_trial: NameServerOnTrial) -> None:
    """Two different name servers or more answer for a zone (RFC 1034 §4.1), named without a trailing dot."""
    hosts = on_trial.name_server.hosts
    assert len(set(hosts)) == len(hosts) >= 2
    assert all(host == host.lower().strip(". ") and "." in host for host in hosts)


async def publishes_again(on_trial: NameServerOnTrial) -> None:
    """A zone can be published, again, and with other records: what was done before a crash is done again after it."""
    name_server = on_trial.name_server
    records = [Record(number, "NS", "", f"{host}.") for number, host in enumerate(name_server.hosts)]
    zone = Zone("conformance.example", name_server.hosts, datetime(2026, 11, 23, tzinfo=UTC), tuple(records))
    more = Zone(zone.name, zone.name_servers, zone.created, (*records, Record(99, "CNAME", "www", f"{zone.name}.")))
    for each in (zone, zone, more):
        assert await name_server.publish(each) is None  # type: ignore[func-returns-value]  # it ends, and says nothing


NAME_SERVER_RULES: tuple[Rule, ...] = (
    has_two_hosts,
    publishes_again,
)
