"""Items of a cart: their configurations, what they still require, their duration, and what they cost together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import cart as cart_core
from ordain.core import configuration
from ordain.core.cart import Item
from ordain.core.pricing import Quote, Terms, quote
from ordain.core.refusal import Refusal, Refused, not_found, refusal
from ordain.flows import incoming, people, taxation, zones
from ordain.flows.carts import any_item_of, changeable, item_of, only_one, read, subsidiary_of, visible
from ordain.store import accounts, carts

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Account, Caller
    from ordain.core.cart import Cart, Configuration
    from ordain.core.catalogue import Extension
    from ordain.core.configuration import Requirement
    from ordain.core.options import ChosenOption
    from ordain.core.tax import Taxation
    from ordain.flows.ports import Engine
    from ordain.flows.taxation import Sale
    from ordain.store.database import Tx


def terms_of(engine: Engine, cart: Cart, locale: str | None, taxed: Taxation) -> Terms:
    """What a cart is priced by: its subsidiary's currency, a tax; the customer's language, else the subsidiary's."""
    subsidiary = subsidiary_of(engine, cart.subsidiary)
    language = engine.languages.of(locale or subsidiary.locale)
    return Terms(subsidiary.currency, taxed.rate, language, cart.coupons)


def extension_of(engine: Engine, item: Item) -> Extension | None:
    """The extension of a domain item; None for a zone on its own."""
    return engine.market.catalogue.extensions.get(item.offer.extension) if item.offer else None


async def summary(engine: Engine, cart_id: str, caller: Caller | None, now: datetime) -> tuple[Quote, Sale]:
    """What the cart costs, line by line, and how it is taxed. Nothing is checked but a VAT number, for the tax."""
    cart = await read(engine, cart_id, caller)
    locale = caller.account.language if caller else None
    sale = await taxation.of_sale(engine, taxation.Buying(owner(cart, caller), cart.subsidiary), now)
    return quote(cart.items, terms_of(engine, cart, locale, sale.taxation)), sale


def owner(cart: Cart, caller: Caller | None) -> Account | None:
    """The account a cart belongs to, for whoever may see it; None while it is nobody's."""
    return caller.account if caller and cart.nic == caller.account.nichandle else None


async def item(engine: Engine, cart_id: str, caller: Caller | None, item_id: int) -> Item:
    """One item of a cart, not one that is an option."""
    return item_of(await read(engine, cart_id, caller), item_id)


async def any_item(
    engine: Engine, cart_id: str, caller: Caller | None, item_id: int
) -> Item | tuple[Item, ChosenOption]:
    """One item of a cart; an option with the item it belongs to."""
    return any_item_of(await read(engine, cart_id, caller), item_id)


async def delete(engine: Engine, cart_id: str, caller: Caller | None, item_id: int, now: datetime) -> None:
    """Take an item out, with its configurations."""

    async def work(tx: Tx) -> None:
        any_item_of(await changeable(tx, cart_id, caller, now), item_id)
        await carts.delete_item(tx, cart_id, item_id)

    await engine.database.write(work)


class Change(Struct, frozen=True):
    """What is asked of an item to become; None leaves it as it is."""

    item_id: int
    duration: str | None
    quantity: int | None


def _sold_for(found: Item | tuple[Item, ChosenOption]) -> tuple[int, ...]:
    """The years an item can be had for."""
    return found.offer.years if isinstance(found, Item) and found.offer else (1,)


async def update(
    engine: Engine, cart_id: str, caller: Caller | None, change: Change, now: datetime
) -> Item | tuple[Item, ChosenOption]:
    """Another duration for an item; its yearly prices stay those it was added at."""
    only_one(1 if change.quantity is None else change.quantity)

    async def work(tx: Tx) -> Item | tuple[Item, ChosenOption]:
        found = any_item_of(await changeable(tx, cart_id, caller, now), change.item_id)
        if change.duration is None:
            return found
        years = cart_core.years_of(change.duration, _sold_for(found))
        if isinstance(years, Refusal):
            raise Refused(years)
        if not isinstance(found, Item):
            return found
        await carts.change_years(tx, cart_id, change.item_id, years)
        return structs.replace(found, years=years)

    return await engine.database.write(work)


async def requirements(
    engine: Engine, cart_id: str, caller: Caller | None, item_id: int, now: datetime
) -> list[Requirement]:
    """What the item can and must be configured with, given the account the cart is assigned to."""

    async def work(tx: Tx) -> list[Requirement]:
        cart = await visible(tx, cart_id, caller)
        found = item_of(cart, item_id)
        own = await accounts.load(tx, cart.nic) if cart.nic else None
        named = await people.of_cart(tx, structs.replace(cart, items=(found,)), own)
        return configuration.requirements(found, extension_of(engine, found), named[item_id], now)

    return await engine.database.read(work)


async def configure(
    engine: Engine, cart_id: str, caller: Caller | None, wanted: Configuration, now: datetime
) -> Configuration:
    """Put a value on a label. Its form is judged now, all else at checkout (wire-contract §4.3)."""
    [configuration_id] = await engine.database.new_ids()
    new = structs.replace(wanted, configuration_id=configuration_id)
    if new.label == incoming.LABEL:
        await incoming.refuse_wrong_code(engine, item_of(await read(engine, cart_id, caller), new.item_id), new, now)

    async def work(tx: Tx) -> Configuration:
        cart = await changeable(tx, cart_id, caller, now)
        found = item_of(cart, wanted.item_id)
        refusals = unfit(found, extension_of(engine, found), new)
        if refusals:
            raise Refused(*refusals[:1])
        misfit = zones.misfit(engine, new.label, new.value)
        if misfit:
            raise Refused(structs.replace(misfit, field="value"))
        refusal = await people.missing(tx, cart.nic, new)
        if refusal:
            raise Refused(refusal)
        await carts.add_configurations(tx, cart_id, [new])
        return new

    return await engine.database.write(work)


def unfit(item: Item, extension: Extension | None, new: Configuration) -> list[Refusal]:
    """Why an item cannot have a configuration, whatever its value means."""
    allowed, found = configuration.labels(item, extension), []
    if new.label not in allowed:
        message = "%(label)r is no configuration of this item: choose one of %(these)s"
        found.append(refusal("invalid", message, "label", label=new.label, these=", ".join(allowed)))
    if len(new.value) > cart_core.LONGEST_VALUE:
        message = "value is at most %(longest)s characters long"
        found.append(refusal("invalid", message, "value", longest=cart_core.LONGEST_VALUE))
    if len(item.configurations) >= cart_core.MOST_CONFIGURATIONS:
        message = "An item holds at most %(most)s configurations"
        found.append(refusal("invalid", message, most=cart_core.MOST_CONFIGURATIONS))
    return found


def configuration_of(item: Item, configuration_id: int) -> Configuration:
    """One of the item's configurations."""
    found = next((c for c in item.configurations if c.configuration_id == configuration_id), None)
    if found is None:
        message = f"Configuration {configuration_id} does not exist on item {item.item_id}"
        raise not_found(message, "configurationId")
    return found


async def unconfigure(
    engine: Engine, cart_id: str, caller: Caller | None, place: tuple[int, int], now: datetime
) -> None:
    """Take a configuration off; `place` is (item id, configuration id)."""
    item_id, configuration_id = place

    async def work(tx: Tx) -> None:
        found = item_of(await changeable(tx, cart_id, caller, now), item_id)
        configuration_of(found, configuration_id)
        await carts.delete_configuration(tx, cart_id, item_id, configuration_id)

    await engine.database.write(work)
