"""The sandbox's own routes: time is moved, names leave; and what moved time does to tasks, tokens and signatures."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain import worker
from ordain.core.registry_life import years_on
from ordain.flows import delivery
from ordain.store import tasks
from tests.flows.shop import bought
from tests.steps import carried_out
from tests.world import NOON

if TYPE_CHECKING:
    from tests.world import World

CLOCK, LEAVE = "/ordain/v1/sandbox/clock", "/ordain/v1/sandbox/transferOut"


def test_time_is_moved_for_everybody(world: World) -> None:
    assert world.get(CLOCK).ok() == {"now": "2026-11-23T12:00:00+00:00", "machine": "2026-11-23T12:00:00+00:00"}
    assert world.post(CLOCK, {"to": "+30d"}).ok()["now"] == "2026-12-23T12:00:00+00:00"
    assert world.get(CLOCK, "dieter").ok()["now"] == "2026-12-23T12:00:00+00:00"
    assert world.now == NOON + timedelta(days=30)


@pytest.mark.parametrize("to", ["2026-01-01", "-3d", "whenever"])
def test_it_is_moved_forward_only(world: World, to: str) -> None:
    assert world.post(CLOCK, {"to": to}).status == 400
    assert world.now == NOON


def test_only_who_signs_moves_it_and_only_in_a_rehearsal(world: World) -> None:
    assert world.post(CLOCK, {"to": "+1d"}, who=None).status == 401
    world.use(structs.replace(world.engine, movable=None))
    for answer in (
        world.get(CLOCK),
        world.post(CLOCK, {"to": "+1d"}),
        world.post(LEAVE, {"domain": "a.fr", "authInfo": "b"}),
    ):
        assert answer.status == 404
    assert world.now == NOON


def test_a_name_leaves_with_its_code(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    code = world.get("/domain/foo.fr/authInfo").ok()
    assert world.post(LEAVE, {"domain": "foo.fr", "authInfo": code}).status == 409  # too young
    world.post(CLOCK, {"to": "+61d"}).ok()
    assert world.post(LEAVE, {"domain": "foo.fr", "authInfo": "guessed"}).status == 409
    assert world.post(LEAVE, {"domain": "bar.fr", "authInfo": code}).status == 404
    assert world.post(LEAVE, {"domain": "foo.fr", "authInfo": code}).ok() == {
        "domain": "foo.fr", "statuses": ["pendingTransfer"],
    }  # fmt: skip
    world.post(CLOCK, {"to": "+5d"}).ok()
    held = world.runner.run(world.engine.registries["Afnic"].find("foo.fr"))
    assert held is not None
    assert not held.ours


def test_a_year_passes_in_a_moment(world: World) -> None:
    bought(world, "foo.com")
    world.deliver()
    world.post(CLOCK, {"to": "2027-11-24"}).ok()
    held = world.runner.run(world.engine.registries["Verisign"].find("foo.com"))
    assert held is not None
    assert (held.expires, held.grace) == (years_on(NOON, 2), ("autoRenewPeriod",))


def test_a_task_that_is_carried_out_while_time_is_moved_is_done_once(world: World) -> None:
    """Its lease is over at once, and a second worker takes it up beside the first: one word counts, one name is had."""
    order_id = bought(world, "foo.fr")
    [first] = world.runner.run(delivery.claim(world.engine, 16))
    world.post(CLOCK, {"to": "+30d"}).ok()
    [second] = world.runner.run(delivery.claim(world.engine, 16))
    assert (second.task_id, second.attempts) == (first.task_id, 2)

    async def both() -> None:
        await asyncio.gather(carried_out(world.engine, first), carried_out(world.engine, second))

    world.runner.run(both())
    world.deliver()
    assert world.status(order_id) == "delivered"
    done = world.runner.run(world.database.read(lambda tx: tasks.of_domain(tx, world.nics["camille"], "foo.fr")))
    assert [(task.function, task.status) for task in done] == [("DomainCreate", "done"), ("ZoneCreate", "done")]
    assert world.imbalance() == []
    assert world.get("/domain").ok() == ["foo.fr"]


def test_signatures_and_tokens_go_by_the_machine(world: World) -> None:
    machine = world.now
    world.use(structs.replace(world.engine, machine=lambda: machine))
    client = world.post("/me/api/oauth2/client", {
        "callbackUrls": [], "description": "A client", "flow": "CLIENT_CREDENTIALS", "name": "client",
    }).ok()  # fmt: skip
    asked = {
        "grant_type": "client_credentials",
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
    }
    token = world.send_json("POST", "/1.0/auth/oauth2/token", asked, {"content-type": "application/json"}).ok()
    bearer = {"authorization": f"Bearer {token['access_token']}"}
    world.post(CLOCK, {"to": "+365d"}).ok()
    assert world.get("/auth/time", None).ok() == int(machine.timestamp())
    assert world.get("/me").status == 200
    assert world.send("GET", "/1.0/me", b"", bearer).status == 200
    machine += timedelta(hours=2)
    assert world.send("GET", "/1.0/me", b"", bearer).status == 401


def test_the_worker_looks_at_everything_once_time_was_moved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    async def chore(_: object) -> None:
        looks.append("chore")

    async def errand(_: object) -> None:
        looks.append("errand")

    monkeypatch.setattr(worker, "CHORES", ((3600, chore),))
    monkeypatch.setattr(worker, "ERRANDS", ((3600, errand),))
    monkeypatch.setattr(worker, "LOOK_EVERY", 0.01)

    async def lived() -> None:
        at_work = worker.Worker()
        running = asyncio.create_task(at_work.run(world.engine))
        for days in (0, 0, 30, 0):
            world.pass_time(days=days)
            await asyncio.sleep(0.2)
        at_work.stop()
        await running

    world.runner.run(lived())
    assert sorted(looks) == ["chore", "chore", "errand", "errand"]
