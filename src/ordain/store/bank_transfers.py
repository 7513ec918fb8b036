"""Bank transfers: orders that wait for one, and the sums that arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.bank_transfer import Matched
from ordain.store.columns import maybe_instant, micros, pack, unpack

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


async def pledge(tx: Tx, nic: str, order_id: int, now: datetime) -> bool:
    """The customer wants to pay an order by transfer; False if they said so before."""
    written = await tx.execute(
        "INSERT INTO pledged_transfer (nic, order_id, pledged) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic, order_id) DO NOTHING",
        nic,
        order_id,
        micros(now),
    )
    return written == 1


async def pledged(tx: Tx, nic: str, order_id: int) -> datetime | None:
    """Since when an order waits for a transfer."""
    row = await tx.fetch_one("SELECT pledged FROM pledged_transfer WHERE nic = $1 AND order_id = $2", nic, order_id)
    return maybe_instant(row[0]) if row else None


async def taken(tx: Tx, entry: str) -> Matched | None:
    """What a sum came to when it was taken in before."""
    row = await tx.fetch_one("SELECT content FROM transfer_receipt WHERE entry = $1", entry)
    return unpack(row[0], Matched) if row else None


async def take(tx: Tx, matched: Matched, now: datetime) -> bool:
    """A sum that arrived, and what it came to; False, and nothing written, if it was taken in before."""
    written = await tx.execute(
        "INSERT INTO transfer_receipt (entry, came, taken, content, order_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (entry) DO NOTHING",
        matched.receipt.entry,
        matched.came,
        micros(now),
        pack(matched),
        matched.order_id,
    )
    return written == 1


async def booked(tx: Tx, order_id: int) -> list[Matched]:
    """The sums under an order's reference that paid it or went to a prepaid account."""
    rows = await tx.fetch(
        "SELECT content FROM transfer_receipt WHERE order_id = $1 AND came IN ('paid', 'credited') ORDER BY entry",
        order_id,
    )
    return [unpack(row[0], Matched) for row in rows]


async def end_waiting(tx: Tx, matched: Matched) -> bool:
    """A sum that waited came to something; False if it did not wait any more."""
    saved = await tx.execute(
        "UPDATE transfer_receipt SET came = $2, content = $3 WHERE entry = $1 AND came = 'unmatched'",
        matched.receipt.entry,
        matched.came,
        pack(matched),
    )
    return saved == 1


async def unmatched(tx: Tx) -> list[Matched]:
    """The sums that wait for the operator, oldest first."""
    rows = await tx.fetch("SELECT content FROM transfer_receipt WHERE came = 'unmatched' ORDER BY taken, entry")
    return [unpack(row[0], Matched) for row in rows]


async def dismissed(tx: Tx) -> list[Matched]:
    """The sums that were sent back, or were none of ours, oldest first."""
    rows = await tx.fetch(
        "SELECT content FROM transfer_receipt WHERE came IN ('returned', 'dismissed') ORDER BY taken, entry"
    )
    return [unpack(row[0], Matched) for row in rows]
