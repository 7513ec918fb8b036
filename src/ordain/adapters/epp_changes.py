"""Changes of a name that is ours, over EPP: compared with what the registry holds; only the rest is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, structs

from ordain.adapters import epp_frames, epp_object_frames
from ordain.adapters.epp_answers import Held
from ordain.adapters.epp_codes import GONE
from ordain.adapters.epp_contacts import INCOMPLETE, disclosed
from ordain.adapters.epp_frames import Edit, Report
from ordain.adapters.epp_hosts import forget_glue, have_glue, unknown_hosts
from ordain.adapters.epp_keys import KEYS_ELSEWHERE, difference
from ordain.adapters.epp_reading import LOCK, Registrar, have_contact, in_redemption, look, registration
from ordain.adapters.epp_session import Session
from ordain.adapters.epp_turns import Turns
from ordain.adapters.epp_verdicts import expect, refused, same
from ordain.core.change import NAME_SERVERS, OWNER, is_so, with_hosts
from ordain.core.money import Money
from ordain.core.registry import (
    HOLD,
    Change,
    Deletion,
    Departure,
    Done,
    Host,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_command import FIRST_LOOK, RegistryCommand

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.adapters.epp_answers import Reply
    from ordain.adapters.epp_xml import Element
    from ordain.core.registry import Answer

T = TypeVar("T")

LATER = 5
"""Seconds after which a change is looked at again that the registry took and does not show yet."""
GONE_FROM_HERE = "The name is not registered here"
IN_REDEMPTION = "The name is in redemption"
ANOTHERS_CONTACT = "The registry has this name under another registrar's contact: change the owner first"
DECIDED_LATER = {Renewal: "pendingRenew", Update: "pendingUpdate"}
YEAR = timedelta(days=365.25)


class Wish(Struct, frozen=True, kw_only=True):
    """A change asked for, and the turns of commands that cost money."""

    noted: RegistryCommand
    name: str
    change: Change
    turns: Turns


class At(Struct, frozen=True):
    """Where a change is carried out."""

    session: Session
    us: Registrar
    wish: Wish
    held: Held
    found: Registration
    made: list[str] = []
    """The contact that was made for another owner."""


async def carry_out(session: Session, us: Registrar, wish: Wish) -> Answer:
    """What the registry makes of it. What is so already is done, by whichever attempt."""
    held = await look(session, wish.name)
    found = None if held is None else await registration(session, us, held)
    if held is None or found is None or not same(held.sponsor, us.login):
        return Lost(GONE_FROM_HERE)
    if is_so(wish.change, found):
        return Done(found)
    if wish.noted.attempts > 1 and _is_decided_later(wish.change, held):
        return Pending(LATER)
    return await _change(At(session, us, wish, held, found))


def _is_decided_later(change: Change, held: Held) -> bool:
    """Whether such a change was taken and is not carried out yet (1001, RFC 5731 §2.3): again it would be refused."""
    return isinstance(change, Renewal | Update) and DECIDED_LATER[type(change)] in held.statuses


async def _change(at: At) -> Answer:
    wish = at.wish
    match wish.change:
        case Renewal():
            return await _renew(at, wish.change)
        case Deletion():
            return await _delete(at)
        case Restoration():
            return await _restore(at, wish.change)
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


def missing_years(renewal: Renewal, expires: datetime) -> int:
    """How many years more a name needs that expires then: its registry may have renewed it by itself."""
    there = round((expires - renewal.expires) / YEAR)
    return max(renewal.years - max(there, 0), 1)


def _most(at: At, verb: str, fees: Money | None) -> Element | None:
    return epp_frames.most(verb, fees) if fees and at.session.greeting.speaks("fee") else None


async def _renew(at: At, renewal: Renewal) -> Answer:
    # The day it expires goes with it: what was renewed since is refused, not renewed again (RFC 5731 §3.2.3).
    expires = at.found.expires
    years, fees = missing_years(renewal, expires), renewal.fees
    if fees:
        fees = Money(fees.ucents * years // renewal.years, fees.currency)
    asked = epp_frames.renew(at.wish.name, years, expires, _most(at, "renew", fees))
    answer = await at.wish.turns.ask(at.session, asked, at.wish.noted.client_id)
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
        for each in await at.us.notes.of(at.wish.name):
            if each.contact_due:
                await at.us.notes.look_at_contact(at.wish.name, each, at.us.clock() + FIRST_LOOK)
        return Done(structs.replace(at.found, redemption=True))
    return Done(found) if found.redemption else Pending(LATER)


async def _restore(at: At, restoration: Restoration) -> Answer:
    """Ask for it, and report where the registry waits for that (RFC 3915 §2, §4.2.5)."""
    client_id = at.wish.noted.client_id
    if "pendingRestore" not in at.held.grace:
        asked = epp_frames.restore(at.wish.name, _most(at, "update", restoration.fees))
        answer = await at.wish.turns.ask(at.session, asked, client_id)
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
    if held is None or not same(held.sponsor, at.us.login):
        return Lost(GONE_FROM_HERE)
    # What the registry does not tell, or in other words, it was just told by us.
    told = ("auth_info", "owner", "admin", "tech", "disclosed", "keys")
    known = {name: getattr(wanted, name) for name in told if getattr(wanted, name) is not None}
    done = structs.replace(await registration(at.session, at.us, held), **known)
    done = structs.replace(done, untold_keys=0 if wanted.keys is not None else done.untold_keys)
    signed = wanted.keys is None or difference(held.name, held.keys, wanted.keys) == ([], [])
    if not (signed and is_so(wanted, done)):
        if _is_decided_later(wanted, held):
            return Pending(LATER)
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
    if wanted.keys and at.us.dialect.key_form(at.wish.name) == "none":
        return Refusal(KEYS_ELSEWHERE)
    alone = [host.name for host in wanted.hosts or () if host.ips and host.name not in served]
    if alone and at.us.dialect.hosts == "attributes":
        return Refusal(f"The registry knows a host as a name server alone, and {alone[0]} is none", NAME_SERVERS)
    missing = wanted.owner is not None and isinstance(at.us.card(wanted.owner), list)
    return Refusal(INCOMPLETE, OWNER) if missing else None


async def _hosts(at: At, wanted: Update) -> Refusal | None:
    for host in (wanted.hosts or ()) if at.us.dialect.hosts == "objects" else ():
        refusal = await have_glue(at.session, host) if host.ips else None
        if refusal:
            return refusal
    return None


async def _servers(at: At, wanted: Update) -> Refusal | None:
    if at.us.dialect.hosts == "attributes":
        return None
    added = [name for name in wanted.name_servers or () if name not in at.held.name_servers]
    return await unknown_hosts(at.session, [name for name in added if not name.endswith(f".{at.wish.name}")])


async def _owner(at: At, wanted: Update) -> Refusal | None:
    """The registrant's contact says who owns the name now; where it is not ours to change, there is a new one."""
    if wanted.owner is None:
        return None
    owner = at.us.card(wanted.owner)
    if isinstance(owner, list):
        return Refusal(INCOMPLETE, OWNER)
    if (contact := await _ours(at)) is not None:
        answer = await at.session.ask(epp_object_frames.contact_update(contact, owner))
        return None if answer.good else refused(answer, OWNER)
    await at.us.notes.look_at_contact(at.wish.name, at.wish.noted, at.us.clock() + FIRST_LOOK)
    made = await have_contact(at.session, at.us, wanted.owner, at.wish.noted.transaction)
    if isinstance(made, Refusal):
        return made
    at.made.append(made)
    return None


async def _ours(at: At) -> str | None:
    """The registrant, if it is a contact that one of our transactions made."""
    notes = await at.us.notes.of(at.wish.name)
    made = (at.us.contact(each.transaction) for each in notes if each.verb != "transfer")
    return next((each for each in made if same(at.held.registrant, each)), None)


async def _name(at: At, wanted: Update) -> Refusal | None:
    """One command for all of it, so that nothing is done by half."""
    secure = None
    if wanted.keys is not None:
        form = at.us.dialect.key_form(at.wish.name)
        secure = epp_frames.secure(*difference(at.held.name, at.held.keys, wanted.keys), form)
    added, removed = _changed_servers(at, wanted)
    statuses = ((LOCK, wanted.locked, at.found.locked), (HOLD, wanted.hold, at.found.hold))
    edit = Edit(
        add_servers=added,
        remove_servers=removed,
        add_status=tuple(status for status, wish, so in statuses if wish and not so),
        remove_status=tuple(status for status, wish, so in statuses if wish is False and so),
        registrant=next(iter(at.made), None),
        auth_info=wanted.auth_info if wanted.auth_info != at.found.auth_info else None,
    )
    if edit == Edit() and secure is None:
        return None
    answer = await at.session.ask(epp_frames.update(at.wish.name, edit, secure), at.wish.noted.client_id)
    return None if answer.good else refused(answer, _argument(wanted))


def _changed_servers(at: At, wanted: Update) -> tuple[tuple[str | Host, ...], tuple[str | Host, ...]]:
    """The name servers to add and to take away: as objects, or as attributes with the addresses of those below."""
    if at.us.dialect.hosts == "objects":
        if wanted.name_servers is None:
            return (), ()
        return _beyond(wanted.name_servers, at.held.name_servers), _beyond(at.held.name_servers, wanted.name_servers)
    glue = {host.name: host for host in with_hosts(at.found.hosts, wanted.hosts or ())}
    names = wanted.name_servers if wanted.name_servers is not None else at.held.name_servers
    known = {host.name: host for host in at.held.attributes}
    there = tuple(known.get(name, Host(name, ())) for name in at.held.name_servers)
    asked = tuple(glue.get(name, Host(name, ())) for name in names)
    # One whose addresses are others goes, and comes back with those.
    return _beyond(asked, there), _beyond(there, asked)


def _beyond(names: tuple[T, ...], known: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(name for name in dict.fromkeys(names) if name not in known)


def _argument(wanted: Update) -> str | None:
    if wanted.name_servers is not None:
        return NAME_SERVERS
    return "authInfo" if wanted.auth_info is not None else None


async def _forgotten(at: At, wanted: Update) -> Refusal | None:
    for host in (wanted.hosts or ()) if at.us.dialect.hosts == "objects" else ():
        refusal = await forget_glue(at.session, host.name) if not host.ips else None
        if refusal:
            return refusal
    return None


async def _shown(at: At, wanted: Update) -> Refusal | None:
    """What the public record shows of the owner's contact, if that is ours."""
    if wanted.disclosed is None:
        return None
    contact = await _ours(at)
    if contact is None:
        return Refusal(ANOTHERS_CONTACT)
    answer = await at.session.ask(epp_object_frames.contact_disclose(contact, disclosed(wanted.disclosed)))
    return None if answer.good else refused(answer)
