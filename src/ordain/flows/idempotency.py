"""Requests with an Idempotency-Key: claimed before the work, marked with it, answered after it (decision 9)."""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, structs

from ordain.core import idempotency as core
from ordain.core.idempotency import Held
from ordain.core.refusal import Refusal, Refused
from ordain.flows.watched import Watched
from ordain.store import idempotency
from ordain.store.database import DatabaseError
from ordain.store.sealing import WrongSecret, hashed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.flows.ports import Engine
    from ordain.store.database import Database, Tx

T = TypeVar("T")

log = logging.getLogger(__name__)

LARGEST = 512 * 1024
"""Bytes of an answer as it is kept, compressed and sealed. An order of a thousand names has 64 KiB, of 2.5 MB."""
AT_ONCE = 200
"""Requests forgotten in one transaction: nobody else writes meanwhile."""


def scope(nic: str | None, cart_id: str | None, key: str) -> str:
    """Whose a key is: an account's; else that of whoever knows the cart's id; else the key itself is the secret."""
    if nic is not None:
        return f"account {nic}"
    return f"cart {hashed(cart_id)}" if cart_id is not None else f"key {hashed(key)}"


class Asked(Struct, frozen=True):
    """A request that may be repeated."""

    scope: str
    """Whose key it is: nobody else is given the answer."""
    key: str
    said: bytes
    """All that has to be the same in a repetition."""

    @property
    def place(self) -> tuple[str, str]:
        """Where it is kept."""
        return self.scope, hashed(self.key)


class Claim(Struct, frozen=True):
    """Leave to carry a request out."""

    place: tuple[str, str]
    attempt: str


class _Marked(Watched):
    """The database of a claim: each transaction that writes also marks the claim, or is refused if it was taken over.

    So it is known after a crash whether anything was written, and nothing is written by two attempts.
    """

    def __init__(self, database: Database, claim: Claim) -> None:
        super().__init__(database)
        self._claim = claim

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` in the transaction that marks the claim. Raises Refused if another attempt has taken over."""

        async def marked(tx: Tx) -> T:
            if not await idempotency.mark(tx, self._claim.place, self._claim.attempt):
                raise Refused(core.overtaken())
            return await work(tx)

        return await self._database.write(marked, in_turn=in_turn)


async def claim(engine: Engine, asked: Asked) -> Claim | bytes:
    """Leave to carry the request out; or what was answered before. Raises Refused where it is neither."""
    now, mine = engine.clock(), Claim(asked.place, engine.unique_id())
    digest = engine.sealer.digest(asked.said)
    new = Held(digest=digest, lease_until=now + core.LEASE, expires=now + core.KEPT)

    async def work(tx: Tx) -> Claim | bytes:
        if await idempotency.add(tx, mine.place, mine.attempt, new):
            return mine
        held = await idempotency.load(tx, mine.place)
        found = core.judge(held, digest, now) if held else "free"
        if isinstance(found, Refusal):
            raise Refused(found)
        if held and held.answer is not None and found == "answered":
            return held.answer
        await idempotency.begin_again(tx, mine.place, mine.attempt, new)
        return mine

    found = await engine.database.write(work)
    return _opened(engine, found) if isinstance(found, bytes) else found


def _opened(engine: Engine, sealed: bytes) -> bytes:
    try:
        return zlib.decompress(engine.sealer.unseal_bytes(sealed))
    except WrongSecret as error:
        raise Refused(core.unreadable()) from error


def marking(engine: Engine, mine: Claim) -> Engine:
    """The engine to carry the request out with."""
    return structs.replace(engine, database=_Marked(engine.database, mine))


async def keep(engine: Engine, mine: Claim, answer: bytes) -> None:
    """Answer every repetition so."""
    sealed: bytes | None = engine.sealer.seal_bytes(zlib.compress(answer, 1))
    if sealed and len(sealed) > LARGEST:
        sealed = None
    await _end(engine, lambda tx: idempotency.answer(tx, mine.place, mine.attempt, sealed))


async def forget(engine: Engine, mine: Claim) -> None:
    """The key is as if it had not been used."""
    await _end(engine, lambda tx: idempotency.forget(tx, mine.place, mine.attempt))


async def give_up(engine: Engine, mine: Claim) -> None:
    """It ended nobody knows how: the key can be used again if nothing was written."""
    now = engine.clock()
    await _end(engine, lambda tx: idempotency.give_up(tx, mine.place, mine.attempt, now))


async def _end(engine: Engine, work: Callable[[Tx], Awaitable[None]]) -> None:
    """The request itself has its answer already. Where this is lost, the lease ends, as after a crash."""
    try:
        await engine.database.write(work)
    except DatabaseError as error:
        log.warning("the end of a request with an Idempotency-Key could not be noted: %s", error)


async def sweep(engine: Engine) -> int:
    """Forget requests whose day is over; how many they were."""
    now = engine.clock()
    gone, of_round = 0, AT_ONCE
    while of_round == AT_ONCE:
        of_round = await engine.database.write(lambda tx: idempotency.delete_expired(tx, now, AT_ONCE))
        gone += of_round
    return gone
