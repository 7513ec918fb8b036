"""Carts: made, read, changed, assigned; names and zones put in and taken out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import cart as carts_core
from ordain.core import names, search
from ordain.core.cart import Cart, Item
from ordain.core.known import Known
from ordain.core.label import LONGEST_TYPED
from ordain.core.offer import Offer, offers
from ordain.core.refusal import Refusal, Refused, invalid, not_found, refusal
from ordain.core.registry import NoAnswer
from ordain.flows import claims, deals
from ordain.flows.marketplaces import Heard, platform_of, with_listings
from ordain.store import carts
from ordain.store.columns import micros

if TYPE_CHECKING:
    from ordain.core.account import Caller
    from ordain.core.catalogue import Subsidiary
    from ordain.core.names import Name
    from ordain.core.offer import Market
    from ordain.core.options import ChosenOption
    from ordain.core.registry import Availability
    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx


KEPT = timedelta(days=7)
"""How long an anonymous cart can still be looked at after it expired."""
AT_ONCE = 100
"""Carts forgotten in one transaction: nobody else writes meanwhile."""


class Wanted(Struct, frozen=True, kw_only=True):
    """A name somebody wants in the cart; what they leave open is taken from the first offer."""

    domain: str
    duration: str | None = None
    offer_id: str | None = None
    plan_code: str | None = None
    pricing_mode: str | None = None
    quantity: int = 1


def nic_of(caller: Caller | None) -> str | None:
    """The caller's account name, None for somebody unknown."""
    return caller.account.nichandle if caller else None


def code_of(engine: Engine, caller: Caller | None) -> str:
    """The caller's subsidiary; of a stranger the usual one."""
    return caller.account.ovhSubsidiary if caller else engine.market.catalogue.usual


def subsidiary_of(engine: Engine, code: str) -> Subsidiary:
    """A subsidiary we sell in."""
    found = engine.market.catalogue.subsidiaries.get(code)
    if found is None:
        message = "ovhSubsidiary %(code)r does not sell domain names"
        raise invalid(message, "ovhSubsidiary", code=code)
    return found


async def create(engine: Engine, subsidiary: str, description: str, expire: datetime | None, now: datetime) -> Cart:
    """A new cart that belongs to nobody yet."""
    subsidiary_of(engine, subsidiary)
    _check_description(description)
    expires = _expiry(expire, now, now)
    cart = Cart(
        cart_id=engine.unique_id(), subsidiary=subsidiary, created=now, expires=expires, description=description
    )
    await engine.database.write(lambda tx: carts.add(tx, cart))
    return cart


def _expiry(asked: datetime | None, created: datetime, now: datetime) -> datetime:
    """When the cart expires, in UTC as the store has it, so that this answer and later ones are the same."""
    expires = carts_core.expiry(asked, created, now)
    if isinstance(expires, Refusal):
        raise Refused(expires)
    return expires.astimezone(UTC)


def _check_description(description: str) -> None:
    if len(description) > carts_core.LONGEST_DESCRIPTION:
        message = "description is at most %(longest)s characters long"
        raise invalid(message, "description", longest=carts_core.LONGEST_DESCRIPTION)


async def visible(tx: Tx, cart_id: str, caller: Caller | None) -> Cart:
    """The cart, if it exists and this caller may know of it."""
    return _shown(await carts.load(tx, cart_id), cart_id, caller)


async def visible_head(tx: Tx, cart_id: str, caller: Caller | None) -> Cart:
    """The same as if the cart were empty."""
    return _shown(await carts.head(tx, cart_id), cart_id, caller)


def _shown(cart: Cart | None, cart_id: str, caller: Caller | None) -> Cart:
    if cart is None or carts_core.hidden_from(cart, nic_of(caller)):
        message = "Cart %(cart)s does not exist"
        raise not_found(message, "cartId", cart=cart_id)
    return cart


async def changeable(tx: Tx, cart_id: str, caller: Caller | None, now: datetime) -> Cart:
    """The cart, if this caller may change it now."""
    return _open(await visible(tx, cart_id, caller), now)


async def changeable_head(tx: Tx, cart_id: str, caller: Caller | None, now: datetime) -> Cart:
    """The same as if the cart were empty."""
    return _open(await visible_head(tx, cart_id, caller), now)


def _open(cart: Cart, now: datetime) -> Cart:
    refusals = carts_core.frozen(cart, now)
    if refusals:
        raise Refused(*refusals)
    return cart


def item_of(cart: Cart, item_id: int) -> Item:
    """One of the cart's items that can be configured: options cannot, what they need is put on their parent."""
    found = any_item_of(cart, item_id)
    if isinstance(found, Item):
        return found
    parent, option = found
    message = "Item %(item)s is the option %(plan)s of item %(item2)s: configure that one"
    raise invalid(message, "itemId", item=item_id, plan=option.plan, item2=parent.item_id)


def any_item_of(cart: Cart, item_id: int) -> Item | tuple[Item, ChosenOption]:
    """One of the cart's items; an option comes with the item it belongs to."""
    for item in cart.items:
        if item.item_id == item_id:
            return item
        for option in item.options:
            if option.item_id == item_id:
                return item, option
    message = "Item %(item)s does not exist in cart %(cart)s"
    raise not_found(message, "itemId", item=item_id, cart=cart.cart_id)


async def read(engine: Engine, cart_id: str, caller: Caller | None) -> Cart:
    """A cart with its items."""
    return await engine.database.read(lambda tx: visible(tx, cart_id, caller))


async def read_head(engine: Engine, cart_id: str, caller: Caller | None) -> Cart:
    """A cart as if it were empty."""
    return await engine.database.read(lambda tx: visible_head(tx, cart_id, caller))


async def of_caller(engine: Engine, caller: Caller, description: str | None) -> list[str]:
    """The caller's carts, all or those with exactly this description."""
    return await engine.database.read(lambda tx: carts.of_account(tx, caller.account.nichandle, description))


async def update(
    engine: Engine, cart_id: str, caller: Caller | None, changes: tuple[str | None, datetime | None], now: datetime
) -> Cart:
    """Another (description, expiry); None leaves one as it is."""
    description, expire = changes

    async def work(tx: Tx) -> Cart:
        cart = await changeable(tx, cart_id, caller, now)
        if description is not None:
            _check_description(description)
            cart = structs.replace(cart, description=description)
        if expire is not None:
            cart = structs.replace(cart, expires=_expiry(expire, cart.created, now))
        await carts.save(tx, cart)
        return cart

    return await engine.database.write(work)


async def delete(engine: Engine, cart_id: str, caller: Caller, now: datetime) -> None:
    """Forget a cart with all in it, unless it became an order. An expired one may go too."""

    async def work(tx: Tx) -> None:
        cart = await visible(tx, cart_id, caller)
        if cart.read_only:
            raise Refused(*carts_core.frozen(cart, now))
        await carts.delete(tx, cart_id)

    await engine.database.write(work)


async def sweep(engine: Engine) -> int:
    """Forget carts that nobody owns nor ordered and that expired a while ago; how many they were."""
    before = micros(engine.clock() - KEPT)
    gone, of_round = 0, AT_ONCE
    while of_round == AT_ONCE:
        of_round = await engine.database.write(lambda tx: carts.delete_expired(tx, before, AT_ONCE))
        gone += of_round
    return gone


async def assign(engine: Engine, cart_id: str, caller: Caller, now: datetime) -> None:
    """Make the cart the caller's. Doing so again changes nothing."""

    async def work(tx: Tx) -> None:
        if await carts.assign(tx, cart_id, caller.account.nichandle, now):
            return
        cart = await changeable_head(tx, cart_id, caller, now)  # says why not
        await carts.save(tx, structs.replace(cart, nic=caller.account.nichandle))

    await engine.database.write(work)


def parsed(engine: Engine, domain: str) -> Name | None:
    """The name somebody typed; None under an extension that is not sold."""
    name = _read(engine, domain)
    if isinstance(name, names.NameProblem):
        if name.reason == "extension-not-sold":
            return None
        raise Refused(search.refusal_of(name, domain, "domain"))
    return name


def sold(engine: Engine, domain: str) -> Name:
    """The name somebody typed, which has to be under an extension that is sold."""
    name = _read(engine, domain)
    if isinstance(name, names.NameProblem):
        raise Refused(search.refusal_of(name, domain, "domain"))
    return name


def _read(engine: Engine, domain: str) -> Name | names.NameProblem:
    extensions = engine.market.catalogue.extensions
    if len(domain) > LONGEST_TYPED:  # no name, and not worth the room
        return _parse(engine, domain)
    return _names.of((extensions, engine.public_suffix), domain, lambda: _parse(engine, domain))


_names: Known[Name | names.NameProblem] = Known(1000)
"""What was typed, by the catalogue's extensions: a name is read when it is asked for, added, and ordered."""


def _parse(engine: Engine, domain: str) -> Name | names.NameProblem:
    extensions = engine.market.catalogue.extensions
    name = names.parse(domain, extensions, engine.public_suffix)
    if isinstance(name, names.NameProblem):
        return name
    return names.label_problem(name, extensions[name.extension]) or name


async def offer_now(engine: Engine, item: Item, cart: Cart, now: datetime) -> Offer | None:
    """The item's offer as it is at this moment; another one if it is gone. Raises registry.NoAnswer.

    Of platforms only the one is asked that the name is to be bought on: the others have no say in it.
    """
    name, mode = parsed(engine, item.domain), item.offer.pricing_mode if item.offer else ""
    if name is None:
        return None
    platform = platform_of(mode)
    heard = await with_listings(engine, [await availability(engine, name)], (platform,) if platform else ())
    if heard.silent:
        raise NoAnswer(*heard.silent.values())
    found = offers(engine.market, name, heard.answers[0], subsidiary_of(engine, cart.subsidiary), now)
    return next((offer for offer in found if offer.pricing_mode == mode), found[0] if found else None)


async def availability(engine: Engine, name: Name) -> Availability:
    """What the registry says of a name, with the claims it is under. Raises registry.NoAnswer."""
    [answer] = await registry_of(engine, name).check([name.ascii])
    return await claims.told(engine, name, answer)


def registry_of(engine: Engine, name: Name) -> Registry:
    """Who is asked about this name."""
    return engine.registry_of(name.extension)


async def _asked(engine: Engine, name: Name) -> Heard:
    """What the registry answers, and where the name is on sale. Raises Refused where the registry is silent."""
    try:
        return await with_listings(engine, [await availability(engine, name)])
    except NoAnswer as silence:
        message = "The registry of .%(extension)s does not answer, try again later: %(silence)s"
        raise Refused(refusal("unavailable", message, "domain", extension=name.extension, silence=silence)) from silence


async def _shopping(engine: Engine, tx: Tx, cart_id: str, caller: Caller | None) -> tuple[Cart, Market]:
    """The cart, and what is sold to whoever fills it."""
    # What is in it matters only where a promotion has an end.
    cart = await (visible if engine.market.index.limited else visible_head)(tx, cart_id, caller)
    return cart, await deals.barred(engine, tx, cart.nic or nic_of(caller), cart)


async def offers_for(engine: Engine, cart_id: str, caller: Caller | None, domain: str, now: datetime) -> list[Offer]:
    """What a name can be ordered as; nothing for an extension that is not sold."""
    cart, market = await engine.database.read(lambda tx: _shopping(engine, tx, cart_id, caller))
    name = parsed(engine, domain)
    if name is None:
        return []
    heard = await _asked(engine, name)
    return offers(market, name, heard.answers[0], subsidiary_of(engine, cart.subsidiary), now)


def only_one(quantity: int) -> None:
    """Refuse any other quantity than one."""
    if quantity != 1:
        message = "quantity can only be 1: got %(quantity)s"
        raise invalid(message, "quantity", quantity=quantity)


def _silenced(heard: Heard, wanted: Wanted) -> Refusal | None:
    """What was wished for may well be on offer where nobody answers just now."""
    for asked in (wanted.pricing_mode, wanted.offer_id):
        platform = platform_of(asked or "")
        if platform in heard.silent:
            message = "%(platform)s does not answer, try again later: %(silent)s"
            return refusal("unavailable", message, "domain", platform=platform, silent=heard.silent[platform])
    return None


async def add_domain(engine: Engine, cart_id: str, caller: Caller | None, wanted: Wanted, now: datetime) -> Item:
    """Put a name in the cart, at the price it has now; that price holds until the cart expires."""
    only_one(wanted.quantity)
    cart, market = await engine.database.read(lambda tx: _shopping(engine, tx, cart_id, caller))
    _open(cart, now)
    name = sold(engine, wanted.domain)
    heard = await _asked(engine, name)
    available = offers(market, name, heard.answers[0], subsidiary_of(engine, cart.subsidiary), now)
    offer = carts_core.chosen(available, wanted.pricing_mode, wanted.offer_id, wanted.plan_code)
    if isinstance(offer, Refusal):
        raise Refused(_silenced(heard, wanted) or offer)
    years = carts_core.years_of(wanted.duration, offer.years) if wanted.duration else offer.years[0]
    if isinstance(years, Refusal):
        raise Refused(years)
    [item_id] = await engine.database.new_ids()
    item = Item(item_id=item_id, kind="domain", domain=name.ascii, shown=name.unicode, years=years, offer=offer)
    return await put(engine, cart_id, caller, item, now)


class WantedZone(Struct, frozen=True):
    """A DNS zone somebody wants in the cart."""

    plan_code: str
    pricing_mode: str
    duration: str
    quantity: int


async def add_zone(engine: Engine, cart_id: str, caller: Caller | None, wanted: WantedZone, now: datetime) -> Item:
    """Put a DNS zone in the cart; its configuration `zone` names it."""
    allowed = WantedZone("zone", "default", "P1Y", 1)
    for field, asked in structs.asdict(wanted).items():
        if asked != (only := getattr(allowed, field)):
            wire_name = field.replace("_c", "C").replace("_m", "M")
            message = "%(wire_name)s can only be %(only)r: got %(asked)r"
            raise invalid(message, wire_name, wire_name=wire_name, only=only, asked=asked)
    [item_id] = await engine.database.new_ids()
    # A zone has no name before its configuration gives it one; until then its id keeps it apart from others.
    item = Item(item_id=item_id, kind="dns", domain=f"zone-{item_id}", shown="", years=1)
    return await put(engine, cart_id, caller, item, now)


async def put(engine: Engine, cart_id: str, caller: Caller | None, item: Item, now: datetime) -> Item:
    """Put a new item in a cart, if there is room and the cart has none such."""

    async def work(tx: Tx) -> Item:
        if await carts.add_fitting(tx, cart_id, item, nic_of(caller), now):
            return item
        cart, held = await carts.head_and_count(tx, cart_id)
        _open(_shown(cart, cart_id, caller), now)
        refusals = carts_core.room_for(held)
        if refusals:
            raise Refused(*refusals)
        if not await carts.add_item(tx, cart_id, item):
            raise Refused(carts_core.twice(item.shown))
        return item

    return await engine.database.write(work)
