"""Checkout: the dry run and the order are one function; only the order is saved (DESIGN promise 3)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import deals as core_deals
from ordain.core import mail, registry, review
from ordain.core.account import Caller
from ordain.core.agreement import digest
from ordain.core.cart import Cart, Item, frozen
from ordain.core.catalogue import Contract
from ordain.core.change import alike
from ordain.core.checkout import Situation, refusals
from ordain.core.claims import Notice
from ordain.core.configuration import SMD, People
from ordain.core.ledger import PREPAID
from ordain.core.offer import Offer
from ordain.core.order import Accepted, Order, Placing, count, place
from ordain.core.pricing import Quote, Terms, quote, without_zone
from ordain.core.refusal import Refusal, Refused, conflict, refusal
from ordain.core.registry import NoAnswer, Update
from ordain.core.signed_mark import SignedMark
from ordain.flows import agreements, claims, deals, incoming, payments, people, taxation, trademarks, zones
from ordain.flows.act import Act, write_mail
from ordain.flows.carts import offer_now, visible
from ordain.flows.items import extension_of, owner, terms_of
from ordain.flows.orders import remember
from ordain.flows.ports import Engine
from ordain.flows.taxation import Buying, Sale
from ordain.store import agreements as contracts_agreed
from ordain.store import carts, domains, orders, tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.store.database import Tx

ZONE_PLAN = "zone"
"""What a zone on its own is sold as: its contracts are those of the option of this name."""
NOT_HERE = "This name is not in your account"
OWNER_CHANGES = "A change of its owner is under way already"
SENTENCES = (NOT_HERE, OWNER_CHANGES)
"""Why an owner cannot be changed."""


class Wish(Struct, frozen=True, kw_only=True):
    """How the customer checks out."""

    pay: bool = False
    """autoPayWithPreferredPaymentMethod."""
    by: payments.Chosen | None = None
    """What is to pay it instead of that."""
    seen: str = ""
    """What the customer was shown (core/review), "" where nobody says: nothing else is ordered."""
    waive: bool = False
    """waiveRetractationPeriod."""
    address: str = ""
    """The network address the contracts are accepted from."""


class Prepared(Struct, frozen=True):
    """A cart that can become an order: what it costs, whom it names and the contracts it comes with."""

    cart: Cart
    quote: Quote
    contracts: tuple[Contract, ...]
    people: dict[int, People]
    locale: str
    notices: dict[int, Notice]
    """The claims notices that are accepted with it, by items' ids."""
    marks: dict[int, SignedMark]
    """The marks that names are ordered with in a sunrise, by items' ids."""
    sale: Sale
    """How it is taxed."""
    uses: list[core_deals.Use]
    """Of promotions that have an end."""
    agreed: frozenset[tuple[int, str]]
    """Which contracts the account agreed to before, by ids and languages."""


ASKED_AT_ONCE = 10
"""Names of a cart that registries are asked about at the same moment."""
IDS_USED = 2
"""By placing: the order and a mail."""


async def preview(engine: Engine, cart_id: str, caller: Caller, now: datetime) -> Prepared:
    """The order as it would be placed. Raises Refused with everything that stands in the way."""
    cart = await engine.database.read(lambda tx: visible(tx, cart_id, caller))
    sale = await taxation.of_sale(engine, Buying(owner(cart, caller), cart.subsidiary), now)
    judge = await _judge(engine, caller, cart, sale, now)

    async def work(tx: Tx) -> Prepared:
        return await prepare(judge, tx, _unchanged(cart, await visible(tx, cart_id, caller)))

    return await engine.database.read(work)


async def order(engine: Engine, cart_id: str, caller: Caller, wish: Wish, now: datetime) -> tuple[Order, Prepared]:
    """Place the order, and pay it if wished: from the prepaid account both or neither.

    A card is charged once the order stands: if it is not, the order waits for its payment, and a mail says so. So does
    an order that is to be paid by bank transfer.
    """
    chosen = wish.by or (await payments.preferred(engine, caller.account.nichandle) if wish.pay else None)
    apart = chosen if chosen and chosen.mean not in PREPAID else None
    wish = structs.replace(wish, pay=chosen is not None and apart is None, by=chosen)
    cart = await engine.database.read(lambda tx: visible(tx, cart_id, caller))
    ids = await engine.database.new_ids(IDS_USED + payments.ids_used(count(cart)))
    password = engine.secret_text(16)
    sale = await taxation.of_sale(engine, Buying(owner(cart, caller), cart.subsidiary, binding=True), now)
    judge = await _judge(engine, caller, cart, sale, now)

    async def work(tx: Tx) -> tuple[Order, Prepared]:
        prepared = await prepare(judge, tx, _unchanged(cart, await visible(tx, cart_id, caller)))
        _as_shown(engine, caller, prepared, wish)
        act = Act(engine, tx, caller.account, iter(ids), now, caller.spender)
        return await save(act, prepared, wish, password), prepared

    result = await engine.database.write(work, in_turn=True)
    remember(engine, result[0])
    if apart:
        await payments.pay_if_possible(engine, caller, result[0], apart)
    elif wish.pay:
        engine.wake()
    return result


def _unchanged(judged: Cart, cart: Cart) -> Cart:
    """The cart as it is now. Raises Refused if it is another's, or has other items, than when its tax was judged."""
    if (judged.nic, [item.item_id for item in judged.items]) != (cart.nic, [item.item_id for item in cart.items]):
        message = "Cart %(cart)s was changed at the same moment: look at it again"
        raise conflict(message, cart=cart.cart_id)
    return cart


def _as_shown(engine: Engine, caller: Caller, prepared: Prepared, wish: Wish) -> None:
    """Raise Refused where the customer was shown something else than what would be ordered."""
    language = engine.languages.of(caller.account.language)
    now = review.seen(prepared.cart, prepared.quote, prepared.contracts, language.code)
    found = review.changed(wish.seen, now, language) if wish.seen else []
    if found:
        raise Refused(*found)


async def save(act: Act, prepared: Prepared, wish: Wish, password: str) -> Order:
    """Place the order this cart becomes, within a transaction, and pay it if wished."""
    placed = place(prepared.cart, prepared.quote, _placing(act, prepared, wish, password))
    await orders.add(act.tx, placed)
    await deals.take(act.tx, placed, prepared.uses)
    await carts.save(act.tx, structs.replace(prepared.cart, order_id=placed.order_id))
    await agreements.agree(act, prepared.contracts, wish.address, prepared.agreed)
    for item_id, notice in prepared.notices.items():
        await claims.accept(act, (placed.order_id, item_id), notice, wish.address)
    await write_mail(act, placed.order_id, mail.placed(act.language, placed, act.engine.public_url))
    if wish.pay:
        await payments.pay_now(act, placed, wish.by or payments.PREPAID)
    return placed


class Judge(Struct, frozen=True):
    """What a cart is judged with beside the database: who asks, when, what its names are on offer as then, the tax."""

    engine: Engine
    caller: Caller
    on_offer: dict[int, Offer | None]
    sale: Sale
    now: datetime
    untransferable: dict[int, registry.Refusal] = {}
    """Why names cannot be brought here, as their registries tell beforehand, by their items' ids."""


async def _judge(engine: Engine, caller: Caller, cart: Cart, sale: Sale, now: datetime) -> Judge:
    """What the outside says of a cart, asked before any transaction is open."""
    on_offer = await _on_offer(engine, cart, now)
    return Judge(engine, caller, on_offer, sale, now, await incoming.obstacles(engine, cart, now))


async def _on_offer(engine: Engine, cart: Cart, now: datetime) -> dict[int, Offer | None]:
    """What each domain item can be ordered as now: the registries are asked before any transaction is open.

    A cart that cannot be checked out anyway is not worth asking for.
    """
    if frozen(cart, now):
        return {}
    try:
        coming = [item for item in cart.items if item.offer and item.offer.action != "trade"]
        found = [
            (item.item_id, offer)
            for start in range(0, len(coming), ASKED_AT_ONCE)
            for item, offer in await _offers_now(engine, coming[start : start + ASKED_AT_ONCE], cart, now)
        ]
    except NoAnswer as silence:
        raise Refused(
            refusal("unavailable", "Check timeout. Please retry later (%(silence)s)", silence=silence)
        ) from silence
    return dict(found)


async def _offers_now(engine: Engine, some: list[Item], cart: Cart, now: datetime) -> list[tuple[Item, Offer | None]]:
    if len(some) == 1:
        return [(some[0], await offer_now(engine, some[0], cart, now))]
    return list(zip(some, await asyncio.gather(*(offer_now(engine, item, cart, now) for item in some)), strict=True))


async def prepare(judge: Judge, tx: Tx, cart: Cart) -> Prepared:
    """What this cart would become. Raises Refused with everything that stands in the way."""
    engine, now = judge.engine, judge.now
    own, agreed = await contracts_agreed.with_account(tx, cart.nic) if cart.nic else (None, frozenset())
    named = await people.of_cart(tx, cart, own)
    language = engine.languages.of(judge.caller.account.language)
    untold = {number: language.say(why.reason) for number, why in judge.untransferable.items() if not why.argument}
    obstacles = {**await _zone_obstacles(engine, tx, cart), **await _owner_obstacles(tx, cart), **untold}
    obstacles = {**without_zone(cart), **obstacles}
    notices = await claims.of_cart(tx, cart, now)
    marks = await trademarks.of_cart(tx, engine, cart, now)
    unfit = {
        **{item_id: {claims.LABEL: found} for item_id, found in notices.items() if isinstance(found, str)},
        **{item_id: {SMD: found} for item_id, found in marks.items() if isinstance(found, str)},
        **{n: {incoming.LABEL: language.say(why.reason)} for n, why in judge.untransferable.items() if why.argument},
    }
    locale = judge.caller.account.language
    found = refusals(cart, Situation(engine.market.catalogue, named, judge.on_offer, obstacles, now, language, unfit))
    terms = terms_of(engine, cart, locale, judge.sale.taxation)
    uses, used_up = await _uses(tx, cart, terms, now)
    found += (*used_up, *judge.sale.refusals)
    if found:
        raise Refused(*found)
    return Prepared(
        cart=cart,
        quote=quote(cart.items, terms),
        contracts=contracts_of(engine, cart, now),
        people=named,
        locale=locale,
        notices={item_id: found for item_id, found in notices.items() if not isinstance(found, str)},
        marks={item_id: found for item_id, found in marks.items() if not isinstance(found, str)},
        sale=judge.sale,
        uses=uses,
        agreed=agreed,
    )


async def _uses(tx: Tx, cart: Cart, terms: Terms, now: datetime) -> tuple[list[core_deals.Use], list[Refusal]]:
    """The uses an order of this cart makes of limited promotions, and what there is nothing left of for its account."""
    limits = core_deals.limits_in(cart) if cart.nic else {}
    if not limits:
        return [], []
    return core_deals.judged(cart, await deals.allowances(tx, limits, cart.nic, now), terms)


async def _zone_obstacles(engine: Engine, tx: Tx, cart: Cart) -> dict[int, str]:
    """Why zones on their own cannot be had, by their items' ids: somebody has them already."""
    named = [item for item in cart.items if item.kind == "dns" and item.name]
    found = {item.item_id: await zones.obstacle(engine, tx, cart.nic or "", item.name) for item in named}
    return {item_id: why for item_id, why in found.items() if why}


async def _owner_obstacles(tx: Tx, cart: Cart) -> dict[int, str]:
    """Why owners cannot be changed, by their items' ids."""
    nic, found = cart.nic or "", {}
    for item in (item for item in cart.items if item.offer and item.offer.action == "trade"):
        if await domains.load(tx, nic, item.domain) is None:
            found[item.item_id] = NOT_HERE
        elif any(not one.settled for one in alike(Update(owner={}), await tasks.of_domain(tx, nic, item.domain))):
            found[item.item_id] = OWNER_CHANGES
    return found


def contracts_of(engine: Engine, cart: Cart, now: datetime) -> tuple[Contract, ...]:
    """The contracts of everything in the cart as they are now, each once, in the order they first come up."""
    catalogue = engine.market.catalogue
    wanted = dict.fromkeys(contract for item in cart.items for contract in _contracts_of(engine, item))
    return tuple(catalogue.contracts[contract].at(now) for contract in wanted)


def _contracts_of(engine: Engine, item: Item) -> Iterator[str]:
    """The ids of the contracts of an item: its extension's, and those of what is sold with it, or of a zone alone."""
    extension = extension_of(engine, item)
    yield from extension.contracts if extension else ()
    plans = [*(() if extension or item.alone else (ZONE_PLAN,)), *(option.plan for option in item.options)]
    for plan in plans:
        option = engine.market.catalogue.options.get(plan)
        yield from option.contracts if option else ()


def _accepted(contract: Contract, code: str) -> Accepted:
    """What of a contract is written on the order: exactly which words were shown."""
    language = contract.language(code)
    text = contract.text[language]
    return Accepted(contract.id, contract.version, contract.name[language], language, digest(text))


def _placing(act: Act, prepared: Prepared, wish: Wish, password: str) -> Placing:
    code = act.language.code
    return Placing(
        order_id=next(act.ids),
        locale=prepared.locale,
        password=password,
        people=prepared.people,
        contracts=tuple(_accepted(contract, code) for contract in prepared.contracts),
        waived=wish.waive,
        consumer=act.account.legalform == "individual",
        waits=act.engine.waits_for_right,
        accepted_from=wish.address,
        now=act.now,
        signed_marks={item_id: mark.data for item_id, mark in prepared.marks.items()},
        taxation=prepared.sale.taxation,
        customer=prepared.sale.customer,
    )
