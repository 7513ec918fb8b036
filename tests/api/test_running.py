"""What a process says of itself: that it lives, that it can serve, and what it has counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.flows import delivery, running
from ordain.store.database import DatabaseUnavailable, OutcomeUnknown
from ordain.store.migrate import BEING_COPIED
from tests.failing import Failing

if TYPE_CHECKING:
    from ordain.store.database import Tx
    from tests.world import World

TOKEN = "the token of a made-up Prometheus"
HEALTH, READY, METRICS = "/ordain/v1/health", "/ordain/v1/ready", "/ordain/v1/metrics"


def read(world: World, **headers: str) -> dict[str, int | float]:
    """The metrics, read from this machine: each sample with its labels."""
    world.address = "127.0.0.1"
    answer = world.send("GET", METRICS, headers=headers)
    assert answer.status == 200, answer.raw
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    pairs = (line.rpartition(" ") for line in answer.raw.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def refused(world: World) -> Any:
    answer = world.get(READY, None)
    assert (answer.status, answer.body["class"]) == (503, "Server::Unavailable")
    return answer.body["message"]


def test_a_process_lives_and_is_ready(world: World) -> None:
    assert world.get(HEALTH, None).ok() == {"status": "alive"}
    assert world.get(READY, None).ok() == {"status": "ready"}


def test_keys_mean_nothing_to_them(world: World) -> None:
    bad = {"X-Ovh-Application": "nobody", "X-Ovh-Consumer": "nobody", "Authorization": "Bearer nothing"}
    assert [world.send("GET", path, headers=bad).status for path in (HEALTH, READY)] == [200, 200]


def test_a_process_that_is_ending_serves_and_is_not_ready(world: World) -> None:
    world.engine.running.draining = True
    assert refused(world) == "This process was told to end"
    assert world.get(HEALTH, None).status == 200
    answer = world.get("/auth/time", None)
    assert (answer.status, answer.headers["connection"]) == (200, "close")


def test_a_worker_that_does_not_come_round_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.engine.running.looked()
    assert world.get(READY, None).status == 200
    monkeypatch.setattr(running, "STILL", -1.0)
    assert refused(world) == "The worker of this process is stuck"


def test_a_database_that_lacks_something_is_told(world: World) -> None:
    async def change(tx: Tx) -> None:
        await tx.execute("DELETE FROM migration WHERE name = '0012_promotions'")
        await tx.execute("INSERT INTO migration (name, sha256, applied_at) VALUES ($1, '', 0)", BEING_COPIED)

    world.runner.run(world.database.write(change))
    assert refused(world) == f"The database lacks migrations: {BEING_COPIED}, 0012_promotions"


def test_what_a_newer_program_added_is_no_obstacle(world: World) -> None:
    async def change(tx: Tx) -> None:
        await tx.execute("INSERT INTO migration (name, sha256, applied_at) VALUES ('9999_later', '', 0)")

    world.runner.run(world.database.write(change))
    assert world.get(READY, None).status == 200


def test_a_database_that_is_away_is_told_and_the_process_lives(world: World) -> None:
    world.runner.run(world.database.close())
    assert refused(world) == "The database cannot be read"
    assert world.get(HEALTH, None).status == 200


def test_metrics_are_for_this_machine_or_for_the_token(world: World) -> None:
    def status(address: str, **headers: str) -> int:
        world.address = address
        return world.send("GET", METRICS, headers=headers).status

    assert (status("192.0.2.7"), status("127.0.0.1"), status("::1"), status("")) == (403, 200, 200, 403)
    # A proxy on this machine that the settings do not tell of.
    assert status("127.0.0.1", **{"X-Forwarded-For": "192.0.2.7"}) == 403
    assert status("192.0.2.7", Authorization="Bearer ") == 403
    world.use(structs.replace(world.engine, running=running.Running(TOKEN)))
    assert status("192.0.2.7", Authorization=f"Bearer {TOKEN}") == 200
    assert status("192.0.2.7", Authorization=f"Bearer {TOKEN}x") == 403
    assert status("192.0.2.7", Authorization=f"Basic {TOKEN}") == 403


def test_requests_are_counted_by_what_is_declared(world: World) -> None:
    cart_id = world.cart(None)
    for path in (f"/order/cart/{cart_id}", f"/order/cart/{cart_id}", "/order/cart/none", "/no/such", "/sign-in"):
        world.get(path, None)
    world.send("GET", "/sign-in")
    world.get("/me", None)
    found = read(world)
    cart = 'method="GET",route="/order/cart/{cartId}"'
    assert found[f'ordain_requests_total{{{cart},status="200"}}'] == 2
    assert found[f'ordain_requests_total{{{cart},status="404"}}'] == 1
    assert found['ordain_requests_total{method="GET",route="/me",status="401"}'] == 1
    assert found['ordain_requests_total{method="any",route="nowhere",status="404"}'] == 2
    assert found['ordain_requests_total{method="any",route="pages",status="200"}'] == 1
    assert found[f'ordain_request_seconds_bucket{{{cart},le="+Inf"}}'] == 3
    assert found[f"ordain_request_seconds_count{{{cart}}}"] == 3
    assert found['ordain_refusals_total{kind="not-found"}'] == 3
    assert found['ordain_refusals_total{kind="unauthenticated"}'] == 1
    assert not any(cart_id in name for name in found)


def test_what_waits_is_counted(world: World) -> None:
    order_id = world.order("waits-1.fr")
    world.post(f"/me/order/{order_id}/pay", {"paymentMean": "ovhAccount"}, "camille")
    world.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": "ovhAccount"})
    world.pass_time(seconds=90)
    found = read(world)
    assert found['ordain_tasks{kind="task",status="due"}'] == 1
    assert found["ordain_task_oldest_due_seconds"] == 90
    assert found['ordain_waiting{what="bill"}'] == 1
    assert found["ordain_ledger_imbalance_ucents"] == 0
    assert world.runner.run(delivery.claim(world.engine, 16))
    world.use(structs.replace(world.engine, running=running.Running()))
    assert read(world)['ordain_tasks{kind="task",status="doing"}'] == 1


def test_a_balance_that_is_not_what_the_ledger_says_is_told_within_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def change(tx: Tx) -> None:
        await tx.execute("UPDATE balance SET ucents = ucents + 7 WHERE nic = $1", world.nics["camille"])

    assert read(world)["ordain_ledger_imbalance_ucents"] == 0
    world.runner.run(world.database.write(change))
    assert read(world)["ordain_ledger_imbalance_ucents"] == 0
    monkeypatch.setattr("ordain.flows.measures.LEDGER_EVERY", 0.0)
    assert read(world)["ordain_ledger_imbalance_ucents"] == 7


def test_the_database_tells_what_it_did(world: World) -> None:
    found = read(world)
    if world.database.engine == "sqlite":
        assert found["ordain_group_commit_transactions_sum"] >= found["ordain_group_commit_transactions_count"] > 5
    else:
        assert found["ordain_transactions_total"] > 5
        assert found["ordain_transaction_retries_total"] >= 0


def test_every_family_is_told_once_and_named_as_prometheus_wants(world: World) -> None:
    world.get("/auth/time", None)
    world.address = "127.0.0.1"
    lines = world.send("GET", METRICS).raw.decode().splitlines()
    kinds = dict(line.split()[2:] for line in lines if line.startswith("# TYPE"))
    assert len(kinds) == sum(line.startswith("# TYPE") for line in lines)
    assert all(re.fullmatch(r"ordain_[a-z_]+", name) for name in kinds)
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in kinds.items())
    assert all(sum(line.startswith(f"# HELP {name} ") for line in lines) == 1 for name in kinds)


@pytest.mark.parametrize(
    ("how", "status", "name", "message"),
    [
        (DatabaseUnavailable, 503, "Server::Unavailable", "Nothing was done, the database is busy: try again later"),
        (OutcomeUnknown, 504, "Server::GatewayTimeout", "It is not known whether this was done: the database was lost"),
    ],
)
def test_a_client_is_told_when_to_try_again_or_to_look(
    world: World, how: type[Exception], status: int, name: str, message: str
) -> None:
    world.use(structs.replace(world.engine, database=Failing(world.database, how("gone"))))
    answer = world.post("/order/cart", {"ovhSubsidiary": "FR"}, None)
    assert (answer.status, answer.body["class"], answer.headers["retry-after"]) == (status, name, "2")
    assert answer.body["message"].startswith(message)
