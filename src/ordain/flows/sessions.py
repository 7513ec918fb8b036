"""Signing in and out, and passwords. Whether an account exists can be told neither by words nor by time."""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import browser, mail
from ordain.core import session as core
from ordain.core.refusal import Refusal, Refused, invalid, not_found
from ordain.core.session import Session
from ordain.flows.act import Act, write_mail
from ordain.flows.clients import console
from ordain.flows.signers import forget
from ordain.store import accounts, oauth2, second_factors
from ordain.store import sessions as kept
from ordain.store.database import DatabaseError
from ordain.store.sealing import hashed, password_fits, password_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ordain.core.account import Account
    from ordain.core.language import Language
    from ordain.core.mail import Text
    from ordain.core.session import Limit
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

TOKEN_LENGTH = 40
SHORTEST, LONGEST = 12, 200
"""A password's length, in characters."""
PASSWORD_LENGTH = f"A password has {SHORTEST} to {LONGEST} characters"
WRONG_SO_FAR = "The password is wrong"
WRONG = "The account or the password is wrong"
OLD_LINK = "This link is too old, or was used: ask for another one"
LINK_LIFE = timedelta(days=1)
BLOCKED = "Nobody can sign in to this account at the moment: write to us"
TOO_MANY = "Too many attempts: try again later"


def new_token(engine: Engine) -> str:
    """The text of a cookie."""
    return engine.secret_text(TOKEN_LENGTH)


async def find(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of this token, if it lasts still."""
    session = await engine.database.read(lambda tx: kept.load(tx, hashed(token)))
    return session if session and session.expires > now else None


async def noted(engine: Engine, token: str, session: Session, where: tuple[str, str], now: datetime) -> None:
    """Note, every few minutes at most, that somebody was here, from this address with this browser (its own words).

    Never a reason for a page to fail.
    """
    here = (network(where[0]), browser.named(where[1]))
    same = (session.network, session.browser) == here
    if same and session.seen and now - session.seen < core.NOTED_EVERY:
        return
    with suppress(DatabaseError):
        await engine.database.write(lambda tx: kept.see(tx, hashed(token), now, here))


async def of_account(engine: Engine, account: Account, now: datetime) -> list[Session]:
    """Where the account is signed in: the latest seen first."""
    return await engine.database.read(lambda tx: kept.of_account(tx, account, now))


async def end(engine: Engine, nic: str, key: str) -> None:
    """Sign one of the account's browsers out."""
    if not await engine.database.write(lambda tx: kept.end_one(tx, nic, key)):
        message = "This session is over already"
        raise not_found(message, "session")


async def end_others(engine: Engine, nic: str, token: str = "") -> None:
    """Sign all of the account's browsers out, but for the one with this token."""

    async def work(tx: Tx) -> None:
        await kept.end_all(tx, nic, hashed(token) if token else "")
        await oauth2.delete_tokens(tx, console(nic))

    await engine.database.write(work)
    _forget_console(engine, nic)


async def sign_in(engine: Engine, name: str, password: str, address: str, now: datetime) -> str:
    """A new session's token, for the name of an account or its e-mail address and the password.

    With a second factor the session still awaits its code: `second_factor.sign_in`.
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
        if await kept.is_blocked(tx, account.nichandle):
            raise Refused(Refusal("forbidden", BLOCKED))
        factor = await second_factors.load(tx, account.nichandle)
        awaits_code = factor is not None and factor.confirmed
        life = core.LIFE_BEFORE_CODE if awaits_code else core.LIFE
        await kept.add(tx, hashed(token), Session(account, now, now + life, awaits_code))
        return True

    if not await engine.database.write(work):
        raise Refused(Refusal("forbidden", WRONG))
    return token


async def begin(engine: Engine, account: Account, now: datetime) -> str:
    """A session's token for whoever just made this account."""
    token = new_token(engine)
    await engine.database.write(lambda tx: kept.add(tx, hashed(token), Session(account, now, now + core.LIFE)))
    return token


async def sign_out(engine: Engine, token: str) -> None:
    """End a session, and with it the tokens that were given to the account's API console."""

    async def work(tx: Tx) -> str | None:
        session = await kept.load(tx, hashed(token))
        await kept.end(tx, hashed(token))
        if session is None:
            return None
        await oauth2.delete_tokens(tx, console(session.account.nichandle))
        return session.account.nichandle

    nic = await engine.database.write(work)
    if nic:
        _forget_console(engine, nic)


def _forget_console(engine: Engine, nic: str) -> None:
    forget(engine, lambda caller: caller.client_id == console(nic))


async def end_all(engine: Engine, nic: str) -> None:
    """Whoever is signed in to an account is so no more."""

    async def work(tx: Tx) -> None:
        await kept.end_all(tx, nic)
        await oauth2.delete_tokens(tx, console(nic))

    await engine.database.write(work)
    _forget_console(engine, nic)


async def block(engine: Engine, nic: str, by: str, reason: str, now: datetime) -> None:
    """Keep everybody from signing in to an account, and end what sessions it has. Its keys go on working."""

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = f"Account {nic} does not exist"
            raise not_found(message)
        await kept.block(tx, nic, by, reason, now)
        await kept.end_all(tx, nic)
        await oauth2.delete_tokens(tx, console(nic))

    await engine.database.write(work)
    _forget_console(engine, nic)


async def unblock(engine: Engine, nic: str) -> None:
    """Let them sign in again."""
    await engine.database.write(lambda tx: kept.unblock(tx, nic))


async def change_password(engine: Engine, nic: str, old: str, new: str, now: datetime) -> None:
    """Another password for whoever knows the one before."""
    check_password(new)
    await attempt(engine, {f"name {hashed(nic)}": core.BY_NAME}, now)
    expected = await engine.database.read(lambda tx: kept.password(tx, nic))
    if not await asyncio.to_thread(password_fits, old, expected):
        raise Refused(Refusal("forbidden", WRONG_SO_FAR, "old"))
    await set_password(engine, nic, new, now)


async def set_password(engine: Engine, nic: str, password: str, now: datetime) -> None:
    """Another password for an account; whoever is signed in with the one before is so no more."""
    check_password(password)
    new = await asyncio.to_thread(password_hash, password)

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = "Account %(account)s does not exist"
            raise not_found(message, account=nic)
        await kept.set_password(tx, nic, new, now)
        await kept.end_all(tx, nic)
        await oauth2.delete_tokens(tx, console(nic))
        await kept.forget(tx, f"name {hashed(nic)}")

    await engine.database.write(work)
    _forget_console(engine, nic)


async def new_password(engine: Engine, nic: str, now: datetime) -> str:
    """A password made up for an account: it is shown once."""
    password = "-".join(engine.secret_text(5).lower() for _ in range(4))
    await set_password(engine, nic, password, now)
    return password


def check_password(password: str) -> None:
    """Refuse what is no good as a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise invalid(PASSWORD_LENGTH, "password")


def network(address: str) -> str:
    """What one visitor calls from: the address, or the /64 that is given to one household in IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


async def send_password_link(engine: Engine, email: str, address: str, now: datetime) -> None:
    """Mail the account of this address, if there is one, a link to set a password by. Who asks is told the same."""
    limits = {f"link {hashed(email.lower())}": core.BY_NAME, f"link {network(address)}": core.BY_ADDRESS}
    await attempt(engine, limits, now)
    [mail_id] = await engine.database.new_ids()
    key = new_token(engine)

    async def work(tx: Tx) -> None:
        account = await accounts.named(tx, email) if "@" in email else None
        if account:
            act = Act(engine, tx, account, iter([mail_id]), now)
            await link_mail(act, key, mail.password_link)

    await engine.database.write(work)


async def link_mail(act: Act, key: str, words: Callable[[Language, str, str], Text]) -> None:
    """Write a mail with a link by which its reader sets the account's password."""
    nic = act.account.nichandle
    await kept.set_link(act.tx, nic, hashed(key), act.now + LINK_LIFE)
    url = f"{act.engine.public_url}{mail.SET_BY_LINK}?account={nic}&key={key}"
    await write_mail(act, None, words(act.language, nic, url))


async def password_by_link(engine: Engine, nic: str, key: str, password: str, now: datetime) -> None:
    """Set the password with the key of a mail, once."""
    check_password(password)
    if not await engine.database.write(lambda tx: kept.use_link(tx, nic, hashed(key), now)):
        raise Refused(Refusal("forbidden", OLD_LINK))
    await set_password(engine, nic, password, now)


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
