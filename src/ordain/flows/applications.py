"""Applications: the programs of an account that are given keys to sign with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import access
from ordain.core.credential import EVERYTHING, Application, Credential, Grant
from ordain.core.refusal import Refusal, conflict, not_found, refusal
from ordain.flows.credentials import add, check
from ordain.flows.signers import forget
from ordain.store import accounts, credentials
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST = 100
"""Applications of one account."""

LONGEST_NAME, LONGEST_DESCRIPTION = 64, 255

WHOLLY = Grant(EVERYTHING)
"""A consumer key for everything, forever, from everywhere."""


class Keys(Struct, frozen=True):
    """What a client signs with; the secret and the consumer key are shown once and never again."""

    application_key: str
    application_secret: str
    consumer_key: str
    """Empty for an application that has none yet."""


class Named(Struct, frozen=True):
    """What a program is called, and what it is for."""

    name: str
    description: str = ""


def name_refusals(named: Named) -> list[Refusal]:
    """What is wrong with a name and a description."""
    found = []
    for field, text, longest in (
        ("name", named.name, LONGEST_NAME),
        ("description", named.description, LONGEST_DESCRIPTION),
    ):
        if len(text) > longest or not (text or "x").isprintable():
            found.append(
                refusal("invalid", "Expected at most %(longest)s characters on one line", field, longest=longest)
            )
    if not named.name.strip():
        found.append(Refusal("invalid", "A name is needed", "name"))
    return found


async def create(engine: Engine, nic: str, named: Named, now: datetime, grant: Grant | None = WHOLLY) -> Keys:
    """An application of this account and, if there is a grant, a validated consumer key for the account itself."""
    check(name_refusals(named))
    if grant:
        check(access.grant_refusals(grant))
    keys = Keys(engine.secret_text(16), engine.secret_text(32), engine.secret_text(32) if grant else "")
    [application_id, credential_id] = await engine.database.new_ids(2)
    application = Application(
        application_key=keys.application_key,
        application_id=application_id,
        nic=nic,
        name=named.name,
        description=named.description or named.name,
        sealed_secret=engine.sealer.seal(keys.application_secret),
        created=now,
    )

    async def work(tx: Tx) -> None:
        await _add(tx, application)
        if grant:
            granted = Credential(
                consumer_hash=hashed(keys.consumer_key),
                credential_id=credential_id,
                nic=nic,
                application_key=keys.application_key,
                rules=grant.rules,
                created=now,
                expires=grant.terms.until,
                allowed_ips=access.blocks(grant.terms.allowed_ips),
            )
            await add(tx, granted)

    await engine.database.write(work)
    return keys


async def _add(tx: Tx, application: Application) -> None:
    if await accounts.load(tx, application.nic) is None:
        message = "Account %(account)s does not exist"
        raise not_found(message, account=application.nic)
    if len(await credentials.application_ids(tx, application.nic)) >= MOST:
        message = "An account can have %(most)s applications: delete one that is not used any more"
        raise conflict(message, most=MOST)
    await credentials.add_application(tx, application)


async def ids(engine: Engine, nic: str) -> list[int]:
    """The ids of the account's applications."""
    return await engine.database.read(lambda tx: credentials.application_ids(tx, nic))


async def _owned(tx: Tx, nic: str, application_id: int) -> Application:
    found = await credentials.application_of(tx, nic, application_id)
    if found is None:
        message = f"Application {application_id} does not exist"
        raise not_found(message, "applicationId")
    return found


async def read(engine: Engine, nic: str, application_id: int) -> Application:
    """One of the account's applications."""
    return await engine.database.read(lambda tx: _owned(tx, nic, application_id))


async def delete(engine: Engine, nic: str, application_id: int) -> None:
    """An application, with every consumer key people granted to it."""

    async def work(tx: Tx) -> None:
        owned = await _owned(tx, nic, application_id)
        await credentials.delete_application(tx, owned.application_key)

    await engine.database.write(work)
    forget(engine, lambda caller: caller.application_id == application_id)
