"""What searching remembers: for how long, of how many, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ordain.core.registry import Availability
from ordain.flows.answers import Answers, Budgets, place
from tests.world import NOON

SECOND = timedelta(seconds=1)


def test_the_answers_asked_for_least_lately_are_forgotten_first() -> None:
    answers = Answers(timedelta(seconds=10), most=2)
    for name in ("a", "b"):
        answers.put(Availability(name, "available"), NOON)
    assert answers.get("a", NOON)
    answers.put(Availability("c", "available"), NOON)
    assert [bool(answers.get(name, NOON)) for name in "abc"] == [True, False, True]


def test_an_answer_lasts_its_moment_and_none_if_there_is_none() -> None:
    answers, none = Answers(timedelta(seconds=10)), Answers(timedelta())
    for kept in (answers, none):
        kept.put(Availability("a", "available"), NOON)
    assert [bool(answers.get("a", NOON + s * SECOND)) for s in (0, 9)] == [True, True]
    assert answers.get("a", NOON - SECOND) is None
    answers.put(Availability("a", "available"), NOON)
    assert answers.get("a", NOON + 10 * SECOND) is None
    assert none.get("a", NOON) is None


def test_a_budget_comes_back_little_by_little() -> None:
    budgets = Budgets(60)
    assert budgets.take("a", 50, NOON) == 0
    assert budgets.take("a", 20, NOON) == 10
    assert budgets.take("a", 20, NOON + 9 * SECOND) == 1
    assert budgets.take("a", 20, NOON + 10 * SECOND) == 0
    assert budgets.take("a", 1000, NOON + 69 * SECOND) == 1
    assert budgets.take("a", 1000, NOON + 70 * SECOND) == 0, "a full one pays for any count"
    assert budgets.take("b", 60, NOON) == 0, "another's is another"


def test_a_clock_that_goes_back_gives_nothing() -> None:
    budgets = Budgets(60)
    assert budgets.take("a", 60, NOON) == 0
    assert budgets.take("a", 1, NOON - timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("", ""), ("nowhere", "nowhere"),
        ("::ffff:192.0.2.7", "192.0.2.7"), ("::ffff:198.51.100.9", "198.51.100.9"),
    ],
)  # fmt: skip
def test_an_ipv6_customer_is_one_whatever_their_address(address: str, where: str) -> None:
    assert place(address) == where
