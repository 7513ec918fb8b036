"""What a zone answers: the algorithm of RFC 1034 §4.3.2, wildcards as RFC 4592 has them, denial as RFC 4035 §3.1.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.exception
import dns.rdataclass
import dns.rrset
from dns.name import Name
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CNAME import CNAME

if TYPE_CHECKING:
    from datetime import datetime

    from dns.rrset import RRset

    from ordain.adapters.own_dns_zone import Served

MOST_ALIASES = 10
"""That are followed for one question."""
_ALIAS_STAYS = frozenset({RdataType.CNAME, RdataType.ANY, RdataType.NSEC, RdataType.RRSIG})
"""Questions that a CNAME answers itself."""


class Answer:
    """The answer to one question, section by section."""

    def __init__(self, zone: Served, now: datetime, *, signed: bool) -> None:
        """`signed`: whoever asks wants signatures, where there are any."""
        self.zone, self.now, self.signed = zone, now, signed and zone.signer is not None
        self.rcode = Rcode.NOERROR
        self.authoritative = True
        self.answer: list[RRset] = []
        self.authority: list[RRset] = []
        self.additional: list[RRset] = []

    def put(self, section: list[RRset], records: RRset, owner: Name | None = None) -> None:
        """Records, and their signature; of a wildcard's, told of the name that was asked for."""
        signature = self.zone.signature(records, self.now) if self.signed else None
        for each in filter(None, (records, signature)):
            told = each if owner is None else dns.rrset.from_rdata_list(owner, each.ttl, list(each))
            if not any(there.match(told.name, told.rdclass, told.rdtype, told.covers) for there in section):
                section.append(told)

    def deny(self, *names: Name) -> None:
        """Show that there is nothing: the SOA, and the NSECs of these names."""
        soa = dns.rrset.from_rdata_list(self.zone.origin, self.zone.negative_ttl, list(self.zone.soa))
        self.put(self.authority, soa)
        self.show_gaps(*names)

    def show_gaps(self, *names: Name) -> None:
        """The NSECs of these names, or of the gaps they would stand in."""
        for name in names if self.signed else ():
            self.put(self.authority, self.zone.gap(name))


def answer(zone: Served, name: Name, kind: RdataType, now: datetime, *, signed: bool) -> Answer:
    """The answer to a question about a name of this zone; aliases are followed as far as they stay in it."""
    made, seen = Answer(zone, now, signed=signed), set[Name]()
    following: Name | None = name
    while following is not None and following not in seen and len(seen) <= MOST_ALIASES:
        if not following.is_subdomain(zone.origin):
            break
        seen.add(following)
        following = _step(made, following, kind)
    return made


def _step(made: Answer, name: Name, kind: RdataType) -> Name | None:
    """One name of the chain of aliases; where it leads to, or None at the end."""
    zone = made.zone
    cut = zone.cut(name)
    if cut is not None and not (cut == name and kind == RdataType.DS):
        _refer(made, cut)
        return None
    renamed = zone.renamed(name)
    if renamed is not None:
        target = _rename(made, renamed, name)
        return None if kind == RdataType.CNAME else target
    node = zone.nodes.get(name)
    if node is not None:
        return _found(made, node, name, (kind, name))
    encloser = zone.encloser(name)
    wildcard = Name((b"*", *encloser.labels))
    node = zone.nodes.get(wildcard)
    if node is not None:
        made.show_gaps(name)
        return _found(made, node, wildcard, (kind, name))
    made.rcode = Rcode.NXDOMAIN
    made.deny(name, wildcard)
    return None


def _found(made: Answer, node: dict[RdataType, RRset], source: Name, asked: tuple[RdataType, Name]) -> Name | None:
    """Answer from a node: that of the name, or the wildcard that stands for it."""
    kind, name = asked
    owner = None if source == name else name
    alias = node.get(RdataType.CNAME)
    if alias is not None and kind not in _ALIAS_STAYS:
        made.put(made.answer, alias, owner)
        target: Name = alias[0].target
        return target
    records = _asked_for(made, node, source, kind)
    if records is None:
        made.deny(source)
        return None
    told = made.zone.signature(records, made.now) if kind == RdataType.RRSIG else records
    if told is not None and kind == RdataType.RRSIG:
        made.answer.append(dns.rrset.from_rdata_list(name, told.ttl, list(told)))
    elif told is not None:
        made.put(made.answer, told, owner)
    return None


def _asked_for(made: Answer, node: dict[RdataType, RRset], source: Name, kind: RdataType) -> RRset | None:
    """The records a question is answered with. ANY, and RRSIG, are answered with one type of those there are."""
    if kind == RdataType.NSEC and made.zone.signer and node:
        return made.zone.gap(source)
    if kind == RdataType.ANY or (kind == RdataType.RRSIG and made.zone.signer):  # RFC 8482 §4.1
        return min(node.values(), key=lambda records: (len(records), records.rdtype), default=None)
    return node.get(kind)


def _refer(made: Answer, cut: Name) -> None:
    """Who answers from here on, at which addresses, and that the chain of trust ends (RFC 1034 §4.3.2, RFC 4035)."""
    zone, servers = made.zone, made.zone.nodes[cut][RdataType.NS]
    made.authoritative = bool(made.answer)
    made.authority.append(servers)
    made.show_gaps(cut)
    for server in servers:
        for kind in (RdataType.A, RdataType.AAAA):
            glue = zone.nodes.get(server.target, {}).get(kind)
            if glue is not None:
                made.additional.append(glue)


def _rename(made: Answer, renamed: RRset, name: Name) -> Name | None:
    """Follow a DNAME, by a CNAME made up for this name (RFC 6672 §3.1)."""
    made.put(made.answer, renamed)
    prefix = name.relativize(renamed.name)
    try:
        target = prefix.derelativize(renamed[0].target)
    except dns.exception.DNSException:  # longer than a name can be
        made.rcode = Rcode.YXDOMAIN
        return None
    alias = CNAME(dns.rdataclass.IN, RdataType.CNAME, target)  # type: ignore[no-untyped-call]  # dnspython's records have no types
    made.answer.append(dns.rrset.from_rdata(name, renamed.ttl, alias))
    return target
