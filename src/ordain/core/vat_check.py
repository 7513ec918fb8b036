"""Checks of a customer's VAT number: what was asked and answered, kept as evidence, and what follows from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.language import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

Answer = Literal["valid", "invalid", "unknown"]
"""unknown: whoever was asked could not tell."""

ASK_AGAIN_AFTER = timedelta(minutes=5)
"""Whoever could not tell is let alone for so long."""
BY_FORM = "format and check digits"
"""The source of a check nobody was asked for."""


class Told(Struct, frozen=True, kw_only=True):
    """What a checker answered."""

    answer: Answer
    source: str
    """Who says so."""
    consultation: str = ""
    """The number by which the answer can be looked up again, if one was given."""
    name: str = ""
    address: str = ""
    reason: str = ""
    """Why it cannot tell."""


class Check(Struct, frozen=True, kw_only=True):
    """One check, as it is kept: never changed."""

    check_id: int
    nic: str
    number: str
    asked: datetime
    told: Told


class Policy(Struct, frozen=True):
    """How long an answer is good for, and what silence means."""

    good_for: timedelta = timedelta(days=30)
    """After which the number is asked for again."""
    grace: timedelta = timedelta(days=90)
    """How old the last "valid" may be to count while nobody can tell."""
    trust_silence: bool = False
    """Whether a number nobody can tell of counts."""


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether a number counts, by which check, and what the last answer was."""

    number: str
    counts: bool
    evidence: int | None = None
    last: Answer = "valid"
    source: str = BY_FORM
    """Who said so."""


def current(checks: Sequence[Check], policy: Policy, now: datetime) -> bool:
    """Whether the latest of a number's checks (they come latest first) still holds, so that nobody need be asked."""
    if not checks:
        return False
    kept = ASK_AGAIN_AFTER if checks[0].told.answer == "unknown" else policy.good_for
    return now - checks[0].asked < kept


def verdict(number: str, checks: Sequence[Check], policy: Policy, now: datetime) -> Verdict:
    """What a number's checks, the latest first, come to. There is at least one."""
    latest, rests_on = checks[0], checks[0]
    answered = next((each for each in checks if each.told.answer != "unknown"), None)
    counts = latest.told.answer == "valid"
    if latest.told.answer == "unknown":
        lately = answered is not None and now - answered.asked < policy.grace
        counts = policy.trust_silence
        if answered and (lately or answered.told.answer == "invalid"):
            counts, rests_on = answered.told.answer == "valid", answered
    return Verdict(
        number=number,
        counts=counts,
        evidence=rests_on.check_id,
        last=rests_on.told.answer,
        source=rests_on.told.source,
    )


REFUTED = (
    "The VAT number %(number)s is not valid according to %(source)s: you are taxed as a consumer. Correct it in your "
    "account if it is another."
)
UNTOLD = "The VAT number %(number)s cannot be checked just now (%(source)s): you are taxed as a consumer for now."


def remark(found: Verdict) -> Sentence | None:
    """Why a number does not count, for the customer to know before they order; None where it does."""
    if found.counts:
        return None
    return Sentence(REFUTED if found.last == "invalid" else UNTOLD, {"number": found.number, "source": found.source})
