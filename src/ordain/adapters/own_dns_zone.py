"""A zone as the embedded name server has it in memory: its names, where it ends, and its signatures (RFC 4034)."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from dns.dnssectypes import Algorithm, DSDigest
from dns.name import Name
from dns.rdatatype import RdataType
from dns.rdtypes.ANY.CDNSKEY import CDNSKEY
from dns.rdtypes.ANY.NSEC import NSEC, Bitmap
from dns.rdtypes.ANY.SOA import SOA
from dns.rrset import RRset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dns.rdtypes.ANY.DNSKEY import DNSKEY

    from ordain.core.zone import Zone

_IN = dns.rdataclass.IN
KEY_TTL = 3600
KEY_FLAGS = 0x101
"""A zone's key, and the one its parent vouches for (RFC 4034 §2.1.1)."""
BEFORE, BEHIND = timedelta(days=1), timedelta(days=13)
"""A signature is good from so long before the beginning of the day it is made on: clocks may differ (RFC 6781 §4.4.2).

It ends so long after it: days before that, it is made anew, and no answer is remembered for longer.
"""


def new_key() -> bytes:
    """A private key for ECDSA P-256 (RFC 6605), as it is kept."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


class Signer:
    """A zone's one key: it signs keys and records alike (a combined signing key, RFC 6781 §3.1)."""

    def __init__(self, kept: bytes) -> None:
        key = load_der_private_key(kept, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = f"a zone's key is one of a curve: got {type(key).__name__}"
            raise TypeError(message)
        self._private = key
        self.public: DNSKEY = dns.dnssec.make_dnskey(key.public_key(), Algorithm.ECDSAP256SHA256, flags=KEY_FLAGS)

    def signature(self, of: RRset, origin: Name, now: datetime) -> dns.rdata.Rdata:
        """The signature of these records: the same all day, whoever makes it (RFC 6979)."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return dns.dnssec.sign(
            of, self._private, origin, self.public, inception=day - BEFORE, expiration=day + BEHIND, deterministic=True
        )  # fmt: skip


def key_records(origin: Name, key: DNSKEY) -> Iterator[RRset]:
    """The key at the zone's top, and what it offers to be vouched for with (RFC 7344, RFC 8078)."""
    cds = dns.dnssec.make_cds(origin, key, DSDigest.SHA256)
    cdnskey = CDNSKEY(_IN, RdataType.CDNSKEY, key.flags, key.protocol, key.algorithm, key.key)  # type: ignore[no-untyped-call]  # dnspython's records have no types
    for rdata in (key, cds, cdnskey):
        yield dns.rrset.from_rdata(origin, KEY_TTL, rdata)


class Served:
    """A zone to be answered from. `nodes` are its names with their records by type; empty ones lead to others."""

    def __init__(self, version: str, zone: Zone, kept: bytes | None) -> None:
        """`zone` as it is published (`NameServer.publish`); `kept` is its private key, if it is signed."""
        self.version = version
        self.origin = dns.name.from_text(f"{zone.name}.")
        self.signer = Signer(kept) if kept else None
        self.nodes: dict[Name, dict[RdataType, RRset]] = {}
        self.soa = dns.rrset.from_rdata(self.origin, zone.soa.ttl, _soa(zone))
        self.negative_ttl = min(zone.soa.ttl, zone.soa.nx_domain_ttl)
        """For how long it is remembered that there is nothing (RFC 2308 §5, RFC 9077)."""
        self._signatures: dict[tuple[Name, RdataType], tuple[int, dns.rdata.Rdata]] = {}
        self._gaps: dict[int, RRset] = {}
        self._fill(zone)
        self._chain = self._own() if self.signer else []

    def _fill(self, zone: Zone) -> None:
        self._put(self.soa)
        for each in key_records(self.origin, self.signer.public) if self.signer else ():
            self._put(each)
        for record in zone.records:
            name = dns.name.from_text(record.sub_domain, self.origin) if record.sub_domain else self.origin
            rdata = dns.rdata.from_text(_IN, record.kind, record.target, origin=self.origin, relativize=False)
            self._node(name).setdefault(rdata.rdtype, RRset(name, _IN, rdata.rdtype)).add(rdata, record.ttl)

    def _put(self, records: RRset) -> None:
        self._node(records.name)[records.rdtype] = records

    def _node(self, name: Name) -> dict[RdataType, RRset]:
        """The node of a name, and above it those that are only there because something is below (RFC 4592 §2.2.2)."""
        found = self.nodes.get(name)
        if found is None:
            found = self.nodes[name] = {}
            if name != self.origin:
                self._node(name.parent())
        return found

    def above(self, name: Name) -> Iterator[Name]:
        """The names from below the zone's top down to this one."""
        for labels in range(len(self.origin.labels) + 1, len(name.labels) + 1):
            yield Name(name.labels[-labels:])

    def cut(self, name: Name) -> Name | None:
        """Where the zone ends on the way to this name: from there on it is delegated (RFC 1034 §4.2)."""
        return next((each for each in self.above(name) if RdataType.NS in self.nodes.get(each, ())), None)

    def renamed(self, name: Name) -> RRset | None:
        """The DNAME above a name, if there is one (RFC 6672)."""
        for each in (self.origin, *self.above(name)):
            found = self.nodes.get(each, {}).get(RdataType.DNAME)
            if found is not None and each != name:
                return found
        return None

    def encloser(self, name: Name) -> Name:
        """The longest name above this one that there is (RFC 4592 §3.3.1)."""
        while name not in self.nodes:
            name = name.parent()
        return name

    # Signed

    def _own(self) -> list[Name]:
        """The names that have something of this zone's own, in the order of RFC 4034 §6.1.

        Below a cut or a DNAME the zone has nothing to say; what is below a name follows it in this order.
        """
        own, end = list[Name](), tuple[bytes, ...]()
        for labels, name in sorted((_in_order(name), name) for name in self.nodes):
            if end and labels[: len(end)] == end:
                continue
            node = self.nodes[name]
            if node:
                own.append(name)
            if RdataType.DNAME in node or (RdataType.NS in node and name != self.origin):
                end = labels
        return own

    def gap(self, name: Name) -> RRset:
        """The NSEC of a name, or the one that says that there is no such name (RFC 4034 §4)."""
        at = bisect_right(self._chain, name) - 1
        made = self._gaps.get(at)
        if made is None:
            made = self._gaps[at] = self._gap(self._chain[at], self._chain[(at + 1) % len(self._chain)])
        return made

    def _gap(self, owner: Name, following: Name) -> RRset:
        kinds = {*self.nodes[owner], RdataType.RRSIG, RdataType.NSEC}
        if self.cut(owner):
            kinds = {RdataType.NS, RdataType.RRSIG, RdataType.NSEC}
        bitmap = Bitmap.from_rdtypes(sorted(kinds))
        rdata = NSEC(_IN, RdataType.NSEC, following, bitmap)  # type: ignore[no-untyped-call]  # dnspython's records have no types
        return dns.rrset.from_rdata(owner, self.negative_ttl, rdata)

    def signature(self, of: RRset, now: datetime) -> RRset | None:
        """The signature of records of this zone, to be remembered for as long as they are; None if it is not signed.

        Made when it is first asked for, and kept for a day: there are as many as the zone has records, and no more.
        """
        if self.signer is None:
            return None
        day, key = now.astimezone(UTC).toordinal(), (of.name, of.rdtype)
        made = self._signatures.get(key)
        if made is None or made[0] != day:
            whole = self.nodes[of.name].get(of.rdtype, of)  # with its TTL of the zone, whatever it is told with
            made = self._signatures[key] = day, self.signer.signature(whole, self.origin, now)
        return dns.rrset.from_rdata(of.name, of.ttl, made[1])


def _in_order(name: Name) -> tuple[bytes, ...]:
    """What names are put in order by (RFC 4034 §6.1)."""
    return tuple([label.lower() for label in reversed(name.labels)])


def _soa(zone: Zone) -> SOA:
    mailbox, _, host = zone.email.partition("@")
    soa = zone.soa
    return SOA(  # type: ignore[no-untyped-call]  # dnspython's records have no types
        _IN,
        RdataType.SOA,
        dns.name.from_text(f"{zone.server}."),
        Name((mailbox.encode(), *dns.name.from_text(f"{host.rstrip('.')}.").labels)),
        zone.serial,
        soa.refresh,
        soa.retry,
        soa.expire,
        soa.nx_domain_ttl,
    )
