"""Bills and credit notes: payments and refunds with the number they were given, after the fact and without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.billing import Bill, CreditNote
from ordain.core.money import Money
from ordain.core.order import Order, Payment, Refund
from ordain.store.columns import instant, micros, unpack, within

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

Key = tuple[str, int]
"""A payment's: the account and the order."""

_PAYMENT = "p.payment_id, p.paid, p.mean, p.ucents, p.currency"


async def to_bill(tx: Tx, most: int) -> list[Key]:
    """Payments without a bill, the earliest first."""
    rows = await tx.fetch("SELECT nic, order_id FROM payment WHERE bill_id IS NULL ORDER BY paid LIMIT $1", most)
    return [(nic, order_id) for nic, order_id in rows]


async def to_note(tx: Tx, most: int) -> list[tuple[str, int, int]]:
    """Refunds without a credit note, the earliest first: the account, the order and the item."""
    rows = await tx.fetch(
        "SELECT nic, order_id, item_id FROM refund WHERE note_id IS NULL ORDER BY refunded LIMIT $1", most
    )
    return [(nic, order_id, item_id) for nic, order_id, item_id in rows]


async def last(tx: Tx, name: str) -> int:
    """The last number given of a series."""
    row = await tx.fetch_one("SELECT last FROM number_series WHERE name = $1", name)
    return int(row[0]) if row else 0


async def set_last(tx: Tx, name: str, place: int) -> None:
    """Numbers of a series were given up to this one."""
    await tx.execute(
        "INSERT INTO number_series (name, last) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET last = excluded.last",
        name,
        place,
    )


async def bill(tx: Tx, key: Key, bill_id: str, now: datetime) -> bool:
    """Give a payment its bill's number; False if it has one."""
    nic, order_id = key
    given = await tx.execute(
        "UPDATE payment SET bill_id = $3, billed = $4 WHERE nic = $1 AND order_id = $2 AND bill_id IS NULL",
        nic,
        order_id,
        bill_id,
        micros(now),
    )
    return given == 1


async def note(tx: Tx, key: tuple[str, int, int], note_id: str, now: datetime) -> bool:
    """Give a refund its credit note's number; False if it has one, or what was paid has no bill yet."""
    nic, order_id, item_id = key
    given = await tx.execute(
        "UPDATE refund SET note_id = $4, noted = $5 WHERE nic = $1 AND order_id = $2 AND item_id = $3"
        " AND note_id IS NULL AND EXISTS (SELECT 1 FROM payment WHERE payment.nic = refund.nic"
        " AND payment.order_id = refund.order_id AND payment.bill_id IS NOT NULL)",
        nic,
        order_id,
        item_id,
        note_id,
        micros(now),
    )
    return given == 1


async def bill_ids(tx: Tx, nic: str, since: datetime | None, until: datetime | None) -> list[tuple[str, int]]:
    """The account's bills issued within these instants, the earliest first, each with its order."""
    rows = await tx.fetch(
        "SELECT bill_id, order_id FROM payment WHERE nic = $1 AND billed >= $2 AND billed <= $3"
        " ORDER BY billed, bill_id",
        nic,
        *within(since, until),
    )
    return [(bill_id, order_id) for bill_id, order_id in rows]


async def note_ids(tx: Tx, nic: str, since: datetime | None, until: datetime | None) -> list[tuple[str, int]]:
    """The account's credit notes issued within these instants, the earliest first, each with its order."""
    rows = await tx.fetch(
        "SELECT note_id, order_id FROM refund WHERE nic = $1 AND noted >= $2 AND noted <= $3 ORDER BY noted, note_id",
        nic,
        *within(since, until),
    )
    return [(note_id, order_id) for note_id, order_id in rows]


async def bill_of_order(tx: Tx, nic: str, order_id: int) -> str | None:
    """The number of an order's bill, once there is one."""
    row = await tx.fetch_one("SELECT bill_id FROM payment WHERE nic = $1 AND order_id = $2", nic, order_id)
    return row[0] if row else None


async def load_bill(tx: Tx, nic: str, bill_id: str) -> Bill | None:
    """One of the account's bills."""
    row = await tx.fetch_one(
        f"SELECT p.billed, o.content, {_PAYMENT} FROM payment p"
        " JOIN placed_order o ON o.nic = p.nic AND o.order_id = p.order_id WHERE p.nic = $1 AND p.bill_id = $2",
        nic,
        bill_id,
    )
    return Bill(bill_id, instant(row[0]), unpack(row[1], Order), _payment(row[2:])) if row else None


async def load_note(tx: Tx, nic: str, note_id: str) -> CreditNote | None:
    """One of the account's credit notes."""
    row = await tx.fetch_one(
        f"SELECT r.noted, p.bill_id, o.content, {_PAYMENT}, r.item_id, r.refunded, r.ucents, r.currency, r.reason"
        " FROM refund r JOIN payment p ON p.nic = r.nic AND p.order_id = r.order_id"
        " JOIN placed_order o ON o.nic = r.nic AND o.order_id = r.order_id WHERE r.nic = $1 AND r.note_id = $2",
        nic,
        note_id,
    )
    if row is None:
        return None
    noted, bill_id, content, *rest = row
    item_id, refunded, ucents, currency, reason = rest[5:]
    given_back = Refund(item_id, instant(refunded), Money(ucents, currency), reason)
    return CreditNote(note_id, instant(noted), unpack(content, Order), given_back, _payment(tuple(rest[:5])), bill_id)


def _payment(row: Row) -> Payment:
    payment_id, paid, mean, ucents, currency = row
    return Payment(payment_id, instant(paid), mean, Money(ucents, currency))
