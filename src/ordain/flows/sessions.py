"""Signing in and out, and passwords. Whether an account exists can be told neither by words nor by time."""

from __future__ import annotations

import asyncio
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import session as core
from ordain.core.refusal import Refusal, Refused, invalid, not_found
from ordain.core.session import Session
from ordain.store import accounts
from ordain.store import sessions as kept
from ordain.store.sealing import hashed, password_fits, password_hash

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ordain.core.session import Limit
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

TOKEN_LENGTH = 40
SHORTEST, LONGEST = 12, 200
"""A password's length, in characters."""
WRONG = "The account or the password is wrong"
TOO_MANY = "Too many attempts: try again later"


def new_token(engine: Engine) -> str:
    """The text of a cookie."""
    return engine.secret_text(TOKEN_LENGTH)


async def find(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of this token, if it lasts still."""
    session = await engine.database.read(lambda tx: kept.load(tx, hashed(token)))
    return session if session and session.expires > now else None


async def sign_in(engine: Engine, name: str, password: str, address: str, now: datetime) -> str:
    """A new session's token, for the name of an account or its e-mail address and the password.

    Refused in the same words for a wrong password and an unknown account, and for a while after too many of them.
    """
    by_name, by_address = f"name {hashed(name.lower())}", f"address {network(address)}"
    await attempt(engine, {by_name: core.BY_NAME, by_address: core.BY_ADDRESS}, now)

    async def look(tx: Tx) -> tuple[str | None, str | None]:
        account = await accounts.named(tx, name)
        return (account.nichandle, await kept.password(tx, account.nichandle)) if account else (None, None)

    nic, expected = await engine.database.read(look)
    if not await asyncio.to_thread(password_fits, password, expected):
        raise Refused(Refusal("forbidden", WRONG))
    token = new_token(engine)

    async def work(tx: Tx) -> bool:
        account = await accounts.load(tx, nic) if nic else None
        if account is None or await kept.password(tx, account.nichandle) != expected:
            return False  # it was changed meanwhile
        await kept.forget(tx, by_name)
        await kept.take_back(tx, by_address)
        await kept.add(tx, hashed(token), Session(account, now, now + core.LIFE))
        return True

    if not await engine.database.write(work):
        raise Refused(Refusal("forbidden", WRONG))
    return token


async def sign_out(engine: Engine, token: str) -> None:
    """End a session."""
    await engine.database.write(lambda tx: kept.end(tx, hashed(token)))


async def set_password(engine: Engine, nic: str, password: str, now: datetime) -> None:
    """Another password for an account; whoever is signed in with the one before is so no more."""
    check_password(password)
    new = await asyncio.to_thread(password_hash, password)

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = f"Account {nic} does not exist"
            raise not_found(message)
        await kept.set_password(tx, nic, new, now)
        await kept.end_all(tx, nic)

    await engine.database.write(work)


async def new_password(engine: Engine, nic: str, now: datetime) -> str:
    """A password made up for an account: it is shown once."""
    password = "-".join(engine.secret_text(5).lower() for _ in range(4))
    await set_password(engine, nic, password, now)
    return password


def check_password(password: str) -> None:
    """Refuse what is no good as a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"A password has {SHORTEST} to {LONGEST} characters"
        raise invalid(message, "password")


def network(address: str) -> str:
    """What one visitor calls from: the address, or the /64 that is given to one household in IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


async def sweep(engine: Engine) -> None:
    """Forget what is over."""
    now = engine.clock()
    await engine.database.write(lambda tx: kept.sweep(tx, now, now - timedelta(days=2)))


async def attempt(engine: Engine, limits: Mapping[str, Limit], now: datetime) -> None:
    """Write an attempt down before it is judged, so that many at once are no way around. Refused when too many were."""

    async def work(tx: Tx) -> None:
        before = {subject: await kept.attempts(tx, subject) for subject in limits}
        if any(core.wait(before[subject], limit, now) for subject, limit in limits.items()):
            raise Refused(Refusal("too-many", TOO_MANY))
        for subject, limit in limits.items():
            await kept.count(tx, subject, core.after(before[subject], limit, now))

    await engine.database.write(work)
