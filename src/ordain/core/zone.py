"""A DNS zone: its records, its SOA, its serial, and what it starts with."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

TTL = 3600
SERIALS = 1 << 32
"""Serials are numbers of 32 bits that go on at 0 (RFC 1982)."""

OWN, DYN_HOST, REDIRECTION = "record", "dynHost", "redirection"
"""Where a record comes from: the customer's own, a dynHost's, a redirection's."""


class Record(Struct, frozen=True):
    """One record (domain.zone.Record); `sub_domain` is empty at the zone's apex, a `ttl` of 0 is the zone's own."""

    record_id: int
    kind: str
    sub_domain: str
    target: str
    ttl: int = TTL
    origin: str = OWN
    part_of: int = 0
    """The redirection it belongs to."""


class Soa(Struct, frozen=True, omit_defaults=True):
    """What a zone's SOA record says beside its serial (RFC 1035 §3.3.13); empty texts stand for what is usual here."""

    server: str = ""
    email: str = ""
    refresh: int = 86400
    retry: int = 3600
    expire: int = 3600000
    nx_domain_ttl: int = 300
    """How long it is remembered that a name does not exist (RFC 2308)."""
    ttl: int = TTL


class Zone(Struct, frozen=True):
    """A zone with its records."""

    name: str
    name_servers: tuple[str, ...]
    created: datetime
    records: tuple[Record, ...] = ()
    serial: int = 0
    soa: Soa = Soa()
    dnssec: str = "disabled"
    """domain.DnssecStatusEnum."""
    updated: datetime | None = None
    staged: bool = False
    """It was changed since it was last published."""

    @property
    def server(self) -> str:
        """The primary name server, without a final dot."""
        return self.soa.server or self.name_servers[0]

    @property
    def email(self) -> str:
        """Who answers for the zone (RFC 2142)."""
        return self.soa.email or f"hostmaster@{self.name}"

    @property
    def signed(self) -> bool:
        """Whether it is to be served signed: until nobody vouches for its keys any more."""
        return self.dnssec != "disabled"


class Point(Struct, frozen=True):
    """A zone as it was at an instant: what was published then, and can be restored."""

    created: datetime
    serial: int
    soa: Soa
    records: tuple[Record, ...]


def first_serial(created: datetime) -> int:
    """The serial a zone starts with: its day and two digits, as RFC 1912 §2.2 recommends."""
    return (created.year * 10_000 + created.month * 100 + created.day) * 100


def next_serial(serial: int, now: datetime) -> int:
    """The serial after this one: today's first if that is newer, else the next number."""
    today = first_serial(now)
    return today if newer(today, serial) else (serial + 1) % SERIALS


def newer(serial: int, than: int) -> bool:
    """Whether name servers take the one for newer than the other (RFC 1982 §3.2)."""
    return 0 < (serial - than) % SERIALS < SERIALS // 2


def soa_text(zone: Zone) -> str:
    """The target of the zone's SOA record."""
    mailbox, _, host = zone.email.partition("@")
    escaped = mailbox.replace(".", "\\.")
    soa = zone.soa
    return (
        f"{zone.server}. {escaped}.{host.rstrip('.')}."
        f" {zone.serial} {soa.refresh} {soa.retry} {soa.expire} {soa.nx_domain_ttl}"
    )


class Anycast(Struct, frozen=True):
    """That a zone has DNS anycast: since when, until when, and whether it is being taken away."""

    service_id: int
    created: datetime
    until: datetime
    ending: bool = False


def served_by(
    records: Sequence[Record], before: Sequence[str], hosts: Sequence[str], ids: Sequence[int]
) -> tuple[Record, ...]:
    """These records with other name servers of the zone in place of those `before`; an id for each of the hosts."""
    former, wanted = {f"{host}." for host in before}, [f"{host}." for host in hosts]
    stays = [r for r in records if not (_is_apex_server(r) and r.target.lower() in former)]
    there = {r.target.lower() for r in stays if _is_apex_server(r)}
    new = [Record(number, "NS", "", target) for number, target in zip(ids, wanted, strict=True) if target not in there]
    return (*new, *stays)


def _is_apex_server(record: Record) -> bool:
    return record.kind == "NS" and not record.sub_domain


OPERATORS = "This name is the operator's own: its zone cannot be ordered"


class Holders(Struct, frozen=True):
    """The accounts that hold a name's domain, its zone, a domain or zone above it, and a zone below it."""

    domains: AbstractSet[str] = frozenset()
    zones: AbstractSet[str] = frozenset()
    above: AbstractSet[str] = frozenset()
    below: AbstractSet[str] = frozenset()


def obstacle(nic: str, held: Holders) -> str | None:
    """Why this account cannot have a zone for a name with these holders.

    A zone comes with the domain or, for a name registered elsewhere, to whoever is first here. A name server answers
    from the longest zone there is: one above or below another account's would take names from it.
    """
    if nic in held.zones:
        return "This zone is hosted in your account already"
    if held.zones or (held.domains and nic not in held.domains):
        return "This name belongs to another account here"
    if held.above - {nic}:
        return "This name is below one that belongs to another account here"
    if held.below - {nic}:
        return "A name below this one belongs to another account here"
    return None


def is_operators(name: str, hosts: Iterable[str], public_suffix: Callable[[str], str]) -> bool:
    """Whether a name is that of one of these name servers, of what they are registered below, or below that.

    Whoever had a zone of it would say where the name servers of all zones are.
    """
    return any(name == own or name.endswith(f".{own}") for own in (_registered(host, public_suffix) for host in hosts))


def _registered(host: str, public_suffix: Callable[[str], str]) -> str:
    """The name a host's was registered as: one label below the public suffix."""
    host = host.lower().rstrip(".")
    suffix = public_suffix(host)
    label = host.removesuffix(suffix).rstrip(".").rpartition(".")[2]
    return f"{label}.{suffix}" if label else host


def above(name: str) -> list[str]:
    """The names above this one, the longest first."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels))]


def first_records(name: str, name_servers: Sequence[str], template: str | None) -> list[tuple[str, str, str]]:
    """(type, sub-domain, target) a new zone starts with: its name servers, and `www` unless minimized."""
    records = [("NS", "", f"{host}.") for host in name_servers]
    if template != "minimized":
        records.append(("CNAME", "www", f"{name}."))
    return records
