"""Records of a zone: each edit is stored at once and waits for a refresh to be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import zone_diff, zone_rules
from ordain.core.language import Sentence
from ordain.core.refusal import conflict, forbidden, invalid, not_found
from ordain.core.zone import OWN, Record, Zone
from ordain.core.zone_rules import Bad
from ordain.flows import zone_text, zones
from ordain.flows.domains import UNKNOWN
from ordain.store import zones as rows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

CHANGED = "This record was changed meanwhile: look at it again"
OWN_NAME_SERVERS = "The zone is found by its own name servers: their NS records cannot be changed or deleted"


class Wish(Struct, frozen=True):
    """What a record is to be; None stays as it is."""

    sub_domain: str | None = None
    target: str | None = None
    ttl: int | None = None
    seen: str | None = None
    """The record's mark (`core/zone_diff`) as whoever wishes this saw it: another one's change is not written over."""


class Wanted(Struct, frozen=True):
    """Which records are asked for: None is all of them."""

    kind: str | None = None
    sub_domain: str | None = None
    origin: str = OWN


async def listed(engine: Engine, caller: Caller, name: str, wanted: Wanted) -> list[int]:
    """The ids of the zone's records."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> list[Record]:
        zone = await zones.head(tx, nic, name)
        if wanted.sub_domain is None:
            return list(await rows.records(tx, nic, zone.name))
        return await rows.records_at(tx, nic, zone.name, place(wanted.sub_domain, zone.name))

    found = await engine.database.read(work)
    return [r.record_id for r in found if r.origin == wanted.origin and wanted.kind in (None, r.kind)]


async def whole(engine: Engine, caller: Caller, name: str) -> Zone:
    """The zone with its records."""
    return await engine.database.read(lambda tx: zones.whole(tx, caller.account.nichandle, name))


async def read(engine: Engine, caller: Caller, name: str, record_id: int, origin: str = OWN) -> Record:
    """One of the zone's records."""
    nic = caller.account.nichandle
    return (await engine.database.read(lambda tx: held(tx, nic, name, record_id, origin)))[1]


async def held(tx: Tx, nic: str, name: str, record_id: int, origin: str = OWN) -> tuple[Zone, Record]:
    """A zone, without its records, and one of them. Raises Refused."""
    zone = await zones.head(tx, nic, name)
    found = await rows.record(tx, nic, zone.name, record_id)
    if found is None or found.origin != origin:
        raise not_found(UNKNOWN)
    return zone, found


def place(sub_domain: str, zone: str) -> str:
    """A sub-domain as it is stored. Raises Refused."""
    try:
        return zone_rules.sub_domain(sub_domain, zone)
    except Bad as bad:
        message = "subDomain %(problem)s"
        raise invalid(message, "subDomain", problem=Sentence(str(bad))) from bad


def judged(record: Record, zone: str) -> Record:
    """A record as it is stored, if it can be in itself. Raises Refused."""
    right = structs.replace(record, sub_domain=place(record.sub_domain, zone), target=record.target.strip())
    zone_text.checked(record.kind, right.target, zone)
    _refuse(zone_rules.place_problem(right.kind, right.sub_domain), "subDomain")
    _refuse(zone_rules.ttl_problem(right.ttl), "ttl")
    return right


def _refuse(problem: str | None, field: str) -> None:
    if problem:
        message = "%(field)s %(problem)s"
        raise invalid(message, field, field=field, problem=Sentence(problem))


async def make_room(tx: Tx, nic: str, zone: Zone, new: list[Record]) -> None:
    """Whether these records of one name can stand beside those it has, but for themselves. Raises Refused."""
    others = await rows.records_at(tx, nic, zone.name, new[0].sub_domain)
    mine = {record.record_id for record in new}
    here = [zone_text.entry(r, zone.name) for r in (*(r for r in others if r.record_id not in mine), *new)]
    for _, why in zone_rules.clashes(here):
        raise conflict(why)
    if await rows.count(tx, nic, zone.name) + len(new) > zone_rules.MOST_RECORDS:
        message = "A zone has at most %(most)s records"
        raise conflict(message, most=zone_rules.MOST_RECORDS)
    if not others and await rows.most_names(tx, nic, zone.name) + zone_rules.MOST_LABELS > zone_rules.MOST_NAMES:
        problem = zone_rules.names_problem([*await rows.sub_domains(tx, nic, zone.name), new[0].sub_domain])
        if problem:
            raise conflict(problem)


async def add(engine: Engine, caller: Caller, name: str, kind: str, wish: Wish) -> Record:
    """Stage a new record."""
    [record_id] = await engine.database.new_ids(1)
    sent = Record(record_id, kind, wish.sub_domain or "", wish.target or "", wish.ttl or 0)
    return await put(engine, caller, name, sent)


async def put(engine: Engine, caller: Caller, name: str, sent: Record) -> Record:
    """Stage a new record of any origin."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> Record:
        zone = await zones.head(tx, nic, name)
        new = judged(sent, zone.name)
        await make_room(tx, nic, zone, [new])
        await rows.add_records(tx, nic, zone.name, [new])
        await zones.stage(tx, nic, zone, now)
        return new

    return await engine.database.write(work)


async def change(engine: Engine, caller: Caller, name: str, record_id: int, wish: Wish) -> None:
    """Stage a record with another name, target or TTL."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        zone, before = await held(tx, nic, name, record_id)
        _refuse_serving(zone, before)
        _refuse_unseen(before, wish.seen)
        sent = {"sub_domain": wish.sub_domain, "target": wish.target, "ttl": wish.ttl}
        changes = {field: value for field, value in sent.items() if value is not None}
        after = judged(structs.replace(before, **changes), zone.name)
        await replace(tx, nic, zone, after)
        await zones.stage(tx, nic, zone, now)

    await engine.database.write(work)


async def replace(tx: Tx, nic: str, zone: Zone, after: Record) -> None:
    """A record as it is from now on, if there is room for it. Raises Refused."""
    await make_room(tx, nic, zone, [after])
    await rows.change_record(tx, nic, zone.name, after)


def _refuse_unseen(record: Record, seen: str | None) -> None:
    if seen is not None and seen != zone_diff.mark(record):
        raise conflict(CHANGED)


async def delete(engine: Engine, caller: Caller, name: str, record_id: int, origin: str = OWN) -> None:
    """Stage the end of a record."""
    await engine.database.write(_deletion(engine, caller, name, (record_id, origin, None)))


async def delete_seen(engine: Engine, caller: Caller, name: str, record_id: int, seen: str) -> None:
    """Stage the end of a record that has this mark still."""
    await engine.database.write(_deletion(engine, caller, name, (record_id, OWN, seen)))


def _deletion(
    engine: Engine, caller: Caller, name: str, which: tuple[int, str, str | None]
) -> Callable[[Tx], Awaitable[None]]:
    nic, now, (record_id, origin, seen) = caller.account.nichandle, engine.clock(), which

    async def work(tx: Tx) -> None:
        zone, record = await held(tx, nic, name, record_id, origin)
        _refuse_serving(zone, record)
        _refuse_unseen(record, seen)
        await rows.delete_record(tx, nic, zone.name, record.record_id)
        await zones.stage(tx, nic, zone, now)

    return work


def _refuse_serving(zone: Zone, record: Record) -> None:
    if zone_rules.serves(zone, record):
        raise forbidden(OWN_NAME_SERVERS)
