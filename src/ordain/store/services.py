"""Services: domains and zones with what their customer set, and their terminations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core.service import Farewell, Kind, Service, Settings, Termination
from ordain.store import zone_removals
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

_ENDING = (
    "EXISTS (SELECT 1 FROM task t WHERE t.nic = s.nic AND t.domain = s.name AND t.function = 'DomainDelete'"
    " AND t.status IN ('todo', 'doing'))"
)
_RENEWING = (
    "EXISTS (SELECT 1 FROM task t WHERE t.nic = s.nic AND t.domain = s.name"
    " AND t.function IN ('DomainRenew', 'DomainRestore') AND t.status IN ('todo', 'doing'))"
)
_ACTIVE = "(SELECT active FROM autorenewal a WHERE a.nic = s.nic)"
_ATTEMPTS = (
    "(SELECT attempts FROM renewal r WHERE r.nic = s.nic AND r.service_id = s.service_id AND r.until = s.expires)"
)
_SELECT: dict[Kind, str] = {
    "domain": "SELECT service_id, name, created, settings, extension, expires, admin, tech, deleted,"
    f" {_ENDING}, {_ACTIVE}, {_ATTEMPTS}, {_RENEWING} FROM domain s",
    "zone": "SELECT service_id, name, created, settings FROM zone s",
}


async def of_account(tx: Tx, nic: str) -> list[Service]:
    """The account's services."""
    return [
        _service(nic, kind, row)
        for kind, select in _SELECT.items()
        for row in await tx.fetch(f"{select} WHERE s.nic = $1 ORDER BY name", nic)
    ]


async def load(tx: Tx, nic: str, service_id: int) -> Service | None:
    """One of the account's services."""
    for kind, select in _SELECT.items():
        row = await tx.fetch_one(f"{select} WHERE s.nic = $1 AND s.service_id = $2", nic, service_id)
        if row:
            return _service(nic, kind, row)
    return None


async def named(tx: Tx, nic: str, kind: Kind, name: str) -> Service | None:
    """The account's domain or zone of this name."""
    row = await tx.fetch_one(f"{_SELECT[kind]} WHERE s.nic = $1 AND s.name = $2", nic, name)
    return _service(nic, kind, row) if row else None


async def save_settings(tx: Tx, service: Service) -> None:
    """What the customer set."""
    await tx.execute(
        f"UPDATE {service.kind} SET settings = $3 WHERE nic = $1 AND name = $2",
        service.nic,
        service.name,
        pack(service.settings),
    )


async def end_zone_at(tx: Tx, nic: str, name: str, at: datetime | None) -> None:
    """When a zone is to be deleted; None for never."""
    await tx.execute("UPDATE zone SET end_at = $3 WHERE nic = $1 AND name = $2", nic, name, maybe_micros(at))


async def zones_to_end(tx: Tx, now: datetime, most: int) -> list[tuple[str, str]]:
    """Zones whose end has come: (nic, name)."""
    rows = await tx.fetch("SELECT nic, name FROM zone WHERE end_at <= $1 ORDER BY end_at LIMIT $2", micros(now), most)
    return [(nic, name) for nic, name in rows]


async def delete_zone(tx: Tx, nic: str, name: str) -> None:
    """A zone with everything in it; it is to leave the name server."""
    await tx.execute("DELETE FROM zone WHERE nic = $1 AND name = $2", nic, name)
    await zone_removals.add(tx, name)


async def save_termination(tx: Tx, asked: Termination) -> None:
    """A wish to end a service, in place of an earlier one: a former token is worth nothing any more."""
    await tx.execute(
        "INSERT INTO termination (nic, service_id, token_hash, requested, expires) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (nic, service_id) DO UPDATE SET token_hash = excluded.token_hash,"
        " requested = excluded.requested, expires = excluded.expires, confirmed = NULL",
        asked.nic,
        asked.service_id,
        asked.token_hash,
        micros(asked.requested),
        micros(asked.expires),
    )


async def by_token(tx: Tx, token_hash: str) -> Termination | None:
    """The wish that a token confirms, used or not, anybody's."""
    row = await tx.fetch_one(
        "SELECT nic, service_id, token_hash, requested, expires, confirmed FROM termination WHERE token_hash = $1",
        token_hash,
    )
    if row is None:
        return None
    return Termination(
        nic=row[0],
        service_id=row[1],
        token_hash=row[2],
        requested=instant(row[3]),
        expires=instant(row[4]),
        confirmed=maybe_instant(row[5]),
    )


async def confirm(tx: Tx, asked: Termination, farewell: Farewell, now: datetime) -> bool:
    """Use a wish's token up; False if it was, or is too old."""
    confirmed = await tx.execute(
        "UPDATE termination SET confirmed = $4, reason = $5, future_use = $6, commentary = $7"
        " WHERE nic = $1 AND service_id = $2 AND token_hash = $3 AND confirmed IS NULL AND expires > $4",
        asked.nic,
        asked.service_id,
        asked.token_hash,
        micros(now),
        farewell.reason,
        farewell.future_use,
        farewell.commentary,
    )
    return confirmed == 1


def _service(nic: str, kind: Kind, row: Row) -> Service:
    service_id, name, created, settings, *more = row
    own: dict[str, Any] = {"plan": "zone", "until": None, "admin": nic, "tech": nic}
    if kind == "domain":
        extension, expires, admin, tech, deleted, ending, active, attempts, renewing = more
        own = {
            "plan": extension,
            "until": instant(expires),
            "admin": admin,
            "tech": tech,
            "state": "deleted" if deleted is not None else "ending" if ending else "active",
            "active": active is None or bool(active),
            "unpaid": bool(attempts),
            "renewing": bool(renewing),
        }
    return Service(
        nic=nic,
        service_id=service_id,
        kind=kind,
        name=name,
        created=instant(created),
        settings=unpack_once(settings, Settings),
        **own,
    )
