"""Limited promotions: what is left of them for whom, and their uses, counted when an order is placed.

A promotion without limits touches no counter; one that is limited per customer touches rows of its customer alone.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import deals
from ordain.core.deals import Allowance, Past
from ordain.core.order import status
from ordain.core.refusal import conflict
from ordain.store import orders, promotions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ordain.core.cart import Cart
    from ordain.core.deals import Use
    from ordain.core.offer import Market
    from ordain.core.order import Order
    from ordain.core.promotions import Limits
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

AT_ONCE = 50
"""Uses looked at again in one transaction: nobody else writes meanwhile."""
LATEST = 50
"""Orders looked at for one that was not cancelled: who cancelled so many is no stranger."""

GRACE = timedelta(minutes=1)
"""What a payment asked for in time may take to be written."""


async def allowances(tx: Tx, limits: Mapping[str, Limits], nic: str | None, now: datetime) -> dict[str, Allowance]:
    """What is left of each of these promotions, by name; of somebody unknown the best is believed."""
    ordered = bool(nic) and any(of.first_order for of in limits.values()) and await _has_ordered(tx, nic or "", now)
    found = {}
    for name, of in limits.items():
        used = 0 if of.quantity is None else await promotions.used(tx, name)
        own = 0 if of.per_customer is None or nic is None else await _own(tx, nic, name, now)
        found[name] = deals.allowance(of, Past(used, own, ordered))
    return found


async def _has_ordered(tx: Tx, nic: str, now: datetime) -> bool:
    """Whether the account has an order that was not cancelled: paid, or waiting to be."""
    latest = await orders.latest(tx, nic, LATEST)
    for order_id in latest:
        if not await _cancelled(tx, nic, order_id, now):
            return True
    return len(latest) == LATEST


async def _cancelled(tx: Tx, nic: str, order_id: int, now: datetime) -> bool:
    standing = await orders.standing(tx, nic, order_id)
    return standing is not None and status(standing, now) == "cancelled"


async def _own(tx: Tx, nic: str, promotion: str, now: datetime) -> int:
    """The account's uses, but for those of orders that were cancelled."""
    return sum([
        uses
        for order_id, uses in await promotions.own(tx, nic, promotion)
        if not await _cancelled(tx, nic, order_id, now)
    ])  # fmt: skip


async def barred(engine: Engine, tx: Tx, nic: str | None, cart: Cart | None = None) -> Market:
    """What is sold to this customer, who has this cart: without the promotions there is nothing left of."""
    limited = engine.market.index.limited
    if not limited:
        return engine.market
    now = engine.clock()
    # A promotion that was edited is there once for each time that it is so: those that run have different names.
    left = await allowances(tx, {one.name: one.limits for one in limited if one.runs(now)}, nic, now)
    spent = deals.used_in(cart) if cart else Counter[str]()
    gone = frozenset(name for name, of in left.items() if of.left <= spent[name])
    return structs.replace(engine.market, barred=gone) if gone else engine.market


async def market_for(engine: Engine, nic: str | None) -> Market:
    """What is sold to this customer, whose cart nobody asked about."""
    if not engine.market.index.limited:
        return engine.market
    return await engine.database.read(lambda tx: barred(engine, tx, nic))


async def take(tx: Tx, order: Order, made: list[Use]) -> None:
    """Count the uses an order makes. Raises Refused where there are fewer than when they were judged."""
    of = deals.limits_of(made)
    for name, uses in Counter(use.name for use in made).items():
        quantity = of[name].quantity
        if quantity is not None and not await promotions.count(tx, name, uses, quantity):
            message = "A promotion was used up at this very moment: look at the cart again"
            raise conflict(message)
        if quantity is not None or of[name].per_customer is not None:
            await promotions.add(tx, order, name, uses, counted=quantity is not None)


async def withdrawn(tx: Tx, order: Order) -> None:
    """Give back the uses of an order that was not paid, and never can be."""
    for promotion in await promotions.of_order(tx, order.nic, order.order_id):
        await promotions.give_back(tx, order.nic, promotion, order.order_id)


async def sweep(engine: Engine) -> int:
    """Give back the uses of orders that came to nothing, once they can no longer be paid; how many they were."""
    given, of_round = 0, AT_ONCE

    async def look(tx: Tx) -> tuple[int, int]:
        now, back = engine.clock(), 0
        seen = await promotions.due(tx, now - GRACE, AT_ONCE)
        for nic, promotion, order_id in seen:
            standing = await orders.standing(tx, nic, order_id)
            if standing is not None and standing.payment is None and status(standing, now) == "cancelled":
                back += await promotions.give_back(tx, nic, promotion, order_id)
            else:
                await promotions.keep(tx, nic, promotion, order_id)
        return len(seen), back

    while of_round == AT_ONCE:
        of_round, back = await engine.database.write(look)
        given += back
    return given
