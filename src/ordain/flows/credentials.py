"""Consumer keys: asked for by a program, decided by a person, looked at, restricted and withdrawn by their account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import access
from ordain.core import credential as core
from ordain.core.credential import Application, Credential, Request
from ordain.core.refusal import Refusal, Refused, conflict, not_found
from ordain.flows.signers import forget, invalid_key
from ordain.store import credentials, oauth2
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.credential import Terms, Wish
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST_PENDING = 1000
"""Requests of one application that wait to be decided: asking needs no account, so it must not fill the database."""

KEPT = timedelta(days=7)
"""How long after its end a request is still known, so that its link can say what became of it."""

MOST_CREDENTIALS = 1000
"""Of one account."""

UNKNOWN = "This request does not exist"
DECIDED = "This request was decided before, or its time is over"


class Asked(Struct, frozen=True):
    """What a program that asks is told: its key to be, and the token of the page where a person decides."""

    consumer_key: str
    token: str


class Question(Struct, frozen=True):
    """What a person is to decide, or decided: `state` is auth.CredentialStateEnum."""

    request: Request
    application: Application
    state: str


class Held(Struct, frozen=True):
    """A credential with the application it was granted to."""

    application: Application
    credential: Credential


def check(refusals: Sequence[Refusal]) -> None:
    """Raises Refused with all there are."""
    if refusals:
        raise Refused(*refusals)


# A program asks, a person decides


async def ask(engine: Engine, application_key: str, wish: Wish, now: datetime) -> Asked:
    """A consumer key that does nothing until a person agrees. Anybody who knows the application's key may ask."""
    check(access.refusals(wish))
    asked = Asked(engine.secret_text(32), engine.secret_text(64))
    request = Request(
        token_hash=hashed(asked.token),
        consumer_hash=hashed(asked.consumer_key),
        application_key=application_key,
        rules=wish.rules,
        allowed_ips=access.blocks(wish.allowed_ips),
        redirection=wish.redirection,
        created=now,
        expires=now + core.PENDING_FOR,
    )

    async def work(tx: Tx) -> None:
        application = await credentials.application(tx, application_key)
        if application is None or application.status != "active":
            raise invalid_key()
        await credentials.forget_requests(tx, application_key, now - KEPT)
        if await credentials.count_requests(tx, application_key, now) >= MOST_PENDING:
            message = f"{MOST_PENDING} requests of this application are waiting already: have them decided first"
            raise Refused(Refusal("too-many", message))
        await credentials.add_request(tx, request)

    await engine.database.write(work)
    return asked


async def _question(tx: Tx, token: str, now: datetime) -> Question:
    request = await credentials.request(tx, hashed(token))
    application = await credentials.application(tx, request.application_key) if request else None
    if request is None or application is None:
        raise not_found(UNKNOWN)
    return Question(request, application, core.state(request.status, request.expires, now))


async def question(engine: Engine, token: str, now: datetime) -> Question:
    """What is asked by the request this token leads to, and whether it was decided."""
    return await engine.database.read(lambda tx: _question(tx, token, now))


async def _decide(tx: Tx, token: str, status: str, now: datetime) -> Question:
    found = await _question(tx, token, now)
    if found.state != "pendingValidation":
        raise conflict(DECIDED)
    await credentials.decide(tx, found.request.token_hash, status)
    return found


async def refuse(engine: Engine, token: str, now: datetime) -> Question:
    """The person says no: the consumer key will never work."""
    return await engine.database.write(lambda tx: _decide(tx, token, "refused", now))


async def accept(engine: Engine, nic: str, token: str, terms: Terms, now: datetime) -> Question:
    """The person says yes, on their own terms: the key acts for their account."""
    check(access.block_refusals(terms.allowed_ips))
    [credential_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> Question:
        found = await _decide(tx, token, "validated", now)
        asked = found.request
        granted = Credential(
            consumer_hash=asked.consumer_hash,
            credential_id=credential_id,
            nic=nic,
            application_key=asked.application_key,
            rules=asked.rules,
            created=now,
            expires=terms.until,
            allowed_ips=access.blocks(terms.allowed_ips),
        )
        await add(tx, granted)
        return found

    return await engine.database.write(work)


async def add(tx: Tx, granted: Credential) -> None:
    """A credential more, unless its account has too many."""
    if await credentials.count(tx, granted.nic) >= MOST_CREDENTIALS:
        message = "An account can have %(most)s credentials: delete some that are not used any more"
        raise conflict(message, most=MOST_CREDENTIALS)
    await credentials.add_credential(tx, granted)


# An account looks after its credentials


async def of_account(engine: Engine, nic: str) -> list[Held]:
    """All credentials that act for the account."""
    found = await engine.database.read(lambda tx: credentials.of_account(tx, nic))
    return [Held(*one) for one in found]


def unknown(credential_id: int) -> Refused:
    """The account has no such credential."""
    return not_found("Credential %(key)s does not exist", "credentialId", key=credential_id)


async def _held(tx: Tx, nic: str, credential_id: int) -> Held:
    found = await credentials.credential_of(tx, nic, credential_id)
    if found is None:
        raise unknown(credential_id)
    return Held(*found)


async def read(engine: Engine, nic: str, credential_id: int) -> Held:
    """One of the account's credentials."""
    return await engine.database.read(lambda tx: _held(tx, nic, credential_id))


async def restrict(engine: Engine, nic: str, credential_id: int, allowed_ips: Sequence[str]) -> None:
    """Where a credential may be used from; no blocks are everywhere."""
    check(access.block_refusals(allowed_ips))

    async def work(tx: Tx) -> None:
        await _held(tx, nic, credential_id)
        await credentials.restrict(tx, nic, credential_id, access.blocks(allowed_ips))

    await engine.database.write(work)
    forget(engine, lambda caller: caller.credential_id == credential_id)


async def withdraw(engine: Engine, nic: str, credential_id: int) -> None:
    """A credential is gone: it does not count from now on."""

    async def work(tx: Tx) -> None:
        await _held(tx, nic, credential_id)
        await credentials.delete_credential(tx, nic, credential_id)

    await engine.database.write(work)
    forget(engine, lambda caller: caller.credential_id == credential_id)


async def log_out(engine: Engine, caller: Caller) -> None:
    """The credential or token of this very call is gone. Once more is no error: it is gone."""
    nic, number = caller.account.nichandle, caller.credential_id
    delete = oauth2.delete_token if caller.client_id else credentials.delete_credential
    await engine.database.write(lambda tx: delete(tx, nic, number))
    forget(engine, lambda known: known.credential_id == number)
