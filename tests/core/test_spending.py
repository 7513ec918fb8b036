"""What a key may spend: never more than its limit in a day or a month, whatever it pays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ordain.core import spending
from ordain.core.money import UNIT, Money
from ordain.core.refusal import Refusal
from ordain.core.spending import Limit

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def euros(units: int) -> Money:
    """An amount."""
    return Money(units * UNIT, "EUR")


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), max_size=40), st.integers(0, 30), st.integers(0, 60))
def test_no_day_and_no_month_has_more_than_its_limit(payments: list[tuple[int, int]], a_day: int, a_month: int) -> None:
    count = spending.begun(Limit(currency="EUR", per_day=euros(a_day), per_month=euros(a_month)))
    days: dict[str, int] = {}
    months: dict[str, int] = {}
    now = NOON
    for units, hours in payments:
        now += timedelta(hours=hours)
        day, month = f"{now:%F}", f"{now:%Y-%m}"
        after = spending.spent(count, euros(units), now)
        fits = days.get(day, 0) + units <= a_day and months.get(month, 0) + units <= a_month
        assert isinstance(after, Refusal) is (units > 0 and not fits)
        if not isinstance(after, Refusal):
            count = after
            days[day], months[month] = days.get(day, 0) + units, months.get(month, 0) + units
    assert all(units <= a_day for units in days.values())
    assert all(units <= a_month for units in months.values())


MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_payment_that_began_before_midnight_and_is_declined_after_takes_nothing_off_the_new_day() -> None:
    limit = Limit(currency="EUR", per_day=euros(10), per_month=euros(30))
    begun = spending.spent(spending.begun(limit), euros(6), MIDNIGHT - SECOND)
    assert not isinstance(begun, Refusal)
    other = spending.spent(begun, euros(9), MIDNIGHT + SECOND)
    assert not isinstance(other, Refusal)
    back = spending.given_back(other, euros(6), MIDNIGHT - SECOND)
    assert (back.of_today(MIDNIGHT + SECOND), back.this_month(MIDNIGHT + SECOND)) == (euros(9), euros(9))
    assert isinstance(spending.spent(back, euros(9), MIDNIGHT + 2 * SECOND), Refusal)


def test_within_a_month_what_is_declined_after_midnight_is_taken_off_the_month_alone() -> None:
    midnight = MIDNIGHT + timedelta(days=1)
    begun = spending.spent(spending.begun(Limit(currency="EUR", per_day=euros(10))), euros(6), midnight - SECOND)
    assert not isinstance(begun, Refusal)
    other = spending.spent(begun, euros(9), midnight + SECOND)
    assert not isinstance(other, Refusal)
    back = spending.given_back(other, euros(6), midnight - SECOND)
    assert (back.of_today(midnight), back.this_month(midnight)) == (euros(9), euros(9))


def test_a_payment_that_is_counted_after_a_later_one_leaves_that_counted() -> None:
    after = spending.spent(spending.begun(Limit(currency="EUR", per_day=euros(10))), euros(9), MIDNIGHT + SECOND)
    assert not isinstance(after, Refusal)
    assert isinstance(spending.spent(after, euros(6), MIDNIGHT - SECOND), Refusal)
    late = spending.spent(after, euros(1), MIDNIGHT - SECOND)
    assert not isinstance(late, Refusal)
    assert (late.of_today(MIDNIGHT + SECOND), late.this_month(MIDNIGHT + SECOND)) == (euros(10), euros(10))


def test_a_refusal_names_limit_spent_and_wanted() -> None:
    count = spending.begun(Limit(currency="EUR", per_day=euros(10)))
    after = spending.spent(count, euros(7), NOON)
    assert not isinstance(after, Refusal)
    refused = spending.spent(after, euros(4), NOON)
    assert isinstance(refused, Refusal)
    assert refused.message == "This key may spend 10.00 EUR a day: 7.00 EUR are spent, 4.00 EUR are wanted"
    other = spending.spent(after, Money(UNIT, "GBP"), NOON)
    assert isinstance(other, Refusal)
    assert other.message == "This key may spend EUR only: 1.00 GBP are wanted"


def test_what_did_not_come_about_counts_no_more() -> None:
    count = spending.begun(Limit(currency="EUR", per_day=euros(10)))
    after = spending.spent(count, euros(7), NOON)
    assert not isinstance(after, Refusal)
    assert spending.given_back(after, euros(7), NOON).of_today(NOON) == euros(0)
    assert spending.given_back(after, euros(9), NOON).this_month(NOON) == euros(0)


def test_another_limit_keeps_what_was_spent() -> None:
    after = spending.spent(spending.begun(Limit(currency="EUR", per_day=euros(10))), euros(7), NOON)
    assert not isinstance(after, Refusal)
    assert spending.limited(after, Limit(currency="EUR", per_month=euros(8))).this_month(NOON) == euros(7)
    assert spending.limited(after, Limit(currency="GBP")).day == Money(0, "GBP")


def test_what_cannot_be_a_limit() -> None:
    assert spending.limit_refusals(Limit(currency="EUR"))
    assert spending.limit_refusals(Limit(currency="EUR", per_day=Money(1, "EUR")))
    assert spending.limit_refusals(Limit(currency="EUR", per_month=euros(2_000_000)))
    assert spending.limit_refusals(Limit(currency="EUR", per_day=euros(0))) == []
