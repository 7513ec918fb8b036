"""Publication of zones by the worker: repeated, overtaken, silent, signed, and what customers can do about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import worker
from ordain.core.delivery import MOST_SILENCES
from ordain.flows import delivery, zone_removals, zone_tasks
from ordain.store import services
from tests.zones import Held, NameServerApart, delivered, use_name_server

if TYPE_CHECKING:
    from ordain.core.registry import Registration
    from ordain.core.zone import Zone
    from ordain.flows.ports import Registry
    from tests.world import World

Z = "/domain/zone/foo.fr"
HELD = ("foo.fr", "zwei.fr", "three.fr")


@pytest.fixture
def serving(world: World) -> NameServerApart:
    """Camille's zone foo.fr at a name server that can sign, and be silent."""
    name_server = NameServerApart(world.engine.name_server.hosts, signs=True)
    use_name_server(world, name_server)
    delivered(world, "foo.fr")
    return name_server


def add(world: World, sub_domain: str) -> None:
    body = {"fieldType": "A", "subDomain": sub_domain, "target": "192.0.2.1"}
    world.post(f"{Z}/record", body).ok()


def names(serving: NameServerApart) -> list[str]:
    return [sub_domain for sub_domain, kind, _ in serving.rows("foo.fr") if kind == "A"]


def signed(serving: NameServerApart) -> bool:
    return serving.serves["foo.fr"].signed


def give_up(world: World) -> None:
    """Let so much time pass in silence that a task is given to people."""
    for _ in range(MOST_SILENCES):
        world.deliver()
        world.pass_time(minutes=6)


def test_refreshes_before_a_publication_are_one(world: World, serving: NameServerApart) -> None:
    for name in ("a", "b", "c"):
        add(world, name)
        world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert (names(serving), serving.publications) == (["a", "b", "c"], 2)


def test_a_refresh_with_nothing_staged_publishes_again_under_the_same_serial(
    world: World, serving: NameServerApart
) -> None:
    serial, points = world.get(f"{Z}/soa").ok()["serial"], world.get(f"{Z}/history").ok()
    serving.serves.clear()
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert serving.serves["foo.fr"].serial == serial
    assert world.get(f"{Z}/history").ok() == points


def test_what_is_staged_is_not_published_by_something_else(world: World, serving: NameServerApart) -> None:
    add(world, "staged")
    world.post(f"{Z}/dnssec").ok()
    world.deliver()
    assert names(serving) == []


def test_a_zone_published_anew_meanwhile_is_published_once_more(world: World, serving: NameServerApart) -> None:
    add(world, "old")
    world.post(f"{Z}/refresh").ok()
    held = Held(serving)
    use_name_server(world, held)
    end = world.runner.run(held.begun(world, zone_tasks))
    add(world, "new")
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert names(serving) == ["new", "old"]
    world.runner.run(end())  # the slow worker's word comes last
    world.deliver()
    assert names(serving) == ["new", "old"]


def test_silence_is_met_with_patience_then_told(world: World, serving: NameServerApart) -> None:
    add(world, "a")
    serving.silent = True
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert world.get(f"{Z}/status").ok()["isDeployed"] is True
    give_up(world)
    status = world.get(f"{Z}/status").ok()
    assert status["isDeployed"] is False
    assert status["errors"] == [f"No answer after {MOST_SILENCES} attempts: the name server is silent"]
    serving.silent = False
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert world.get(f"{Z}/status").ok() == {"errors": [], "isDeployed": True, "warnings": []}
    assert names(serving) == ["a"]


def test_a_task_in_error_is_relaunched_or_given_up(world: World, serving: NameServerApart) -> None:
    serving.silent = True
    task = world.post(f"{Z}/import", {"zoneFile": "a A 192.0.2.1\n"}).ok()["id"]
    path = f"{Z}/task/{task}"
    assert world.post(f"{path}/accelerate").status == 409, "it is due"
    assert world.post(f"{path}/relaunch").status == 409
    world.deliver()
    waits = world.get(path).ok()
    assert (waits["status"], waits["canAccelerate"], waits["comment"]) == ("todo", True, "the name server is silent")
    assert world.post(f"{path}/accelerate").ok() is None
    give_up(world)
    assert [world.get(path).ok()[key] for key in ("status", "canRelaunch", "canCancel")] == ["error", True, True]
    assert world.post(f"{path}/relaunch", who="dieter").status == 404
    world.post(f"{path}/relaunch").ok()
    assert world.post(f"{path}/cancel").ok() is None
    assert world.get(path).ok()["status"] == "cancelled"
    assert [world.post(f"{path}/{verb}").status for verb in ("cancel", "relaunch", "accelerate")] == [409, 409, 409]
    assert "staged" in world.get(f"{Z}/status").ok()["warnings"][0]
    serving.silent = False
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    assert names(serving) == ["a"], "what was imported goes out with the next refresh"


def test_the_task_that_made_the_zone_is_among_its_tasks(world: World, serving: NameServerApart) -> None:
    [task] = world.get(f"{Z}/task").ok()
    assert world.get(f"{Z}/task/{task}").ok()["function"] == "ZoneCreate"
    assert world.get(f"{Z}/task", function="ZoneImport").ok() == []
    assert world.get(f"{Z}/task", status="error").ok() == []
    assert world.get(f"{Z}/task", status="unheard").status == 400
    assert world.post(f"{Z}/task/{task}/cancel").status == 409
    assert world.get(f"{Z}/task/{task + 100000}").status == 404
    assert serving.publications == 1


def test_a_zone_is_signed_when_its_name_server_has_signed_it(world: World, serving: NameServerApart) -> None:
    assert world.get(Z).ok()["dnssecSupported"] is True
    assert world.get(f"{Z}/dnssec").ok() == {"status": "disabled"}
    assert world.post(f"{Z}/dnssec").ok() is None
    assert world.post(f"{Z}/dnssec").ok() is None
    assert world.get(f"{Z}/dnssec").ok() == {"status": "enableInProgress"}
    assert world.delete(f"{Z}/dnssec").status == 409
    world.deliver()
    assert signed(serving)
    assert world.get(f"{Z}/dnssec").ok() == {"status": "enabled"}
    assert world.get(Z).ok()["dnssecActivated"] is True
    [task] = world.get(f"{Z}/task", function="DnssecEnable").ok()
    assert world.get(f"{Z}/task/{task}").ok()["status"] == "done"
    world.delete(f"{Z}/dnssec").ok()
    world.deliver()
    assert not signed(serving)
    assert world.get(f"{Z}/dnssec").ok() == {"status": "disabled"}
    assert world.delete(f"{Z}/dnssec").ok() is None


def test_signing_that_is_given_up_leaves_the_zone_as_it_was(world: World, serving: NameServerApart) -> None:
    serving.silent = True
    world.post(f"{Z}/dnssec").ok()
    [task] = world.get(f"{Z}/task", function="DnssecEnable").ok()
    world.post(f"{Z}/task/{task}/cancel").ok()
    assert world.get(f"{Z}/dnssec").ok() == {"status": "disabled"}


def test_a_name_server_that_signs_nothing_says_so(world: World) -> None:
    use_name_server(world, NameServerApart(world.engine.name_server.hosts))
    delivered(world, "plain.fr")
    refused = world.post("/domain/zone/plain.fr/dnssec")
    assert (refused.status, "not offered here" in refused.body["message"]) == (403, True)
    assert world.get("/domain/zone/plain.fr/dnssec").ok() == {"status": "disabled"}
    assert world.get("/domain/zone/plain.fr").ok()["dnssecSupported"] is False


class Hanging:
    """The world's registry, which answers nothing until it is let go."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.go = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    async def find(self, name: str) -> Registration | None:
        """The name, once it is let go."""
        await self.go.wait()
        return await self._registry.find(name)


class Telling(NameServerApart):
    """A name server that tells when it has published something."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        super().__init__(hosts)
        self.told = asyncio.Event()

    async def publish(self, zone: Zone) -> None:
        """Serve it, and say so."""
        await super().publish(zone)
        self.told.set()


def test_a_registry_that_hangs_holds_up_no_zone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AT_ONCE", 2)
    monkeypatch.setattr(worker, "ERRANDS", ())
    delivered(world, *HELD)
    serving = Telling(world.engine.name_server.hosts)
    use_name_server(world, serving)
    plan = world.engine.market.catalogue.extensions["fr"].registry
    hanging = Hanging(world.engine.registries[plan])
    world.use(structs.replace(world.engine, registries={**world.engine.registries, plan: hanging}))
    for name in HELD:
        world.put(f"/domain/{name}", {"transferLockStatus": "unlocked"}).ok()
    add(world, "a")
    world.post(f"{Z}/refresh").ok()

    async def work() -> None:
        working = worker.Worker()
        run = asyncio.create_task(working.run(world.engine))
        async with asyncio.timeout(60):
            await serving.told.wait()
        hanging.go.set()
        working.stop()
        await run

    world.runner.run(work())
    assert names(serving) == ["a"]


def test_a_step_of_a_zone_that_is_gone_does_nothing(world: World, serving: NameServerApart) -> None:
    add(world, "a")
    world.post(f"{Z}/refresh").ok()
    [task] = world.runner.run(zone_tasks.claim(world.engine, 16))
    nic = world.nics["camille"]
    world.runner.run(world.database.write(lambda tx: tx.execute("DELETE FROM zone WHERE nic = $1", nic)))
    world.runner.run(zone_tasks.step(world.engine, task))
    assert (world.deliver(), serving.publications) == (0, 1)


def test_what_is_published_after_its_lease_ended_does_not_stay(world: World, serving: NameServerApart) -> None:
    held = Held(serving)
    use_name_server(world, held)
    add(world, "first")
    world.post(f"{Z}/refresh").ok()
    end = world.runner.run(held.begun(world, zone_tasks))
    add(world, "second")
    world.post(f"{Z}/refresh").ok()
    world.now += world.engine.lease * 2
    world.deliver()
    assert names(serving) == ["first", "second"]
    world.runner.run(end())
    assert names(serving) == ["first"], "the older one came later"
    publications = serving.publications
    world.deliver()
    assert (names(serving), serving.publications) == (["first", "second"], publications + 1)


def test_what_is_published_after_the_zone_is_gone_leaves(world: World, serving: NameServerApart) -> None:
    held = Held(serving)
    use_name_server(world, held)
    world.post(f"{Z}/refresh").ok()
    end = world.runner.run(held.begun(world, zone_tasks))
    world.runner.run(world.database.write(lambda tx: services.delete_zone(tx, world.nics["camille"], "foo.fr")))
    world.runner.run(zone_removals.carry_out(world.engine))
    assert serving.serves == {}
    world.runner.run(end())
    world.runner.run(zone_removals.carry_out(world.engine))
    assert serving.serves == {}


def test_a_first_publication_after_its_lease_ended_does_not_stay(world: World, serving: NameServerApart) -> None:
    held = Held(serving)
    use_name_server(world, held)
    world.pay(world.post("/order/domain/zone/new", {"zoneName": "alone.example"}).ok()["orderId"]).ok()
    end = world.runner.run(held.begun(world, delivery))
    world.now += world.engine.lease * 2
    world.deliver()
    path = "/domain/zone/alone.example"
    world.post(f"{path}/record", {"fieldType": "A", "subDomain": "new", "target": "192.0.2.1"}).ok()
    world.post(f"{path}/refresh").ok()
    world.deliver()
    world.runner.run(end())
    world.deliver()
    assert ("new", "A", "192.0.2.1") in serving.rows("alone.example")


def test_a_zone_that_is_somebody_elses_once_it_is_published_leaves(world: World, serving: NameServerApart) -> None:
    held = Held(serving)
    use_name_server(world, held)
    bought: int = world.post("/order/domain/zone/new", {"zoneName": "shop.zwei.fr"}, "dieter").ok()["orderId"]
    world.credit("dieter")
    world.pay(bought, who="dieter").ok()
    end = world.runner.run(held.begun(world, delivery))
    delivered(world, "zwei.fr")
    world.runner.run(end())
    world.deliver()
    assert world.status(bought, "dieter") == "cancelled"
    world.runner.run(zone_removals.carry_out(world.engine))
    assert sorted(serving.serves) == ["foo.fr", "zwei.fr"]
