"""Mails written to accounts: kept for good, and worked off as an outbox where there is a mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.mail import Mail
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

_COLUMNS = "nic, mail_id, order_id, written, recipient, subject, body, status, attempts, try_at, elsewhere"


async def add(tx: Tx, mail: Mail) -> None:
    """A new mail."""
    await tx.execute(
        f"INSERT INTO mail ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        mail.nic,
        mail.mail_id,
        mail.order_id,
        micros(mail.at),
        mail.recipient,
        mail.subject,
        mail.body,
        mail.status,
        mail.attempts,
        maybe_micros(mail.try_at),
        int(mail.elsewhere),
    )


async def last_id(tx: Tx, nic: str) -> int:
    """The largest id of an account's mails, 0 if it has none."""
    row = await tx.fetch_one("SELECT mail_id FROM mail WHERE nic = $1 ORDER BY mail_id DESC LIMIT 1", nic)
    return int(row[0]) if row else 0


async def ids(tx: Tx, nic: str) -> list[int]:
    """The ids of the account's mails, the oldest first."""
    sql = "SELECT mail_id FROM mail WHERE nic = $1 AND elsewhere = 0 ORDER BY mail_id"
    return [row[0] for row in await tx.fetch(sql, nic)]


async def load(tx: Tx, nic: str, mail_id: int) -> Mail | None:
    """One of the account's mails."""
    row = await tx.fetch_one(
        f"SELECT {_COLUMNS} FROM mail WHERE nic = $1 AND mail_id = $2 AND elsewhere = 0", nic, mail_id
    )
    return _mail(row) if row else None


async def of_order(tx: Tx, nic: str, order_id: int) -> list[Mail]:
    """The mails written about an order."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM mail WHERE nic = $1 AND order_id = $2 ORDER BY written, mail_id", nic, order_id
    )
    return [_mail(row) for row in rows]


async def due(tx: Tx, now: datetime, most: int) -> list[Mail]:
    """Mails to be sent, the longest waiting first; among them those whose sender's lease ended."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM mail WHERE status = 'unsent' AND try_at <= $1 ORDER BY try_at LIMIT $2",
        micros(now),
        most,
    )
    return [_mail(row) for row in rows]


async def save(tx: Tx, mail: Mail, attempts: int) -> bool:
    """A mail that was taken up, sent or put back; False if somebody else did since it had so many attempts."""
    saved = await tx.execute(
        "UPDATE mail SET status = $3, attempts = $4, try_at = $5"
        " WHERE nic = $1 AND mail_id = $2 AND status = 'unsent' AND attempts = $6",
        mail.nic,
        mail.mail_id,
        mail.status,
        mail.attempts,
        maybe_micros(mail.try_at),
        attempts,
    )
    return saved == 1


def _mail(row: Row) -> Mail:
    nic, number, order, at, to, subject, body, status, attempts, try_at, elsewhere = row
    return Mail(
        nic=nic,
        mail_id=number,
        order_id=order,
        at=instant(at),
        recipient=to,
        subject=subject,
        body=body,
        status=status,
        attempts=attempts,
        try_at=maybe_instant(try_at),
        elsewhere=bool(elsewhere),
    )
