"""DynHosts: addresses that move, and the logins of the routers that move them."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.refusal import conflict, invalid, not_found
from ordain.core.zone import DYN_HOST, Record
from ordain.core.zone_extras import DYN_HOST_TTL, MOST_LOGINS, Login, suffix_problem
from ordain.flows import zone_records, zones
from ordain.flows.domains import UNKNOWN
from ordain.store import zone_extras as extras

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.account import Caller
    from ordain.core.zone import Zone
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def logins(
    engine: Engine, caller: Caller, name: str, login: str | None, sub_domain: str | None
) -> list[Login]:  # fmt: skip
    """The zone's logins: of this name, or for this sub-domain, if one is given."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> list[Login]:
        zone = await zones.head(tx, nic, name)
        return await extras.logins(tx, nic, zone.name)

    return [
        one
        for one in await engine.database.read(work)
        if login in (None, one.login) and sub_domain in (None, one.sub_domain)
    ]


async def login(engine: Engine, caller: Caller, name: str, which: str) -> Login:
    """One of them."""
    found = await logins(engine, caller, name, which, None)
    if not found:
        raise not_found(UNKNOWN)
    return found[0]


async def add_login(engine: Engine, caller: Caller, name: str, sent: Login, password: str) -> Login:
    """A new login, named after the zone and the suffix sent. Its password is kept hashed."""
    nic = caller.account.nichandle
    problem = suffix_problem(sent.login)
    if problem:
        message = f"loginSuffix {problem}"
        raise invalid(message, "loginSuffix")
    kept = await _hashed(password)

    async def work(tx: Tx) -> Login:
        zone = await zones.head(tx, nic, name)
        new = Login(f"{zone.name}-{sent.login}", zone_records.place(sent.sub_domain, zone.name))
        if len(await extras.logins(tx, nic, zone.name)) >= MOST_LOGINS:
            message = f"A zone has at most {MOST_LOGINS} dynHost logins"
            raise conflict(message)
        if not await extras.add_login(tx, nic, zone.name, new, kept):
            message = f"There is a login {new.login} already"
            raise conflict(message)
        return new

    return await engine.database.write(work)


async def change_login(engine: Engine, caller: Caller, name: str, which: str, sub_domain: str | None) -> None:
    """Let a login move another sub-domain."""
    held = await login(engine, caller, name, which)

    async def change(tx: Tx, nic: str, zone: Zone) -> bool:
        where = held.sub_domain if sub_domain is None else zone_records.place(sub_domain, zone.name)
        return await extras.change_login(tx, nic, zone.name, Login(which, where))

    await _of_login(engine, caller, name, change)


async def change_password(engine: Engine, caller: Caller, name: str, which: str, password: str) -> None:
    """Another password for a login."""
    kept = await _hashed(password)
    await _of_login(engine, caller, name, lambda tx, nic, z: extras.change_password(tx, nic, z.name, which, kept))


async def delete_login(engine: Engine, caller: Caller, name: str, which: str) -> None:
    """A login goes."""
    await _of_login(engine, caller, name, lambda tx, nic, zone: extras.delete_login(tx, nic, zone.name, which))


async def _of_login(
    engine: Engine, caller: Caller, name: str, change: Callable[[Tx, str, Zone], Awaitable[bool]]
) -> None:  # fmt: skip
    nic = caller.account.nichandle

    async def work(tx: Tx) -> None:
        if not await change(tx, nic, await zones.head(tx, nic, name)):
            raise not_found(UNKNOWN)

    await engine.database.write(work)


async def _hashed(password: str) -> str:
    """Slow to guess (scrypt, RFC 7914), and with a salt of its own; off the event loop, for it takes a while."""
    salt = secrets.token_bytes(16)
    kept = await asyncio.to_thread(hashlib.scrypt, password.encode(), salt=salt, n=1 << 14, r=8, p=1)
    return f"scrypt${salt.hex()}${kept.hex()}"


async def add_record(engine: Engine, caller: Caller, name: str, sub_domain: str, ip: str | None) -> Record:
    """Stage a dynHost: an address record that is remembered for a minute."""
    if not ip:
        message = "ip is required"
        raise invalid(message, "ip")
    [record_id] = await engine.database.new_ids(1)
    sent = Record(record_id, _kind(ip), sub_domain, ip, DYN_HOST_TTL, DYN_HOST)
    return await zone_records.put(engine, caller, name, sent)


def _kind(ip: str) -> str:
    try:
        return "AAAA" if ip_address(ip).version == 6 else "A"
    except ValueError as error:
        message = f"ip is no IP address: {ip[:100]!r}"
        raise invalid(message, "ip") from error


async def change_record(
    engine: Engine, caller: Caller, name: str, record_id: int, wish: zone_records.Wish
) -> None:  # fmt: skip
    """Stage another address or name for a dynHost."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        zone, before = await zone_records.held(tx, nic, name, record_id, DYN_HOST)
        ip = before.target if wish.target is None else wish.target
        where = before.sub_domain if wish.sub_domain is None else wish.sub_domain
        after = structs.replace(before, kind=_kind(ip), target=ip, sub_domain=where)
        await zone_records.replace(tx, nic, zone, zone_records.judged(after, zone.name))
        await zones.stage(tx, nic, zone, now)

    await engine.database.write(work)
