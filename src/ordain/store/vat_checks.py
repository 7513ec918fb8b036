"""Checks of customers' VAT numbers, as evidence: rows are added and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.vat_check import Check, Told
from ordain.store.columns import instant, micros, pack, unpack

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

_COLUMNS = "nic, check_id, number, asked, told"


async def add(tx: Tx, check: Check) -> None:
    """Keep a check."""
    await tx.execute(
        "INSERT INTO vat_check (nic, check_id, number, asked, answer, told) VALUES ($1, $2, $3, $4, $5, $6)",
        check.nic,
        check.check_id,
        check.number,
        micros(check.asked),
        check.told.answer,
        pack(check.told),
    )


async def of_number(tx: Tx, nic: str, number: str) -> list[Check]:
    """The latest check of an account's number, and before it the latest in which somebody could tell."""
    which = "FROM vat_check WHERE nic = $1 AND number = $2"
    latest = await tx.fetch(
        f"SELECT {_COLUMNS} {which} ORDER BY asked DESC, check_id DESC LIMIT 1",
        nic,
        number,
    )
    if not latest or (found := _check(latest[0])).told.answer != "unknown":
        return [_check(row) for row in latest]
    answered = await tx.fetch(
        f"SELECT {_COLUMNS} {which} AND answer <> 'unknown' ORDER BY asked DESC, check_id DESC LIMIT 1",
        nic,
        number,
    )
    return [found, *(_check(row) for row in answered)]


async def others_since(tx: Tx, nic: str, number: str, since: datetime) -> int:
    """How many other numbers of an account were checked after this instant."""
    [(count,)] = await tx.fetch(
        "SELECT COUNT(DISTINCT number) FROM vat_check WHERE nic = $1 AND number <> $2 AND asked > $3",
        nic,
        number,
        micros(since),
    )
    return int(count)


async def load(tx: Tx, nic: str, check_id: int) -> Check | None:
    """One check of an account."""
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM vat_check WHERE nic = $1 AND check_id = $2",
        nic,
        check_id,
    )
    return _check(row) if row else None


def _check(row: Row) -> Check:
    nic, check_id, number, asked, told = row
    return Check(nic=nic, check_id=check_id, number=number, asked=instant(asked), told=unpack(told, Told))
