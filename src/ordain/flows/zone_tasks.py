"""Zone tasks: claimed and carried out by the worker like those of delivery, and followed by customers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import zone_task
from ordain.core.refusal import conflict, not_found
from ordain.core.registry import Key, NoAnswer
from ordain.core.zone_task import ANYCAST_END, BUSY, PUBLISH, SETTLES, SIGN, UNSIGN, ZoneTask, planned
from ordain.flows import anycast, zone_removals, zone_text, zone_trust, zones
from ordain.flows.domains import UNKNOWN
from ordain.store import zone_anycast
from ordain.store import zone_tasks as tasks
from ordain.store import zones as rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.zone import Zone
    from ordain.flows.ports import Engine
    from ordain.flows.zone_trust import Wait
    from ordain.store.database import Tx

BEGUN, OVER = "This task is being carried out", "This task is over"
NOT_PUT_OFF = "The end of DNS Anycast cannot be cancelled: order it anew"


async def claim(engine: Engine, most: int) -> list[ZoneTask]:
    """Take up due tasks, each by compare-and-set."""
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: tasks.due(tx, now, most))
    if not waiting:
        return []

    async def work(tx: Tx) -> list[ZoneTask]:
        taken = [(task, zone_task.claimed(task, now)) for task in waiting]
        return [claimed for task, claimed in taken if await tasks.claim(tx, task, claimed, engine.lease)]

    return await engine.database.write(work)


class Trust(Struct, frozen=True):
    """The keys of a zone that was signed, for its registry to vouch for, and the id of the task that asks it to."""

    keys: tuple[Key, ...]
    task_id: int


async def step(engine: Engine, task: ZoneTask) -> None:
    """Publish the zone as it was last refreshed, and save what came of it."""
    zone = await engine.database.read(lambda tx: zones.published(tx, task.nic, task.zone))
    if zone is None:
        return  # the zone is gone, and its tasks with it
    task_id, *ids = await engine.database.new_ids(2 + len(engine.name_server.hosts))
    if task.function == ANYCAST_END:
        if await engine.database.write(lambda tx: _is_named(engine, tx, task, ids)):
            engine.wake()
            return
        zone = await engine.database.read(lambda tx: zones.published(tx, task.nic, task.zone)) or zone
    if task.function == UNSIGN:
        if await engine.database.write(lambda tx: _is_vouched_for(engine, tx, task, task_id)):
            engine.wake()
            return
        zone = structs.replace(zone, dnssec="disabled")
    try:
        await engine.name_server.publish(await asyncio.to_thread(zone_text.as_served, zone))
        # Asked each time: a name server that forgot the zone has made it a key nobody knows of.
        keys = await engine.name_server.keys(task.zone) if zone.signed else ()
    except NoAnswer as silence:
        await failed(engine, task, str(silence))
        return
    await engine.database.write(lambda tx: _done(tx, task, zone, engine.clock(), Trust(keys, task_id)))
    engine.wake()


async def _is_vouched_for(engine: Engine, tx: Tx, task: ZoneTask, task_id: int) -> bool:
    """Whether the zone has to stay signed for now: its registry vouches for its keys, or did a moment ago."""
    now = engine.clock()
    wait = await zone_trust.withdraw(tx, (task.nic, task.zone), engine.ds_ttl, task_id, now)
    return await _waits(tx, task, wait, now)


async def _is_named(engine: Engine, tx: Tx, task: ZoneTask, ids: list[int]) -> bool:
    """Whether the registry still names the anycast servers, so that the zone has to name them for now."""
    now = engine.clock()
    return await _waits(tx, task, await anycast.withdraw(engine, tx, (task.nic, task.zone), ids, now), now)


async def _waits(tx: Tx, task: ZoneTask, wait: Wait | None, now: datetime) -> bool:
    if wait is None:
        return False
    if wait.until is None:
        await tasks.save(tx, zone_task.refused(task, wait.why, now))
    else:
        await tasks.save(tx, zone_task.waiting(task, wait.until, wait.why, now))
    return True


async def _done(tx: Tx, task: ZoneTask, zone: Zone, now: datetime, trust: Trust) -> None:
    """Done, unless the zone was published anew, or signed, in between: then once more."""
    held = await rows.head(tx, task.nic, task.zone)
    if held is None:  # what was published comes after the zone's end
        await zone_removals.publish_again(tx, task.zone, trust.task_id, now)
        return
    if await _has_to_wait(tx, task) or not await _is_trusted(tx, task, held, trust, now):
        if not await tasks.save(tx, zone_task.waiting(task, now + zone_trust.SOON, BUSY, now)):
            await zone_removals.publish_again(tx, task.zone, trust.task_id, now)
        return
    latest = await rows.latest_serial(tx, task.nic, task.zone)
    current = latest in (None, zone.serial) and (held.signed == zone.signed or task.function == UNSIGN)
    if not await tasks.save(tx, zone_task.published(task, now) if current else zone_task.overtaken(task, now)):
        # A slower worker's word, after its lease ended: what it published may be older than what is to stay.
        await zone_removals.publish_again(tx, task.zone, trust.task_id, now)
        return
    if current and task.function == ANYCAST_END:
        await zone_anycast.delete(tx, task.nic, task.zone)
    if current and task.function in SETTLES:
        settled = structs.replace(held, dnssec=SETTLES[task.function])
        await rows.save(tx, task.nic, settled, now)
    if current and task.function == SIGN:
        await zone_trust.hand_over(tx, (task.nic, task.zone), trust.keys, trust.task_id, now)


async def _is_trusted(tx: Tx, task: ZoneTask, held: Zone, trust: Trust, now: datetime) -> bool:
    """Whether the registry knows a signed zone's keys, or is told of them now; False if it has to be waited for."""
    if task.function == SIGN or held.dnssec != "enabled":
        return True
    return await zone_trust.mend(tx, (task.nic, task.zone), trust.keys, trust.task_id, now)


async def _has_to_wait(tx: Tx, task: ZoneTask) -> bool:
    """Signing and its end, until nobody can have published the zone otherwise since.

    A publication that was under way beside it may have come later to the name server: it has the zone signed again, or
    takes its key away and leaves the registry vouching for it. Signing waits for a change at the registry, too.
    """
    if task.function not in SETTLES:
        return False
    if task.function == SIGN and await zone_trust.is_busy(tx, task.nic, task.zone):
        return True
    others = [other for other in await tasks.of_zone(tx, task.nic, task.zone) if other.task_id != task.task_id]
    begun = [other for other in others if other.attempts]
    return any(other.status == "doing" or (other.done_at or other.updated) > task.updated for other in begun)


async def failed(engine: Engine, task: ZoneTask, why: str) -> None:
    """Nothing was heard, or an error came that nobody foresaw: try again later."""
    [task_id], now = await engine.database.new_ids(), engine.clock()
    after = zone_task.unanswered(task, why, now)

    async def work(tx: Tx) -> None:
        if not await tasks.save(tx, after):  # as in `_done`: that nothing was heard does not mean that nothing was done
            await zone_removals.publish_again(tx, task.zone, task_id, now)

    await engine.database.write(work)
    engine.wake()


# What customers see and do


async def listed(engine: Engine, caller: Caller, name: str | None) -> list[ZoneTask]:
    """The tasks of a zone, or of all. Publications are not among them: the contract has no word for them."""
    found = await engine.database.read(lambda tx: _of_zone(tx, caller.account.nichandle, name))
    return [task for task in found if task.function != PUBLISH]


async def _of_zone(tx: Tx, nic: str, name: str | None) -> list[ZoneTask]:
    """The tasks of one of the account's zones, or of them all."""
    if name is None:
        return await tasks.of_account(tx, nic)
    zone = await zones.head(tx, nic, name)
    return await tasks.of_zone(tx, nic, zone.name)


async def _one(tx: Tx, nic: str, name: str | None, task_id: int) -> ZoneTask:
    if name is None:
        found = await tasks.load(tx, nic, task_id)
    else:
        found = next((task for task in await _of_zone(tx, nic, name) if task.task_id == task_id), None)
    if found is None or found.function == PUBLISH:
        raise not_found(UNKNOWN)
    return found


async def read(engine: Engine, caller: Caller, name: str | None, task_id: int) -> ZoneTask:
    """One of them."""
    return await engine.database.read(lambda tx: _one(tx, caller.account.nichandle, name, task_id))


async def accelerate(engine: Engine, caller: Caller, name: str | None, task_id: int) -> None:
    """Have a task that waits for its time carried out now."""

    def sooner(task: ZoneTask, now: datetime) -> ZoneTask:
        if not task.accelerable(now):
            raise conflict(BEGUN if task.status == "doing" else OVER if task.status != "todo" else "This task is due")
        return structs.replace(task, todo_at=now, updated=now)

    await _mend(engine, caller, name, task_id, sooner)


async def relaunch(engine: Engine, caller: Caller, name: str | None, task_id: int) -> None:
    """Take a task in error up again."""

    def again(task: ZoneTask, now: datetime) -> ZoneTask:
        if not task.relaunchable:
            message = f"This task is {task.status}: one in error can be relaunched"
            raise conflict(message)
        return zone_task.moved(task, "todo", now, todo_at=now, silences=0)

    await _mend(engine, caller, name, task_id, again)


async def cancel(engine: Engine, caller: Caller, name: str | None, task_id: int) -> None:
    """Give a task up that is not begun. What it was to publish goes out with the next refresh."""

    def given_up(task: ZoneTask, now: datetime) -> ZoneTask:
        if not task.cancellable:
            raise conflict(BEGUN if task.status == "doing" else OVER if task.done_at else NOT_PUT_OFF)
        return zone_task.moved(task, "cancelled", now, comment="Cancelled by the customer")

    await _mend(engine, caller, name, task_id, given_up)


async def _mend(
    engine: Engine, caller: Caller, name: str | None, task_id: int, mended: Callable[[ZoneTask, datetime], ZoneTask]
) -> None:
    nic, now = caller.account.nichandle, engine.clock()
    [next_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> None:
        task = await _one(tx, nic, name, task_id)
        after = mended(task, now)
        if not await tasks.save(tx, after, task.status):
            raise conflict(BEGUN)
        if after.status == "cancelled":
            await _undo(tx, task, next_id, now)

    await engine.database.write(work)
    engine.wake()


async def _undo(tx: Tx, task: ZoneTask, next_id: int, now: datetime) -> None:
    """A task was given up: what it had begun is taken back."""
    zone = await zones.head(tx, task.nic, task.zone)
    if task.function == SIGN:
        await rows.save(tx, task.nic, structs.replace(zone, dnssec="disabled"), now)
        await tasks.add(tx, planned(task.nic, zone, PUBLISH, next_id, now))
    elif task.function == UNSIGN:  # the registry may have been asked already: it is told of the keys again
        await rows.save(tx, task.nic, structs.replace(zone, dnssec="enableInProgress"), now)
        await tasks.add(tx, planned(task.nic, zone, SIGN, next_id, now))
    else:
        await rows.save(tx, task.nic, structs.replace(zone, staged=True), now)
