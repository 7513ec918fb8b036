"""Orders read: what they hold, where they stand, and their whole story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.charge import Charge
from ordain.core.ledger import Entry
from ordain.core.mail import Mail
from ordain.core.order import Order, OrderLine, Standing, held_until
from ordain.core.refusal import not_found
from ordain.core.vat_check import Check
from ordain.store import charges, ledger, mails, orders, vat_checks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.session import Session
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


class Story(Struct, frozen=True):
    """Everything that is known of one order."""

    standing: Standing
    entries: list[Entry]
    mails: list[Mail]
    vat_check: Check | None = None
    """The check of the customer's VAT number that its tax rests on."""
    charges: list[Charge] = []
    """To cards, those that failed too."""


async def order_of(tx: Tx, caller: Caller | Session, order_id: int) -> Order:
    """One of the caller's orders."""
    order = await orders.load(tx, caller.account.nichandle, order_id)
    if order is None:
        raise unknown(order_id)
    return order


MOST_ITEMS = 20
"""Of an order that is remembered: those of many are read anew, so that memory has its limit."""


def remember(engine: Engine, order: Order) -> None:
    """An order that stands, as it always will: its payment and its delivery, which come next, need not read it."""
    if len(order.items) <= MOST_ITEMS:
        engine.placed.put((order.nic, order.order_id), order, engine.machine())


async def placed(engine: Engine, nic: str, order_id: int) -> Order | None:
    """One of an account's orders, as it was placed."""
    known = engine.placed.get((nic, order_id), engine.machine())
    found = known or await engine.database.read(lambda tx: orders.load(tx, nic, order_id))
    if found is not None and known is None:
        remember(engine, found)
    return found


async def held(tx: Tx, order: Order) -> datetime | None:
    """When delivery of an order begins at the earliest; None if it waits for nothing."""
    return held_until(order, await orders.right(tx, order.nic, order.order_id)) if order.waits else None


def unknown(order_id: int) -> Exception:
    """There is no such order, or not for whoever asks."""
    return not_found("Order %(order)s does not exist", "orderId", order=order_id)


async def of_caller(engine: Engine, caller: Caller, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of the caller's orders, placed within these instants."""
    return await engine.database.read(lambda tx: orders.of_account(tx, caller.account.nichandle, since, until))


async def read(engine: Engine, caller: Caller | Session, order_id: int) -> Order:
    """One of the caller's orders."""
    return await engine.database.read(lambda tx: order_of(tx, caller, order_id))


PAGE = 20
"""Orders of one page."""
_ALL = 2**53
_LOOKS = 20
"""How many pages' worth of orders are looked through for those of a name."""


class Found(Struct, frozen=True):
    """A page of orders, the newest first; `before` asks for those behind it, None if there are none."""

    orders: list[Standing]
    before: int | None


async def search(engine: Engine, caller: Caller, text: str, before: int | None) -> Found:
    """The caller's orders whose number, or one of whose names, has this text in it: all of them for ""."""
    wanted, nic = text.strip().lower(), caller.account.nichandle

    async def work(tx: Tx) -> Found:
        matching, last = await _matching(tx, nic, wanted, before or _ALL)
        shown = [await orders.standing(tx, nic, order.order_id) for order in matching[:PAGE]]
        more = matching[PAGE - 1].order_id if len(matching) > PAGE else last
        return Found([each for each in shown if each], more)

    return await engine.database.read(work)


async def _matching(tx: Tx, nic: str, wanted: str, before: int) -> tuple[list[Order], int | None]:
    """One order more than a page has, if there are so many; and where the search was left off, if it was."""
    found: list[Order] = []
    for _ in range(_LOOKS):
        rows = await orders.told_of(tx, nic, wanted, before, PAGE + 1)
        found += [order for order in rows if _has(order, wanted)]
        if len(rows) <= PAGE or len(found) > PAGE:
            return found, None
        before = rows[-1].order_id
    return found, before


def _has(order: Order, wanted: str) -> bool:
    names = (name for item in order.items for name in (item.domain, item.shown.lower()))
    return not wanted or wanted in str(order.order_id) or any(wanted in name for name in names)


def line(order: Order, number: int, parameter: str = "orderDetailId") -> OrderLine:
    """One of an order's lines."""
    found = next((line for line in order.lines if line.line_id == number), None)
    if found is None:
        message = f"Detail {number} does not exist in order {order.order_id}"
        raise not_found(message, parameter)
    return found


async def standing(engine: Engine, caller: Caller | Session, order_id: int) -> Standing:
    """An order with the facts its status is derived from."""

    async def work(tx: Tx) -> Standing:
        found = await orders.standing(tx, caller.account.nichandle, order_id)
        if found is None:
            raise unknown(order_id)
        return found

    return await engine.database.read(work)


async def story(engine: Engine, caller: Caller | None, order_id: int) -> Story:
    """An order's whole story; of anybody's order when no caller is named (the operator asks)."""

    async def work(tx: Tx) -> Story:
        order = await orders.find(tx, order_id)
        if order is None or (caller and caller.account.nichandle != order.nic):
            raise unknown(order_id)
        found = await orders.standing(tx, order.nic, order_id)
        if found is None:
            raise unknown(order_id)
        evidence = order.taxation.evidence if order.taxation else None
        return Story(
            found,
            await ledger.of_order(tx, order.nic, order_id),
            await mails.of_order(tx, order.nic, order_id),
            await vat_checks.load(tx, order.nic, evidence) if evidence else None,
            await charges.of_order(tx, order.nic, order_id),
        )

    return await engine.database.read(work)
