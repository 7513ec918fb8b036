"""Names of an account, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from ordain.core import rules
from ordain.core.delivery import Domain, Task
from ordain.core.names import stored
from ordain.core.refusal import conflict, not_found
from ordain.core.service import Service
from ordain.store import domains, services, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

UNKNOWN = "This service does not exist"
"""Clients compare this very text (wire-contract §5.7, octodns)."""


async def names(engine: Engine, caller: Caller, owner: str | None) -> list[str]:
    """The caller's names, all or those of one owner contact."""
    held = await engine.database.read(lambda tx: domains.names(tx, caller.account.nichandle))
    return [name for name, owner_id in held if owner in (None, str(owner_id))]


async def domain(engine: Engine, caller: Caller, name: str) -> Domain:
    """One of the caller's names."""
    return await engine.database.read(lambda tx: held(tx, caller.account.nichandle, name))


class Standing(Struct, frozen=True):
    """A name with its tasks that are not settled: what it is, and what it is becoming."""

    domain: Domain
    under_way: list[Task]
    service: Service


def state_of(standing: Standing, now: datetime) -> str:
    """domain.DomainStateEnum."""
    held = standing.domain
    if held.deleted:
        return "restorable"
    if held.leaving:
        return "outgoing_transfer"
    if standing.service.renewing:
        return "autorenew_in_progress"
    return "expired" if held.expires <= now else "ok"


async def standing(engine: Engine, caller: Caller, name: str) -> Standing:
    """One of the caller's names."""
    return await engine.database.read(lambda tx: stands(tx, caller.account.nichandle, name))


async def stands(tx: Tx, nic: str, name: str) -> Standing:
    """The same within a transaction."""
    domain = await held(tx, nic, name)
    under_way = [task for task in await tasks.of_domain(tx, nic, domain.name) if not task.settled]
    return Standing(domain, under_way, await _service(tx, domain))


async def _service(tx: Tx, domain: Domain) -> Service:
    found = await services.named(tx, domain.nic, "domain", domain.name)
    if found is None:
        raise not_found(UNKNOWN)
    return found


async def all_standing(engine: Engine, caller: Caller) -> list[Standing]:
    """All of the caller's names, in the order of their names."""

    async def work(tx: Tx) -> list[Standing]:
        found = await domains.all_of(tx, caller.account.nichandle)
        known = {one.name: one for one in await services.of_account(tx, caller.account.nichandle) if one.until}
        under_way: dict[str, list[Task]] = {}
        for task in await tasks.unsettled(tx, caller.account.nichandle):
            under_way.setdefault(task.domain, []).append(task)
        return [Standing(domain, under_way.get(domain.name, []), known[domain.name]) for domain in found]

    return await engine.database.read(work)


async def has_zone(engine: Engine, caller: Caller, name: str) -> bool:
    """Whether a name's zone is hosted in the caller's account."""

    async def work(tx: Tx) -> bool:
        domain = await held(tx, caller.account.nichandle, name)
        return await domains.zone(tx, domain.nic, domain.name) is not None

    return await engine.database.read(work)


async def keep_custom_fields(engine: Engine, caller: Caller, name: str, fields: dict[str, Any]) -> Domain:
    """Other answers to what some registries ask of nobody else; refused where the extension asks nothing like it."""

    async def work(tx: Tx) -> Domain:
        domain = await held(tx, caller.account.nichandle, name)
        rule = engine.market.catalogue.extensions[domain.extension].rules["create"]
        if "DOMAIN_CONFIG" not in rules.labels(rule):
            message = f"The registry of .{domain.extension} asks for no such answers"
            raise conflict(message)
        new = structs.replace(domain, custom_fields=fields, updated=engine.clock())
        await domains.save(tx, new)
        return new

    return await engine.database.write(work)


async def held(tx: Tx, nic: str, name: str) -> Domain:
    """One of the account's names; a stranger's and an unknown one are the same 404."""
    found = await domains.load(tx, nic, stored(name))
    if found is None:
        raise not_found(UNKNOWN)
    return found
