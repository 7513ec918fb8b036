"""Who works here: the roles an account can be given, and what each may do in the back office."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Right = Literal["orders", "customers", "money", "approve", "catalogue", "brand", "registries", "audit", "staff"]
RIGHTS: tuple[Right, ...] = get_args(Right)

ROLES: dict[str, frozenset[Right]] = {
    "support": frozenset(("orders", "customers", "registries")),
    "finance": frozenset(("orders", "customers", "money", "approve", "audit")),
    "catalogue": frozenset(("catalogue", "brand", "registries")),
    "admin": frozenset(RIGHTS),
}
"""`money`: give refunds and credit. `approve`: allow those of somebody else. `staff`: say who works here."""


class Member(Struct, frozen=True):
    """An account that works here."""

    nichandle: str
    role: str
    since: datetime


def may(role: str, right: Right) -> bool:
    """Whether a role, "" for none, comes with a right."""
    return right in ROLES.get(role, frozenset())
