"""What names cost us: a registry's own fees, an owner's price, or what catalogue/costs.toml says."""

from __future__ import annotations

from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import Money, parse_amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.order import OrderItem
    from ordain.core.registry import Fees


class Wholesale(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[cost]]: what a registry charges for ordinary names, net. Amounts are decimal texts such as "4.60"."""

    extensions: tuple[str, ...]
    """Names or globs, such as "*.uk"."""
    currency: str
    create: str
    """The first year of a new name."""
    renew: str | None = None
    """Every further year; as much as the first, if it is left out."""
    transfer: str | None = None
    """Of a name that comes from elsewhere; None: not known."""
    begins: datetime | None = None
    """Since when; None: since ever."""

    def __post_init__(self) -> None:
        if any(parse_amount(text) < 0 for text in (self.create, self.renew, self.transfer) if text is not None):
            message = "a cost is not below zero"
            raise ValueError(message)
        if self.begins is not None and self.begins.utcoffset() is None:
            message = "`begins` needs a time zone"
            raise ValueError(message)

    def fits(self, extension: str, now: datetime) -> bool:
        """Whether it speaks of this extension, by now."""
        begun = self.begins is None or self.begins <= now
        return begun and any(fnmatchcase(extension, each) for each in self.extensions)

    def price(self, action: str | None, years: int) -> Money | None:
        """Of a name for so many years, None where that is not known."""
        if action == "create":
            further = self.create if self.renew is None else self.renew
            return Money(parse_amount(self.create) + (years - 1) * parse_amount(further), self.currency)
        if action in ("renew", "restore"):  # a restoration's own price is not told: its years are known
            return Money(years * parse_amount(self.create if self.renew is None else self.renew), self.currency)
        if action == "transfer" and self.transfer is not None:
            return Money(parse_amount(self.transfer), self.currency)
        return None


def price(item: OrderItem, costs: Sequence[Wholesale], now: datetime) -> Money | None:
    """What an item's name costs us; None where nobody told. The last rule that fits an ordinary name counts."""
    if item.asking is not None:
        return item.asking
    if item.fees is None:
        rule = next((each for each in reversed(costs) if each.fits(item.plan, now)), None)
        return rule.price(item.action, item.years) if rule else None
    if item.action == "transfer":
        return item.fees.transfer
    if item.action in ("renew", "restore"):
        return _kept(item, item.fees)
    if item.years == 1:
        return item.fees.create
    return None if item.fees.renew is None else item.fees.create + item.fees.renew * (item.years - 1)


def _kept(item: OrderItem, fees: Fees) -> Money | None:
    """Of years that are added, and of the restoration before them."""
    if fees.renew is None:
        return None
    years = fees.renew * item.years
    if item.action == "renew":
        return years
    return years if fees.restore is None else fees.restore + years
