"""Withdrawing from an order: in time, unless waived, and only from what nobody was asked to deliver."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.delivery import TRANSITIONS, WAITS, Task, can_accelerate, plan, released
from ordain.core.money import Money
from ordain.core.order import WITHDRAWAL, Payment, Refund, Right, Standing, held_until, retraction, status
from ordain.core.retraction import refusal, revocable, waiting
from tests.core.test_order import item, order
from tests.world import NOON

PAID = Payment(1, NOON, "ovhAccount", Money(1, "EUR"))


def task(item_id: int, state: str, attempts: int = 0, silences: int = 0) -> Task:
    return Task(
        task_id=item_id,
        nic="mc1-ordain",
        order_id=1,
        item_id=item_id,
        function="DomainCreate",
        domain="foo.fr",
        transaction="t",
        created=NOON,
        updated=NOON,
        todo_at=NOON,
        status=state,  # type: ignore[arg-type]  # any of them
        attempts=attempts,
        silences=silences,
    )


def said(standing: Standing, now: datetime = NOON) -> str:
    found = refusal(standing, now)
    return f"{found.kind}: {found.message}" if found else ""


@pytest.mark.parametrize(
    ("state", "attempts", "silences", "undone"),
    [
        ("todo", 0, 0, True),
        ("todo", 1, 1, False),  # the registry was silent: it may have heard
        ("todo", 1, 0, False),  # the registry decides
        ("doing", 1, 0, False),
        ("error", 1, 0, True),  # asked once, plainly refused
        ("error", 2, 0, False),
        ("error", 12, 12, False),
        ("done", 1, 0, False),
        ("cancelled", 1, 0, False),
    ],
)
def test_only_what_nobody_was_asked_for_is_undone(state: str, attempts: int, silences: int, *, undone: bool) -> None:
    standing = Standing(order(item(1)), PAID, (), (task(1, state, attempts, silences),))
    assert [found.item_id for found, _ in revocable(standing)] == ([1] if undone else [])
    assert (refusal(standing, NOON) is None) is undone


def test_each_item_is_looked_at_alone_and_with_all_its_tasks() -> None:
    tasks = (task(1, "done"), task(1, "todo"), task(2, "todo"), task(3, "doing", 1))
    standing = Standing(order(item(1), item(2), item(3)), PAID, (), tasks)
    assert [(found.item_id, len(of_item)) for found, of_item in revocable(standing)] == [(2, 1)]


def test_what_is_too_late_is_told_item_by_item() -> None:
    refunds = (Refund(3, NOON, Money(1, "EUR"), "lost"),)
    tasks = (task(1, "done"), task(2, "doing", 1), task(3, "cancelled"))
    told = said(Standing(order(item(1), item(2), item(3)), PAID, refunds, tasks))
    assert told.startswith("conflict: Nothing of order")
    assert [each in told for each in ("was delivered", "is being delivered", "has been refunded")] == [True] * 3


def test_the_right_ends_and_can_be_waived() -> None:
    placed = order(item(1))
    assert said(Standing(placed, None, (), ()), NOON + WITHDRAWAL) == ""
    assert "ended on" in said(Standing(placed, None, (), ()), NOON + WITHDRAWAL + timedelta(microseconds=1))
    assert "was waived" in said(Standing(structs.replace(placed, waived=True), None, (), ()))
    assert "was waived" in said(Standing(placed, None, (), (), Right(waived=NOON)))
    assert "already" in said(Standing(placed, None, (), (), Right(retracted=NOON)))


def test_an_unpaid_order_that_was_withdrawn_from_is_cancelled() -> None:
    assert status(Standing(order(item(1)), None, (), (), Right(retracted=NOON)), NOON) == "cancelled"


@given(st.lists(st.tuples(st.sampled_from(sorted(TRANSITIONS)), st.integers(0, 3), st.integers(0, 3)), max_size=4))
def test_whatever_can_be_undone_can_move_to_cancelled(drawn: list[tuple[str, int, int]]) -> None:
    tasks = tuple(task(number, *each) for number, each in enumerate(drawn, 1))
    standing = Standing(order(item(1), item(2), item(3), item(4)), PAID, (), tasks)
    for _, of_item in revocable(standing):
        assert all("cancelled" in TRANSITIONS[each.status] for each in of_item)


# --- the period that delivery waits for ---

AT = st.integers(0, 40 * 24 * 3600 * 1_000_000).map(lambda micros: NOON + timedelta(microseconds=micros))


@given(paid=AT, looked=AT, waived=st.none() | AT, waits=st.booleans())
def test_nothing_is_due_before_the_end_unless_waived(
    *, paid: datetime, looked: datetime, waived: datetime | None, waits: bool
) -> None:
    """A task is planned at its payment and released by a waiver: whether it is due follows from their instants."""
    placed, end = structs.replace(order(item(1)), waits=waits), NOON + WITHDRAWAL
    looked, waived = max(looked, paid), waived if waived and waived <= end else None
    right = Right(waived=waived if waived and waived <= paid else None)
    [task] = plan(placed, [1], paid, held_until(placed, right))
    if waived and waived > paid:
        for held in waiting(Standing(placed, PAID, (), (task,), right)):
            assert not can_accelerate(held, paid)
            task = released(held, waived)
    assert (task.todo_at <= looked) is (not waits or looked >= end or bool(waived and waived <= looked))
    assert (task.comment == WAITS) is (waits and paid < end and not waived)


def test_the_end_is_still_in_time_and_the_moment_after_is_not() -> None:
    placed = order(item(1))
    last = NOON + WITHDRAWAL
    assert refusal(Standing(placed, None, (), ()), last) is None
    assert refusal(Standing(placed, None, (), ()), last + timedelta(microseconds=1)) is not None


def test_an_organisation_never_had_the_right() -> None:
    placed = structs.replace(order(item(1)), consumer=False)
    assert "Only consumers" in said(Standing(placed, None, (), ()))
    assert retraction(placed) is None
