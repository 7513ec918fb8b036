"""Zones and their records as they are edited, and the points of their history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.zone import Point, Record, Soa, Zone, first_serial
from ordain.store.columns import instant, micros, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ordain.store.database import Row, Tx

MOST_POINTS = 50
"""Of one zone's history: the newest ones are kept."""
_RECORD = "record_id, kind, sub_domain, target, ttl, origin, part_of"
_SECOND = 1_000_000


async def head(tx: Tx, nic: str, name: str) -> Zone | None:
    """One of the account's zones without its records."""
    row = await tx.fetch_one(
        "SELECT name_servers, created, serial, soa, dnssec, updated, staged FROM zone WHERE nic = $1 AND name = $2",
        nic,
        name,
    )
    if row is None:
        return None
    created = instant(row[1])
    return Zone(
        name=name,
        name_servers=unpack(row[0], tuple[str, ...]),
        created=created,
        serial=row[2] or first_serial(created),
        soa=unpack(row[3], Soa),
        dnssec=row[4],
        updated=instant(row[5]) if row[5] else created,
        staged=bool(row[6]),
    )


async def save(tx: Tx, nic: str, zone: Zone, now: datetime) -> None:
    """A zone's SOA, serial and standing, as they are from now on; its records have rows of their own."""
    await tx.execute(
        "UPDATE zone SET serial = $3, soa = $4, dnssec = $5, updated = $6, staged = $7 WHERE nic = $1 AND name = $2",
        nic,
        zone.name,
        zone.serial,
        pack(zone.soa),
        zone.dnssec,
        micros(now),
        int(zone.staged),
    )


async def save_name_servers(tx: Tx, nic: str, zone: Zone) -> None:
    """Who answers for a zone from now on."""
    await tx.execute(
        "UPDATE zone SET name_servers = $3 WHERE nic = $1 AND name = $2", nic, zone.name, pack(zone.name_servers)
    )


async def records(tx: Tx, nic: str, zone: str) -> tuple[Record, ...]:
    """All of a zone's records, whatever they come from."""
    rows = await tx.fetch(
        f"SELECT {_RECORD} FROM zone_record WHERE nic = $1 AND zone = $2 ORDER BY record_id", nic, zone
    )
    return tuple(map(_record, rows))


async def records_at(tx: Tx, nic: str, zone: str, sub_domain: str) -> list[Record]:
    """The records of one name, the oldest first."""
    rows = await tx.fetch(
        f"SELECT {_RECORD} FROM zone_record WHERE nic = $1 AND zone = $2 AND sub_domain = $3 ORDER BY record_id",
        nic,
        zone,
        sub_domain,
    )
    return [_record(row) for row in rows]


async def record(tx: Tx, nic: str, zone: str, record_id: int) -> Record | None:
    """One record."""
    row = await tx.fetch_one(
        f"SELECT {_RECORD} FROM zone_record WHERE nic = $1 AND zone = $2 AND record_id = $3", nic, zone, record_id
    )
    return _record(row) if row else None


async def count(tx: Tx, nic: str, zone: str) -> int:
    """How many records a zone has."""
    row = await tx.fetch_one("SELECT count(*) FROM zone_record WHERE nic = $1 AND zone = $2", nic, zone)
    return int(row[0]) if row else 0


async def most_names(tx: Tx, nic: str, zone: str) -> int:
    """How many names a zone has at most, itself not counted: as if no two records shared one."""
    labels = "length(sub_domain) - length(replace(sub_domain, '.', '')) + 1"
    row = await tx.fetch_one(f"SELECT sum({labels}) FROM zone_record WHERE nic = $1 AND zone = $2", nic, zone)
    return int(row[0] or 0) if row else 0


async def sub_domains(tx: Tx, nic: str, zone: str) -> list[str]:
    """Where a zone has records."""
    rows = await tx.fetch("SELECT DISTINCT sub_domain FROM zone_record WHERE nic = $1 AND zone = $2", nic, zone)
    return [row[0] for row in rows]


async def add_records(tx: Tx, nic: str, zone: str, new: Iterable[Record]) -> None:
    """New records."""
    await tx.execute_many(
        f"INSERT INTO zone_record (nic, zone, {_RECORD}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [(nic, zone, r.record_id, r.kind, r.sub_domain, r.target, r.ttl, r.origin, r.part_of) for r in new],
    )


async def change_record(tx: Tx, nic: str, zone: str, changed: Record) -> None:
    """A record with another name, target or TTL."""
    await tx.execute(
        "UPDATE zone_record SET kind = $4, sub_domain = $5, target = $6, ttl = $7"
        " WHERE nic = $1 AND zone = $2 AND record_id = $3",
        nic,
        zone,
        changed.record_id,
        changed.kind,
        changed.sub_domain,
        changed.target,
        changed.ttl,
    )


async def delete_record(tx: Tx, nic: str, zone: str, record_id: int) -> None:
    """A record goes."""
    await tx.execute("DELETE FROM zone_record WHERE nic = $1 AND zone = $2 AND record_id = $3", nic, zone, record_id)


async def delete_records_from(tx: Tx, nic: str, zone: str, origin: str, part_of: int | None = None) -> None:
    """All records of one origin go: those of one redirection, if it is named."""
    await tx.execute(
        "DELETE FROM zone_record WHERE nic = $1 AND zone = $2 AND origin = $3"
        " AND (CAST($4 AS INTEGER) IS NULL OR part_of = $4)",
        nic,
        zone,
        origin,
        part_of,
    )


async def add_point(tx: Tx, nic: str, zone: Zone, now: datetime) -> None:
    """Keep the zone as it is now. A point is named by its second: one made in the same second as the last is the next.

    Only the newest points are kept.
    """
    row = await tx.fetch_one("SELECT max(created) FROM zone_point WHERE nic = $1 AND zone = $2", nic, zone.name)
    second = micros(now) // _SECOND * _SECOND
    await _insert_point(tx, nic, zone, max(second, row[0] + _SECOND) if row and row[0] is not None else second)
    await tx.execute(
        "DELETE FROM zone_point WHERE nic = $1 AND zone = $2 AND created <= (SELECT created FROM zone_point"
        " WHERE nic = $1 AND zone = $2 ORDER BY created DESC LIMIT 1 OFFSET $3)",
        nic,
        zone.name,
        MOST_POINTS,
    )


async def add_first_point(tx: Tx, nic: str, zone: Zone) -> None:
    """The same of a zone that has just been written: it has no history."""
    await _insert_point(tx, nic, zone, micros(zone.created) // _SECOND * _SECOND)


async def _insert_point(tx: Tx, nic: str, zone: Zone, created: int) -> None:
    point = Point(instant(created), zone.serial or first_serial(zone.created), zone.soa, zone.records)
    await tx.execute(
        "INSERT INTO zone_point (nic, zone, created, serial, content) VALUES ($1, $2, $3, $4, $5)",
        nic,
        zone.name,
        created,
        point.serial,
        pack(point),
    )


async def points(tx: Tx, nic: str, zone: str) -> list[datetime]:
    """The instants of a zone's history, the newest first."""
    rows = await tx.fetch(
        "SELECT created FROM zone_point WHERE nic = $1 AND zone = $2 ORDER BY created DESC", nic, zone
    )
    return [instant(row[0]) for row in rows]


async def point(tx: Tx, nic: str, zone: str, created: datetime) -> Point | None:
    """One point of its history."""
    row = await tx.fetch_one(
        "SELECT content FROM zone_point WHERE nic = $1 AND zone = $2 AND created = $3", nic, zone, micros(created)
    )
    return unpack(row[0], Point) if row else None


async def latest_point(tx: Tx, nic: str, zone: str) -> Point | None:
    """The newest point: the zone as it was last published."""
    row = await tx.fetch_one(
        "SELECT content FROM zone_point WHERE nic = $1 AND zone = $2 ORDER BY created DESC LIMIT 1", nic, zone
    )
    return unpack(row[0], Point) if row else None


async def latest_serial(tx: Tx, nic: str, zone: str) -> int | None:
    """The serial of the newest point."""
    row = await tx.fetch_one(
        "SELECT serial FROM zone_point WHERE nic = $1 AND zone = $2 ORDER BY created DESC LIMIT 1", nic, zone
    )
    return int(row[0]) if row else None


def _record(row: Row) -> Record:
    return Record(*row)
