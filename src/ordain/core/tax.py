"""How a sale is taxed: whose tax, at what rate and why; frozen with the order, printed on its bill."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from msgspec import Struct

Treatment = Literal["domestic", "destination", "reverse-charge", "outside"]
"""Taxed where the seller is; where the consumer is; by the customer, who accounts for it; not at all, being outside."""

MILLION = 1_000_000


class Taxation(Struct, frozen=True, kw_only=True):
    """What was decided about the tax of one sale."""

    country: str
    """Whose tax it is (ISO 3166-1): the ledger account is `tax:<country>`."""
    millionths: int
    """The rate: 200000 is 20 %, 99750 is 9.975 %."""
    treatment: Treatment
    vat: str | None = None
    """The customer's VAT number the decision rests on."""
    evidence: int | None = None
    """The stored check of that number, by its id."""

    @property
    def rate(self) -> Fraction:
        """The rate as a fraction: 1/5 for 20 %."""
        return Fraction(self.millionths, MILLION)
