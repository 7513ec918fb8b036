"""A paid owner change whose answers were all lost: where the registry tells no owners, nobody knows what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain import registries
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.registry import NoAnswer, Refusal, Update
from ordain.store.sandbox import SandboxNames
from tests.api.test_owner_changes import OWNER, hold, ordered
from tests.flows.shop import agree
from tests.flows.test_registry_messages import queue

if TYPE_CHECKING:
    from ordain.core.registry import Answer, Change, Registration
    from tests.world import World


class Tightlipped(SandboxRegistry):
    """A registry that tells no owners, as in EPP, and whose answers to changes of them are lost."""

    refuses = False
    lost = True

    async def find(self, name: str) -> Registration | None:
        """The name without its owner."""
        found = await super().find(name)
        return structs.replace(found, owner=None) if found else None

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """Carry it out, and say nothing."""
        if self.refuses:
            return Refusal("No such owner")
        answer = await super().change(transaction, name, change)
        if self.lost and isinstance(change, Update) and change.owner is not None:
            message = "The connection was cut"
            raise NoAnswer(message)
        return answer


@pytest.mark.parametrize("refused", [False, True])
def test_it_is_not_paid_back_while_it_may_have_been_carried_out(world: World, *, refused: bool) -> None:
    lives = registries.lives(world.engine.market.catalogue)
    registry = Tightlipped(SandboxNames(world.database), lambda: world.now, 0, queue(world), lives)
    registry.refuses = refused
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    hold(world, "held.fr")
    order_id = ordered(world, "held.fr", OWNER)
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    assert agree(world) == 1
    for _ in range(1 if refused else 12):
        world.deliver()
        world.pass_time(minutes=6)
    [task_id] = world.get("/me/task/domain", status="error").ok()
    answer = world.post(f"/me/task/domain/{task_id}/cancel")
    if refused:
        assert (answer.status, world.status(order_id)) == (200, "cancelled")
        return
    assert answer.status == 409
    assert "does not say whether" in answer.body["message"]
    registry.lost = False
    world.post(f"/me/task/domain/{task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.imbalance() == []
