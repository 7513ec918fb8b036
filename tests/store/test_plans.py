"""No request costs more because more is stored: every statement of the main path is answered by an index.

SQLite itself is asked for its plans, of the statements it was given while a name was ordered and delivered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import apsw
import pytest

from ordain.flows import autorenewal, carts, idempotency, services, webhooks
from tests.api.visits.keys import visits
from tests.engines import open_in
from tests.flows.cards import errands, hear, pay, register, with_cards
from tests.stripe_gateway import gateway
from tests.world import World

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Lists of what one account has are as long as they are; so is what a name is looked up by in all accounts.
LISTS = re.compile(
    r"(?s)FROM cart WHERE nic|FROM placed_order WHERE nic = \?1 AND placed|FROM contact WHERE nic = \?1 ORDER"
    r"|FROM (?:domain|zone) s WHERE s.nic = \?1 ORDER|FROM domain WHERE nic = \?1 ORDER"
    r"|FROM zone WHERE nic = \?1 ORDER|FROM balance WHERE nic = \?1 ORDER"
    r"|FROM task WHERE nic = \?1 AND (?:function|status)|FROM contact_change_party WHERE nic = \?1 ORDER"
    r"|FROM agreement WHERE nic = \?1 ORDER|FROM (?:charge|payment_method) WHERE nic = \?1 ORDER"
    # An account's, an application's and a client's keys have a limit each.
    r"|FROM (?:credential|application|oauth2_client|oauth2_token) WHERE nic = \?1|FROM credential c JOIN .* c.nic = \?1"
    r"|FROM mail WHERE nic = \?1 ORDER BY mail_id DESC LIMIT 1"  # the last of an index: nothing is read through
)
# By one column alone rows of one account, one cart or one status would be read through, but for what has one row each.
BROAD = re.compile(r"^(?!SEARCH \w+ USING INDEX sqlite_autoindex_autorenewal_1).*\((?:nic|cart_id|status)=\?\)$")
# A cart is read whole, an account (and payer) has one row, and no more tasks are being carried out than workers can.
WHOLE = re.compile(r"FROM cart_item WHERE cart_id = \?1 ORDER|FROM cart_item WHERE cart_id = \?1$"
                   r"|FROM cart_configuration WHERE cart_id = \?1 ORDER|FROM (?:cart|account|payer|ledger_head) WHERE"
                   r"|UPDATE cart SET|JOIN account n ON n.nic|FROM (?:zone_)?task WHERE status = 'doing'")  # fmt: skip

# What waits for a number, or to be composed, is read through: its index holds nothing else. And what a query of a query
# was given is read. What is inserted under a condition is one row.
QUEUE = re.compile(
    r"^SCAN (?:\w+ USING INDEX (?:payment_to_bill|refund_to_note|(?:payment|refund)_to_compose)|\(subquery-\d+\)|l"
    r"|CONSTANT ROW)$"
)


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
    assert world.bill() == 3
    [movement, *_] = world.get("/me/ovhAccount/FR/movements").ok()
    [bill, *_], [note] = world.get("/me/bill").ok(), world.get("/me/refund").ok()
    money = (f"ovhAccount/FR/movements/{movement}", f"bill/{bill}", f"refund/{note}", "payment/transaction")
    lists = ("/me/order", "/me/task/domain", "/domain/foo.fr", "/domain/zone/foo.fr", "/order/cart")
    for path in (*of_order, *lists, *(f"/me/{each}" for each in money)):
        world.get(path).ok()
    zone = "/domain/zone/foo.fr"
    record_id = world.post(f"{zone}/record", {"fieldType": "TXT", "target": "hello"}).ok()["id"]
    world.put(f"{zone}/record/{record_id}", {"target": "again"}).ok()
    world.post(f"{zone}/refresh").ok()
    world.deliver()
    for path in ("record?subDomain=", "status", "task", "history"):
        world.get(f"{zone}/{path}").ok()
    for name in ("alone.example", "b.shop.foo.fr"):
        world.get("/order/domain/zone/new", zoneName=name).ok()
    live(world)
    for _ in range(2):
        world.call_with({"Idempotency-Key": "one"}, "POST", "/order/cart", {"ovhSubsidiary": "FR"}).ok()
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


def keys_path(world: World) -> None:
    """Keys of every kind made, used, looked at and taken away."""
    for visit in visits(world):
        world.call(visit.route.partition(" ")[0], visit.path, visit.who, body=visit.body).ok()


def cards_path(world: World) -> None:
    """Cards registered, charged, given back to, looked after, and what their processor tells about them."""
    with gateway() as far:
        with_cards(world, far)
        card = register(world, far)
        for order_id in (world.order("stolen.fr"), world.order("foo.fr")):
            pay(world, order_id, card).ok()
        world.deliver()
        errands(world)
        far.dispute(far.intents()[1])
        assert set(hear(world, far)) == {200}
        [first, *_] = world.get("/me/payment/transaction").ok()
        for path in (f"payment/transaction/{first}", "payment/method", f"order/{order_id}/availablePaymentMean"):
            world.get(f"/me/{path}").ok()
        world.delete(f"/me/payment/method/{card}").ok()


def renewals_path(world: World) -> None:
    """A name reminded of, ordered to be renewed by hand, charged in vain, expired, given up, and at its end."""
    world.pay(world.order("foo.com")).ok()
    world.deliver()
    world.look_after()
    [number] = world.get("/services", resourceName="foo.com", routes="/domain/{serviceName}").ok()
    world.post(f"/service/{number}/renew", {"duration": "P9Y", "services": [number]}).ok()
    for path in (f"service/{number}/renew", f"services/{number}", "domain/foo.com/serviceInfos", "me/autorenew"):
        world.get(f"/{path}").ok()
    world.put("/domain/foo.com/serviceInfos", {"renew": {"automatic": False}}).ok()
    for days in (336, 23, 7, 3, 41, 31, 5):
        world.pass_time(days=days)
        world.look_after()
    assert world.get("/domain/foo.com").status == 404
    world.runner.run(services.end_zones(world.engine))


def plans(path: Path, statements: set[str]) -> list[tuple[str, str]]:
    """Each statement with each step of its plan."""
    connection = apsw.Connection(str(path))
    reading = [sql for sql in statements if re.match(r"\s*(?:SELECT|INSERT|UPDATE|DELETE)\b", sql)]
    return [
        (sql, step[3]) for sql in reading for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", _nothing(sql))
    ]


def _nothing(sql: str) -> list[None]:
    return [None] * max((int(number) for number in re.findall(r"\?(\d+)", sql)), default=0)


@pytest.mark.parametrize("path", [main_path, keys_path, cards_path, renewals_path])
def test_no_path_reads_a_table_through(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path, path: Callable[[World], None]
) -> None:
    database = open_in(runner, sqlite_url)
    path(World(database, runner, tmp_path))
    runner.run(database.close())
    found = plans(tmp_path / "ordain.db", statements)
    assert len({sql for sql, _ in found}) > 25
    assert [(step, sql) for sql, step in found if "SCAN" in step and not QUEUE.match(step)] == []
    through = [
        (step, sql) for sql, step in found if BROAD.search(step) and not (LISTS.search(sql) or WHOLE.search(sql))
    ]
    assert through == []
    # What is asked again for every row of a list reads the list as often as it is long.
    lists = [sql for sql, step in found if "CORRELATED" in step and "FROM ledger_line l WHERE" in sql]
    assert [sql for sql in lists if "l.entry_id = ?" not in sql] == []


def test_whether_a_card_is_busy_is_known_without_a_look_at_what_it_paid(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    cards_path(World(database, runner, tmp_path))
    runner.run(database.close())
    found = [step for sql, step in plans(tmp_path / "ordain.db", statements) if "AND method_id = ?2 AND undec" in sql]
    assert any("charge_of_method (nic=? AND method_id=?)" in step for step in found), found


def test_names_to_be_looked_after_are_found_without_a_look_at_the_others(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    runner.run(autorenewal.look_after(World(database, runner, tmp_path).engine))
    runner.run(database.close())
    found = [step for sql, step in plans(tmp_path / "ordain.db", statements) if "WHERE look_at <=" in sql]
    assert any("domain_by_look (look_at<?)" in step for step in found), found


def test_carts_are_forgotten_without_a_look_at_the_young_ones(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    runner.run(carts.sweep(World(database, runner, tmp_path).engine))
    runner.run(database.close())
    found = [step for sql, step in plans(tmp_path / "ordain.db", statements) if sql.startswith("DELETE FROM cart ")]
    assert any("cart_of_account (nic=? AND created<?)" in step for step in found), found


def test_the_processor_s_messages_are_forgotten_without_a_look_at_the_young_ones(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    runner.run(webhooks.sweep(World(database, runner, tmp_path).engine))
    runner.run(database.close())
    found = [step for sql, step in plans(tmp_path / "ordain.db", statements) if "DELETE FROM processor_event" in sql]
    assert any("processor_event_heard (heard<?)" in step for step in found), found
    assert not [step for step in found if "SCAN" in step], found


def test_repeated_requests_are_forgotten_without_a_look_at_the_others(
    statements: set[str], sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    database = open_in(runner, sqlite_url)
    runner.run(idempotency.sweep(World(database, runner, tmp_path).engine))
    runner.run(database.close())
    found = [step for sql, step in plans(tmp_path / "ordain.db", statements) if sql.startswith("DELETE FROM idempot")]
    assert any("idempotency_expiry (expires<?)" in step for step in found), found
    assert not [step for step in found if "SCAN" in step], found
