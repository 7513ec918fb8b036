"""Names that are held here no longer: what was paid for them and not done comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain import registries
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.registry import Refusal, Renewal
from ordain.store.sandbox import SandboxNames
from tests.flows.shop import all_tasks, story
from tests.flows.test_registry_messages import alter, queue, tell
from tests.flows.test_renewals import delivered, wish

if TYPE_CHECKING:
    from ordain.core.registry import Answer, Change
    from tests.world import World


class Unpaid(SandboxRegistry):
    """A registry that renews nothing."""

    async def change(self, transaction: str, name: str, change: Change) -> Answer:
        """Refuse a renewal."""
        if isinstance(change, Renewal):
            return Refusal("Billing failure")
        return await super().change(transaction, name, change)


@pytest.mark.parametrize("gone", [True, False])
def test_a_paid_renewal_that_rests_in_an_error_is_paid_back_when_its_name_leaves(world: World, *, gone: bool) -> None:
    lives = registries.lives(world.engine.market.catalogue)
    registry = Unpaid(SandboxNames(world.database), lambda: world.now, 0, queue(world), lives)
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    delivered(world)
    before = world.balance()
    number = wish(world, "foo.com").ok()["orderId"]
    world.pay(number).ok()
    world.deliver()
    [task] = [each for each in all_tasks(world) if each.function == "DomainRenew"]
    assert task.status == "error"
    if gone:
        alter(world, "foo.com", sponsor="somebody-else", moving=None)
    tell(world, "foo.com", "serverApproved")
    world.hear()
    world.deliver()
    [task] = [each for each in all_tasks(world) if each.function == "DomainRenew"]
    assert (task.status, len(story(world, number).standing.refunds)) == (("cancelled", 1) if gone else ("error", 0))
    assert (world.balance() == before) is gone
    assert world.imbalance() == []
