"""Another account becomes a contact of a name: asked for by its holder, agreed to by both with mailed tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import contact_change as core
from ordain.core import mail
from ordain.core.contact_change import OPEN, ContactChange, Party
from ordain.core.refusal import Refused, conflict, forbidden, invalid, not_found, refusal
from ordain.core.registry import Update
from ordain.core.session import Limit
from ordain.flows import changes
from ordain.flows.act import Act, write_mail
from ordain.flows.domains import held
from ordain.flows.sessions import attempt
from ordain.store import accounts, contact_changes
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

TOKEN_LENGTH = 32
IDS_USED = 8
AGAIN = Limit(10, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
"""Changes of one name's contacts, and mails about one change: they go to others, who did not ask for them."""


class Wanted(Struct, frozen=True):
    """The accounts that are to become a name's contacts; None leaves one as it is."""

    admin: str | None
    tech: str | None
    billing: str | None


async def ask(engine: Engine, caller: Caller, name: str, wanted: Wanted, now: datetime) -> list[int]:
    """Ask for it: one change for each pair of accounts. Both are mailed a token."""
    ids = await engine.database.new_ids(IDS_USED)
    await attempt(engine, {f"changes of {caller.account.nichandle} {hashed(name.lower())}": AGAIN}, now)

    async def work(tx: Tx) -> list[int]:
        domain = await held(tx, caller.account.nichandle, name)
        pairs = _pairs(domain, wanted)
        unknown = [(label, to) for (_, to), labels in pairs.items() for label in labels
                   if await accounts.load(tx, to) is None]  # fmt: skip
        if unknown:
            raise Refused(
                *(refusal("invalid", "The account %(to)s does not exist", label, to=to) for label, to in unknown)
            )
        act = Act(engine, tx, caller.account, iter(ids), now)
        return [await _write(act, domain, labels, *pair) for pair, labels in pairs.items()]

    return await engine.database.write(work)


def _pairs(domain: Domain, wanted: Wanted) -> dict[tuple[str, str], tuple[str, ...]]:
    """(from, to) with the parts that change between the two."""
    if wanted.billing not in (None, domain.nic):
        message = "%(name)s stays with the account that pays for it: a name cannot change hands this way"
        raise invalid(message, "contactBilling", name=domain.name)
    pairs: dict[tuple[str, str], tuple[str, ...]] = {}
    for label, now, then in (("contactAdmin", domain.admin, wanted.admin), ("contactTech", domain.tech, wanted.tech)):
        if then not in (None, now):
            pairs[now, str(then)] = (*pairs.get((now, str(then)), ()), label)
    if not pairs:
        message = "Nothing is to change: %(name)s has these contacts"
        raise invalid(message, name=domain.name)
    return pairs


async def _write(act: Act, domain: Domain, types: tuple[str, ...], from_nic: str, to_nic: str) -> int:
    change = ContactChange(
        nic=domain.nic,
        change_id=next(act.ids),
        service=domain.name,
        types=types,
        from_nic=from_nic,
        to_nic=to_nic,
        asked=act.now,
    )
    for other in await contact_changes.of_account(act.tx, domain.nic):
        if other.service == change.service and core.state(other, act.now) == OPEN and set(other.types) & set(types):
            message = "Contact change %(change)s of %(service)s waits for an answer"
            raise conflict(message, change=other.change_id, service=change.service)
    parties = [Party(nic=nic, role=role, token_hash="") for role, nic in (("from", from_nic), ("to", to_nic))]
    await contact_changes.add(act.tx, change, parties)
    for party in parties:
        await _mail_token(act, change, party)
    return change.change_id


async def _mail_token(act: Act, change: ContactChange, party: Party) -> None:
    """A fresh token for one side; an earlier one is worth nothing from now on."""
    account = await accounts.load(act.tx, party.nic)
    if account is None:
        return
    token = act.engine.secret_text(TOKEN_LENGTH)
    await contact_changes.save_party(act.tx, change.change_id, structs.replace(party, token_hash=hashed(token)))
    theirs = structs.replace(act, account=account)
    text = mail.contact_change(theirs.language, change.service, change.to_nic, change.change_id, token)
    await write_mail(theirs, None, text)


async def of_account(engine: Engine, caller: Caller) -> list[ContactChange]:
    """Those that concern the caller."""
    return await engine.database.read(lambda tx: contact_changes.of_account(tx, caller.account.nichandle))


async def read(engine: Engine, caller: Caller, change_id: int) -> ContactChange:
    """One that concerns the caller."""
    return await engine.database.read(lambda tx: _load(tx, caller, change_id))


async def _load(tx: Tx, caller: Caller, change_id: int) -> ContactChange:
    found = await contact_changes.load(tx, caller.account.nichandle, change_id)
    if found is None:
        message = f"Contact change {change_id} does not exist"
        raise not_found(message, "id")
    return found


async def accept(engine: Engine, caller: Caller, change_id: int, token: str, now: datetime) -> None:
    """One side agrees; when both have, the change is on its way to the registry."""
    [task_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> None:
        change, mine = await _asked(tx, caller, change_id, token, now)
        await contact_changes.save_party(tx, change_id, structs.replace(mine, accepted=now))
        other = "to" if mine.role == "from" else "from"
        theirs = await contact_changes.party(tx, change.to_nic if other == "to" else change.from_nic, change_id, other)
        if theirs is None or theirs.accepted is None:
            return
        domain = await held(tx, change.nic, change.service)
        update = Update(
            admin=change.to_nic if "contactAdmin" in change.types else None,
            tech=change.to_nic if "contactTech" in change.types else None,
        )
        await changes.write(tx, domain, update, task_id, now)
        await contact_changes.save(tx, structs.replace(change, state="done", done_at=now))

    await engine.database.write(work)
    engine.wake()


async def refuse(engine: Engine, caller: Caller, change_id: int, token: str, now: datetime) -> None:
    """One side does not agree: that ends it."""

    async def work(tx: Tx) -> None:
        change, _ = await _asked(tx, caller, change_id, token, now)
        await contact_changes.save(tx, structs.replace(change, state="refused", done_at=now))

    await engine.database.write(work)


async def resend(engine: Engine, caller: Caller, change_id: int, now: datetime) -> None:
    """Mail fresh tokens to those who have not answered."""
    ids = await engine.database.new_ids(IDS_USED)
    await attempt(engine, {f"mails of change {caller.account.nichandle} {change_id}": AGAIN}, now)

    async def work(tx: Tx) -> None:
        change = await _load(tx, caller, change_id)
        _refuse_closed(change, now)
        act = Act(engine, tx, caller.account, iter(ids), now)
        for role, nic in (("from", change.from_nic), ("to", change.to_nic)):
            party = await contact_changes.party(tx, nic, change_id, role)
            if party is not None and party.accepted is None:
                await _mail_token(act, change, party)

    await engine.database.write(work)


async def _asked(tx: Tx, caller: Caller, change_id: int, token: str, now: datetime) -> tuple[ContactChange, Party]:
    """The change and the caller's side of it, whose token this is."""
    change = await _load(tx, caller, change_id)
    _refuse_closed(change, now)
    sides = [await contact_changes.party(tx, caller.account.nichandle, change_id, role) for role in ("from", "to")]
    mine = next((side for side in _present(sides) if side.token_hash == hashed(token)), None)
    if mine is None:
        message = "This token is not yours for this change"
        raise forbidden(message, "token")
    if mine.accepted is not None:
        message = f"Contact change {change_id} has your answer already"
        raise conflict(message)
    return change, mine


def _present(sides: Sequence[Party | None]) -> list[Party]:
    return [side for side in sides if side is not None]


def _refuse_closed(change: ContactChange, now: datetime) -> None:
    known = core.state(change, now)
    if known != OPEN:
        message = f"Contact change {change.change_id} is {known}"
        raise conflict(message)
