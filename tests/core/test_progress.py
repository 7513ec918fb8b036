"""The four steps of an order's follow-up, for every way an order can stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from ordain.core import delivery
from ordain.core.language import Language
from ordain.core.money import Money, TaxedPrice
from ordain.core.order import PAYABLE_FOR, Order, OrderItem, Payment, Refund, Standing
from ordain.core.progress import follow_up
from tests.world import NOON

FREE = TaxedPrice(Money(0, "EUR"), Money(0, "EUR"), Money(0, "EUR"))
ITEM = OrderItem(item_id=1, kind="domain", domain="foo.fr", shown="foo.fr", price=FREE, plan="fr", action="create")
ORDER = Order(order_id=7, nic="mc1-ordain", cart_id="c", subsidiary="FR", locale="fr_FR", placed=NOON,
              expires=NOON + PAYABLE_FOR, lines=(), items=(ITEM,), price=FREE, password="p")  # fmt: skip
PAID = Payment(1, NOON, "ovhAccount", FREE.gross)
LOST = Refund(1, NOON, FREE.gross, "lost")
ENGLISH = Language("en", {})
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
    steps = follow_up(found, ENGLISH, NOON + later)
    assert [one.step for one in steps] == STEPS
    assert [one.state for one in steps] == states


@pytest.mark.parametrize("other", ["todo", "doing", "done", "cancelled"])
def test_one_task_in_error_is_enough_to_say_so(other: Any) -> None:
    stuck, going = standing("error").tasks[0], standing(other).tasks[0]
    both = structs.replace(standing("error"), tasks=(going, stuck))
    assert [one.state for one in follow_up(both, ENGLISH, NOON)] == ["DONE", "DONE", "ERROR", "TODO"]


def told(found: Standing, language: Language = ENGLISH) -> dict[str, list[str]]:
    """The descriptions of each step's history."""
    return {one.step: [h.description for h in one.history] for one in follow_up(found, language, NOON)}


def test_what_happened_is_told_in_its_step() -> None:
    done = standing("done")
    done = structs.replace(done, tasks=tuple(structs.replace(one, done_at=NOON) for one in done.tasks))
    assert told(standing())["VALIDATING"] == ["Order placed"]
    assert told(done) == {
        "VALIDATING": ["Order placed", "Payment received"],
        "VALIDATED": ["Payment confirmed, delivery begins"],
        "DELIVERING": ["foo.fr delivered"],
        "AVAILABLE": [],
    }


def test_a_refusal_and_a_refund_are_told_with_their_reasons() -> None:
    stuck = standing("error")
    stuck = structs.replace(stuck, tasks=tuple(structs.replace(one, comment="100 % full") for one in stuck.tasks))
    assert told(stuck)["DELIVERING"] == ["foo.fr: 100 % full"]
    assert told(standing("cancelled", 1, LOST))["DELIVERING"] == ["foo.fr refunded: lost"]


def test_the_history_is_said_in_the_reader_s_language() -> None:
    french = Language("fr", {"Order placed": "Commande passée"})
    assert told(standing(), french)["VALIDATING"] == ["Commande passée"]
