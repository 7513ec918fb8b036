"""The extensions catalogues had, and whether anybody has a name of one, or has ordered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.store.columns import micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ordain.store.database import Tx


async def known(tx: Tx) -> set[str]:
    """Every extension of a catalogue that was ever served with."""
    return {row[0] for row in await tx.fetch("SELECT name FROM catalogue_extension")}


async def add(tx: Tx, names: Iterable[str]) -> None:
    """Extensions a catalogue has. What is there already stays."""
    sql = "INSERT INTO catalogue_extension (name) VALUES ($1) ON CONFLICT (name) DO NOTHING"
    await tx.execute_many(sql, [(name,) for name in names])


async def is_in_use(tx: Tx, name: str, since: datetime) -> bool:
    """Whether names under an extension are held, being delivered, or in an order since then that is not paid.

    Each answered by an index: of extensions, of tasks that are not over, and of days.
    """
    row = await tx.fetch_one(
        "SELECT 1 FROM domain WHERE extension = $1"
        " UNION ALL SELECT 1 FROM task t JOIN placed_order o ON o.nic = t.nic AND o.order_id = t.order_id"
        " WHERE t.status IN ('todo', 'doing', 'error') AND o.content LIKE $2"
        " UNION ALL SELECT 1 FROM placed_order o WHERE o.placed > $3 AND o.content LIKE $2"
        " AND NOT EXISTS (SELECT 1 FROM payment p WHERE p.nic = o.nic AND p.order_id = o.order_id) LIMIT 1",
        name,
        f'%"plan":"{name}"%',
        micros(since),
    )
    return row is not None
