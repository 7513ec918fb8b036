"""What a consumer key may spend: so much a day, so much a month (both of UTC), counted since it has a limit."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct, structs

from ordain.core.language import Sentence
from ordain.core.money import UNIT, Money, decimal_text, parse_amount, smallest, zero
from ordain.core.refusal import Refusal, refusal

HIGHEST = 1_000_000 * UNIT
"""Micro-cents of a limit."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Limit(Struct, frozen=True, kw_only=True):
    """At most these amounts of one currency, at least one of them; None: as much as there is."""

    currency: str
    per_day: Money | None = None
    per_month: Money | None = None


class Spending(Struct, frozen=True, kw_only=True):
    """A key's limit, and what it spent on the day and in the month of `at`."""

    limit: Limit
    day: Money
    month: Money
    at: datetime = NEVER

    def of_today(self, now: datetime) -> Money:
        """Spent on this day."""
        return self.day if self.at.date() == now.date() else zero(self.limit.currency)

    def this_month(self, now: datetime) -> Money:
        """Spent in this month."""
        same = (self.at.year, self.at.month) == (now.year, now.month)
        return self.month if same else zero(self.limit.currency)


def begun(limit: Limit) -> Spending:
    """A limit of which nothing is spent."""
    return Spending(limit=limit, day=zero(limit.currency), month=zero(limit.currency))


def limited(before: Spending | None, limit: Limit) -> Spending:
    """Another limit for the same key: what it spent of that currency still counts."""
    if before is None or before.limit.currency != limit.currency:
        return begun(limit)
    return structs.replace(before, limit=limit)


def read_limit(currency: str, per_day: str | None, per_month: str | None) -> Limit | list[Refusal]:
    """A limit as people write it, "25.00" each; empty is none. Refusals for what is no amount."""
    amounts: dict[str, Money | None] = {}
    refusals = []
    for field, text in (("perDay", per_day), ("perMonth", per_month)):
        try:
            amounts[field] = Money(parse_amount(text.strip()), currency) if text and text.strip() else None
        except ValueError:
            refusals.append(refusal("invalid", "%(field)s: Expected an amount such as 25.00", field, field=field))
    if refusals:
        return refusals
    limit = Limit(currency=currency, per_day=amounts["perDay"], per_month=amounts["perMonth"])
    return limit_refusals(limit) or limit


def limit_refusals(limit: Limit) -> list[Refusal]:
    """Why this can be nobody's limit."""
    step = smallest(limit.currency)
    refusals = [
        refusal(
            "invalid",
            "%(field)s: Expected an amount from 0 to %(highest)s %(currency)s that can be paid",
            field,
            field=field,
            highest=HIGHEST // UNIT,
            currency=limit.currency,
        )
        for field, amount in (("perDay", limit.per_day), ("perMonth", limit.per_month))
        if amount and not (0 <= amount.ucents <= HIGHEST and amount.ucents % step == 0)
    ]
    if limit.per_day is None and limit.per_month is None:
        refusals.append(Refusal("invalid", "Say how much: a day, a month, or both", "perDay"))
    return refusals


def spent(before: Spending, wanted: Money, now: datetime) -> Spending | Refusal:
    """The count with this payment, or why the key may not make it."""
    limit = before.limit
    if not wanted.ucents:
        return before
    now = max(now, before.at)  # one that began before midnight may be counted after one of the new day
    if wanted.currency != limit.currency:
        return refusal(
            "forbidden",
            "This key may spend %(currency)s only: %(wanted)s are wanted",
            currency=limit.currency,
            wanted=_told(wanted),
        )
    day, month = before.of_today(now), before.this_month(now)
    for most, gone, when in ((limit.per_day, day, "a day"), (limit.per_month, month, "a month")):
        if most is not None and (gone + wanted).ucents > most.ucents:
            said = "This key may spend %(most)s %(when)s: %(spent)s are spent, %(wanted)s are wanted"
            return refusal(
                "forbidden", said, most=_told(most), when=Sentence(when), spent=_told(gone), wanted=_told(wanted)
            )
    return structs.replace(before, day=day + wanted, month=month + wanted, at=now)


def paid_after_all(before: Spending, amount: Money, now: datetime) -> Spending:
    """The count with a payment that was given back and came about all the same: it is made, whatever the limit."""
    if amount.currency != before.limit.currency:
        return before
    now = max(now, before.at)
    return structs.replace(before, day=before.of_today(now) + amount, month=before.this_month(now) + amount, at=now)


def given_back(before: Spending, amount: Money, at: datetime) -> Spending:
    """The count without a payment of that instant that did not come about: days and months since then stay so."""
    if amount.currency != before.limit.currency:
        return before
    day, month = before.day, before.month
    if before.at.date() == at.date():
        day = _less(day, amount)
    if (before.at.year, before.at.month) == (at.year, at.month):
        month = _less(month, amount)
    return structs.replace(before, day=day, month=month)


def _less(count: Money, amount: Money) -> Money:
    return Money(max(count.ucents - amount.ucents, 0), count.currency)


def _told(amount: Money) -> str:
    return f"{decimal_text(amount)} {amount.currency}"
