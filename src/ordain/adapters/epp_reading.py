"""A name as a registry holds it, and which transaction of ours brought it there.

EPP does not tell by which command a name came. The contact of its registrant does: its id follows from the transaction
and our secret (`epp_contacts.contact_id`), and what transactions there were is noted beforehand (decision 16).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, structs

from ordain.adapters import epp_answers, epp_frames, epp_object_frames
from ordain.adapters.epp_codes import EXISTS, GONE, NOT_THE_SPONSOR
from ordain.adapters.epp_contact_extras import extras
from ordain.adapters.epp_contacts import INCOMPLETE, Card, card, contact_id, password
from ordain.adapters.epp_dialects import Dialect
from ordain.adapters.epp_verdicts import expect, refused, same
from ordain.adapters.epp_xml import text
from ordain.core.registry import Host, Key, NotTold, Refusal, Registration
from ordain.core.registry_command import transferred_by
from ordain.core.registry_life import anniversary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.adapters.epp_answers import Held
    from ordain.adapters.epp_session import Session
    from ordain.core.registry_command import Outcome, RegistryCommand, Verb

LOCK = "clientTransferProhibited"


class Notes(Protocol):
    """Where what is asked of registries is noted beforehand (store/registry_commands.py)."""

    async def of(self, name: str) -> tuple[RegistryCommand, ...]:
        """What was asked for a name, the latest last."""

    async def known(self, names: Sequence[str]) -> set[str]:
        """Those of these names that something was ever asked for."""

    async def note(self, name: str, transaction: str, verb: Verb, now: datetime) -> tuple[RegistryCommand, ...]:
        """Note that a transaction is about to ask; the name's commands, this one last."""

    async def settle(self, name: str, noted: RegistryCommand, outcome: Outcome) -> None:
        """Note what came of an attempt. That it was refused counts only while nothing later is known."""

    async def look_at_contact(self, name: str, noted: RegistryCommand, due: datetime | None) -> None:
        """Note when the contact an attempt made is looked at again; None: it is gone."""


class Registrar(Struct, frozen=True):
    """Who we are at a registry, and what we know by ourselves."""

    login: str
    secret: bytes
    dialect: Dialect
    notes: Notes
    clock: Callable[[], datetime]

    def password(self, transaction: str) -> str:
        """The auth code of what a transaction makes."""
        return password(self.secret, transaction)

    def card(self, owner: Mapping[str, Any]) -> Card | list[str]:
        """An owner's card as this registry takes it, or what is missing."""
        made = card(owner, parted=self.dialect.parted_names)
        return made if isinstance(made, list) else made.written(self.dialect.forms)

    def contact(self, transaction: str) -> str:
        """The id of the contact a transaction makes."""
        return contact_id(self.secret, transaction)


async def have_contact(session: Session, us: Registrar, owner: Mapping[str, Any], transaction: str) -> str | Refusal:
    """Make the contact of a transaction, unless it is there; its id, which may be the registry's own choice."""
    made, contact = us.card(owner), us.contact(transaction)
    if isinstance(made, list):
        return Refusal(INCOMPLETE)
    kind = us.dialect.extras
    more = extras(kind, owner) if kind and session.greeting.speaks(kind) else None
    answer = await session.ask(epp_object_frames.contact_create(contact, made, us.password(transaction), more))
    if answer.code == EXISTS:
        return contact
    if not answer.good:
        return refused(answer)
    if us.dialect.own_ids:
        told = answer.result("contact:creData")
        contact = (text(told, "contact:id") if told is not None else None) or ""
    expect(answer, "contact:creData", contact)
    return contact


async def look(session: Session, name: str) -> Held | None:
    """The name, None if nobody has it. Of one that is not ours some registries say no more (2201). Raises NoAnswer."""
    answer = await session.ask(epp_frames.info(name))
    if answer.code == GONE:
        return None
    if answer.code == NOT_THE_SPONSOR:
        return epp_answers.elsewhere(name)
    if not answer.good:
        message = f"The registry does not tell about {name}: {answer.code} {refused(answer).reason}"
        raise NotTold(message)
    expect(answer, "domain:infData", name)
    return epp_answers.held(answer)


async def find(session: Session, registrar: Registrar, name: str) -> Registration | None:
    """The name as a Registry's `find` tells it."""
    held = await look(session, name)
    return None if held is None else await registration(session, registrar, held)


async def registration(session: Session, registrar: Registrar, held: Held) -> Registration:
    """The same of a name that was looked up."""
    now, notes = registrar.clock(), await registrar.notes.of(held.name)
    created = held.created or now
    ours = same(held.sponsor, registrar.login)
    coming = not ours and await _is_coming(session, registrar, held.name, notes)
    known = Registration(
        held.name,
        ours=ours or coming,
        transaction=transferred_by(notes) if coming else None,
        created=created,
        expires=held.expires or anniversary(created, now),
        pending=coming,
        statuses=tuple(sorted(held.statuses)),
        grace=tuple(sorted(held.grace)),
    )
    if not ours:
        return known
    return structs.replace(
        known,
        transaction=brought_by(registrar, held, notes),
        pending="pendingCreate" in held.statuses,
        name_servers=held.name_servers,
        keys=_keys(held),
        untold_keys=sum(not ds.public_key for ds in held.keys),
        hosts=tuple(host for host in held.attributes if host.ips) or await _glue(session, held.hosts),
        locked=LOCK in held.statuses,
        auth_info=held.auth_info,
        redemption=in_redemption(held),
    )


async def _is_coming(session: Session, registrar: Registrar, name: str, notes: Sequence[RegistryCommand]) -> bool:
    """Whether somebody else's name is on its way here."""
    if transferred_by(notes) is None:
        return False
    transfer = await asked_transfer(session, name)
    return transfer is not None and transfer.status == "pending" and same(transfer.asked_by, registrar.login)


async def asked_transfer(session: Session, name: str) -> epp_answers.Transfer | None:
    """How the last transfer of a name stands, None where the registry tells of none."""
    answer = await session.ask(epp_frames.transfer_query(name))
    if not answer.good:
        refused(answer)
        return None
    expect(answer, "domain:trnData", name)
    return epp_answers.transfer(answer)


def brought_by(registrar: Registrar, held: Held, notes: Sequence[RegistryCommand]) -> str | None:
    """The transaction that brought a name of ours; None for one that came here otherwise.

    A name that came from another registrar says so (trDate), and at most one transfer was ever under way. Of one that
    was created here the registrant's contact tells; where the registry keeps no contacts, or the owner has become
    another one since, the auth code that went with the create. Where none of them tells, it is the transfer that was
    asked for last, if no create was since: one is asked for only while the name is not ours.
    """
    if held.transferred is not None and transferred_by(notes):
        return transferred_by(notes)
    creates = [each.transaction for each in notes if each.verb == "create"]
    by_contact = (each for each in creates if same(held.registrant, registrar.contact(each)))
    by_password = (each for each in creates if held.auth_info == registrar.password(each))
    coming = [each for each in notes if each.verb != "change" and each.outcome != "refused"]
    return next(by_contact, None) or next(by_password, None) or transferred_by(coming[-1:])


def in_redemption(held: Held) -> bool:
    """Deleted, and still there (RFC 3915 §3.1)."""
    return bool(held.grace & {"redemptionPeriod", "pendingRestore"}) or "pendingDelete" in held.statuses


def _keys(held: Held) -> tuple[Key, ...]:
    """The keys of the DS records whose registry tells them."""
    return tuple(Key(ds.flags or 0, ds.algorithm, ds.tag, ds.public_key) for ds in held.keys if ds.public_key)


async def _glue(session: Session, names: Sequence[str]) -> tuple[Host, ...]:
    """The hosts below a name, with their addresses."""
    found = [Host(name, await asked_addresses(session, name) or ()) for name in names]
    return tuple(host for host in found if host.ips)


async def asked_addresses(session: Session, host: str) -> tuple[str, ...] | None:
    """A host's addresses, None if the registry does not know the host."""
    answer = await session.ask(epp_object_frames.host_info(host))
    if answer.code == GONE:
        return None
    if not answer.good:
        message = f"The registry does not tell about {host}: {answer.code} {refused(answer).reason}"
        raise NotTold(message)
    expect(answer, "host:infData", host)
    return epp_answers.addresses(answer)
