"""Accounts, the applications and consumer keys that act for them, and who a signed call comes from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import ledger, mail
from ordain.core.account import Account, Caller, Signer
from ordain.core.money import Money, payable
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found
from ordain.flows.act import Act, write_mail
from ordain.flows.carts import subsidiary_of
from ordain.store import accounts
from ordain.store import ledger as books
from ordain.store.accounts import Application, Credential
from ordain.store.sealing import WrongSecret, hashed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

EVERYTHING = tuple((method, "/*") for method in ("GET", "POST", "PUT", "DELETE"))
"""Access rules that allow every call."""


class Keys(Struct, frozen=True):
    """What a client signs with; the secret and the consumer key are shown once and never again."""

    application_key: str
    application_secret: str
    consumer_key: str


async def names(engine: Engine) -> list[str]:
    """Every account's name, the oldest first."""
    return await engine.database.read(accounts.all_names)


async def welcome(act: Act) -> None:
    """Greet a new account."""
    await write_mail(act, None, mail.welcome(act.language, act.account.nichandle))


async def create(
    engine: Engine, account: Account, now: datetime, greet: Callable[[Act], Awaitable[None]] = welcome
) -> Account:
    """A new account with its two prepaid balances. A name is given to it if it has none; `greet` has one id."""
    subsidiary = subsidiary_of(engine, account.ovhSubsidiary)
    [number, mail_id] = await engine.database.new_ids(2)
    if not account.nichandle:
        letters = ((account.name or "x")[:1] + (account.firstname or "x")[:1]).lower()
        letters = letters if letters.isascii() and letters.isalpha() else "xx"
        account = structs.replace(account, nichandle=f"{letters}{10_000 + number}-{engine.nic_suffix}")

    async def work(tx: Tx) -> None:
        await accounts.add(tx, account, now)
        for name in ledger.PREPAID:
            await books.open_balance(tx, account.nichandle, name, subsidiary.currency, now)
        act = Act(engine, tx, account, iter([mail_id]), now)
        await greet(act)

    await engine.database.write(work)
    return account


async def credit(engine: Engine, nic: str, balance: str, ucents: int, now: datetime) -> Money:
    """Put money on a prepaid balance; what it holds then."""
    [entry_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> Money:
        held = {b.name: b.amount for b in await books.balances(tx, nic)}
        if balance not in held:
            message = f"Account {nic} has no balance {balance!r}"
            raise not_found(message)
        amount = Money(ucents, held[balance].currency)
        if payable(amount) != amount:
            message = f"{amount.currency} has no such small amounts"
            raise invalid(message)
        if not await books.book(tx, nic, ledger.credit(entry_id, now, balance, amount)):
            message = f"The balance {balance} of {nic} cannot fall below zero"
            raise conflict(message)
        return held[balance] + amount

    return await engine.database.write(work)


async def create_keys(
    engine: Engine, nic: str, name: str, now: datetime, rules: tuple[tuple[str, str], ...] = EVERYTHING
) -> Keys:
    """An application of this account with a validated consumer key for the account itself."""
    keys = Keys(engine.secret_text(16), engine.secret_text(32), engine.secret_text(32))
    [application_id, credential_id] = await engine.database.new_ids(2)

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = f"Account {nic} does not exist"
            raise not_found(message)
        application = Application(
            application_key=keys.application_key,
            application_id=application_id,
            nic=nic,
            name=name,
            description=name,
            sealed_secret=engine.sealer.seal(keys.application_secret),
            created=now,
        )
        await accounts.add_application(tx, application)
        credential = Credential(
            consumer_hash=hashed(keys.consumer_key),
            credential_id=credential_id,
            nic=nic,
            application_key=keys.application_key,
            rules=rules,
            created=now,
        )
        await accounts.add_credential(tx, credential)

    await engine.database.write(work)
    return keys


async def signer(engine: Engine, application_key: str, consumer_key: str, now: datetime) -> Signer:
    """Whom these two keys belong to. Raises Refused with the contract's error (wire-contract §1.6)."""
    keys = (application_key, consumer_key)
    known = engine.signers.get(keys, now)
    if known is None:
        known = await _signer(engine, application_key, consumer_key, now)
        engine.signers.put(keys, known, now)
    return known


async def _signer(engine: Engine, application_key: str, consumer_key: str, now: datetime) -> Signer:
    found = await engine.database.read(lambda tx: accounts.signed_by(tx, hashed(consumer_key)))
    if found is None or found.application.application_key != application_key:
        await _check_application(engine, application_key)
        raise Refused(Refusal("forbidden", "This credential does not exist", code="NOT_CREDENTIAL"))
    credential = found.credential
    expired = credential.expires is not None and credential.expires <= now
    if credential.status != "validated" or expired or found.application.status != "active":
        raise Refused(Refusal("forbidden", "This credential is not valid", code="INVALID_CREDENTIAL"))
    caller = Caller(
        found.account,
        credential.credential_id,
        found.application.application_id,
        credential.rules,
        credential.created,
        credential.expires,
        found.application.description,
    )
    try:
        return Signer(engine.sealer.unseal(found.application.sealed_secret), caller)
    except WrongSecret as error:
        log.exception("application %s cannot sign any more", application_key)
        raise Refused(Refusal("forbidden", "This credential is not valid", code="INVALID_CREDENTIAL")) from error


async def _check_application(engine: Engine, application_key: str) -> None:
    if await engine.database.read(lambda tx: accounts.application(tx, application_key)) is None:
        raise Refused(Refusal("forbidden", "This application key is invalid", code="INVALID_KEY"))
