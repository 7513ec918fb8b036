"""Changes of a name that is ours, over EPP: compared with what the registry holds; only the rest is sent."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64decode
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.adapters import epp_frames, epp_object_frames
from ordain.adapters.epp_answers import Held
from ordain.adapters.epp_codes import GONE, meaning
from ordain.adapters.epp_contacts import INCOMPLETE, card, disclosed
from ordain.adapters.epp_frames import Ds, Edit, Report
from ordain.adapters.epp_hosts import forget_glue, have_glue, unknown_hosts
from ordain.adapters.epp_reading import LOCK, Registrar, in_redemption, look, registration
from ordain.adapters.epp_session import Session
from ordain.adapters.epp_verdicts import expect, refused
from ordain.core.change import NAME_SERVERS, OWNER, is_so, with_hosts
from ordain.core.registry import (
    Change,
    Deletion,
    Departure,
    Done,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_command import RegistryCommand

if TYPE_CHECKING:
    from ordain.adapters.epp_answers import Reply
    from ordain.core.registry import Answer, Key

LATER = 5
"""Seconds after which a change is looked at again that the registry took and does not show yet."""
GONE_FROM_HERE = "The name is not registered here"
IN_REDEMPTION = "The name is in redemption"
ANOTHERS_CONTACT = "The registry has this name under another registrar's contact: change the owner first"
SHA256 = 2
"""The digest every validator knows (RFC 8624 §3.3)."""


class Wish(Struct, frozen=True, kw_only=True):
    """A change asked for, and its turn among the commands that cost money."""

    noted: RegistryCommand
    name: str
    change: Change
    turn: asyncio.Lock


class At(Struct, frozen=True):
    """Where a change is carried out."""

    session: Session
    us: Registrar
    wish: Wish
    held: Held
    found: Registration


async def carry_out(session: Session, us: Registrar, wish: Wish) -> Answer:
    """What the registry makes of it. What is so already is done, by whichever attempt."""
    held = await look(session, wish.name)
    found = None if held is None else await registration(session, us, held)
    if held is None or found is None or held.sponsor != us.login:
        return Lost(GONE_FROM_HERE)
    if is_so(wish.change, found):
        return Done(found)
    return await _change(At(session, us, wish, held, found))


async def _change(at: At) -> Answer:
    wish = at.wish
    match wish.change:
        case Renewal():
            return await _renew(at, wish.change)
        case Deletion():
            return await _delete(at)
        case Restoration():
            return await _restore(at)
        case Update():
            return await _update(at, wish.change)
        case Departure():
            return await _answer(at, wish.change)


async def _answer(at: At, change: Departure) -> Answer:
    """Approve of another registrar's transfer, or reject it. One that is over already is seen by looking."""
    asked = epp_frames.transfer_answer(at.wish.name, "approve" if change.allowed else "reject")
    answer = await at.session.ask(asked, at.wish.noted.client_id)
    if not answer.good:
        return await _refused_unless_so(at, answer)
    return Done(structs.replace(at.found, ours=False)) if change.allowed else await _now(at)


async def _again(at: At) -> Registration | None:
    held = await look(at.session, at.wish.name)
    return None if held is None else await registration(at.session, at.us, held)


async def _now(at: At) -> Answer:
    """The name as it is after the registry did something to it."""
    found = await _again(at)
    if found is None or not found.ours:
        return Lost(GONE_FROM_HERE)
    return Done(found) if is_so(at.wish.change, found) else Pending(LATER)


async def _renew(at: At, renewal: Renewal) -> Answer:
    # The day it expires goes with it: what was renewed already is refused, not renewed again (RFC 5731 §3.2.3).
    asked = epp_frames.renew(at.wish.name, renewal.years, renewal.expires)
    async with at.wish.turn:
        answer = await at.session.ask(asked, at.wish.noted.client_id)
    if not answer.good:
        return await _refused_unless_so(at, answer)
    expect(answer, "domain:renData", at.wish.name)
    return await _now(at)


async def _refused_unless_so(at: At, answer: Reply) -> Answer:
    if answer.code == GONE:
        return Lost(GONE_FROM_HERE)
    refusal = refused(answer)
    found = await _again(at)
    return Done(found) if found is not None and is_so(at.wish.change, found) else refusal


async def _delete(at: At) -> Answer:
    """Names in their first days are gone at once, others rest in redemption: the code does not tell, a look does."""
    answer = await at.session.ask(epp_frames.delete(at.wish.name), at.wish.noted.client_id)
    if not answer.good:
        return await _refused_unless_so(at, answer)
    found = await _again(at)
    if found is None or not found.ours:
        return Done(structs.replace(at.found, redemption=True))
    return Done(found) if found.redemption else Pending(LATER)


async def _restore(at: At) -> Answer:
    """Ask for it, and report where the registry waits for that (RFC 3915 §2, §4.2.5)."""
    client_id = at.wish.noted.client_id
    if "pendingRestore" not in at.held.grace:
        async with at.wish.turn:
            answer = await at.session.ask(epp_frames.restore(at.wish.name), client_id)
        if not answer.good:
            return await _refused_unless_so(at, answer)
    held = await look(at.session, at.wish.name)
    if held is not None and in_redemption(held):
        now, before = at.us.clock(), f"{at.wish.name}, registrant {at.held.registrant}"
        report = Report(before, before, at.held.updated or now, now)
        answer = await at.session.ask(epp_frames.restore_report(at.wish.name, report), f"{client_id}.report")
        if not answer.good:
            return await _refused_unless_so(at, answer)
    return await _now(at)


async def _update(at: At, wanted: Update) -> Answer:
    """Hosts first, for the name to be served by; the name in one command; then what it needs no longer."""
    obstacle = _obstacle(at, wanted)
    if obstacle:
        return obstacle
    for step in (_hosts, _servers, _owner, _name, _forgotten, _shown):
        refusal = await step(at, wanted)
        if refusal:
            return refusal
    held = await look(at.session, at.wish.name)
    if held is None or held.sponsor != at.us.login:
        return Lost(GONE_FROM_HERE)
    # What the registry does not tell, or in other words, it was just told by us.
    told = ("auth_info", "owner", "admin", "tech", "disclosed", "keys")
    known = {name: getattr(wanted, name) for name in told if getattr(wanted, name) is not None}
    done = structs.replace(await registration(at.session, at.us, held), **known)
    signed = wanted.keys is None or _keys(structs.replace(at, held=held), wanted.keys) == ([], [])
    if not (signed and is_so(wanted, done)):
        message = "The registry took a change and does not show it"
        raise NoAnswer(message)
    return Done(done)


def _obstacle(at: At, wanted: Update) -> Refusal | None:
    """What would be refused half-way: then nothing is sent at all."""
    if at.found.redemption:
        return Refusal(IN_REDEMPTION)
    served = wanted.name_servers if wanted.name_servers is not None else at.found.name_servers
    glue = {host.name for host in with_hosts(at.found.hosts, wanted.hosts or ())}
    below = [host for host in served if host.endswith(f".{at.wish.name}") and host not in glue]
    if below:
        return Refusal(f"The name server {below[0]} is below the name and has no address", NAME_SERVERS)
    missing = wanted.owner is not None and isinstance(card(wanted.owner), list)
    return Refusal(INCOMPLETE, OWNER) if missing else None


async def _hosts(at: At, wanted: Update) -> Refusal | None:
    for host in wanted.hosts or ():
        refusal = await have_glue(at.session, host) if host.ips else None
        if refusal:
            return refusal
    return None


async def _servers(at: At, wanted: Update) -> Refusal | None:
    added = [name for name in wanted.name_servers or () if name not in at.held.name_servers]
    return await unknown_hosts(at.session, [name for name in added if not name.endswith(f".{at.wish.name}")])


async def _owner(at: At, wanted: Update) -> Refusal | None:
    """The registrant's contact says who owns the name now; where it is not ours to change, there is a new one."""
    if wanted.owner is None:
        return None
    owner = card(wanted.owner)
    if isinstance(owner, list):
        return Refusal(INCOMPLETE, OWNER)
    owner = owner.written(at.us.dialect.forms)
    mine = at.us.contact(at.wish.noted.transaction)
    if await _is_ours(at):
        answer = await at.session.ask(epp_object_frames.contact_update(at.held.registrant or "", owner))
        return None if answer.good else refused(answer, OWNER)
    password = at.us.password(at.wish.noted.transaction)
    answer = await at.session.ask(epp_object_frames.contact_create(mine, owner, password))
    return None if answer.good or meaning(answer.code) == "lost" else refused(answer, OWNER)


async def _is_ours(at: At) -> bool:
    """Whether the registrant is a contact that one of our transactions made."""
    notes = await at.us.notes.of(at.wish.name)
    made = {at.us.contact(each.transaction) for each in notes if each.verb != "transfer"}
    return at.held.registrant in made


async def _name(at: At, wanted: Update) -> Refusal | None:
    """One command for all of it, so that nothing is done by half."""
    secure = epp_frames.secure(*_keys(at, wanted.keys)) if wanted.keys is not None else None
    edit = Edit(
        add_servers=_beyond(wanted.name_servers, at.held.name_servers),
        remove_servers=_beyond(at.held.name_servers, wanted.name_servers) if wanted.name_servers is not None else (),
        add_status=(LOCK,) if wanted.locked and not at.found.locked else (),
        remove_status=(LOCK,) if wanted.locked is False and at.found.locked else (),
        registrant=at.us.contact(at.wish.noted.transaction) if wanted.owner and not await _is_ours(at) else None,
        auth_info=wanted.auth_info if wanted.auth_info != at.found.auth_info else None,
    )
    if edit == Edit() and secure is None:
        return None
    answer = await at.session.ask(epp_frames.update(at.wish.name, edit, secure), at.wish.noted.client_id)
    return None if answer.good else refused(answer, _argument(wanted))


def _beyond(names: tuple[str, ...] | None, known: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names or ()) if name not in (known or ()))


def _argument(wanted: Update) -> str | None:
    if wanted.name_servers is not None:
        return NAME_SERVERS
    return "authInfo" if wanted.auth_info is not None else None


def _keys(at: At, keys: tuple[Key, ...]) -> tuple[list[Ds], list[Ds]]:
    """The DS records to add and to take away."""
    wanted = {(ds.tag, ds.digest_type, ds.digest): ds for ds in (ds_of(at.wish.name, key) for key in keys)}
    held = {(ds.tag, ds.digest_type, ds.digest): ds for ds in at.held.keys}
    return [wanted[each] for each in wanted if each not in held], [held[each] for each in held if each not in wanted]


def ds_of(name: str, key: Key) -> Ds:
    """The DS record of a key (RFC 4034 §5.1.4): a digest over the name and the key."""
    labels = [label.encode() for label in name.split(".")]
    owner = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    record = key.flags.to_bytes(2) + bytes((3, key.algorithm)) + b64decode(key.public_key)
    digest = hashlib.sha256(owner + record).hexdigest().upper()
    return Ds(key.tag, key.algorithm, SHA256, digest, key.flags, key.public_key)


async def _forgotten(at: At, wanted: Update) -> Refusal | None:
    for host in wanted.hosts or ():
        refusal = await forget_glue(at.session, host.name) if not host.ips else None
        if refusal:
            return refusal
    return None


async def _shown(at: At, wanted: Update) -> Refusal | None:
    """What the public record shows of the owner's contact, if that is ours."""
    if wanted.disclosed is None:
        return None
    if not await _is_ours(at):
        return Refusal(ANOTHERS_CONTACT)
    answer = await at.session.ask(
        epp_object_frames.contact_disclose(at.held.registrant or "", disclosed(wanted.disclosed))
    )
    return None if answer.good else refused(answer)
