"""The records a zone starts with, and its serials."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.zone import first_records, first_serial, newer, next_serial

HOSTS = ("ns1.ordain.example", "ns2.ordain.example")


@pytest.mark.parametrize(("template", "www"), [(None, True), ("basic", True), ("redirect", True), ("minimized", False)])
def test_a_zone_starts_with_its_name_servers_and_www_unless_minimized(template: str | None, *, www: bool) -> None:
    records = first_records("foo.fr", HOSTS, template)
    assert [target for kind, sub_domain, target in records if (kind, sub_domain) == ("NS", "")] == [
        "ns1.ordain.example.", "ns2.ordain.example.",
    ]  # fmt: skip
    assert [record for record in records if record[0] != "NS"] == ([("CNAME", "www", "foo.fr.")] if www else [])


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
