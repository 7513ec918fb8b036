"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

import pyotp

from ordain.core import session as core
from ordain.core.refusal import Refusal, Refused, conflict, not_found
from ordain.core.session import Session
from ordain.flows.sessions import attempt, network, new_token
from ordain.store import second_factors as kept
from ordain.store import sessions
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx
    from ordain.store.second_factors import SecondFactor

STEP = 30
"""Seconds a code is shown."""
RECOVERY_CODES = 10
WRONG_CODE = "This code is not right"
"""Nor is one that was used: codes are good once."""
ANEW = "Sign in anew"


async def find(engine: Engine, nic: str) -> SecondFactor | None:
    """An account's second factor; not yet on when it is not confirmed."""
    return await engine.database.read(lambda tx: kept.load(tx, nic))


def setup_uri(engine: Engine, nic: str, factor: SecondFactor) -> tuple[str, str]:
    """What an authenticator app is told: the secret to type, and the URI that a QR code holds."""
    secret = engine.sealer.unseal(factor.sealed_secret)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=nic, issuer_name="Ordain")


async def begin(engine: Engine, nic: str, now: datetime) -> None:
    """A new secret, to be confirmed with a first code."""
    sealed = engine.sealer.seal(pyotp.random_base32())

    async def work(tx: Tx) -> None:
        factor = await kept.load(tx, nic)
        if factor and factor.confirmed:
            message = "The second factor is on already"
            raise conflict(message)
        await kept.begin(tx, nic, sealed, now)

    await engine.database.write(work)


async def confirm(engine: Engine, nic: str, code: str, at: int) -> list[str]:
    """Turn the second factor on with its first code; the recovery codes, which are shown once. `at`: seconds (UTC)."""
    codes = [f"{engine.secret_text(5)}-{engine.secret_text(5)}".lower() for _ in range(RECOVERY_CODES)]

    async def work(tx: Tx) -> None:
        factor = await kept.load(tx, nic)
        if factor is None or factor.confirmed:
            message = "There is no second factor to confirm"
            raise conflict(message)
        if not await _is_right(engine, tx, nic, code, at):
            raise Refused(Refusal("forbidden", WRONG_CODE, "code"))
        await kept.confirm(tx, nic, at * 1_000_000, [hashed(one) for one in codes])

    await engine.database.write(work)
    return codes


async def turn_off(engine: Engine, nic: str, code: str, at: int, now: datetime) -> None:
    """Do without a second factor: takes one more code, or a recovery code."""
    await attempt(engine, {f"code {nic}": core.BY_NAME}, now)

    async def work(tx: Tx) -> None:
        if not await _is_right(engine, tx, nic, code, at):
            raise Refused(Refusal("forbidden", WRONG_CODE, "code"))
        await kept.remove(tx, nic)
        await sessions.forget(tx, f"code {nic}")

    await engine.database.write(work)


async def drop(engine: Engine, nic: str) -> None:
    """Do without, for the operator: whose app and recovery codes are lost cannot sign in any more."""
    await engine.database.write(lambda tx: kept.remove(tx, nic))


async def sign_in(engine: Engine, token: str, code: str, address: str, at: int) -> str:
    """The token of a full session, for one that awaits a code. Not found when there is none, or it took too long."""
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: sessions.load(tx, hashed(token)))
    if waiting is None or not waiting.awaits_code or waiting.expires <= now:
        raise not_found(ANEW)
    nic = waiting.account.nichandle
    by_code, by_address = f"code {nic}", f"address {network(address)}"
    await attempt(engine, {by_code: core.BY_NAME, by_address: core.BY_ADDRESS}, now)
    new = new_token(engine)

    async def work(tx: Tx) -> None:
        if await sessions.load(tx, hashed(token)) is None:  # ended meanwhile, with another password or another code
            raise not_found(ANEW)
        if not await _is_right(engine, tx, nic, code, at):
            raise Refused(Refusal("forbidden", WRONG_CODE, "code"))
        await sessions.forget(tx, by_code)
        await sessions.take_back(tx, by_address)
        await sessions.end(tx, hashed(token))
        await sessions.add(tx, hashed(new), Session(waiting.account, now, now + core.LIFE))

    await engine.database.write(work)
    return new


async def _is_right(engine: Engine, tx: Tx, nic: str, code: str, at: int) -> bool:
    """Whether this is a code of now, of half a minute ago or ahead, or a recovery code; it is used up then."""
    factor = await kept.load(tx, nic)
    if factor is None:
        return False
    given = "".join(code.split()).lower()
    if factor.confirmed and await kept.use_recovery_code(tx, nic, hashed(given)):
        return True
    totp, step = pyotp.TOTP(engine.sealer.unseal(factor.sealed_secret)), at // STEP
    for one in (step - 1, step, step + 1):
        if one > factor.last_step and compare_digest(totp.generate_otp(one).encode(), given.encode()):
            await kept.use_step(tx, nic, one)
            return True
    return False
