"""Money as whole micro-cents with a currency, one rounding function, and prices that must add up.

A micro-cent is the contract's `priceInUcents`: 10⁻⁸ of the currency's unit (wire-contract §4.6).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

UNIT = 100_000_000
"""Micro-cents in one unit of a currency."""

CENT = UNIT // 100

# The smallest amount that can be paid in each currency, in micro-cents. All but these have cents.
_SMALLEST = {"XOF": UNIT, "TND": UNIT // 1000, "points": UNIT}


def smallest(currency: str) -> int:
    """The smallest amount that can be paid in this currency, in micro-cents."""
    return _SMALLEST.get(currency, CENT)


class Money(Struct, frozen=True, order=True, array_like=True):
    """An amount in micro-cents of a currency. Arithmetic between currencies raises ValueError.

    Stored it is a pair, `[999000000, "EUR"]`: orders hold dozens.
    """

    ucents: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.ucents + other.ucents, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.ucents - other.ucents, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.ucents, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.ucents * times, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} do not mix"
            raise ValueError(message)


def zero(currency: str) -> Money:
    """No money, of this currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; `currency` names the zero of an empty list."""
    result = 0
    for amount in amounts:
        if amount.currency != currency:
            message = f"{amount.currency} and {currency} do not mix"
            raise ValueError(message)
        result += amount.ucents
    return Money(result, currency)


def round_to(ucents: int | Fraction, step: int) -> int:
    """The nearest multiple of `step`; halves go away from zero, so that a refund mirrors its charge."""
    return _nearest(ucents.numerator, ucents.denominator, step)


def part_of(ucents: int, rate: Fraction, step: int) -> int:
    """The nearest multiple of `step` to this part of an amount, rounded likewise."""
    return _nearest(ucents * rate.numerator, rate.denominator, step)


def _nearest(numerator: int, denominator: int, step: int) -> int:
    """Of a fraction that need not be in lowest terms: to make one of it would take longer than all the rest."""
    denominator *= step
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = (quotient + (2 * rest >= denominator)) * step
    return rounded if numerator >= 0 else -rounded


def payable(amount: Money) -> Money:
    """The amount rounded to what its currency can pay."""
    return Money(round_to(amount.ucents, smallest(amount.currency)), amount.currency)


class TaxedPrice(Struct, frozen=True):
    """Net, tax and gross, which refuses to exist unless they add up."""

    net: Money
    tax: Money
    gross: Money

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            message = f"{self.net} + {self.tax} is not {self.gross}"
            raise ValueError(message)


_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,8}))?", re.ASCII)


def parse_amount(text: str) -> int:
    """Micro-cents of a decimal text such as "6.99". ValueError if it is none or has more than 8 decimals."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        message = f"{text!r} is not an amount of at most 8 decimals"
        raise ValueError(message)
    sign, whole, decimals = found.groups(default="")
    ucents = int(whole) * UNIT + int(decimals.ljust(8, "0"))
    return -ucents if sign else ucents


@lru_cache(maxsize=4096)
def decimal_text(amount: Money) -> str:
    """The amount as people write it, without a currency: "6.99", "-2.50", "700" for a currency without cents."""
    step = smallest(amount.currency)
    digits = len(str(UNIT // step)) - 1
    rounded = round_to(amount.ucents, step)
    whole, rest = divmod(abs(rounded) // step, 10**digits)
    sign = "-" if rounded < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"
