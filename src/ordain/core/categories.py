"""How extensions are grouped and shown, as data (catalogue/categories.toml), and what is new about their prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.promotions import Purchase, counting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.core.catalogue import Extension, Subsidiary
    from ordain.core.offer import Market

NEWS = timedelta(days=90)
"""How long an extension is new, and a lower price a drop."""

Groups = Mapping[str, tuple[str, ...]]


class Categories(Struct, frozen=True):
    """Extensions by theme and by place, in the order they are shown; and those shown first, by subsidiary."""

    thematic: Groups = {}
    geolocalization: Groups = {}
    highlighted: Groups = {}

    def first(self, subsidiary: str) -> tuple[str, ...]:
        """The extensions a subsidiary shows first."""
        return self.highlighted.get(subsidiary, self.highlighted.get("default", ()))


def asked(groups: Groups, names: str | None) -> frozenset[str] | None:
    """The extensions of some groups, named with commas between them; None when nobody asks for any."""
    if names is None:
        return None
    wanted = {name.strip().lower() for name in names.split(",")}
    return frozenset(each for name, of in groups.items() if name.lower() in wanted for each in of)


def ordered(names: Iterable[str], first: tuple[str, ...], by: Literal["alphabetical", "trending"]) -> list[str]:
    """The names from a to z; where trends are asked for, those of ours that are shown first come first."""
    place = {name: at for at, name in enumerate(first)} if by == "trending" else {}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))


def is_new(extension: Extension, currency: str, now: datetime) -> bool:
    """Whether its sale began a short while ago."""
    if not extension.prices:
        return False
    begun = extension.prices[currency].entries[0][0]
    return begun is not None and begun <= now < begun + NEWS


def is_cheaper(market: Market, extension: Extension, subsidiary: Subsidiary, now: datetime) -> bool:
    """Whether a new name costs less than it did: by a promotion that runs, or since a short while ago."""
    scheduled = extension.prices[subsidiary.currency].entries if extension.prices else ()
    held = [(since, prices.create) for since, prices in scheduled if since is None or since <= now]
    if not held:
        return False
    since, price = held[-1]
    purchase = Purchase(extension.name, "create", price, subsidiary.currency, extension.periods)
    if counting(market.gifts(purchase, subsidiary.code, now), extension.periods[0]):
        return True
    return len(held) > 1 and price < held[-2][1] and since is not None and now < since + NEWS
