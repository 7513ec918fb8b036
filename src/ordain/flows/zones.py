"""Zones of an account: read, signed, and refreshed, by which what was edited is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, zone_rules
from ordain.core import zone as core
from ordain.core.language import Sentence
from ordain.core.names import Name, parse, stored
from ordain.core.refusal import Refusal, conflict, forbidden, not_found, refusal
from ordain.core.zone import OPERATORS, Zone, is_operators, next_serial
from ordain.core.zone_task import PUBLISH, SIGN, UNSIGN, ZoneTask, planned
from ordain.flows.domains import UNKNOWN
from ordain.store import domains, zone_tasks, zones

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

LONGEST = 253 - len("hostmaster.")
"""Characters of a zone's name: its SOA names hostmaster below it, and a name has 253 (RFC 1035 §3.1)."""


def misfit(engine: Engine, label: str, value: str) -> Refusal | None:
    """Why this value cannot be this label's: by its form, or because nobody can hold such a zone."""
    found, name = configuration.misfit(label, value), value.lower()
    if found is None and label == "zone":
        if len(name) > LONGEST:
            message = "zone has at most %(longest)s characters, for hostmaster to stand in front of it: got %(got)s"
            return refusal("invalid", message, label, longest=LONGEST, got=len(name))
        extensions = engine.market.catalogue.extensions
        holds = any(each == name or each.endswith(f".{name}") for each in extensions)
        if holds or (
            engine.public_suffix(name) == name and not isinstance(parse(name, extensions, engine.public_suffix), Name)
        ):
            message = "zone is below a public suffix, where names are registered, and not one itself: got %(name)r"
            return refusal("invalid", message, label, name=name)
    return found


async def obstacle(engine: Engine, tx: Tx, nic: str, name: str) -> str | None:
    """Why this account cannot have a zone of this name: it is somebody's, or the operator's own."""
    if is_operators(name, engine.name_server.hosts, engine.public_suffix):
        return OPERATORS
    return core.obstacle(nic, await domains.holders(tx, name))


async def head(tx: Tx, nic: str, name: str) -> Zone:
    """One of the account's zones without its records. Raises Refused."""
    found = await zones.head(tx, nic, stored(name))
    if found is None:
        raise not_found(UNKNOWN)
    return found


async def whole(tx: Tx, nic: str, name: str) -> Zone:
    """One of the account's zones with its records. Raises Refused."""
    found = await head(tx, nic, name)
    return structs.replace(found, records=await zones.records(tx, nic, found.name))


async def names(engine: Engine, caller: Caller) -> list[str]:
    """The caller's zones."""
    return await engine.database.read(lambda tx: domains.zone_names(tx, caller.account.nichandle))


async def read(engine: Engine, caller: Caller, name: str) -> Zone:
    """One of the caller's zones, without its records."""
    return await engine.database.read(lambda tx: head(tx, caller.account.nichandle, name))


class Standing(Struct, frozen=True):
    """Whether a zone is served as its customer left it (domain.zone.Status)."""

    deployed: bool
    errors: list[str]
    warnings: list[str]
    under_way: list[ZoneTask]
    """Publications, too."""


async def standing(engine: Engine, caller: Caller, name: str) -> Standing:
    """The zone counts as deployed unless its last publication failed: what is staged is a warning."""

    async def work(tx: Tx) -> tuple[Zone, list[ZoneTask]]:
        zone = await whole(tx, caller.account.nichandle, name)
        return zone, await zone_tasks.of_zone(tx, caller.account.nichandle, zone.name)

    zone, tasks = await engine.database.read(work)
    over = [task for task in tasks if task.status in ("done", "error")]
    errors = [over[-1].comment or ""] if over and over[-1].status == "error" else []
    under_way = [task for task in tasks if task.status in ("todo", "doing")]
    return Standing(not errors, errors, list(zone_rules.warnings(zone)), under_way)


async def stage(tx: Tx, nic: str, zone: Zone, now: datetime) -> None:
    """Something was edited: it is stored, and waits for a refresh."""
    await zones.save(tx, nic, structs.replace(zone, staged=True), now)


async def keep_point(tx: Tx, nic: str, zone: Zone, now: datetime) -> Zone:
    """Before all of a zone's records are replaced: what they are can be restored. The zone as it is then."""
    latest = await zones.latest_serial(tx, nic, zone.name)
    if not zone.staged and latest is not None:
        return zone
    kept = structs.replace(zone, serial=next_serial(zone.serial, now))
    await zones.add_point(tx, nic, kept, now)
    return kept


async def publish(tx: Tx, nic: str, zone: Zone, task: ZoneTask) -> None:
    """Write the task that publishes the zone; what was staged gets a serial and a place in the history first."""
    if zone.staged:
        zone = structs.replace(zone, serial=next_serial(zone.serial, task.created), staged=False)
        await zones.add_point(tx, nic, zone, task.created)
        await zones.save(tx, nic, zone, task.created)
    await zone_tasks.add(tx, task)


async def published(tx: Tx, nic: str, name: str) -> Zone | None:
    """A zone as it was last published, without what is staged since; None if the account has none of that name."""
    zone = await domains.zone(tx, nic, name)
    point = await zones.latest_point(tx, nic, name) if zone else None
    if zone is None or point is None:
        return zone
    return structs.replace(zone, serial=point.serial, soa=point.soa, records=point.records)


async def refresh(engine: Engine, caller: Caller, name: str) -> None:
    """Publish what was edited. With nothing edited, what is published is published again, under the same serial."""
    nic, now = caller.account.nichandle, engine.clock()
    [task_id] = await engine.database.new_ids(1)

    async def work(tx: Tx) -> None:
        zone = await whole(tx, nic, name)
        await publish(tx, nic, zone, planned(nic, zone, PUBLISH, task_id, now))

    await engine.database.write(work)
    engine.wake()


async def set_dnssec(engine: Engine, caller: Caller, name: str, *, wanted: bool) -> None:
    """Have the zone signed, or no longer: told as done once the name server has done it."""
    nic, now = caller.account.nichandle, engine.clock()
    if wanted and not engine.name_server.signs:
        await read(engine, caller, name)
        message = "DNSSEC is not offered here: the name server of this installation does not sign zones"
        raise forbidden(message)
    [task_id] = await engine.database.new_ids(1)

    async def work(tx: Tx) -> None:
        zone = await head(tx, nic, name)
        if zone.dnssec in (("enabled", "enableInProgress") if wanted else ("disabled", "disableInProgress")):
            return
        if zone.dnssec.endswith("InProgress"):
            message = "The zone's DNSSEC is %(dnssec)s: wait until that is done"
            raise conflict(message, dnssec=Sentence(zone.dnssec))
        changed = structs.replace(zone, dnssec="enableInProgress" if wanted else "disableInProgress")
        await zones.save(tx, nic, changed, now)
        await zone_tasks.add(tx, planned(nic, zone, SIGN if wanted else UNSIGN, task_id, now))

    await engine.database.write(work)
    engine.wake()
