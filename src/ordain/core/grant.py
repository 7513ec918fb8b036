"""Money that the staff gives by hand: credit or a refund. Above a limit somebody else has to allow it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.money import UNIT, Money
from ordain.core.order import is_refunded
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from ordain.core.order import Standing

Kind = Literal["credit", "refund"]
Status = Literal["waiting", "done", "refused"]
STATUSES: tuple[Status, ...] = ("waiting", "done", "refused")
COUNTED = timedelta(days=1)
"""What was given to one account within a day counts together: a large sum in small pieces is a large sum."""
LONGEST_REASON = 500


class Grant(Struct, frozen=True, kw_only=True):
    """What was asked for, and what became of it."""

    nic: str
    grant_id: int
    kind: Kind
    amount: Money
    reason: str
    asked_by: str
    asked: datetime
    balance: str = ""
    """Of a credit: onto which balance."""
    order_id: int = 0
    item_id: int = 0
    """Of a refund: of what."""
    status: Status = "waiting"
    decided_by: str = ""
    decided: datetime | None = None


def needs_another(amount: Money, given: int, limit: int, *, own: bool = False) -> bool:
    """Whether somebody else has to allow it. `given`: micro-cents given within a day; `limit`: whole units.

    `own`: whoever asks would have it themselves; then however little it is.
    """
    return own or amount.ucents + given > limit * UNIT


def decision_refusal(grant: Grant, by: str) -> Refusal | None:
    """Why this member cannot decide about it."""
    if grant.status != "waiting":
        return Refusal("conflict", f"Request {grant.grant_id} was decided already: it is {grant.status}")
    if by == grant.asked_by:
        return Refusal("forbidden", "Whoever asked for the money does not decide about it: somebody else has to")
    if by == grant.nic:
        return Refusal("forbidden", "Nobody decides about money for themselves: somebody else has to")
    return None


def refund_refusal(standing: Standing, item_id: int) -> Refusal | None:
    """Why an order's item cannot be refunded by hand."""
    order = standing.order
    item = next((item for item in order.items if item.item_id == item_id), None)
    if item is None:
        return Refusal("not-found", f"Item {item_id} does not exist in order {order.order_id}", "item")
    if standing.payment is None:
        return Refusal("conflict", f"Order {order.order_id} was not paid: there is nothing to give back", "item")
    if is_refunded(standing.refunds, item_id):
        return Refusal("conflict", f"{item.shown} has been refunded already", "item")
    if any(task.item_id == item_id and not task.settled for task in standing.tasks):
        message = f"{item.shown} is being delivered: cancel its task instead, and its money goes back with that"
        return Refusal("conflict", message, "item")
    return None
