"""Whatever goes wrong on the wire: nothing is done twice, what was done is found, and the next session works."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.epp_xml import make
from ordain.adapters.sandbox_epp_answers import Said
from ordain.adapters.sandbox_epp_server import COMMANDS, FAULTS, Fault
from ordain.core.change import is_so
from ordain.core.registry import (
    Deletion,
    Done,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_life import years_on
from ordain.store.registry_commands import RegistryCommands
from ordain.store.sandbox import SandboxNames
from tests.epp_wire import command
from tests.world import NOON

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.adapters.sandbox_epp_desk import Place, Spoken
    from ordain.core.registry import Answer, Command
    from ordain.core.registry_command import RegistryCommand, Verb
    from tests.epp_wire import Wire

KINDS = sorted(set(FAULTS) - {"silence"})
"""Silence is a matter of waiting, and has a test of its own."""
MOST_ATTEMPTS = 40


async def brought(registry: EppRegistry, wanted: Command, by: Callable[[Command], Awaitable[Answer]]) -> Registration:
    """A name by the way of the delivery's flow: is it ours already? Then the command, again and again."""
    for _ in range(MOST_ATTEMPTS):
        try:
            held = await registry.find(wanted.name)
            if held is not None and held.ours:
                assert held.transaction == wanted.transaction
                return held
            answer = await by(wanted)
        except NoAnswer:
            continue
        assert isinstance(answer, Done), answer
        assert answer.registration.transaction == wanted.transaction
        return answer.registration
    message = f"{wanted.name} is still not ours"
    raise AssertionError(message)


async def changed(registry: EppRegistry, name: str, transaction: str, change: Any) -> None:
    """A change by the way of the flow: is it so already? Then the command, again and again."""
    for _ in range(MOST_ATTEMPTS):
        try:
            if is_so(change, await registry.find(name)):
                return
            answer = await registry.change(transaction, name, change)
        except NoAnswer:
            continue
        assert isinstance(answer, Done), answer
        return
    message = f"{name} is still not changed"
    raise AssertionError(message)


async def once(wire: Wire, registry: EppRegistry, name: str, transaction: str) -> None:
    """The registry holds the name by this transaction, and nobody else's comes after it."""
    wire.well()
    held = await registry.find(name)
    assert held is not None
    assert (held.ours, held.transaction) == (True, transaction)
    assert isinstance(await registry.create(command(name, "another")), Lost)
    assert await registry.find(name) == held


@pytest.mark.parametrize("kind", KINDS)
def test_a_create_is_carried_out_once(wire: Wire, kind: str) -> None:
    async def tried() -> None:
        registry = wire.client()
        for verb in ("contact:create", "host:check", "host:create", "domain:create", "domain:info"):
            name, transaction = f"{verb.replace(':', '-')}.fr", f"t-{verb}"
            servers = tuple(f"{host}.{verb.replace(':', '-')}.example" for host in ("ns1", "ns2"))
            wanted = command(name, transaction, name_servers=servers)
            if verb == "domain:info":
                await brought(registry, wanted, registry.create)
            wire.wrong(kind, verb)
            with pytest.raises(NoAnswer):
                await (registry.find(name) if verb == "domain:info" else registry.create(wanted))
            wire.well()
            await brought(registry, wanted, registry.create)
            await once(wire, registry, name, transaction)

    wire.run(tried())


@pytest.mark.parametrize("kind", KINDS)
def test_a_transfer_is_carried_out_once(wire: Wire, kind: str) -> None:
    async def tried() -> None:
        registry = wire.client()
        for verb in ("domain:transfer:request", "domain:info"):
            name = f"taken-{verb.replace(':', '-')}.fr"
            wanted = command(name, f"t-{verb}", auth_info="right")
            wire.wrong(kind, verb)
            with pytest.raises(NoAnswer):
                await registry.transfer(wanted)
            wire.well()
            held = await brought(registry, wanted, registry.transfer)
            assert held == await registry.find(name)
            other = await registry.transfer(command(name, "another", auth_info="right"))
            assert isinstance(other, Lost)
            await once(wire, registry, name, f"t-{verb}")

    wire.run(tried())


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_is_carried_out_once(wire: Wire, kind: str) -> None:
    async def tried() -> None:
        registry, name = wire.client(), "foo.fr"
        first = await brought(registry, command(name), registry.create)
        wishes: tuple[tuple[str, Any], ...] = (
            ("domain:renew", Renewal(1, first.expires)),
            ("domain:update", Update(locked=True, auth_info="Chosen-2-by-us")),
            ("host:check", Update(name_servers=("ns8.ordain.example", "ns9.ordain.example"))),
            ("domain:delete", Deletion()),
            ("domain:update", Restoration()),
        )
        for verb, change in wishes:
            wire.wrong(kind, verb)
            # An update answers about no name: that another one is named is not to be seen, nor does it matter.
            if kind != "other-object" or verb == "domain:renew":
                with pytest.raises(NoAnswer):
                    await registry.change(f"t-{verb}", name, change)
            wire.well()
            await changed(registry, name, f"t-{verb}", change)
            assert is_so(change, await registry.find(name))
        held = await registry.find(name)
        assert held is not None
        assert held.expires == years_on(first.expires, 1)

    wire.run(tried())


def test_silence_ends_after_the_time_given(wire: Wire) -> None:
    async def tried() -> None:
        registry, name = wire.client(answering=0.5), "foo.fr"
        wire.wrong("silence", "domain:create")
        with pytest.raises(NoAnswer, match=r"within 0\.5 seconds"):
            await registry.create(command(name))
        wire.well()
        await brought(registry, command(name), registry.create)
        await once(wire, wire.client(), name, "t-1")

    wire.run(tried())


def test_many_names_at_once_on_a_bad_line_each_once(wire: Wire) -> None:
    """A fifth of all answers is lost, a twentieth of all commands reaches nobody, and some get 2400 either way."""
    wire.server.chance = random.Random(1).random
    names = [f"name-{number}.fr" for number in range(24)]

    async def tried() -> None:
        registry = wire.client(sessions=4)
        wire.server.faults = [Fault("cut-after", "*", 20), Fault("cut-before", "*", 5), Fault("failed-after", "*", 5),
                              Fault("failed", "*", 5)]  # fmt: skip
        await asyncio.gather(*(brought(registry, command(name, f"t-{name}"), registry.create) for name in names))
        for name in names:
            await once(wire, registry, name, f"t-{name}")

    wire.run(tried())


def test_two_processes_that_transfer_the_same_name_bring_it_once(wire: Wire) -> None:
    async def tried() -> None:
        first, second = wire.client(), wire.client()
        wire.wrong("cut-after", "domain:transfer:request")
        with pytest.raises(NoAnswer):
            await first.transfer(command("taken.fr", "t-1", auth_info="right"))
        wire.well()
        held = await second.find("taken.fr")
        assert held is not None
        assert held.transaction == "t-1"
        assert isinstance(await second.transfer(command("taken.fr", "t-2", auth_info="right")), Lost)

    wire.run(tried())


def test_while_a_transfers_outcome_is_unknown_no_other_is_asked(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client()
        wire.wrong("cut-before", "domain:transfer:request")
        with pytest.raises(NoAnswer):
            await registry.transfer(command("taken.fr", "t-1", auth_info="right"))
        wire.well()
        asked = wire.server.heard["domain:transfer:request"]
        with pytest.raises(NoAnswer, match="Another order"):
            await registry.transfer(command("taken.fr", "t-2", auth_info="right"))
        assert wire.server.heard["domain:transfer:request"] == asked
        assert isinstance(await registry.transfer(command("taken.fr", "t-1", auth_info="right")), Done)

    wire.run(tried())


def test_of_two_transfers_at_once_the_one_that_was_taken_has_the_name(wire: Wire) -> None:
    class Late(RegistryCommands):
        """Notes the second transaction when the first one's outcome is known, though it looked before."""

        async def note(self, name: str, transaction: str, verb: Verb, now: datetime) -> tuple[RegistryCommand, ...]:
            if transaction == "t-2":
                looked.set()
                await settled.wait()
            return await super().note(name, transaction, verb, now)

    looked, settled = asyncio.Event(), asyncio.Event()

    async def tried() -> None:
        late = EppRegistry(wire.account(), DIALECTS["generic"], Late(wire.database), lambda: wire.now)
        wire.clients.append(late)
        second = asyncio.create_task(late.transfer(command("taken.fr", "t-2", auth_info="right")))
        await looked.wait()
        assert isinstance(await wire.client().transfer(command("taken.fr", "t-1", auth_info="right")), Done)
        settled.set()
        with pytest.raises(NoAnswer, match="Another order"):
            await second
        assert wire.server.heard["domain:transfer:request"] == 1
        assert isinstance(await late.transfer(command("taken.fr", "t-2", auth_info="right")), Lost)
        await once(wire, wire.client(), "taken.fr", "t-1")

    wire.run(tried())


def test_a_transfer_nobody_asks_for_any_more_does_not_hold_up_others_for_ever(wire: Wire) -> None:
    async def tried() -> None:
        registry, second = wire.client(), command("taken.fr", "t-2", auth_info="right")
        wire.wrong("cut-before", "domain:transfer:request")
        with pytest.raises(NoAnswer):
            await registry.transfer(command("taken.fr", "t-1", auth_info="right"))
        wire.well()
        for _ in range(2):
            with pytest.raises(NoAnswer, match="Another order"):
                await registry.transfer(second)
        wire.now += timedelta(hours=2)
        with pytest.raises(NoAnswer, match="Another order"):
            await registry.transfer(second)
        assert [each.outcome for each in await wire.notes.of("taken.fr")] == ["refused"]
        assert isinstance(await registry.transfer(second), Done)
        await once(wire, registry, "taken.fr", "t-2")

    wire.run(tried())


def test_a_repetition_has_a_number_of_its_own(wire: Wire) -> None:
    """Registries that keep client ids apart drop who repeats one; it still tells which transaction it is of."""
    heard: list[str | None] = []
    fault = wire.server.fault

    def listening(spoken: Any) -> str | None:
        if spoken.verb == "domain:create":
            heard.append(spoken.client_id)
        return fault(spoken)

    wire.server.fault = listening  # type: ignore[method-assign]  # to hear what comes

    async def tried() -> None:
        registry = wire.client()
        wire.wrong("failed", "domain:create")
        for _ in range(2):
            with pytest.raises(NoAnswer, match="2400"):
                await registry.create(command("foo.fr", "ordain-1-2"))

    wire.run(tried())
    assert heard == ["ordain-1-2", "ordain-1-2.2"]


def test_a_pending_create_is_asked_for_later(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client()
        assert isinstance(await registry.create(command("slow.fr")), Pending)
        held = await registry.find("slow.fr")
        assert held is not None
        assert (held.ours, held.pending, held.transaction) == (True, True, "t-1")

    wire.run(tried())


@pytest.mark.parametrize(
    ("verb", "status", "change"),
    [
        ("domain:renew", "pendingRenew", Renewal(1, years_on(NOON, 1))),
        ("domain:update", "pendingUpdate", Update(name_servers=("ns3.ordain.example", "ns4.ordain.example"))),
    ],
)
def test_a_change_that_is_decided_later_is_asked_for_once(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, verb: str, status: str, change: Any
) -> None:
    """1001, and the name's status says so until then: whoever asks again is refused for that (RFC 5731 §2.3)."""
    asked: list[Spoken] = []
    real, names = COMMANDS[verb], SandboxNames(wire.database)

    async def so_far(*statuses: str) -> None:
        await names.alter("foo.fr", lambda kept: kept and structs.replace(kept, statuses=statuses))

    async def later(_: Place, spoken: Spoken) -> Said:
        if asked:
            return Said(code=2304)
        asked.append(spoken)
        await so_far(status)
        told = make("domain:renData", make("domain:name", "foo.fr")) if verb == "domain:renew" else None
        return Said(code=1001, result=told)

    async def tried() -> None:
        registry = wire.client()
        await registry.create(command("foo.fr"))
        monkeypatch.setitem(COMMANDS, verb, later)
        for _ in range(3):
            assert isinstance(await registry.change("t-2", "foo.fr", change), Pending)
        other = await registry.change("t-3", "foo.fr", change)
        assert isinstance(other, Refusal), "another's is refused, as it is"
        await so_far()
        await real(wire.place, asked[0])
        assert isinstance(await registry.change("t-2", "foo.fr", change), Done)

    wire.run(tried())
    assert len(asked) == 1
