"""Vouchers, known by the hash of their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import Money
from ordain.core.voucher import Batch, Voucher
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.store.database import Tx


async def add(tx: Tx, hashes: Sequence[str], batch: Batch) -> None:
    """The vouchers of a new batch."""
    await tx.execute_many(
        "INSERT INTO voucher (voucher_hash, batch, ucents, currency, created, expires) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (
                each,
                batch.number,
                batch.amount.ucents,
                batch.amount.currency,
                micros(batch.created),
                maybe_micros(batch.expires),
            )
            for each in hashes
        ],
    )


async def find(tx: Tx, voucher_hash: str) -> Voucher | None:
    """A voucher, None if there is none."""
    row = await tx.fetch_one("SELECT ucents, currency, expires, nic FROM voucher WHERE voucher_hash = $1", voucher_hash)
    return Voucher(Money(row[0], row[1]), maybe_instant(row[2]), row[3]) if row else None


async def redeem(tx: Tx, voucher_hash: str, nic: str, now: datetime) -> bool:
    """Make it this account's; False, and nothing written, if it is somebody's."""
    written = await tx.execute(
        "UPDATE voucher SET nic = $2, redeemed = $3 WHERE voucher_hash = $1 AND nic IS NULL",
        voucher_hash,
        nic,
        micros(now),
    )
    return written == 1


async def batches(tx: Tx) -> list[Batch]:
    """Every batch there is, the oldest first."""
    rows = await tx.fetch(
        "SELECT batch, ucents, currency, created, expires, count(*), count(nic) FROM voucher"
        " GROUP BY batch, ucents, currency, created, expires ORDER BY batch"
    )
    return [
        Batch(number, Money(ucents, code), instant(created), maybe_instant(expires), made, redeemed)
        for number, ucents, code, created, expires, made, redeemed in rows
    ]


async def withdraw(tx: Tx, batch: int) -> int:
    """Forget what nobody redeemed of a batch; how many these were."""
    return await tx.execute("DELETE FROM voucher WHERE batch = $1 AND nic IS NULL", batch)
