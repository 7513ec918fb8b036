"""What people write when they move the sandbox's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.moment import moved
from ordain.core.refusal import Refusal

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "to"),
    [
        ("+30d", NOON + timedelta(days=30)),
        ("+12h", NOON + timedelta(hours=12)),
        ("+5m", NOON + timedelta(minutes=5)),
        ("+0s", NOON),
        (" 2027-03-01 ", datetime(2027, 3, 1, tzinfo=UTC)),
        ("2027-03-01T10:00:00+02:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_time_is_moved_by_a_span_or_to_a_day(text: str, to: datetime) -> None:
    assert moved(text, NOON) == to


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-1d", "+30d"), ("+1y", "+30d"), ("tomorrow", "+30d"), ("", "+30d"), ("+d", "+30d"), ("2027-02-30", "+30d"),
        ("2026-11-23", "forward only"), ("2026-11-23T11:59:59Z", "forward only"),
        ("2101-01-01", "no further"), ("+999999d", "no further"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_in_words(text: str, words: str) -> None:
    refused = moved(text, NOON)
    assert isinstance(refused, Refusal)
    assert words in refused.message
    assert refused.field == "to"


@given(st.text(max_size=30))
def test_whatever_is_written_time_never_goes_back(text: str) -> None:
    to = moved(text, NOON)
    assert isinstance(to, Refusal) or to >= NOON
