"""Zones as the DNS has them: sets of records in the one spelling that servers give back, and the keys among them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import dns.dnssec
import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.zone
from dns.rdatatype import RdataType

from ordain.core.registry import Key
from ordain.core.zone import soa_text
from ordain.core.zone_plan import gathered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dns.rdtypes.dnskeybase import DNSKEYBase

    from ordain.core import zone_plan
    from ordain.core.zone import Zone

_IN = dns.rdataclass.IN
_TOLD_OTHERWISE = frozenset({RdataType.LOC, RdataType.NAPTR, RdataType.SOA})
VOUCHED_FOR = 1
"""The flag of keys that registries are told of: secure entry points (RFC 4034 §2.1.1)."""
DELETED = 0
"""The algorithm of a CDNSKEY that asks for the zone's keys to be forgotten (RFC 8078 §4)."""


def rdata(kind: str, target: str) -> dns.rdata.Rdata:
    """A record's target, read. Raises DNSException."""
    return dns.rdata.from_text(_IN, kind, target, relativize=False)


def spelled(kind: str, target: str) -> str:
    """The target as it is compared here. What the DNS does not know, such as ALIAS, stays as it is."""
    try:
        return _text(rdata(kind, target))
    except (dns.exception.DNSException, ValueError):
        return target


def _text(read: dns.rdata.Rdata) -> str:
    """As every server gives it back: a LOC's sizes as they are rounded on the wire, names in small letters.

    Knot keeps all names so, and BIND some. Those of other types are written so before (`flows/zone_text`).
    """
    if read.rdtype not in _TOLD_OTHERWISE:
        return read.to_text()
    wire = read.to_digestable()
    return dns.rdata.from_wire(_IN, read.rdtype, wire, 0, len(wire)).to_text()


def wanted(zone: Zone) -> dict[zone_plan.Key, zone_plan.RecordSet]:
    """What is to be served, the SOA with it. Its targets are canonical already, but for what servers tell otherwise."""
    otherwise = {kind.name for kind in _TOLD_OTHERWISE}
    records = [
        (r.sub_domain, r.kind, r.ttl, spelled(r.kind, r.target) if r.kind in otherwise else r.target)
        for r in zone.records
    ]
    return gathered([*records, ("", "SOA", zone.soa.ttl, spelled("SOA", soa_text(zone)))])


def transferred(zone: dns.zone.Zone) -> dict[zone_plan.Key, zone_plan.RecordSet]:
    """What a server has, of a zone with names in full."""
    return gathered(
        (below(name, zone.origin), dns.rdatatype.to_text(read.rdtype), ttl, _text(read))
        for name, ttl, read in zone.iterate_rdatas()
    )


def below(name: dns.name.Name, origin: dns.name.Name | None) -> str:
    """A name's sub-domain in its zone, in lower case; empty at the zone itself."""
    relative = name.relativize(origin or dns.name.root).to_text().lower()
    return "" if relative == "@" else relative


def vouched_for(keys: Iterable[DNSKEYBase]) -> tuple[Key, ...]:
    """Those among DNSKEY or CDNSKEY records that a registry should be told of, in an order that stays."""
    chosen = (key for key in keys if key.flags & VOUCHED_FOR and key.algorithm != DELETED)
    return tuple(sorted((_key(key) for key in chosen), key=lambda key: (key.tag, key.public_key)))


def _key(key: DNSKEYBase) -> Key:
    return Key(int(key.flags), int(key.algorithm), dns.dnssec.key_id(key), base64.b64encode(key.key).decode())  # type: ignore[arg-type]  # a CDNSKEY has the same parts
