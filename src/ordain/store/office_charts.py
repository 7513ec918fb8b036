"""What charts are made of: counts by day and by step within a time, each read by an index and bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import Money
from ordain.core.office_charts import DAY, Sale, Steps
from ordain.store.columns import micros
from ordain.store.orders import read

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx

MOST_ORDERS, MOST_CARTS, MOST_TASKS, MOST_REASONS = 5000, 20_000, 20_000, 12


async def orders_by_day(tx: Tx, since: datetime, until: datetime) -> dict[int, tuple[int, int]]:
    """How many orders were placed on each day, and how many of them were paid; days counted from `since`."""
    first = micros(since)
    rows = await tx.fetch(
        f"SELECT (o.placed - $1) / {DAY}, count(*), count(p.order_id) FROM placed_order o"
        " LEFT JOIN payment p ON p.nic = o.nic AND p.order_id = o.order_id"
        " WHERE o.placed >= $1 AND o.placed < $2 GROUP BY 1",
        first,
        micros(until),
    )
    return {int(day): (count, paid) for day, count, paid in rows}


async def steps(tx: Tx, since: datetime, until: datetime) -> Steps:
    """How far carts came that were made within this time; carts that were forgotten since are not counted."""
    row = await tx.fetch_one(
        "SELECT count(*), coalesce(sum(filled), 0), coalesce(sum(assigned), 0), coalesce(sum(ordered), 0),"
        " coalesce(sum(paid), 0), coalesce(sum(CASE WHEN paid = 1 AND waiting = 0 THEN 1 ELSE 0 END), 0) FROM ("
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM cart_item i WHERE i.cart_id = c.cart_id) THEN 1 ELSE 0 END AS filled,"
        " CASE WHEN c.nic IS NULL THEN 0 ELSE 1 END AS assigned,"
        " CASE WHEN c.order_id IS NULL THEN 0 ELSE 1 END AS ordered,"
        " CASE WHEN EXISTS (SELECT 1 FROM payment p WHERE p.nic = c.nic AND p.order_id = c.order_id)"
        " THEN 1 ELSE 0 END AS paid,"
        " (SELECT count(*) FROM task t WHERE t.nic = c.nic AND t.order_id = c.order_id AND t.status <> 'done')"
        " AS waiting FROM (SELECT cart_id, nic, order_id FROM cart WHERE expires >= $1 AND created >= $1"
        " AND created < $2 LIMIT $3) c) f",
        micros(since),
        micros(until),
        MOST_CARTS,
    )
    return Steps(*map(int, row)) if row else Steps()


async def sales(tx: Tx, since: datetime, until: datetime) -> tuple[list[Sale], bool]:
    """What was sold with the latest paid orders of this time, item by item, and whether there were more."""
    rows = await tx.fetch(
        "SELECT o.content FROM placed_order o JOIN payment p ON p.nic = o.nic AND p.order_id = o.order_id"
        " WHERE o.placed >= $1 AND o.placed < $2 ORDER BY o.placed DESC LIMIT $3",
        micros(since),
        micros(until),
        MOST_ORDERS,
    )
    costs = await tx.fetch(
        "SELECT t.order_id, t.part, t.ucents, t.currency FROM placed_order o JOIN ledger_transfer t ON t.nic = o.nic"
        " AND t.order_id = o.order_id AND t.kind = 'cost' WHERE o.placed >= $1 AND o.placed < $2"
        " ORDER BY o.placed DESC LIMIT $3",
        micros(since),
        micros(until),
        MOST_ORDERS * 10,
    )
    returned = await tx.fetch(
        "SELECT r.order_id, r.item_id FROM placed_order o JOIN refund r ON r.nic = o.nic AND r.order_id = o.order_id"
        " WHERE o.placed >= $1 AND o.placed < $2 ORDER BY o.placed DESC LIMIT $3",
        micros(since),
        micros(until),
        MOST_ORDERS * 10,
    )
    back = {(order_id, item_id) for order_id, item_id in returned}
    cost = {(order_id, part): Money(ucents, currency) for order_id, part, ucents, currency in costs}
    found = [
        Sale(item.plan, item.price.net, cost.get(key), key in back)
        for order in (read(content) for (content,) in rows)
        for item in order.items
        for key in [(order.order_id, item.item_id)]
    ]
    return found, len(rows) == MOST_ORDERS


async def durations(tx: Tx, since: datetime, until: datetime) -> list[int]:
    """Microseconds from each task's being written to its being done, of the latest done within this time."""
    rows = await tx.fetch(
        "SELECT done_at - created FROM task WHERE status = 'done' AND todo_at >= $1 AND todo_at < $2"
        " AND done_at IS NOT NULL ORDER BY todo_at DESC LIMIT $3",
        micros(since),
        micros(until),
        MOST_TASKS,
    )
    return [int(row[0]) for row in rows]


async def failures(tx: Tx, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Why tasks of this time are in error or were given up, the most frequent reason first."""
    rows = await tx.fetch(
        "SELECT reason, count(*) FROM (SELECT coalesce(comment, '') AS reason FROM task"
        " WHERE status IN ('error', 'cancelled') AND todo_at >= $1 AND todo_at < $2 LIMIT $3) f"
        " GROUP BY reason ORDER BY 2 DESC, 1 LIMIT $4",
        micros(since),
        micros(until),
        MOST_TASKS,
        MOST_REASONS,
    )
    return [(reason, count) for reason, count in rows]
