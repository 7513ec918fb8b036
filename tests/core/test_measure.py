"""Measures in Prometheus' text format: whole numbers, exact seconds, labels nobody can break out of."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ordain.core.measure import Durations, Family, Sample, histogram, one, text

LINE = re.compile(r'[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? -?[0-9.]+')


def test_a_family_is_two_comments_and_its_samples() -> None:
    family = Family("ordain_tasks", "gauge", "Tasks\nopen", (Sample(3, (("kind", "task"), ("status", "due"))),))
    assert text([family, one("ordain_faults", "counter", "Faults", 0)]) == (
        "# HELP ordain_tasks Tasks\\nopen\n"
        "# TYPE ordain_tasks gauge\n"
        'ordain_tasks{kind="task",status="due"} 3\n'
        "# HELP ordain_faults Faults\n"
        "# TYPE ordain_faults counter\n"
        "ordain_faults 0\n"
    )


def test_a_histogram_adds_up_from_bucket_to_bucket() -> None:
    told = text([histogram("took_seconds", "How long", (2_500, 1_000_000), [Durations((), [4, 0, 1], 5_000_123)])])
    assert told.splitlines()[2:] == [
        'took_seconds_bucket{le="0.0025"} 4',
        'took_seconds_bucket{le="1"} 4',
        'took_seconds_bucket{le="+Inf"} 5',
        "took_seconds_sum 5.000123",
        "took_seconds_count 5",
    ]


@given(st.text(), st.text(), st.integers(-(10**15), 10**15))
def test_whatever_is_said_stays_on_its_line(told: str, label: str, value: int) -> None:
    lines = text([Family("a", "gauge", told, (Sample(value, (("b", label),), micros=True),))]).split("\n")
    assert len(lines) == 4
    assert LINE.fullmatch(lines[2])
    assert round(float(lines[2].rpartition(" ")[2]) * 10**6) == value
