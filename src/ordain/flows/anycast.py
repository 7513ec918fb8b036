"""DNS anycast: a zone's name servers become those of the anycast network for as long as it is paid, and back.

They answer for every zone that is published here: only who is named changes, in the zone and at its registry. Nobody is
named at the registry before the zone itself names them, nor longer than it does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import delivery
from ordain.core.change import alike, target
from ordain.core.registry import Done, Lost, Pending, Registration, Update
from ordain.core.registry_life import years_on
from ordain.core.zone import Anycast, Zone, next_serial, served_by
from ordain.core.zone_task import ANYCAST_END, SERVERS_REFUSED, SERVERS_STAY, planned
from ordain.flows import changes, zone_text, zones
from ordain.flows.zone_trust import SOON, Wait
from ordain.store import domains, tasks, zone_anycast, zone_removals, zone_tasks
from ordain.store import zones as rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Task
    from ordain.core.registry import Answer
    from ordain.flows.act import Act
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

NO_ZONE = "The zone is not hosted in your account"
NOT_OFFERED = "There is no anycast network any more"
NOT_YET = "Waits for the zone"
ENDS_FIRST = "Waits for the end of the DNS Anycast before it"
MOST_ENDED = 100
"""In one transaction."""


async def activate(engine: Engine, task: Task) -> Answer:
    """Have the anycast servers named in the zone, and the zone published so. One that has them is only paid longer."""
    if not engine.anycast:
        return Lost(NOT_OFFERED)
    ids, now = await engine.database.new_ids(len(engine.anycast)), engine.clock()

    async def begin(tx: Tx) -> Answer | Zone:
        zone = await rows.head(tx, task.nic, task.domain)
        if zone is None:
            return await _without_zone(tx, task)
        held = await zone_anycast.load(tx, task.nic, task.domain)
        if held is not None:
            return Pending(delivery.patience(task), ENDS_FIRST) if held.ending else _done(task)
        await name_servers(tx, task.nic, zone, Servers(engine.anycast, tuple(ids)), now)
        return await zones.published(tx, task.nic, task.domain) or Lost(NO_ZONE)

    begun = await engine.database.write(begin)
    if not isinstance(begun, Zone):
        return begun
    await engine.name_server.publish(await asyncio.to_thread(zone_text.as_served, begun))
    if await engine.database.read(lambda tx: _is_current(tx, task, begun)):
        return _done(task)
    return Pending(1)  # it was refreshed or signed meanwhile, and what was just published may have come last


async def _without_zone(tx: Tx, task: Task) -> Answer:
    """Whether the zone may still come, with the order that this is of or another."""
    coming = (delivery.CREATE, delivery.TRANSFER, delivery.AFTERMARKET, delivery.ZONE)
    found = [other for other in await tasks.of_domain(tx, task.nic, task.domain) if other.function in coming]
    under_way = any(not other.settled for other in found)
    return Pending(delivery.patience(task), NOT_YET) if under_way else Lost(NO_ZONE)


async def _is_current(tx: Tx, task: Task, zone: Zone) -> bool:
    held = await rows.head(tx, task.nic, task.domain)
    latest = await rows.latest_serial(tx, task.nic, task.domain)
    return held is None or (latest == zone.serial and held.signed == zone.signed)


def _done(task: Task) -> Done:
    return Done(
        Registration(task.domain, ours=True, transaction=task.transaction, created=task.created, expires=task.created)
    )


async def obstacle(tx: Tx, task: Task) -> Answer | None:
    """Why it is not done after all: the zone went, or its former year ended, while its servers were changed."""
    if await rows.head(tx, task.nic, task.domain) is None:
        await zone_removals.add(tx, task.domain)  # it may have been published after it left
        return Lost(NO_ZONE)
    held = await zone_anycast.load(tx, task.nic, task.domain)
    return Pending(delivery.patience(task), ENDS_FIRST) if held and held.ending else None


async def given_up(act: Act, task: Task) -> None:
    """A task was cancelled that may have changed the zone's servers already: they are changed back."""
    zone = await rows.head(act.tx, task.nic, task.domain)
    if zone is None or zone.name_servers == act.engine.name_server.hosts:
        return
    if await zone_anycast.load(act.tx, task.nic, task.domain) is None:
        await zone_anycast.save(act.tx, task.nic, task.domain, Anycast(next(act.ids), act.now, act.now))


async def delivered(act: Act, task: Task) -> None:
    """It is paid for a year more; a name that the usual servers answer for is told its new ones at the registry."""
    nic, held = task.nic, await zone_anycast.load(act.tx, task.nic, task.domain)
    if held is not None:
        until = years_on(max(held.until, act.now), 1)
        await zone_anycast.save(act.tx, nic, task.domain, structs.replace(held, until=until))
        return
    await zone_anycast.save(act.tx, nic, task.domain, Anycast(next(act.ids), act.now, years_on(act.now, 1)))
    domain = await domains.load(act.tx, nic, task.domain)
    if domain is None or domain.deleted:
        return
    beside = await tasks.of_domain(act.tx, nic, task.domain)
    if set(target(domain, beside).name_servers) == set(act.engine.name_server.hosts):
        wish = Update(name_servers=act.engine.anycast, addresses=())
        await tasks.add(act.tx, delivery.changing(domain, wish, next(act.ids), act.now))


class Servers(Struct, frozen=True):
    """Who is to answer for a zone, and ids for the records that say so."""

    hosts: tuple[str, ...]
    ids: tuple[int, ...]


async def name_servers(tx: Tx, nic: str, zone: Zone, to: Servers, now: datetime) -> None:
    """Have others named in a zone, as it is edited and as it was last published; what is staged stays so."""
    hosts, ids = to.hosts, to.ids
    if zone.name_servers == hosts:
        return
    point = await rows.latest_point(tx, nic, zone.name)
    before = await rows.records(tx, nic, zone.name)
    after = served_by(before, zone.name_servers, hosts, ids)
    for record in before:
        if record not in after:
            await rows.delete_record(tx, nic, zone.name, record.record_id)
    await rows.add_records(tx, nic, zone.name, [record for record in after if record not in before])
    changed = structs.replace(zone, name_servers=hosts, serial=next_serial(zone.serial, now))
    await rows.save(tx, nic, changed, now)
    await rows.save_name_servers(tx, nic, changed)
    public = served_by(point.records if point else before, zone.name_servers, hosts, ids)
    soa = point.soa if point else zone.soa
    await rows.add_point(tx, nic, structs.replace(changed, soa=soa, records=public), now)


# The end of a year that nobody paid another for


async def end(engine: Engine) -> int:
    """Begin to take it from the zones whose paid time is over; how many."""
    now = engine.clock()
    over = await engine.database.read(lambda tx: zone_anycast.over(tx, now, MOST_ENDED))
    if not over:
        return 0
    ids = await engine.database.new_ids(len(over))

    async def work(tx: Tx) -> None:
        for (nic, name), task_id in zip(over, ids, strict=True):
            held, zone = await zone_anycast.load(tx, nic, name), await rows.head(tx, nic, name)
            if held and zone and not held.ending and held.until <= now:
                await zone_anycast.save(tx, nic, name, structs.replace(held, ending=True))
                await zone_tasks.add(tx, planned(nic, zone, ANYCAST_END, task_id, now))

    await engine.database.write(work)
    engine.wake()
    return len(over)


async def release(engine: Engine, caller: Caller, name: str) -> None:
    """Have it end at once for one of the caller's zones, as its customer wishes. Nothing is given back."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        zone = await zones.head(tx, nic, name)
        held = await zone_anycast.load(tx, nic, zone.name)
        if held and not held.ending:
            await zone_anycast.save(tx, nic, zone.name, structs.replace(held, until=min(held.until, now)))

    await engine.database.write(work)
    await end(engine)


async def withdraw(engine: Engine, tx: Tx, of: tuple[str, str], ids: Sequence[int], now: datetime) -> Wait | None:
    """Name the usual servers of a zone (nic, name) again: at its registry first; None once that and this is so."""
    nic, name = of
    zone, hosts = await rows.head(tx, nic, name), engine.name_server.hosts
    if zone is None or zone.name_servers == hosts:
        return None
    wait = await _at_registry(tx, zone, (nic, hosts), ids[0], now)
    if wait is None:
        await name_servers(tx, nic, zone, Servers(hosts, tuple(ids[1:])), now)
    return wait


async def _at_registry(
    tx: Tx, zone: Zone, wanted: tuple[str, tuple[str, ...]], task_id: int, now: datetime
) -> Wait | None:
    """Whether the registry has to be waited for: it names the servers that are to go, and is asked not to."""
    nic, hosts = wanted
    domain, change = await domains.load(tx, nic, zone.name), Update(name_servers=hosts, addresses=())
    if domain is None or domain.deleted:
        return None
    beside = alike(change, await tasks.of_domain(tx, nic, zone.name))
    if any(task.status in ("todo", "doing") for task in beside):
        return Wait(SERVERS_STAY, now + SOON)
    if set(domain.name_servers) != set(zone.name_servers):
        return None
    if any(task.status == "error" and task.change == change for task in beside):
        return Wait(SERVERS_REFUSED, None)
    await changes.write(tx, domain, change, task_id, now)
    return Wait(SERVERS_STAY, now + SOON)
