"""Withdrawal from an order: what nobody was asked to deliver yet is undone, and its money given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery, mail, retraction
from ordain.core import order as core_order
from ordain.core.refusal import Refused, conflict
from ordain.flows import deals
from ordain.flows.act import Act, write_mail
from ordain.flows.orders import order_of, unknown
from ordain.flows.refunds import give_back
from ordain.store import orders, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.order import Order, Right
    from ordain.core.retraction import Retraction
    from ordain.core.session import Session
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def read(engine: Engine, caller: Caller, order_id: int) -> tuple[Order, Right]:
    """One of the caller's orders, and what was said about the right to withdraw from it."""

    async def work(tx: Tx) -> tuple[Order, Right]:
        order = await order_of(tx, caller, order_id)
        return order, await orders.right(tx, order.nic, order_id)

    return await engine.database.read(work)


async def retract(engine: Engine, caller: Caller | Session, order_id: int, wish: Retraction) -> None:
    """Withdraw from an order. One that was not paid can be paid no more; of one that was, what can be is undone."""
    order = await engine.database.read(lambda tx: order_of(tx, caller, order_id))
    ids = await engine.database.new_ids(1 + 2 * len(order.items))

    async def work(tx: Tx) -> None:
        act = Act(engine, tx, caller.account, iter(ids), wish.at)
        standing = await orders.standing(tx, order.nic, order_id)
        if standing is None:
            raise unknown(order_id)
        refused = retraction.refusal(standing, act.now)
        if refused:
            raise Refused(refused)
        await orders.retract(tx, order.nic, order_id, wish)
        if standing.payment is None:
            await deals.withdrawn(tx, order)
        undone = retraction.revocable(standing) if standing.payment else []
        mean = standing.payment.mean if standing.payment else ""
        for item, of_item in undone:
            for task in of_item:
                given_up = delivery.moved(task, "cancelled", act.now, comment=retraction.WITHDRAWN)
                if not await tasks.save(tx, given_up, task.status):
                    message = "%(shown)s is being delivered at this moment"
                    raise conflict(message, shown=item.shown)
            await give_back(act, order, item, retraction.WITHDRAWN)
        await write_mail(act, order_id, mail.retracted(act.language, order, [item for item, _ in undone], mean))

    await engine.database.write(work)


async def waive(engine: Engine, caller: Caller | Session, order_id: int, now: datetime) -> None:
    """Waive the right to withdraw from an order: what waited for its end is due at once.

    Who has none, or none any more, changes nothing by it.
    """
    ids = await engine.database.new_ids(1)

    async def work(tx: Tx) -> None:
        act = Act(engine, tx, caller.account, iter(ids), now)
        standing = await orders.standing(tx, caller.account.nichandle, order_id)
        if standing is None:
            raise unknown(order_id)
        if standing.right.retracted:
            message = "You withdrew from order %(order)s already"
            raise conflict(message, order=order_id)
        end = core_order.retraction(standing.order, standing.right)
        if end is None or now > end:
            return
        await orders.waive(tx, standing.order.nic, order_id, now)
        for task in retraction.waiting(standing):
            await tasks.save(tx, delivery.released(task, now), task.status)  # one that is taken up is due anyway
        await write_mail(act, order_id, mail.waived(act.language, standing.order))

    await engine.database.write(work)
    engine.wake()
