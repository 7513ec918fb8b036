"""Differences of zones: what goes and comes turns the one into the other; marks change with what they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import browser, zone_diff
from ordain.core.zone import DYN_HOST, Record, Soa, Zone


@dataclass(frozen=True)
class Made:
    """A record that was made up."""

    sub: str
    target: str


RECORDS = st.lists(
    st.builds(Made, sub=st.sampled_from(["", "www", "a.b"]), target=st.sampled_from(["192.0.2.1", "192.0.2.2"])),
    unique=True,
)


def records(made: list[Made]) -> list[Record]:
    """The zone's records, each with an id."""
    return [Record(number, "A", one.sub, one.target) for number, one in enumerate(made, start=1)]


@given(RECORDS, RECORDS)
def test_what_goes_and_comes_turns_one_state_into_the_other(before: list[Made], after: list[Made]) -> None:
    old, new = records(before), records(after)
    found = zone_diff.diff(old, new)
    lines = ({zone_diff.line(one) for one in old} - set(found.gone)) | set(found.new)
    assert lines == {zone_diff.line(one) for one in new}
    assert found.kept == len(set(before) & set(after))


def test_records_of_dynamic_hosts_are_no_difference() -> None:
    assert zone_diff.diff([Record(1, "A", "www", "192.0.2.1", origin=DYN_HOST)], []) == zone_diff.Diff((), (), 0)


def test_marks_change_with_what_they_stand_for() -> None:
    record = Record(1, "A", "www", "192.0.2.1")
    changed = structs.replace(record, ttl=60)
    zone = Zone("foo.com", ("ns1.example.net",), datetime(2026, 1, 1, tzinfo=UTC), records=(record,))
    assert zone_diff.mark(record) != zone_diff.mark(changed)
    assert zone_diff.zone_mark(zone) != zone_diff.zone_mark(structs.replace(zone, records=(changed,)))
    assert zone_diff.zone_mark(zone) != zone_diff.zone_mark(structs.replace(zone, soa=Soa(ttl=60)))
    assert zone_diff.zone_mark(zone) == zone_diff.zone_mark(structs.replace(zone, serial=7, staged=True))
    assert zone_diff.soa_mark(zone) == zone_diff.soa_mark(structs.replace(zone, serial=7, records=()))


def test_browsers_are_known_again_by_what_they_say() -> None:
    assert browser.named("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 Safari/537 Edg/120") == "Edge, Windows"
    assert browser.named("Mozilla/5.0 (iPhone; CPU iPhone OS 17) AppleWebKit Version/17 Safari/604") == "Safari, iPhone"
    assert browser.named("something else") == ""
