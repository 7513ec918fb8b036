"""Renewals: what further years of names cost, ordered by their customer, and what follows once they are had."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from ordain.core import delivery, mail, names, renewal
from ordain.core.account import Account
from ordain.core.cart import Cart, Item
from ordain.core.catalogue import Subsidiary
from ordain.core.configuration import People
from ordain.core.delivery import Domain
from ordain.core.offer import Kept, Offer, keeping
from ordain.core.order import Order, Placing, place
from ordain.core.pricing import Quote, Terms, quote
from ordain.core.refusal import Refusal, Refused, conflict, invalid, refusal
from ordain.core.registry import Deletion, Fees, NoAnswer, Renewal, Restoration
from ordain.core.renewal import Ending
from ordain.core.service import Service
from ordain.flows import changes, costs, domains, services, taxation
from ordain.flows.act import Act, write_mail
from ordain.flows.carts import subsidiary_of
from ordain.flows.taxation import Buying, Sale
from ordain.store import orders, renewals, tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.account import Caller
    from ordain.core.delivery import Task
    from ordain.core.order import OrderItem
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST_SERVICES = 100
"""In one order."""
ONLY_DOMAINS = "services: Only domain names are renewed: a zone goes on from year to year by itself"


class Wanted(Struct, frozen=True, kw_only=True):
    """A renewal somebody wants, of services of theirs, each for so many years."""

    services: tuple[int, ...]
    years: int
    address: str = ""


class Years(Struct, frozen=True):
    """A name that is to be kept, the years, and what those cost."""

    domain: Domain
    offer: Offer
    years: int


class Buyer(Struct, frozen=True):
    """Whose names they are, who sells, and the tax."""

    account: Account
    subsidiary: Subsidiary
    sale: Sale


async def buyer(
    engine: Engine, account: Account, held: Sequence[Domain], now: datetime, *, binding: bool = False
) -> Buyer:
    """For this account, of whoever sold it these names: a renewal continues a contract.

    Of the account's own subsidiary where several sold them, and of names that nobody here did who still sells.
    """

    async def work(tx: Tx) -> set[str]:
        sold = [await orders.load(tx, one.nic, one.order_id) for one in held if one.order_id]
        return {order.subsidiary for order in sold if order}

    codes, known = await engine.database.read(work), engine.market.catalogue.subsidiaries
    code = min(codes) if len(codes) == 1 and codes <= known.keys() else account.ovhSubsidiary
    subsidiary = subsidiary_of(engine, code)
    sale = await taxation.of_sale(engine, Buying(account, subsidiary.code, binding=binding), now)
    return Buyer(account, subsidiary, sale)


async def fees_of(engine: Engine, domain: Domain) -> Fees | None:
    """A premium name's fees at its registry, as they are now. Raises registry.NoAnswer."""
    [answer] = await changes.registry_of(engine, domain.extension).check([domain.name])
    return answer.fees


async def offer_of(engine: Engine, domain: Domain, subsidiary: Subsidiary, now: datetime) -> Offer:
    """What further years of a name cost, or why they cannot be had (`obstacle`). Raises registry.NoAnswer.

    LookupError if such names are not sold any more.
    """
    extension = engine.market.catalogue.extensions[domain.extension]
    parsed = names.parse(domain.name, engine.market.catalogue.extensions)
    if isinstance(parsed, names.NameProblem):
        raise LookupError(domain.name)  # noqa: TRY004 - the catalogue lost its extension
    deed: Literal["renew", "restore"] = "restore" if domain.deleted else "renew"
    kept = Kept(parsed, deed, renewal.periods(domain.expires, extension, now), await fees_of(engine, domain))
    return keeping(engine.market, kept, subsidiary, now)


async def _offered(engine: Engine, domain: Domain, subsidiary: Subsidiary, now: datetime) -> Offer:
    """The same for whoever asked, who may be too late: Refused instead of what it raises."""
    try:
        extension = engine.market.catalogue.extensions[domain.extension]
        found = await offer_of(engine, domain, subsidiary, now)
        return structs.replace(found, obstacle=renewal.obstacle(domain, found, extension, now))
    except NoAnswer as silence:
        message = "The registry does not answer: try again later"
        raise Refused(Refusal("unavailable", message)) from silence
    except LookupError as gone:
        message = ".%(extension)s names are no longer sold here"
        raise conflict(message, "services", extension=domain.extension) from gone


def priced(engine: Engine, of: Buyer, wanted: Sequence[Years]) -> tuple[Quote, list[Item]]:
    """What these years cost, line by line."""
    items = [
        Item(item_id=place, kind="domain", domain=one.offer.domain, shown=one.offer.shown, years=one.years,
             offer=one.offer)
        for place, one in enumerate(wanted, start=1)
    ]  # fmt: skip
    language = engine.languages.of(of.account.language)
    return quote(items, Terms(of.subsidiary.currency, of.sale.taxation.rate, language)), items


class Choice(Struct, frozen=True):
    """Years a service can be renewed for, and what they cost."""

    service: Service
    years: int
    quote: Quote


async def choices(engine: Engine, caller: Caller, service_id: int, now: datetime) -> list[Choice]:
    """What one of the caller's services can be renewed for; nothing for a zone, and what cannot be renewed now.

    Raises Refused where who sells it may not sell it to the caller.
    """
    service = await services.read(engine, caller, service_id)
    if service.kind == "zone":
        return []
    domain = await domains.domain(engine, caller, service.name)
    of = await buyer(engine, caller.account, [domain], now)
    offer = await _offered(engine, domain, of.subsidiary, now)
    if offer.obstacle or service.state == "ending":
        return []
    if of.sale.refusals:
        raise Refused(*of.sale.refusals)
    return [Choice(service, years, priced(engine, of, [Years(domain, offer, years)])[0]) for years in offer.years]


class Placed(Struct, frozen=True):
    """An order of renewals, or what it would be."""

    order: Order
    quote: Quote


async def order(engine: Engine, caller: Caller, wanted: Wanted, now: datetime, *, dry_run: bool) -> Placed:
    """Order renewals, or say what that would be. Raises Refused with everything that stands in the way."""
    if not 1 <= len(set(wanted.services)) <= MOST_SERVICES:
        message = "services: between 1 and %(most_services)s services are renewed at once"
        raise invalid(message, "services", most_services=MOST_SERVICES)
    held = [await services.read(engine, caller, each) for each in dict.fromkeys(wanted.services)]
    if any(service.kind != "domain" for service in held):
        raise invalid(ONLY_DOMAINS, "services")
    found = [await domains.domain(engine, caller, service.name) for service in held]
    of = await buyer(engine, caller.account, found, now, binding=not dry_run)
    years = [Years(one, await _offered(engine, one, of.subsidiary, now), wanted.years) for one in found]
    refusals = [*of.sale.refusals, *(why for one in years for why in refused(one))]
    if refusals:
        raise Refused(*refusals)
    return await _order(engine, of, years, wanted.address, dry_run=dry_run)


def refused(one: Years) -> list[Refusal]:
    """Why a name cannot have these years."""
    if one.offer.obstacle:
        return [refusal("conflict", one.offer.obstacle, "services")]
    if one.years in one.offer.years:
        return []
    allowed = ", ".join(f"P{years}Y" for years in one.offer.years)
    if not allowed:
        said = "%(name)s is paid until %(expires)s: its registry allows no more years yet"
        return [refusal("conflict", said, "duration", name=one.domain.name, expires=one.domain.expires.date())]
    return [
        refusal(
            "invalid",
            "duration: %(name)s can be renewed for %(allowed)s",
            "duration",
            name=one.domain.name,
            allowed=allowed,
        )
    ]


async def _order(engine: Engine, of: Buyer, wanted: list[Years], address: str, *, dry_run: bool) -> Placed:
    order_id, mail_id = await engine.database.new_ids(2)
    password, now = engine.secret_text(16), engine.clock()

    async def work(tx: Tx) -> Placed:
        placed = compose(engine, of, wanted, Slip(order_id, password, address, now))
        for one in wanted:
            await _refuse_if_otherwise(tx, one.domain)
        if not dry_run:
            await put(tx, placed.order, automatic=False)
            act = Act(engine, tx, of.account, iter([mail_id]), now)
            await write_mail(act, order_id, mail.placed(act.language, placed.order, engine.public_url))
        return placed

    return await (engine.database.read(work) if dry_run else engine.database.write(work))


class Slip(Struct, frozen=True):
    """What an order of renewals is written on."""

    order_id: int
    password: str
    address: str
    now: datetime
    automatic: bool = False


def compose(engine: Engine, of: Buyer, wanted: Sequence[Years], slip: Slip) -> Placed:
    """The order of these years. It waits for its payment no longer than each of the names can be renewed."""
    quoted, items = priced(engine, of, wanted)
    cart = Cart(
        cart_id=f"renewal-{slip.order_id}",
        subsidiary=of.subsidiary.code,
        created=slip.now,
        expires=slip.now,
        nic=of.account.nichandle,
        items=tuple(items),
    )
    placing = Placing(
        order_id=slip.order_id,
        locale=of.account.language,
        password=slip.password,
        people={item.item_id: People(of.account) for item in items},
        contracts=(),
        waived=False,
        accepted_from=slip.address,
        now=slip.now,
        consumer=of.account.legalform == "individual",
        taxation=of.sale.taxation,
        customer=of.sale.customer,
    )
    placed = place(cart, quoted, placing)
    kept = tuple(
        structs.replace(item, owner=None, service_id=one.domain.service_id, until=one.domain.expires, configurations=())
        for item, one in zip(placed.items, wanted, strict=True)
    )
    extensions = engine.market.catalogue.extensions
    ends = (
        renewal.payable_until(one.domain, extensions[one.domain.extension], slip.now, automatic=slip.automatic)
        for one in wanted
    )
    return Placed(structs.replace(placed, items=kept, expires=min(ends), automatic=slip.automatic), quoted)


async def _refuse_if_otherwise(tx: Tx, before: Domain) -> None:
    """Raise Refused for a name that is not as it was, or whose term is renewed, restored or given up already."""
    domain = await domains.held(tx, before.nic, before.name)
    if (domain.expires, domain.deleted) != (before.expires, before.deleted):
        message = "%(name)s was changed at the same moment: look at it again"
        raise conflict(message, "services", name=domain.name)
    if await is_busy(tx, domain):
        message = "%(name)s is being renewed, restored or deleted at this moment"
        raise conflict(message, "services", name=domain.name)
    paid = await _of_term(tx, domain)
    if paid and paid[1] == "paid":
        message = "%(name)s is renewed already by order %(order)s, which is paid"
        raise conflict(message, "services", name=domain.name, order=paid[0].order_id)


async def is_busy(tx: Tx, domain: Domain) -> bool:
    """Whether its registry is being asked to renew, restore or delete it."""
    beside = await tasks.of_domain(tx, domain.nic, domain.name)
    return any(isinstance(task.change, Renewal | Restoration | Deletion) and not task.settled for task in beside)


async def _of_term(tx: Tx, domain: Domain) -> tuple[Ending, str] | None:
    """The order that renews this term, and whether it is "paid" or "open"; None: there is none, or it is over."""
    ending = await renewals.load(tx, domain.nic, domain.service_id, domain.expires)
    standing = await orders.standing(tx, domain.nic, ending.order_id) if ending and ending.order_id else None
    if ending is None or standing is None:
        return None
    if standing.payment:
        return (ending, "paid") if renewal.comes_about(standing, domain.service_id) else None
    return ending, "open"


async def put(tx: Tx, order: Order, *, automatic: bool) -> None:
    """Save an order of renewals as the one of each of its terms, in place of one that was not paid."""
    await orders.add(tx, order)
    for item in order.items:
        if item.until is None:
            continue
        known = await renewals.load(tx, order.nic, item.service_id, item.until)
        mine = Ending(order.nic, item.service_id, item.until, order_id=order.order_id, automatic=automatic)
        if not await renewals.order(tx, mine, known.order_id if known else None):
            message = "%(shown)s was ordered to be renewed at the same moment"
            raise conflict(message, "services", shown=item.shown)


async def kept(act: Act, task: Task, order: Order, item: OrderItem) -> None:
    """The registry did what was paid for: after a restoration its years come next."""
    if task.function == delivery.RESTORE:
        await tasks.add(act.tx, delivery.renewal_after(task, item, next(act.ids), act.now))
        return
    await costs.book(act, order, item)
    if item.until is not None:
        ending = await renewals.load(act.tx, order.nic, item.service_id, item.until)
        if ending and ending.automatic:
            await renewals.renewed(act.tx, order.nic, act.now)
