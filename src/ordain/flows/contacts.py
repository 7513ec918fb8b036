"""An account's contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from ordain.core import configuration, identity_numbers
from ordain.core.account import Contact
from ordain.core.change import OWNER
from ordain.core.refusal import Broken, Refusal, Refused, conflict, labelled, not_found
from ordain.core.registry import Update
from ordain.flows.changes import write
from ordain.store import accounts, domains

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain
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
        message = "Contact %(contact)s does not exist"
        raise not_found(message, "contactId", contact=contact_id)
    return found


async def read(engine: Engine, caller: Caller, contact_id: int) -> Contact:
    """One of the caller's contacts."""
    return await engine.database.read(lambda tx: _load(tx, caller, contact_id))


async def update(engine: Engine, caller: Caller, contact_id: int, changes: Mapping[str, Any]) -> Contact:
    """Other values for some of a contact's members; those of its address one by one, too.

    Where it owns names, their registries are told by a task for each. Refused: what would make another owner of it,
    which is ordered (an owner change), and what the extension's rule does not allow.
    """
    nic, now = caller.account.nichandle, engine.clock()
    owned = await engine.database.read(lambda tx: domains.owned_by(tx, nic, contact_id))
    ids = await engine.database.new_ids(len(owned)) if owned else []

    async def work(tx: Tx) -> Contact:
        before = await _load(tx, caller, contact_id)
        held = msgspec.to_builtins(before)
        address = {**held["address"], **changes.get("address", {})}
        new = msgspec.convert({**held, **changes, "address": address, "id": contact_id}, Contact)
        names = await domains.owned_by(tx, nic, contact_id) if new != before else []
        if len(names) > len(ids):
            message = "The contact came to own a name at the same moment: try again"
            raise conflict(message)
        refusals = [refusal for domain in names for refusal in await _unfit(engine, tx, domain, (before, new))]
        if refusals:
            raise Refused(*refusals)
        await accounts.save_contact(tx, nic, new)
        wish = Update(owner=msgspec.to_builtins(new), owner_id=contact_id)
        for domain, task_id in zip(names, ids, strict=False):
            await write(tx, domain, wish, task_id, now)
        return new

    updated = await engine.database.write(work)
    if owned:
        engine.wake()
    return updated


async def _unfit(engine: Engine, tx: Tx, domain: Domain, change: tuple[Contact, Contact]) -> list[Refusal]:
    """Why the owner of a name cannot become so: what the rule for updates finds that it did not find before."""
    extension = engine.market.catalogue.extensions.get(domain.extension)
    if extension is None:
        return []
    admin, tech = await accounts.load(tx, domain.admin), await accounts.load(tx, domain.tech)
    before, after = (configuration.of_people(owner, admin, tech) for owner in change)
    rule, contexts = extension.rules["update"], frozenset({"update"})
    known = identity_numbers.violations(rule, extension.numbers, before, contexts)
    found = identity_numbers.violations(rule, extension.numbers, after, contexts, before)
    known_ones = {(one.place, one.operator) for one in known}
    account = await accounts.load(tx, domain.nic)
    language = engine.languages.of(account.language if account else None)
    return [
        Refusal(
            "rule",
            f"{domain.name}: {language.tell(one.sentence)}",
            one.field,
            broken=Broken(one.operator, one.expected),
            sentence=labelled(domain.name, one.sentence),
        )
        for one in found
        if one.label == OWNER and (one.place, one.operator) not in known_ones
    ]
