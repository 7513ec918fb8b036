"""Bills and credit notes: payments and refunds with the number they were given, after the fact and without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ordain.core.bill_content import Content
from ordain.core.billing import Bill, CreditNote
from ordain.core.money import Money
from ordain.core.order import Order, Payment, Refund
from ordain.store import orders
from ordain.store.columns import instant, maybe_instant, micros, pack, unpack, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.store.database import Row, Tx

_PAYMENT = "p.payment_id, p.paid, p.mean, p.ucents, p.currency"
_ORDER = "JOIN placed_order o ON o.nic = p.nic AND o.order_id = p.order_id"
_REFUND = "r.item_id, r.refunded, r.ucents, r.currency, r.reason"
_PAID = "FROM refund r JOIN payment p ON p.nic = r.nic AND p.order_id = r.order_id"


class Place(NamedTuple):
    """Where something stands among those to be numbered: the instant in microseconds, then by its ids."""

    at: int
    order_id: int
    item_id: int = 0


START = Place(0, 0)


class Page(NamedTuple):
    """So many of those behind this place."""

    after: Place
    most: int


class Paid(NamedTuple):
    """An order that was paid; `number` and `issued` once it is billed."""

    order: Order
    payment: Payment
    number: str | None
    issued: datetime | None
    place: Place


class GivenBack(NamedTuple):
    """What was given back of an order whose bill has this number; `number` and `issued` once it is credited."""

    order: Order
    refund: Refund
    bill_id: str
    number: str | None
    issued: datetime | None
    place: Place


async def to_bill(tx: Tx, page: Page) -> list[Paid]:
    """Payments without a bill, the earliest first."""
    return await _paid(tx, "p.bill_id IS NULL", "p.paid", page)


async def to_compose(tx: Tx, page: Page) -> list[Paid]:
    """Bills that have a number alone, as earlier versions left them."""
    return await _paid(tx, "p.bill_id IS NOT NULL AND p.composed IS NULL", "p.billed", page)


async def _paid(tx: Tx, which: str, by: str, page: Page) -> list[Paid]:
    rows = await tx.fetch(
        f"SELECT {by}, p.order_id, o.content, p.bill_id, p.billed, {_PAYMENT} FROM payment p {_ORDER}"
        f" WHERE {which} AND {by} >= $2 AND ({by} > $2 OR p.order_id > $3) ORDER BY {by}, p.order_id LIMIT $1",
        page.most,
        page.after.at,
        page.after.order_id,
    )
    return [
        Paid(orders.read(content), _payment(tuple(rest)), number, maybe_instant(issued), Place(at, order_id))
        for at, order_id, content, number, issued, *rest in rows
    ]


async def to_note(tx: Tx, page: Page) -> list[GivenBack]:
    """Refunds without a credit note, the earliest first, of what was billed."""
    return await _given_back(tx, "r.note_id IS NULL AND p.bill_id IS NOT NULL", "r.refunded", page)


async def notes_to_compose(tx: Tx, page: Page) -> list[GivenBack]:
    """Credit notes that have a number alone, as earlier versions left them."""
    return await _given_back(tx, "r.note_id IS NOT NULL AND r.composed IS NULL", "r.noted", page)


async def _given_back(tx: Tx, which: str, by: str, page: Page) -> list[GivenBack]:
    rows = await tx.fetch(
        f"SELECT {by}, r.order_id, o.content, p.bill_id, r.note_id, r.noted, {_REFUND} {_PAID} {_ORDER}"
        f" WHERE {which} AND {by} >= $2"
        f" AND ({by} > $2 OR r.order_id > $3 OR (r.order_id = $3 AND r.item_id > $4))"
        f" ORDER BY {by}, r.order_id, r.item_id LIMIT $1",
        page.most,
        *page.after,
    )
    return [
        GivenBack(
            order=orders.read(content),
            refund=_refund(tuple(rest)),
            bill_id=bill_id,
            number=number,
            issued=maybe_instant(issued),
            place=Place(at, order_id, rest[0]),
        )
        for at, order_id, content, bill_id, number, issued, *rest in rows
    ]


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


async def bill(tx: Tx, paid: Paid, bill_id: str, now: datetime) -> bool:
    """Give a payment its bill's number, beside which its content is kept; False if it has one."""
    given = await tx.execute(
        "UPDATE payment SET bill_id = $3, billed = $4, composed = 1"
        " WHERE nic = $1 AND order_id = $2 AND bill_id IS NULL",
        paid.order.nic,
        paid.order.order_id,
        bill_id,
        micros(now),
    )
    return given == 1


async def note(tx: Tx, back: GivenBack, note_id: str, now: datetime) -> bool:
    """Give a refund its credit note's number, beside which its content is kept; False if it has one."""
    given = await tx.execute(
        "UPDATE refund SET note_id = $4, noted = $5, composed = 1 WHERE nic = $1 AND order_id = $2 AND item_id = $3"
        " AND note_id IS NULL",
        back.order.nic,
        back.order.order_id,
        back.refund.item_id,
        note_id,
        micros(now),
    )
    return given == 1


async def add_contents(tx: Tx, said: Sequence[tuple[str, Content]]) -> None:
    """Keep what numbered bills or credit notes of accounts say. The first time counts."""
    await tx.execute_many(
        "INSERT INTO bill_content (nic, number, content) VALUES ($1, $2, $3) ON CONFLICT (nic, number) DO NOTHING",
        [(nic, content.number, pack(content)) for nic, content in said],
    )


async def complete(tx: Tx, nic: str, content: Content) -> None:
    """Keep what is said by a bill or credit note that an earlier version gave a number alone."""
    await add_contents(tx, [(nic, content)])
    if content.kind == "bill":
        await tx.execute("UPDATE payment SET composed = 1 WHERE nic = $1 AND bill_id = $2", nic, content.number)
    else:
        await tx.execute("UPDATE refund SET composed = 1 WHERE nic = $1 AND note_id = $2", nic, content.number)


async def content(tx: Tx, nic: str, number: str) -> Content | None:
    """What an account's bill or credit note says; None if there is none, or only a number yet."""
    row = await tx.fetch_one("SELECT content FROM bill_content WHERE nic = $1 AND number = $2", nic, number)
    return unpack(row[0], Content) if row else None


async def order_of(tx: Tx, number: str) -> Order | None:
    """The order of anybody's bill or credit note, for the operator and for the bill's own link."""
    row = await tx.fetch_one(f"SELECT o.content FROM payment p {_ORDER} WHERE p.bill_id = $1", number)
    if row is None:
        row = await tx.fetch_one(f"SELECT o.content FROM refund p {_ORDER} WHERE p.note_id = $1", number)
    return orders.read(row[0]) if row else None


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


async def notes_of_order(tx: Tx, nic: str, order_id: int) -> list[str]:
    """The numbers of an order's credit notes."""
    rows = await tx.fetch(
        "SELECT note_id FROM refund WHERE nic = $1 AND order_id = $2 AND note_id IS NOT NULL ORDER BY item_id",
        nic,
        order_id,
    )
    return [row[0] for row in rows]


async def bill_of_order(tx: Tx, nic: str, order_id: int) -> str | None:
    """The number of an order's bill, once there is one."""
    row = await tx.fetch_one("SELECT bill_id FROM payment WHERE nic = $1 AND order_id = $2", nic, order_id)
    return row[0] if row else None


async def load_bill(tx: Tx, nic: str, bill_id: str) -> Bill | None:
    """One of the account's bills."""
    row = await tx.fetch_one(
        f"SELECT p.billed, o.content, {_PAYMENT} FROM payment p {_ORDER} WHERE p.nic = $1 AND p.bill_id = $2",
        nic,
        bill_id,
    )
    return Bill(bill_id, instant(row[0]), orders.read(row[1]), _payment(row[2:])) if row else None


async def load_note(tx: Tx, nic: str, note_id: str) -> CreditNote | None:
    """One of the account's credit notes."""
    row = await tx.fetch_one(
        f"SELECT r.noted, p.bill_id, o.content, {_PAYMENT}, {_REFUND} {_PAID} {_ORDER}"
        " WHERE r.nic = $1 AND r.note_id = $2",
        nic,
        note_id,
    )
    if row is None:
        return None
    noted, bill_id, content, *rest = row
    order = orders.read(content)
    return CreditNote(note_id, instant(noted), order, _refund(tuple(rest[5:])), _payment(tuple(rest[:5])), bill_id)


def _payment(row: Row) -> Payment:
    payment_id, paid, mean, ucents, currency = row
    return Payment(payment_id, instant(paid), mean, Money(ucents, currency))


def _refund(row: Row) -> Refund:
    item_id, refunded, ucents, currency, reason = row
    return Refund(item_id, instant(refunded), Money(ucents, currency), reason)
