"""Delivery when things go wrong or happen twice: leases, late workers, races for a name, a database that fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.money import UNIT
from ordain.core.registry import NoAnswer
from ordain.flows import delivery
from ordain.store.database import DatabaseError
from ordain.store.sandbox import SandboxNames
from tests.engines import migrated, open_in, run
from tests.flows.shop import all_tasks, bought, first_task, movements, story, together
from tests.steps import carried_out

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.delivery import Task
    from ordain.core.registry import Answer, Command, Registration
    from ordain.store.database import Database
    from tests.world import World


def claim(world: World, most: int = 16) -> list[Task]:
    return world.runner.run(delivery.claim(world.engine, most))


def step(world: World, task: Task) -> None:
    world.carry_out(task)


def pass_lease(world: World) -> None:
    world.pass_time(seconds=world.engine.lease.total_seconds())


# --- leases ---


def test_of_workers_that_look_at_the_same_moment_one_has_each_task(world: World) -> None:
    for number in range(5):
        bought(world, f"foo{number}.fr")

    async def all_at_once() -> list[list[Task]]:
        return await asyncio.gather(*(delivery.claim(world.engine, 3) for _ in range(8)))

    taken = [task.task_id for tasks in world.runner.run(all_at_once()) for task in tasks]
    taken += [task.task_id for task in claim(world)]
    assert len(taken) == 5
    assert sorted(taken) == sorted(task.task_id for task in all_tasks(world))


def test_a_task_is_taken_up_again_when_its_workers_lease_ended_and_not_before(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [first] = claim(world)
    assert (first.status, first.attempts) == ("doing", 1)
    world.pass_time(seconds=world.engine.lease.total_seconds() - 0.001)
    assert claim(world) == []
    world.pass_time(seconds=0.001)
    [second] = claim(world)
    assert (second.task_id, second.attempts) == (first.task_id, 2)
    assert claim(world) == []
    step(world, second)
    world.deliver()
    assert world.status(order_id) == "delivered"


@pytest.mark.parametrize("domain", ["foo.fr", "stolen.fr"])
def test_a_late_workers_word_does_not_count(world: World, domain: str) -> None:
    order_id = bought(world, domain)
    [late] = claim(world)
    pass_lease(world)
    [prompt] = claim(world)
    step(world, prompt)
    world.deliver()
    after = story(world, order_id)
    world.pass_time(seconds=1)
    step(world, late)
    assert story(world, order_id) == after
    assert world.deliver() == 0
    assert world.imbalance() == []


def test_a_late_workers_word_does_not_count_while_the_prompt_one_is_still_at_it(world: World) -> None:
    order_id = bought(world, "refused.fr")
    [late] = claim(world)
    pass_lease(world)
    [prompt] = claim(world)
    step(world, late)
    assert (first_task(world, order_id).status, first_task(world, order_id).attempts) == ("doing", 2)
    assert len(story(world, order_id).mails) == 2
    step(world, prompt)
    assert first_task(world, order_id).status == "error"
    assert len(story(world, order_id).mails) == 3


def test_two_workers_on_the_same_task_at_the_same_moment_deliver_once(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [one] = claim(world)
    pass_lease(world)
    [other] = claim(world)
    together(world, [carried_out(world.engine, task) for task in (one, other, other)])
    world.deliver()
    told = story(world, order_id)
    assert world.status(order_id) == "delivered"
    assert [task.function for task in told.standing.tasks] == ["DomainCreate", "ZoneCreate"]
    assert len(told.mails) == 3


def test_a_step_that_was_done_before_the_crash_is_not_done_again(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [task] = claim(world)
    item = story(world, order_id).standing.order.items[0]
    registry = world.engine.registries["Afnic"]
    held = world.runner.run(registry.find(item.domain))
    assert held is None
    step(world, task)
    created = world.runner.run(registry.find("foo.fr"))
    world.pass_time(days=30)
    world.deliver()
    held = world.runner.run(registry.find("foo.fr"))
    assert held
    assert created
    assert (held.created, held.expires, held.transaction) == (created.created, created.expires, created.transaction)


class Asked(SandboxRegistry):
    """A sandbox registry that writes down what it was asked, and loses an answer if it is to."""

    def __init__(self, names: SandboxNames, world: World) -> None:
        super().__init__(names, lambda: world.now)
        self.asked: list[str] = []
        self.silent = False

    async def find(self, name: str) -> Registration | None:
        """As the sandbox."""
        self.asked.append("find")
        return await super().find(name)

    async def create(self, command: Command, client_id: str | None = None) -> Answer:
        """As the sandbox, and perhaps unheard."""
        self.asked.append("create")
        answer = await super().create(command, client_id)
        if self.silent:
            message = "The line was cut"
            raise NoAnswer(message)
        return answer


@pytest.mark.parametrize(
    ("domain", "line", "asked", "status"),
    [("foo.fr", "good", ["create"], "delivered"), ("foo.fr", "cut", ["create", "find"], "delivered"),
     ("stolen.fr", "good", ["create", "find"], "cancelled"), ("refused.fr", "good", ["create", "find"], "delivering")],
)  # fmt: skip
def test_whose_a_name_is_is_asked_before_every_attempt_but_the_first(
    world: World, domain: str, line: str, asked: list[str], status: str
) -> None:
    registry = Asked(SandboxNames(world.database), world)
    world.engine = structs.replace(world.engine, registries={**world.engine.registries, "Afnic": registry})
    order_id = bought(world, domain)
    registry.silent = line == "cut"
    world.deliver()
    registry.silent = False
    world.pass_time(seconds=2)
    world.deliver()
    assert registry.asked == asked
    assert world.status(order_id) == status
    assert world.imbalance() == []


def test_there_is_no_order_of_what_nobody_ordered(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.deliver()
    world.put("/domain/foo.fr", {"transferLockStatus": "locked"}).ok()
    assert any(not task.order_id for task in all_tasks(world))
    assert world.get("/me/order/0/status").status == 404
    assert world.status(order_id) == "delivered"


# --- a name that several want ---


def test_what_follows_at_once_is_taken_up_by_another_worker_when_the_first_dies_in_between(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [name] = claim(world)
    zone = world.runner.run(delivery.step(world.engine, name))
    assert zone is not None
    assert (zone.function, zone.status, zone.attempts) == ("ZoneCreate", "doing", 1)
    assert world.status(order_id) == "delivering"
    assert claim(world) == []
    pass_lease(world)
    [taken] = claim(world)
    assert (taken.task_id, taken.attempts) == (zone.task_id, 2)
    assert world.runner.run(delivery.step(world.engine, taken)) is None
    step(world, zone)  # the first was only slow: its word comes too late
    assert world.status(order_id) == "delivered"
    assert [task.attempts for task in story(world, order_id).standing.tasks] == [1, 2]


def test_what_follows_at_once_and_fails_is_tried_again_by_itself(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [name] = claim(world)
    zone = world.runner.run(delivery.step(world.engine, name))
    assert zone is not None
    world.runner.run(delivery.failed(world.engine, zone, "An unexpected error"))
    assert [task.status for task in story(world, order_id).standing.tasks] == ["done", "todo"]
    world.pass_time(seconds=2)
    assert world.deliver() == 1
    assert world.status(order_id) == "delivered"


def test_of_two_accounts_that_order_the_same_name_one_has_it_and_one_its_money(world: World) -> None:
    world.credit("dieter")
    orders = {"camille": world.order("foo.com"), "dieter": world.order("foo.com", who="dieter", subsidiary="DE")}
    for who, order_id in orders.items():
        world.pay(order_id, who=who).ok()
    taken = claim(world)
    assert len(taken) == 2
    together(world, [carried_out(world.engine, task) for task in taken])
    world.deliver()
    statuses = {who: world.status(order_id, who) for who, order_id in orders.items()}
    assert sorted(statuses.values()) == ["cancelled", "delivered"]
    for who, order_id in orders.items():
        has_it = statuses[who] == "delivered"
        assert world.get("/domain", who).ok() == (["foo.com"] if has_it else [])
        assert (world.balance(who) == 1000 * UNIT) is not has_it
        assert len(story(world, order_id).standing.refunds) == (0 if has_it else 1)
    assert world.imbalance() == []


def test_the_same_account_orders_a_name_twice_and_gets_one_back(world: World) -> None:
    orders = [world.order("foo.fr"), world.order("foo.fr")]
    for order_id in orders:
        world.pay(order_id).ok()
    world.deliver()
    assert sorted(world.status(order_id) for order_id in orders) == ["cancelled", "delivered"]
    assert sorted(sum(movements(world, order_id, "sales")) for order_id in orders) == [0, 499_000_000]
    assert world.get("/domain").ok() == ["foo.fr"]
    assert world.imbalance() == []


def test_of_two_transfers_of_a_name_one_is_refunded(world: World) -> None:
    orders = []
    for _ in range(2):
        cart_id = world.cart()
        world.configure(cart_id, world.add(cart_id, "taken.fr"), "AUTH_INFO", "right")
        orders.append(world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"])
    for order_id in orders:
        world.pay(order_id).ok()
    together(world, [carried_out(world.engine, task) for task in claim(world)])
    world.deliver()
    assert sorted(world.status(order_id) for order_id in orders) == ["cancelled", "delivered"]
    assert world.imbalance() == []


# --- a database that fails in the middle ---


@pytest.fixture
def closed(world: World, tmp_path: Path) -> Database:
    """A database that fails at everything: it has been closed."""
    url = f"sqlite:{tmp_path / 'closed.db'}"
    run(migrated(url))
    database = open_in(world.runner, url)
    world.runner.run(database.close())
    return database


def test_a_failing_read_of_the_order_leaves_the_task_to_be_taken_up_again(world: World, closed: Database) -> None:
    order_id = bought(world, "foo.fr")
    [task] = claim(world)
    with pytest.raises(DatabaseError):
        world.runner.run(delivery.step(structs.replace(world.engine, database=closed), task))
    assert_taken_up_again(world, order_id)


def test_a_failing_read_of_the_registry_leaves_the_task_to_be_taken_up_again(world: World, closed: Database) -> None:
    order_id = bought(world, "foo.fr")
    [task] = claim(world)
    broken = SandboxRegistry(SandboxNames(closed), lambda: world.now)
    engine = structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, broken))
    with pytest.raises(DatabaseError):
        world.runner.run(delivery.step(engine, task))
    assert_taken_up_again(world, order_id)


def assert_taken_up_again(world: World, order_id: int) -> None:
    """The step left nothing behind, and when its lease ended the next one brought the order to its end."""
    assert (first_task(world, order_id).status, first_task(world, order_id).attempts) == ("doing", 1)
    assert world.status(order_id) == "delivering"
    assert world.deliver() == 0
    pass_lease(world)
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert story(world, order_id).standing.tasks[0].attempts == 2
    assert len(story(world, order_id).mails) == 3
