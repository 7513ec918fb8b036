"""A zone as a whole: exported, imported, restored to a point of its history, or begun anew."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import zone_diff, zone_rules
from ordain.core.language import Sentence
from ordain.core.names import stored
from ordain.core.refusal import Refused, conflict, invalid, not_found, refusal
from ordain.core.zone import OWN, Point, Record, Zone, first_records
from ordain.core.zone_diff import Diff
from ordain.core.zone_rules import Entry, dns_type
from ordain.core.zone_task import IMPORT, PUBLISH, RESTORE, ZoneTask, planned
from ordain.flows import zone_text, zones
from ordain.flows.zone_text import MOST_FAULTS, Fault
from ordain.store import zone_extras
from ordain.store import zones as rows
from ordain.store.sealing import WrongSecret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

Canonical = dict[Record, Entry]

NEVER = "This zone has no restore point of that instant"
CHANGED = "The zone was changed meanwhile: look at what would become of it now"
OLD_LINK = "This link leads nowhere any more: ask for a new one"
LINKED = timedelta(hours=1)
"""How long the link to a restore point's file leads there."""


async def export(engine: Engine, caller: Caller, name: str) -> str:
    """The zone with what is staged, as a zone file."""
    zone = await engine.database.read(lambda tx: zones.whole(tx, caller.account.nichandle, name))
    return await asyncio.to_thread(zone_text.zone_file, zone)


class Plan(Struct, frozen=True):
    """What an import or a restoration would do to the zone as it is, and the mark by which to ask for just that."""

    diff: Diff
    seen: str


class _Sent(Struct, frozen=True):
    """The records of a file, each with its line, that an import takes; and what is known of the zone's own."""

    lines: list[tuple[int, Record]]
    canonical: Canonical


async def _sent(engine: Engine, nic: str, name: str, text: str) -> _Sent:
    """A file as it was read. Name servers of the zone itself are taken from a file of a zone of ours only."""
    known = await engine.database.read(lambda tx: zones.whole(tx, nic, name))
    read = await asyncio.to_thread(zone_text.read_zone_file, text, known.name, known.soa.ttl)
    canonical = await asyncio.to_thread(_entries, known)
    if read.faults:
        raise _refused(read.faults)
    lines = [(line, record) for line, record in read.records if record.kind != "NS" or record.sub_domain]
    apex = [(line, record) for line, record in read.records if record.kind == "NS" and not record.sub_domain]
    if any(zone_rules.serves(known, record) for _, record in apex):
        lines += [(line, record) for line, record in apex if not zone_rules.serves(known, record)]
    return _Sent(lines, canonical)


async def import_plan(engine: Engine, caller: Caller, name: str, text: str) -> Plan:
    """What an import of this file would do. Refused as the import itself would be."""
    nic = caller.account.nichandle
    sent = await _sent(engine, nic, name, text)

    async def work(tx: Tx) -> Plan:
        zone = await zones.whole(tx, nic, name)
        after = _merged(zone, sent.lines, range(-len(sent.lines), 0), sent.canonical)
        return Plan(zone_diff.diff(zone.records, after), zone_diff.zone_mark(zone))

    return await engine.database.read(work)


async def import_file(engine: Engine, caller: Caller, name: str, text: str, seen: str | None = None) -> ZoneTask:
    """Replace the zone's own records by those of a file, all or none, and publish them.

    What stays the same keeps its id. With `seen` (a plan's mark) only the zone as it was seen then.
    """
    nic, now = caller.account.nichandle, engine.clock()
    sent = await _sent(engine, nic, name, text)
    task_id, *ids = await engine.database.new_ids(1 + len(sent.lines))

    async def work(tx: Tx) -> ZoneTask:
        zone = await zones.keep_point(tx, nic, await _as_seen(tx, nic, name, seen), now)
        records = _merged(zone, sent.lines, ids, sent.canonical)
        return await _put(tx, zone, records, planned(nic, zone, IMPORT, task_id, now))

    task = await engine.database.write(work)
    engine.wake()
    return task


async def _as_seen(tx: Tx, nic: str, name: str, seen: str | None) -> Zone:
    """The whole zone. Raises Refused if it has another mark than whoever asks has seen."""
    zone = await zones.whole(tx, nic, name)
    if seen is not None and seen != zone_diff.zone_mark(zone):
        raise conflict(CHANGED)
    return zone


async def reset(
    engine: Engine, caller: Caller, name: str, wanted: list[tuple[str, str]], *, minimized: bool
) -> None:  # fmt: skip
    """Begin anew: the records a new zone has, and these (type, target) at its apex. Published at once."""
    nic, now = caller.account.nichandle, engine.clock()
    zone_name = stored(name)
    ids = iter(await engine.database.new_ids(20 + len(wanted)))
    task_id = next(ids)
    found = await zones.read(engine, caller, name)
    first = first_records(zone_name, found.name_servers, "minimized" if minimized else None)
    targets = [zone_text.checked(kind, target, zone_name, f"DnsRecords[{n}].target")
               for n, (kind, target) in enumerate(wanted)]  # fmt: skip
    if len(set(targets)) < len(targets):
        message = "DnsRecords names the same record twice"
        raise invalid(message, "DnsRecords")
    first += [(kind, "", target) for kind, target in wanted]
    records = tuple(Record(next(ids), *row) for row in first)

    async def work(tx: Tx) -> None:
        zone = await zones.keep_point(tx, nic, await zones.whole(tx, nic, name), now)
        await zone_extras.delete_redirections(tx, nic, zone.name)
        await _put(tx, zone, records, planned(nic, zone, PUBLISH, task_id, now))

    await engine.database.write(work)
    engine.wake()


async def history(
    engine: Engine, caller: Caller, name: str, since: datetime | None, until: datetime | None
) -> list[datetime]:
    """The instants the zone can be restored to, the newest first."""

    async def work(tx: Tx) -> list[datetime]:
        zone = await zones.head(tx, caller.account.nichandle, name)
        return await rows.points(tx, caller.account.nichandle, zone.name)

    found = await engine.database.read(work)
    return [at for at in found if (since is None or at >= since) and (until is None or at <= until)]


async def point_link(engine: Engine, caller: Caller, name: str, created: datetime) -> str:
    """A link to the zone file of a restore point, for whoever has it, for an hour."""
    nic = caller.account.nichandle
    zone, _ = await engine.database.read(lambda tx: _point(tx, nic, name, created))
    until = engine.clock() + LINKED
    said = f"{_LINK} {nic} {zone.name} {created.isoformat()} {until.isoformat()}"
    return f"{engine.public_url}/zone-file/{engine.sealer.seal(said).decode()}"


_LINK = "zone-file"


async def linked_file(engine: Engine, token: str) -> str:
    """The zone file such a link leads to. Raises Refused for one that is made up or old."""
    try:
        what, nic, name, created, until = engine.sealer.unseal(token.encode()).split(" ")
    except (WrongSecret, ValueError) as error:
        raise not_found(OLD_LINK) from error
    if what != _LINK or datetime.fromisoformat(until) < engine.clock():
        raise not_found(OLD_LINK)
    at = datetime.fromisoformat(created)
    zone, point = await engine.database.read(lambda tx: _point(tx, nic, name, at))
    kept = structs.replace(zone, serial=point.serial, soa=point.soa, records=point.records)
    return await asyncio.to_thread(zone_text.zone_file, kept)


async def _point(tx: Tx, nic: str, name: str, created: datetime) -> tuple[Zone, Point]:
    zone = await zones.head(tx, nic, name)
    found = await rows.point(tx, nic, zone.name, created)
    if found is None:
        raise not_found(NEVER)
    return zone, found


async def compare(engine: Engine, caller: Caller, name: str, older: datetime, newer: datetime) -> Diff:
    """What changed between two points of a zone's history."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> Diff:
        before, after = [(await _point(tx, nic, name, at))[1] for at in (older, newer)]
        return zone_diff.diff(before.records, after.records)

    return await engine.database.read(work)


class _Kept(Struct, frozen=True):
    """A restore point with its records that come back, and what is known of them."""

    point: Point
    lines: list[tuple[int, Record]]
    canonical: Canonical


def _restored(zone: Zone, kept: _Kept) -> tuple[Record, ...]:
    stays = [record for record in zone.records if record.origin != OWN or zone_rules.serves(zone, record)]
    return _together(zone, stays, kept.lines, kept.canonical)


async def _kept(engine: Engine, nic: str, name: str, created: datetime) -> _Kept:
    known, point = await engine.database.read(lambda tx: _point(tx, nic, name, created))
    canonical = await asyncio.to_thread(_entries, structs.replace(known, records=point.records))
    ours = structs.replace(known, name_servers=(*known.name_servers, *engine.name_server.hosts, *engine.anycast))
    # Who answers for the zone is not its history's business: that may be other servers since.
    lines = [(0, r) for r in point.records if r.origin == OWN and not zone_rules.serves(ours, r)]
    return _Kept(point, lines, canonical)


async def restore_plan(engine: Engine, caller: Caller, name: str, created: datetime) -> Plan:
    """What a restoration would do. Refused as the restoration itself would be."""
    nic = caller.account.nichandle
    kept = await _kept(engine, nic, name, created)

    async def work(tx: Tx) -> Plan:
        zone = await zones.whole(tx, nic, name)
        return Plan(zone_diff.diff(zone.records, _restored(zone, kept)), zone_diff.zone_mark(zone))

    return await engine.database.read(work)


async def restore(
    engine: Engine, caller: Caller, name: str, created: datetime, seen: str | None = None
) -> ZoneTask:  # fmt: skip
    """Bring back the zone's own records and SOA of a restore point, and publish them.

    Redirections and dynHosts stay as they are. What is replaced becomes a restore point itself. With `seen` (a plan's
    mark) only where the zone is as it was seen then.
    """
    nic, now = caller.account.nichandle, engine.clock()
    [task_id] = await engine.database.new_ids(1)
    kept = await _kept(engine, nic, name, created)

    async def work(tx: Tx) -> ZoneTask:
        zone = await zones.keep_point(tx, nic, await _as_seen(tx, nic, name, seen), now)
        zone = structs.replace(zone, soa=kept.point.soa)
        records = _restored(zone, kept)
        return await _put(tx, zone, records, planned(nic, zone, RESTORE, task_id, now))

    task = await engine.database.write(work)
    engine.wake()
    return task


async def _put(tx: Tx, zone: Zone, records: tuple[Record, ...], task: ZoneTask) -> ZoneTask:
    """Replace the zone's records, and publish it."""
    await _replace(tx, task.nic, zone, records)
    await zones.publish(tx, task.nic, structs.replace(zone, records=records, staged=True), task)
    return task


async def _replace(tx: Tx, nic: str, zone: Zone, records: tuple[Record, ...]) -> None:
    """Other records for the zone: those that are no longer among them go, new and changed ones come."""
    held = {record.record_id: record for record in zone.records}
    stays = {record.record_id for record in records if held.get(record.record_id) == record}
    for record_id in held.keys() - stays:
        await rows.delete_record(tx, nic, zone.name, record_id)
    await rows.add_records(tx, nic, zone.name, [record for record in records if record.record_id not in stays])


def _entries(zone: Zone) -> Canonical:
    return {record: zone_text.entry(record, zone.name) for record in zone.records}


def _merged(zone: Zone, lines: list[tuple[int, Record]], ids: Iterable[int], known: Canonical) -> tuple[Record, ...]:
    """The records of a file beside those of the zone that an import leaves. What was there keeps its id and type."""
    stays = [record for record in zone.records if record.origin != OWN or zone_rules.serves(zone, record)]
    entries = known | {record: zone_text.entry(record, zone.name) for record in zone.records if record not in known}
    held = {structs.replace(entries[record], origin=OWN): record for record in zone.records}
    fresh = iter(ids)
    new: dict[Entry, tuple[int, Record]] = {}
    for line, record in lines:
        entry = Entry(record.sub_domain, dns_type(record.kind), record.target)
        old = held.get(entry)
        if entry in new or old in stays:
            continue
        ttl = 0 if old and not old.ttl and record.ttl == zone.soa.ttl else record.ttl
        same = structs.replace(old, ttl=ttl) if old else structs.replace(record, record_id=next(fresh))
        entries[same] = entry
        new[entry] = (line, same)
    return _together(zone, stays, list(new.values()), entries)


def _together(zone: Zone, stays: list[Record], lines: list[tuple[int, Record]], known: Canonical) -> tuple[Record, ...]:
    """The records that stay and those that come, if they can stand together. Raises Refused."""
    names: dict[str, list[tuple[int, Record]]] = defaultdict(list)
    for line, record in [*((0, record) for record in stays), *lines]:
        names[record.sub_domain].append((line, record))
    faults = [
        Fault(here[position][0], why)
        for here in names.values()
        for position, why in zone_rules.clashes(known.get(r) or zone_text.entry(r, zone.name) for _, r in here)
    ]
    if faults:
        raise _refused(sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS])
    records = tuple(record for here in names.values() for _, record in here)
    if len(records) > zone_rules.MOST_RECORDS:
        message = "A zone has at most %(most)s records"
        raise conflict(message, most=zone_rules.MOST_RECORDS)
    problem = zone_rules.names_problem(names)
    if problem:
        raise conflict(problem)
    return records


def _refused(faults: Iterable[Fault]) -> Refused:
    """Every fault of a zone file with its line; those of a restore point have none."""
    return Refused(
        *(
            refusal("invalid", "zoneFile, line %(line)s: %(why)s", "zoneFile", line=fault.line, why=Sentence(fault.why))
            if fault.line
            else refusal("conflict", fault.why)
            for fault in faults
        )
    )
