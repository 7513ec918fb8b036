"""What records a zone may hold: names, TTLs, and which records can stand beside each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import idna
from msgspec import Struct

from ordain.core.zone import OWN, REDIRECTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ordain.core.zone import Record, Zone

MOST_RECORDS = 5000
"""Of one zone."""
MOST_NAMES = 20_000
"""Of one zone, with those that are only there because something is below: a record can bring more than a hundred."""
MOST_LABELS = 127
"""Of one name (RFC 1035 §2.3.4)."""
LEAST_TTL, MOST_TTL = 60, 2**31 - 1
LONGEST_TARGET = 4096

DNS_TYPES = {"SPF": "TXT", "DKIM": "TXT", "DMARC": "TXT"}
"""Types of the contract that are another one in the DNS (RFC 7208 §3.1); all others are themselves."""
NAMED = {"DMARC": re.compile(r"_dmarc(\..+)?"), "DKIM": re.compile(r".+\._domainkey(\..+)?")}
"""Types that mean something at such names only (RFC 7489 §6.1, RFC 6376 §3.6.2.1)."""
HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.ASCII)
"""A host name in lower case, without a final dot."""
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?|\*", re.ASCII)
_ADDRESSES = frozenset({"A", "AAAA", "CNAME"})


class Bad(ValueError):
    """A name, a target or a TTL that cannot be; its text is a sentence without its subject."""


class Entry(Struct, frozen=True):
    """A record as the DNS knows it: `target` is in canonical form, so that equal records look equal."""

    sub_domain: str
    type: str
    target: str
    origin: str = OWN


def dns_type(kind: str) -> str:
    """The type of the DNS that the contract's type is."""
    return DNS_TYPES.get(kind, kind)


def sub_domain(text: str, zone: str) -> str:
    """The sub-domain in lower case and A-labels, empty for the zone itself (also as "@"). Raises Bad."""
    name = text.strip().lower()
    if name in ("", "@"):
        return ""
    if name.endswith("."):
        message = f"is relative to {zone}: write it without the final dot"
        raise Bad(message)
    labels = [_label(label) for label in name.split(".")]
    if "*" in labels[1:]:
        message = "can have a * in the first place only (RFC 4592)"
        raise Bad(message)
    whole = ".".join(labels)
    if len(whole) + 1 + len(zone) > 253:
        message = "is too long: with its zone a name has at most 253 characters"
        raise Bad(message)
    return whole


def _label(label: str) -> str:
    ascii_label = label
    if not label.isascii():
        try:
            ascii_label = idna.encode(label, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            message = f'"{label[:63]}" is not a permitted internationalised name: {error}'
            raise Bad(message) from error
    if not label:
        message = "has a dot with nothing in front of it"
        raise Bad(message)
    if len(ascii_label) > 63:
        message = "has a part of more than 63 characters"
        raise Bad(message)
    if not _LABEL.fullmatch(ascii_label):
        message = f'"{label}" is not made of letters, digits, hyphens inside and underscores'
        raise Bad(message)
    return ascii_label


def ttl_problem(seconds: int) -> str | None:
    """What is wrong with a record's TTL; 0 stands for the zone's own."""
    if seconds and not LEAST_TTL <= seconds <= MOST_TTL:
        return f"is from {LEAST_TTL} to {MOST_TTL} seconds, or 0 for the zone's own"
    return None


def place_problem(kind: str, name: str) -> str | None:
    """Why no record of this type can stand at this sub-domain."""
    if kind == "CNAME" and not name:
        return "cannot be the zone itself: it has NS records, and a CNAME stands alone (RFC 1034 §3.6.2)"
    if kind == "NS" and name.startswith("*"):
        return "cannot be a wildcard for NS (RFC 4592 §4.2)"
    if kind in NAMED and not NAMED[kind].fullmatch(name):
        return f"of a {kind} record is such as {'_dmarc' if kind == 'DMARC' else 'selector._domainkey'}"
    return None


def names_problem(sub_domains: Iterable[str]) -> str | None:
    """Why a zone cannot have records at all of these sub-domains: each brings the names above it (RFC 4592 §2.2.2)."""
    names = {""}
    for each in sub_domains:
        name = each
        while name not in names:
            names.add(name)
            name = name.partition(".")[2]
        if len(names) > MOST_NAMES:
            return f"A zone has at most {MOST_NAMES} names, with those between it and the names of its records"
    return None


def serves(zone: Zone, record: Record) -> bool:
    """Whether the record is one of those by which the zone is found: its own name servers, which stay."""
    hosts = {f"{host}." for host in zone.name_servers}
    return record.kind == "NS" and not record.sub_domain and record.target.lower() in hosts


def clashes(entries: Iterable[Entry]) -> Iterable[tuple[int, str]]:
    """Of the records of one name, in their order: the position of each that cannot follow those before it, and why."""
    seen: set[Entry] = set()
    types: set[str] = set()
    for position, entry in enumerate(entries):
        why = _clash(entry, seen, types)
        if why:
            yield position, why
            continue
        seen.add(Entry(entry.sub_domain, entry.type, entry.target))
        types.add(entry.type if entry.origin != REDIRECTION else REDIRECTION)


def _clash(entry: Entry, seen: set[Entry], types: set[str]) -> str | None:
    where = entry.sub_domain or "the zone itself"
    redirected = entry.origin == REDIRECTION
    if not redirected and Entry(entry.sub_domain, entry.type, entry.target) in seen:
        return f"{where} has this {entry.type} record already"
    if (entry.type == "CNAME" and types) or "CNAME" in types:
        return f"{where} has {_of(types)} already: a CNAME stands alone (RFC 1034 §3.6.2)"
    if entry.type == "DNAME" and "DNAME" in types:
        return f"{where} has a DNAME already: there can be one (RFC 6672 §2.4)"
    if redirected and types & _ADDRESSES:
        return f"{where} has {_of(types & _ADDRESSES)} already: delete it to redirect the name"
    if not redirected and REDIRECTION in types and entry.type in _ADDRESSES:
        return f"{where} is redirected: delete the redirection first"
    return None


def _of(types: set[str]) -> str:
    return " and ".join(f"{kind} records" if kind != REDIRECTION else "a redirection" for kind in sorted(types))


def warnings(zone: Zone) -> Sequence[str]:
    """What is right by the rules and yet rarely meant, and what waits for a refresh."""
    found = ["Changes are staged: POST /domain/zone/{zoneName}/refresh publishes them"] if zone.staged else []
    ttls: dict[tuple[str, str], set[int]] = {}
    for record in zone.records:
        if record.kind in ("CNAME", "MX", "NS", "SRV", "PTR", "DNAME"):
            host = record.target.split()[-1]
            if "." in host and not host.endswith("."):
                where = record.sub_domain or "@"
                found.append(f"{where} {record.kind}: {host} has no final dot, and stands for {host}.{zone.name}.")
        ttls.setdefault((record.sub_domain or "@", dns_type(record.kind)), set()).add(record.ttl or zone.soa.ttl)
    mixed = sorted(key for key, different in ttls.items() if len(different) > 1)
    found += [
        f"{name} {kind}: records of one name and type with different TTLs (RFC 2181 §5.2)" for name, kind in mixed
    ]
    return found[:100]
