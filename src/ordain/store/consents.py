"""What owners say to a change of a name's owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.consent import Consent
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx

_COLUMNS = "nic, task_id, role, email, token_hash, asked, answered, granted"


async def save(tx: Tx, consent: Consent) -> None:
    """One side, asked anew or with its answer."""
    await tx.execute(
        f"INSERT INTO consent ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (nic, task_id, role) DO UPDATE SET email = excluded.email,"
        " token_hash = excluded.token_hash, asked = excluded.asked, answered = excluded.answered,"
        " granted = excluded.granted",
        consent.nic,
        consent.task_id,
        consent.role,
        consent.email,
        consent.token_hash,
        micros(consent.asked),
        maybe_micros(consent.answered),
        None if consent.granted is None else int(consent.granted),
    )


async def of_task(tx: Tx, nic: str, task_id: int) -> list[Consent]:
    """Both sides of a change, as far as they are asked."""
    sql = f"SELECT {_COLUMNS} FROM consent WHERE nic = $1 AND task_id = $2 ORDER BY role"
    return [_consent(row) for row in await tx.fetch(sql, nic, task_id)]


async def forget(tx: Tx, nic: str, task_id: int) -> None:
    """Nobody was asked about this change: links that were mailed are worth nothing."""
    await tx.execute("DELETE FROM consent WHERE nic = $1 AND task_id = $2", nic, task_id)


async def by_token(tx: Tx, token_hash: str) -> Consent | None:
    """The side whose token this is, anybody's."""
    row = await tx.fetch_one(f"SELECT {_COLUMNS} FROM consent WHERE token_hash = $1", token_hash)
    return _consent(row) if row else None


def _consent(row: Row) -> Consent:
    return Consent(
        nic=row[0],
        task_id=row[1],
        role=row[2],
        email=row[3],
        token_hash=row[4],
        asked=instant(row[5]),
        answered=maybe_instant(row[6]),
        granted=None if row[7] is None else bool(row[7]),
    )
