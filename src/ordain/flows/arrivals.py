"""Names that come from another registrar: what a transfer leaves as it was at the registry becomes what was ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from ordain.core import delivery
from ordain.core.change import alike
from ordain.core.registry import Update
from ordain.core.task_argument import owner_of
from ordain.store import domains, tasks, zones

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Domain, Task
    from ordain.core.order import OrderItem
    from ordain.core.registry import Registration
    from ordain.flows.act import Act

KEYLESS = Update(keys=())


async def make_itself_at_home(act: Act, task: Task, item: OrderItem, held: Registration) -> None:
    """The owner, and servers if any were ordered. These tasks are the name's, not the order's.

    A zone's own servers follow once it is published (`to_own_servers`). Before, its registry vouches no longer for the
    keys that came with it: they are of a zone elsewhere.
    """
    domain, owner = await domains.load(act.tx, task.nic, task.domain), owner_of(task.corrections, item.owner)
    if domain is None:
        return
    if owner is not None:
        wish = Update(owner=msgspec.to_builtins(owner), owner_id=domain.owner_id)
        await tasks.add(act.tx, delivery.changing(domain, wish, next(act.ids), act.now))
    if item.name_servers and set(item.name_servers) != set(domain.name_servers):
        wish = Update(name_servers=item.name_servers)
        await tasks.add(act.tx, delivery.changing(domain, wish, next(act.ids), act.now))
    if item.zone and not item.name_servers and (held.keys or held.untold_keys):
        zone = await zones.head(act.tx, domain.nic, domain.name)
        if set(zone.name_servers if zone else act.engine.name_server.hosts) != set(domain.name_servers):
            await tasks.add(act.tx, delivery.changing(domain, KEYLESS, next(act.ids), act.now))


async def to_own_servers(act: Act, domain: Domain, servers: tuple[str, ...]) -> None:
    """Have a name served by those of its zone; not before nobody remembers keys that its registry vouched for.

    To resolvers that do, what these servers say would be forged: the name would not be found (RFC 6781 §4.3.5).
    """
    beside = alike(KEYLESS, await tasks.of_domain(act.tx, domain.nic, domain.name))
    withdrawn = [task.done_at or act.now for task in beside if task.change == KEYLESS]
    wish = Update(name_servers=servers, keys=() if withdrawn else None)
    new = delivery.changing(domain, wish, next(act.ids), act.now)
    await tasks.add(act.tx, structs.replace(new, todo_at=_forgotten(act, withdrawn)))


def _forgotten(act: Act, withdrawn: list[datetime]) -> datetime:
    return max(withdrawn) + act.engine.ds_ttl if withdrawn else act.now
