"""Delivery tasks: written with what causes them, claimed by compare-and-set, one short transaction a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ordain.core.account import Account
from ordain.core.delivery import OF_ZONES, Status, Task
from ordain.core.registry import Change
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from ordain.store.database import Row, Tx

_changes: msgspec.json.Decoder[Change] = msgspec.json.Decoder(Change)
COLUMNS = (
    "nic, task_id, order_id, item_id, function, domain, transaction_id, status, attempts, silences, comment,"
    " argument, created, updated, todo_at, done_at, change, corrections"
)
_PLACES = ", ".join(f"${number}" for number in range(1, 20))


async def add(tx: Tx, task: Task, lease: timedelta | None = None) -> None:
    """A new task; one that whoever writes it has taken up already, for so long."""
    await tx.execute(
        f"INSERT INTO task ({COLUMNS}, lease_until) VALUES ({_PLACES})",
        task.nic,
        task.task_id,
        task.order_id,
        task.item_id,
        task.function,
        task.domain,
        task.transaction,
        task.status,
        task.attempts,
        task.silences,
        task.comment,
        task.argument,
        micros(task.created),
        micros(task.updated),
        micros(task.todo_at),
        maybe_micros(task.done_at),
        None if task.change is None else pack(task.change),
        pack(task.corrections),
        None if lease is None else micros(task.updated + lease),
    )


async def due(tx: Tx, now: datetime, most: int) -> list[Task]:
    """Tasks whose time has come, and those whose worker's lease ended, the longest waiting first."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE status = 'todo' AND todo_at <= $1"
        f" UNION ALL SELECT {COLUMNS} FROM task WHERE status = 'doing' AND lease_until <= $1"
        " ORDER BY todo_at LIMIT $2",
        micros(now),
        most,
    )
    return [read(row) for row in rows]


async def claim(tx: Tx, before: Task, claimed: Task, lease: timedelta) -> bool:
    """Take a task up for so long, if nobody did since it was read: attempts is the version compared."""
    taken = await tx.execute(
        "UPDATE task SET status = $3, attempts = $4, updated = $5, lease_until = $6, comment = $9"
        " WHERE nic = $1 AND task_id = $2 AND status = $7 AND attempts = $8",
        claimed.nic,
        claimed.task_id,
        claimed.status,
        claimed.attempts,
        micros(claimed.updated),
        micros(claimed.updated + lease),
        before.status,
        before.attempts,
        claimed.comment,
    )
    return taken == 1


async def save(tx: Tx, task: Task, before: Status = "doing") -> bool:
    """A task after its step; False if its step is over already, or somebody else's: that word counts then."""
    return await tx.execute(_SAVE, *_saved(task, before)) == 1


_SAVE = (
    "UPDATE task SET status = $3, comment = $4, argument = $5, updated = $6, todo_at = $7, done_at = $8,"
    " silences = $10, change = $12, corrections = $13, lease_until = NULL"
    " WHERE nic = $1 AND task_id = $2 AND attempts = $9 AND status = $11"
)
_END = (
    f"{_SAVE} RETURNING (SELECT profile FROM account WHERE nic = $1), (SELECT count(*) FROM task other"
    " WHERE other.nic = $1 AND other.order_id = $14 AND other.item_id = $15 AND other.task_id <> $2"
    " AND other.status <> 'done')"
)


def _saved(task: Task, before: Status) -> tuple[int | str | None, ...]:
    return (
        task.nic,
        task.task_id,
        task.status,
        task.comment,
        task.argument,
        micros(task.updated),
        micros(task.todo_at),
        maybe_micros(task.done_at),
        task.attempts,
        task.silences,
        before,
        None if task.change is None else pack(task.change),
        pack(task.corrections),
    )


async def end(tx: Tx, task: Task, *, counts: bool) -> tuple[Account, int] | None:
    """A task after its step, as `save`: its account, and how many other tasks of the order's item are not done.

    None if its step is over already. In one statement: every delivery asks for all three. Without `counts` the number
    is 0, and no other task is looked at, which on PostgreSQL would be in the way of whoever adds one.
    """
    order_id = task.order_id if counts and task.order_id else None
    row = await tx.fetch_one(_END, *_saved(task, "doing"), order_id, task.item_id)
    if row is None:
        return None
    if row[0] is None:
        message = f"account {task.nic} is gone"
        raise LookupError(message)
    return unpack_once(row[0], Account), row[1]


async def of_order(tx: Tx, nic: str, order_id: int) -> list[Task]:
    """An order's tasks."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND order_id = $2 ORDER BY task_id",
        nic,
        order_id,
    )
    return [read(row) for row in rows]


async def all_done(tx: Tx, nic: str, order_id: int, item_id: int) -> bool:
    """Whether every task of an order's item is done."""
    row = await tx.fetch_one(
        "SELECT 1 FROM task WHERE nic = $1 AND order_id = $2 AND item_id = $3 AND status <> 'done' LIMIT 1",
        nic,
        order_id,
        item_id,
    )
    return row is None


async def of_account(tx: Tx, nic: str) -> list[Task]:
    """The account's tasks at registries: those of zones are not among them, as in the contract."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND function NOT IN ($2, $3) ORDER BY task_id",
        nic,
        *OF_ZONES,
    )
    return [read(row) for row in rows]


async def of_domain(tx: Tx, nic: str, domain: str) -> list[Task]:
    """The tasks of one of the account's names, at its registry and of its zone."""
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND domain = $2 ORDER BY task_id", nic, domain)
    return [read(row) for row in rows]


async def wishes(tx: Tx, nic: str, domain: str) -> list[Task]:
    """What the account wishes for one of its names without an order, and is not under way."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND domain = $2 AND order_id = 0 AND status IN ('todo', 'error')"
        " ORDER BY task_id",
        nic,
        domain,
    )
    return [read(row) for row in rows]


async def about(tx: Tx, domain: str) -> list[Task]:
    """The tasks about a name that are not done or cancelled, of all accounts."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE domain = $1 AND status IN ('todo', 'doing', 'error') ORDER BY task_id",
        domain,
    )
    return [read(row) for row in rows]


async def unsettled(tx: Tx, nic: str) -> list[Task]:
    """The account's tasks that are not done or cancelled."""
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND status IN ('todo', 'doing', 'error') ORDER BY task_id", nic
    )
    return [read(row) for row in rows]


async def read_rows(tx: Tx, which: str, *arguments: object) -> list[Task]:
    """Tasks by a condition of the back office's (`store/office_lists.py`)."""
    return [read(row) for row in await tx.fetch(f"SELECT {COLUMNS} FROM task {which}", *arguments)]


async def find(tx: Tx, task_id: int) -> Task | None:
    """A task of anybody's, for the operator."""
    row = await tx.fetch_one(f"SELECT {COLUMNS} FROM task WHERE task_id = $1", task_id)
    return read(row) if row else None


async def load(tx: Tx, nic: str, task_id: int) -> Task | None:
    """One of the account's tasks."""
    row = await tx.fetch_one(
        f"SELECT {COLUMNS} FROM task WHERE nic = $1 AND task_id = $2",
        nic,
        task_id,
    )
    return read(row) if row else None


def read(row: Row) -> Task:
    """A task from its `COLUMNS`."""
    return Task(
        nic=row[0],
        task_id=row[1],
        order_id=row[2],
        item_id=row[3],
        function=row[4],
        domain=row[5],
        transaction=row[6],
        status=row[7],
        attempts=row[8],
        silences=row[9],
        comment=row[10],
        argument=row[11],
        created=instant(row[12]),
        updated=instant(row[13]),
        todo_at=instant(row[14]),
        done_at=maybe_instant(row[15]),
        change=None if row[16] is None else _changes.decode(row[16]),
        corrections=unpack(row[17], dict[str, str]),
    )
