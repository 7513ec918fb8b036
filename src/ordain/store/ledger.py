"""The double-entry ledger and the customers' balances that follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.ledger import Balance, Entry, Movement, Posting, balance_of
from ordain.core.money import Money
from ordain.store.columns import instant, micros, within

if TYPE_CHECKING:
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
    for posting in entry.postings:
        if posting.ledger_account.startswith(balance_of("")):
            after = await _move(tx, nic, posting, entry.at)
            if after is None:
                return None
            moved.append(after)
    held = {balance_of(balance.name): balance.amount.ucents for balance in moved}
    await tx.execute_many(
        "INSERT INTO ledger_line (nic, entry_id, position, entered, kind, ledger_account, ucents, currency, order_id,"
        " held) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (
                nic,
                entry.entry_id,
                position,
                micros(entry.at),
                entry.kind,
                posting.ledger_account,
                posting.amount.ucents,
                posting.amount.currency,
                entry.order_id,
                held.get(posting.ledger_account),
            )
            for position, posting in enumerate(entry.postings)
        ],
    )
    return moved


async def _move(tx: Tx, nic: str, posting: Posting, at: datetime) -> Balance | None:
    row = await tx.fetch_one(
        "UPDATE balance SET ucents = ucents + $3, updated = $5"
        f" WHERE nic = $1 AND name = $2 AND currency = $4 AND ucents + $3 >= 0 RETURNING {_COLUMNS}",
        nic,
        posting.ledger_account.removeprefix(balance_of("")),
        posting.amount.ucents,
        posting.amount.currency,
        micros(at),
    )
    return _balance(row) if row else None


async def of_order(tx: Tx, nic: str, order_id: int) -> list[Entry]:
    """The entries that concern an order."""
    rows = await tx.fetch(
        "SELECT entry_id, entered, kind, ledger_account, ucents, currency FROM ledger_line"
        " WHERE nic = $1 AND order_id = $2 ORDER BY entry_id, position",
        nic,
        order_id,
    )
    entries: dict[int, tuple[datetime, str, list[Posting]]] = {}
    for entry_id, entered, kind, ledger_account, ucents, currency in rows:
        postings = entries.setdefault(entry_id, (instant(entered), kind, []))[2]
        postings.append(Posting(ledger_account, Money(ucents, currency)))
    return [
        Entry(entry_id, at, kind, tuple(postings), order_id)  # type: ignore[arg-type]  # the column holds a kind
        for entry_id, (at, kind, postings) in entries.items()
    ]


async def movement_ids(tx: Tx, nic: str, name: str, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of what moved a balance within these instants, oldest first. A movement's id is its entry's."""
    rows = await tx.fetch(
        "SELECT entry_id FROM ledger_line WHERE nic = $1 AND ledger_account = $2 AND entered >= $3 AND entered <= $4"
        " ORDER BY entered, entry_id",
        nic,
        balance_of(name),
        *within(since, until),
    )
    return [row[0] for row in rows]


# What the balance held then was not always written down: on older lines it is summed up.
_MOVEMENTS = (
    "SELECT l.entry_id, l.entered, l.kind, l.ucents, l.currency, l.order_id, coalesce(l.held, ("
    "SELECT sum(b.ucents) FROM ledger_line b WHERE b.nic = l.nic AND b.ledger_account = l.ledger_account"
    " AND b.entered <= l.entered AND (b.entered < l.entered OR b.entry_id <= l.entry_id)))"
    " FROM ledger_line l WHERE l.nic = $1 AND l.ledger_account = $2"
)


async def movements_of_orders(tx: Tx, nic: str, name: str) -> list[Movement]:
    """What moved a balance for an order, oldest first."""
    rows = await tx.fetch(
        "SELECT entry_id, entered, kind, ucents, currency, order_id, coalesce(held, summed) FROM ("
        "SELECT *, sum(ucents) OVER (ORDER BY entered, entry_id) AS summed FROM ledger_line"
        " WHERE nic = $1 AND ledger_account = $2) l WHERE order_id IS NOT NULL ORDER BY entered, entry_id",
        nic,
        balance_of(name),
    )
    return [_movement(row) for row in rows]


async def movement(tx: Tx, nic: str, name: str, movement_id: int) -> Movement | None:
    """One movement of a balance."""
    row = await tx.fetch_one(f"{_MOVEMENTS} AND l.entry_id = $3", nic, balance_of(name), movement_id)
    return _movement(row) if row else None


def _movement(row: Row) -> Movement:
    entry_id, entered, kind, ucents, code, order_id, held = row
    return Movement(entry_id, instant(entered), kind, Money(ucents, code), Money(held, code), order_id)


async def imbalance(tx: Tx) -> list[str]:
    """Every sentence that should not be true of the books: entries that do not sum to zero, balances that are off."""
    uneven = await tx.fetch(
        "SELECT nic, entry_id, sum(ucents) FROM ledger_line GROUP BY nic, entry_id, currency HAVING sum(ucents) <> 0"
    )
    astray = await tx.fetch(
        "SELECT b.nic, b.name, b.ucents, coalesce(sum(l.ucents), 0) FROM balance b LEFT JOIN ledger_line l"
        " ON l.nic = b.nic AND l.ledger_account = 'balance:' || b.name"
        " GROUP BY b.nic, b.name, b.ucents HAVING b.ucents <> coalesce(sum(l.ucents), 0)"
    )
    return [
        *(f"entry {entry} of {nic} sums to {amount}" for nic, entry, amount in uneven),
        *(f"balance {name} of {nic} is {held}, its lines sum to {amount}" for nic, name, held, amount in astray),
    ]
