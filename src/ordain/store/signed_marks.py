"""Accounts' signed mark data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.signed_mark import SignedMark
from ordain.store.columns import pack, unpack

if TYPE_CHECKING:
    from ordain.store.database import Tx


async def of_account(tx: Tx, nic: str) -> list[tuple[str, SignedMark]]:
    """The account's files with the ids we gave them."""
    rows = await tx.fetch("SELECT smd_id, content FROM signed_mark WHERE nic = $1 ORDER BY smd_id", nic)
    return [(smd_id, unpack(content, SignedMark)) for smd_id, content in rows]


async def load(tx: Tx, nic: str, smd_id: str) -> SignedMark | None:
    """One of the account's files."""
    row = await tx.fetch_one("SELECT content FROM signed_mark WHERE nic = $1 AND smd_id = $2", nic, smd_id)
    return unpack(row[0], SignedMark) if row else None


async def id_of(tx: Tx, nic: str, mark_id: str) -> str | None:
    """The id we gave the account's file for this mark, if it has one."""
    row = await tx.fetch_one("SELECT smd_id FROM signed_mark WHERE nic = $1 AND mark_id = $2", nic, mark_id)
    return str(row[0]) if row else None


async def save(tx: Tx, nic: str, smd_id: str, mark: SignedMark) -> None:
    """A file, new or in the place of another."""
    await tx.execute(
        "INSERT INTO signed_mark (nic, smd_id, mark_id, content) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (nic, smd_id) DO UPDATE SET mark_id = excluded.mark_id, content = excluded.content",
        nic,
        smd_id,
        mark.mark_id,
        pack(mark),
    )


async def delete(tx: Tx, nic: str, smd_id: str) -> bool:
    """Forget a file; False if there is none."""
    return await tx.execute("DELETE FROM signed_mark WHERE nic = $1 AND smd_id = $2", nic, smd_id) == 1
