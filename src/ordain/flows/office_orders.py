"""Orders as the staff sees them: everybody's, with their whole story; cancelled as a whole; a mail written again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import delivery
from ordain.core import order as core
from ordain.core.account import Account
from ordain.core.audit import Deed, Entry, Wanted
from ordain.core.order import Standing
from ordain.core.refusal import Refused, conflict, invalid, not_found
from ordain.core.retraction import Retraction
from ordain.flows import deals, mending, office_audit, orders
from ordain.flows.office_audit import audited
from ordain.flows.orders import Story
from ordain.store import accounts, bills, mails, office_lists, tasks
from ordain.store import orders as kept

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Task
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

A_PAGE = 30
MOST_LOOKED_AT = 150
"""Orders that are looked at for a page of those in one state: the next page goes on behind them."""
STATES = ("notPaid", "checking", "delivering", "delivered", "cancelled", "error")
"""As the contract calls them; `error`: one of its tasks is in error."""
LONGEST_REASON = 500


class Row(Struct, frozen=True):
    """An order in a list."""

    standing: Standing
    status: str
    troubled: bool


class Page(Struct, frozen=True):
    """Orders, the latest first. `before`: where the next page begins, None if there is none."""

    rows: list[Row]
    before: int | None


class Whole(Struct, frozen=True):
    """All that is known of an order, and of whoever placed it."""

    story: Story
    account: Account
    status: str
    bill: str | None
    notes: list[str]
    done: list[Entry]
    """What the staff did to it."""


async def listed(engine: Engine, state: str = "", before: int | None = None) -> Page:
    """A page of everybody's orders, of one state or of all."""
    if state and state not in STATES:
        message = f"There is no state {state[:20]}: there are {', '.join(STATES)}"
        raise invalid(message, "status")
    now = engine.clock()

    async def work(tx: Tx) -> Page:
        rows: list[Row] = []
        most = MOST_LOOKED_AT if state else A_PAGE
        ids = await office_lists.order_ids(tx, before or 2**53, most)
        last = 0
        for number in ids:
            last = number
            row = await _row(tx, number, now)
            if row and (not state or state == row.status or (state == "error" and row.troubled)):
                rows.append(row)
            if len(rows) == A_PAGE:
                break
        more = len(ids) == most or (ids and last != ids[-1])
        return Page(rows, last if more else None)

    return await engine.database.read(work)


async def _row(tx: Tx, order_id: int, now: datetime) -> Row | None:
    nic = await office_lists.owner_of_order(tx, order_id)
    standing = await kept.standing(tx, nic, order_id) if nic else None
    if standing is None:
        return None
    return Row(standing, core.status(standing, now), any(task.status == "error" for task in standing.tasks))


async def of_customer(engine: Engine, nic: str) -> list[Row]:
    """The latest orders of an account."""
    now = engine.clock()

    async def work(tx: Tx) -> list[Row]:
        found = [await _row(tx, number, now) for number in await kept.latest(tx, nic, A_PAGE)]
        return [row for row in found if row]

    return await engine.database.read(work)


async def whole(engine: Engine, order_id: int) -> Whole:
    """An order's whole story."""
    story = await orders.story(engine, None, order_id)
    order = story.standing.order

    async def work(tx: Tx) -> tuple[Account | None, str | None, list[str]]:
        notes = await bills.notes_of_order(tx, order.nic, order_id)
        return await accounts.load(tx, order.nic), await bills.bill_of_order(tx, order.nic, order_id), notes

    account, bill, notes = await engine.database.read(work)
    if account is None:
        raise orders.unknown(order_id)
    done = await office_audit.entries(engine, Wanted(order_id=order_id))
    return Whole(story, account, core.status(story.standing, engine.clock()), bill, notes, done)


def _noting(engine: Engine, standing: Standing, by: str, reason: str, task: Task | None = None) -> Engine:
    """What an order's cancellation is done with, in one transaction; or that of one of its tasks."""
    order, now = standing.order, engine.clock()
    deed = Deed(
        member=by,
        verb="order.cancel",
        subject=f"order {order.order_id}" + (f", task {task.task_id}: {task.domain}" if task else ""),
        customer=order.nic,
        order_id=order.order_id,
        reason=reason,
    )

    async def state(tx: Tx) -> str:
        found = await kept.standing(tx, order.nic, order.order_id)
        own = await tasks.load(tx, order.nic, task.task_id) if task else None
        return f"{core.status(found, now) if found else ''}{f', task {own.status}' if own else ''}"

    return audited(engine, deed, state)


async def cancel(engine: Engine, by: str, order_id: int, reason: str) -> list[str]:
    """Give up what of an order is not delivered yet; what could not be, and why.

    One that was not paid can be paid no more. Of one that was, each task that rests is given up as by itself, with its
    money back; what is being delivered at this moment, or was, stays. The customer reads the reason.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        message = f"Say why, in at most {LONGEST_REASON} characters: the customer reads it"
        raise invalid(message, "reason")
    standing = (await orders.story(engine, None, order_id)).standing
    if standing.payment is None:
        noted = _noting(engine, standing, by, reason)
        await noted.database.write(lambda tx: _end_unpaid(tx, standing, reason, engine.clock()))
        return []
    resting = [task for task in standing.tasks if delivery.can_cancel(task)]
    if not resting:
        message = f"Nothing of order {order_id} can be cancelled any more: refund what was delivered, item by item"
        raise conflict(message)
    failed: list[str] = []
    for task in resting:
        try:
            await mending.give_up(_noting(engine, standing, by, reason, task), task, reason)
        except Refused as refused:
            failed.append(f"{task.domain}: {refused}")
    return failed


async def _end_unpaid(tx: Tx, read: Standing, reason: str, now: datetime) -> None:
    order = read.order
    standing = await kept.standing(tx, order.nic, order.order_id)
    if standing is None or standing.payment or standing.right.retracted:
        message = f"Order {order.order_id} was paid or cancelled at the same moment"
        raise conflict(message)
    await kept.retract(tx, order.nic, order.order_id, Retraction(now, "other", reason))
    await deals.withdrawn(tx, order)


async def mail_again(engine: Engine, by: str, nic: str, mail_id: int) -> int:
    """Write a mail of an account's once more, to where the account reads its mail now; the new one's id."""
    [new_id] = await engine.database.new_ids()
    now = engine.clock()
    deed = Deed(member=by, verb="mail.again", subject=f"mail {mail_id}", customer=nic)

    async def work(tx: Tx) -> int:
        mail, account = await mails.load(tx, nic, mail_id), await accounts.load(tx, nic)
        if mail is None or account is None:
            message = f"Mail {mail_id} does not exist"
            raise not_found(message, "id")
        again = structs.replace(
            mail,
            mail_id=new_id,
            at=now,
            recipient=account.email,
            status="unsent" if engine.post else "kept",
            attempts=0,
            try_at=now if engine.post else None,
        )
        await mails.add(tx, again)
        return new_id

    done = await audited(engine, deed).database.write(work)
    engine.wake()
    return done
