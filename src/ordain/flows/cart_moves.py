"""A cart made anew at another subsidiary's prices, with all that was in it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.cart import Cart, duration_of
from ordain.core.options import PRICING_MODE
from ordain.core.refusal import Refused, conflict
from ordain.flows import carts, coupons, items, options, owner_changes
from ordain.flows.checkout import NOT_HERE
from ordain.flows.options import WantedOption
from ordain.flows.owner_changes import WantedChange
from ordain.store import carts as kept

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Item
    from ordain.flows.ports import Engine


class Moved(Struct, frozen=True):
    """The new cart, and the names that could not be brought along, each with the reason."""

    cart: Cart
    lost: dict[str, str]


async def anew(engine: Engine, old: Cart, caller: Caller | None, subsidiary: str, now: datetime) -> Moved:
    """The same names, years, answers, options and coupons at this subsidiary's prices of today. The old cart stays.

    Raises Refused, and nothing is made, where nobody answers for one of the names: it may well be had there.
    """
    new = await carts.create(engine, subsidiary, old.description, None, now)
    if old.nic and caller:
        await carts.assign(engine, new.cart_id, caller, now)
    lost: dict[str, str] = {}
    for item in old.items:
        try:
            await _bring(engine, new.cart_id, caller, item, now)
        except Refused as refused:
            if any(one.kind == "unavailable" for one in refused.refusals):
                await engine.database.write(lambda tx: kept.delete(tx, new.cart_id))
                raise
            lost[item.shown or item.name] = str(refused)
    for promotion in old.coupons:
        with suppress(Refused):  # it is not for this subsidiary, or over
            await coupons.add(engine, new.cart_id, caller, promotion.code or "", now)
    return Moved(await carts.read(engine, new.cart_id, caller), lost)


async def _bring(engine: Engine, cart_id: str, caller: Caller | None, item: Item, now: datetime) -> None:
    added = await _added(engine, cart_id, caller, item, now)
    for one in item.configurations:
        with suppress(Refused):  # it is asked for again where it is needed
            await items.configure(engine, cart_id, caller, structs.replace(one, item_id=added.item_id), now)
    for option in item.options:
        asked = WantedOption(added.item_id, option.plan, PRICING_MODE, "P1Y", 1, item.kind)
        with suppress(Refused):  # it is sold no more
            await options.add(engine, cart_id, caller, asked, now)


async def _added(engine: Engine, cart_id: str, caller: Caller | None, item: Item, now: datetime) -> Item:
    offer, duration = item.offer, duration_of(item.years)
    if offer is None:
        return await carts.add_zone(engine, cart_id, caller, carts.WantedZone("zone", "default", "P1Y", 1), now)
    if offer.action == "trade":  # of a name that is held: nobody offers it to others
        if caller is None:
            raise conflict(NOT_HERE)
        change = WantedChange(item.domain, offer.plan_code, offer.pricing_mode, duration, 1)
        return await owner_changes.add(engine, cart_id, caller, change, now)
    wanted = carts.Wanted(domain=item.domain, duration=duration, pricing_mode=offer.pricing_mode)
    return await carts.add_domain(engine, cart_id, caller, wanted, now)
