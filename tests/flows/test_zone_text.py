"""Records and zone files as text: every type, every line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.api.words import ENUMERATIONS
from ordain.core.zone import Record, Soa, Zone
from ordain.core.zone_rules import Bad
from ordain.flows.zone_text import EXAMPLES, as_served, canonical, read_zone_file, zone_file

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_every_type_of_the_contract_has_an_example_that_is_right() -> None:
    assert sorted(EXAMPLES) == sorted(ENUMERATIONS["domain.zone.RecordTypeEnum"])
    for kind, target in EXAMPLES.items():
        assert canonical(kind, target, "foo.fr")


@pytest.mark.parametrize(
    ("kind", "target", "served"),
    [
        ("CNAME", "www", "www.foo.fr."),
        ("CNAME", "@", "foo.fr."),
        ("CNAME", "Été.fr.", "xn--t-9fab.fr."),
        ("MX", "10 mail", "10 mail.foo.fr."),
        ("AAAA", "2001:DB8:0::1", "2001:db8::1"),
        ("TXT", "with spaces; and more", '"with spaces; and more"'),
        ("TXT", '"one" "two"', '"one" "two"'),
        ("TXT", 'a "quoted" word', r'"a \"quoted\" word"'),
        ("TXT", "x" * 300, f'"{"x" * 255}" "{"x" * 45}"'),
        ("TXT", "é", r'"\195\169"'),
        ("TXT", "", '""'),
        ("SPF", '"v=spf1 -all"', '"v=spf1 -all"'),
        ("DKIM", "p=abc", '"p=abc"'),
        ("CAA", "0 issue letsencrypt.org", '0 issue "letsencrypt.org"'),
    ],
)
def test_a_target_is_served_in_full(kind: str, target: str, served: str) -> None:
    assert canonical(kind, target, "foo.fr") == served


@pytest.mark.parametrize(
    ("kind", "target", "why"),
    [
        ("A", "192.0.2", "Right would be 192.0.2.1"),
        ("A", "192.0.2.1 192.0.2.2", "Right would be"),
        ("A", "192.0.2.1 ; mine", "a semicolon begins a comment"),
        ("A", "192.0.2.1\nwww A 192.0.2.2", "control character"),
        ("AAAA", "192.0.2.1", "Right would be"),
        ("CAA", '300 issue "x"', "8-bit"),
        ("CNAME", "", "Right would be"),
        ("CNAME", "a b", "Right would be"),
        ("CNAME", f"{'x' * 64}.fr.", "63 octets"),
        ("DKIM", "v=DKIM1; k=rsa", "p=, is missing"),
        ("DMARC", "p=none", "begins with v=DMARC1"),
        ("LOC", "Roubaix", "Right would be 50 41"),
        ("MX", "mail.foo.fr.", "Right would be 10 mail"),
        ("MX", "10 192.0.2.1", "an address is given where a name belongs"),
        ("NAPTR", "100 10", "Right would be"),
        ("SPF", "mx ~all", "begins with v=spf1"),
        ("SRV", "10 5 70000 a.", "16-bit"),
        ("SSHFP", "4 2 1234", "fingerprint length"),
        ("TLSA", "3 1 1 zz", "Non-hexadecimal"),
        ("TXT", '"open', "ended unexpectedly"),
        ("TXT", '"a" ; b', "after the last quote"),
    ],
)
def test_a_wrong_target_is_refused_with_a_right_one(kind: str, target: str, why: str) -> None:
    with pytest.raises(Bad, match=why.replace("(", r"\(")):
        canonical(kind, target, "foo.fr")


def zone(*records: Record, soa: Soa | None = None) -> Zone:
    return Zone("foo.fr", ("ns1.ordain.example",), NOON, records, 2026112301, soa or Soa())


def test_a_zone_is_exported_as_a_file_that_reads_the_same() -> None:
    held = zone(
        Record(1, "NS", "", "ns1.ordain.example."),
        Record(2, "A", "www", "192.0.2.1", 600),
        Record(3, "SPF", "", "v=spf1 mx ~all", 0),
        Record(4, "MX", "", "10 mail", 0),
        Record(5, "TXT", "*.wild", "a;b(c"),
        soa=Soa(email="dns.admin@foo.fr", ttl=7200),
    )
    text = zone_file(held)
    assert text.splitlines()[:3] == [
        "$ORIGIN foo.fr.",
        "$TTL 7200",
        "@                        IN SOA    ns1.ordain.example. dns\\.admin.foo.fr. 2026112301 86400 3600 3600000 300",
    ]
    read = read_zone_file(text, "foo.fr")
    assert read.faults == []
    rows = sorted((r.sub_domain, r.kind, r.target, r.ttl) for _, r in read.records)
    assert rows == sorted((r.sub_domain, r.kind, r.target, r.ttl) for r in as_served(held).records)


FILE = """\
$TTL 1h
@ IN SOA ns1 host (
   1 2 3 ; serial (not counted)
   4 5 )
  IN NS ns1.other.
www A 192.0.2.1
    A 192.0.2
odd IN FOO x
mail 300 IN MX 10 (
   mx1.Other.
  )
txt TXT "a;b(" "c"
elsewhere.example. A 192.0.2.1
$INCLUDE /etc/passwd
$GENERATE 1-1000000 a$ A 192.0.2.$
low 30 A 192.0.2.1
svc HTTPS 1 . alpn=h2
open TXT "x
\u00e9t\u00e9 CNAME www
a..b A 192.0.2.1
@ CNAME www
@ SPF "mx"
@ MX 10 192.0.2.1.
"""


def test_a_file_is_read_line_by_line_and_every_faulty_line_is_named() -> None:
    read = read_zone_file(FILE, "foo.fr")
    assert [(line, r.sub_domain, r.kind, r.target, r.ttl) for line, r in read.records] == [
        (5, "", "NS", "ns1.other.", 3600),
        (6, "www", "A", "192.0.2.1", 3600),
        (9, "mail", "MX", "10 mx1.other.", 300),
        (12, "txt", "TXT", '"a;b(" "c"', 3600),
        (19, "xn--t-9fab", "CNAME", "www.foo.fr.", 3600),
    ]
    assert [fault.line for fault in read.faults] == [7, 8, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23]
    said = {fault.line: fault.why for fault in read.faults}
    assert said[8] == "unknown rdatatype 'FOO'"
    assert said[13] == "elsewhere.example. A: is not in foo.fr"
    assert said[14] == "zone file directive '$INCLUDE' is not allowed"
    assert said[16] == "low A: the TTL 30 is not from 60 to 2147483647 seconds"
    assert said[17] == "svc HTTPS: records of this type are not offered"


def test_a_file_of_too_many_records_is_not_read_to_its_end() -> None:
    many = "".join(f"a{n} A 192.0.2.1\n" for n in range(5002))
    assert [fault.why for fault in read_zone_file(many, "foo.fr").faults] == ["the zone has more than 5000 records"]


TOKENS = st.lists(
    st.sampled_from([
        "@", "www", "IN", "CH", "A", "MX", "TXT", "CNAME", "SOA", "LOC", "NAPTR", "TLSA", "SSHFP", "CAA", "$TTL",
        "$ORIGIN", "192.0.2.1", "10", "a.b.", '"', "(", ")", ";", "\\", "\n", " ", "\t", "1h", "-1", "999999999999",
        "\u00e9", "*", "..", "SPF", "\\#", "\\999", "xn--\u00e9", "TYPE65534", "0x", "=", "\x00",
    ])
    | st.text(max_size=5),
    max_size=25,
)  # fmt: skip


@given(TOKENS)
def test_whatever_a_file_holds_it_is_read_or_its_faults_are_named(pieces: list[str]) -> None:
    read = read_zone_file(" ".join(pieces), "foo.fr")
    assert all(canonical(record.kind, record.target, "foo.fr") for _, record in read.records)
    assert all(fault.line >= 1 and fault.why for fault in read.faults)


@given(st.sampled_from(sorted(EXAMPLES)), TOKENS)
def test_whatever_a_target_holds_it_is_served_or_refused(kind: str, pieces: list[str]) -> None:
    try:
        served = canonical(kind, " ".join(pieces), "foo.fr")
    except Bad:
        served = EXAMPLES[kind]
    assert canonical(kind, canonical(kind, served, "foo.fr"), "foo.fr") == canonical(kind, served, "foo.fr")


def told(kind: str, target: str) -> str:
    """What is served for a target, or that it is refused."""
    try:
        return canonical(kind, target, "foo.fr")
    except Bad:
        return "refused"


@given(
    st.sampled_from(["CNAME", "DNAME", "NS", "PTR"]),
    st.lists(st.text("abz09-", min_size=1, max_size=64), min_size=1, max_size=130),
    st.sampled_from(["fr.", "example.", "b0.", "9.", "f."]),
)
def test_a_name_in_full_is_served_as_if_it_had_been_read(kind: str, labels: list[str], last: str) -> None:
    """One with capital letters is read by dnspython; one that is written as it is served is not."""
    name = ".".join([*labels, last])
    assert told(kind, name) == told(kind, name.upper())


@pytest.mark.parametrize(
    "text", ["", "\n\n; nothing\n", "(", ")", '"', "$TTL", "$ORIGIN", "\\", "@", "a A", "\ufeff@ A x"]
)
def test_odd_files_are_read_without_harm(text: str) -> None:
    assert read_zone_file(text, "foo.fr").records == []
