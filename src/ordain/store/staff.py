"""Who works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.staff import Member
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from ordain.store.database import Tx


async def role(tx: Tx, nic: str) -> str:
    """The role of an account, "" for none."""
    row = await tx.fetch_one("SELECT role FROM staff WHERE nic = $1", nic)
    return str(row[0]) if row else ""


async def members(tx: Tx) -> list[Member]:
    """Everybody who works here, by account."""
    rows = await tx.fetch("SELECT nic, role, since FROM staff ORDER BY nic")
    return [Member(row[0], row[1], instant(row[2])) for row in rows]


async def put(tx: Tx, member: Member) -> None:
    """Somebody who works here, or works as something else from now on."""
    await tx.execute(
        "INSERT INTO staff (nic, role, since) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic) DO UPDATE SET role = excluded.role, since = excluded.since",
        member.nichandle,
        member.role,
        micros(member.since),
    )


async def remove(tx: Tx, nic: str) -> bool:
    """Somebody who works here no more; whether they did."""
    return await tx.execute("DELETE FROM staff WHERE nic = $1", nic) == 1
