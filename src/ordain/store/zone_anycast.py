"""Which zones have DNS anycast, and until when. A zone that goes takes it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.zone import Anycast
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


async def load(tx: Tx, nic: str, zone: str) -> Anycast | None:
    """What one of the account's zones has."""
    row = await tx.fetch_one(
        "SELECT service_id, created, until, ending FROM zone_anycast WHERE nic = $1 AND zone = $2", nic, zone
    )
    return Anycast(row[0], instant(row[1]), instant(row[2]), bool(row[3])) if row else None


async def save(tx: Tx, nic: str, zone: str, held: Anycast) -> None:
    """A zone has it now, or until another day."""
    await tx.execute(
        "INSERT INTO zone_anycast (nic, zone, service_id, created, until, ending) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (nic, zone) DO UPDATE SET until = excluded.until, ending = excluded.ending",
        nic,
        zone,
        held.service_id,
        micros(held.created),
        micros(held.until),
        int(held.ending),
    )


async def delete(tx: Tx, nic: str, zone: str) -> None:
    """A zone has it no longer."""
    await tx.execute("DELETE FROM zone_anycast WHERE nic = $1 AND zone = $2", nic, zone)


async def over(tx: Tx, now: datetime, most: int) -> list[tuple[str, str]]:
    """Zones whose paid time is over and that still have it: (nic, zone)."""
    rows = await tx.fetch(
        "SELECT nic, zone FROM zone_anycast WHERE ending = 0 AND until <= $1 ORDER BY until LIMIT $2",
        micros(now),
        most,
    )
    return [(nic, zone) for nic, zone in rows]
