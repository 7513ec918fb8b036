"""The double-entry ledger and the customers' balances that follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.ledger import Balance, Entry, Movement, Posting, balance_of
from ordain.core.money import Money, zero
from ordain.store import proofs
from ordain.store.columns import instant, micros, within
from ordain.store.transfers import NO_HEAD, Head, append

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.store.database import Row, Tx


_COLUMNS = "name, ucents, currency, opened, updated, alert_threshold, description"


async def open_balance(tx: Tx, nic: str, name: str, currency: str, now: datetime) -> None:
    """A balance of nothing, unless there is one."""
    await tx.execute(
        "INSERT INTO balance (nic, name, ucents, currency, opened, updated) VALUES ($1, $2, 0, $3, $4, $4)"
        " ON CONFLICT (nic, name) DO NOTHING",
        nic,
        name,
        currency,
        micros(now),
    )


async def balances(tx: Tx, nic: str) -> list[Balance]:
    """The account's balances."""
    return [
        _balance(row) for row in await tx.fetch(f"SELECT {_COLUMNS} FROM balance WHERE nic = $1 ORDER BY name", nic)
    ]


def _balance(row: Row) -> Balance:
    name, ucents, code, opened, updated, threshold, description = row
    return Balance(name, Money(ucents, code), instant(opened), instant(updated), threshold, description)


async def set_threshold(tx: Tx, nic: str, name: str, threshold: int | None) -> None:
    """Below what the balance's owner wants to be told."""
    await tx.execute(
        "UPDATE balance SET alert_threshold = $3 WHERE nic = $1 AND name = $2",
        nic,
        name,
        threshold,
    )


async def describe(tx: Tx, nic: str, name: str, description: str | None) -> None:
    """What the balance's owner calls it."""
    await tx.execute("UPDATE balance SET description = $3 WHERE nic = $1 AND name = $2", nic, name, description)


async def book(tx: Tx, nic: str, entry: Entry) -> list[Balance] | None:
    """Write an entry and move the balances it touches, returned as they then are; None if one would fall below zero.

    After None the caller must end its transaction with an exception: another balance may have been moved.
    """
    moved: list[Balance] = []
    head: Head | None = None
    for posting in entry.postings:
        if posting.ledger_account.startswith(balance_of("")):
            row = await _move(tx, nic, posting, entry.at)
            if row is None:
                return None
            *balance, place, digest = row
            moved.append(_balance(tuple(balance)))
            head = (place, digest) if place is not None else NO_HEAD
    held = {balance_of(balance.name): balance.amount.ucents for balance in moved}
    await append(tx, nic, entry, held, head)
    return moved


async def _move(tx: Tx, nic: str, posting: Posting, at: datetime) -> Row | None:
    """A balance as it then is, and the head of the chain that the movement is to be added to."""
    return await tx.fetch_one(
        "UPDATE balance SET ucents = ucents + $3, updated = $5"
        f" WHERE nic = $1 AND name = $2 AND currency = $4 AND ucents + $3 >= 0 RETURNING {_COLUMNS},"
        " (SELECT place FROM ledger_head WHERE nic = $1), (SELECT digest FROM ledger_head WHERE nic = $1)",
        nic,
        posting.ledger_account.removeprefix(balance_of("")),
        posting.amount.ucents,
        posting.amount.currency,
        micros(at),
    )


# Entries were kept line by line once: those are read beside the transfers.


async def of_order(tx: Tx, nic: str, order_id: int) -> list[Entry]:
    """The entries that concern an order."""
    rows = await tx.fetch(
        "SELECT entry_id, entered, kind, debited, credited, ucents, currency, part FROM ledger_transfer"
        " WHERE nic = $1 AND order_id = $2 ORDER BY entry_id, position",
        nic,
        order_id,
    )
    lines = await tx.fetch(
        "SELECT entry_id, entered, kind, NULL, ledger_account, ucents, currency, 0 FROM ledger_line"
        " WHERE nic = $1 AND order_id = $2 ORDER BY entry_id, position",
        nic,
        order_id,
    )
    entries: dict[int, tuple[Row, dict[str, Money]]] = {}
    for row in (*lines, *rows):
        entry_id, _, _, debited, credited, ucents, currency, _ = row
        amounts = entries.setdefault(entry_id, (row, {}))[1]
        for account, amount in ((debited, -ucents), (credited, ucents)):
            if account is not None:
                amounts[account] = amounts.get(account, zero(currency)) + Money(amount, currency)
    return [
        Entry(entry_id, instant(row[1]), row[2], _postings(amounts), order_id, row[7])
        for entry_id, (row, amounts) in sorted(entries.items())
    ]


def _postings(amounts: dict[str, Money]) -> tuple[Posting, ...]:
    return tuple(Posting(account, amount) for account, amount in amounts.items())


async def movement_ids(tx: Tx, nic: str, name: str, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of what moved a balance within these instants, oldest first. A movement's id is its entry's."""
    first, last = within(since, until)
    rows = await tx.fetch(
        f"SELECT entry_id, entered FROM ledger_transfer WHERE nic = $1 AND debited = $2 {_WITHIN}"
        f" UNION SELECT entry_id, entered FROM ledger_transfer WHERE nic = $1 AND credited = $2 {_WITHIN}"
        f" UNION SELECT entry_id, entered FROM ledger_line WHERE nic = $1 AND ledger_account = $2 {_WITHIN}",
        nic,
        balance_of(name),
        first,
        last,
    )
    return [entry_id for _, entry_id in sorted((entered, entry_id) for entry_id, entered in rows)]


_WITHIN = "AND entered >= $3 AND entered <= $4"

# What the balance held then was not always written down: on older lines it is summed up.
_LINES = (
    "SELECT l.entry_id, l.entered, l.kind, l.ucents, l.currency, l.order_id, coalesce(l.held, ("
    "SELECT sum(b.ucents) FROM ledger_line b WHERE b.nic = l.nic AND b.ledger_account = l.ledger_account"
    " AND b.entered <= l.entered AND (b.entered < l.entered OR b.entry_id <= l.entry_id)))"
    " FROM ledger_line l WHERE l.nic = $1 AND l.ledger_account = $2"
)
_MOVED = (
    "SELECT entry_id, entered, kind, -ucents, currency, order_id, debited_held FROM ledger_transfer"
    " WHERE nic = $1 AND debited = $2{which} UNION ALL "
    "SELECT entry_id, entered, kind, ucents, currency, order_id, credited_held FROM ledger_transfer"
    " WHERE nic = $1 AND credited = $2{which}"
)


async def last_movements(tx: Tx, nic: str, name: str, most: int) -> list[Movement]:
    """What moved a balance last, the latest first; what was kept line by line, in earlier versions, is not among it."""
    rows: list[Row] = []
    for side in _MOVED.split(" UNION ALL "):
        latest = f"{side.format(which='')} ORDER BY entry_id DESC LIMIT $3"
        rows += await tx.fetch(latest, nic, balance_of(name), most)
    return sorted(_movements(rows), key=lambda one: -one.movement_id)[:most]


async def movements_of_orders(tx: Tx, nic: str, name: str) -> list[Movement]:
    """What moved a balance for an order, oldest first."""
    lines = await tx.fetch(
        "SELECT entry_id, entered, kind, ucents, currency, order_id, coalesce(held, summed) FROM ("
        "SELECT *, sum(ucents) OVER (ORDER BY entered, entry_id) AS summed FROM ledger_line"
        " WHERE nic = $1 AND ledger_account = $2) l WHERE order_id IS NOT NULL",
        nic,
        balance_of(name),
    )
    rows = await tx.fetch(_MOVED.format(which=" AND order_id IS NOT NULL"), nic, balance_of(name))
    return _movements([*lines, *rows])


async def movement(tx: Tx, nic: str, name: str, movement_id: int) -> Movement | None:
    """One movement of a balance."""
    rows = await tx.fetch(_MOVED.format(which=" AND entry_id = $3"), nic, balance_of(name), movement_id)
    if not rows:
        rows = await tx.fetch(f"{_LINES} AND l.entry_id = $3", nic, balance_of(name), movement_id)
    return next(iter(_movements(rows)), None)


def _movements(rows: Sequence[Row]) -> list[Movement]:
    """An entry's rows on one balance are one movement of it."""
    found: dict[int, Movement] = {}
    for entry_id, entered, kind, ucents, code, order_id, held in rows:
        before = found[entry_id].amount if entry_id in found else zero(code)
        amount = before + Money(ucents, code)
        found[entry_id] = Movement(entry_id, instant(entered), kind, amount, Money(held, code), order_id)
    return sorted(found.values(), key=lambda each: (each.at, each.movement_id))


async def imbalance(tx: Tx) -> list[str]:
    """Every sentence that should not be true of the books."""
    return await proofs.faults(tx)
