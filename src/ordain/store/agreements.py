"""What accounts agreed to, and the words of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account
from ordain.store.columns import instant, micros, unpack_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.store.database import Tx


class Words(Struct, frozen=True):
    """A version of a contract in one language."""

    contract_id: int
    language: str
    contract: str
    version: str
    name: str
    body: str


class Agreed(Struct, frozen=True):
    """That an account agreed to a version of a contract: when first, and in which language."""

    contract_id: int
    at: datetime
    language: str


async def of_account(tx: Tx, nic: str) -> list[Agreed]:
    """What an account agreed to, the oldest first."""
    rows = await tx.fetch(
        "SELECT contract_id, agreed, language FROM agreement WHERE nic = $1 ORDER BY agreed, contract_id", nic
    )
    return [Agreed(row[0], instant(row[1]), row[2]) for row in rows]


async def with_account(tx: Tx, nic: str) -> tuple[Account | None, frozenset[tuple[int, str]]]:
    """An account by its name, and the versions of contracts it agreed to, each with the language: in one statement."""
    account, agreed = None, []
    for part, contract_id, text in await tx.fetch(
        "SELECT 1 AS part, 0 AS contract_id, profile FROM account WHERE nic = $1"
        " UNION ALL SELECT 2, contract_id, language FROM agreement WHERE nic = $1",
        nic,
    ):
        if part == 1:
            account = unpack_once(text, Account)
        else:
            agreed.append((contract_id, text))
    return account, frozenset(agreed)


async def add(tx: Tx, nic: str, words: Sequence[Words], address: str, now: datetime) -> None:
    """An account agrees to these words. The first to do so has them kept; doing it again changes nothing."""
    for each in words:
        await tx.execute(
            "INSERT INTO agreed_text (contract_id, language, contract, version, name, body)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (contract_id, language) DO NOTHING",
            each.contract_id,
            each.language,
            each.contract,
            each.version,
            each.name,
            each.body,
        )
        await tx.execute(
            "INSERT INTO agreement (nic, contract_id, language, agreed, address) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (nic, contract_id) DO NOTHING",
            nic,
            each.contract_id,
            each.language,
            micros(now),
            address,
        )


async def texts(tx: Tx) -> dict[tuple[str, str, str], str]:
    """Every text somebody agreed to, by the contract's id, its version and the language."""
    rows = await tx.fetch("SELECT contract, version, language, body FROM agreed_text")
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def words(tx: Tx, nic: str, contract_id: int) -> Words | None:
    """What an account agreed to, in the words it read."""
    row = await tx.fetch_one(
        "SELECT t.contract_id, t.language, t.contract, t.version, t.name, t.body FROM agreement a"
        " JOIN agreed_text t ON t.contract_id = a.contract_id AND t.language = a.language"
        " WHERE a.nic = $1 AND a.contract_id = $2",
        nic,
        contract_id,
    )
    return Words(*row) if row else None


async def text(tx: Tx, contract_id: int, language: str) -> Words | None:
    """A version somebody agreed to, in this language, else in any."""
    row = await tx.fetch_one(
        "SELECT contract_id, language, contract, version, name, body FROM agreed_text WHERE contract_id = $1"
        " ORDER BY language <> $2, language LIMIT 1",
        contract_id,
        language,
    )
    return Words(*row) if row else None
