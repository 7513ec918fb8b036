"""The sandbox registry's scenarios: a name's first word chooses what happens to it (docs/sandbox.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.marketplace import Platform
from ordain.core.money import UNIT, Money
from ordain.core.registry import Fees, State
from ordain.core.registry_life import Kept

if TYPE_CHECKING:
    from datetime import datetime

SPONSOR, SOMEBODY_ELSE = "ordain", "somebody-else"
ELSEWHERE = ("ns1.elsewhere.example", "ns2.elsewhere.example")


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
    discreet: bool = False
    """Whether it can be transferred, and with which code, is told by the transfer alone."""
    reviewed: bool = False
    """It is refused unless its owner gives a good reason why they may have it."""
    transfer: Literal["at once", "five days", "rejected"] = "at once"
    """What its present registrar does about a transfer."""
    locked: bool = False
    """That registrar locked it."""
    days_old: int = 365
    """How long ago it was registered elsewhere."""


ORDINARY = Scenario(told="Available at the list price, delivered at once")

FIRST: tuple[tuple[Platform, int], ...] = (("aftermarket1", 750),)
SECOND: tuple[tuple[Platform, int], ...] = (("aftermarket2", 1900),)
BOTH = (*FIRST, *SECOND)

SCENARIOS: dict[str, Scenario] = {
    "taken-premium": Scenario(told="Registered elsewhere, transfer at a premium price", state="taken", premium=200),
    "taken-pending": Scenario(
        told="Registered elsewhere; a transfer takes five days, in which the present registrar says nothing",
        state="taken",
        transfer="five days",
    ),
    "taken-rejected": Scenario(
        told="Registered elsewhere; the present registrar rejects the transfer after two days",
        state="taken",
        transfer="rejected",
    ),
    "taken-locked": Scenario(
        told="Registered elsewhere and locked there: a transfer is refused", state="taken", locked=True
    ),
    "taken-young": Scenario(
        told="Registered elsewhere three days ago: refused where names are not transferred in their first 60 days",
        state="taken",
        days_old=3,
    ),
    "taken-discreet": Scenario(
        told="Registered elsewhere; that an auth code is wrong is told by the transfer alone, after it was paid",
        state="taken",
        discreet=True,
    ),
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
    "ville": Scenario(
        told="A town's name: refused while its REASON is missing or begins with `wrong`; legitimacyAfnic corrects it",
        reviewed=True,
    ),
    "slow": Scenario(told="The registry decides for three seconds", pending=3),
    "refused": Scenario(told="The registry refuses at creation; the task ends in error", refuses="Policy violation"),
    "lost-answer": Scenario(told="The first create is carried out, its answer lost", silent=1, heard=True),
    "unreachable": Scenario(told="The first two creates reach nobody", silent=2),
    "stolen": Scenario(told="Somebody else takes it between payment and delivery; refunded", stolen=True),
}


_FIRST_WORDS = frozenset(word.partition("-")[0] for word in SCENARIOS)
"""Most names begin with none of them."""


def scenario_of(name: str) -> Scenario:
    """The first row whose word begins the name's label, as a whole word: "slow.fr" and "slow-2.fr", not "slowly.fr"."""
    label = name.partition(".")[0]
    if label.partition("-")[0] not in _FIRST_WORDS:
        return ORDINARY
    return next((s for word, s in SCENARIOS.items() if label == word or label.startswith(f"{word}-")), ORDINARY)


def registered_elsewhere(name: str, now: datetime) -> Kept | None:
    """A name that somebody else has by its scenario."""
    scenario = scenario_of(name)
    if scenario.state != "taken":
        return None
    return Kept(
        name=name,
        sponsor=SOMEBODY_ELSE,
        transaction=None,
        created=now - timedelta(days=scenario.days_old),
        expires=now + timedelta(days=365),
        ready=now,
        name_servers=ELSEWHERE,
        locked=scenario.locked,
    )


def fees(name: str, now: datetime) -> Fees | None:
    """What a premium name costs; None: it is none."""
    scenario = scenario_of(name)
    euros = scenario.premium + (60 * now.hour + now.minute if scenario.rising else 0)
    fee = Money(euros * UNIT, "EUR")
    return Fees(fee, None if scenario.standard_renewal else fee, fee) if euros else None
