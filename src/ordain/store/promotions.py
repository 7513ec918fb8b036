"""Uses of limited promotions: in all, and whose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.store.columns import micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.order import Order
    from ordain.store.database import Tx


async def used(tx: Tx, promotion: str) -> int:
    """How often it was used in all."""
    row = await tx.fetch_one("SELECT used FROM promotion_count WHERE promotion = $1", promotion)
    return row[0] if row else 0


async def count(tx: Tx, promotion: str, uses: int, quantity: int) -> bool:
    """So many uses more; False, and nothing written, if these are more than there are."""
    written = await tx.execute(
        "INSERT INTO promotion_count (promotion, used) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT)"
        " WHERE CAST($2 AS BIGINT) <= CAST($3 AS BIGINT) ON CONFLICT (promotion)"
        " DO UPDATE SET used = promotion_count.used + excluded.used WHERE promotion_count.used + excluded.used <= $3",
        promotion,
        uses,
        quantity,
    )
    return written == 1


async def own(tx: Tx, nic: str, promotion: str) -> list[tuple[int, int]]:
    """The account's uses: the order, and how many."""
    rows = await tx.fetch(
        "SELECT order_id, uses FROM promotion_use WHERE nic = $1 AND promotion = $2 ORDER BY order_id",
        nic,
        promotion,
    )
    return [(order_id, uses) for order_id, uses in rows]


async def of_order(tx: Tx, nic: str, order_id: int) -> list[str]:
    """The limited promotions an order makes use of."""
    rows = await tx.fetch(
        "SELECT promotion FROM promotion_use WHERE nic = $1 AND order_id = $2 ORDER BY promotion", nic, order_id
    )
    return [promotion for (promotion,) in rows]


async def add(tx: Tx, order: Order, promotion: str, uses: int, *, counted: bool) -> None:
    """The uses an order makes; `counted` in all, too. They are looked at again when it can no longer be paid."""
    await tx.execute(
        "INSERT INTO promotion_use (nic, promotion, order_id, uses, counted, due) VALUES ($1, $2, $3, $4, $5, $6)",
        order.nic,
        promotion,
        order.order_id,
        uses,
        int(counted),
        micros(order.expires),
    )


async def due(tx: Tx, now: datetime, most: int) -> list[tuple[str, str, int]]:
    """Uses to be looked at again: account, promotion, order."""
    rows = await tx.fetch(
        "SELECT nic, promotion, order_id FROM promotion_use WHERE due IS NOT NULL AND due <= $1 ORDER BY due LIMIT $2",
        micros(now),
        most,
    )
    return [(nic, promotion, order_id) for nic, promotion, order_id in rows]


async def keep(tx: Tx, nic: str, promotion: str, order_id: int) -> None:
    """The use counts for good."""
    await tx.execute(
        "UPDATE promotion_use SET due = NULL WHERE nic = $1 AND promotion = $2 AND order_id = $3",
        nic,
        promotion,
        order_id,
    )


async def give_back(tx: Tx, nic: str, promotion: str, order_id: int) -> int:
    """The uses never came about; how many they were."""
    row = await tx.fetch_one(
        "DELETE FROM promotion_use WHERE nic = $1 AND promotion = $2 AND order_id = $3 RETURNING uses, counted",
        nic,
        promotion,
        order_id,
    )
    if row and row[1]:
        await tx.execute("UPDATE promotion_count SET used = used - $2 WHERE promotion = $1", promotion, row[0])
    return row[0] if row else 0
