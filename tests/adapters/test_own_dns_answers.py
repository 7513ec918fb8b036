"""What the embedded name server answers, beside what Knot DNS answers for the same zones."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import dns.dnssec
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import pytest
from dns.rdatatype import RdataType

from ordain.adapters.own_dns_answers import MOST_ALIASES
from ordain.adapters.own_dns_messages import Question, heard
from ordain.adapters.own_dns_zone import Served, new_key
from ordain.core.zone import Record, Zone
from ordain.flows.zone_text import as_served, zone_file
from tests.knot import knot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dns.message import Message
    from dns.node import Node
    from dns.rdataset import Rdataset
    from dns.rrset import RRset

NOW = datetime.now(UTC)
KINDS = ("A", "TXT", "MX", "CNAME", "NS", "DNAME", "SRV")
ASKED = ("A", "MX", "CNAME", "NS", "DS", "SOA", "DNAME")
APEX = {RdataType.SOA, RdataType.NS, RdataType.DNSKEY, RdataType.CDS, RdataType.CDNSKEY, RdataType.RRSIG}
ZONES = 12


def made_up(number: int) -> Zone:
    """A small zone full of wildcards, aliases, delegations and names that only lead to others."""
    chance, name = random.Random(number), f"z{number}.example"
    below = [".".join(labels) for depth in (0, 1, 2) for labels in product(("a", "b"), repeat=depth)]
    names = [f"{label}.{rest}".rstrip(".") for label in ("a", "b", "*") for rest in below]
    records: list[tuple[str, str, str]] = [("NS", "", "ns1.ordain.example.")]
    for sub_domain in chance.sample(names, 8):
        kind = chance.choice([kind for kind in KINDS if kind not in ("NS", "DNAME") or "*" not in sub_domain])
        renamed = [sub for known, sub, _ in records if known == "DNAME"]
        if any(sub_domain.endswith(f".{sub}") for sub in renamed):
            continue  # nothing may stand below a DNAME
        if kind == "DNAME" and any(sub.endswith(f".{sub_domain}") for _, sub, _ in records):
            continue
        where = f"{chance.choice(names)}.{name}." if chance.random() < 0.8 else "elsewhere.example."
        target = {"A": "192.0.2.1", "TXT": '"t"', "MX": f"10 {where}", "SRV": f"1 2 3 {where}"}.get(kind, where)
        records.append((kind, sub_domain, target))
        if kind not in ("CNAME", "NS", "DNAME") and chance.random() < 0.5:
            records.append(("AAAA", sub_domain, "2001:db8::1"))
    rows = tuple(Record(at, *row, ttl=300) for at, row in enumerate(records))
    return Zone(name, ("ns1.ordain.example",), NOW, rows, 2026112800)


def questions(zone: Zone) -> Iterable[tuple[str, str]]:
    chance = random.Random(zone.name)
    names = ["", *(".".join(labels) for depth in (1, 2, 3) for labels in product(("a", "b", "x"), repeat=depth))]
    asked = [(f"{name}.{zone.name}." if name else f"{zone.name}.", kind) for name in names for kind in ASKED]
    return chance.sample(asked, 60)


def ours(served: Served, query: Message) -> Message:
    question = heard(query.to_wire(), by_tcp=True)
    assert isinstance(question, Question)
    return dns.message.from_wire(question.answered(served, NOW), one_rr_per_rrset=False)


def shown(section: Iterable[RRset]) -> set[tuple[str, str, str]]:
    """A section's records but for signatures; of NSEC at a zone's top only what differs between zones."""
    rows = set()
    for records in section:
        for rdata in records:
            text = rdata.to_text()
            if rdata.rdtype == RdataType.NSEC:
                kinds = {
                    RdataType(window * 256 + at * 8 + bit)
                    for window, bits in rdata.windows
                    for at, octet in enumerate(bits)
                    for bit in range(8)
                    if octet & (0x80 >> bit)
                }
                apex = APEX if RdataType.SOA in kinds else set()
                text = f"{rdata.next} {sorted(kinds - apex)}"
            if rdata.rdtype != RdataType.RRSIG:
                rows.add((str(records.name).lower(), rdata.rdtype.name, text.lower()))
    return rows


def told(said: Message, zone: Served) -> tuple[object, ...]:
    """What has to be the same. Of addresses beside the answer that is glue: what a referral could not do without."""
    glue = [r for r in said.additional if r.name in zone.nodes and not said.flags & dns.flags.AA]
    return (
        said.rcode().name,
        bool(said.flags & dns.flags.AA),
        shown(said.answer),
        shown(said.authority),
        shown(glue),
    )


def check_signatures(said: Message, served: Served) -> None:
    """Every record of the zone's own is signed by its key, for now; wildcards are as the signature has it."""
    keys: dict[dns.name.Name, Node | Rdataset] = {served.origin: served.nodes[served.origin][RdataType.DNSKEY]}
    for section in (said.answer, said.authority):
        signatures = {(s.name, s[0].type_covered): s for s in section if s.rdtype == RdataType.RRSIG}
        made_up_aliases = [r.name for r in section if r.rdtype == RdataType.CNAME] if shown_dname(section) else []
        for records in section:
            delegated = records.rdtype == RdataType.NS and records.name != served.origin
            if records.rdtype == RdataType.RRSIG or delegated:
                continue
            signature = signatures.get((records.name, records.rdtype))
            if signature is None:
                assert records.name in made_up_aliases, records
            else:
                dns.dnssec.validate(records, signature, keys, now=NOW.timestamp())


def shown_dname(section: Iterable[RRset]) -> bool:
    return any(records.rdtype == RdataType.DNAME for records in section)


@pytest.mark.needs("Knot")
@pytest.mark.parametrize("signed", [False, True])
def test_answers_are_those_of_another_name_server(tmp_path: Path, *, signed: bool) -> None:
    zones = [made_up(number) for number in range(ZONES)]
    with knot(tmp_path, {zone.name: zone_file(zone) for zone in zones}, signed=signed) as port:
        for zone in zones:
            served = Served("1", as_served(zone), new_key() if signed else None)
            for name, kind in questions(zone):
                query = dns.message.make_query(name, kind, want_dnssec=signed, use_edns=0)
                theirs = dns.query.udp(query, "127.0.0.1", 5, port)
                mine = ours(served, query)
                if len(mine.answer) > MOST_ALIASES:
                    continue  # DNAMEs that lead to each other: every server has its own patience
                seen = f"{name} {kind}\n\nours:\n{mine}\n\nKnot's:\n{theirs}\n\n{zone_file(zone)}"
                assert told(mine, served) == told(theirs, served), seen
                if signed:
                    check_signatures(mine, served)


def test_the_names_of_a_signed_zone_are_in_order_without_what_is_below_its_ends() -> None:
    for number in range(60):
        served = Served("1", made_up(number), new_key())
        hidden = {name for name in served.nodes if served.cut(name) not in (None, name) or served.renamed(name)}
        own = sorted(name for name, node in served.nodes.items() if node and name not in hidden)
        assert [served.gap(name).name for name in own] == own
        told = [served.gap(name)[0].next for name in own]
        assert told == [*own[1:], own[0]]
        assert {served.gap(name).name for name in served.nodes} == set(own)
