"""The four steps of an order's follow-up, for every way an order can stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from ordain.core import delivery
from ordain.core.money import Money, TaxedPrice
from ordain.core.order import PAYABLE_FOR, Order, OrderItem, Payment, Refund, Standing
from ordain.core.progress import Happening, follow_up
from tests.world import NOON

FREE = TaxedPrice(Money(0, "EUR"), Money(0, "EUR"), Money(0, "EUR"))
ITEM = OrderItem(item_id=1, kind="domain", domain="foo.fr", shown="foo.fr", price=FREE, plan="fr", action="create")
ORDER = Order(order_id=7, nic="mc1-ordain", cart_id="c", subsidiary="FR", locale="fr_FR", placed=NOON,
              expires=NOON + PAYABLE_FOR, lines=(), items=(ITEM,), price=FREE, password="p")  # fmt: skip
PAID = Payment(1, NOON, "ovhAccount", FREE.gross)
LOST = Refund(1, NOON, FREE.gross, "lost")
STEPS = ["VALIDATING", "VALIDATED", "DELIVERING", "AVAILABLE"]


def standing(state: Any = None, attempts: int = 1, *refunds: Refund) -> Standing:
    tasks = tuple(structs.replace(one, status=state, attempts=attempts) for one in delivery.plan(ORDER, [1], NOON))
    return Standing(ORDER, PAID if state else None, refunds, tasks if state else ())


@pytest.mark.parametrize(
    ("found", "later", "states"),
    [
        (standing(), timedelta(0), ["DOING", "TODO", "TODO", "TODO"]),
        (standing(), PAYABLE_FOR, ["ERROR", "ERROR", "ERROR", "ERROR"]),
        (standing("todo", 0), timedelta(0), ["DONE", "DONE", "DOING", "TODO"]),
        (standing("doing"), timedelta(0), ["DONE", "DONE", "DOING", "TODO"]),
        (standing("todo"), PAYABLE_FOR, ["DONE", "DONE", "DOING", "TODO"]),
        (standing("error"), timedelta(0), ["DONE", "DONE", "ERROR", "TODO"]),
        (standing("done"), timedelta(0), ["DONE", "DONE", "DONE", "DONE"]),
        (standing("cancelled", 1, LOST), timedelta(0), ["DONE", "DONE", "ERROR", "ERROR"]),
    ],
)
def test_each_standing_has_its_four_steps(found: Standing, later: timedelta, states: list[str]) -> None:
    steps = follow_up(found, [], NOON + later)
    assert [one.step for one in steps] == STEPS
    assert [one.state for one in steps] == states


@pytest.mark.parametrize("other", ["todo", "doing", "done", "cancelled"])
def test_one_task_in_error_is_enough_to_say_so(other: Any) -> None:
    stuck, going = standing("error").tasks[0], standing(other).tasks[0]
    both = structs.replace(standing("error"), tasks=(going, stuck))
    assert [one.state for one in follow_up(both, [], NOON)] == ["DONE", "DONE", "ERROR", "TODO"]


def test_what_happened_is_told_in_its_step_and_nothing_is_left_out() -> None:
    labels = ["ORDER_STARTED", "PAYMENT_RECEIVED", "PAYMENT_CONFIRMED", "DELIVERY", "DELIVERY", "SOMETHING_NEW"]
    happenings = [Happening(number, NOON, label, label) for number, label in enumerate(labels)]
    told = {one.step: [h.happening_id for h in one.history] for one in follow_up(standing("doing"), happenings, NOON)}
    assert told == {"VALIDATING": [0, 1], "VALIDATED": [2], "DELIVERING": [3, 4, 5], "AVAILABLE": []}
