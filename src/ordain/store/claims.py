"""Claims notices as they were shown, and who accepted them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.claims import Acceptance, Notice
from ordain.store.columns import instant, micros, pack, unpack

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


async def shown(tx: Tx, notice_id: str) -> Notice | None:
    """A notice that was shown and can perhaps still be accepted."""
    row = await tx.fetch_one("SELECT content FROM claims_notice WHERE notice_id = $1", notice_id)
    return unpack(row[0], Notice) if row else None


async def keep(tx: Tx, notice: Notice) -> None:
    """Keep a notice that is shown. The first words shown under an id are those that count."""
    await tx.execute(
        "INSERT INTO claims_notice (notice_id, ends, content) VALUES ($1, $2, $3) ON CONFLICT (notice_id) DO NOTHING",
        notice.id,
        micros(notice.ends),
        pack(notice),
    )


async def forget(tx: Tx, before: datetime) -> int:
    """Forget notices that ended before; what was accepted stays with its acceptance."""
    return await tx.execute("DELETE FROM claims_notice WHERE ends < $1", micros(before))


async def accept(tx: Tx, nic: str, item: tuple[int, int], acceptance: Acceptance) -> None:
    """Write down that the account accepted a notice for an order's item, (order id, item id): once more, if it did."""
    order_id, item_id = item
    await tx.execute(
        "INSERT INTO claims_acceptance (nic, order_id, item_id, notice_id, accepted, address, content)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (nic, order_id, item_id, notice_id)"
        " DO UPDATE SET accepted = excluded.accepted, address = excluded.address",
        nic,
        order_id,
        item_id,
        acceptance.notice.id,
        micros(acceptance.accepted),
        acceptance.address,
        pack(acceptance.notice),
    )


async def accepted(tx: Tx, nic: str, item: tuple[int, int]) -> list[Acceptance]:
    """What was accepted for an order's item, the latest last."""
    rows = await tx.fetch(
        "SELECT content, accepted, address FROM claims_acceptance"
        " WHERE nic = $1 AND order_id = $2 AND item_id = $3 ORDER BY accepted, notice_id",
        nic,
        *item,
    )
    return [Acceptance(unpack(content, Notice), instant(at), address) for content, at, address in rows]
