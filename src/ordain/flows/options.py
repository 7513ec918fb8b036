"""Options of a cart's items: which there are, and putting one on an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import cart as cart_core
from ordain.core import options as core
from ordain.core.options import Product
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.flows.carts import changeable, item_of, only_one, parsed, read_head, subsidiary_of
from ordain.flows.ports import Engine
from ordain.store import carts

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Item
    from ordain.core.options import ChosenOption, Option
    from ordain.store.database import Tx


class WantedOption(Struct, frozen=True):
    """An option somebody wants for an item of a cart."""

    item_id: int
    plan_code: str
    pricing_mode: str
    duration: str
    quantity: int


def _of_product(engine: Engine, product: Product) -> dict[str, Option]:
    return {plan: option for plan, option in engine.market.catalogue.options.items() if product in option.products}


async def of_domain(engine: Engine, cart_id: str, caller: Caller | None, domain: str) -> tuple[list[Option], str]:
    """What can be had with such a name, and the currency of the cart; nothing under an extension that is not sold."""
    cart = await read_head(engine, cart_id, caller)
    found = _of_product(engine, "domain") if parsed(engine, domain) else {}
    return list(found.values()), subsidiary_of(engine, cart.subsidiary).currency


async def of_zone(engine: Engine, cart_id: str, caller: Caller | None, plan_code: str) -> tuple[list[Option], str]:
    """What can be had with a DNS zone sold as this plan, and the currency of the cart."""
    cart = await read_head(engine, cart_id, caller)
    if plan_code != "zone":
        message = f"planCode can only be 'zone': got {plan_code!r}"
        raise invalid(message, "planCode")
    return list(_of_product(engine, "dns").values()), subsidiary_of(engine, cart.subsidiary).currency


class Place(Struct, frozen=True):
    """A cart, and what kind of item in it takes the option."""

    engine: Engine
    cart_id: str
    product: Product


async def add(place: Place, caller: Caller | None, wanted: WantedOption, now: datetime) -> tuple[Item, ChosenOption]:
    """Put an option on an item, at the price it has now."""
    engine = place.engine
    option = _wanted(place, wanted)
    [item_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> tuple[Item, ChosenOption]:
        cart = await changeable(tx, place.cart_id, caller, now)
        parent = item_of(cart, wanted.item_id)
        if parent.kind != place.product or (parent.offer and parent.offer.action == "trade"):
            message = f"Item {parent.item_id} takes no such options"
            raise invalid(message, "itemId")
        if any(held.family == option.family and option.exclusive for held in parent.options):
            message = f"Item {parent.item_id} has an option of the family {option.family!r} already"
            raise conflict(message, "planCode")
        refusals = cart_core.room_for(await carts.count_items(tx, place.cart_id))
        if refusals:
            raise Refused(*refusals)
        new = core.chosen(option, item_id, subsidiary_of(engine, cart.subsidiary).currency)
        if not await carts.add_option(tx, place.cart_id, parent.item_id, new):
            raise Refused(
                Refusal("conflict", f"Item {parent.item_id} has the option {option.plan} already", "planCode")
            )
        return parent, new

    return await engine.database.write(work)


def _wanted(place: Place, wanted: WantedOption) -> Option:
    """The option asked for, or a refusal that names what can be asked for."""
    only_one(wanted.quantity)
    sold = _of_product(place.engine, place.product)
    if wanted.plan_code not in sold:
        message = f"planCode {wanted.plan_code!r} is no option here: {', '.join(sold) or 'there is none'}"
        raise invalid(message, "planCode")
    if wanted.pricing_mode != core.PRICING_MODE:
        message = f"pricingMode can only be {core.PRICING_MODE!r}: got {wanted.pricing_mode!r}"
        raise invalid(message, "pricingMode")
    years = cart_core.years_of(wanted.duration, (1,))
    if isinstance(years, Refusal):
        raise Refused(years)
    return sold[wanted.plan_code]
