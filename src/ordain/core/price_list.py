"""The prices an extension is published at, from the tables carts are priced by (wire-contract §3, Public catalogue)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.money import UNIT
from ordain.core.promotions import Promotion, Purchase, counting, gifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ordain.core.catalogue import Extension, Prices, Subsidiary
    from ordain.core.offer import Market

DEPENDS_ON_THE_NAME = 999_999 * UNIT
"""The figure that stands for "ask for this very name" in the published catalogue."""


class Figure(Struct, frozen=True, kw_only=True):
    """One price of an extension: net micro-cents, and what its promotion takes off."""

    mode: str
    phase: Literal[0, 1]
    """0: what is paid at first; 1: at each renewal, and to restore a name."""
    price: int
    promotion: Promotion | None = None
    discount: int = 0
    others: tuple[Promotion, ...] = ()
    """Promotions that take its place for other durations, and for whom it is not to be had."""
    once: bool = False
    """Paid once, for no length of time."""


def figures(market: Market, extension: Extension, subsidiary: Subsidiary, now: datetime) -> list[Figure]:
    """Every price of an extension at this instant; none while it is not sold, or before its sale begins."""
    try:
        extension.phases.at(now)
        prices = extension.prices[subsidiary.currency].at(now)
    except LookupError:
        return []
    return list(_figures(extension, prices, subsidiary, market.on(extension.name, subsidiary.code, now)))


def _figures(
    extension: Extension, prices: Prices, subsidiary: Subsidiary, promotions: Sequence[Promotion]
) -> Iterator[Figure]:
    def first(action: str, price: int) -> Figure:
        years = extension.periods if action == "create" else (max(1, extension.transfer.years_added),)
        found = gifts(promotions, Purchase(extension.name, action, price, subsidiary.currency, years))
        given, by_name = counting(found, years[0]), {one.name: one for one in promotions}
        return Figure(
            mode=f"{action}-default",
            phase=0,
            price=price,
            promotion=by_name[given.name] if given else None,
            discount=given.discount if given else 0,
            others=tuple(by_name[one.name] for one in found if one is not given),
        )

    yield first("create", prices.create)
    yield Figure(mode="create-default", phase=1, price=prices.renew)
    if extension.transfer.offered and prices.transfer is not None:
        yield first("transfer", prices.transfer)
        yield Figure(mode="transfer-default", phase=1, price=prices.renew)
    if prices.restore is not None:
        yield Figure(mode="restore-default", phase=1, price=prices.restore, once=True)
    if extension.premium:
        for action in ("create", "transfer") if extension.transfer.offered else ("create",):
            yield Figure(mode=f"{action}-premium", phase=0, price=DEPENDS_ON_THE_NAME)
            yield Figure(mode=f"{action}-premium", phase=1, price=DEPENDS_ON_THE_NAME)


def next_change(market: Market, subsidiary: Subsidiary, now: datetime) -> datetime | None:
    """The next instant at which any of a subsidiary's figures may be another; None if none is foreseen."""
    priced = [e for e in market.catalogue.extensions.values() if e.prices]
    lists = (of.next_change(now) for e in priced for of in (e.prices[subsidiary.currency], e.phases, e.sale))
    changes = chain(lists, [subsidiary.tax.next_change(now)])
    turns = (at for p in market.promotions for at in (p.begins, p.ends) if at and at > now)
    return min((at for at in chain(changes, turns) if at), default=None)
