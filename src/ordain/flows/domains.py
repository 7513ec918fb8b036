"""Names and zones of an account, read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import not_found
from ordain.store import domains

if TYPE_CHECKING:
    from ordain.core.account import Caller
    from ordain.core.delivery import Domain
    from ordain.core.zone import Zone
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


async def held(tx: Tx, nic: str, name: str) -> Domain:
    """One of the account's names; a stranger's and an unknown one are the same 404."""
    found = await domains.load(tx, nic, name.lower())
    if found is None:
        raise not_found(UNKNOWN)
    return found


async def zone_names(engine: Engine, caller: Caller) -> list[str]:
    """The caller's zones."""
    return await engine.database.read(lambda tx: domains.zone_names(tx, caller.account.nichandle))


async def zone(engine: Engine, caller: Caller, name: str) -> Zone:
    """One of the caller's zones."""
    found = await engine.database.read(lambda tx: domains.zone(tx, caller.account.nichandle, name.lower()))
    if found is None:
        raise not_found(UNKNOWN)
    return found
