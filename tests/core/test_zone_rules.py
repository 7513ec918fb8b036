"""What records a zone may hold: names, TTLs, and which can stand beside each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import zone_rules
from ordain.core.zone import Record, Zone
from ordain.core.zone_rules import (
    MOST_NAMES,
    Bad,
    Entry,
    clashes,
    dns_type,
    names_problem,
    place_problem,
    serves,
    sub_domain,
    ttl_problem,
    warnings,
)

ZONE = Zone("foo.fr", ("ns1.ordain.example", "ns2.ordain.example"), datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("", ""), ("@", ""), ("www", "www"), ("WWW", "www"), ("_sip._tcp", "_sip._tcp"), ("*", "*"), ("*.a", "*.a"),
        ("été", "xn--t-9fab"), ("a-b.c_d", "a-b.c_d"), ("xn--t-9fab", "xn--t-9fab"), ("1", "1"),
    ],
)  # fmt: skip
def test_a_sub_domain_is_kept_in_lower_case_and_a_labels(sent: str, kept: str) -> None:
    assert sub_domain(sent, "foo.fr") == kept


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ("www.", "without the final dot"),
        ("a..b", "nothing in front"),
        ("-a", "letters, digits"),
        ("a b", "letters, digits"),
        ("a/b", "letters, digits"),
        ("a.*", "first place only"),
        ("a*", "letters, digits"),
        ("x" * 64, "more than 63"),
        (".".join(["x" * 60] * 5), "at most 253"),
        ("☃️.x", "not a permitted"),
    ],
)
def test_a_wrong_sub_domain_is_refused_in_words(sent: str, why: str) -> None:
    with pytest.raises(Bad, match=why):
        sub_domain(sent, "foo.fr")


@pytest.mark.parametrize(("seconds", "right"), [(0, True), (59, False), (60, True), (2**31 - 1, True), (2**31, False)])
def test_a_ttl_is_a_minute_or_more_or_the_zones_own(seconds: int, *, right: bool) -> None:
    assert (ttl_problem(seconds) is None) is right
    assert (ttl_problem(-seconds - 1)) is not None


@pytest.mark.parametrize(
    ("kind", "name", "right"),
    [
        ("CNAME", "", False), ("CNAME", "www", True), ("DNAME", "", True), ("NS", "*.a", False), ("NS", "a", True),
        ("DMARC", "_dmarc", True), ("DMARC", "_dmarc.sub", True), ("DMARC", "", False), ("DKIM", "s._domainkey", True),
        ("DKIM", "s", False), ("SPF", "", True),
    ],
)  # fmt: skip
def test_some_types_have_their_places(kind: str, name: str, *, right: bool) -> None:
    assert (place_problem(kind, name) is None) is right


def faults(*rows: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(clashes(Entry("www", *row) for row in rows))


def test_a_cname_stands_alone() -> None:
    assert [at for at, _ in faults(("A", "192.0.2.1"), ("CNAME", "a."))] == [1]
    assert [at for at, _ in faults(("CNAME", "a."), ("TXT", '"x"'), ("CNAME", "b."))] == [1, 2]
    assert faults(("A", "192.0.2.1"), ("A", "192.0.2.2"), ("TXT", '"x"'), ("MX", "10 a.")) == []


def test_a_record_is_there_once() -> None:
    [(at, why)] = faults(("A", "192.0.2.1"), ("A", "192.0.2.1"))
    assert (at, why) == (1, "www has this A record already")
    assert dns_type("SPF") == dns_type("DMARC") == "TXT"


def test_there_is_one_dname() -> None:
    assert [at for at, _ in faults(("DNAME", "a."), ("DNAME", "b."))] == [1]


def test_a_redirected_name_has_no_other_addresses() -> None:
    redirected = ("A", "192.0.2.80", "redirection")
    assert [why for _, why in faults(("A", "192.0.2.1"), redirected)] == [
        "www has A records already: delete it to redirect the name"
    ]
    assert [why for _, why in faults(redirected, ("AAAA", "::1"))] == [
        "www is redirected: delete the redirection first"
    ]
    assert faults(redirected, ("AAAA", "2001:db8::80", "redirection"), ("TXT", '"x"')) == []


@given(st.sets(st.lists(st.sampled_from("abc"), max_size=5).map(".".join)), st.integers(1, 60))
def test_a_zone_has_so_many_names_with_those_that_lead_to_others(sub_domains: set[str], most: int) -> None:
    names = {".".join(labels[at:]) for labels in (name.split(".") for name in sub_domains) for at in range(len(labels))}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zone_rules, "MOST_NAMES", most)
        problem = names_problem(sub_domains)
    assert (problem is not None) == (len(names | {""}) > most)


def test_a_record_that_brings_too_many_names_is_refused_by_their_number() -> None:
    deep = [".".join([*"a" * 110, f"x{number}"]) for number in range(181)]
    assert names_problem(deep[:-1]) is None
    assert str(MOST_NAMES) in str(names_problem(deep))


def test_the_records_a_zone_is_found_by_are_known() -> None:
    assert serves(ZONE, Record(1, "NS", "", "NS1.ordain.example."))
    assert not serves(ZONE, Record(1, "NS", "", "ns.elsewhere.example."))
    assert not serves(ZONE, Record(1, "NS", "sub", "ns1.ordain.example."))


def test_what_is_rarely_meant_is_a_warning() -> None:
    records = (
        Record(1, "MX", "", "10 mail.foo.fr"),
        Record(2, "A", "a", "192.0.2.1", 60),
        Record(3, "A", "a", "192.0.2.2", 0),
        Record(4, "CNAME", "b", "www"),
    )
    staged = Zone(ZONE.name, ZONE.name_servers, ZONE.created, records, staged=True)
    assert warnings(staged) == [
        "Changes are staged: POST /domain/zone/{zoneName}/refresh publishes them",
        "@ MX: mail.foo.fr has no final dot, and stands for mail.foo.fr.foo.fr.",
        "a A: records of one name and type with different TTLs (RFC 2181 §5.2)",
    ]
    assert warnings(ZONE) == []
