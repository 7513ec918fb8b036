"""The only ways a task moves, how long it waits, and what each answer of a registry means for it."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import delivery, registry
from ordain.core.delivery import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_SILENCES,
    TRANSITIONS,
    NotAllowed,
    Status,
    Task,
    after,
    claimed,
    moved,
    pause,
    plan,
    relaunched,
    unanswered,
    zone_after,
)
from ordain.core.money import Money, TaxedPrice
from ordain.core.order import Order, OrderItem
from tests.world import NOON

LATER = NOON + timedelta(seconds=90)
STATUSES: tuple[Status, ...] = get_args(Status)
FREE = TaxedPrice(Money(0, "EUR"), Money(0, "EUR"), Money(0, "EUR"))
TASK = Task(
    task_id=1, nic="mc1-ordain", order_id=7, item_id=3, function=delivery.CREATE, domain="foo.fr",
    transaction="ordain-7-3", created=NOON, updated=NOON, todo_at=NOON,
)  # fmt: skip
HELD = registry.Registration("foo.fr", ours=True, transaction="ordain-7-3", created=NOON, expires=LATER)


def task(**changes: Any) -> Task:
    return structs.replace(TASK, **changes)


def item(item_id: int, **changes: Any) -> OrderItem:
    usual: dict[str, Any] = {"kind": "domain", "domain": f"foo{item_id}.fr", "shown": "", "price": FREE, "plan": "fr"}
    return OrderItem(item_id=item_id, **{**usual, **changes})


def order(*items: OrderItem) -> Order:
    return Order(order_id=7, nic="mc1-ordain", cart_id="c", subsidiary="FR", locale="fr_FR", placed=NOON,
                 expires=LATER, lines=(), items=items, price=FREE, password="p")  # fmt: skip


# --- the table of moves ---


@pytest.mark.parametrize(("before", "then"), list(product(STATUSES, STATUSES)))
def test_a_task_moves_along_the_table_and_nowhere_else(before: Status, then: Status) -> None:
    if then in TRANSITIONS[before]:
        found = moved(task(status=before), then, LATER)
        assert (found.status, found.updated) == (then, LATER)
        assert structs.replace(found, status=before, updated=NOON) == task(status=before)
    else:
        with pytest.raises(NotAllowed, match=f"from {before} to {then}"):
            moved(task(status=before), then, LATER)


def test_the_table_is_this_one() -> None:
    assert {before: sorted(then) for before, then in TRANSITIONS.items()} == {
        "todo": ["cancelled", "doing"],
        "doing": ["cancelled", "doing", "done", "error", "todo"],
        "error": ["cancelled", "todo"],
        "done": [],
        "cancelled": [],
    }


@pytest.mark.parametrize("status", STATUSES)
def test_done_and_cancelled_are_for_good(status: Status) -> None:
    assert task(status=status).settled is (status in ("done", "cancelled"))


def test_each_taking_up_is_an_attempt() -> None:
    once = claimed(TASK, LATER)
    twice = claimed(once, LATER)
    assert [(t.status, t.attempts) for t in (once, twice)] == [("doing", 1), ("doing", 2)]


# --- what an answer means ---


@pytest.mark.parametrize(
    ("answer", "changes"),
    [
        (registry.Done(HELD), {"status": "done", "done_at": LATER, "comment": None}),
        (registry.Pending(30), {"status": "todo", "todo_at": LATER + timedelta(seconds=30),
                                "comment": "The registry decides"}),
        (registry.Refusal("Too late", "authInfo"), {"status": "error", "comment": "Too late", "argument": "authInfo"}),
        (registry.Refusal("Never"), {"status": "error", "comment": "Never", "argument": None}),
        (registry.Lost("Gone"), {"status": "cancelled", "comment": "Gone"}),
    ],
)  # fmt: skip
def test_what_each_answer_means(answer: registry.Answer, changes: dict[str, Any]) -> None:
    doing = task(status="doing", attempts=2, comment="an earlier one")
    assert after(doing, answer, LATER) == structs.replace(doing, updated=LATER, **changes)


@pytest.mark.parametrize("status", ["todo", "error", "done", "cancelled"])
def test_only_a_task_under_way_can_be_answered(status: Status) -> None:
    for answer in (registry.Done(HELD), registry.Refusal("no")):
        with pytest.raises(NotAllowed):
            after(task(status=status), answer, LATER)


# --- silence ---


@given(st.integers(1, 10_000))
def test_what_is_pending_is_asked_for_less_and_less_often(attempts: int) -> None:
    asked, next_time = (delivery.patience(task(status="doing", attempts=each)) for each in (attempts, attempts + 1))
    assert 1 <= asked <= next_time <= 900


def test_what_is_decided_within_seconds_is_seen_within_seconds() -> None:
    assert sum(delivery.patience(task(status="doing", attempts=each)) for each in range(1, 6)) <= 5


@given(st.integers(1, 10_000))
def test_a_pause_stays_within_its_limits(silences: int) -> None:
    assert FIRST_PAUSE <= pause(silences) <= LONGEST_PAUSE


def test_pauses_double_up_to_the_longest() -> None:
    pauses = [pause(silences) for silences in range(1, MOST_SILENCES + 1)]
    assert pauses == [min(LONGEST_PAUSE, FIRST_PAUSE * 2**number) for number in range(MOST_SILENCES)]


@given(st.integers(0, MOST_SILENCES - 1), st.integers(0, 100))
def test_silence_is_waited_out_until_people_have_to_look(silences: int, attempts: int) -> None:
    found = unanswered(task(status="doing", attempts=attempts, silences=silences), "cut", LATER)
    assert (found.attempts, found.silences) == (attempts, silences + 1)
    if silences + 1 < MOST_SILENCES:
        assert (found.status, found.todo_at, found.comment) == ("todo", LATER + pause(silences + 1), "cut")
    else:
        assert (found.status, found.comment) == ("error", f"No answer after {MOST_SILENCES} attempts: cut")


@pytest.mark.parametrize("answer", [registry.Pending(5), registry.Refusal("no")])
def test_any_answer_ends_a_row_of_silences(answer: Any) -> None:
    assert after(task(status="doing", attempts=40, silences=11), answer, LATER).silences == 0


def test_a_relaunched_task_is_due_at_once_and_counts_on() -> None:
    found = relaunched(task(status="error", attempts=5, comment="no"), LATER)
    assert (found.status, found.todo_at, found.attempts) == ("todo", LATER, 5)


# --- what an order needs ---


@pytest.mark.parametrize(
    ("changes", "function"),
    [
        ({"action": "create", "mode": "create-default"}, "DomainCreate"),
        ({"action": "create", "mode": "create-premium"}, "DomainCreate"),
        ({"action": "transfer", "mode": "transfer-default"}, "DomainIncomingTransfer"),
        ({"action": "transfer", "mode": "transfer-premium"}, "DomainIncomingTransfer"),
        ({"action": "transfer", "mode": "transfer-aftermarket1"}, "DomainAfterMarket"),
        ({"action": "transfer", "mode": "transfer-aftermarket2"}, "DomainAfterMarket"),
        ({"kind": "dns", "action": None}, "ZoneCreate"),
    ],
)
def test_each_item_has_its_kind_of_task(changes: dict[str, Any], function: str) -> None:
    [found] = plan(order(item(3, **changes)), [11], NOON)
    assert found == task(task_id=11, domain="foo3.fr", function=function)


def test_every_item_has_a_task_with_a_transaction_of_its_own() -> None:
    found = plan(order(item(1), item(2), item(3)), [11, 12, 13], NOON)
    assert [(t.task_id, t.item_id, t.transaction) for t in found] == [
        (11, 1, "ordain-7-1"), (12, 2, "ordain-7-2"), (13, 3, "ordain-7-3"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="zip"):
        plan(order(item(1), item(2)), [11], NOON)


def test_a_zone_follows_its_domain_with_a_fresh_task() -> None:
    domain = task(status="done", attempts=4, comment="x", argument="y", done_at=LATER)
    assert zone_after(domain, 99, LATER) == task(
        task_id=99, function="ZoneCreate", created=LATER, updated=LATER, todo_at=LATER
    )
