"""Who a call comes from: whoever signed it with two keys, or bears a token."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from ordain.core import credential as core
from ordain.core.account import Caller, Signer
from ordain.core.refusal import Refusal, Refused
from ordain.store import credentials, oauth2
from ordain.store.database import DatabaseError
from ordain.store.sealing import WrongSecret, hashed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)


def _refused(code: str, message: str) -> Refused:
    return Refused(Refusal("forbidden", message, code=code))


def not_valid() -> Refused:
    """The key is known and does not work: nobody decided yet, somebody refused, or its time is over."""
    return _refused("INVALID_CREDENTIAL", "This credential is not valid")


def invalid_key() -> Refused:
    """There is no such application."""
    return _refused("INVALID_KEY", "This application key is invalid")


async def signer(engine: Engine, application_key: str, consumer_key: str, now: datetime) -> Signer:
    """Whom these two keys belong to. Raises Refused with the contract's error (wire-contract §1.6)."""
    keys = (application_key, consumer_key)
    known = engine.signers.get(keys, now)
    if known is None:
        mark = engine.signers.mark
        known = await _signer(engine, application_key, consumer_key, now)
        engine.signers.put(keys, known, now, mark)
    return known


async def _signer(engine: Engine, application_key: str, consumer_key: str, now: datetime) -> Signer:
    found = await engine.database.read(lambda tx: credentials.signed_by(tx, hashed(consumer_key)))
    if found is None or found.application.application_key != application_key:
        raise await engine.database.read(lambda tx: _unknown(tx, application_key, consumer_key))
    held = found.credential
    if core.state(held.status, held.expires, now) != "validated" or found.application.status != "active":
        raise not_valid()
    caller = Caller(
        found.account,
        held.credential_id,
        found.application.application_id,
        held.rules,
        held.created,
        held.expires,
        found.application.description,
        held.allowed_ips,
        limited=found.limited,
    )
    try:
        return Signer(engine.sealer.unseal(found.application.sealed_secret), caller)
    except WrongSecret as error:
        log.exception("application %s cannot sign any more", application_key)
        raise not_valid() from error


async def _unknown(tx: Tx, application_key: str, consumer_key: str) -> Refused:
    if await credentials.application(tx, application_key) is None:
        return invalid_key()
    if await credentials.is_requested(tx, hashed(consumer_key), application_key):
        return not_valid()
    return _refused("NOT_CREDENTIAL", "This credential does not exist")


async def bearer(engine: Engine, token: str, now: datetime) -> Caller:
    """Whose token this is. Raises Refused where it is nobody's, or its time is over (RFC 6750 §3.1)."""
    known = engine.signers.get(token, now)
    if known is None:
        mark = engine.signers.mark
        known = Signer("", await _bearer(engine, token, now))
        engine.signers.put(token, known, now, mark)
    return known.caller


async def _bearer(engine: Engine, token: str, now: datetime) -> Caller:
    found = await engine.database.read(lambda tx: oauth2.born_by(tx, hashed(token)))
    if found is None or found.token.expires <= now:
        message = "This access token is not valid, or its time is over"
        raise Refused(Refusal("unauthenticated", message, code="invalid_token"))
    return Caller(
        found.account,
        found.token.token_id,
        found.client.number,
        core.EVERYTHING,
        found.token.created,
        found.token.expires,
        found.client.description,
        client_id=found.client.client_id,
    )


async def used(engine: Engine, caller: Caller, now: datetime) -> None:
    """Note, once a minute at most, that a credential was used. Never a reason for a call to fail."""
    if engine.uses.get(caller.credential_id, now):
        return
    engine.uses.put(caller.credential_id, value=True, now=now)
    table = oauth2 if caller.client_id else credentials
    with suppress(DatabaseError):
        await engine.database.write(lambda tx: table.used(tx, caller.account.nichandle, caller.credential_id, now))


def forget(engine: Engine, gone: Callable[[Caller], bool]) -> None:
    """Whoever is gone must not be known by heart: in this process no call of theirs counts from now on."""
    engine.signers.forget(lambda signer: gone(signer.caller))
