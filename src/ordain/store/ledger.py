"""The double-entry ledger and the customers' balances that follow from it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.ledger import Entry, Posting, balance_of
from ordain.core.money import Money
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from ordain.store.database import Tx


class Balance(Struct, frozen=True):
    """A customer's prepaid balance."""

    name: str
    amount: Money
    opened: datetime
    updated: datetime


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
    rows = await tx.fetch(
        "SELECT name, ucents, currency, opened, updated FROM balance WHERE nic = $1 ORDER BY name", nic
    )
    return [Balance(name, Money(ucents, code), instant(o), instant(u)) for name, ucents, code, o, u in rows]


async def book(tx: Tx, nic: str, entry: Entry) -> bool:
    """Write an entry and move the balances it touches; False if a balance would fall below zero.

    After False the caller must end its transaction with an exception: lines may have been written.
    """
    await tx.execute_many(
        "INSERT INTO ledger_line (nic, entry_id, position, entered, kind, ledger_account, ucents, currency, order_id)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
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
            )
            for position, posting in enumerate(entry.postings)
        ],
    )
    for posting in entry.postings:
        if posting.ledger_account.startswith("balance:") and not await _move(tx, nic, posting, entry.at):
            return False
    return True


async def _move(tx: Tx, nic: str, posting: Posting, at: datetime) -> bool:
    moved = await tx.execute(
        "UPDATE balance SET ucents = ucents + $3, updated = $5"
        " WHERE nic = $1 AND name = $2 AND currency = $4 AND ucents + $3 >= 0",
        nic,
        posting.ledger_account.removeprefix(balance_of("")),
        posting.amount.ucents,
        posting.amount.currency,
        micros(at),
    )
    return moved == 1


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
