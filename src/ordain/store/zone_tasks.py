"""Tasks of zones: written with what causes them, claimed by compare-and-set like those of delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.delivery import ANYCAST, ZONE, Status
from ordain.core.zone_task import PUBLISH, ZoneTask
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from ordain.store.database import Row, Tx

_COLUMNS = "nic, zone, task_id, function, status, attempts, silences, comment, created, updated, todo_at, done_at"


async def add(tx: Tx, task: ZoneTask) -> None:
    """A new task. A publication that is not begun yet stands for those asked for after it."""
    if task.function == PUBLISH and await _waiting(tx, task.nic, task.zone):
        return
    await tx.execute(
        f"INSERT INTO zone_task ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        task.nic,
        task.zone,
        task.task_id,
        task.function,
        task.status,
        task.attempts,
        task.silences,
        task.comment,
        micros(task.created),
        micros(task.updated),
        micros(task.todo_at),
        maybe_micros(task.done_at),
    )


async def _waiting(tx: Tx, nic: str, zone: str) -> bool:
    """Whether a publication waits; what is over is forgotten, for nobody can ask about it."""
    await tx.execute(
        "DELETE FROM zone_task WHERE nic = $1 AND zone = $2 AND function = $3 AND status NOT IN ('todo', 'doing')",
        nic,
        zone,
        PUBLISH,
    )
    row = await tx.fetch_one(
        "SELECT task_id FROM zone_task WHERE nic = $1 AND zone = $2 AND function = $3 AND status = 'todo'",
        nic,
        zone,
        PUBLISH,
    )
    return row is not None


async def due(tx: Tx, now: datetime, most: int) -> list[ZoneTask]:
    """Tasks whose time has come, and those whose worker's lease ended, the longest waiting first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM zone_task WHERE status = 'todo' AND todo_at <= $1"
        f" UNION ALL SELECT {_COLUMNS} FROM zone_task WHERE status = 'doing' AND lease_until <= $1"
        " ORDER BY todo_at LIMIT $2",
        micros(now),
        most,
    )
    return [_task(row) for row in rows]


async def claim(tx: Tx, before: ZoneTask, claimed: ZoneTask, lease: timedelta) -> bool:
    """Take a task up for so long, if nobody did since it was read."""
    taken = await tx.execute(
        "UPDATE zone_task SET status = $4, attempts = $5, updated = $6, lease_until = $7"
        " WHERE nic = $1 AND zone = $2 AND task_id = $3 AND status = $8 AND attempts = $9",
        claimed.nic,
        claimed.zone,
        claimed.task_id,
        claimed.status,
        claimed.attempts,
        micros(claimed.updated),
        micros(claimed.updated + lease),
        before.status,
        before.attempts,
    )
    return taken == 1


async def save(tx: Tx, task: ZoneTask, before: Status = "doing") -> bool:
    """A task after its step; False if its step is over already, or somebody else's."""
    saved = await tx.execute(
        "UPDATE zone_task SET status = $4, comment = $5, updated = $6, todo_at = $7, done_at = $8, silences = $9,"
        " lease_until = NULL WHERE nic = $1 AND zone = $2 AND task_id = $3 AND attempts = $10 AND status = $11",
        task.nic,
        task.zone,
        task.task_id,
        task.status,
        task.comment,
        micros(task.updated),
        micros(task.todo_at),
        maybe_micros(task.done_at),
        task.silences,
        task.attempts,
        before,
    )
    return saved == 1


_CREATIONS = (
    "SELECT nic, domain, task_id, function, status, attempts, silences, comment, created, updated, todo_at, done_at"
    " FROM task WHERE nic = $1 AND ((function = $2 AND status = 'done')"
    " OR (function = $3 AND status IN ('doing', 'done')))"
)


async def of_zone(tx: Tx, nic: str, zone: str) -> list[ZoneTask]:
    """All of a zone's tasks, the one that created it first."""
    made = await tx.fetch(f"{_CREATIONS} AND domain = $4 ORDER BY task_id", nic, ZONE, ANYCAST, zone)
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM zone_task WHERE nic = $1 AND zone = $2 ORDER BY task_id", nic, zone)
    return [_task(row) for row in (*made, *rows)]


async def of_account(tx: Tx, nic: str) -> list[ZoneTask]:
    """The tasks of all of an account's zones, those that created them first."""
    made = await tx.fetch(f"{_CREATIONS} ORDER BY task_id", nic, ZONE, ANYCAST)
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM zone_task WHERE nic = $1 ORDER BY task_id", nic)
    return [_task(row) for row in (*made, *rows)]


async def load(tx: Tx, nic: str, task_id: int) -> ZoneTask | None:
    """One task of any of an account's zones."""
    row = await tx.fetch_one(f"SELECT {_COLUMNS} FROM zone_task WHERE nic = $1 AND task_id = $2", nic, task_id)
    row = row or await tx.fetch_one(f"{_CREATIONS} AND task_id = $4", nic, ZONE, ANYCAST, task_id)
    return _task(row) if row else None


def _task(row: Row) -> ZoneTask:
    return ZoneTask(
        nic=row[0],
        zone=row[1],
        task_id=row[2],
        function=row[3],
        status=row[4],
        attempts=row[5],
        silences=row[6],
        comment=row[7],
        created=instant(row[8]),
        updated=instant(row[9]),
        todo_at=instant(row[10]),
        done_at=maybe_instant(row[11]),
    )
