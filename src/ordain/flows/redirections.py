"""Redirections: a name that leads browsers elsewhere, with the address records that lead them to who answers."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.refusal import conflict, forbidden, invalid, not_found
from ordain.core.zone import REDIRECTION, Record
from ordain.core.zone_extras import MOST_REDIRECTIONS, Redirection, target_problem
from ordain.flows import zone_records, zones
from ordain.flows.domains import UNKNOWN
from ordain.store import zone_extras as extras
from ordain.store import zones as rows

if TYPE_CHECKING:
    from typing import Any

    from ordain.core.account import Caller
    from ordain.core.zone import Zone
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def listed(engine: Engine, caller: Caller, name: str, sub_domain: str | None) -> list[int]:
    """The ids of the zone's redirections, of this name if one is given."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> list[Redirection]:
        zone = await zones.head(tx, nic, name)
        where = None if sub_domain is None else zone_records.place(sub_domain, zone.name)
        return [r for r in await extras.redirections(tx, nic, zone.name) if where in (None, r.sub_domain)]

    return [each.redirection_id for each in await engine.database.read(work)]


async def read(engine: Engine, caller: Caller, name: str, redirection_id: int) -> Redirection:
    """One of them."""
    return (await engine.database.read(lambda tx: _held(tx, caller.account.nichandle, name, redirection_id)))[1]


async def _held(tx: Tx, nic: str, name: str, redirection_id: int) -> tuple[Zone, Redirection]:
    zone = await zones.head(tx, nic, name)
    found = await extras.redirection(tx, nic, zone.name, redirection_id)
    if found is None:
        raise not_found(UNKNOWN)
    return zone, found


def _checked(redirection: Redirection) -> Redirection:
    problem = target_problem(redirection.target)
    if problem:
        message = f"target {problem}"
        raise invalid(message, "target")
    return redirection


async def add(engine: Engine, caller: Caller, name: str, sent: Redirection) -> Redirection:
    """Stage a redirection with its records. Its name may have no addresses and no CNAME of its own."""
    nic, now = caller.account.nichandle, engine.clock()
    addresses = engine.redirection_addresses
    redirection_id, *ids = await engine.database.new_ids(1 + len(addresses))

    async def work(tx: Tx) -> Redirection:
        zone = await zones.head(tx, nic, name)
        if not addresses:
            message = "Redirections are not offered here: no server answers for redirected names"
            raise forbidden(message)
        where = zone_records.place(sent.sub_domain, zone.name)
        new = _checked(structs.replace(sent, redirection_id=redirection_id, sub_domain=where))
        if len(await extras.redirections(tx, nic, zone.name)) >= MOST_REDIRECTIONS:
            message = f"A zone has at most {MOST_REDIRECTIONS} redirections"
            raise conflict(message)
        if not await extras.add_redirection(tx, nic, zone.name, new):
            message = f"{where or 'the zone itself'} is redirected already"
            raise conflict(message)
        records = [
            Record(number, "AAAA" if ip_address(ip).version == 6 else "A", where, ip, 0, REDIRECTION, redirection_id)
            for number, ip in zip(ids, addresses, strict=True)
        ]
        await zone_records.make_room(tx, nic, zone, records)
        await rows.add_records(tx, nic, zone.name, records)
        await zones.stage(tx, nic, zone, now)
        return new

    return await engine.database.write(work)


async def change(engine: Engine, caller: Caller, name: str, redirection_id: int, changes: dict[str, Any]) -> None:
    """Another target, type or texts, at once: the records stay."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> None:
        zone, before = await _held(tx, nic, name, redirection_id)
        await extras.change_redirection(tx, nic, zone.name, _checked(structs.replace(before, **changes)))

    await engine.database.write(work)


async def delete(engine: Engine, caller: Caller, name: str, redirection_id: int) -> None:
    """Stage the end of a redirection and its records."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        zone, _ = await _held(tx, nic, name, redirection_id)
        await extras.delete_redirection(tx, nic, zone.name, redirection_id)
        await rows.delete_records_from(tx, nic, zone.name, REDIRECTION, redirection_id)
        await zones.stage(tx, nic, zone, now)

    await engine.database.write(work)
