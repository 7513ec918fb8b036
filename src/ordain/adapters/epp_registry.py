"""A Registry (flows/ports.py) that is spoken to in EPP over TLS. `docs/epp.md` tells what is said when."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from ordain.adapters import epp_answers, epp_changes, epp_checks, epp_frames, epp_news, epp_object_frames
from ordain.adapters.epp_codes import EXISTS, GONE, WRONG_CODE, meaning
from ordain.adapters.epp_contacts import INCOMPLETE
from ordain.adapters.epp_dialects import argument
from ordain.adapters.epp_hosts import unknown_hosts
from ordain.adapters.epp_obstacles import beforehand, explained
from ordain.adapters.epp_pool import Pool
from ordain.adapters.epp_reading import Registrar, asked_transfer, find, have_contact
from ordain.adapters.epp_tidying import tidy
from ordain.adapters.epp_turns import Turns
from ordain.adapters.epp_verdicts import expect, refused, same
from ordain.adapters.epp_xml import Malformed, Unreadable, text, when
from ordain.core.change import NAME_SERVERS, OWNER
from ordain.core.registry import Done, Host, Lost, NoAnswer, Pending, Refusal, Registration
from ordain.core.registry_life import years_on
from ordain.core.signed_mark import xml_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from ordain.adapters.epp_answers import Reply
    from ordain.adapters.epp_dialects import Dialect
    from ordain.adapters.epp_reading import Notes
    from ordain.adapters.epp_session import Account, Session
    from ordain.adapters.epp_xml import Element
    from ordain.core.money import Money
    from ordain.core.registry import Answer as Verdict
    from ordain.core.registry import Availability, Change, Command
    from ordain.core.registry_command import RegistryCommand
    from ordain.core.registry_message import Message

T = TypeVar("T")

log = logging.getLogger(__name__)

LATER = 5
"""Seconds after which a pending action is asked for again."""
ELSEWHERE = "The name was registered by somebody else"
ALREADY_HERE = "The name is already registered here, by another order"
BEING_BROUGHT = "Another order is bringing this name here"
DECLINED = "The registry declined the name after it had taken the request"
REJECTED = {
    "clientRejected": "The present registrar rejected the transfer",
    "clientCancelled": "The transfer was cancelled",
    "serverCancelled": "The registry cancelled the transfer",
}
"""How a transfer ends that brought nothing (RFC 5730 §2.9.3.4)."""
FORGOTTEN = timedelta(hours=1)
"""After so long without another attempt, and the name still elsewhere, the registry is asked what it knows of it."""
APPROVED = ("clientApproved", "serverApproved")


class EppRegistry:
    """A registry behind EPP. What is asked for in one event loop is heard in it."""

    def __init__(self, account: Account, dialect: Dialect, notes: Notes, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._us = Registrar(account.login, account.secret, dialect, notes, clock)
        self._pool = Pool(account)
        self._turns = Turns(clock)

    async def close(self) -> None:
        """Log out."""
        await self._pool.close()

    async def check(self, names: Sequence[str]) -> list[Availability]:
        """Whether each name can be had, and on what terms, in the order asked."""
        return await _said(epp_checks.check(self._pool, self._us, self._account.currency, names))

    async def find(self, name: str) -> Registration | None:
        """The name as registered, None if it is not."""
        return await _said(self._pool.read(lambda session: find(session, self._us, name)))

    async def transfer_obstacle(self, name: str, auth_info: str | None) -> Refusal | None:
        """Why it cannot be brought here, as far as the registry tells beforehand."""
        asked = self._pool.read(lambda session: beforehand(session, self._us, name, auth_info), checking=True)
        return await _said(asked)

    async def create(self, command: Command) -> Verdict:
        """Register a name, with a contact of its own for the owner."""
        if isinstance(self._us.card(command.owner), list):
            return Refusal(INCOMPLETE, OWNER)
        below = [host for host in command.name_servers if host.endswith(f".{command.name}")]
        if below:
            return Refusal(f"The name server {below[0]} is below the name and has no address", NAME_SERVERS)
        *_, noted = await self._us.notes.note(command.name, command.transaction, "create", self._us.clock())
        return await _said(self._within(partial(self._create, command=command, noted=noted)))

    async def transfer(self, command: Command) -> Verdict:
        """Bring a name here from another registrar."""
        return await _said(self._within(partial(self._transfer, command=command)))

    async def change(self, transaction: str, name: str, change: Change) -> Verdict:
        """Make something so of a name that is ours."""
        *_, noted = await self._us.notes.note(name, transaction, "change", self._us.clock())
        asked = epp_changes.Wish(noted=noted, name=name, change=change, turns=self._turns)
        return await _said(self._within(lambda session: epp_changes.carry_out(session, self._us, asked)))

    async def tidy(self, name: str) -> None:
        """Delete the contacts of attempts to get this name that it does without."""
        await _said(self._pool.read(lambda session: tidy(session, self._us, name), checking=True))

    async def message(self) -> Message | None:
        """The queue's first message."""
        return await _said(self._message())

    async def _message(self) -> Message | None:
        return epp_news.message(await self._pool.read(methodcaller("ask", epp_frames.poll())), self._us.login)

    async def acknowledge(self, message_id: str) -> None:
        """Have a message taken off the queue."""
        taken = await self._pool.read(methodcaller("ask", epp_frames.acknowledge(message_id)))
        if not taken.good and taken.code != GONE:  # gone: an earlier acknowledgement was heard
            told = f"The registry keeps its message: {taken.code} {taken.words}"
            raise NoAnswer(told)

    async def _within(self, work: Callable[[Session], Awaitable[Verdict]]) -> Verdict:
        try:
            async with self._pool.session() as session:
                return await work(session)
        except Malformed as error:
            return Refusal(f"What was ordered cannot be said to the registry: {error}")

    async def _create(self, session: Session, command: Command, noted: RegistryCommand) -> Verdict:
        """The contact first, then the hosts, then the name: each is there already if an earlier attempt was heard."""
        if noted.outcome == "done" and await find(session, self._us, command.name) is None:
            await self._us.notes.settle(command.name, noted, "refused")
            return Refusal(DECLINED)
        contact = await have_contact(session, self._us, command.owner, command.transaction)
        if isinstance(contact, Refusal):
            return contact
        attributes = self._us.dialect.hosts == "attributes"
        trouble = None if attributes else await unknown_hosts(session, command.name_servers)
        if trouble:
            return trouble
        new = epp_frames.NewName(
            name=command.name,
            years=command.years,
            name_servers=tuple(Host(name, ()) for name in command.name_servers) if attributes else command.name_servers,
            registrant=contact,
            roles=self._us.dialect.roles,
            auth_info=self._us.password(command.transaction),
        )
        cap = await _cap(session, command)
        asked = epp_frames.create(new, *_extensions(session, command, cap))
        answer = await self._turns.ask(session, asked, noted.client_id)
        return await self._created(session, command, noted, answer)

    async def _created(self, session: Session, command: Command, noted: RegistryCommand, answer: Reply) -> Verdict:
        name, transaction = command.name, command.transaction
        if answer.code == EXISTS:
            verdict = _already(await find(session, self._us, name), transaction)
            if isinstance(verdict, Lost):
                await _forget_contact(session, self._us, transaction)
            return verdict
        if answer.code == GONE:
            message = f"The registry forgot a host or contact meanwhile: {answer.words}"
            raise NoAnswer(message)
        if not answer.good:
            refusal = refused(answer, argument(answer.words))
            await _forget_contact(session, self._us, transaction)
            return refusal
        expect(answer, "domain:creData", name)
        if meaning(answer.code) == "pending":
            await self._us.notes.settle(name, noted, "done")
            return Pending(LATER)
        told = answer.result("domain:creData")
        created, expires = (when(text(told, f"domain:{date}")) for date in ("crDate", "exDate"))
        if created is None:
            return _already(await find(session, self._us, name), transaction)
        expires = expires or years_on(created, command.years)  # domain:exDate is optional (RFC 5731 §3.2.1)
        password, servers = self._us.password(transaction), command.name_servers
        return Done(
            Registration(name, True, transaction, created, expires, name_servers=servers, auth_info=password)  # noqa: FBT003 - it is ours
        )

    async def _transfer(self, session: Session, command: Command) -> Verdict:
        name, transaction, notes = command.name, command.transaction, self._us.notes
        held = await find(session, self._us, name)
        if held is not None and held.ours:
            return _already(held, transaction)
        known = await notes.note(name, transaction, "transfer", self._us.clock())
        noted = next((each for each in known if each.transaction == transaction), None)
        if noted is None:
            # Its outcome is not known. Were both to ask, nobody could tell who brought the name.
            await self._settle_forgotten(session, name, known)
            raise NoAnswer(BEING_BROUGHT)
        if noted.outcome == "done":
            last = await asked_transfer(session, name)
            by_us = last is not None and same(last.asked_by, self._us.login)
            if last is not None and by_us and last.status in REJECTED:
                await notes.settle(name, noted, "refused")
                return Refusal(REJECTED[last.status])
            if last is not None and by_us and last.status in APPROVED:
                return Pending(LATER)  # the name's info is a moment behind
        fee = command.fees.transfer if command.fees else None
        cap = epp_frames.most("transfer", fee) if fee and session.greeting.speaks("fee") else None
        asked = epp_frames.transfer(name, command.years, command.auth_info, cap)
        answer = await self._turns.ask(session, asked, noted.client_id)
        return await self._transferred(session, noted, name, answer)

    async def _settle_forgotten(self, session: Session, name: str, known: Sequence[RegistryCommand]) -> None:
        """Transfers that nobody asks for any more, of which the registry knows nothing, hold up no others."""
        now = self._us.clock()
        for each in known:
            if each.undecided_transfer and now - each.asked > FORGOTTEN:
                last = await asked_transfer(session, name)
                if last is None or last.status != "pending" or not same(last.asked_by, self._us.login):
                    await self._us.notes.settle(name, each, "refused")

    async def _transferred(self, session: Session, noted: RegistryCommand, name: str, answer: Reply) -> Verdict:
        if answer.good:
            expect(answer, "domain:trnData", name)
            await self._us.notes.settle(name, noted, "done")
            told = epp_answers.transfer(answer)
            if meaning(answer.code) == "pending" or (told and told.status == "pending"):
                return Pending(LATER)
            held = await find(session, self._us, name)
            if held is None or not held.ours or held.pending:
                return Pending(LATER)  # the name's info is a moment behind
            return Done(structs.replace(held, transaction=noted.transaction))
        refusal = refused(answer, "authInfo" if answer.code == WRONG_CODE else None)
        # An earlier attempt may have been heard after all, a moment ago.
        held = await find(session, self._us, name) if noted.attempts > 1 else None
        if held is not None and held.ours:
            return _already(held, noted.transaction)
        await self._us.notes.settle(name, noted, "refused")
        if answer.code == GONE:
            return Lost(f"Nobody has the name: {answer.words}")
        return await explained(session, self._us, name, refusal)


async def _forget_contact(session: Session, us: Registrar, transaction: str) -> None:
    """Nobody else will ever use it. Where the registry is silent now it is swept later (`epp_tidying`)."""
    if us.dialect.own_ids:
        return
    contact = us.contact(transaction)
    try:
        await session.ask(epp_object_frames.contact_delete(contact))
    except NoAnswer as silence:
        log.warning("the contact %s is left at the registry: %s", contact, silence)


async def _said(work: Awaitable[T]) -> T:
    """What came of it. An answer that cannot be read is none."""
    try:
        return await work
    except Unreadable as error:
        message = f"The registry's answer cannot be read: {error}"
        raise NoAnswer(message) from error
    except Malformed as error:
        message = f"The registry cannot be asked that: {error}"
        raise NoAnswer(message) from error


def _already(held: Registration | None, transaction: str) -> Verdict:
    """What it means that a name is there: it is ours by this transaction, by another, or not at all."""
    if held is None:
        message = "The registry contradicts itself about a name"
        raise NoAnswer(message)
    if not held.ours:
        return Lost(ELSEWHERE)
    if held.transaction != transaction:
        return Lost(ALREADY_HERE)
    return Pending(LATER) if held.pending else Done(held)


def _extensions(session: Session, command: Command, cap: Money | None) -> tuple[Element | None, ...]:
    """What a create carries beside the name, as far as this registry knows it."""
    speaks, launch, code = session.greeting.speaks, None, None
    phase = "claims" if command.notice else command.phase
    if phase != "ga" and speaks("launch"):
        mark = xml_of(command.signed_mark) if command.signed_mark else None
        launch = epp_frames.launch(phase, command.notice, mark if isinstance(mark, str) else None)
    if command.protected_code and speaks("allocationToken"):
        code = epp_frames.token(command.protected_code)
    return launch, epp_frames.most("create", cap) if cap else None, code


async def _cap(session: Session, command: Command) -> Money | None:
    """The most that a create may cost: a first year and its renewals, as the name was sold; None for any sum.

    Of a name that renews at the standard price we sold the later years at ours: the registry's is asked for.
    """
    fees, later = command.fees, command.years - 1
    if fees is None or not session.greeting.speaks("fee"):
        return None
    if fees.renew or not later:
        return fees.create + (fees.renew or fees.create) * later
    answer = await session.ask(epp_frames.check((command.name,), fees.create.currency))
    told = epp_answers.priced(answer).get(command.name) if answer.good else None
    renew = (told.standard.get("renew") or told.fees.get("renew")) if told else None
    if renew is None:
        message = f"The registry does not tell what {command.name} renews for"
        raise NoAnswer(message)
    return fees.create + renew * later
