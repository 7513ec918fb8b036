"""What becomes of a zone's records: told before it is done, and between two points of its history."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.zone import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.core.zone import Record, Zone


class Line(Struct, frozen=True, order=True):
    """A record as people compare it; a `ttl` of 0 is the zone's own."""

    sub_domain: str
    kind: str
    target: str
    ttl: int


class Diff(Struct, frozen=True):
    """The lines that go, those that come, and how many stay."""

    gone: tuple[Line, ...]
    new: tuple[Line, ...]
    kept: int


def line(record: Record) -> Line:
    """A record as it is compared."""
    return Line(record.sub_domain, record.kind, record.target, record.ttl)


def diff(before: Iterable[Record], after: Iterable[Record]) -> Diff:
    """From the records of one state to those of another: only the customer's own, in the order of their names."""
    old, new = ({line(record) for record in records if record.origin == OWN} for records in (before, after))
    return Diff(tuple(sorted(old - new)), tuple(sorted(new - old)), len(old & new))


def mark(record: Record) -> str:
    """A text that is another one whenever the record is."""
    return _digest(f"{record.record_id} {line(record)}")


def soa_mark(zone: Zone) -> str:
    """A text that is another one whenever the zone's SOA is, but for its serial."""
    return _digest(f"{zone.name} {zone.soa}")


def zone_mark(zone: Zone) -> str:
    """A text that is another one whenever the zone's records, or its SOA, are."""
    lines = sorted(f"{record.record_id} {line(record)}" for record in zone.records)
    return _digest("\n".join([zone.name, str(zone.soa), *lines]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
