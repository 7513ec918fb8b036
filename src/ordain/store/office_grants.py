"""Credit and refunds by hand: asked for, allowed or refused, by compare-and-set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.grant import Grant
from ordain.core.money import Money
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

_COLUMNS = (
    "nic, grant_id, kind, balance, order_id, item_id, ucents, currency, reason, asked_by, asked, status, decided_by,"
    " decided"
)


async def add(tx: Tx, grant: Grant) -> None:
    """A new one."""
    await tx.execute(
        f"INSERT INTO money_grant ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        grant.nic,
        grant.grant_id,
        grant.kind,
        grant.balance,
        grant.order_id,
        grant.item_id,
        grant.amount.ucents,
        grant.amount.currency,
        grant.reason,
        grant.asked_by,
        micros(grant.asked),
        grant.status,
        grant.decided_by,
        maybe_micros(grant.decided),
    )


async def decide(tx: Tx, grant: Grant) -> bool:
    """A decision about one that waits; False, and nothing written, if somebody decided before."""
    saved = await tx.execute(
        "UPDATE money_grant SET status = $3, decided_by = $4, decided = $5"
        " WHERE nic = $1 AND grant_id = $2 AND status = 'waiting'",
        grant.nic,
        grant.grant_id,
        grant.status,
        grant.decided_by,
        maybe_micros(grant.decided),
    )
    return saved == 1


async def find(tx: Tx, grant_id: int) -> Grant | None:
    """One of anybody's, for the staff."""
    row = await tx.fetch_one(f"SELECT {_COLUMNS} FROM money_grant WHERE grant_id = $1", grant_id)
    return _grant(row) if row else None


async def listed(tx: Tx, status: str, most: int) -> list[Grant]:
    """Those of a status, the latest first; of those that wait, the longest waiting first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM money_grant WHERE status = $1"
        f" ORDER BY asked{'' if status == 'waiting' else ' DESC'}, grant_id LIMIT $2",
        status,
        most,
    )
    return [_grant(row) for row in rows]


async def of_account(tx: Tx, nic: str, most: int) -> list[Grant]:
    """An account's, the latest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM money_grant WHERE nic = $1 ORDER BY grant_id DESC LIMIT $2", nic, most
    )
    return [_grant(row) for row in rows]


async def given(tx: Tx, nic: str, currency: str, since: datetime) -> int:
    """Micro-cents that an account was given by hand since then."""
    row = await tx.fetch_one(
        "SELECT sum(ucents) FROM money_grant WHERE nic = $1 AND currency = $2 AND status = 'done' AND decided >= $3",
        nic,
        currency,
        micros(since),
    )
    return int(row[0] or 0) if row else 0


def _grant(row: Row) -> Grant:
    nic, number, kind, balance, order, item, ucents, currency, reason, by, at, status, decided_by, decided = row
    return Grant(
        nic=nic,
        grant_id=number,
        kind=kind,
        balance=balance,
        order_id=order,
        item_id=item,
        amount=Money(ucents, currency),
        reason=reason,
        asked_by=by,
        asked=instant(at),
        status=status,
        decided_by=decided_by,
        decided=maybe_instant(decided),
    )
