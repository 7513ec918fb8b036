"""From what a registry or wholesaler asks to what customers pay: the rules of catalogue/margins.toml."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import UNIT, parse_amount, smallest

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDING = re.compile(r"\d{0,4}(\.\d{1,8})?", re.ASCII)


class Margin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[margin]]: what is put on top of a purchase price, and how the result ends. Amounts are decimal texts."""

    extensions: tuple[str, ...] = ("*",)
    """Names or globs, such as "*.uk"."""
    currencies: tuple[str, ...] = ("*",)
    percent: str = "0"
    amount: str = "0"
    minimum: str | None = None
    """What is earned at least."""
    ending: str | None = None
    """ ".99", or "9" for whole amounts that end so: the price is raised to the next one."""
    below_cost: bool = False
    """Whether the price may be lower than what is paid for it: a negative percentage or amount then counts."""

    def __post_init__(self) -> None:
        if self.ending is not None and not (self.ending and _ENDING.fullmatch(self.ending)):
            message = f"an ending is digits such as .99 or 9, not {self.ending!r}"
            raise ValueError(message)
        if (
            min(map(parse_amount, (self.percent, self.amount, "0" if self.minimum is None else self.minimum))) < 0
            and not self.below_cost
        ):
            message = "what is negative sells below cost: say `below_cost = true`"
            raise ValueError(message)

    def fits(self, extension: str, currency: str) -> bool:
        """Whether it speaks of this extension in this currency."""
        return any(fnmatchcase(extension, each) for each in self.extensions) and (
            any(fnmatchcase(currency, each) for each in self.currencies)
        )

    def price(self, cost: int, currency: str) -> int:
        """The price of what costs this many micro-cents: raised, never lowered, to an amount that can be paid.

        What is free stays free.
        """
        if cost == 0:
            return 0
        earned = Fraction(cost * parse_amount(self.percent), 100 * UNIT) + parse_amount(self.amount)
        if self.minimum is not None:
            earned = max(earned, Fraction(parse_amount(self.minimum)))
        return self._raised(max(cost + earned, Fraction(0)), currency)

    def _raised(self, amount: Fraction, currency: str) -> int:
        step = smallest(currency)
        if self.ending is None:
            return ceil(Fraction(amount, step)) * step
        whole, _, _ = self.ending.partition(".")
        end = parse_amount(self.ending if whole else f"0{self.ending}")
        every: int = UNIT * 10 ** len(whole)
        return max(0, ceil(Fraction(amount - end, every))) * every + end


def chosen(margins: Iterable[Margin], extension: str, currency: str) -> Margin | None:
    """The last rule that fits, so that what is special stands below what is usual."""
    return next((each for each in reversed(tuple(margins)) if each.fits(extension, currency)), None)


def misfit(margin: Margin, currency: str) -> str | None:
    """Why a rule cannot be used for a currency: its ending is no amount that can be paid."""
    if margin.ending and margin.price(UNIT, currency) % smallest(currency):
        return f"nothing can cost an amount that ends in {margin.ending} {currency}"
    return None
