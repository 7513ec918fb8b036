"""A ledger as it was kept before there were transfers: line by line, and not saying what balances held."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordain.store.database import Tx


async def as_older_lines(tx: Tx, nic: str) -> None:
    """Have an account's entries be such."""
    sums: dict[tuple[int, str], list[int]] = {}
    heads: dict[int, tuple[object, ...]] = {}
    rows = await tx.fetch(
        "SELECT entry_id, entered, kind, currency, order_id, debited, credited, ucents FROM ledger_transfer"
        " WHERE nic = $1 ORDER BY place",
        nic,
    )
    for entry_id, *head, debited, credited, ucents in rows:
        heads[entry_id] = tuple(head)
        for account, amount in ((debited, -ucents), (credited, ucents)):
            sums.setdefault((entry_id, account), []).append(amount)
    for position, ((entry_id, account), amounts) in enumerate(sums.items()):
        entered, kind, currency, order_id = heads[entry_id]
        await tx.execute(
            "INSERT INTO ledger_line (nic, entry_id, position, entered, kind, ledger_account, ucents, currency,"
            " order_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(nic, entry_id, position, entered, kind, account, sum(amounts), currency, order_id),
        )
    for table in ("ledger_transfer", "ledger_head"):
        await tx.execute(f"DELETE FROM {table} WHERE nic = $1", nic)  # noqa: S608 - the two tables
