"""Vouchers: codes the operator makes, each good once for an amount on the prepaid balance of whoever redeems it."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import Money, payable
from ordain.core.refusal import Refusal, refusal
from ordain.core.session import Limit

if TYPE_CHECKING:
    from collections.abc import Container

LETTERS = 20
"""Of a code, at five bits each (RFC 4648 §6): nobody guesses a hundred bits."""
GROUP = 5
MOST_AT_ONCE = 10_000
ATTEMPTS = Limit(10, timedelta(seconds=5), timedelta(minutes=15), timedelta(hours=24))
"""Codes of an account that were no good: beyond ten, at most four an hour in the end."""
_MISREAD = str.maketrans("018", "OIB", "- ")
"""Digits that no code has, read as the letters they are mistaken for; hyphens and spaces are left out."""


class Voucher(Struct, frozen=True):
    """A voucher as it is kept, without its code."""

    amount: Money
    expires: datetime | None
    redeemed_by: str | None


class Batch(Struct, frozen=True):
    """Vouchers that were made together, and how many of them are which."""

    number: int
    amount: Money
    created: datetime
    expires: datetime | None
    made: int
    redeemed: int

    def left(self, now: datetime) -> int:
        """How many can still be redeemed."""
        return 0 if self.expires and self.expires <= now else self.made - self.redeemed


def code_of(secret: str) -> str:
    """The code made of a secret text, as it is printed: ABCDE-FGHIJ-KLMNO-PQRST."""
    letters = b32encode(hashlib.sha256(secret.encode()).digest()).decode()[:LETTERS]
    return "-".join(letters[at : at + GROUP] for at in range(0, LETTERS, GROUP))


def read(typed: str) -> str:
    """A code however it was typed, as it is hashed."""
    return typed.strip().upper().translate(_MISREAD)


def unfit(amount: Money, count: int, currencies: Container[str]) -> str | None:
    """Why such vouchers cannot be made, in a sentence."""
    if amount.currency not in currencies:
        return f"currency: nobody here pays in {amount.currency}"
    if amount.ucents <= 0 or payable(amount) != amount:
        return f"amount: it is above zero, and can be paid in {amount.currency}"
    if not 1 <= count <= MOST_AT_ONCE:
        return f"count: 1 to {MOST_AT_ONCE} vouchers are made at once"
    return None


def judged(found: Voucher | None, currency: str, now: datetime) -> Voucher | Refusal:
    """The voucher, if it can be redeemed on a balance of this currency."""
    if found is None:
        return Refusal("invalid", "inputCode: this voucher is unknown", "inputCode")
    if found.redeemed_by is not None:
        return Refusal("conflict", "inputCode: this voucher was redeemed already", "inputCode")
    if found.expires and found.expires <= now:
        return Refusal("invalid", "inputCode: this voucher has expired", "inputCode")
    if found.amount.currency != currency:
        text = "inputCode: this voucher is in %(currency)s, your prepaid account in %(currency2)s"
        return refusal("invalid", text, "inputCode", currency=found.amount.currency, currency2=currency)
    return found
