"""A name that went and came back: it is its new holder's alone, as new, whoever had it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.registry import Deletion, Update
from ordain.flows import changes
from ordain.store import tasks
from tests.flows.shop import all_tasks

if TYPE_CHECKING:
    from ordain.store.database import Tx
    from tests.world import World

NAME = "foo.com"


def have(world: World, who: str) -> None:
    order_id = world.order(NAME, who=who)
    world.pay(order_id, who=who).ok()
    world.deliver()
    assert world.status(order_id, who) == "delivered"


def let_go(world: World, who: str) -> None:
    """Its holder gives it up, and its registry forgets it once redemption is over."""
    world.runner.run(changes.ask(world.engine, world.nics[who], NAME, Deletion(), world.now))
    world.deliver()
    world.pass_time(days=80)

    async def forget(tx: Tx) -> None:
        await tx.execute("DELETE FROM sandbox_name WHERE name = $1", NAME)

    world.runner.run(world.database.write(forget))


def test_a_name_bought_again_after_it_was_deleted_is_as_new(world: World) -> None:
    have(world, "camille")
    before = world.get(f"/domain/{NAME}/serviceInfos").ok()
    world.put(f"/domain/{NAME}", {"transferLockStatus": "locked"}).ok()
    let_go(world, "camille")
    have(world, "camille")
    after = world.get(f"/domain/{NAME}/serviceInfos").ok()
    assert after["serviceId"] != before["serviceId"]
    assert after["creation"] == world.now.date().isoformat()
    assert after["expiration"] > before["expiration"]
    assert world.get(f"/domain/{NAME}").ok()["transferLockStatus"] == "unlocked"
    world.post(f"/services/{after['serviceId']}/terminate").ok()  # and is no longer a deleted service


def test_a_former_holder_has_no_hand_on_a_name_that_is_somebody_elses_now(world: World) -> None:
    have(world, "camille")
    let_go(world, "camille")
    waiting = world.runner.run(
        changes.ask(world.engine, world.nics["camille"], NAME, Update(name_servers=("ns1.evil.example",)), world.now)
    )
    world.credit("dieter")
    order_id = world.order(NAME, who="dieter", subsidiary="DE")
    world.pay(order_id, who="dieter").ok()
    world.deliver()
    assert world.status(order_id, "dieter") == "delivered"
    assert world.get("/domain").ok() == []
    assert world.get("/domain", "dieter").ok() == [NAME]
    for path in (f"/domain/{NAME}", f"/domain/{NAME}/authInfo", f"/domain/{NAME}/serviceInfos"):
        assert world.get(path).status == 404, path
        assert world.get(path, "dieter").status == 200, path
    found = world.runner.run(world.database.read(lambda tx: tasks.find(tx, waiting.task_id)))
    assert found is not None
    assert found.status == "cancelled"
    assert [task.status for task in all_tasks(world, "dieter")] == ["done"]


def test_a_code_is_not_told_while_the_name_is_on_its_way_to_somebody(world: World) -> None:
    name = "slow-1.com"
    order_id = world.order(name)
    world.pay(order_id).ok()
    for _ in range(3):
        world.deliver()
        world.pass_time(minutes=1)
    assert world.get(f"/domain/{name}/authInfo").status == 200

    async def on_its_way(tx: Tx) -> None:
        await tx.execute("UPDATE sandbox_name SET ready = ready + 10000000000 WHERE name = $1", name)

    world.runner.run(world.database.write(on_its_way))
    assert world.get(f"/domain/{name}/authInfo").status == 409
