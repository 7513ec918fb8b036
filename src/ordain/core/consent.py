"""Who has to agree to an owner change: the present owner and the new one (ICANN Transfer Policy, II.C)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.account import Contact

Role = Literal["from", "to"]
LIFE = timedelta(days=14)
"""How long both may take. After that the order is undone, and its money back."""
AWAITED = "Waits for both owners to agree, by the link each was mailed"
REFUSED = "One of the owners did not agree to the change"
TOO_LATE = "The owners did not both agree in time"


class Consent(Struct, frozen=True, kw_only=True):
    """One side of an owner change, and what it said. Only the hash of its token is kept."""

    nic: str
    task_id: int
    role: Role
    email: str
    token_hash: str
    asked: datetime
    answered: datetime | None = None
    granted: bool | None = None


def sides(present: Contact | None, new: Contact | None, account_email: str) -> list[tuple[Role, str]]:
    """Whom to ask, by their addresses, each once.

    Whoever ordered the change agreed by that: their own address is not asked.
    """
    found: dict[str, tuple[Role, str]] = {}
    roles: tuple[tuple[Role, Contact | None], ...] = (("from", present), ("to", new))
    for role, contact in roles:
        email = contact.email.strip() if contact else ""
        if email and email.lower() != account_email.strip().lower():
            found.setdefault(email.lower(), (role, email))
    return list(found.values())


def ends(consents: Sequence[Consent]) -> datetime:
    """When it is too late to answer, for whoever did not: a corrected owner is asked later than the other was."""
    waiting = [consent.asked for consent in consents if consent.granted is None]
    return min(waiting or [consent.asked for consent in consents]) + LIFE


def verdict(consents: Sequence[Consent], now: datetime) -> str | None:
    """`AWAITED`, `REFUSED` or `TOO_LATE`; None if all agreed."""
    if any(consent.granted is False for consent in consents):
        return REFUSED
    if all(consent.granted for consent in consents):
        return None
    return TOO_LATE if now >= ends(consents) else AWAITED
