"""Promotions: who gets how much off the first year, as data (catalogue/promotions.toml)."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import parse_amount, round_to, smallest

if TYPE_CHECKING:
    from collections.abc import Iterable


class Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of promotions.toml. Either `amount` (by currency) or `percent` says what is taken off."""

    name: str
    title: str
    """Printed on the order's GIFT line."""
    extensions: tuple[str, ...]
    actions: tuple[str, ...] = ("create",)
    amount: dict[str, str] = {}
    percent: int = 0
    begins: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        if bool(self.amount) == bool(self.percent):
            message = f"promotion {self.name}: give either amount or percent"
            raise ValueError(message)
        if not 0 <= self.percent <= 100:
            message = f"promotion {self.name}: percent is between 0 and 100"
            raise ValueError(message)
        for text in self.amount.values():
            if parse_amount(text) <= 0:
                message = f"promotion {self.name}: an amount is above zero"
                raise ValueError(message)
        if any(instant and instant.utcoffset() is None for instant in (self.begins, self.ends)):
            message = f"promotion {self.name}: begins and ends need a time zone"
            raise ValueError(message)

    def runs(self, now: datetime) -> bool:
        """Whether it is on at this instant: from `begins` on, up to but not including `ends`."""
        return (self.begins is None or self.begins <= now) and (self.ends is None or now < self.ends)

    def discount(self, price: int, currency: str) -> int:
        """What it takes off this net price, in micro-cents: never more than the price."""
        if self.percent:
            return min(price, round_to(Fraction(price * self.percent, 100), smallest(currency)))
        return min(price, parse_amount(self.amount.get(currency, "0")))


class Gift(Struct, frozen=True):
    """A promotion as applied to one price."""

    title: str
    discount: int


class Purchase(Struct, frozen=True):
    """What a promotion is asked about."""

    extension: str
    action: str
    price: int
    currency: str


def best(promotions: Iterable[Promotion], purchase: Purchase, now: datetime) -> Gift | None:
    """The running promotion that takes off most; of equals, the first by name, so that order never matters."""
    fitting = (
        (-p.discount(purchase.price, purchase.currency), p.name, p.title)
        for p in promotions
        if purchase.extension in p.extensions and purchase.action in p.actions and p.runs(now)
    )
    found = min(fitting, default=None)
    return Gift(found[2], -found[0]) if found and found[0] < 0 else None
