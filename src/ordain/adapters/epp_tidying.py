"""Contacts that commands of ours made at a registry, and that nothing hangs on any more: they are deleted there.

A create makes its owner's contact before the name. Where its connection is cut, somebody else is quicker or the order
is given up, the contact is left; so it is when a name is deleted or goes elsewhere. What was made is in the notes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.adapters import epp_object_frames
from ordain.adapters.epp_codes import GONE
from ordain.adapters.epp_reading import look
from ordain.adapters.epp_verdicts import refused, same

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.adapters.epp_answers import Held
    from ordain.adapters.epp_reading import Registrar
    from ordain.adapters.epp_session import Session
    from ordain.core.registry_command import RegistryCommand

IN_USE = timedelta(days=90)
"""After so long a name that has its contact is looked at again: it may have gone since."""
UNDECIDED, DECISION = timedelta(days=1), timedelta(days=30)
"""How often a create is looked at whose registry took it (1001) and tells of no name, and how long it is waited for."""


async def tidy(session: Session, us: Registrar, name: str) -> None:
    """Delete the contacts that are due to be looked at and that the name does without. Raises NoAnswer."""
    now = us.clock()
    if us.dialect.own_ids:
        return  # another name of the same person may have the same, and the registry sweeps by itself
    due = [each for each in await us.notes.of(name) if each.contact_due and each.contact_due <= now]
    held = await look(session, name) if due else None
    for each in due:
        again = _again(us, each, held, now) or await _deleted(session, us, each, now)
        await us.notes.look_at_contact(name, each, again)


def _again(us: Registrar, noted: RegistryCommand, held: Held | None, now: datetime) -> datetime | None:
    """When a contact that is needed, or may be, is looked at again; None for one that is not."""
    ours = held is not None and same(held.sponsor, us.login)
    has = held.registrant if held is not None else None
    if ours and (has is None or same(has, us.contact(noted.transaction))):
        return now + IN_USE  # None: which contact it has is not told, it may be any of ours
    coming = held is None and noted.verb == "create" and noted.outcome == "done"
    return now + UNDECIDED if coming and now - noted.asked < DECISION else None


async def _deleted(session: Session, us: Registrar, noted: RegistryCommand, now: datetime) -> datetime | None:
    """None once it is gone; when to try again where the registry says that something hangs on it still (2305)."""
    answer = await session.ask(epp_object_frames.contact_delete(us.contact(noted.transaction)))
    if answer.good or answer.code == GONE:
        return None
    refused(answer)
    return now + IN_USE
