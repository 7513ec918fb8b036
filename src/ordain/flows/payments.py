"""Payment from a prepaid balance: the money moves in the transaction that makes the order due for delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery, ledger, mail
from ordain.core.money import decimal_text
from ordain.core.order import Order, Payment, Standing, status
from ordain.core.refusal import Refused, conflict, forbidden
from ordain.flows.act import Act, write_mail
from ordain.flows.orders import order_of
from ordain.store import ledger as books
from ordain.store import orders, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


def ids_used(items: int) -> int:
    """By paying an order of so many items: payment, ledger entry, a mail, and a task an item."""
    return 3 + items


async def means(engine: Engine, caller: Caller, order_id: int) -> list[str]:
    """The registered means that can pay this order now: balances that hold enough."""

    async def work(tx: Tx) -> list[str]:
        order = await order_of(tx, caller, order_id)
        if await orders.payment(tx, order.nic, order_id) or _is_late(order, engine.clock()):
            return []
        held = await books.balances(tx, order.nic)
        return [b.name for b in held if b.name in ledger.PREPAID and _covers(b, order)]

    return await engine.database.read(work)


def _covers(balance: books.Balance, order: Order) -> bool:
    gross = order.price.gross
    return gross.ucents == 0 or (balance.amount.currency == gross.currency and balance.amount.ucents >= gross.ucents)


async def pay(engine: Engine, caller: Caller, order_id: int, mean: str, now: datetime) -> None:
    """Pay an order from a prepaid balance. Of two at the same moment exactly one succeeds."""
    order = await engine.database.read(lambda tx: order_of(tx, caller, order_id))
    ids = await engine.database.new_ids(ids_used(len(order.items)))

    async def work(tx: Tx) -> None:
        await _pay(Act(engine, tx, caller.account, iter(ids), now), order, mean)

    await engine.database.write(work)
    engine.wake()


async def pay_with_preferred(act: Act, order: Order) -> None:
    """Pay from the first balance that holds enough, the prepaid account before the fidelity points."""
    held = {balance.name: balance for balance in await books.balances(act.tx, order.nic)}
    mean = next((name for name in ledger.PREPAID if name in held and _covers(held[name], order)), None)
    if mean is None:
        price = f"{decimal_text(order.price.gross)} {order.price.gross.currency}"
        message = f"No payment method of your account covers {price}: top up a balance, or check out without paying"
        raise forbidden(message, "autoPayWithPreferredPaymentMethod")
    await _pay(act, order, mean)


async def _pay(act: Act, order: Order, mean: str) -> None:
    # The payment is written first, and with the transaction undone by every refusal: its key decides between two.
    paid = Payment(next(act.ids), act.now, mean, order.price.gross)
    if not await orders.add_payment(act.tx, order.nic, order.order_id, paid):
        raise _already_paid(order)
    if _is_late(order, act.now):
        message = f"Order {order.order_id} was not paid in time and is cancelled"
        raise conflict(message)
    if mean not in ledger.PREPAID:
        message = f"This order can't be paid with '{mean}'"
        raise forbidden(message, "paymentMean")
    entry = ledger.payment(next(act.ids), act.now, mean, order.price, order.order_id)
    if order.price.gross.ucents and not await books.book(act.tx, order.nic, entry):
        raise await _too_little(act, order, mean)
    await write_mail(act, order.order_id, mail.paid(act.language, order))
    for task in delivery.plan(order, list(act.ids), act.now):
        await tasks.add(act.tx, task)


def _is_late(order: Order, now: datetime) -> bool:
    """Whether an order that was not paid can no longer be."""
    return status(Standing(order, None, (), ()), now) == "cancelled"


def _already_paid(order: Order) -> Refused:
    message = f"Order {order.order_id} is already paid"
    return conflict(message)


async def _too_little(act: Act, order: Order, mean: str) -> Refused:
    held = next((b.amount for b in await books.balances(act.tx, order.nic) if b.name == mean), None)
    need = f"{decimal_text(order.price.gross)} {order.price.gross.currency}"
    have = f"holds {decimal_text(held)} {held.currency}" if held else "does not exist"
    return forbidden(f"This order can't be paid with '{mean}': the balance {have}, {need} are needed", "paymentMean")
