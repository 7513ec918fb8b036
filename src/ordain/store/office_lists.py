"""What the staff looks for, of everybody's: by number, name or state; each statement is bounded and has its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.account import Account
from ordain.core.money import Money
from ordain.store.columns import instant, micros, unpack_once
from ordain.store.tasks import read_rows

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Task
    from ordain.store.database import Tx

OPEN = "('todo', 'doing', 'error')"


def place(task: Task) -> tuple[int, int]:
    """Where a task stands in a list of those of its state."""
    return micros(task.todo_at), task.task_id


async def tasks(tx: Tx, status: str, after: tuple[int, int] | None, page: tuple[int, bool]) -> list[Task]:
    """Tasks of a state behind a place. `page`: how many, and whether the latest come first."""
    most, latest = page
    order, than = ("DESC", "<") if latest else ("ASC", ">")
    first, number = after or ((2**62, 0) if latest else (-1, 0))
    return await read_rows(
        tx,
        f"WHERE status = $1 AND (todo_at, task_id) {than} ($2, $3) ORDER BY todo_at {order}, task_id {order} LIMIT $4",
        status,
        first,
        number,
        most,
    )


async def tasks_of_name(tx: Tx, name: str, most: int) -> list[Task]:
    """The latest tasks about a name, of all accounts."""
    return await read_rows(tx, "WHERE domain = $1 ORDER BY task_id DESC LIMIT $2", name, most)


async def count_tasks(tx: Tx) -> list[tuple[str, int, datetime]]:
    """How many tasks there are of each state that is not over, and since when the first of them was due."""
    rows = await tx.fetch(f"SELECT status, count(*), min(todo_at) FROM task WHERE status IN {OPEN} GROUP BY status")
    return [(status, count, instant(first)) for status, count, first in rows]


async def order_ids(tx: Tx, before: int, most: int) -> list[int]:
    """The numbers of everybody's orders below one, the latest first."""
    rows = await tx.fetch(
        "SELECT order_id FROM placed_order WHERE order_id < $1 ORDER BY order_id DESC LIMIT $2", before, most
    )
    return [row[0] for row in rows]


async def owner_of_order(tx: Tx, order_id: int) -> str | None:
    """Whose an order is."""
    row = await tx.fetch_one("SELECT nic FROM placed_order WHERE order_id = $1", order_id)
    return row[0] if row else None


async def order_of_payment(tx: Tx, payment_id: int) -> int | None:
    """Which order a payment is of."""
    row = await tx.fetch_one("SELECT order_id FROM payment WHERE payment_id = $1", payment_id)
    return row[0] if row else None


async def order_of_transfer(tx: Tx, entry: str) -> int | None:
    """Which order a sum that the bank calls so came to."""
    row = await tx.fetch_one("SELECT order_id FROM transfer_receipt WHERE entry = $1", entry)
    return row[0] if row else None


async def holders(tx: Tx, name: str) -> list[str]:
    """Who holds a domain of this name."""
    return [row[0] for row in await tx.fetch("SELECT nic FROM domain WHERE name = $1", name)]


async def names_of(tx: Tx, nic: str, most: int) -> list[tuple[str, datetime]]:
    """An account's names, with the end of what was paid for."""
    rows = await tx.fetch("SELECT name, expires FROM domain WHERE nic = $1 ORDER BY name LIMIT $2", nic, most)
    return [(name, instant(expires)) for name, expires in rows]


async def by_email(tx: Tx, email: str, most: int) -> list[Account]:
    """Accounts of an e-mail address."""
    rows = await tx.fetch(
        "SELECT profile FROM account WHERE lower(email) = $1 ORDER BY created LIMIT $2", email.lower(), most
    )
    return [unpack_once(row[0], Account) for row in rows]


async def by_words(tx: Tx, words: str, most: int) -> list[Account]:
    """Accounts that have these words somewhere in what they say of themselves. It goes through all: read it long."""
    pattern = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await tx.fetch(
        "SELECT profile FROM account WHERE lower(profile) LIKE $1 ESCAPE '\\' ORDER BY created DESC LIMIT $2",
        f"%{pattern}%",
        most,
    )
    return [unpack_once(row[0], Account) for row in rows]


async def refused_mails(tx: Tx) -> int:
    """How many mails no server will take."""
    row = await tx.fetch_one("SELECT count(*) FROM mail WHERE status = 'refused'")
    return int(row[0]) if row else 0


async def waiting_grants(tx: Tx) -> tuple[int, datetime | None]:
    """How many requests for money wait, and since when the first of them."""
    row = await tx.fetch_one("SELECT count(*), min(asked) FROM money_grant WHERE status = 'waiting'")
    return (int(row[0]), instant(row[1]) if row[1] is not None else None) if row else (0, None)


async def unmatched(tx: Tx) -> int:
    """How many sums came from banks that pay for no order."""
    row = await tx.fetch_one("SELECT count(*) FROM transfer_receipt WHERE came = 'unmatched'")
    return int(row[0]) if row else 0


async def sold_since(tx: Tx, since: datetime) -> tuple[int, list[Money]]:
    """How many orders were placed since then, and what was paid for them, by currency."""
    rows = await tx.fetch(
        "SELECT coalesce(p.currency, ''), count(*), sum(p.ucents) FROM placed_order o"
        " LEFT JOIN payment p ON p.nic = o.nic AND p.order_id = o.order_id WHERE o.placed >= $1 GROUP BY 1 ORDER BY 1",
        micros(since),
    )
    return sum(row[1] for row in rows), [Money(int(row[2]), row[0]) for row in rows if row[0]]


async def unanswered(tx: Tx, most: int) -> list[tuple[str, str]]:
    """The names, with the reason, of tasks that wait because nobody answered."""
    rows = await tx.fetch(
        "SELECT domain, comment FROM task WHERE status = 'todo' AND silences > 0 ORDER BY todo_at DESC LIMIT $1", most
    )
    return [(domain, comment or "") for domain, comment in rows]
