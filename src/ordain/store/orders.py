"""Orders as they were placed, with what happened to them since: payment and refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import Money
from ordain.core.order import Order, Payment, Refund, Right, Standing
from ordain.store import tasks
from ordain.store.columns import instant, micros, pack, unpack, within

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.retraction import Word
    from ordain.store.database import Tx


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
    return unpack(row[0], Order) if row else None


async def find(tx: Tx, order_id: int) -> Order | None:
    """An order of anybody's, for the operator and for the order's own link."""
    row = await tx.fetch_one("SELECT content FROM placed_order WHERE order_id = $1", order_id)
    return unpack(row[0], Order) if row else None


async def of_account(tx: Tx, nic: str, since: datetime | None, until: datetime | None) -> list[int]:
    """The ids of the account's orders placed within these instants, oldest first."""
    rows = await tx.fetch(
        "SELECT order_id FROM placed_order WHERE nic = $1 AND placed >= $2 AND placed <= $3 ORDER BY order_id",
        nic,
        *within(since, until),
    )
    return [row[0] for row in rows]


async def payment(tx: Tx, nic: str, order_id: int) -> Payment | None:
    """The order's payment, if it was paid."""
    row = await tx.fetch_one(
        "SELECT payment_id, paid, mean, ucents, currency FROM payment WHERE nic = $1 AND order_id = $2", nic, order_id
    )
    return Payment(row[0], instant(row[1]), row[2], Money(row[3], row[4])) if row else None


async def add_payment(tx: Tx, nic: str, order_id: int, paid: Payment) -> bool:
    """The order's payment; False, and nothing written, if it has one already."""
    written = await tx.execute(
        "INSERT INTO payment (nic, order_id, payment_id, paid, mean, ucents, currency)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (nic, order_id) DO NOTHING",
        nic,
        order_id,
        paid.payment_id,
        micros(paid.at),
        paid.mean,
        paid.amount.ucents,
        paid.amount.currency,
    )
    return written == 1


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


async def standing(tx: Tx, nic: str, order_id: int) -> Standing | None:
    """An order with the facts its status is derived from."""
    order = await load(tx, nic, order_id)
    if order is None:
        return None
    return Standing(
        order,
        await payment(tx, nic, order_id),
        await refunds(tx, nic, order_id),
        tuple(await tasks.of_order(tx, nic, order_id)),
        await right(tx, nic, order_id),
    )


async def right(tx: Tx, nic: str, order_id: int) -> Right:
    """What the customer said about the right of withdrawal."""
    rows = await tx.fetch("SELECT kind, said FROM withdrawal_right WHERE nic = $1 AND order_id = $2", nic, order_id)
    return Right(**{kind: instant(said) for kind, said in rows})


async def add_word(tx: Tx, nic: str, order_id: int, word: Word) -> bool:
    """What the customer says about the right of withdrawal; False, and nothing written, if it was said before."""
    written = await tx.execute(
        "INSERT INTO withdrawal_right (nic, order_id, kind, said, reason, comment) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (nic, order_id, kind) DO NOTHING",
        nic,
        order_id,
        word.kind,
        micros(word.at),
        word.reason,
        word.comment,
    )
    return written == 1
