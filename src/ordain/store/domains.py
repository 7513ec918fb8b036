"""Names accounts hold, and their zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.core.delivery import Domain
from ordain.core.registry import Disclosure, Host, Key
from ordain.core.zone import Holders, above
from ordain.store import zone_removals, zones
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.zone import Zone
    from ordain.store.database import Row, Tx

_DOMAIN = (
    "nic, name, extension, service_id, order_id, created, expires, updated, owner_id, admin, tech, name_servers,"
    " hosted, dnssec, ds_keys, hosts, addresses, locked, deleted, disclosed, custom_fields, leaving, on_hold"
)


async def add(tx: Tx, domain: Domain, look_at: datetime) -> None:
    """A delivered name, and when the end of its term is looked after first."""
    await tx.execute(
        "INSERT INTO domain (nic, name, extension, service_id, order_id, created, dnssec, look_at,"
        f" {', '.join(_CHANGING)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,"
        " $18, $19, $20, $21, $22, $23, $24)",
        domain.nic,
        domain.name,
        domain.extension,
        domain.service_id,
        domain.order_id,
        micros(domain.created),
        int(domain.dnssec),
        micros(look_at),
        *_changing(domain),
    )


async def save(tx: Tx, domain: Domain) -> None:
    """A name whose facts have changed."""
    await tx.execute(
        f"UPDATE domain SET {', '.join(f'{name} = ${at}' for at, name in enumerate(_CHANGING, start=3))}"
        " WHERE nic = $1 AND name = $2",
        domain.nic,
        domain.name,
        *_changing(domain),
    )


_CHANGING = (
    "expires", "updated", "owner_id", "admin", "tech", "name_servers", "hosted", "ds_keys", "hosts", "addresses",
    "locked", "deleted", "disclosed", "custom_fields", "leaving", "on_hold",
)  # fmt: skip
"""Columns that change while a name is held, in the order of `_changing`."""


def _changing(domain: Domain) -> tuple[int | str | None, ...]:
    return (
        micros(domain.expires),
        micros(domain.updated),
        domain.owner_id,
        domain.admin,
        domain.tech,
        pack(domain.name_servers),
        int(domain.hosted),
        pack(domain.keys),
        pack(domain.hosts),
        pack(domain.addresses),
        int(domain.locked),
        maybe_micros(domain.deleted),
        pack(domain.disclosed),
        pack(domain.custom_fields),
        maybe_micros(domain.leaving),
        int(domain.on_hold),
    )


async def release(tx: Tx, nic: str, name: str) -> None:
    """A name that is this account's no longer."""
    await tx.execute("DELETE FROM domain WHERE nic = $1 AND name = $2", nic, name)


async def of_name(tx: Tx, name: str) -> list[Domain]:
    """The name as it is held here, by whichever account."""
    return [_domain(row) for row in await tx.fetch(f"SELECT {_DOMAIN} FROM domain WHERE name = $1", name)]


async def leaving_by(tx: Tx, now: datetime, most: int) -> list[Domain]:
    """Names another registrar was to have by now, the longest due first."""
    sql = f"SELECT {_DOMAIN} FROM domain WHERE leaving IS NOT NULL AND leaving <= $1 ORDER BY leaving LIMIT $2"
    return [_domain(row) for row in await tx.fetch(sql, micros(now), most)]


async def load(tx: Tx, nic: str, name: str) -> Domain | None:
    """One of the account's names."""
    row = await tx.fetch_one(f"SELECT {_DOMAIN} FROM domain WHERE nic = $1 AND name = $2", nic, name)
    return _domain(row) if row else None


async def owned_by(tx: Tx, nic: str, contact_id: int) -> list[Domain]:
    """The account's names that belong to this contact."""
    rows = await tx.fetch(
        f"SELECT {_DOMAIN} FROM domain WHERE nic = $1 AND owner_id = $2 ORDER BY name", nic, contact_id
    )
    return [_domain(row) for row in rows]


async def all_of(tx: Tx, nic: str) -> list[Domain]:
    """The account's names with all that is known of each."""
    return [_domain(row) for row in await tx.fetch(f"SELECT {_DOMAIN} FROM domain WHERE nic = $1 ORDER BY name", nic)]


def _domain(row: Row) -> Domain:
    return Domain(
        nic=row[0],
        name=row[1],
        extension=row[2],
        service_id=row[3],
        order_id=row[4],
        created=instant(row[5]),
        expires=instant(row[6]),
        updated=instant(row[7]),
        owner_id=row[8],
        admin=row[9],
        tech=row[10],
        name_servers=unpack(row[11], tuple[str, ...]),
        hosted=bool(row[12]),
        dnssec=bool(row[13]),
        keys=unpack(row[14], tuple[Key, ...]),
        hosts=unpack(row[15], tuple[Host, ...]),
        addresses=unpack(row[16], tuple[Host, ...]),
        locked=bool(row[17]),
        deleted=maybe_instant(row[18]),
        disclosed=unpack(row[19], tuple[Disclosure, ...]),
        custom_fields=unpack(row[20], dict[str, Any]),
        leaving=maybe_instant(row[21]),
        on_hold=bool(row[22]),
    )


async def names(tx: Tx, nic: str) -> list[tuple[str, int]]:
    """The account's names, each with its owner's contact id."""
    rows = await tx.fetch("SELECT name, owner_id FROM domain WHERE nic = $1 ORDER BY name", nic)
    return [(name, owner_id) for name, owner_id in rows]


async def zone_names(tx: Tx, nic: str) -> list[str]:
    """The account's zones."""
    return [row[0] for row in await tx.fetch("SELECT name FROM zone WHERE nic = $1 ORDER BY name", nic)]


async def holders(tx: Tx, name: str) -> Holders:
    """Who holds the domain of this name, its zone, and what is above and below it: of all accounts."""
    parents = above(name)
    places = ", ".join(f"${number}" for number in range(1, len(parents) + 1))
    either = f"SELECT nic FROM domain WHERE name IN ({places}) UNION SELECT nic FROM zone WHERE name IN ({places})"
    return Holders(
        {row[0] for row in await tx.fetch("SELECT nic FROM domain WHERE name = $1", name)},
        {row[0] for row in await tx.fetch("SELECT nic FROM zone WHERE name = $1", name)},
        {row[0] for row in await tx.fetch(either, *parents)} if parents else set(),
        {nic for nic, _ in await _zones_below(tx, name)},
    )


_LETTERS = "replace(name, '.', '')"
_LAST = f"rtrim(rtrim(name, {_LETTERS}), '.')"
_LAST_TWO = f"rtrim(rtrim({_LAST}, {_LETTERS}), '.')"
_TWO_LABELS = f"substr(name, length(rtrim({_LAST}, {_LETTERS})) + 1)"
_THREE_LABELS = f"substr(name, length(rtrim({_LAST_TWO}, {_LETTERS})) + 1)"
"""What a name ends in, as zones have indexes of it (migration 0031)."""


def _ending(name: str) -> tuple[str, str]:
    """The column that tells what zones end in, and what those below a name of two labels or more have there."""
    labels = name.split(".")
    column, end = (_TWO_LABELS, labels[-2:]) if len(labels) < 3 else (_THREE_LABELS, labels[-3:])
    return column, ".".join(end)


async def _zones_below(tx: Tx, name: str) -> list[tuple[str, str]]:
    """(account, name) of the zones below a name of two labels or more, of all accounts."""
    column, end = _ending(name)
    rows = await tx.fetch(f"SELECT nic, name FROM zone WHERE {column} = $1", end)
    return [(row[0], row[1]) for row in rows if row[1].endswith(f".{name}")]


async def delete_held(tx: Tx, nic: str, name: str, *, zones: bool) -> bool:
    """A name as anybody held it, for its registry has just given it to this account; with `zones` others' of it, too.

    One look tells what there is: most names were nobody's. Whether the account wishes for something of it without an
    order (`tasks.wishes`).
    """
    column, end = _ending(name)
    rows = await tx.fetch(
        "SELECT 0 AS part, nic, name FROM domain WHERE name = $1 UNION ALL SELECT 1, nic, name FROM zone"
        f" WHERE name = $1 UNION ALL SELECT 1, nic, name FROM zone WHERE {column} = $2"
        " UNION ALL SELECT 2, nic, domain FROM task WHERE (nic, domain) = ($3, $1) AND order_id = 0"
        " AND status IN ('todo', 'error')",
        name,
        end,
        nic,
    )
    for holder in {row[1] for row in rows if row[0] == _HELD}:
        await release(tx, holder, name)
    if zones:
        await _delete_zones(tx, nic, name, {(row[1], row[2]) for row in rows if row[0] == _ZONE})
    return any(row[0] == _WISH for row in rows)


_HELD, _ZONE, _WISH = 0, 1, 2
"""What a row of `delete_held` tells of."""


async def delete_others_zones(tx: Tx, nic: str, name: str) -> None:
    """Zones of this name, and of those below it, in any account but this one, which has just become the name's holder.

    They are to leave.
    """
    column, end = _ending(name)
    rows = await tx.fetch(
        f"SELECT nic, name FROM zone WHERE name = $1 UNION ALL SELECT nic, name FROM zone WHERE {column} = $2",
        name,
        end,
    )
    await _delete_zones(tx, nic, name, {(row[0], row[1]) for row in rows})


async def _delete_zones(tx: Tx, nic: str, name: str, found: set[tuple[str, str]]) -> None:
    """Those of the zones (account, name) that are of this name or below it, but not this account's."""
    for other, zone in sorted(found):
        if other != nic and (zone == name or zone.endswith(f".{name}")):
            await tx.execute("DELETE FROM zone WHERE nic = $1 AND name = $2", other, zone)
            await zone_removals.add(tx, zone)


async def add_zone(tx: Tx, nic: str, zone: Zone) -> bool:
    """A new zone with its records; False, and nothing written, if the account has one of that name."""
    written = await tx.execute(
        "INSERT INTO zone (nic, name, name_servers, created, service_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (nic, name) DO NOTHING",
        nic,
        zone.name,
        pack(zone.name_servers),
        micros(zone.created),
        min(record.record_id for record in zone.records),  # an id that no other service has, and it keeps it for good
    )
    if written:
        await zones.add_records(tx, nic, zone.name, zone.records)
        await zones.add_first_point(tx, nic, zone)
    return written == 1


async def zone(tx: Tx, nic: str, name: str) -> Zone | None:
    """One of the account's zones with its records."""
    head = await zones.head(tx, nic, name)
    return structs.replace(head, records=await zones.records(tx, nic, name)) if head else None
