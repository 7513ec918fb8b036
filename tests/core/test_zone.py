"""The records a zone starts with, and its serials."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.zone import Record, first_records, first_serial, newer, next_serial, served_by

HOSTS = ("ns1.ordain.example", "ns2.ordain.example")


@pytest.mark.parametrize(("template", "www"), [(None, True), ("basic", True), ("redirect", True), ("minimized", False)])
def test_a_zone_starts_with_its_name_servers_and_www_unless_minimized(template: str | None, *, www: bool) -> None:
    records = first_records("foo.fr", HOSTS, template)
    assert [target for kind, sub_domain, target in records if (kind, sub_domain) == ("NS", "")] == [
        "ns1.ordain.example.", "ns2.ordain.example.",
    ]  # fmt: skip
    assert [record for record in records if record[0] != "NS"] == ([("CNAME", "www", "foo.fr.")] if www else [])


SERVERS = st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), min_size=2, max_size=3, unique=True)
OTHERS = st.lists(
    st.sampled_from(
        [("NS", "sub", "a.example."), ("NS", "", "own.example."), ("NS", "", "B.example."), ("A", "", "x")]
    ),
    unique=True,
)


@given(SERVERS, SERVERS, OTHERS)
def test_other_name_servers_take_the_place_of_the_former_and_of_nothing_else(
    before: list[str], after: list[str], others: list[tuple[str, str, str]]
) -> None:
    records = [Record(n, *row) for n, row in enumerate([*(("NS", "", f"{host}.") for host in before), *others])]
    changed = served_by(records, before, after, range(100, 100 + len(after)))
    named = [r.target.lower() for r in changed if (r.kind, r.sub_domain) == ("NS", "")]
    assert sorted(named) == sorted(set(named)) or "B.example." in [row[2] for row in others]
    assert {f"{host}." for host in after} <= set(named)
    assert set(named) - {f"{host}." for host in after} <= {"own.example.", "b.example."}
    kept = [r for r in records if (r.kind, r.sub_domain) != ("NS", "") or r.target == "own.example."]
    assert [r for r in changed if r in kept] == kept


def test_a_serial_is_the_day_and_two_digits_and_always_grows() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert first_serial(noon) == 2026112300
    assert next_serial(2026112300, noon) == 2026112301
    assert next_serial(2026112299, noon) == 2026112300
    assert next_serial(2026112250, noon) == 2026112300
    assert next_serial(3000000000, noon) == 3000000001


@given(st.integers(0, 2**32 - 1), st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001 - a day is all
def test_name_servers_take_the_next_serial_for_newer(serial: int, at: datetime) -> None:
    assert newer(next_serial(serial, at), serial)
    assert not newer(serial, next_serial(serial, at))
    assert not newer(serial, serial)
