"""Tasks that rest in an error, taken up again or given up: by the operator, or by the customer (`flows/tasks`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery, renewal
from ordain.core.refusal import conflict
from ordain.core.registry import Deletion, NoAnswer
from ordain.flows import anycast, changes, marketplaces
from ordain.flows.delivery import IDS_USED, acting, ordered_by, paid_for
from ordain.flows.refunds import refund
from ordain.store import tasks

if TYPE_CHECKING:
    from ordain.core.delivery import Task
    from ordain.core.order import Order, OrderItem
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def _mended(tx: Tx, task_id: int) -> Task:
    """A task that ended in `error`: what an operator may do something about."""
    task = await tasks.find(tx, task_id)
    if task is None or task.status != "error":
        message = f"Task {task_id} {'does not exist' if task is None else f'is {task.status}, not in error'}"
        raise conflict(message)
    return task


async def relaunch(engine: Engine, task_id: int) -> None:
    """Take a task in `error` up again, with what was corrected until then."""

    async def work(tx: Tx) -> None:
        task = await _mended(tx, task_id)
        await refuse_if_kept(tx, task)
        if not await tasks.save(tx, delivery.relaunched(task, engine.clock()), "error"):
            message = f"Task {task_id} was taken up at the same moment"
            raise conflict(message)

    await engine.database.write(work)
    engine.wake()


async def refuse_if_kept(tx: Tx, task: Task) -> None:
    """Raise Refused for the deletion of a name that somebody has paid for since it was asked for."""
    if not isinstance(task.change, Deletion):
        return
    kept = renewal.kept_since(task, await tasks.of_domain(tx, task.nic, task.domain))
    if kept is not None:
        message = "%(domain)s was paid for since, by order %(order)s: cancel task %(task)s instead"
        raise conflict(message, domain=task.domain, order=kept.order_id, task=task.task_id)


async def cancel(engine: Engine, task_id: int, reason: str) -> bool:
    """Give a task in `error` up, and the item's money back; False if it is not, because the name was delivered.

    Raises Refused where the registry holds the name for this very task: silence was no refusal, relaunch it.
    """
    task = await engine.database.read(lambda tx: _mended(tx, task_id))
    return await give_up(engine, task, reason)


async def give_up(engine: Engine, task: Task, reason: str) -> bool:
    """Cancel a task that rests, as `cancel` does."""
    ordered = await ordered_by(engine, task)
    if task.attempts:
        await _refuse_if_carried_out(engine, task, ordered)
    ids = await engine.database.new_ids(IDS_USED)
    given_up = delivery.moved(task, "cancelled", engine.clock(), comment=reason)

    async def work(tx: Tx) -> bool:
        if not await tasks.save(tx, given_up, task.status):
            message = "Task %(task)s was taken up at the same moment"
            raise conflict(message, task=task.task_id)
        if ordered is None:
            return False
        order, item = ordered
        mine = [t for t in await tasks.of_order(tx, order.nic, order.order_id) if t.item_id == item.item_id]
        # Refunds are of whole items: of a restoration whose years are given up the restoration's price goes back, too.
        if any(other.status == "done" and other.function != delivery.RESTORE for other in mine):
            return False
        act = await acting(engine, tx, task.nic, ids)
        if task.function == delivery.ANYCAST:
            await anycast.given_up(act, task)
        await refund(act, order, item, reason)
        return True

    return await engine.database.write(work, in_turn=True)


async def _refuse_if_carried_out(engine: Engine, task: Task, ordered: tuple[Order, OrderItem] | None) -> None:
    if task.function in delivery.OF_ZONES:
        return
    try:
        if task.change is not None:
            carried_out = await changes.is_carried_out(engine, task, task.change)
        else:
            item = paid_for(task, ordered)[1]
            held = await changes.registry_of(engine, item.plan).find(task.domain)
            carried_out = held is not None and held.ours and held.transaction == task.transaction
            carried_out = carried_out or await marketplaces.is_bought(engine, task, item)
    except NoAnswer as silence:
        message = "The registry does not say whether task %(task)s was carried out: try again later"
        raise conflict(message, task=task.task_id) from silence
    if carried_out:
        message = "%(domain)s was had for task %(task)s: relaunch it instead"
        raise conflict(message, domain=task.domain, task=task.task_id)
