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

AT_ONCE = 1000
"""Rows read together, of a ledger that does not fit into memory."""


Head = tuple[int, bytes]
"""The last place of an account's chain, and the digest there."""
NO_HEAD: Head = (0, START)


async def append(tx: Tx, nic: str, entry: Entry, held: dict[str, int], head: Head | None = None) -> None:
    """Add an entry's transfers, each linked to the one before by its digest. `held`: what balances hold after it.

    `head` is looked up unless this transaction has read it.
    """
    if head is None:
        row = await tx.fetch_one("SELECT place, digest FROM ledger_head WHERE nic = $1", nic)
        head = (row[0], row[1]) if row else NO_HEAD
    place, digest = head
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


Sums = dict[tuple[str, str], tuple[int, int]]
"""Debits and credits, both above zero, by ledger account and currency."""


async def trial(tx: Tx, nic: str | None, since: datetime | None, until: datetime | None) -> Sums:
    """Everything within these instants added up, of everybody or of one customer.

    Page by page: SQLite would sort the whole ledger in memory to group it.
    """
    first, last = within(since, until)
    sums: Sums = {}
    before: OlderPlace = (nic or "", 0, -1)
    while rows := await older_page(tx, nic, before):
        before = (rows[-1][0], rows[-1][1], rows[-1][2])
        for row in rows:
            if first <= row[3] <= last:
                _add(sums, (row[6], row[8]), row[7])
    after: Place = (nic or "", 0)
    while rows := await page(tx, nic, after):
        after = (rows[-1][0], rows[-1][1])
        for row in rows:
            if first <= row[4] <= last:
                _add(sums, (row[8], row[11]), -row[10])
                _add(sums, (row[9], row[11]), row[10])
    return sums


def _add(sums: Sums, key: tuple[str, str], ucents: int) -> None:
    debits, credits_ = sums.get(key, (0, 0))
    sums[key] = (debits - min(ucents, 0), credits_ + max(ucents, 0))
