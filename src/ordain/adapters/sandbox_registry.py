"""The sandbox registry: one for every extension, where a name's first word chooses what happens.

The table is in `sandbox_scenarios`, what time makes of names in `core/registry_life`, what is done to them in
`sandbox_life`.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import structs

from ordain.adapters.sandbox_claims import KEY
from ordain.adapters.sandbox_life import (
    ELSEWHERE as FOR_ANOTHER,
)
from ordain.adapters.sandbox_life import (
    NO_TRANSFER,
    NOBODYS,
    NOT_HERE,
    REJECTED,
    STANDARD,
    brought,
    changed,
    created,
    graces,
    here_already,
    leaving,
    new_code,
    seen,
    statuses,
)
from ordain.adapters.sandbox_queue import SandboxQueue
from ordain.adapters.sandbox_refusals import change_refusal, launch_refusal, not_for_them, wrong_code
from ordain.adapters.sandbox_scenarios import (
    SOMEBODY_ELSE,
    SPONSOR,
    Scenario,
    fees,
    registered_elsewhere,
    scenario_of,
)
from ordain.core import transfer
from ordain.core.change import is_so
from ordain.core.money import decimal_text
from ordain.core.registry import (
    Answer,
    Availability,
    Change,
    Command,
    Departure,
    Done,
    Fees,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Upkeep,
)
from ordain.core.registry_life import MOVING, Ended, Kept, Life, Moving, ended, settled

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from ordain.core.registry_message import Message

T = TypeVar("T")

OBJECTION = timedelta(days=2)
"""After so long a registrar that rejects transfers does so."""


class Names(Protocol):
    """Where the sandbox keeps what is registered (store/sandbox.py)."""

    async def find(self, name: str) -> Kept | None:
        """A registered name, as it was written last."""

    async def find_many(self, names: Sequence[str]) -> dict[str, Kept]:
        """Those of the names that are registered."""

    async def alter(self, name: str, how: Callable[[Kept | None], Kept | None]) -> None:
        """Have a name be what `how` makes of it, which may be called more than once; None: it is not registered."""

    async def calls(self, transaction: str) -> int:
        """Count one more call with this transaction id."""


class Queue(Protocol):
    """Where the registry leaves messages to its registrar."""

    async def tell(self, verb: str, name: str, transaction: str | None, seconds: int, **more: str) -> None:
        """Say after so many seconds what became of something: `more` of a transfer is its `status` and `by` whom."""


class SandboxRegistry:
    """A Registry (flows/ports.py) that costs nothing. What time makes of its names is in core/registry_life.py."""

    def __init__(
        self,
        names: Names,
        clock: Callable[[], datetime],
        delay: float = 0,
        queue: Queue | None = None,
        lives: Callable[[str], Life] = lambda _: Life(),
    ) -> None:
        """`delay` is how many seconds a create or transfer takes to be answered after it was carried out.

        `lives` tells how the registry of a name's extension treats it. Without a `queue` nothing is said by itself.
        """
        self._names = names
        self._clock = clock
        self._delay = delay
        self._queue = queue
        self._lives = lives

    def life(self, name: str) -> Life:
        """How a name is treated as time passes."""
        return self._lives(name)

    async def kept(self, name: str) -> Kept | None:
        """A name as it is by now: here, elsewhere, or elsewhere by its scenario."""
        return self._by_now(await self._names.find(name), name, self._clock())

    def _by_now(self, kept: Kept | None, name: str, now: datetime) -> Kept | None:
        later = settled(kept, self._lives(name), now) if kept else None
        return later or registered_elsewhere(name, now)

    async def alter(self, name: str, how: Callable[[Kept, Life, datetime], Kept | Refusal | None]) -> Answer:
        """Have a name of ours be what `how` makes of it; Done tells it as it is then, a deleted one as gone."""
        now, life, told = self._clock(), self._lives(name), list[Answer]()

        def altered(found: Kept | None) -> Kept | None:
            kept = self._by_now(found, name, now)
            if kept is None or not seen(kept, life, SPONSOR, now).ours:
                told[:] = [Lost(NOT_HERE)]
                return found
            after = how(kept, life, now)
            if isinstance(after, Refusal):
                told[:] = [after]
                return found
            shown = seen(after or kept, life, SPONSOR, now)
            told[:] = [Done(shown if after else structs.replace(shown, redemption=True, grace=()))]
            return after

        await self._names.alter(name, altered)
        return told[0]

    async def check(self, names: Sequence[str]) -> list[Availability]:
        """As the scenario says, unless the name has been registered here since."""
        held, now = await self._names.find_many(names), self._clock()
        return [self._available(name, self._by_now(held.get(name), name, now), now) for name in names]

    def _available(self, name: str, kept: Kept | None, now: datetime) -> Availability:
        if kept and seen(kept, self._lives(name), SPONSOR, now).ours:
            # Its fees are told all the same: it is renewed at them.
            return Availability(name, "reserved", "This name is registered here already", self.fees(name))
        scenario = scenario_of(name)
        return Availability(
            name,
            "taken" if kept else scenario.state,
            scenario.reason,
            self.fees(name),
            contexts=scenario.contexts,
            claim_key=f"{KEY}{name.partition('.')[0]}" if "claims" in scenario.contexts else None,
        )

    def fees(self, name: str) -> Fees | None:
        """What a premium name costs now."""
        return fees(name, self._clock())

    def _dearer(self, command: Command) -> Refusal | None:
        """Why the fees the name was sold at are not enough (RFC 8748 §3.2): nobody is charged more than they saw."""
        fees = self.fees(command.name)
        if fees is None or command.fees is None or fees.create <= command.fees.create:
            return None
        return Refusal(f"The fee is {decimal_text(fees.create)} {fees.create.currency} by now")

    async def find(self, name: str) -> Registration | None:
        """The name as registered, here or, by its scenario, elsewhere."""
        kept = await self.kept(name)
        return seen(kept, self._lives(name), SPONSOR, self._clock()) if kept else None

    async def transfer_obstacle(self, name: str, auth_info: str | None) -> Refusal | None:
        """Whether the code is right and the name can go, unless it is one of which nothing is told beforehand."""
        kept, life, now = await self.kept(name), self._lives(name), self._clock()
        if kept is None or kept.sponsor == SPONSOR or scenario_of(name).discreet:
            return None
        return wrong_code(auth_info) or transfer.obstacle(
            (*statuses(kept, life, now), *graces(kept, now)), kept.transferred or kept.created, now
        )

    async def create(self, command: Command, client_id: str | None = None) -> Answer:
        """Register the name, after what its scenario has in store. The queue names `client_id`, or the transaction."""
        scenario = scenario_of(command.name)
        refused = (
            not_for_them(command, scenario) or launch_refusal(command, scenario, self._clock()) or self._dearer(command)
        )
        if refused:
            return refused
        if scenario.stolen:
            await self._register(command, SOMEBODY_ELSE, 0)
            return Lost(FOR_ANOTHER)
        act = partial(self._register, command, SPONSOR, scenario.pending)
        new, answer = await self._spoken(command.transaction, scenario, act)
        if new and isinstance(answer, Pending) and self._queue:
            await self._queue.tell("create", command.name, client_id or command.transaction, scenario.pending)
        return answer

    async def _register(self, command: Command, sponsor: str, pending: int) -> tuple[bool, Answer]:
        """Whether it is newly registered, and the answer. The same transaction id changes nothing."""
        now, life, name = self._clock(), self._lives(command.name), command.name
        told: list[tuple[bool, Answer]] = []

        def registered(found: Kept | None) -> Kept | None:
            kept = self._by_now(found, name, now)
            if kept is not None:
                already = here_already(kept, life, sponsor, command.transaction, now)
                told[:] = [(False, already if already and not isinstance(already, Lost) else Lost(FOR_ANOTHER))]
                return found
            new = created(command, life, sponsor, now, self.fees(name))
            if isinstance(new, Refusal):
                told[:] = [(False, new)]
                return None
            new = structs.replace(new, ready=now + timedelta(seconds=pending))
            told[:] = [(True, Pending(pending) if pending else Done(seen(new, life, sponsor, now)))]
            return new

        await self._names.alter(name, registered)
        return told[0]

    async def transfer(self, command: Command) -> Answer:
        """Bring the name here; an auth code beginning with "wrong" is refused, any other is right."""
        refusal = wrong_code(command.auth_info)
        if refusal:
            return refusal
        scenario = scenario_of(command.name)
        new, answer = await self._spoken(command.transaction, scenario, partial(self._bring, command, scenario))
        if new and isinstance(answer, Pending) and self._queue:
            moving, name = new, command.name
            status = "serverApproved" if moving.approved else "clientRejected"
            seconds = int((moving.decides - moving.asked).total_seconds())
            await self._queue.tell("transfer", name, command.transaction, seconds, status=status)
        return answer

    async def _bring(self, command: Command, scenario: Scenario) -> tuple[Moving | None, Answer]:
        """The transfer that begins, if one does, and the answer."""
        now, life, name = self._clock(), self._lives(command.name), command.name
        lasts = {"at once": timedelta(seconds=scenario.pending), "five days": MOVING, "rejected": OBJECTION}
        fees = self.fees(name)
        moving = Moving(
            to=SPONSOR,
            transaction=command.transaction,
            asked=now,
            decides=now + lasts[scenario.transfer],
            approved=scenario.transfer != "rejected",
            fee=fees.transfer if fees else STANDARD,
            owner=command.owner,
            auth_info=new_code(name, command.transaction),
        )
        told: list[tuple[Moving | None, Answer]] = []

        def asked(found: Kept | None) -> Kept | None:
            kept = self._by_now(found, name, now)
            if kept is None:
                told[:] = [(None, Lost(NOBODYS))]
                return None
            answer = here_already(kept, life, SPONSOR, command.transaction, now)
            answer = answer or brought(kept, life, command.transaction, now)
            if answer:
                told[:] = [(None, answer)]
                heard = isinstance(answer, Refusal) and answer.reason == REJECTED and kept.moved
                return structs.replace(kept, moved=structs.replace(heard, told=True)) if heard else found
            after = settled(structs.replace(kept, moving=moving), life, now)
            told[:] = [(moving, here_already(after or kept, life, SPONSOR, command.transaction, now) or Lost(NOBODYS))]
            return after

        await self._names.alter(name, asked)
        return told[0]

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """Make it so, unless it is; silent as the name's scenario says. What begins with "wrong" is refused."""
        refusal = change_refusal(change)
        if refusal:
            return refusal
        if isinstance(change, Departure):
            return await self._answered(name, change)
        upkeep: Upkeep = change
        act = partial(self.alter, name, lambda kept, life, now: changed(kept, life, upkeep, now))
        return await self._spoken(transaction, scenario_of(name), act)

    async def _answered(self, name: str, answer: Departure) -> Answer:
        """We let a name go, or do not; what is decided already stays so."""
        ended = await self.end_transfer(name, "clientApproved" if answer.allowed else "clientRejected")
        found = await self.find(name)
        return Done(found) if found is not None and is_so(answer, found) else ended

    async def message(self) -> Message | None:
        """The first message of its queue; those of its EPP server are told there."""
        return await self._queue.first() if isinstance(self._queue, SandboxQueue) else None

    async def acknowledge(self, message_id: str) -> None:
        """Take a message off the queue."""
        if isinstance(self._queue, SandboxQueue):
            await self._queue.acknowledge(message_id)

    async def tidy(self, name: str) -> None:
        """Nothing is ever left: in process a name comes with its owner."""

    async def take_away(self, name: str, auth_info: str) -> Answer:
        """Somebody else asks for a name of ours with its code: in five days it is theirs, unless we object."""
        now = self._clock()

        def asked(kept: Kept, life: Life, now: datetime) -> Kept | Refusal:
            refused = leaving(kept, life, auth_info, now)
            if refused:
                return refused
            moving = Moving(
                to=SOMEBODY_ELSE,
                transaction=None,
                asked=now,
                decides=now + MOVING,
                approved=True,
                fee=STANDARD,
                auth_info=new_code(name, now.isoformat()),
            )
            return structs.replace(kept, moving=moving)

        answer = await self.alter(name, asked)
        if isinstance(answer, Done) and self._queue:
            until = (now + MOVING).isoformat()
            more = {"by": SOMEBODY_ELSE, "until": until}
            await self._queue.tell("transfer", name, None, 0, status="pending", **more)
            await self._queue.tell("transfer", name, None, int(MOVING.total_seconds()), status="serverApproved", **more)
        return answer

    async def end_transfer(self, name: str, status: Ended, by: str = SPONSOR) -> Answer:
        """The registrar that loses a name approves of its transfer or rejects it; the one that asked cancels it."""

        def done(kept: Kept, life: Life, now: datetime) -> Kept | Refusal:
            moving = kept.moving
            mine = moving and (moving.to == by if status == "clientCancelled" else kept.sponsor == by)
            return ended(kept, life, now, status) if mine else Refusal(NO_TRANSFER)

        answer = await self.alter(name, done)
        if isinstance(answer, Done) and self._queue and by != SPONSOR:
            await self._queue.tell("transfer", name, None, 0, status=status, by=SOMEBODY_ELSE)
        return answer

    async def _spoken(self, transaction: str, scenario: Scenario, act: Callable[[], Awaitable[T]]) -> T:
        """What was done, unless it reached nobody or its answer is lost."""
        calls = await self._names.calls(transaction) if scenario.silent else 0
        if 0 < calls <= scenario.silent and not scenario.heard:
            message = "The registry cannot be reached"
            raise NoAnswer(message)
        done = await act()
        if self._delay:
            await asyncio.sleep(self._delay)
        if 0 < calls <= scenario.silent:
            message = "The connection was cut before the answer came"
            raise NoAnswer(message)
        return done
