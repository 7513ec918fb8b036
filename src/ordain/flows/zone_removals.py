"""Zones that nobody has any more leave the name server: told until it hears, unless the zone is somebody's by then."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.registry import NoAnswer
from ordain.core.zone_task import PUBLISH, Removal, planned, removing, unheard
from ordain.flows.zone_trust import SOON, withdraw
from ordain.store import domains, zone_removals, zone_tasks, zones

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

AT_ONCE = 16


async def carry_out(engine: Engine) -> int:
    """Have what is due leave; how many were looked at."""
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: zone_removals.due(tx, now, AT_ONCE))
    for failed in await asyncio.gather(*(_leave(engine, one) for one in waiting), return_exceptions=True):
        if isinstance(failed, BaseException):
            log.error("a zone could not leave the name server; it is tried again later", exc_info=failed)
    return len(waiting)


async def _leave(engine: Engine, removal: Removal) -> None:
    """One zone. That the name server is told is written down before: a zone of that name may come meanwhile."""
    ids, now = await engine.database.new_ids(2), engine.clock()
    claimed = removing(removal, now, engine.lease)

    async def begin(tx: Tx) -> bool:
        if await _is_wanted(tx, removal, ids[0], now) or await _is_vouched_for(engine, tx, removal, ids[1], now):
            return False
        return await zone_removals.save(tx, removal, claimed)

    if not await engine.database.write(begin):
        return
    try:
        await engine.name_server.remove(removal.name)
    except NoAnswer as silence:
        log.warning("zone %s does not leave the name server: %s", removal.name, silence)
        after = unheard(claimed, engine.clock())
        await engine.database.write(lambda tx: zone_removals.save(tx, claimed, after))
        return

    async def end(tx: Tx) -> None:
        if not await _is_wanted(tx, claimed, ids[0], engine.clock()):
            await zone_removals.delete(tx, claimed)

    await engine.database.write(end)
    engine.wake()


async def _is_wanted(tx: Tx, removal: Removal, task_id: int, now: datetime) -> bool:
    """Whether somebody has a zone of that name by now, or is about to.

    It stays; it is published once more if the name server was told to let go of the one before.
    """
    nic = await zone_removals.holder(tx, removal.name)
    head = await zones.head(tx, nic, removal.name) if nic else None
    if nic and head:
        if await zone_removals.delete(tx, removal) and removal.sent:
            await zone_tasks.add(tx, planned(nic, head, PUBLISH, task_id, now))
        return True
    if await zone_removals.is_coming(tx, removal.name):
        await zone_removals.save(tx, removal, structs.replace(removal, todo_at=now + SOON))
        return True
    return False


async def publish_again(tx: Tx, name: str, task_id: int, now: datetime) -> None:
    """Something was published that is not known to be what is to be served: the zone is published, or leaves."""
    nic = await zone_removals.holder(tx, name)
    head = await zones.head(tx, nic, name) if nic else None
    if nic and head:
        await zone_tasks.add(tx, planned(nic, head, PUBLISH, task_id, now))
    else:
        await zone_removals.add(tx, name)


async def _is_vouched_for(engine: Engine, tx: Tx, removal: Removal, task_id: int, now: datetime) -> bool:
    """Whether its domain's registry still vouches for its keys: without them, nobody could look the name up."""
    for nic in sorted({held.nic for held in await domains.of_name(tx, removal.name)}):
        wait = await withdraw(tx, (nic, removal.name), engine.ds_ttl, task_id, now)
        if wait is not None and wait.until is not None:
            await zone_removals.save(tx, removal, structs.replace(removal, todo_at=wait.until))
            return True
    return False
