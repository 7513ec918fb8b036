"""What is said to a registry and what it answers, whatever the wire (RFC 5731, 8748, 8334)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from ordain.core.money import Money

State = Literal["available", "taken", "reserved"]


class Fees(Struct, frozen=True):
    """A premium name's fees per year at the registry (RFC 8748), before our margin."""

    create: Money
    renew: Money
    transfer: Money


class Availability(Struct, frozen=True):
    """A registry's answer about one name. `reason` says in words why it cannot be had."""

    name: str
    state: State
    reason: str | None = None
    fees: Fees | None = None
    """Only for premium names; others cost what the catalogue says."""
    aftermarket: Literal[0, 1, 2] = 0
    """The number of the platform that sells the name for its present owner; the price is `asking`."""
    asking: Money | None = None
    contexts: tuple[str, ...] = ()
    """Contexts of the extension's rule that this name brings into play: claims, reason, protected_code …"""


class Command(Struct, frozen=True, kw_only=True):
    """Create or transfer a name. `transaction` is the client transaction id, the same at every repetition."""

    transaction: str
    name: str
    years: int
    owner: dict[str, Any]
    name_servers: tuple[str, ...]
    auth_info: str | None = None
    protected_code: str | None = None


class Registration(Struct, frozen=True):
    """A name as its registry holds it. `transaction` is the one that created or transferred it."""

    name: str
    ours: bool
    transaction: str | None
    created: datetime
    expires: datetime
    pending: bool = False
    """Asked for, and not yet decided (RFC 5730 code 1001)."""
    name_servers: tuple[str, ...] = ()


class Done(Struct, frozen=True, tag=True):
    """The registry did it."""

    registration: Registration


class Pending(Struct, frozen=True, tag=True):
    """The registry will decide later: ask again after `seconds`."""

    seconds: int


class Refusal(Struct, frozen=True, tag=True):
    """The registry will not, for this reason. `argument` names what the customer can correct, if anything."""

    reason: str
    argument: str | None = None


class Lost(Struct, frozen=True, tag=True):
    """The name went to somebody else in the meantime."""

    reason: str


Answer = Done | Pending | Refusal | Lost


class NoAnswer(Exception):
    """The registry could not be asked, or its answer was lost: what happened there is unknown."""
