"""Applications, the consumer keys granted to them, and the requests for such keys that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.core.account import Account
from ordain.core.credential import Application, Credential, Request, Rules
from ordain.store import spending_limits
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

Texts = tuple[str, ...]


class SignedBy(Struct, frozen=True):
    """What a signed call's two keys lead to."""

    application: Application
    credential: Credential
    account: Account
    limited: bool = False
    """The credential has a spending limit."""


_APPLICATION = "a.application_key, a.application_id, a.nic, a.name, a.description, a.sealed_secret, a.created, a.status"
_CREDENTIAL = (
    "c.consumer_hash, c.credential_id, c.nic, c.application_key, c.rules, c.created, c.status, c.expires,"
    " c.allowed_ips, c.last_use"
)
_REQUEST = "token_hash, consumer_hash, application_key, rules, allowed_ips, redirection, created, expires, status"


def _application(row: Row) -> Application:
    key, number, nic, name, description, sealed_secret, created, status = row
    return Application(
        application_key=key,
        application_id=number,
        nic=nic,
        name=name,
        description=description,
        sealed_secret=sealed_secret,
        created=instant(created),
        status=status,
    )


def _credential(row: Row) -> Credential:
    consumer_hash, number, nic, application_key, rules, created, status, expires, allowed_ips, last_use = row
    return Credential(
        consumer_hash=consumer_hash,
        credential_id=number,
        nic=nic,
        application_key=application_key,
        rules=unpack_once(rules, Rules),
        created=instant(created),
        status=status,
        expires=maybe_instant(expires),
        allowed_ips=unpack_once(allowed_ips, Texts),
        last_use=maybe_instant(last_use),
    )


def _request(row: Row) -> Request:
    token_hash, consumer_hash, application_key, rules, allowed_ips, redirection, created, expires, status = row
    return Request(
        token_hash=token_hash,
        consumer_hash=consumer_hash,
        application_key=application_key,
        rules=unpack_once(rules, Rules),
        allowed_ips=unpack_once(allowed_ips, Texts),
        redirection=redirection,
        created=instant(created),
        expires=instant(expires),
        status=status,
    )


# Applications


async def add_application(tx: Tx, application: Application) -> None:
    """A new application."""
    await tx.execute(
        "INSERT INTO application (application_key, application_id, nic, name, description, sealed_secret, status,"
        " created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        application.application_key,
        application.application_id,
        application.nic,
        application.name,
        application.description,
        application.sealed_secret,
        application.status,
        micros(application.created),
    )


async def application(tx: Tx, key: str) -> Application | None:
    """An application by its key."""
    row = await tx.fetch_one(f"SELECT {_APPLICATION} FROM application a WHERE application_key = $1", key)
    return _application(row) if row else None


async def application_of(tx: Tx, nic: str, application_id: int) -> Application | None:
    """One of the account's applications."""
    sql = f"SELECT {_APPLICATION} FROM application a WHERE nic = $1 AND application_id = $2"
    row = await tx.fetch_one(sql, nic, application_id)
    return _application(row) if row else None


async def application_ids(tx: Tx, nic: str) -> list[int]:
    """The ids of the account's applications."""
    sql = "SELECT application_id FROM application WHERE nic = $1 ORDER BY application_id"
    return [row[0] for row in await tx.fetch(sql, nic)]


async def delete_application(tx: Tx, key: str) -> None:
    """An application with every credential granted to it, and what it still asks for."""
    await tx.execute("DELETE FROM credential_request WHERE application_key = $1", key)
    await tx.execute("DELETE FROM credential WHERE application_key = $1", key)
    await tx.execute("DELETE FROM application WHERE application_key = $1", key)


# Credentials


async def add_credential(tx: Tx, credential: Credential) -> None:
    """A new credential."""
    await tx.execute(
        "INSERT INTO credential (consumer_hash, credential_id, nic, application_key, rules, status, created, expires,"
        " allowed_ips) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        credential.consumer_hash,
        credential.credential_id,
        credential.nic,
        credential.application_key,
        pack(credential.rules),
        credential.status,
        micros(credential.created),
        maybe_micros(credential.expires),
        pack(credential.allowed_ips),
    )


_SIGNED_BY = (
    f"SELECT {_APPLICATION}, {_CREDENTIAL}, n.profile, l.credential_id"
    " FROM credential c JOIN application a ON a.application_key = c.application_key JOIN account n ON n.nic = c.nic"
    " LEFT JOIN spending_limit l ON l.nic = c.nic AND l.credential_id = c.credential_id"
    " WHERE c.consumer_hash = $1"
)


async def signed_by(tx: Tx, consumer_hash: str) -> SignedBy | None:
    """What a consumer key leads to."""
    row = await tx.fetch_one(_SIGNED_BY, consumer_hash)
    if row is None:
        return None
    account, limited = unpack_once(row[18], Account), row[19] is not None
    return SignedBy(_application(row[:8]), _credential(row[8:18]), account, limited)


_OF_ACCOUNT = (
    f"SELECT {_APPLICATION}, {_CREDENTIAL}"
    " FROM credential c JOIN application a ON a.application_key = c.application_key WHERE c.nic = $1"
)


def _granted(row: Row) -> tuple[Application, Credential]:
    return _application(row[:8]), _credential(row[8:])


async def of_account(tx: Tx, nic: str) -> list[tuple[Application, Credential]]:
    """The account's credentials, each with the application it was granted to."""
    return [_granted(row) for row in await tx.fetch(f"{_OF_ACCOUNT} ORDER BY c.credential_id", nic)]


async def credential_of(tx: Tx, nic: str, credential_id: int) -> tuple[Application, Credential] | None:
    """One of the account's credentials, with its application."""
    row = await tx.fetch_one(f"{_OF_ACCOUNT} AND c.credential_id = $2", nic, credential_id)
    return _granted(row) if row else None


async def count(tx: Tx, nic: str) -> int:
    """How many credentials the account has."""
    row = await tx.fetch_one("SELECT count(*) FROM credential WHERE nic = $1", nic)
    return int(row[0]) if row else 0


async def restrict(tx: Tx, nic: str, credential_id: int, allowed_ips: Texts) -> None:
    """Where a credential may be used from."""
    sql = "UPDATE credential SET allowed_ips = $3 WHERE nic = $1 AND credential_id = $2"
    await tx.execute(sql, nic, credential_id, pack(allowed_ips))


async def used(tx: Tx, nic: str, credential_id: int, at: datetime) -> None:
    """A credential was used."""
    sql = "UPDATE credential SET last_use = $3 WHERE nic = $1 AND credential_id = $2"
    await tx.execute(sql, nic, credential_id, micros(at))


async def delete_credential(tx: Tx, nic: str, credential_id: int) -> None:
    """A credential is gone."""
    await tx.execute("DELETE FROM credential WHERE nic = $1 AND credential_id = $2", nic, credential_id)
    await spending_limits.delete(tx, nic, credential_id)


# Requests


async def add_request(tx: Tx, request: Request) -> None:
    """A new request."""
    values: list[Any] = [
        request.token_hash,
        request.consumer_hash,
        request.application_key,
        pack(request.rules),
        pack(request.allowed_ips),
        request.redirection,
        micros(request.created),
        micros(request.expires),
        request.status,
    ]
    sql = f"INSERT INTO credential_request ({_REQUEST}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    await tx.execute(sql, *values)


async def request(tx: Tx, token_hash: str) -> Request | None:
    """A request by its token."""
    row = await tx.fetch_one(f"SELECT {_REQUEST} FROM credential_request WHERE token_hash = $1", token_hash)
    return _request(row) if row else None


async def is_requested(tx: Tx, consumer_hash: str, application_key: str) -> bool:
    """Whether the application once asked for this consumer key, and it has not been granted."""
    sql = "SELECT 1 FROM credential_request WHERE consumer_hash = $1 AND application_key = $2 AND status <> 'validated'"
    return await tx.fetch_one(sql, consumer_hash, application_key) is not None


async def decide(tx: Tx, token_hash: str, status: str) -> bool:
    """What a person decided; False if it was decided before."""
    sql = "UPDATE credential_request SET status = $2 WHERE token_hash = $1 AND status = 'pendingValidation'"
    return await tx.execute(sql, token_hash, status) == 1


async def count_requests(tx: Tx, application_key: str, now: datetime) -> int:
    """How many requests of an application somebody may still decide."""
    sql = (
        "SELECT count(*) FROM credential_request"
        " WHERE application_key = $1 AND expires > $2 AND status = 'pendingValidation'"
    )
    row = await tx.fetch_one(sql, application_key, micros(now))
    return int(row[0]) if row else 0


async def forget_requests(tx: Tx, application_key: str, until: datetime) -> None:
    """An application's requests that were over by then."""
    sql = "DELETE FROM credential_request WHERE application_key = $1 AND expires <= $2"
    await tx.execute(sql, application_key, micros(until))
