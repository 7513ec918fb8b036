"""Changes of contacts: each account concerned finds them under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.contact_change import ContactChange, Party
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.store.database import Row, Tx

ASKING = "asking"
_COLUMNS = "nic, change_id, service, contact_types, from_nic, to_nic, state, asked, done_at"


async def add(tx: Tx, change: ContactChange, parties: Iterable[Party]) -> None:
    """A new one. Who asked for it finds it too, without a token."""
    await tx.execute(
        f"INSERT INTO contact_change ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        change.nic,
        change.change_id,
        change.service,
        pack(change.types),
        change.from_nic,
        change.to_nic,
        change.state,
        micros(change.asked),
        maybe_micros(change.done_at),
    )
    rows = [(party.nic, change.change_id, party.role, change.nic, party.token_hash, None) for party in parties]
    await tx.execute_many(
        "INSERT INTO contact_change_party (nic, change_id, role, asking_nic, token_hash, accepted)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [*rows, (change.nic, change.change_id, ASKING, change.nic, "", None)],
    )


async def of_account(tx: Tx, nic: str) -> list[ContactChange]:
    """Those that concern the account, oldest first."""
    rows = await tx.fetch(
        "SELECT DISTINCT change_id, asking_nic FROM contact_change_party WHERE nic = $1 ORDER BY change_id", nic
    )
    found = [await _load(tx, asking, change_id) for change_id, asking in rows]
    return [change for change in found if change is not None]


async def load(tx: Tx, nic: str, change_id: int) -> ContactChange | None:
    """One that concerns the account."""
    row = await tx.fetch_one(
        "SELECT asking_nic FROM contact_change_party WHERE nic = $1 AND change_id = $2", nic, change_id
    )
    return await _load(tx, row[0], change_id) if row else None


async def _load(tx: Tx, asking: str, change_id: int) -> ContactChange | None:
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM contact_change WHERE nic = $1 AND change_id = $2", asking, change_id
    )
    return _change(row) if row else None


async def party(tx: Tx, nic: str, change_id: int, role: str) -> Party | None:
    """One of the two sides; None if the account is not it."""
    row = await tx.fetch_one(
        "SELECT token_hash, accepted FROM contact_change_party WHERE nic = $1 AND change_id = $2 AND role = $3",
        nic,
        change_id,
        role,
    )
    return Party(nic=nic, role=role, token_hash=row[0], accepted=maybe_instant(row[1])) if row else None


async def save_party(tx: Tx, change_id: int, party: Party) -> None:
    """A side with another token, or one that has agreed."""
    await tx.execute(
        "UPDATE contact_change_party SET token_hash = $4, accepted = $5"
        " WHERE nic = $1 AND change_id = $2 AND role = $3",
        party.nic,
        change_id,
        party.role,
        party.token_hash,
        maybe_micros(party.accepted),
    )


async def save(tx: Tx, change: ContactChange) -> None:
    """One whose state has changed."""
    await tx.execute(
        "UPDATE contact_change SET state = $3, done_at = $4 WHERE nic = $1 AND change_id = $2",
        change.nic,
        change.change_id,
        change.state,
        maybe_micros(change.done_at),
    )


def _change(row: Row) -> ContactChange:
    return ContactChange(
        nic=row[0],
        change_id=row[1],
        service=row[2],
        types=unpack(row[3], tuple[str, ...]),
        from_nic=row[4],
        to_nic=row[5],
        state=row[6],
        asked=instant(row[7]),
        done_at=maybe_instant(row[8]),
    )
