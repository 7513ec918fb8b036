"""An account's contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from ordain.core.account import Contact
from ordain.core.refusal import not_found
from ordain.store import accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def ids(engine: Engine, caller: Caller) -> list[int]:
    """The ids of the caller's contacts."""
    return await engine.database.read(lambda tx: accounts.contact_ids(tx, caller.account.nichandle))


async def every(engine: Engine, caller: Caller) -> list[Contact]:
    """The caller's contacts."""
    return await engine.database.read(lambda tx: accounts.contacts(tx, caller.account.nichandle))


async def create(engine: Engine, caller: Caller, contact: Contact) -> Contact:
    """A new contact, with an id of its own."""
    [contact_id] = await engine.database.new_ids()
    new = structs.replace(contact, id=contact_id)
    await engine.database.write(lambda tx: accounts.save_contact(tx, caller.account.nichandle, new))
    return new


async def _load(tx: Tx, caller: Caller, contact_id: int) -> Contact:
    found = await accounts.contact(tx, caller.account.nichandle, contact_id)
    if found is None:
        message = f"Contact {contact_id} does not exist"
        raise not_found(message, "contactId")
    return found


async def read(engine: Engine, caller: Caller, contact_id: int) -> Contact:
    """One of the caller's contacts."""
    return await engine.database.read(lambda tx: _load(tx, caller, contact_id))


async def update(engine: Engine, caller: Caller, contact_id: int, changes: Mapping[str, Any]) -> Contact:
    """Other values for some of a contact's members; those of its address one by one, too."""

    async def work(tx: Tx) -> Contact:
        held = msgspec.to_builtins(await _load(tx, caller, contact_id))
        address = {**held["address"], **changes.get("address", {})}
        new = msgspec.convert({**held, **changes, "address": address, "id": contact_id}, Contact)
        await accounts.save_contact(tx, caller.account.nichandle, new)
        return new

    return await engine.database.write(work)
