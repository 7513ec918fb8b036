"""The prices an extension is published at, from the tables carts are priced by (wire-contract §3, Public catalogue)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.money import UNIT
from ordain.core.promotions import Promotion, Purchase, chosen, everybodys

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
    once: bool = False
    """Paid once, for no length of time."""


def figures(market: Market, extension: Extension, subsidiary: Subsidiary, now: datetime) -> list[Figure]:
    """Every price of an extension at this instant; none while it is not sold."""
    try:
        prices = extension.prices[subsidiary.currency].at(now)
    except LookupError:
        return []
    return list(_figures(extension, prices, subsidiary, everybodys(market.promotions, now)))


def _figures(
    extension: Extension, prices: Prices, subsidiary: Subsidiary, promotions: Sequence[Promotion]
) -> Iterator[Figure]:
    def first(action: str, price: int) -> Figure:
        purchase = Purchase(extension.name, action, price, subsidiary.currency)
        promotion = chosen(promotions, purchase)
        discount = promotion.discount(price, subsidiary.currency) if promotion else 0
        return Figure(mode=f"{action}-default", phase=0, price=price, promotion=promotion, discount=discount)

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
    lists = (e.prices[subsidiary.currency] for e in market.catalogue.extensions.values() if e.prices)
    changes = chain((each.next_change(now) for each in lists), [subsidiary.tax.next_change(now)])
    turns = (at for p in market.promotions for at in (p.begins, p.ends) if at and at > now)
    return min((at for at in chain(changes, turns) if at), default=None)
