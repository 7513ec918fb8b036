"""Accounts, their applications and credentials, and their contacts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account, Contact
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack, unpack_once

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx


Rules = tuple[tuple[str, str], ...]
"""Access rules: (method, path pattern) pairs."""


class Application(Struct, frozen=True, kw_only=True):
    """A program allowed to sign calls."""

    application_key: str
    application_id: int
    nic: str
    name: str
    description: str
    sealed_secret: bytes
    created: datetime
    status: str = "active"


class Credential(Struct, frozen=True, kw_only=True):
    """A consumer key's rights; the key itself is only known by its hash."""

    consumer_hash: str
    credential_id: int
    nic: str
    application_key: str
    rules: Rules
    created: datetime
    status: str = "validated"
    expires: datetime | None = None


class SignedBy(Struct, frozen=True):
    """What a signed call's two keys lead to."""

    application: Application
    credential: Credential
    account: Account


async def add(tx: Tx, account: Account, now: datetime) -> None:
    """A new account. Conflict if the name is taken."""
    await tx.execute(
        "INSERT INTO account (nic, email, profile, created) VALUES ($1, $2, $3, $4)",
        account.nichandle,
        account.email,
        pack(account),
        micros(now),
    )


async def save(tx: Tx, account: Account) -> None:
    """An account that was changed."""
    await tx.execute(
        "UPDATE account SET email = $2, profile = $3 WHERE nic = $1", account.nichandle, account.email, pack(account)
    )


async def load(tx: Tx, nic: str) -> Account | None:
    """An account by its name."""
    row = await tx.fetch_one("SELECT profile FROM account WHERE nic = $1", nic)
    return unpack_once(row[0], Account) if row else None


async def named(tx: Tx, name: str) -> Account | None:
    """An account by its name or its e-mail address; of several with one address the oldest."""
    name = name.encode().lower().decode()  # of ASCII alone, as the databases do
    if "@" not in name:
        return await load(tx, name)
    row = await tx.fetch_one("SELECT profile FROM account WHERE lower(email) = $1 ORDER BY created LIMIT 1", name)
    return unpack_once(row[0], Account) if row else None


async def all_names(tx: Tx) -> list[str]:
    """Every account's name."""
    return [row[0] for row in await tx.fetch("SELECT nic FROM account ORDER BY created")]


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
    row = await tx.fetch_one(
        "SELECT application_key, application_id, nic, name, description, sealed_secret, created, status"
        " FROM application WHERE application_key = $1",
        key,
    )
    return _application(row) if row else None


async def add_credential(tx: Tx, credential: Credential) -> None:
    """A new credential."""
    await tx.execute(
        "INSERT INTO credential (consumer_hash, credential_id, nic, application_key, rules, status, created, expires)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        credential.consumer_hash,
        credential.credential_id,
        credential.nic,
        credential.application_key,
        pack(credential.rules),
        credential.status,
        micros(credential.created),
        maybe_micros(credential.expires),
    )


_SIGNED_BY = (
    "SELECT a.application_key, a.application_id, a.nic, a.name, a.description, a.sealed_secret, a.created, a.status,"
    " c.consumer_hash, c.credential_id, c.nic, c.application_key, c.rules, c.created, c.status, c.expires, n.profile"
    " FROM credential c JOIN application a ON a.application_key = c.application_key JOIN account n ON n.nic = c.nic"
    " WHERE c.consumer_hash = $1"
)


async def signed_by(tx: Tx, consumer_hash: str) -> SignedBy | None:
    """What a consumer key leads to."""
    row = await tx.fetch_one(_SIGNED_BY, consumer_hash)
    if row is None:
        return None
    return SignedBy(
        _application(row[:8]),
        Credential(
            consumer_hash=row[8],
            credential_id=row[9],
            nic=row[10],
            application_key=row[11],
            rules=unpack_once(row[12], Rules),
            created=instant(row[13]),
            status=row[14],
            expires=maybe_instant(row[15]),
        ),
        unpack_once(row[16], Account),
    )


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


async def save_contact(tx: Tx, nic: str, contact: Contact) -> None:
    """A contact, new or changed."""
    await tx.execute(
        "INSERT INTO contact (nic, contact_id, details) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic, contact_id) DO UPDATE SET details = excluded.details",
        nic,
        contact.id,
        pack(contact),
    )


async def contact(tx: Tx, nic: str, contact_id: int) -> Contact | None:
    """One of the account's contacts."""
    row = await tx.fetch_one("SELECT details FROM contact WHERE nic = $1 AND contact_id = $2", nic, contact_id)
    return unpack(row[0], Contact) if row else None


async def contact_ids(tx: Tx, nic: str) -> list[int]:
    """The ids of the account's contacts."""
    return [r[0] for r in await tx.fetch("SELECT contact_id FROM contact WHERE nic = $1 ORDER BY contact_id", nic)]
