"""Promotions: who gets how much off the first year, as data (catalogue/promotions.toml).

A promotion with a code is a coupon: it counts only in carts that its code was put in.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import parse_amount, round_to, smallest
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable


CODE = re.compile(r"[A-Z0-9]([A-Z0-9-]{2,30}[A-Z0-9])", re.ASCII)
"""A coupon's code, as it is written in the catalogue; customers may type it in lower case."""
MOST_COUPONS = 10
"""In one cart."""


class Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of promotions.toml. Either `amount` (by currency) or `percent` says what is taken off."""

    name: str
    title: str
    """Printed on the order's GIFT line, or a coupon's VOUCHER line."""
    extensions: tuple[str, ...]
    actions: tuple[str, ...] = ("create",)
    amount: dict[str, str] = {}
    percent: int = 0
    begins: datetime | None = None
    ends: datetime | None = None
    code: str | None = None
    """What customers type to have it; None for what everybody gets."""

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
        if self.code is not None and not CODE.fullmatch(self.code):
            message = f"promotion {self.name}: a code is 4 to 32 of A to Z, 0 to 9 and hyphens"
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
    ends: datetime | None = None


class Purchase(Struct, frozen=True):
    """What a promotion is asked about."""

    extension: str
    action: str
    price: int
    currency: str


def chosen(promotions: Iterable[Promotion], purchase: Purchase) -> Promotion | None:
    """The one that takes off most; of equals, the first by name, so that order never matters. None if none does."""
    fitting = [
        (-p.discount(purchase.price, purchase.currency), p.name, p)
        for p in promotions
        if purchase.extension in p.extensions and purchase.action in p.actions
    ]
    off, _, found = min(fitting, key=lambda one: one[:2], default=(0, "", None))
    return found if off else None


def gift(promotion: Promotion | None, purchase: Purchase) -> Gift | None:
    """The promotion as applied to this purchase."""
    if promotion is None:
        return None
    return Gift(promotion.title, promotion.discount(purchase.price, purchase.currency), promotion.ends)


def everybodys(promotions: Iterable[Promotion], now: datetime) -> list[Promotion]:
    """Those that run now and need no code."""
    return [p for p in promotions if p.code is None and p.runs(now)]


def best(promotions: Iterable[Promotion], purchase: Purchase, now: datetime) -> Gift | None:
    """The promotion everybody gets on this purchase now."""
    return gift(chosen(everybodys(promotions, now), purchase), purchase)


def coupon(promotions: Iterable[Promotion], typed: str, now: datetime) -> Promotion | Refusal:
    """The coupon somebody typed the code of, if it is to be had now."""
    wanted = typed.strip().upper()
    found = next((p for p in promotions if p.code == wanted), None)
    if found is None:
        return Refusal("invalid", f"coupon {typed[:40]!r} is unknown", "coupon")
    if found.runs(now):
        return found
    when = "has expired" if found.ends and found.ends <= now else "cannot be used yet"
    return Refusal("invalid", f"coupon {found.code} {when}", "coupon")
