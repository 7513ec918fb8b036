"""What of the database is measured: work that waits, and whether balances are what the ledger says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from ordain.store.database import Tx

_OPEN = "status IN ('todo', 'doing', 'error')"

_WAITING = {
    "mail": "SELECT count(*) FROM mail WHERE status = 'unsent'",
    "bill": "SELECT count(*) FROM payment WHERE bill_id IS NULL",
    "credit note": "SELECT count(*) FROM refund WHERE note_id IS NULL",
    "charge": "SELECT count(*) FROM charge WHERE undecided = 1",
    "zone removal": "SELECT count(*) FROM zone_removal",
    "card return": "SELECT count(*) FROM card_return WHERE status = 'due'",
}
"""What waits for the worker, or for somebody it asked. Each count is read off an index of what waits alone."""

_HELD = (
    "SELECT coalesce(sum(abs(b.ucents - t.{side}_held)), 0) FROM ledger_head h"
    " JOIN ledger_transfer t ON t.nic = h.nic AND t.place = h.place"
    " JOIN balance b ON b.nic = h.nic AND 'balance:' || b.name = t.{side}"
)


class Tasks(Struct, frozen=True):
    """Tasks of one kind in one state; when the first of them was to begin."""

    kind: str
    status: str
    count: int
    first: datetime


async def tasks(tx: Tx, now: datetime) -> list[Tasks]:
    """The tasks that are not settled. Those to be done are told apart: due, or planned for later."""
    rows = await tx.fetch(
        " UNION ALL ".join(
            f"SELECT '{table}', CASE WHEN status = 'todo' AND todo_at <= $1 THEN 'due' ELSE status END, count(*),"
            f" min(todo_at) FROM {table} WHERE {_OPEN} GROUP BY 1, 2"
            for table in ("task", "zone_task")
        ),
        micros(now),
    )
    return [Tasks(kind, status, count, instant(first)) for kind, status, count, first in rows]


async def waiting(tx: Tx) -> dict[str, int]:
    """How much of each kind waits."""
    return {what: (await tx.fetch(sql))[0][0] for what, sql in _WAITING.items()}


async def imbalance(tx: Tx) -> int:
    """By how many micro-cents balances differ from what the last transfer of their account says they hold.

    Of all currencies, added up: anything but 0 is for `ordain ledger` to look into. It costs a look at each account's
    last transfer, not at all of them.
    """
    return sum([(await tx.fetch(_HELD.format(side=side)))[0][0] for side in ("debited", "credited")])
