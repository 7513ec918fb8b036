"""What is said to a platform where owners sell their names (aftermarket1, aftermarket2), and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from ordain.core.money import Money

Platform = Literal["aftermarket1", "aftermarket2"]


class Listing(Struct, frozen=True):
    """A name that its owner sells there: for how much, and until when if they said so."""

    name: str
    platform: Platform
    asking: Money
    until: datetime | None = None


class Purchase(Struct, frozen=True, kw_only=True):
    """Buy a name. `transaction` is the same at every repetition."""

    transaction: str
    name: str
    most: Money | None
    """What our customer paid for: the platform refuses rather than charge more."""


class Sale(Struct, frozen=True):
    """A name that was bought by this transaction; `code` lets its registry hand it over."""

    name: str
    transaction: str
    code: str | None
