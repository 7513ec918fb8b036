"""Spending limits of consumer keys, each with what was spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import Money
from ordain.core.spending import Limit, Spending
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx

_COLUMNS = "credential_id, currency, per_day, per_month, spent_day, spent_month, spent_at"


def _spending(row: Row) -> Spending:
    _, currency, per_day, per_month, spent_day, spent_month, spent_at = row
    day, month = (None if most is None else Money(most, currency) for most in (per_day, per_month))
    return Spending(
        limit=Limit(currency=currency, per_day=day, per_month=month),
        day=Money(spent_day, currency),
        month=Money(spent_month, currency),
        at=instant(spent_at),
    )


async def load(tx: Tx, nic: str, credential_id: int) -> Spending | None:
    """The limit of a key, if it has one."""
    sql = f"SELECT {_COLUMNS} FROM spending_limit WHERE nic = $1 AND credential_id = $2"
    row = await tx.fetch_one(sql, nic, credential_id)
    return _spending(row) if row else None


async def of_account(tx: Tx, nic: str) -> dict[int, Spending]:
    """The limits of an account's keys, by the key's id."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM spending_limit WHERE nic = $1", nic)
    return {row[0]: _spending(row) for row in rows}


async def save(tx: Tx, nic: str, credential_id: int, new: Spending) -> None:
    """A key's limit with what it spent, new or another."""
    day, month = new.limit.per_day, new.limit.per_month
    await tx.execute(
        f"INSERT INTO spending_limit (nic, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (nic, credential_id) DO UPDATE SET currency = excluded.currency, per_day = excluded.per_day,"
        " per_month = excluded.per_month, spent_day = excluded.spent_day, spent_month = excluded.spent_month,"
        " spent_at = excluded.spent_at",
        nic,
        credential_id,
        new.limit.currency,
        day.ucents if day else None,
        month.ucents if month else None,
        new.day.ucents,
        new.month.ucents,
        micros(new.at),
    )


async def delete(tx: Tx, nic: str, credential_id: int) -> None:
    """The key may spend what there is."""
    await tx.execute("DELETE FROM spending_limit WHERE nic = $1 AND credential_id = $2", nic, credential_id)
