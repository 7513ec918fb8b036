"""Zones that are to leave the name server: written where a zone is deleted, in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.delivery import ZONE
from ordain.core.zone_task import Removal
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


async def add(tx: Tx, name: str) -> None:
    """A zone was deleted: it is to leave, as soon as somebody looks."""
    await tx.execute(
        "INSERT INTO zone_removal (name, todo_at, sent, silences) VALUES ($1, 0, 0, 0)"
        " ON CONFLICT (name) DO UPDATE SET todo_at = 0, silences = 0",
        name,
    )


async def due(tx: Tx, now: datetime, most: int) -> list[Removal]:
    """Those whose time has come, the longest waiting first."""
    rows = await tx.fetch(
        "SELECT name, todo_at, sent, silences FROM zone_removal WHERE todo_at <= $1 ORDER BY todo_at, name LIMIT $2",
        micros(now),
        most,
    )
    return [Removal(name=row[0], todo_at=instant(row[1]), sent=bool(row[2]), silences=row[3]) for row in rows]


async def save(tx: Tx, before: Removal, after: Removal) -> bool:
    """How it stands now; False if somebody else took it up, or the zone was deleted once more."""
    saved = await tx.execute(
        "UPDATE zone_removal SET todo_at = $3, sent = $4, silences = $5 WHERE name = $1 AND todo_at = $2",
        before.name,
        micros(before.todo_at),
        micros(after.todo_at),
        int(after.sent),
        after.silences,
    )
    return saved == 1


async def delete(tx: Tx, removal: Removal) -> bool:
    """It is over; False as above."""
    deleted = await tx.execute(
        "DELETE FROM zone_removal WHERE name = $1 AND todo_at = $2", removal.name, micros(removal.todo_at)
    )
    return deleted == 1


async def holder(tx: Tx, name: str) -> str | None:
    """An account that has a zone of this name."""
    row = await tx.fetch_one("SELECT nic FROM zone WHERE name = $1 ORDER BY nic", name)
    return str(row[0]) if row else None


async def is_coming(tx: Tx, name: str) -> bool:
    """Whether a zone of this name may be published before it is anybody's: its delivery has begun."""
    row = await tx.fetch_one(
        "SELECT task_id FROM task WHERE domain = $1 AND function = $2 AND attempts > 0 AND status IN ('todo', 'doing')",
        name,
        ZONE,
    )
    return row is not None
