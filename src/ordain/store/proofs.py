"""What the books must be: every sentence that is not true of them, found row by row by the database."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.chart import kept
from ordain.core.delivery import AFTERMARKET, CREATE, TRANSFER
from ordain.core.ledger import START, chained
from ordain.store.transfers import page

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx

MOST = 100
"""Sentences about one thing: who has more mistakes than that knows that there are many."""

# In each of the following `p` is the table that is gone through, and {mine} says whose rows of it.

_ENTRIES = (
    "(SELECT count(DISTINCT t.entry_id) FROM ledger_transfer t WHERE t.nic = p.nic AND t.order_id = p.order_id"
    " AND t.kind = '{kind}') + (SELECT count(DISTINCT l.entry_id) FROM ledger_line l WHERE l.nic = p.nic"
    " AND l.order_id = p.order_id AND l.kind = '{kind}')"
)
_MOVED = (
    "coalesce((SELECT sum(t.ucents) FROM ledger_transfer t WHERE t.nic = p.nic AND t.order_id = p.order_id"
    " AND t.kind = '{kind}' AND t.currency = p.currency), 0) + coalesce((SELECT sum(l.ucents) FROM ledger_line l"
    " WHERE l.nic = p.nic AND l.order_id = p.order_id AND l.kind = '{kind}' AND l.currency = p.currency"
    " AND l.ucents > 0), 0)"
)
_RETURNED = "FROM refund r WHERE r.nic = p.nic AND r.order_id = p.order_id AND r.ucents <> 0"
_ONE_SIDE = (
    "coalesce((SELECT sum(t.ucents) FROM ledger_transfer t WHERE t.nic = p.nic AND t.{side} = 'balance:' || p.name), 0)"
)

_PROOFS = (
    (
        (
            "SELECT p.nic, p.entry_id, sum(p.ucents) FROM ledger_line p WHERE {mine}"
            " GROUP BY p.nic, p.entry_id, p.currency HAVING sum(p.ucents) <> 0"
        ),
        "entry {1} of {0} sums to {2}",
    ),
    (
        "SELECT nic, name, ucents, summed FROM (SELECT p.nic, p.name, p.ucents, "
        + _ONE_SIDE.format(side="credited")
        + " - "
        + _ONE_SIDE.format(side="debited")
        + " + coalesce((SELECT sum(l.ucents) FROM ledger_line l WHERE l.nic = p.nic"
        " AND l.ledger_account = 'balance:' || p.name), 0) AS summed FROM balance p WHERE {mine}) f"
        " WHERE ucents <> summed",
        "balance {1} of {0} is {2}, its lines sum to {3}",
    ),
    (
        "SELECT p.nic, p.name, p.ucents FROM balance p WHERE {mine} AND p.ucents < 0",
        "balance {1} of {0} is overdrawn: {2}",
    ),
    (
        (
            "SELECT nic, order_id, ucents, entries, moved FROM (SELECT p.nic, p.order_id, p.ucents, "
            f"{_ENTRIES.format(kind='payment')} AS entries, {_MOVED.format(kind='payment')} AS moved"
            " FROM payment p WHERE {mine}) f WHERE entries <> CASE WHEN ucents = 0 THEN 0 ELSE 1 END OR moved <> ucents"
        ),
        "order {1} of {0} was paid with {2}, and has {3} entries of {4} for that",
    ),
    (
        (
            "SELECT nic, order_id, refunds, given, entries, moved FROM (SELECT p.nic, p.order_id,"
            f" (SELECT count(*) {_RETURNED}) AS refunds, coalesce((SELECT sum(r.ucents) {_RETURNED}), 0) AS given,"
            f" {_ENTRIES.format(kind='refund')} AS entries, {_MOVED.format(kind='refund')} AS moved"
            " FROM payment p WHERE {mine}) f WHERE entries <> refunds OR moved <> given"
        ),
        "order {1} of {0} has {2} refunds of {3}, and {4} entries of {5} for them",
    ),
    (
        (
            f"SELECT nic, order_id, ucents, given FROM (SELECT p.nic, p.order_id, p.ucents,"
            f" (SELECT sum(r.ucents) {_RETURNED}) AS given"
            " FROM payment p WHERE {mine}) f WHERE given > ucents"
        ),
        "order {1} of {0} was paid with {2}, and {3} was given back",
    ),
    *(
        (
            (
                f"SELECT p.nic, p.kind, p.order_id FROM {table} p WHERE {{mine}} AND p.kind IN ('payment', 'refund')"
                f" AND p.position = 0 AND NOT EXISTS (SELECT 1 FROM payment q WHERE q.nic = p.nic"
                " AND q.order_id = p.order_id)"
            ),
            "there is a {1} for order {2} of {0}, which was not paid",
        )
        for table in ("ledger_transfer", "ledger_line")
    ),
    (
        (
            "SELECT p.nic, p.kind, p.order_id FROM ledger_transfer p WHERE {mine} AND p.order_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM placed_order o WHERE o.nic = p.nic AND o.order_id = p.order_id)"
        ),
        "there is a {1} for order {2} of {0}, which does not exist",
    ),
    *(
        (
            (
                f"SELECT p.nic, p.{side} FROM ledger_transfer p WHERE {{mine}} AND p.{side} LIKE 'balance:%'"
                f" AND NOT EXISTS (SELECT 1 FROM balance b WHERE b.nic = p.nic AND 'balance:' || b.name = p.{side})"
            ),
            "{0} has lines of {1}, and no such balance",
        )
        for side in ("debited", "credited")
    ),
    (
        (
            "SELECT p.nic, p.place FROM ledger_head p LEFT JOIN ledger_transfer t"
            " ON t.nic = p.nic AND t.place = p.place WHERE {mine} AND (t.digest IS NULL OR t.digest <> p.digest)"
        ),
        "the chain of {0} does not end with its transfer {1}, as it did",
    ),
    (
        (
            "SELECT p.nic, p.place FROM ledger_transfer p WHERE {mine} AND NOT EXISTS"
            " (SELECT 1 FROM ledger_head h WHERE h.nic = p.nic AND h.place >= p.place)"
        ),
        "transfer {1} of {0} comes after the end of its chain",
    ),
)
# The numbers of bills and credit notes are one series for everybody.
_SERIES = (
    (
        "SELECT name, last, given FROM (SELECT s.name, s.last, (SELECT count(DISTINCT p.bill_id) FROM payment p"
        " WHERE p.bill_id LIKE s.name || '-%') + (SELECT count(DISTINCT r.note_id) FROM refund r"
        " WHERE r.note_id LIKE s.name || '-%') AS given FROM number_series s) f WHERE given <> last"
    ),
    "the series {0} is at {1}, and {2} of its numbers are in use",
)


async def faults(tx: Tx, nic: str | None = None) -> list[str]:
    """All that is wrong with the ledger, or with one account's part of it."""
    mine, whose = _mine(nic)
    asked = [(sql.replace("{mine}", mine), told, whose) for sql, told in _PROOFS]
    if nic is None:
        asked.append((*_SERIES, ()))
    found = [told.format(*row) for sql, told, given in asked for row in await tx.fetch(f"{sql} LIMIT {MOST}", *given)]
    return found + await _strangers(tx, nic) + (await chain(tx, nic)).faults


async def _strangers(tx: Tx, nic: str | None) -> list[str]:
    where, whose = ("", ()) if nic is None else (" WHERE nic = $1", (nic,))
    rows = await tx.fetch(
        f"SELECT debited FROM ledger_transfer{where} UNION SELECT credited FROM ledger_transfer{where}"
        f" UNION SELECT ledger_account FROM ledger_line{where}",
        *whose,
    )
    return [f"there are lines of {account}, which the chart does not have" for (account,) in rows if not kept(account)]


class Chain(Struct, frozen=True):
    """What came of following the chains, each from its first transfer."""

    transfers: int
    entries: int
    faults: list[str]
    seal: str
    """A digest of where all of them end: whoever noted it can tell later that nothing before was changed."""


async def chain(tx: Tx, nic: str | None = None) -> Chain:
    """Follow every account's chain, or one account's."""
    count = entries = place = 0
    found: list[str] = []
    at, digest, seal = nic or "", START, sha256()
    while rows := await page(tx, nic, (at, place)):
        for row in rows:
            if row[0] != at:
                seal.update(at.encode() + digest)
                at, digest, place = row[0], START, 0
            place += 1
            count, entries = count + 1, entries + (row[3] == 0)
            found += _broken(row, place, digest)
            place, digest = row[1], row[-1]
    seal.update(at.encode() + digest)
    return Chain(count, entries, found[:MOST], seal.hexdigest())


def _broken(row: Row, place: int, before: bytes) -> list[str]:
    nic, held = row[0], row[1]
    if held != place:
        return [f"the chain of {nic} goes from transfer {place - 1} to {held}"]
    if chained(before, row[:-1]) != row[-1]:
        return [f"transfer {place} of {nic} (entry {row[2]}) is not as it was written"]
    return []


class Counts(Struct, frozen=True):
    """How much there is of what is proven."""

    older: int
    """Entries that were kept line by line."""
    balances: int
    payments: int
    refunds: int
    bills: int
    notes: int
    delivered: int
    """Names that were delivered by an order."""
    costed: int
    """Of which it is known what they cost."""


_COUNTS = (
    "(SELECT count(*) FROM (SELECT DISTINCT p.nic, p.entry_id FROM ledger_line p WHERE {mine}) o)",
    "(SELECT count(*) FROM balance p WHERE {mine})",
    "(SELECT count(*) FROM payment p WHERE {mine})",
    "(SELECT count(*) FROM refund p WHERE {mine})",
    "(SELECT count(*) FROM payment p WHERE {mine} AND p.bill_id IS NOT NULL)",
    "(SELECT count(*) FROM refund p WHERE {mine} AND p.note_id IS NOT NULL)",
    (
        "(SELECT count(*) FROM task p WHERE {mine} AND p.order_id > 0 AND p.status = 'done' AND p.function IN"
        f" ('{CREATE}', '{TRANSFER}', '{AFTERMARKET}'))"
    ),
    "(SELECT count(*) FROM ledger_transfer p WHERE {mine} AND p.kind = 'cost' AND p.position = 0)",
)


async def counts(tx: Tx, nic: str | None = None) -> Counts:
    """How much there is, of everybody or of one account."""
    mine, whose = _mine(nic)
    [row] = await tx.fetch(f"SELECT {', '.join(_COUNTS)}".replace("{mine}", mine), *whose)
    return Counts(*row)


def _mine(nic: str | None) -> tuple[str, tuple[str, ...]]:
    return ("TRUE", ()) if nic is None else ("p.nic = $1", (nic,))
