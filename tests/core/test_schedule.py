"""Schedules answer with the value that holds, and nothing before the first."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.schedule import Schedule, always

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_value_holds_from_its_instant_on() -> None:
    tax = Schedule(((None, 19), (JANUARY, 20), (JULY, 21)))
    assert [tax.at(now) for now in (JANUARY - SECOND, JANUARY, JULY - SECOND, JULY)] == [19, 20, 20, 21]


def test_nothing_holds_before_the_first_instant() -> None:
    with pytest.raises(LookupError, match="2025-12-31T23:59:59"):
        Schedule(((JANUARY, 20),)).at(JANUARY - SECOND)


def test_the_next_change_is_the_next_instant() -> None:
    tax = Schedule(((None, 19), (JANUARY, 20), (JULY, 21)))
    assert tax.next_change(JANUARY - SECOND) == JANUARY
    assert tax.next_change(JANUARY) == JULY
    assert tax.next_change(JULY) is None
    assert always(20).next_change(JULY) is None


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((), "at least one"),
        (((JANUARY, 1), (None, 2)), "only the first"),
        (((JULY, 1), (JANUARY, 2)), "follow each other"),
        (((JANUARY, 1), (JANUARY, 2)), "follow each other"),
        (((datetime(2026, 1, 1), 1),), "time zone"),  # noqa: DTZ001 - the mistake under test
    ],
)
def test_a_schedule_out_of_order_refuses_to_exist(
    entries: tuple[tuple[datetime | None, int], ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Schedule(entries)


@given(st.sets(st.datetimes(timezones=st.just(UTC)), min_size=1), st.datetimes(timezones=st.just(UTC)))
def test_the_answer_is_the_latest_begun(instants: set[datetime], now: datetime) -> None:
    schedule = Schedule(((None, None), *((each, each) for each in sorted(instants))))
    begun = [each for each in instants if each <= now]
    coming = [each for each in instants if each > now]
    assert schedule.at(now) == (max(begun) if begun else None)
    assert schedule.next_change(now) == (min(coming) if coming else None)


def test_map_keeps_the_instants() -> None:
    assert Schedule(((None, 1), (JANUARY, 2))).map(str) == Schedule(((None, "1"), (JANUARY, "2")))
