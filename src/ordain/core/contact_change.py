"""A change of a service's contacts: another account takes a part, once both accounts concerned agree."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

LIFE = timedelta(days=7)
"""How long the accounts have to answer."""
OPEN = "validatingByCustomers"


class Party(Struct, frozen=True, kw_only=True):
    """One of the two accounts concerned: `role` is "from" or "to". Their token is kept hashed."""

    nic: str
    role: str
    token_hash: str
    accepted: datetime | None = None


class ContactChange(Struct, frozen=True, kw_only=True):
    """nichandle.contactChange.Task. `nic` asked for it and holds the service."""

    nic: str
    change_id: int
    service: str
    types: tuple[str, ...]
    """contactAdmin, contactTech."""
    from_nic: str
    to_nic: str
    asked: datetime
    state: str = OPEN
    done_at: datetime | None = None


def state(change: ContactChange, now: datetime) -> str:
    """nichandle.changeContact.TaskStateEnum: an open one expires by itself."""
    return "expired" if change.state == OPEN and now >= change.asked + LIFE else change.state
