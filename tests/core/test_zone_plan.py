"""Plans for a name server: followed, they make what is wanted of whatever is served."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from ordain.core.zone import newer
from ordain.core.zone_plan import SOA, Change, RecordSet, applied, gathered, plan, serial, stages, told, with_serial

SERIAL = st.integers(0, 2**32 - 1)
NAMES, KINDS = st.sampled_from(["", "www", "mail", "*", "a.b"]), st.sampled_from(["A", "CNAME", "MX", "NS", "TXT"])
RECORD = st.tuples(NAMES, KINDS, st.sampled_from([60, 300, 3600]), st.sampled_from(["1", "2", "3", "4"]))


def soa(number: int, server: str = "ns1.example.", ttl: int = 3600) -> RecordSet:
    return RecordSet("", "SOA", ttl, frozenset({f"{server} h.example. {number} 1 2 3 4"}))


@st.composite
def zones(draw: st.DrawFn) -> dict[tuple[str, str], RecordSet]:
    server, ttl = draw(st.sampled_from(["ns1.example.", "ns2.example."])), draw(st.sampled_from([60, 3600]))
    return {**gathered(draw(st.lists(RECORD, max_size=12))), SOA: soa(draw(SERIAL), server, ttl)}


@given(zones(), zones())
def test_a_plan_makes_what_is_wanted_and_then_there_is_nothing_to_do(
    served: dict[tuple[str, str], RecordSet], wanted: dict[tuple[str, str], RecordSet]
) -> None:
    changes = plan(served, wanted)
    after = applied(served, changes)
    number = serial(after[SOA])
    assert {**after, SOA: with_serial(after[SOA], 0)} == {**wanted, SOA: with_serial(wanted[SOA], 0)}
    assert bool(changes) is newer(number, serial(served[SOA]))
    assert plan(after, wanted) == ()


@given(zones())
def test_a_zone_that_is_not_there_is_made_of_everything(wanted: dict[tuple[str, str], RecordSet]) -> None:
    changes = plan({}, wanted)
    assert all(change.before is None for change in changes)
    assert applied({}, changes) == wanted
    assert changes[-1].key == SOA


@given(zones(), zones(), st.integers(1, 2000))
def test_portions_lead_to_the_same_end(
    served: dict[tuple[str, str], RecordSet], wanted: dict[tuple[str, str], RecordSet], octets: int
) -> None:
    for rounds, sent in enumerate(stages(served, wanted, octets)):
        assert len(sent) <= 2 or sum(change.octets for change in sent[:-1]) <= octets
        before, served = served, applied(served, sent)
        assert newer(serial(served[SOA]), serial(before[SOA]))
        assert rounds <= 30
    assert {**served, SOA: with_serial(served[SOA], 0)} == {**wanted, SOA: with_serial(wanted[SOA], 0)}


@given(zones(), SERIAL)
def test_a_serial_that_the_server_raised_itself_is_left_alone(
    wanted: dict[tuple[str, str], RecordSet], counted: int
) -> None:
    assume(not newer(serial(wanted[SOA]), counted))
    assert plan({**wanted, SOA: with_serial(wanted[SOA], counted)}, wanted) == ()


def test_what_stands_in_the_way_goes_first() -> None:
    served = {**gathered([("www", "A", 60, "192.0.2.1")]), SOA: soa(1)}
    wanted = {**gathered([("www", "CNAME", 60, "example.com.")]), SOA: soa(2)}
    assert [(c.key[1], c.after is None) for c in plan(served, wanted)] == [
        ("A", True), ("CNAME", False), ("SOA", False),
    ]  # fmt: skip


def test_the_shortest_ttl_of_a_set_is_that_of_all() -> None:
    sets = gathered([("", "A", 3600, "192.0.2.1"), ("", "A", 60, "192.0.2.2")])
    assert sets == {("", "A"): RecordSet("", "A", 60, frozenset({"192.0.2.1", "192.0.2.2"}))}


def test_a_plan_is_told_in_a_few_words() -> None:
    changes = tuple(
        Change(None, RecordSet(name, "A", 60, frozenset({"192.0.2.1"}))) for name in ("", "a", "b", "c", "d")
    )
    assert told(changes) == "@ A, a A, b A and 2 more"
    assert told(changes[:1]) == "@ A"
