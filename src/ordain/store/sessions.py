"""Sessions, passwords, and how often somebody tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.account import Account
from ordain.core.session import Attempts, Session
from ordain.store.columns import instant, micros, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Tx


async def add(tx: Tx, token_hash: str, session: Session) -> None:
    """A new session."""
    await tx.execute(
        "INSERT INTO session (token_hash, nic, created, expires, awaits_code) VALUES ($1, $2, $3, $4, $5)",
        token_hash,
        session.account.nichandle,
        micros(session.created),
        micros(session.expires),
        int(session.awaits_code),
    )


async def load(tx: Tx, token_hash: str) -> Session | None:
    """A session by its token."""
    row = await tx.fetch_one(
        "SELECT n.profile, s.created, s.expires, s.awaits_code, w.role FROM session s JOIN account n ON n.nic = s.nic"
        " LEFT JOIN staff w ON w.nic = s.nic WHERE s.token_hash = $1",
        token_hash,
    )
    if row is None:
        return None
    account = unpack_once(row[0], Account)
    return Session(account, instant(row[1]), instant(row[2]), bool(row[3]), row[4] or "")


async def end(tx: Tx, token_hash: str) -> None:
    """Forget a session."""
    await tx.execute("DELETE FROM session WHERE token_hash = $1", token_hash)


async def end_all(tx: Tx, nic: str, but: str = "") -> None:
    """Forget an account's sessions, save the one of the token hash `but`."""
    await tx.execute("DELETE FROM session WHERE nic = $1 AND token_hash <> $2", nic, but)


async def sweep(tx: Tx, now: datetime, quiet_since: datetime) -> None:
    """Forget sessions that expired, and attempts nobody repeated since."""
    await tx.execute("DELETE FROM session WHERE expires <= $1", micros(now))
    await tx.execute("DELETE FROM attempt WHERE last <= $1", micros(quiet_since))


async def set_password(tx: Tx, nic: str, password_hash: str, now: datetime) -> None:
    """An account's password, new or another."""
    await tx.execute(
        "INSERT INTO password (nic, hash, changed) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic) DO UPDATE SET hash = excluded.hash, changed = excluded.changed",
        nic,
        password_hash,
        micros(now),
    )


async def password(tx: Tx, nic: str) -> str | None:
    """The hash of an account's password."""
    row = await tx.fetch_one("SELECT hash FROM password WHERE nic = $1", nic)
    return row[0] if row else None


async def attempts(tx: Tx, subject: str) -> Attempts | None:
    """How often it was tried."""
    row = await tx.fetch_one("SELECT count, last FROM attempt WHERE subject = $1", subject)
    return Attempts(row[0], instant(row[1])) if row else None


async def count(tx: Tx, subject: str, tried: Attempts) -> None:
    """Write down an attempt."""
    await tx.execute(
        "INSERT INTO attempt (subject, count, last) VALUES ($1, $2, $3)"
        " ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last",
        subject,
        tried.count,
        micros(tried.last),
    )


async def forget(tx: Tx, subject: str) -> None:
    """Count no more: it succeeded."""
    await tx.execute("DELETE FROM attempt WHERE subject = $1", subject)


async def take_back(tx: Tx, subject: str) -> None:
    """Count one attempt less: it succeeded, which says nothing of the others."""
    await tx.execute("UPDATE attempt SET count = count - 1 WHERE subject = $1", subject)


async def set_link(tx: Tx, nic: str, key_hash: str, expires: datetime) -> None:
    """A link to set the account's password by; one before it is good no more."""
    await tx.execute(
        "INSERT INTO password_link (nic, key_hash, expires) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic) DO UPDATE SET key_hash = excluded.key_hash, expires = excluded.expires",
        nic,
        key_hash,
        micros(expires),
    )


async def use_link(tx: Tx, nic: str, key_hash: str, now: datetime) -> bool:
    """Whether the link is good; it is no more."""
    used = await tx.execute(
        "DELETE FROM password_link WHERE nic = $1 AND key_hash = $2 AND expires > $3", nic, key_hash, micros(now)
    )
    return used > 0
