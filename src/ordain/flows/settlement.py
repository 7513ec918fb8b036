"""What it is for an order to be paid: one payment, its ledger entry and its delivery, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery, ledger, mail
from ordain.core.order import Standing, status
from ordain.core.payment_method import SOURCES
from ordain.core.refusal import conflict
from ordain.flows.act import write_mail
from ordain.flows.orders import held
from ordain.store import accounts, orders, renewals, tasks
from ordain.store import ledger as books

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Account
    from ordain.core.ledger import Balance
    from ordain.core.order import Order, Payment, Right
    from ordain.core.refusal import Refused
    from ordain.flows.act import Act
    from ordain.store.database import Tx


WITHDRAWN_FROM = "Order %(order)s was withdrawn from"
CANCELLED = "Order %(order)s was not paid in time and is cancelled"
SENTENCES = (WITHDRAWN_FROM, CANCELLED)


def ids_used(items: int) -> int:
    """By settling an order of so many items: payment, ledger entry, two mails, and a task an item."""
    return 4 + items


async def refusal(tx: Tx, order: Order, now: datetime, right: Right | None = None) -> Refused | None:
    """Why an order that was not paid can no longer be. `right` is asked for unless it is known."""
    right = right or await orders.right(tx, order.nic, order.order_id)
    if status(Standing(order, None, (), (), right), now) != "cancelled":
        why = await renewals.outdated(tx, order)
        return conflict("Order %(order)s: %(why)s", order=order.order_id, why=why) if why else None
    said = WITHDRAWN_FROM if right.retracted else CANCELLED
    return conflict(said, order=order.order_id)


def already_paid(order: Order) -> Refused:
    """An order is paid once."""
    return conflict("Order %(order)s is already paid", order=order.order_id)


async def settle(act: Act, order: Order, paid: Payment) -> list[Balance] | None:
    """Book a payment that was written and have the order delivered: the balances it moved, None if one is too low.

    After None the caller must end its transaction with an exception.
    """
    entry = ledger.payment(next(act.ids), act.now, SOURCES[paid.mean], order)
    moved = await books.book(act.tx, order.nic, entry) if order.price.gross.ucents else []
    if moved is None:
        return None
    until = await held(act.tx, order)
    await write_mail(act, order.order_id, mail.paid(act.language, order, act.engine.public_url, until))
    for task in delivery.plan(order, [next(act.ids) for _ in order.items], act.now, until):
        await tasks.add(act.tx, task)
    return moved


async def account_of(tx: Tx, nic: str) -> Account:
    """Whose money it is."""
    account = await accounts.load(tx, nic)
    if account is None:
        message = f"account {nic} is gone"
        raise LookupError(message)
    return account
