"""Withdrawal from an order: what stands in the way, and what of the order can still be undone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.language import Sentence, listed
from ordain.core.order import Order, OrderItem, Standing, held_until, is_refunded, retraction
from ordain.core.refusal import refusal as told

if TYPE_CHECKING:
    from ordain.core.delivery import Task
    from ordain.core.refusal import Refusal

REFUNDED = "%(name)s has been refunded"
DELIVERED = "%(name)s was delivered"
UNDER_WAY = "%(name)s is being delivered"
SENTENCES = (REFUNDED, DELIVERED, UNDER_WAY)
"""Why an item cannot be undone."""
WITHDRAWN = "You withdrew from the order"
"""The reason of the refund, and the comment of the task."""


class Retraction(Struct, frozen=True):
    """That a customer withdraws from an order, and why (billing.order.RetractionReasonEnum)."""

    at: datetime
    reason: str
    comment: str | None = None


def refusal(standing: Standing, now: datetime) -> Refusal | None:
    """Why the customer cannot withdraw from the order."""
    order, end = standing.order, retraction(standing.order, standing.right)
    if standing.right.retracted:
        return told("conflict", "You withdrew from order %(order)s already", order=order.order_id)
    if end is None:
        return told("forbidden", _why_no_right(order), order=order.order_id)
    if now > end:
        return told(
            "forbidden",
            "The right to withdraw from order %(order)s ended on %(end)s",
            order=order.order_id,
            end=end.date(),
        )
    if standing.payment and not revocable(standing):
        reasons = listed([Sentence(_why_not(standing, item), {"name": item.shown}) for item in order.items], "; ")
        return told(
            "conflict",
            "Nothing of order %(order)s can be undone any more: %(reasons)s",
            order=order.order_id,
            reasons=reasons,
        )
    return None


def _why_no_right(order: Order) -> str:
    if order.keeps:
        return "Order %(order)s renews what you have: the right to withdraw was that of the first order"
    if not order.consumer:
        return "Only consumers may withdraw: order %(order)s is that of an organisation"
    return "The right to withdraw from order %(order)s was waived"


def revocable(standing: Standing) -> list[tuple[OrderItem, list[Task]]]:
    """The items of a paid order that nobody was asked to deliver yet, with their tasks.

    A registry that was asked may have heard, even if it seemed silent; only one question and its plain refusal say that
    nothing was done.
    """
    found = []
    for item in standing.order.items:
        tasks = _tasks(standing, item)
        if tasks and all(_is_untouched(task) for task in tasks):
            found.append((item, tasks))
    return found


def waiting(standing: Standing) -> list[Task]:
    """The tasks that wait for the end of the right of withdrawal."""
    until = held_until(standing.order, standing.right)
    return [t for t in standing.tasks if t.status == "todo" and not t.attempts and t.todo_at == until]


def _tasks(standing: Standing, item: OrderItem) -> list[Task]:
    return [task for task in standing.tasks if task.item_id == item.item_id]


def _is_untouched(task: Task) -> bool:
    return (task.status == "todo" and task.attempts == 0) or (
        task.status == "error" and task.attempts == 1 and task.silences == 0
    )


def _why_not(standing: Standing, item: OrderItem) -> str:
    if is_refunded(standing.refunds, item.item_id):
        return REFUNDED
    return DELIVERED if any(task.status == "done" for task in _tasks(standing, item)) else UNDER_WAY
