"""Accounts and their contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.account import Account, Contact
from ordain.store.columns import micros, pack, unpack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


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


async def contacts(tx: Tx, nic: str) -> list[Contact]:
    """The account's contacts."""
    rows = await tx.fetch("SELECT details FROM contact WHERE nic = $1 ORDER BY contact_id", nic)
    return [unpack(row[0], Contact) for row in rows]


async def contact_ids(tx: Tx, nic: str) -> list[int]:
    """The ids of the account's contacts."""
    return [r[0] for r in await tx.fetch("SELECT contact_id FROM contact WHERE nic = $1 ORDER BY contact_id", nic)]
