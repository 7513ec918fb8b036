"""The sandbox registry: one for every extension, where a name's first word chooses what happens.

`docs/sandbox.md` is the table of scenarios as users read it; `SCENARIOS` is the same table as data.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from msgspec import Struct, structs

from ordain.adapters.sandbox_claims import KEY
from ordain.core.change import NAME_SERVERS, is_so, with_hosts
from ordain.core.claims import notice_id
from ordain.core.marketplace import Platform
from ordain.core.money import UNIT, Money, decimal_text
from ordain.core.registry import (
    Answer,
    Availability,
    Change,
    Command,
    Deletion,
    Done,
    Fees,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    State,
    Update,
)
from ordain.core.signed_mark import xml_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    Write = Callable[[Registration, str, datetime], Awaitable[bool]]

T = TypeVar("T")

SPONSOR, SOMEBODY_ELSE = "ordain", "somebody-else"


class Names(Protocol):
    """Where the sandbox keeps what is registered (store/sandbox.py)."""

    async def find(self, name: str, sponsor: str, now: datetime) -> Registration | None:
        """A registered name, seen by this sponsor."""

    async def find_many(self, names: Sequence[str], sponsor: str, now: datetime) -> dict[str, Registration]:
        """Those of the names that are registered."""

    async def register(self, registration: Registration, sponsor: str, ready: datetime) -> bool:
        """Register a name, unless it is."""

    async def take_over(self, registration: Registration, sponsor: str, ready: datetime) -> bool:
        """Register a name, or bring it here from another sponsor, unless this one has it."""

    async def alter(
        self, name: str, sponsor: str, now: datetime, how: Callable[[Registration], Registration]
    ) -> Registration | None:
        """Change what is held of this sponsor's name; None if it has no such name."""

    async def calls(self, transaction: str) -> int:
        """Count one more call with this transaction id."""


class Scenario(Struct, frozen=True, kw_only=True):
    """What happens to names whose label begins with a word of the table."""

    told: str
    state: State = "available"
    reason: str | None = None
    premium: int = 0
    """Euros a year at the registry."""
    standard_renewal: bool = False
    """The renewals of that premium name cost what others' do."""
    rising: bool = False
    """That premium costs a euro more every minute of the day."""
    sells: tuple[tuple[Platform, int], ...] = ()
    """Where its owner sells it, for so many euros."""
    sale: Literal["sold", "silent", "lost-answer", "refused", "sold-meanwhile"] = "sold"
    """What the platforms do about that."""
    contexts: tuple[str, ...] = ()
    pending: int = 0
    """Seconds for which the registry decides."""
    refuses: str | None = None
    silent: int = 0
    """Calls that get no answer …"""
    heard: bool = False
    """… although they were carried out."""
    stolen: bool = False


ORDINARY = Scenario(told="Available at the list price, delivered at once")

FIRST: tuple[tuple[Platform, int], ...] = (("aftermarket1", 750),)
SECOND: tuple[tuple[Platform, int], ...] = (("aftermarket2", 1900),)
BOTH = (*FIRST, *SECOND)

SCENARIOS: dict[str, Scenario] = {
    "taken-premium": Scenario(told="Registered elsewhere, transfer at a premium price", state="taken", premium=200),
    "taken": Scenario(told="Registered elsewhere, transferable with an auth code", state="taken"),
    "aftermarket1": Scenario(told="For sale by its owner, first platform, 750 €", state="taken", sells=FIRST),
    "aftermarket2": Scenario(told="For sale by its owner, second platform, 1900 €", state="taken", sells=SECOND),
    "aftermarkets": Scenario(told="For sale on both platforms, 750 € and 1900 €", state="taken", sells=BOTH),
    "aftermarket-premium": Scenario(
        told="For sale on both platforms, or transferred for 200 €; it renews at the list price",
        state="taken",
        premium=200,
        standard_renewal=True,
        sells=BOTH,
    ),
    "aftermarket-silent": Scenario(
        told="For sale for 750 €, but the platform does not answer: only its transfer is on offer",
        state="taken",
        sells=FIRST,
        sale="silent",
    ),
    "aftermarket-lost-answer": Scenario(
        told="For sale for 750 €; the sale is made, its answer lost", state="taken", sells=FIRST, sale="lost-answer"
    ),
    "aftermarket-refused": Scenario(
        told="For sale for 750 €; the platform refuses the sale, the task ends in error",
        state="taken",
        sells=FIRST,
        sale="refused",
    ),
    "aftermarket-sold": Scenario(
        told="For sale for 750 €; sold to somebody else between payment and delivery; refunded",
        state="taken",
        sells=FIRST,
        sale="sold-meanwhile",
    ),
    "premium-standard": Scenario(
        told="Available at a premium price, 120 €; it renews at the list price", premium=120, standard_renewal=True
    ),
    "premium-rising": Scenario(
        told="Available for 120 € a year at midnight (UTC), and a euro more every minute until the next",
        premium=120,
        rising=True,
    ),
    "premium": Scenario(told="Available at a premium price, 120 € a year", premium=120),
    "reserved": Scenario(told="Cannot be had", state="reserved", reason="Reserved by the registry"),
    "claimed": Scenario(
        told="Under a trademark claim: CLAIMS_NOTICE is the id of the notice at /domain/data/claimNotice",
        contexts=("claims",),
    ),
    "reason": Scenario(told="Under prior review: REASON is required", contexts=("reason",)),
    "protected": Scenario(told="Needs the code SANDBOX as PROTECTED_CODE", contexts=("protected_code",)),
    "conditions": Scenario(told="ACCEPT_CONDITIONS is required", contexts=("accept_conditions",)),
    "slow": Scenario(told="The registry decides for three seconds", pending=3),
    "refused": Scenario(told="The registry refuses at creation; the task ends in error", refuses="Policy violation"),
    "lost-answer": Scenario(told="The first create is carried out, its answer lost", silent=1, heard=True),
    "unreachable": Scenario(told="The first two creates reach nobody", silent=2),
    "stolen": Scenario(told="Somebody else takes it between payment and delivery; refunded", stolen=True),
}

PROTECTED_CODE, WRONG_CODE = "SANDBOX", "wrong"
YEAR = timedelta(days=365)
ELSEWHERE = ("ns1.elsewhere.example", "ns2.elsewhere.example")


def scenario_of(name: str) -> Scenario:
    """The first row whose word begins the name's label, as a whole word: "slow.fr" and "slow-2.fr", not "slowly.fr"."""
    label = name.partition(".")[0]
    return next((s for word, s in SCENARIOS.items() if label == word or label.startswith(f"{word}-")), ORDINARY)


def _refused(change: Change) -> Refusal | None:
    """What this registry takes for nobody's: a name server or an auth code that begins with "wrong"."""
    if isinstance(change, Update):
        wrong = next((host for host in change.name_servers or () if host.startswith(WRONG_CODE)), None)
        if wrong:
            return Refusal(f"The name server {wrong} does not answer", NAME_SERVERS)
        if (change.auth_info or "").startswith(WRONG_CODE):
            return Refusal("The auth code is too weak", "authInfo")
    return None


def _launch_refusal(command: Command, scenario: Scenario, now: datetime) -> Refusal | None:
    """Why the name cannot be had in this phase, or under this claim (RFC 8334 §2.6, RFC 9361 §5.3)."""
    label = command.name.partition(".")[0]
    if command.phase == "sunrise" and f":label>{label}<" not in str(xml_of(command.signed_mark or "")):
        return Refusal("In the sunrise a name is for the holder of a mark that covers it")
    if "claims" not in scenario.contexts:
        return None
    notice = command.notice
    if notice is None or not notice.id[8:].isdigit():
        return Refusal("The trademark claims notice was not accepted", "CLAIMS_NOTICE")
    if notice.id != notice_id(label, notice.not_after, int(notice.id[8:])):
        return Refusal("The checksum of the trademark claims notice is wrong", "CLAIMS_NOTICE")
    if not notice.in_time(now):
        return Refusal("The trademark claims notice has expired", "CLAIMS_NOTICE")
    return None


def _obstacles(change: Change, held: Registration) -> list[str]:
    """What stands in the way in the state the name is in (RFC 5731 §3.2, RFC 5732 §3.2.2, RFC 3915)."""
    if isinstance(change, Restoration):
        return []
    if held.redemption and not isinstance(change, Deletion):
        return ["The name is in redemption"]
    if not isinstance(change, Update):
        return []
    served = change.name_servers if change.name_servers is not None else held.name_servers
    glue = {host.name for host in with_hosts(held.hosts, change.hosts or ())}
    below = [host for host in served if host.endswith(f".{held.name}")]
    return [f"The name server {host} is below the name and has no address" for host in below if host not in glue]


def _altered(held: Registration, change: Change, now: datetime) -> Registration:
    match change:
        case Deletion():
            return structs.replace(held, redemption=True)
        case Restoration():
            return structs.replace(held, redemption=False, expires=max(held.expires, now + YEAR))
        case Renewal(years, _):
            return structs.replace(held, expires=held.expires + YEAR * years)
    names = ("name_servers", "keys", "locked", "hold", "auth_info", "owner", "admin", "tech", "disclosed")
    told = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
    return structs.replace(held, **told, hosts=with_hosts(held.hosts, change.hosts or ()))


class SandboxRegistry:
    """A Registry (flows/ports.py) that costs nothing."""

    def __init__(self, names: Names, clock: Callable[[], datetime], delay: float = 0) -> None:
        """`delay` is how many seconds a create or transfer takes to be answered after it was carried out."""
        self._names = names
        self._clock = clock
        self._delay = delay

    async def check(self, names: Sequence[str]) -> list[Availability]:
        """As the scenario says, unless the name has been registered here since."""
        held = await self._names.find_many(names, SPONSOR, self._clock())
        return [self._available(name, held.get(name)) for name in names]

    def _available(self, name: str, held: Registration | None) -> Availability:
        if held and held.ours:
            fees = self._fees(scenario_of(name))
            return Availability(name, "reserved", "This name is registered here already", fees)
        scenario = scenario_of(name)
        return Availability(
            name,
            "taken" if held else scenario.state,
            scenario.reason,
            self._fees(scenario),
            contexts=scenario.contexts,
            claim_key=f"{KEY}{name.partition('.')[0]}" if "claims" in scenario.contexts else None,
        )

    def _fees(self, scenario: Scenario) -> Fees | None:
        now = self._clock()
        euros = scenario.premium + (60 * now.hour + now.minute if scenario.rising else 0)
        fee = Money(euros * UNIT, "EUR")
        return Fees(fee, None if scenario.standard_renewal else fee, fee) if euros else None

    def _dearer(self, command: Command, scenario: Scenario) -> Refusal | None:
        """Why the fees the name was sold at are not enough (RFC 8748 §3.2): nobody is charged more than they saw."""
        fees = self._fees(scenario)
        if fees is None or command.fees is None or fees.create <= command.fees.create:
            return None
        return Refusal(f"The fee is {decimal_text(fees.create)} {fees.create.currency} by now")

    async def find(self, name: str) -> Registration | None:
        """The name as registered, here or, by its scenario, elsewhere."""
        held = await self._names.find(name, SPONSOR, self._clock())
        if held is None and scenario_of(name).state == "taken":
            now = self._clock()
            held = Registration(name, ours=False, transaction=None, created=now - YEAR, expires=now + YEAR)
        return held

    async def create(self, command: Command) -> Answer:
        """Register the name, after what its scenario has in store."""
        scenario = scenario_of(command.name)
        if scenario.refuses:
            return Refusal(scenario.refuses)
        if "protected_code" in scenario.contexts and command.protected_code != PROTECTED_CODE:
            return Refusal("The code for this protected name is wrong", "PROTECTED_CODE")
        refused = _launch_refusal(command, scenario, self._clock()) or self._dearer(command, scenario)
        if refused:
            return refused
        if scenario.stolen:
            await self._register(command, SOMEBODY_ELSE, 0, self._names.register)
            return Lost("The name was registered by somebody else")
        return await self._registered(command, scenario, self._names.register)

    async def transfer(self, command: Command) -> Answer:
        """Bring the name here; an auth code beginning with "wrong" is refused, any other is right."""
        if (command.auth_info or "").startswith(WRONG_CODE):
            return Refusal("The auth code is wrong", "authInfo")
        return await self._registered(command, scenario_of(command.name), self._names.take_over)

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """Make it so, unless it is; silent as the name's scenario says. What begins with "wrong" is refused."""
        refusal = _refused(change)
        if refusal:
            return refusal
        now, clashes = self._clock(), list[str]()

        def how(held: Registration) -> Registration:
            clashes[:] = _obstacles(change, held)
            return held if clashes or is_so(change, held) else _altered(held, change, now)

        altered = await self._spoken(transaction, scenario_of(name), lambda: self._names.alter(name, SPONSOR, now, how))
        if clashes:
            return Refusal(clashes[0])
        return Lost("The name is not registered here") if altered is None else Done(altered)

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

    async def _registered(self, command: Command, scenario: Scenario, write: Write) -> Answer:
        registration = await self._spoken(
            command.transaction, scenario, lambda: self._register(command, SPONSOR, scenario.pending, write)
        )
        if registration is None:
            return Lost("The name was registered by somebody else")
        return Pending(scenario.pending) if scenario.pending else Done(registration)

    async def _register(self, command: Command, sponsor: str, pending: int, write: Write) -> Registration | None:
        """The registration, None if the name belongs to another one. The same transaction id changes nothing."""
        now = self._clock()
        # Who creates a name may give it its auth code; of a transfer, the code was the one it had elsewhere.
        chosen = None if scenario_of(command.name).state == "taken" else command.auth_info
        new = Registration(
            command.name,
            ours=True,
            transaction=command.transaction,
            created=now,
            expires=now + YEAR * command.years,
            pending=bool(pending),
            name_servers=ELSEWHERE if scenario_of(command.name).state == "taken" else command.name_servers,
            auth_info=chosen or sha256(f"{command.name} {command.transaction}".encode()).hexdigest()[:16],
            owner=command.owner,
        )
        if await write(new, sponsor, now + timedelta(seconds=pending)):
            return new
        held = await self._names.find(command.name, sponsor, now)
        return held if held and held.ours and held.transaction == command.transaction else None
