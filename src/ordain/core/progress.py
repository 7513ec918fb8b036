"""An order's follow-up: the four steps of the contract (billing.order.FollowUp), derived from what happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.order import Standing, status

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = Literal["VALIDATING", "VALIDATED", "DELIVERING", "AVAILABLE"]
State = Literal["TODO", "DOING", "DONE", "ERROR"]


class Happening(Struct, frozen=True):
    """Something that happened to an order (billing.order.followUp.History)."""

    happening_id: int
    at: datetime
    label: str
    description: str


class FollowUp(Struct, frozen=True):
    """One step, how it stands and what happened in it."""

    step: Step
    state: State
    history: tuple[Happening, ...]


_BELONGS: dict[str, Step] = {
    "ORDER_STARTED": "VALIDATING",
    "ORDER_ACCEPTED": "VALIDATING",
    "PAYMENT_RECEIVED": "VALIDATING",
    "PAYMENT_CONFIRMED": "VALIDATED",
    "DELIVERY": "DELIVERING",
}


def follow_up(standing: Standing, happenings: Sequence[Happening], now: datetime) -> list[FollowUp]:
    """The four steps, in their order."""
    states = _states(standing, now)
    history: dict[Step, list[Happening]] = {step: [] for step in states}
    for happening in happenings:
        history[_BELONGS.get(happening.label, "DELIVERING")].append(happening)
    return [FollowUp(step, state, tuple(history[step])) for step, state in states.items()]


def _states(standing: Standing, now: datetime) -> dict[Step, State]:
    match status(standing, now):
        case "notPaid":
            return {"VALIDATING": "DOING", "VALIDATED": "TODO", "DELIVERING": "TODO", "AVAILABLE": "TODO"}
        case "delivered":
            return {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": "DONE", "AVAILABLE": "DONE"}
        case "cancelled":
            paid: State = "DONE" if standing.payment else "ERROR"
            return {"VALIDATING": paid, "VALIDATED": paid, "DELIVERING": "ERROR", "AVAILABLE": "ERROR"}
        case _:
            stuck = any(task.status == "error" for task in standing.tasks)
            delivering: State = "ERROR" if stuck else "DOING"
            return {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": delivering, "AVAILABLE": "TODO"}
