"""How many statements each step of an order sends: on PostgreSQL every one of them is a way there and back."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from tests.engines import open_in
from tests.world import World

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

# A real registry is asked over EPP: the sandbox's own tables are not counted.
OURS = re.compile(r"(?!.*\bsandbox_)\s*(?:SELECT|INSERT|UPDATE|DELETE)\b", re.DOTALL)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Every statement given to SQLite meanwhile, by connections made meanwhile."""
    seen: list[str] = []

    def watch(connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: seen.append(event["sql"]))

    apsw.connection_hooks.append(watch)
    yield seen
    apsw.connection_hooks.remove(watch)


def test_no_step_of_an_order_sends_more_statements_than_it_needs(
    sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    with watched() as seen:
        database = open_in(runner, sqlite_url)
    world = World(database, runner, tmp_path)
    # What was never agreed to before is written down, and which reads are of one statement is learnt.
    world.status(world.order("foo.fr"))
    found = {}

    def count(step: str) -> None:
        found[step] = len([sql for sql in seen if OURS.match(sql)])
        seen.clear()

    seen.clear()
    cart_id = world.cart(who=None)
    count("cart")
    world.get(f"/order/cart/{cart_id}/domain", "camille", domain="quux.fr").ok()
    count("offers")
    item_id = world.add(cart_id, "quux.fr")
    count("add")
    world.post(f"/order/cart/{cart_id}/assign", who="camille").ok()
    count("assign")
    world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    count("configure")
    world.get(f"/order/cart/{cart_id}/summary").ok()
    count("summary")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", who="camille").ok()["orderId"]
    count("checkout")
    world.pay(order_id).ok()
    count("pay")
    assert world.status(order_id) == "checking"
    count("status")
    runner.run(database.close())
    assert found == {
        "cart": 1, "offers": 1, "add": 2, "assign": 1, "configure": 2, "summary": 1, "checkout": 6, "pay": 7,
        "status": 1,
    }  # fmt: skip
