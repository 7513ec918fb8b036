"""What a trademark clearing house publishes, as it was imported last; nobody's in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.trademark_lists import List
    from ordain.store.database import Tx


async def made(tx: Tx, kind: str) -> datetime | None:
    """When the list of this kind that we have was published; None if we have none."""
    row = await tx.fetch_one("SELECT made FROM trademark_list WHERE kind = $1", kind)
    return instant(row[0]) if row else None


async def certificates(tx: Tx) -> str | None:
    """The list of revoked certificates (PEM), None if there is none."""
    row = await tx.fetch_one("SELECT content FROM trademark_list WHERE kind = 'crl'")
    return str(row[0]) if row else None


async def since(tx: Tx, kind: str, name: str) -> datetime | None:
    """Since when this name is on the list of this kind."""
    row = await tx.fetch_one("SELECT since FROM trademark_row WHERE kind = $1 AND name = $2", kind, name)
    return instant(row[0]) if row else None


async def claim_key(tx: Tx, label: str) -> str | None:
    """The key to the notice of a label, if the list of claims has it."""
    row = await tx.fetch_one("SELECT lookup_key FROM trademark_row WHERE kind = 'dnl' AND name = $1", label)
    return str(row[0]) if row else None


async def save_certificates(tx: Tx, content: str, made_at: datetime) -> None:
    """A newer list of revoked certificates."""
    await _head(tx, "crl", made_at, content)


async def replace(tx: Tx, new: List) -> tuple[int, int]:
    """A newer list in the place of the last one; how many rows came and went. Only what differs is written."""
    rows = await tx.fetch("SELECT name, lookup_key FROM trademark_row WHERE kind = $1", new.kind)
    held = {str(name): key for name, key in rows}
    wanted = {name for name, _, _ in new.rows}
    gone = [name for name in held if name not in wanted]
    come = [row for row in new.rows if held.get(row[0]) != row[1]]
    delete = "DELETE FROM trademark_row WHERE kind = $1 AND name = $2"
    await tx.execute_many(delete, [(new.kind, name) for name in gone])
    await tx.execute_many(
        "INSERT INTO trademark_row (kind, name, lookup_key, since) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (kind, name) DO UPDATE SET lookup_key = excluded.lookup_key, since = excluded.since",
        [(new.kind, name, key, micros(since_then)) for name, key, since_then in come],
    )
    await _head(tx, new.kind, new.made, "")
    return len(come), len(gone)


async def _head(tx: Tx, kind: str, made_at: datetime, content: str) -> None:
    await tx.execute(
        "INSERT INTO trademark_list (kind, made, content) VALUES ($1, $2, $3)"
        " ON CONFLICT (kind) DO UPDATE SET made = excluded.made, content = excluded.content",
        kind,
        micros(made_at),
        content,
    )
