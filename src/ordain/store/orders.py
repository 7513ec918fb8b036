"""Orders as they were placed, with what happened to them since: payment and refunds."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ordain.core.money import Money
from ordain.core.order import Order, Payment, Refund, Right, Standing
from ordain.store import tasks
from ordain.store.columns import instant, maybe_instant, micros, pack, unpack, within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.retraction import Retraction
    from ordain.store.database import Tx


LONGEST_REMEMBERED = 32_768
"""Characters of an order that is remembered: those of many items are read anew, so that memory has its limit."""


def read(content: str) -> Order:
    """An order from its column. It never changes, and is read some five times from its checkout to its bill."""
    return _read(content) if len(content) <= LONGEST_REMEMBERED else unpack(content, Order)


@lru_cache(maxsize=512)
def _read(content: str) -> Order:
    return unpack(content, Order)


async def add(tx: Tx, order: Order) -> None:
    """A newly placed order."""
    await tx.execute(
        "INSERT INTO placed_order (nic, order_id, cart_id, placed, content) VALUES ($1, $2, $3, $4, $5)",
        order.nic,
        order.order_id,
        order.cart_id,
        micros(order.placed),
        pack(order),
    )


async def load(tx: Tx, nic: str, order_id: int) -> Order | None:
    """One of the account's orders."""
    row = await tx.fetch_one("SELECT content FROM placed_order WHERE nic = $1 AND order_id = $2", nic, order_id)
    return read(row[0]) if row else None


async def find(tx: Tx, order_id: int) -> Order | None:
    """An order of anybody's, for the operator and for the order's own link."""
    row = await tx.fetch_one("SELECT content FROM placed_order WHERE order_id = $1", order_id)
    return read(row[0]) if row else None


async def of_account(tx: Tx, nic: str, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of the account's orders placed within these instants, oldest first."""
    rows = await tx.fetch(
        "SELECT order_id FROM placed_order WHERE nic = $1 AND placed >= $2 AND placed <= $3 ORDER BY order_id",
        nic,
        *within(since, until),
    )
    return [row[0] for row in rows]


async def latest(tx: Tx, nic: str, most: int) -> list[int]:
    """The ids of the account's last orders, the newest first."""
    rows = await tx.fetch("SELECT order_id FROM placed_order WHERE nic = $1 ORDER BY order_id DESC LIMIT $2", nic, most)
    return [row[0] for row in rows]


async def told_of(tx: Tx, nic: str, text: str, before: int, most: int) -> list[Order]:
    """The account's last orders before this id that hold a text anywhere, the newest first; "" is in every order."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await tx.fetch(
        "SELECT content FROM placed_order WHERE nic = $1 AND order_id < $2 AND content LIKE $3 ESCAPE '\\'"
        " ORDER BY order_id DESC LIMIT $4",
        nic,
        before,
        f"%{plain}%",
        most,
    )
    return [read(row[0]) for row in rows]


async def payment(tx: Tx, nic: str, order_id: int) -> Payment | None:
    """The order's payment, if it was paid."""
    row = await tx.fetch_one(
        "SELECT payment_id, paid, mean, ucents, currency FROM payment WHERE nic = $1 AND order_id = $2", nic, order_id
    )
    return _payment(row) if row else None


def _payment(row: Sequence[Any]) -> Payment:
    return Payment(row[0], instant(row[1]), row[2], Money(row[3], row[4]))


async def add_payment(tx: Tx, nic: str, order_id: int, paid: Payment) -> bool:
    """The order's payment; False, and nothing written, if it has one already."""
    written = await tx.execute(
        "INSERT INTO payment (nic, order_id, payment_id, paid, mean, ucents, currency)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (nic, order_id) DO NOTHING",
        *_paid(nic, order_id, paid),
    )
    return written == 1


async def add_first_payment(tx: Tx, nic: str, order_id: int, paid: Payment) -> bool:
    """The same of an order that nothing was said of and that is being charged to no card (`in_the_way`), as most are.

    False, and nothing written, if there is anything.
    """
    written = await tx.execute(
        "INSERT INTO payment (nic, order_id, payment_id, paid, mean, ucents, currency)"
        " SELECT $1, $2, $3, $4, $5, $6, $7 FROM placed_order WHERE nic = $1 AND order_id = $2"
        " AND NOT EXISTS (SELECT 1 FROM withdrawal_right WHERE nic = $1 AND order_id = $2)"
        " AND NOT EXISTS (SELECT 1 FROM charge WHERE nic = $1 AND order_id = $2 AND undecided = 1)"
        " ON CONFLICT (nic, order_id) DO NOTHING",
        *_paid(nic, order_id, paid),
    )
    return written == 1


def _paid(nic: str, order_id: int, paid: Payment) -> tuple[int | str, ...]:
    amount = paid.amount
    return nic, order_id, paid.payment_id, micros(paid.at), paid.mean, amount.ucents, amount.currency


async def refunds(tx: Tx, nic: str, order_id: int) -> tuple[Refund, ...]:
    """What was given back of an order."""
    rows = await tx.fetch(
        "SELECT item_id, refunded, ucents, currency, reason FROM refund WHERE nic = $1 AND order_id = $2"
        " ORDER BY item_id",
        nic,
        order_id,
    )
    return tuple(Refund(item, instant(at), Money(ucents, code), why) for item, at, ucents, code, why in rows)


async def add_refund(tx: Tx, nic: str, order_id: int, refund: Refund) -> bool:
    """An item's refund; False, and nothing written, if it was refunded before."""
    written = await tx.execute(
        "INSERT INTO refund (nic, order_id, item_id, refunded, ucents, currency, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (nic, order_id, item_id) DO NOTHING",
        nic,
        order_id,
        refund.item_id,
        micros(refund.at),
        refund.amount.ucents,
        refund.amount.currency,
        refund.reason,
    )
    return written == 1


_STANDING = (  # in one statement, as carts are read: the order's own facts stand in columns of tasks, before its tasks
    "SELECT o.content, 0 AS task_id, (SELECT count(*) FROM refund f WHERE f.nic = $1 AND f.order_id = $2),"
    " p.payment_id, p.mean, p.currency, '', '', 0, 0, NULL, NULL, r.waived, r.retracted, p.paid, p.ucents, NULL, NULL"
    " FROM placed_order o LEFT JOIN withdrawal_right r ON r.nic = o.nic AND r.order_id = o.order_id"
    " LEFT JOIN payment p ON p.nic = o.nic AND p.order_id = o.order_id WHERE o.nic = $1 AND o.order_id = $2"
    f" UNION ALL SELECT {tasks.COLUMNS} FROM task WHERE nic = $1 AND order_id = $2 ORDER BY task_id"
)


async def standing(tx: Tx, nic: str, order_id: int) -> Standing | None:
    """An order with the facts its status is derived from."""
    rows = await tx.fetch(_STANDING, nic, order_id)
    if not rows or rows[0][1]:  # changes have tasks without an order
        return None
    content, _, given_back, payment_id, mean, currency, *_, waived, retracted, paid, ucents, _, _ = rows[0]
    return Standing(
        read(content),
        _payment((payment_id, paid, mean, ucents, currency)) if payment_id else None,
        await refunds(tx, nic, order_id) if given_back else (),
        tuple(map(tasks.read, rows[1:])),
        Right(maybe_instant(waived), maybe_instant(retracted)),
    )


async def right(tx: Tx, nic: str, order_id: int) -> Right:
    """What the customer said about the right of withdrawal."""
    row = await tx.fetch_one(
        "SELECT waived, retracted FROM withdrawal_right WHERE nic = $1 AND order_id = $2", nic, order_id
    )
    return Right(*map(maybe_instant, row)) if row else Right()


async def in_the_way(tx: Tx, nic: str, order_id: int) -> tuple[Right, bool]:
    """What may keep an order from being paid: what was said about its right of withdrawal; an undecided charge."""
    rows = await tx.fetch(
        "SELECT 1 AS part, waived, retracted FROM withdrawal_right WHERE nic = $1 AND order_id = $2"
        " UNION ALL SELECT 2, NULL, NULL FROM charge WHERE nic = $1 AND order_id = $2 AND undecided = 1",
        nic,
        order_id,
    )
    said = [Right(maybe_instant(waived), maybe_instant(retracted)) for part, waived, retracted in rows if part == 1]
    return said[0] if said else Right(), len(rows) > len(said)


async def waive(tx: Tx, nic: str, order_id: int, now: datetime) -> None:
    """The customer gives up the right of withdrawal: the first time counts."""
    await tx.execute(
        "INSERT INTO withdrawal_right (nic, order_id, waived) VALUES ($1, $2, $3) ON CONFLICT (nic, order_id)"
        " DO UPDATE SET waived = coalesce(withdrawal_right.waived, excluded.waived)",
        nic,
        order_id,
        micros(now),
    )


async def retract(tx: Tx, nic: str, order_id: int, wish: Retraction) -> None:
    """The customer withdraws from an order, who neither did so before nor waived the right."""
    await tx.execute(
        "INSERT INTO withdrawal_right (nic, order_id, retracted, reason, comment) VALUES ($1, $2, $3, $4, $5)",
        nic,
        order_id,
        micros(wish.at),
        wish.reason,
        wish.comment,
    )
