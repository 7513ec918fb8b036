"""Charges to cards, money on its way back to them, and what their processor told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.charge import Charge, Dispute, Return
from ordain.core.money import Money
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.charge import Event
    from ordain.store.database import Row, Tx

_COLUMNS = (
    "nic, charge_id, order_id, method_id, ucents, currency, idempotency_key, created, updated, look_at, status,"
    " processor_id, reason, url, looks, spender"
)


async def add(tx: Tx, charge: Charge) -> bool:
    """A new charge; False, and nothing written, while another of the same order is not decided."""
    written = await tx.execute(
        f"INSERT INTO charge ({_COLUMNS}, undecided)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)"
        " ON CONFLICT (nic, order_id, undecided) DO NOTHING",
        charge.nic,
        charge.charge_id,
        charge.order_id,
        charge.method_id,
        charge.amount.ucents,
        charge.amount.currency,
        charge.key,
        micros(charge.created),
        micros(charge.updated),
        micros(charge.look_at),
        charge.status,
        charge.processor_id,
        charge.reason,
        charge.url,
        charge.looks,
        charge.spender,
    )
    return written == 1


async def save(tx: Tx, charge: Charge, before: Charge) -> bool:
    """The charge as it is now; False if it is not as it was: somebody else's word came first."""
    saved = await tx.execute(
        "UPDATE charge SET status = $3, updated = $4, look_at = $5, processor_id = $6, reason = $7, url = $8,"
        " looks = $9, undecided = $10 WHERE nic = $1 AND charge_id = $2 AND status = $11 AND looks = $12",
        charge.nic,
        charge.charge_id,
        charge.status,
        micros(charge.updated),
        micros(charge.look_at),
        charge.processor_id,
        charge.reason,
        charge.url,
        charge.looks,
        1 if charge.open else None,
        before.status,
        before.looks,
    )
    return saved == 1


async def load(tx: Tx, nic: str, charge_id: int) -> Charge | None:
    """One of the account's charges."""
    return _one(await tx.fetch_one(f"SELECT {_COLUMNS} FROM charge WHERE nic = $1 AND charge_id = $2", nic, charge_id))


async def open_of_order(tx: Tx, nic: str, order_id: int) -> Charge | None:
    """The charge of an order that is not decided."""
    return _one(
        await tx.fetch_one(
            f"SELECT {_COLUMNS} FROM charge WHERE nic = $1 AND order_id = $2 AND undecided = 1", nic, order_id
        )
    )


async def busy_with(tx: Tx, nic: str, method_id: int) -> Charge | None:
    """A charge to this method that is not decided."""
    return _one(
        await tx.fetch_one(
            f"SELECT {_COLUMNS} FROM charge WHERE nic = $1 AND method_id = $2 AND undecided = 1 LIMIT 1", nic, method_id
        )
    )


async def of_order(tx: Tx, nic: str, order_id: int) -> list[Charge]:
    """All charges of an order, oldest first."""
    # Sorted here: asked to, SQLite would read all charges of the account in their order.
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM charge WHERE nic = $1 AND order_id = $2", nic, order_id)
    return sorted((_charge(row) for row in rows), key=lambda charge: charge.charge_id)


async def of_account(tx: Tx, nic: str) -> list[Charge]:
    """All charges of an account, oldest first."""
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM charge WHERE nic = $1 ORDER BY charge_id", nic)
    return [_charge(row) for row in rows]


async def by_processor(tx: Tx, processor_id: str) -> Charge | None:
    """Whose charge has this place at the processor."""
    return _one(await tx.fetch_one(f"SELECT {_COLUMNS} FROM charge WHERE processor_id = $1", processor_id))


async def due(tx: Tx, now: datetime, most: int) -> list[Charge]:
    """Charges whose time has come to be asked about, the longest waiting first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM charge WHERE undecided = 1 AND look_at <= $1 ORDER BY look_at LIMIT $2",
        micros(now),
        most,
    )
    return [_charge(row) for row in rows]


def _one(row: Row | None) -> Charge | None:
    return _charge(row) if row else None


def _charge(row: Row) -> Charge:
    return Charge(
        nic=row[0],
        charge_id=row[1],
        order_id=row[2],
        method_id=row[3],
        amount=Money(row[4], row[5]),
        key=row[6],
        created=instant(row[7]),
        updated=instant(row[8]),
        look_at=instant(row[9]),
        status=row[10],
        processor_id=row[11],
        reason=row[12],
        url=row[13],
        looks=row[14],
        spender=row[15],
    )


_RETURNED = (
    "nic, return_id, charge_id, item_id, ucents, currency, idempotency_key, created, look_at, status, looks, reason"
)


async def add_return(tx: Tx, back: Return) -> bool:
    """Money to be given back; False, and nothing written, if it is already."""
    written = await tx.execute(
        f"INSERT INTO card_return ({_RETURNED}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (nic, charge_id, item_id) DO NOTHING",
        back.nic,
        back.return_id,
        back.charge_id,
        back.item_id,
        back.amount.ucents,
        back.amount.currency,
        back.key,
        micros(back.created),
        micros(back.look_at),
        back.status,
        back.looks,
        back.reason,
    )
    return written == 1


async def save_return(tx: Tx, back: Return, before: Return) -> bool:
    """The same as it is now; False if somebody else's word came first."""
    saved = await tx.execute(
        "UPDATE card_return SET look_at = $3, status = $4, looks = $5, reason = $6, idempotency_key = $9"
        " WHERE nic = $1 AND return_id = $2 AND status = $7 AND looks = $8",
        back.nic,
        back.return_id,
        micros(back.look_at),
        back.status,
        back.looks,
        back.reason,
        before.status,
        before.looks,
        back.key,
    )
    return saved == 1


async def returns_due(tx: Tx, now: datetime, most: int) -> list[Return]:
    """What is to be given back now, the longest waiting first."""
    rows = await tx.fetch(
        f"SELECT {_RETURNED} FROM card_return WHERE status = 'due' AND look_at <= $1 ORDER BY look_at LIMIT $2",
        micros(now),
        most,
    )
    return [_return(row) for row in rows]


async def returns_of(tx: Tx, nic: str, charge_id: int) -> list[Return]:
    """What of a charge goes back, oldest first."""
    rows = await tx.fetch(f"SELECT {_RETURNED} FROM card_return WHERE nic = $1 AND charge_id = $2", nic, charge_id)
    return sorted((_return(row) for row in rows), key=lambda back: back.return_id)


def _return(row: Row) -> Return:
    return Return(
        nic=row[0],
        return_id=row[1],
        charge_id=row[2],
        item_id=row[3],
        amount=Money(row[4], row[5]),
        key=row[6],
        created=instant(row[7]),
        look_at=instant(row[8]),
        status=row[9],
        looks=row[10],
        reason=row[11],
    )


async def heard(tx: Tx, event_id: str) -> bool:
    """Whether the processor told this before."""
    return bool(await tx.fetch_one("SELECT 1 FROM processor_event WHERE event_id = $1", event_id))


async def note_event(tx: Tx, event: Event, now: datetime) -> None:
    """What the processor told was done about."""
    await tx.execute(
        "INSERT INTO processor_event (event_id, kind, reference, heard) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (event_id) DO NOTHING",
        event.event_id,
        event.kind,
        event.reference,
        micros(now),
    )


async def forget_events(tx: Tx, before: datetime, most: int) -> int:
    """Forget what was heard before this; how many there were."""
    return await tx.execute(
        "DELETE FROM processor_event WHERE event_id IN"
        " (SELECT event_id FROM processor_event WHERE heard < $1 ORDER BY heard LIMIT $2)",
        micros(before),
        most,
    )


async def note_dispute(tx: Tx, charge: Charge, dispute: Dispute, now: datetime) -> None:
    """A charge is disputed, or the dispute went on."""
    await tx.execute(
        "INSERT INTO dispute (nic, dispute_id, charge_id, ucents, currency, reason, status, heard)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (nic, charge_id, dispute_id) DO UPDATE SET status = $7, heard = $8",
        charge.nic,
        dispute.dispute_id,
        charge.charge_id,
        dispute.amount.ucents,
        dispute.amount.currency,
        dispute.reason,
        dispute.status,
        micros(now),
    )


async def disputes(tx: Tx, nic: str, charge_id: int) -> list[Dispute]:
    """A charge's disputes."""
    rows = await tx.fetch(
        "SELECT d.dispute_id, c.processor_id, d.ucents, d.currency, d.reason, d.status FROM dispute d JOIN charge c"
        " ON c.nic = d.nic AND c.charge_id = d.charge_id WHERE d.nic = $1 AND d.charge_id = $2 ORDER BY d.dispute_id",
        nic,
        charge_id,
    )
    return [Dispute(row[0], row[1], Money(row[2], row[3]), row[4], row[5]) for row in rows]
