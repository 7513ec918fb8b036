"""Requests by their Idempotency-Key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.idempotency import Held
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx

Place = tuple[str, str]
"""Scope and hash of a key."""


async def add(tx: Tx, place: Place, attempt: str, held: Held) -> bool:
    """A request that begins; False, and nothing written, if there is one with this key."""
    written = await tx.execute(
        "INSERT INTO idempotency (scope, key_hash, digest, attempt, lease_until, expires)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scope, key_hash) DO NOTHING",
        *place,
        held.digest,
        attempt,
        micros(held.lease_until),
        micros(held.expires),
    )
    return written == 1


async def load(tx: Tx, place: Place) -> Held | None:
    """What is known of a request."""
    row = await tx.fetch_one(
        "SELECT digest, lease_until, expires, written, answered, answer FROM idempotency"
        " WHERE scope = $1 AND key_hash = $2",
        *place,
    )
    if row is None:
        return None
    digest, lease_until, expires, written, answered, answer = row
    return Held(
        digest=digest,
        lease_until=instant(lease_until),
        expires=instant(expires),
        written=bool(written),
        answered=bool(answered),
        answer=answer,
    )


async def begin_again(tx: Tx, place: Place, attempt: str, held: Held) -> None:
    """The same key for a new attempt: what was known of it is forgotten."""
    await tx.execute("DELETE FROM idempotency WHERE scope = $1 AND key_hash = $2", *place)
    await add(tx, place, attempt, held)


async def mark(tx: Tx, place: Place, attempt: str) -> bool:
    """Something is written for this attempt in this transaction; False if another attempt has taken over."""
    written = await tx.execute(
        "UPDATE idempotency SET written = 1 WHERE scope = $1 AND key_hash = $2 AND attempt = $3", *place, attempt
    )
    return written == 1


async def answer(tx: Tx, place: Place, attempt: str, sealed: bytes | None) -> None:
    """What this attempt was answered, unless another has taken over; None is an answer too long to be kept."""
    await tx.execute(
        "UPDATE idempotency SET answered = 1, answer = $4 WHERE scope = $1 AND key_hash = $2 AND attempt = $3",
        *place,
        attempt,
        sealed,
    )


async def forget(tx: Tx, place: Place, attempt: str) -> None:
    """As if this attempt had never been."""
    await tx.execute("DELETE FROM idempotency WHERE scope = $1 AND key_hash = $2 AND attempt = $3", *place, attempt)


async def give_up(tx: Tx, place: Place, attempt: str, now: datetime) -> None:
    """Forget this attempt if it wrote nothing; else its lease ends now."""
    await tx.execute(
        "DELETE FROM idempotency WHERE scope = $1 AND key_hash = $2 AND attempt = $3 AND written = 0", *place, attempt
    )
    await tx.execute(
        "UPDATE idempotency SET lease_until = $4 WHERE scope = $1 AND key_hash = $2 AND attempt = $3",
        *place,
        attempt,
        micros(now),
    )


async def delete_expired(tx: Tx, now: datetime, most: int) -> int:
    """Forget requests whose day is over, at most so many; how many they were."""
    return await tx.execute(
        "DELETE FROM idempotency WHERE (scope, key_hash) IN"
        " (SELECT scope, key_hash FROM idempotency WHERE expires <= $1 ORDER BY expires LIMIT $2)",
        micros(now),
        most,
    )
