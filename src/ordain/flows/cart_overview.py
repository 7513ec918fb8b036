"""A cart as its owner looks at it: what it costs and is taxed, what is still asked, and what is new about its names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, held_offer
from ordain.core.cart import Cart
from ordain.core.checkout import Situation, unanswered
from ordain.core.held_offer import News
from ordain.core.money import Money, TaxedPrice, payable, total
from ordain.core.offer_prices import a_further_year
from ordain.core.options import Option
from ordain.core.pricing import Quote, Terms, brings_zone, quote, taxed
from ordain.core.refusal import Refused, Unavailable
from ordain.core.registry import NoAnswer
from ordain.flows import people, taxation
from ordain.flows.carts import offer_now, read, registry_of, sold
from ordain.flows.items import terms_of
from ordain.flows.taxation import Buying, Sale

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Item
    from ordain.core.language import Language
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

PATIENCE = 2.0
"""Seconds that registries have to tell what is new."""
MOST_ASKED = 20
"""Names of a cart that are asked about when somebody looks at it."""


class Overview(Struct, frozen=True, kw_only=True):
    """All there is to tell about a cart."""

    cart: Cart
    quote: Quote
    terms: Terms
    sale: Sale
    missing: dict[int, tuple[str, ...]]
    """The labels that are still to be answered, or wrongly answered, by items' ids."""
    news: dict[int, News]
    options: dict[int, tuple[Option, ...]]
    """What can still be put on each item."""
    next_year: TaxedPrice
    """What a year of everything costs from the second on, at today's tax."""


async def overview(engine: Engine, cart_id: str, caller: Caller | None, language: Language, now: datetime) -> Overview:
    """The cart, taxed as it would be for the caller. Raises Refused where there is no such cart for them."""
    cart = await read(engine, cart_id, caller)
    account = caller.account if caller else None
    sale = await taxation.of_sale(engine, Buying(account, cart.subsidiary), now)
    terms = structs.replace(terms_of(engine, cart, None, sale.taxation), language=language)
    found = quote(cart.items, terms)
    later = total((payable(Money(a_further_year(item), terms.currency)) for item in cart.items), terms.currency)
    return Overview(
        cart=cart,
        quote=found,
        terms=terms,
        sale=sale,
        missing=await _missing(engine, cart, caller, now),
        news=await _news(engine, cart, now),
        options=_options(engine, cart),
        next_year=taxed(later, terms),
    )


async def _missing(engine: Engine, cart: Cart, caller: Caller | None, now: datetime) -> dict[int, tuple[str, ...]]:
    """What is asked of each item. Of somebody unknown nothing is asked that their account will answer."""
    account = caller.account if caller else None
    own = structs.replace(cart, nic=account.nichandle) if account else cart

    async def work(tx: Tx) -> dict[int, tuple[str, ...]]:
        situation = Situation(engine.market.catalogue, await people.of_cart(tx, own, account), {}, {}, now)
        return {item.item_id: _labels(item, situation) for item in cart.items}

    found = await engine.database.read(work)
    if account:
        return found
    return {number: tuple(one for one in of if one not in configuration.ALWAYS) for number, of in found.items()}


def _labels(item: Item, situation: Situation) -> tuple[str, ...]:
    fields = (refusal.field or "" for refusal in unanswered(item, situation))
    return tuple(dict.fromkeys(field.partition(".")[0] for field in fields))


async def _news(engine: Engine, cart: Cart, now: datetime) -> dict[int, News]:
    """What registries say today. One that is silent has no news."""
    asked = [item for item in cart.items if item.offer and item.offer.action in ("create", "transfer")][:MOST_ASKED]
    told = await asyncio.gather(*(_new_of(engine, item, cart, now) for item in asked))
    return {item.item_id: one for item, one in zip(asked, told, strict=True) if one}


async def _new_of(engine: Engine, item: Item, cart: Cart, now: datetime) -> News | None:
    try:
        name = sold(engine, item.domain)
        # Behind the gate of searches: somebody who looks again and again keeps no registry from others.
        async with asyncio.timeout(PATIENCE), engine.searching.gate(registry_of(engine, name)):
            fresh = await offer_now(engine, item, cart, now)
    except (NoAnswer, Refused, Unavailable, TimeoutError):
        return None
    return held_offer.news(item, fresh)


def _options(engine: Engine, cart: Cart) -> dict[int, tuple[Option, ...]]:
    """The options each item can still be given, by their ids."""
    zones = {one.name for one in cart.items if one.kind == "dns"}
    return {item.item_id: _options_of(engine, item, zones) for item in cart.items}


def _options_of(engine: Engine, item: Item, zones: set[str]) -> tuple[Option, ...]:
    """None it has, none of a family that is taken, no second zone."""
    if item.alone or (item.offer and item.offer.action not in ("create", "transfer")):
        return ()
    has_zone = item.kind == "dns" or brings_zone(item, zones)
    return tuple(
        option
        for option in engine.market.catalogue.options.values()
        if not any(held.plan == option.plan or (held.family == option.family and option.exclusive)
                   for held in item.options)
        and not (option.brings == "zone" and has_zone)
    )  # fmt: skip
