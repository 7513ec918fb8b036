"""Every transaction may be run again: of one that was, nothing is left but what its last run did."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from ordain.flows.watched import Watched
from tests.flows.shop import all_tasks, bought, story

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.store.database import Tx
    from tests.world import World

T = TypeVar("T")


class Undone(Exception):
    """The first run of a transaction was in vain."""


class Again(Watched):
    """A database that runs each transaction to its end, undoes it, and runs it again."""

    runs = 0

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        async def in_vain(tx: Tx) -> None:
            self.runs += 1
            await work(tx)
            raise Undone

        with suppress(Undone):
            await self._database.write(in_vain, in_turn=in_turn)
        return await self._database.write(work, in_turn=in_turn)


def test_what_is_ordered_delivered_and_given_back_with_every_transaction_run_again(world: World) -> None:
    again = Again(world.database)
    world.credit("dieter")
    world.use(structs.replace(world.engine, database=again))
    orders = [bought(world, "foo.fr"), bought(world, "bar.com"), world.order("bar.com", "bar.net", who="dieter")]
    world.pay(orders[2], who="dieter").ok()
    world.deliver()
    assert [world.status(order_id) for order_id in orders[:2]] == ["delivered", "delivered"]
    assert [task.status for order_id in orders for task in story(world, order_id).standing.tasks] == [
        *["done"] * 4, "cancelled", "done", "done",
    ]  # fmt: skip
    assert len(all_tasks(world)) == 2
    assert world.bill() == 4  # three bills, and a note of what was given back
    zone = "/domain/zone/foo.fr"
    before = world.get(f"{zone}/record").ok()
    world.post(f"{zone}/record", {"fieldType": "A", "subDomain": "shop", "target": "192.0.2.1"}).ok()
    assert len(world.get(f"{zone}/record").ok()) == len(before) + 1
    world.post(f"{zone}/reset", {"minimized": True}).ok()
    world.post(f"{zone}/refresh").ok()
    world.deliver()
    assert world.imbalance() == []
    assert again.runs > 30
