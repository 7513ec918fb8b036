"""How long one waits after failing: free attempts, doubling waits, the longest one, and forgetting."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ordain.core.session import BY_ADDRESS, BY_NAME, Attempts, Limit, after, wait
from tests.world import NOON

LIMIT = Limit(2, timedelta(seconds=4), timedelta(seconds=30), timedelta(hours=1))


def test_waits_double_up_to_the_longest_and_are_forgotten() -> None:
    waits = [wait(Attempts(count, NOON), LIMIT, NOON).total_seconds() for count in range(8)]
    assert waits == [0, 0, 4, 8, 16, 30, 30, 30]
    assert wait(None, LIMIT, NOON) == timedelta(0)
    assert wait(Attempts(5, NOON), LIMIT, NOON + timedelta(seconds=10)) == timedelta(seconds=20)
    assert wait(Attempts(5, NOON), LIMIT, NOON + timedelta(hours=1)) == timedelta(0)
    assert after(Attempts(5, NOON), LIMIT, NOON + timedelta(minutes=59)).count == 6
    assert after(Attempts(5, NOON), LIMIT, NOON + timedelta(hours=1)).count == 1
    assert after(None, LIMIT, NOON) == Attempts(1, NOON)


@given(st.integers(0, 10**9), st.sampled_from([BY_NAME, BY_ADDRESS, LIMIT]))
def test_nobody_waits_longer_than_the_longest(count: int, limit: Limit) -> None:
    assert timedelta(0) <= wait(Attempts(count, NOON), limit, NOON) <= limit.longest
