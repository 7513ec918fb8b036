"""No request costs more because more is stored: every statement of the main path is answered by an index.

SQLite itself is asked for its plans, of the statements it was given while a name was ordered and delivered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import apsw
import pytest

from tests.engines import open_in
from tests.world import World

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

# Lists of what one account has are as long as they are; so is what a name is looked up by in all accounts.
LISTS = re.compile(
    r"(?s)FROM cart WHERE nic|FROM placed_order WHERE nic = \?1 AND placed|FROM contact WHERE nic = \?1 ORDER"
    r"|FROM domain WHERE nic = \?1 ORDER|FROM zone WHERE nic = \?1 ORDER|FROM balance WHERE nic = \?1 ORDER"
    r"|FROM task WHERE nic = \?1 AND (?:function|status)|FROM contact_change_party WHERE nic = \?1 ORDER"
)
# By one column alone rows of one account, one cart or one status would be read through.
BROAD = re.compile(r"\((?:nic|cart_id|status)=\?\)$")
# A cart is read whole, an account has one row, and no more tasks are being carried out than workers can.
WHOLE = re.compile(r"FROM cart_item WHERE cart_id = \?1 ORDER|FROM cart_item WHERE cart_id = \?1$"
                   r"|FROM cart_configuration WHERE cart_id = \?1 ORDER|FROM (?:cart|account) WHERE"
                   r"|UPDATE cart SET|JOIN account n ON n.nic|FROM task WHERE status = 'doing'")  # fmt: skip


@pytest.fixture
def statements() -> Iterator[set[str]]:
    """Every statement given to SQLite during the test."""
    seen: set[str] = set()

    def watch(connection: apsw.Connection) -> None:
        connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda event: seen.add(event["sql"]))

    apsw.connection_hooks.append(watch)
    yield seen
    apsw.connection_hooks.remove(watch)


def main_path(world: World) -> None:
    """A name ordered and delivered, another lost and refunded, and everything looked at."""
    order_id = world.order("foo.fr")
    world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok()
    for each in (order_id, world.order("stolen.fr")):
        world.pay(each).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    [first, *_] = world.get(f"/me/order/{order_id}/details").ok()
    of_order = [f"/me/order/{order_id}/{path}".rstrip("/") for path in (f"details/{first}", "followUp", "status", "")]
    for path in (*of_order, "/me/order", "/me/task/domain", "/domain/foo.fr", "/domain/zone/foo.fr", "/order/cart"):
        world.get(path).ok()
    live(world)
    placed = world.get(f"/me/order/{order_id}").ok()
    assert world.send("GET", placed["url"].removeprefix(world.engine.public_url)).status == 200


def live(world: World) -> None:
    """What is done with a name once it is there."""
    world.put("/domain/foo.fr", {"transferLockStatus": "locked"}).ok()
    servers = [{"host": "ns1.elsewhere.example"}, {"host": "ns2.elsewhere.example"}]
    task_id = world.post("/domain/foo.fr/nameServers/update", {"nameServers": servers}).ok()["id"]
    world.deliver()
    for path in (f"/domain/foo.fr/task/{task_id}", "/domain/foo.fr/task", "/v2/domain/name/foo.fr", "/v2/domain/name"):
        world.get(path).ok()
    [change] = world.post("/domain/foo.fr/changeContact", {"contactTech": world.nics["dieter"]}).ok()
    world.post(f"/me/task/contactChange/{change}/resendEmail").ok()
    world.get("/me/task/contactChange").ok()


def plans(path: Path, statements: set[str]) -> list[tuple[str, str]]:
    """Each statement with each step of its plan."""
    connection = apsw.Connection(str(path))
    reading = [sql for sql in statements if re.match(r"\s*(?:SELECT|INSERT|UPDATE|DELETE)\b", sql)]
    return [
        (sql, step[3]) for sql in reading for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", _nothing(sql))
    ]


def _nothing(sql: str) -> list[None]:
    return [None] * max((int(number) for number in re.findall(r"\?(\d+)", sql)), default=0)


def test_the_main_path_reads_no_table_through(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    main_path(World(database, runner, tmp_path))
    runner.run(database.close())
    found = plans(tmp_path / "ordain.db", statements)
    assert len({sql for sql, _ in found}) > 25
    assert [(step, sql) for sql, step in found if "SCAN" in step] == []
    through = [
        (step, sql) for sql, step in found if BROAD.search(step) and not (LISTS.search(sql) or WHOLE.search(sql))
    ]
    assert through == []
