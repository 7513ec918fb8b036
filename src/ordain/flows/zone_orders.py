"""DNS zones ordered in one call: a cart that holds nothing else, checked out as any cart is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import cart as cart_core
from ordain.core.cart import Cart, Configuration, Item
from ordain.core.refusal import Refused
from ordain.flows import checkout, taxation, zones
from ordain.flows.act import Act
from ordain.flows.carts import nic_of, subsidiary_of
from ordain.flows.taxation import Buying
from ordain.store import carts

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.order import Order
    from ordain.flows.checkout import Prepared, Wish
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

IDS_USED = 3
"""By the item and its configurations, beside those of placing."""


class WantedZone(Struct, frozen=True):
    """A zone somebody orders, with or without the records a new one starts with."""

    name: str
    minimized: bool


def _cart(engine: Engine, caller: Caller, wanted: WantedZone, ids: list[int], now: datetime) -> Cart:
    """The cart somebody would have filled for it."""
    name = wanted.name.strip().rstrip(".").lower()
    misfit = zones.misfit(engine, "zone", name)
    if misfit:
        raise Refused(structs.replace(misfit, field="zoneName"))
    subsidiary = subsidiary_of(engine, caller.account.ovhSubsidiary)
    item_id, zone_id, template_id = ids
    labels = (
        Configuration(zone_id, item_id, "zone", name),
        Configuration(template_id, item_id, "template", "minimized" if wanted.minimized else "basic"),
    )
    item = Item(item_id=item_id, kind="dns", domain=f"zone-{item_id}", shown="", years=1, configurations=labels)
    return Cart(
        cart_id=engine.unique_id(),
        subsidiary=subsidiary.code,
        created=now,
        expires=now + cart_core.LIFE,
        nic=nic_of(caller),
        items=(item,),
    )


async def preview(engine: Engine, caller: Caller, wanted: WantedZone, now: datetime) -> Prepared:
    """The order as it would be placed. Nothing is kept."""
    cart = _cart(engine, caller, wanted, list(range(1, IDS_USED + 1)), now)
    sale = await taxation.of_sale(engine, Buying(caller.account, cart.subsidiary), now)
    judge = checkout.Judge(engine, caller, {}, sale, now)
    return await engine.database.read(lambda tx: checkout.prepare(judge, tx, cart))


async def order(
    engine: Engine, caller: Caller, wanted: WantedZone, wish: Wish, now: datetime
) -> tuple[Order, Prepared]:
    """Place the order: its cart comes to be in the same transaction."""
    ids = await engine.database.new_ids(IDS_USED + checkout.IDS_USED)
    cart = _cart(engine, caller, wanted, ids[:IDS_USED], now)
    sale = await taxation.of_sale(engine, Buying(caller.account, cart.subsidiary, binding=True), now)
    judge, password = checkout.Judge(engine, caller, {}, sale, now), engine.secret_text(16)

    async def work(tx: Tx) -> tuple[Order, Prepared]:
        prepared = await checkout.prepare(judge, tx, cart)
        await carts.add(tx, cart)
        for item in cart.items:
            await carts.add_item(tx, cart.cart_id, item)
            await carts.add_configurations(tx, cart.cart_id, item.configurations)
        act = Act(engine, tx, caller.account, iter(ids[IDS_USED:]), now)
        return await checkout.save(act, prepared, wish, password), prepared

    return await engine.database.write(work)
