"""What charts show: figures of a time, worked out of what was read."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DAY = 86_400_000_000
"""Microseconds."""
PERIODS = (7, 30, 90, 365)
"""Days that can be looked at."""
MOST_EXTENSIONS = 12

BOUNDS = (10_000_000, 60_000_000, 600_000_000, 3_600_000_000, DAY)
"""Microseconds up to which a delivery is counted in its column: ten seconds, a minute, ten minutes, an hour, a day."""


class Sale(Struct, frozen=True):
    """An item that was paid for: net price, and what it cost us, None where that is not known."""

    plan: str
    net: Money
    cost: Money | None
    returned: bool = False
    """Its money was given back: it brought nothing. What it cost us, it did."""


class Steps(Struct, frozen=True):
    """How many carts came so far."""

    carts: int = 0
    filled: int = 0
    assigned: int = 0
    ordered: int = 0
    paid: int = 0
    delivered: int = 0


class OfDay(Struct, frozen=True):
    """Orders placed on a day, and how many of them were paid since."""

    day: date
    orders: int
    paid: int


class OfExtension(Struct, frozen=True):
    """What an extension brought in one currency."""

    plan: str
    items: int
    revenue: Money
    cost: Money
    unknown: int
    """Items whose cost is not known, or in another currency: the margin is too good by these."""

    @property
    def margin(self) -> Money:
        """What is left."""
        return self.revenue - self.cost


class Figures(Struct, frozen=True, kw_only=True):
    """All charts of a time."""

    days: list[OfDay]
    steps: Steps
    extensions: list[OfExtension]
    cut: bool
    """There were more orders than were looked at for the extensions."""
    durations: list[int]
    """Deliveries by how long they took: one number for each of BOUNDS, and one for what took longer."""
    failures: list[tuple[str, int]]


def by_day(first: date, count: int, found: Mapping[int, tuple[int, int]]) -> list[OfDay]:
    """Every day of a time, those without orders too."""
    return [OfDay(first + timedelta(days=at), *found.get(at, (0, 0))) for at in range(count)]


def by_extension(sales: Iterable[Sale]) -> list[OfExtension]:
    """Sales added up, the largest revenue first; what is beyond the first dozen is left out."""
    found: dict[tuple[str, str], OfExtension] = {}
    for sale in sales:
        key = sale.plan, sale.net.currency
        nothing = Money(0, sale.net.currency)
        before = found.get(key) or OfExtension(sale.plan, 0, nothing, nothing, 0)
        known = sale.cost is not None and sale.cost.currency == sale.net.currency
        kept = not sale.returned
        found[key] = OfExtension(
            sale.plan,
            before.items + kept,
            before.revenue + (sale.net if kept else nothing),
            before.cost + (sale.cost if known and sale.cost else nothing),
            before.unknown + (kept and not known),
        )
    ranked = sorted(found.values(), key=lambda one: (-one.revenue.ucents, one.plan))
    return [one for one in ranked if one.items or one.cost.ucents][:MOST_EXTENSIONS]


def by_duration(micros: Iterable[int]) -> list[int]:
    """How many took how long."""
    found = Counter(bisect_left(BOUNDS, each) for each in micros)
    return [found[at] for at in range(len(BOUNDS) + 1)]
