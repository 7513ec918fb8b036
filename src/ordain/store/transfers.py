"""The rows of the ledger: transfers, appended to the chain of their account and read page by page, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.ledger import START, chained, transfers
from ordain.store.columns import micros, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.ledger import Entry
    from ordain.store.database import Row, Tx

KEPT = (
    "nic, place, entry_id, position, entered, kind, order_id, part, debited, credited, ucents, currency, debited_held,"
    " credited_held"
)
"""What the digest of a transfer covers, in its order."""

# Every line of the ledger, credit-positive: both sides of each transfer, and what was kept line by line once.
SIDES = (
    "SELECT nic, entered, debited AS account, -ucents AS ucents, currency FROM ledger_transfer{where}"
    " UNION ALL SELECT nic, entered, credited, ucents, currency FROM ledger_transfer{where}"
    " UNION ALL SELECT nic, entered, ledger_account, ucents, currency FROM ledger_line{where}"
)

AT_ONCE = 1000
"""Rows read together, of a ledger that does not fit into memory."""


async def append(tx: Tx, nic: str, entry: Entry, held: dict[str, int]) -> None:
    """Add an entry's transfers, each linked to the one before by its digest. `held`: what balances hold after it."""
    row = await tx.fetch_one("SELECT place, digest FROM ledger_head WHERE nic = $1", nic)
    place, digest = row or (0, START)
    rows: list[Sequence[object]] = []
    for position, transfer in enumerate(transfers(entry)):
        place += 1
        told = (
            nic,
            place,
            entry.entry_id,
            position,
            micros(entry.at),
            entry.kind,
            entry.order_id,
            entry.part,
            transfer.debited,
            transfer.credited,
            transfer.amount.ucents,
            transfer.amount.currency,
            held.get(transfer.debited),
            held.get(transfer.credited),
        )
        digest = chained(digest, told)
        rows.append((*told, digest))
    if not rows:  # it moves nothing
        return
    # The head comes first: of two at once, one then waits for the other and is run again.
    await tx.execute(
        "INSERT INTO ledger_head (nic, place, digest) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic) DO UPDATE SET place = excluded.place, digest = excluded.digest",
        nic,
        place,
        digest,
    )
    await tx.execute_many(
        f"INSERT INTO ledger_transfer ({KEPT}, digest) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        rows,
    )


async def trial(tx: Tx, nic: str | None, since: datetime | None, until: datetime | None) -> list[Row]:
    """Each account's currency, debits and credits within these instants, of everybody or of one customer."""
    where = " WHERE entered >= $1 AND entered <= $2" + ("" if nic is None else " AND nic = $3")
    return await tx.fetch(
        "SELECT account, currency, sum(CASE WHEN ucents < 0 THEN -ucents ELSE 0 END),"
        " sum(CASE WHEN ucents > 0 THEN ucents ELSE 0 END)"
        f" FROM ({SIDES.format(where=where)}) s GROUP BY account, currency ORDER BY account, currency",
        *within(since, until),
        *(() if nic is None else (nic,)),
    )


Place = tuple[str, int]
"""A transfer's: the account, and its place in the account's chain."""
OlderPlace = tuple[str, int, int]
"""A line's: the account, the entry, and its position there."""


async def page(tx: Tx, nic: str | None, after: Place) -> list[Row]:
    """The next transfers in the order of their chains, each with its digest: of one account, or of all."""
    only = "nic = $1 AND place > $2" if nic is not None else "(nic, place) > ($1, $2)"
    return await tx.fetch(
        f"SELECT {KEPT}, digest FROM ledger_transfer WHERE {only} ORDER BY nic, place LIMIT $3", *after, AT_ONCE
    )


async def older_page(tx: Tx, nic: str | None, after: OlderPlace) -> list[Row]:
    """The next lines of entries that were kept line by line."""
    one = "nic = $1 AND (entry_id, position) > ($2, $3)"
    only = one if nic is not None else "(nic, entry_id, position) > ($1, $2, $3)"
    return await tx.fetch(
        "SELECT nic, entry_id, position, entered, kind, order_id, ledger_account, ucents, currency FROM ledger_line"
        f" WHERE {only} ORDER BY nic, entry_id, position LIMIT $4",
        *after,
        AT_ONCE,
    )
