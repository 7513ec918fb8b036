"""An order's follow-up: the four steps of the contract (billing.order.FollowUp), derived from what happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.order import Standing, held_until, status
from ordain.core.retraction import waiting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.delivery import Task
    from ordain.core.language import Language

Step = Literal["VALIDATING", "VALIDATED", "DELIVERING", "AVAILABLE"]
State = Literal["TODO", "DOING", "DONE", "ERROR"]


class Happening(Struct, frozen=True):
    """Something that happened to an order (billing.order.followUp.History)."""

    at: datetime
    label: Literal["ORDER_STARTED", "PAYMENT_RECEIVED", "PAYMENT_CONFIRMED", "DELIVERY"]
    description: str


class FollowUp(Struct, frozen=True):
    """One step, how it stands and what happened in it."""

    step: Step
    state: State
    history: tuple[Happening, ...]


BEGINS, CONFIRMED = "Payment confirmed, delivery begins", "Payment confirmed"
HELD = "%(domain)s is ordered on %(day)s, when your right to withdraw ends, unless you waive it"
"""What is said of a name that waits."""

_BELONGS: dict[str, Step] = {
    "ORDER_STARTED": "VALIDATING",
    "PAYMENT_RECEIVED": "VALIDATING",
    "PAYMENT_CONFIRMED": "VALIDATED",
    "DELIVERY": "DELIVERING",
}


def history(standing: Standing, language: Language) -> list[Happening]:
    """What happened to an order, read off its facts, in the order of time and said in this language."""
    say, payment = language.say, standing.payment
    told = [Happening(standing.order.placed, "ORDER_STARTED", say("Order placed"))]
    if payment:
        told.append(Happening(payment.at, "PAYMENT_RECEIVED", say("Payment received")))
        told.append(Happening(payment.at, "PAYMENT_CONFIRMED", say(_confirmed(standing))))
    if standing.right.waived:
        told.append(Happening(standing.right.waived, "DELIVERY", say("You waived your right to withdraw")))
    told += _of_items(standing, language)
    return sorted(told, key=lambda happening: happening.at)


def _confirmed(standing: Standing) -> str:
    """What a payment led to, at the time."""
    payment, waived = standing.payment, standing.right.waived
    began = not standing.order.waits or (payment and waived and waived <= payment.at)
    return BEGINS if began else CONFIRMED


def _of_items(standing: Standing, language: Language) -> Iterator[Happening]:
    held, refunds = {task.task_id for task in waiting(standing)}, standing.refunds
    tasks: dict[int, list[Task]] = {}
    for task in standing.tasks:
        tasks.setdefault(task.item_id, []).append(task)
    until = held_until(standing.order, standing.right)
    shown = {item.item_id: item.shown for item in standing.order.items}
    for item_id, name in shown.items():
        yield from _of_tasks(tasks.get(item_id, []), name, (held, until), language)
    for refund in (one for one in refunds if one.item_id in shown):
        text = language.say(
            "%(domain)s refunded: %(reason)s", domain=shown[refund.item_id], reason=language.say(refund.reason)
        )
        yield Happening(refund.at, "DELIVERY", text)


def _of_tasks(
    tasks: list[Task], name: str, waits: tuple[set[int], datetime | None], language: Language
) -> Iterator[Happening]:
    """What happened to one name. `waits`: the ids of tasks that wait, and until when."""
    say, (held, until) = language.say, waits
    if tasks and all(task.done_at for task in tasks):
        yield Happening(max(task.updated for task in tasks), "DELIVERY", say("%(domain)s delivered", domain=name))
    for task in (one for one in tasks if one.task_id in held and until):
        day = until.date().isoformat() if until else ""
        yield Happening(task.created, "DELIVERY", say(HELD, domain=name, day=day))
    for task in tasks:
        if task.status == "error":
            yield Happening(task.updated, "DELIVERY", f"{name}: {say(task.comment or '')}")


def follow_up(standing: Standing, language: Language, now: datetime) -> list[FollowUp]:
    """The four steps, in their order."""
    states = _states(standing, now)
    told: dict[Step, list[Happening]] = {step: [] for step in states}
    for happening in history(standing, language):
        told[_BELONGS[happening.label]].append(happening)
    return [FollowUp(step, state, tuple(told[step])) for step, state in states.items()]


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
            held = {task.task_id for task in waiting(standing)} >= {t.task_id for t in standing.tasks if not t.settled}
            delivering: State = "ERROR" if stuck else "TODO" if held else "DOING"
            return {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": delivering, "AVAILABLE": "TODO"}
