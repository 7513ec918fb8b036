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


async def held(tx: Tx, order: Order) -> datetime | None:
    """When delivery of an order begins at the earliest; None if it waits for nothing."""
    return held_until(order, await orders.right(tx, order.nic, order.order_id)) if order.waits else None


def unknown(order_id: int) -> Exception:
    """There is no such order, or not for whoever asks."""
    return not_found(f"Order {order_id} does not exist", "orderId")


async def of_caller(engine: Engine, caller: Caller, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of the caller's orders, placed within these instants."""
    return await engine.database.read(lambda tx: orders.of_account(tx, caller.account.nichandle, since, until))


async def read(engine: Engine, caller: Caller | Session, order_id: int) -> Order:
    """One of the caller's orders."""
    return await engine.database.read(lambda tx: order_of(tx, caller, order_id))


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
