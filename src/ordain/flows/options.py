"""Options of a cart's names: which there are, and putting one on a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import cart as cart_core
from ordain.core import options as core
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.flows.carts import changeable, item_of, only_one, parsed, read_head, subsidiary_of
from ordain.store import carts

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Item
    from ordain.core.options import ChosenOption, Option
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


class WantedOption(Struct, frozen=True):
    """An option somebody wants for an item of a cart."""

    item_id: int
    plan_code: str
    pricing_mode: str
    duration: str
    quantity: int
    kind: Literal["domain", "dns"] = "domain"
    """Of the item."""


async def of_domain(engine: Engine, cart_id: str, caller: Caller | None, domain: str) -> tuple[list[Option], str]:
    """What can be had with such a name, and the currency of the cart; nothing under an extension that is not sold."""
    cart = await read_head(engine, cart_id, caller)
    found = engine.market.catalogue.options.values() if parsed(engine, domain) else ()
    return list(found), subsidiary_of(engine, cart.subsidiary).currency


async def of_zone(engine: Engine, cart_id: str, caller: Caller | None) -> tuple[list[Option], str]:
    """What can be had with a zone on its own, and the currency of the cart: all but a zone."""
    cart = await read_head(engine, cart_id, caller)
    found = core.without(engine.market.catalogue.options, "zone").values()
    return list(found), subsidiary_of(engine, cart.subsidiary).currency


async def add(
    engine: Engine, cart_id: str, caller: Caller | None, wanted: WantedOption, now: datetime
) -> tuple[Item, ChosenOption]:
    """Put an option on a name, or on a zone on its own, at the price it has now."""
    [item_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> tuple[Item, ChosenOption]:
        cart = await changeable(tx, cart_id, caller, now)
        option = _wanted(engine, wanted)
        parent = item_of(cart, wanted.item_id)
        if parent.kind != wanted.kind or (parent.offer and parent.offer.action == "trade"):
            message = "Item %(item)s takes no options of this kind"
            raise invalid(message, "itemId", item=parent.item_id)
        if any(held.plan == option.plan or (held.family == option.family and option.exclusive)
               for held in parent.options):  # fmt: skip
            message = "Item %(item)s has the option %(plan)s, or another of its family, already"
            raise conflict(message, "planCode", item=parent.item_id, plan=option.plan)
        refusals = cart_core.room_for(await carts.count_items(tx, cart_id))
        if refusals:
            raise Refused(*refusals)
        new = core.chosen(option, item_id, subsidiary_of(engine, cart.subsidiary).currency)
        await carts.add_option(tx, cart_id, parent.item_id, new)
        return parent, new

    return await engine.database.write(work)


def _wanted(engine: Engine, wanted: WantedOption) -> Option:
    """The option asked for, or a refusal that names what can be asked for."""
    only_one(wanted.quantity)
    sold = engine.market.catalogue.options
    if wanted.kind == "dns":
        sold = core.without(sold, "zone")
    if wanted.plan_code not in sold:
        of = "names" if wanted.kind == "domain" else "zones"
        message = "planCode %(plan_code)r is no option of %(of)s: %(these)s"
        raise invalid(message, "planCode", plan_code=wanted.plan_code, of=of, these=", ".join(sold) or "there is none")
    if wanted.pricing_mode != core.PRICING_MODE:
        message = "pricingMode can only be %(pricing_mode)r: got %(asked)r"
        raise invalid(message, "pricingMode", pricing_mode=core.PRICING_MODE, asked=wanted.pricing_mode)
    years = cart_core.years_of(wanted.duration, (1,))
    if isinstance(years, Refusal):
        raise Refused(years)
    return sold[wanted.plan_code]
