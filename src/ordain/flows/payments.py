"""Payment from a prepaid balance: the money moves in the transaction that makes the order due for delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import delivery, ledger, mail, payment_method
from ordain.core.money import decimal_text
from ordain.core.order import Order, Payment, Standing, status
from ordain.core.refusal import Refused, conflict, forbidden, not_found
from ordain.flows.act import Act, write_mail
from ordain.flows.orders import held, order_of
from ordain.store import ledger as books
from ordain.store import orders, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


def ids_used(items: int) -> int:
    """By paying an order of so many items: payment, ledger entry, two mails, and a task an item."""
    return 4 + items


async def means(engine: Engine, caller: Caller, order_id: int) -> list[str]:
    """The registered means that can pay this order now: balances that hold enough."""

    async def work(tx: Tx) -> list[str]:
        order = await order_of(tx, caller, order_id)
        if await orders.payment(tx, order.nic, order_id) or await _refusal(tx, order, engine.clock()):
            return []
        held = await books.balances(tx, order.nic)
        return [b.name for b in held if b.name in ledger.PREPAID and _covers(b, order)]

    return await engine.database.read(work)


def _covers(balance: ledger.Balance, order: Order) -> bool:
    gross = order.price.gross
    return gross.ucents == 0 or (balance.amount.currency == gross.currency and balance.amount.ucents >= gross.ucents)


class Chosen(Struct, frozen=True):
    """What an order is to be paid with, and the member of the request that says so."""

    mean: str
    field: str = "paymentMean"


PREFERRED = Chosen(payment_method.MEANS[payment_method.DEFAULT], "autoPayWithPreferredPaymentMethod")
"""The account's default payment method, as checkout pays with when wished (wire-contract §4.7)."""


async def pay(engine: Engine, caller: Caller, order_id: int, chosen: Chosen, now: datetime) -> None:
    """Pay an order from a prepaid balance. Of two at the same moment exactly one succeeds."""
    order = await engine.database.read(lambda tx: order_of(tx, caller, order_id))
    ids = await engine.database.new_ids(ids_used(len(order.items)))

    async def work(tx: Tx) -> None:
        await pay_now(Act(engine, tx, caller.account, iter(ids), now), order, chosen)

    await engine.database.write(work)
    engine.wake()


async def payment_of(engine: Engine, caller: Caller, order_id: int) -> Payment:
    """The payment of one of the caller's orders."""

    async def work(tx: Tx) -> Payment | None:
        order = await order_of(tx, caller, order_id)
        return await orders.payment(tx, order.nic, order_id)

    found = await engine.database.read(work)
    if found is None:
        message = f"Order {order_id} is not paid"
        raise not_found(message)
    return found


async def pay_now(act: Act, order: Order, chosen: Chosen) -> None:
    """Pay an order within a transaction; whoever refuses ends it."""
    mean = chosen.mean
    # The payment is written first, and with the transaction undone by every refusal: its key decides between two.
    paid = Payment(next(act.ids), act.now, mean, order.price.gross)
    if not await orders.add_payment(act.tx, order.nic, order.order_id, paid):
        raise _already_paid(order)
    refused = await _refusal(act.tx, order, act.now)
    if refused:
        raise refused
    if mean not in ledger.PREPAID:
        message = f"This order can't be paid with '{mean}'"
        raise forbidden(message, chosen.field)
    entry = ledger.payment(next(act.ids), act.now, ledger.balance_of(mean), order)
    moved = await books.book(act.tx, order.nic, entry) if order.price.gross.ucents else []
    if moved is None:
        raise await _too_little(act, order, chosen)
    until = await held(act.tx, order)
    await write_mail(act, order.order_id, mail.paid(act.language, order, act.engine.public_url, until))
    for task in delivery.plan(order, [next(act.ids) for _ in order.items], act.now, until):
        await tasks.add(act.tx, task)
    for balance in moved:
        if balance.fell_low(order.price.gross):
            await write_mail(act, None, mail.low(act.language, balance.name, balance.amount))


async def _refusal(tx: Tx, order: Order, now: datetime) -> Refused | None:
    """Why an order that was not paid can no longer be."""
    right = await orders.right(tx, order.nic, order.order_id)
    if status(Standing(order, None, (), (), right), now) != "cancelled":
        return None
    why = "was withdrawn from" if right.retracted else "was not paid in time and is cancelled"
    return conflict(f"Order {order.order_id} {why}")


def _already_paid(order: Order) -> Refused:
    message = f"Order {order.order_id} is already paid"
    return conflict(message)


async def _too_little(act: Act, order: Order, chosen: Chosen) -> Refused:
    held = next((b.amount for b in await books.balances(act.tx, order.nic) if b.name == chosen.mean), None)
    need = f"{decimal_text(order.price.gross)} {order.price.gross.currency}"
    have = f"holds {decimal_text(held)} {held.currency}" if held else "does not exist"
    message = f"This order can't be paid with '{chosen.mean}': the balance {have}, {need} are needed"
    return forbidden(message, chosen.field)
