"""Second factors and their recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.store.columns import micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ordain.store.database import Tx


class SecondFactor(Struct, frozen=True):
    """A secret shared with an authenticator app. Codes of steps up to `last_step` were used."""

    sealed_secret: bytes
    confirmed: bool
    last_step: int
    recovery_codes: int
    """How many are left."""


async def load(tx: Tx, nic: str) -> SecondFactor | None:
    """An account's second factor."""
    row = await tx.fetch_one(
        "SELECT sealed_secret, confirmed, last_step, (SELECT count(*) FROM recovery_code r WHERE r.nic = $1)"
        " FROM second_factor WHERE nic = $1",
        nic,
    )
    return SecondFactor(row[0], row[1] is not None, row[2], row[3]) if row else None


async def begin(tx: Tx, nic: str, sealed_secret: bytes, now: datetime) -> None:
    """A secret to be confirmed, in place of one that was not."""
    await remove(tx, nic)
    await tx.execute(
        "INSERT INTO second_factor (nic, sealed_secret, made, last_step) VALUES ($1, $2, $3, 0)",
        nic,
        sealed_secret,
        micros(now),
    )


async def confirm(tx: Tx, nic: str, at_us: int, code_hashes: Iterable[str]) -> None:
    """Turn it on, with these recovery codes."""
    await tx.execute("UPDATE second_factor SET confirmed = $2 WHERE nic = $1", nic, at_us)
    await tx.execute_many(
        "INSERT INTO recovery_code (nic, code_hash) VALUES ($1, $2)", [(nic, each) for each in code_hashes]
    )


async def use_step(tx: Tx, nic: str, step: int) -> None:
    """The code of this step, and those before, are used."""
    await tx.execute("UPDATE second_factor SET last_step = $2 WHERE nic = $1", nic, step)


async def use_recovery_code(tx: Tx, nic: str, code_hash: str) -> bool:
    """Whether there was such a code; there is no more."""
    return await tx.execute("DELETE FROM recovery_code WHERE nic = $1 AND code_hash = $2", nic, code_hash) > 0


async def remove(tx: Tx, nic: str) -> None:
    """Do without."""
    await tx.execute("DELETE FROM recovery_code WHERE nic = $1", nic)
    await tx.execute("DELETE FROM second_factor WHERE nic = $1", nic)
