"""The ends of names' terms, looked after by the worker: reminders, automatic renewals, what is given up, what is over.

Each name says when it is looked at next (`domain.look_at`). Who looks first puts that off by a lease, by
compare-and-set, so that no two workers do the same; after a crash somebody looks again when the lease ends, and what
was done is in the database: a mail with its mark, an order as the only one of its term, its payment.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import renewal, renewal_mail
from ordain.core.account import acting
from ordain.core.change import alike
from ordain.core.offer import Offer
from ordain.core.refusal import Refused
from ordain.core.registry import Deletion, NoAnswer, Update
from ordain.core.renewal import Due, Ending, Facts
from ordain.core.renewal_mail import Notice
from ordain.flows import changes, operator, payments, renewals
from ordain.flows.act import Act, write_mail
from ordain.flows.departures import end
from ordain.flows.renewals import Buyer, Slip, Years
from ordain.flows.settlement import account_of
from ordain.store import charges, domains, orders, tasks
from ordain.store import ledger as books
from ordain.store import renewals as rows

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain
    from ordain.core.money import Money
    from ordain.core.order import Order
    from ordain.core.renewal import Deed
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

AT_ONCE = 20
LEASE = timedelta(minutes=10)
"""Longer than a registry and a card processor are waited for together."""
IDS_USED = 8
TOO_LITTLE = "there is not enough money on your prepaid account"
OTHER_CURRENCY = "your prepaid account is in another currency than the order"
NOT_RENEWED = "it cannot be renewed at this moment"


async def look_after(engine: Engine) -> int:
    """Look at the names whose time has come; how many were waiting."""
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: rows.due(tx, now, AT_ONCE))
    looks = (_look(engine, mark, now) for mark in waiting)
    for mark, failed in zip(waiting, await asyncio.gather(*looks, return_exceptions=True), strict=True):
        if isinstance(failed, BaseException):
            log.error("%s of %s could not be looked after; it is tried again later", mark[1], mark[0], exc_info=failed)
    return len(waiting)


async def _look(engine: Engine, mark: rows.Mark, now: datetime) -> None:
    nic, name, _ = mark
    lease = now + LEASE
    leased = rows.mark(nic, name, lease)

    async def taken(tx: Tx) -> tuple[Facts, Due] | None:
        facts = await facts_of(engine, tx, nic, name)
        if facts is None:
            return None
        found = renewal.due(facts, now)
        mine = await rows.take(tx, mark, lease if found.deeds else found.again)
        return (facts, found) if mine and found.deeds else None

    try:
        found = await engine.database.write(taken)
    except Exception as failed:  # it is not the first in the queue again: whatever is wrong with it holds up no others
        unsold = isinstance(failed, Unsold)
        put_off = await engine.database.write(lambda tx: rows.take(tx, mark, now + renewal.DAY if unsold else lease))
        if unsold and put_off:
            await operator.tell(engine, nic, f"{name} is not looked after", str(failed))
        raise
    if found is None:
        return
    try:
        again = await _do(engine, *found, now)
    except NoAnswer:
        again = now + renewal.SOON
    # Unless it was to be looked at sooner meanwhile, because it has been renewed or set up otherwise.
    await engine.database.write(lambda tx: rows.take(tx, leased, again))
    engine.wake()


class Unsold(LookupError):
    """The catalogue knows a name's extension no more."""


async def facts_of(engine: Engine, tx: Tx, nic: str, name: str) -> Facts | None:
    """What decides about a name; None if it is held no more. Raises Unsold where nothing tells."""
    domain = await domains.load(tx, nic, name)
    if domain is None:
        return None
    extension = engine.market.catalogue.extensions.get(domain.extension)
    if extension is None:
        message = (
            f"The catalogue has no .{domain.extension}: {name} of {nic}, paid until {domain.expires.date()}, is neither"
            " renewed nor ended. It is looked at again in a day."
        )
        raise Unsold(message)
    ending = await rows.load(tx, nic, domain.service_id, domain.expires)
    active, _ = await rows.is_active(tx, nic)
    return Facts(
        domain=domain,
        extension=extension,
        settings=await rows.settings(tx, nic, name),
        active=active,
        ending=ending or Ending(nic, domain.service_id, domain.expires),
        order=await orders.standing(tx, nic, ending.order_id) if ending and ending.order_id else None,
        busy=await renewals.is_busy(tx, domain),
    )


class Told(Struct, frozen=True):
    """What is asked outside before anything is done: the tax, and what the name costs. None: it cannot be had."""

    of: Buyer
    offer: Offer | None
    why: str = NOT_RENEWED
    """It cannot be had."""

    def amount(self, engine: Engine, domain: Domain, years: int) -> Money | None:
        """What so many years cost with tax."""
        if self.offer is None:
            return None
        quoted, _ = renewals.priced(engine, self.of, [Years(domain, self.offer, years)])
        return quoted.total.gross


async def _do(engine: Engine, facts: Facts, found: Due, now: datetime) -> datetime:
    """Do what is due; when to look again. Raises NoAnswer where a registry has to be asked and says nothing."""
    if "ask" in found.deeds:
        return await _ask(engine, facts, found, now)
    if "charge" in found.deeds and await _is_lost(engine, facts, now):
        return now
    ids = await engine.database.new_ids(IDS_USED)
    told = None
    if set(found.deeds) - {"hold", "release", "delete"}:
        told = await _told(engine, facts, now, binding="charge" in found.deeds)
    password = engine.secret_text(16)

    async def work(tx: Tx) -> tuple[bool, Order | None]:
        fresh = await facts_of(engine, tx, facts.domain.nic, facts.domain.name)
        if fresh is None or renewal.due(fresh, now).deeds != found.deeds:
            return False, None
        act = Act(engine, tx, await account_of(tx, facts.domain.nic), iter(ids), now)
        return True, await _carry_out(act, fresh, found.deeds, told, password)

    as_planned, order = await engine.database.write(work, in_turn=True)
    if not as_planned:
        return now
    if "charge" in found.deeds and told:
        await _charge(engine, facts, told, order)
    return found.again


async def _is_lost(engine: Engine, facts: Facts, now: datetime) -> bool:
    """Whether it is too late for the one attempt that was never made: the registry has given the name up meanwhile.

    Then it counts as made, and what the registry did is taken over.
    """
    at = renewal.timeline(facts.domain.expires, facts.extension, facts.settings)
    if now < at.delete:
        return False
    held = await changes.registry_of(engine, facts.domain.extension).find(facts.domain.name)
    if held is not None and held.ours and not held.redemption:
        return False
    made = structs.replace(facts.ending, attempts=renewal.slot(at, now))
    await engine.database.write(lambda tx: rows.save(tx, made))
    return True


async def _told(engine: Engine, facts: Facts, now: datetime, *, binding: bool) -> Told:
    account = await engine.database.read(lambda tx: account_of(tx, facts.domain.nic))
    of = await renewals.buyer(engine, account, [facts.domain], now, binding=binding)
    if of.sale.refusals:
        return Told(of, None, of.sale.refusals[0].message)
    try:
        offer = await renewals.offer_of(engine, facts.domain, of.subsidiary, now)
    except LookupError:  # such names are not sold any more
        return Told(of, None)
    return Told(of, None if offer.obstacle or not offer.years else offer)


def years_of(facts: Facts, offer: Offer | None) -> int:
    """For how many years a name is renewed by itself: as it was set, or the fewest."""
    wished = (facts.settings.period or 12) // 12
    return wished if offer is None or wished in offer.years else min(offer.years)


async def _carry_out(act: Act, facts: Facts, deeds: tuple[Deed, ...], told: Told | None, password: str) -> Order | None:
    """The mails, the tasks at the registry, and the order that is to be charged."""
    order, ending = None, facts.ending
    for deed in deeds:
        match deed:
            case "hold" | "release":
                await _change(act, facts.domain, Update(hold=deed == "hold"))
            case "delete":
                await _change(act, facts.domain, Deletion())
            case "month" | "week" | "expired":
                text = renewal_mail.expired if deed == "expired" else renewal_mail.reminder
                await write_mail(act, None, text(act.language, _notice(act.engine, facts, told, act.now)))
                ending = structs.replace(ending, told=ending.told | {deed})
            case "charge":
                order = await _order(act, facts, told, password)
    if ending != facts.ending:
        await rows.save(act.tx, ending)
    return order


async def _change(act: Act, domain: Domain, change: Update | Deletion) -> None:
    beside = alike(change, await tasks.of_domain(act.tx, domain.nic, domain.name))
    if not any(task.status in ("todo", "doing") for task in beside):
        await changes.write(act.tx, domain, change, next(act.ids), act.now)


async def _order(act: Act, facts: Facts, told: Told | None, password: str) -> Order | None:
    """The order of this term: the one that we placed, as long as it can be paid, else a new one. None: none can be."""
    if facts.order and facts.ending.automatic and facts.payable(act.now):
        return facts.order.order
    if told is None or told.offer is None:
        return None
    slip = Slip(next(act.ids), password, "", act.now, automatic=True)
    wanted = Years(facts.domain, told.offer, years_of(facts, told.offer))
    placed = renewals.compose(act.engine, told.of, [wanted], slip)
    await renewals.put(act.tx, placed.order, automatic=True)
    return placed.order


def _notice(engine: Engine, facts: Facts, told: Told | None, now: datetime) -> Notice:
    at = renewal.timeline(facts.domain.expires, facts.extension, facts.settings)
    years = years_of(facts, told.offer if told else None)
    return Notice(
        domain=facts.domain.name,
        at=at,
        amount=told.amount(engine, facts.domain, years) if told else None,
        months=12 * years,
        charged=renewal.next_charge(at, now) if facts.automatic else None,
        ends=facts.settings.delete_at_expiration,
        url=link(engine, facts.domain),
    )


def link(engine: Engine, domain: Domain) -> str:
    """Where a person renews a name."""
    return f"{engine.public_url}/renewal/{domain.service_id}"


async def _charge(engine: Engine, facts: Facts, told: Told, order: Order | None) -> None:
    """Have an order paid with what the account prefers; if it cannot be, its customer is told, and when it is again."""
    account, now = told.of.account, engine.clock()
    chosen = await payments.preferred(engine, account.nichandle)
    if order is not None:
        try:
            await payments.pay(engine, acting(account, now), order.order_id, chosen, now)
        except Refused as refused:
            log.info("order %s, an automatic renewal, was not paid: %s", order.order_id, refused)
    [mail_id] = await engine.database.new_ids()
    at = renewal.timeline(facts.domain.expires, facts.extension, facts.settings)

    async def work(tx: Tx) -> None:
        domain = facts.domain
        known = await rows.load(tx, domain.nic, domain.service_id, domain.expires)
        tried = structs.replace(known or facts.ending, attempts=renewal.slot(at, now))
        await rows.save(tx, tried)
        act = Act(engine, tx, account, iter([mail_id]), now)
        why = await _why_not(act, order, chosen) if order else told.why
        if why:
            url = f"/order/{order.order_id}?orderPassword={order.password}" if order else ""
            notice = _notice(engine, facts, told, now)
            notice = structs.replace(notice, url=engine.public_url + url) if url else notice
            text = renewal_mail.unpaid(act.language, notice, act.language.say(why))
            await write_mail(act, order.order_id if order else None, text)

    await engine.database.write(work)


async def _why_not(act: Act, order: Order, chosen: payments.Chosen) -> str | None:
    """Why it is not paid; None where it is, or may be yet, or nothing is renewed by it any more."""
    if await orders.payment(act.tx, order.nic, order.order_id):
        return None
    if await rows.outdated(act.tx, order):  # the name was renewed, ordered to be, or given up meanwhile
        return None
    if await charges.open_of_order(act.tx, order.nic, order.order_id):
        return None
    if chosen.method_id:
        return await payments.why_not_paid(act, order, chosen)
    held = {balance.name: balance.amount.currency for balance in await books.balances(act.tx, order.nic)}
    return TOO_LITTLE if held.get(chosen.mean) == order.price.gross.currency else OTHER_CURRENCY


async def _ask(engine: Engine, facts: Facts, found: Due, now: datetime) -> datetime:
    """Ask the registry of a deleted name whether it has it yet: who holds it may restore it as long."""
    domain = facts.domain
    held = await changes.registry_of(engine, domain.extension).find(domain.name)
    ours = held is not None and held.ours
    first = "redemption" not in facts.ending.told
    told = await _told(engine, facts, now, binding=False) if first and ours else None
    ids = await engine.database.new_ids(IDS_USED)

    async def work(tx: Tx) -> datetime:
        fresh = await facts_of(engine, tx, domain.nic, domain.name)
        if fresh is None or renewal.due(fresh, now).deeds != found.deeds:
            return now
        act = Act(engine, tx, await account_of(tx, domain.nic), iter(ids), now)
        if not ours:
            await _end(act, fresh.domain)
        elif held is not None and not held.redemption:  # somebody had it restored otherwise
            await domains.save(tx, structs.replace(fresh.domain, deleted=None, updated=now))
            return now
        elif told:
            await _tell_redemption(act, fresh, told)
        return found.again

    return await engine.database.write(work)


async def _tell_redemption(act: Act, facts: Facts, told: Told) -> None:
    domain = facts.domain
    until = renewal.restorable_until(domain, facts.extension)
    amount = told.amount(act.engine, domain, min(told.offer.years)) if told.offer else None
    if until and until > act.now:
        text = renewal_mail.in_redemption(act.language, domain.name, until, amount, link(act.engine, domain))
        await write_mail(act, None, text)
    await rows.save(act.tx, structs.replace(facts.ending, told=facts.ending.told | {"redemption"}))


async def _end(act: Act, domain: Domain) -> None:
    """The name leaves the account, with its zone and whatever was still wished for it; bills and orders stay."""
    await end(act.tx, domain, act.now)
    await write_mail(act, None, renewal_mail.ended(act.language, domain.name))


async def of_account(engine: Engine, caller: Caller) -> tuple[bool, datetime | None]:
    """Whether the caller's services are renewed automatically, unless set otherwise; when one was last."""
    return await engine.database.read(lambda tx: rows.is_active(tx, caller.account.nichandle))


async def set_active(engine: Engine, caller: Caller, now: datetime, *, active: bool) -> None:
    """Have the caller's services renewed automatically, or none of them."""

    async def work(tx: Tx) -> None:
        await rows.set_active(tx, caller.account.nichandle, active=active)
        await rows.look_at_all(tx, caller.account.nichandle, now)

    await engine.database.write(work)
