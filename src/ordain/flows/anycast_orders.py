"""DNS anycast ordered for a zone that is there, in one call: a year of it, or another year near the end of the last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import cart as cart_core
from ordain.core import options
from ordain.core.cart import Cart, Configuration, Item
from ordain.core.configuration import People
from ordain.core.pricing import quote
from ordain.core.refusal import Refusal, Refused, not_found
from ordain.flows import checkout, taxation, zones
from ordain.flows.act import Act
from ordain.flows.carts import nic_of, subsidiary_of
from ordain.flows.items import terms_of
from ordain.flows.taxation import Buying
from ordain.store import agreements, zone_anycast

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.options import Option
    from ordain.core.order import Order
    from ordain.core.zone import Anycast
    from ordain.flows.checkout import Prepared, Wish
    from ordain.flows.ports import Engine
    from ordain.flows.taxation import Sale
    from ordain.store.database import Tx

NOT_OFFERED = "zones are served by the name servers they have; there is no anycast network"
RENEWABLE = timedelta(days=60)
"""Before its end another year can be ordered."""


def option_of(engine: Engine) -> Option | None:
    """What it is sold as; None where it is not."""
    sold = engine.market.catalogue.options.values()
    return next((option for option in sold if option.brings == "anycast"), None) if engine.anycast else None


async def held(engine: Engine, caller: Caller, name: str) -> Anycast | None:
    """What one of the caller's zones has. 404 if they have no such zone."""

    async def work(tx: Tx) -> Anycast | None:
        zone = await zones.head(tx, caller.account.nichandle, name)
        return await zone_anycast.load(tx, caller.account.nichandle, zone.name)

    return await engine.database.read(work)


async def durations(engine: Engine, caller: Caller, name: str, now: datetime) -> list[str]:
    """For how long it can be ordered for one of the caller's zones now; nothing where it cannot."""
    has = await held(engine, caller, name)
    return ["P1Y"] if option_of(engine) and not _obstacle(has, now) else []


def _obstacle(has: Anycast | None, now: datetime) -> str | None:
    if has is None:
        return None
    if has.ending:
        return "The zone's DNS Anycast is being taken away: order it anew once that is done"
    if has.until - now > RENEWABLE:
        return (
            f"The zone has DNS Anycast until {has.until.date()}: another year can be ordered from"
            f" {(has.until - RENEWABLE).date()} on"
        )
    return None


def _cart(engine: Engine, caller: Caller, name: str, item_id: int, now: datetime) -> Cart:
    option, subsidiary = option_of(engine), subsidiary_of(engine, caller.account.ovhSubsidiary)
    if option is None:
        raise not_found(NOT_OFFERED)
    item = Item(
        item_id=item_id,
        kind="dns",
        domain=name,
        shown=name,
        years=1,
        alone=True,
        configurations=(Configuration(0, item_id, "zone", name),),
        options=(options.chosen(option, item_id, subsidiary.currency),),
    )
    return Cart(
        cart_id=f"option-{item_id}",
        subsidiary=subsidiary.code,
        created=now,
        expires=now,
        nic=nic_of(caller),
        items=(item,),
    )


async def _prepare(engine: Engine, tx: Tx, caller: Caller, cart: Cart, sale: Sale) -> Prepared:
    """The order as it would be placed. Raises Refused with what stands in the way."""
    account, [item] = caller.account, cart.items
    zone = await zones.head(tx, account.nichandle, item.name)
    why = _obstacle(await zone_anycast.load(tx, account.nichandle, zone.name), cart.created)
    found = [*([Refusal("conflict", why, "zoneName")] if why else []), *sale.refusals]
    if found:
        raise Refused(*found)
    _, agreed = await agreements.with_account(tx, account.nichandle)
    return checkout.Prepared(
        cart=cart,
        quote=quote(cart.items, terms_of(engine, cart, account.language, sale.taxation)),
        contracts=checkout.contracts_of(engine, cart, cart.created),
        people={item.item_id: People(account)},
        locale=account.language,
        notices={},
        marks={},
        sale=sale,
        uses=[],
        agreed=agreed,
    )


async def _wanted(engine: Engine, caller: Caller, name: str, duration: str) -> str:
    """The zone, as it is stored. Raises Refused for what is not sold, or not theirs."""
    if option_of(engine) is None:
        raise not_found(NOT_OFFERED)
    zone = await zones.read(engine, caller, name)
    years = cart_core.years_of(duration, (1,))
    if isinstance(years, Refusal):
        raise Refused(years)
    return zone.name


async def preview(engine: Engine, caller: Caller, name: str, duration: str, now: datetime) -> Prepared:
    """The order as it would be placed. Nothing is kept."""
    cart = _cart(engine, caller, await _wanted(engine, caller, name, duration), 1, now)
    sale = await taxation.of_sale(engine, Buying(caller.account, cart.subsidiary), now)
    return await engine.database.read(lambda tx: _prepare(engine, tx, caller, cart, sale))


async def order(
    engine: Engine, caller: Caller, wanted: tuple[str, str], wish: Wish, now: datetime
) -> tuple[Order, Prepared]:
    """Place the order of a zone (name, duration)."""
    ids = await engine.database.new_ids(1 + checkout.IDS_USED)
    cart = _cart(engine, caller, await _wanted(engine, caller, *wanted), ids[0], now)
    sale = await taxation.of_sale(engine, Buying(caller.account, cart.subsidiary, binding=True), now)
    password = engine.secret_text(16)

    async def work(tx: Tx) -> tuple[Order, Prepared]:
        prepared = await _prepare(engine, tx, caller, cart, sale)
        act = Act(engine, tx, caller.account, iter(ids[1:]), now)
        return await checkout.save(act, prepared, wish, password), prepared

    return await engine.database.write(work)
