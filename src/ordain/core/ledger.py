"""Double entry: every movement of money is an entry whose lines sum to zero.

Customers' balances are `balance:<name>`, what we owe them; `funding`, `sales` and `tax` are our side.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.money import UNIT, Money, smallest, total

if TYPE_CHECKING:
    from ordain.core.money import TaxedPrice

OVH_ACCOUNT, FIDELITY_ACCOUNT = "ovhAccount", "fidelityAccount"
PREPAID = (OVH_ACCOUNT, FIDELITY_ACCOUNT)
"""The prepaid balances an order can be paid from (billing.ReusablePaymentMeanEnum)."""


Kind = Literal["credit", "payment", "refund"]
"""What moves money."""


class Posting(Struct, frozen=True):
    """One line: so much more (or less) on a ledger account."""

    ledger_account: str
    amount: Money


class Entry(Struct, frozen=True):
    """A movement of money. Refuses to exist unless it has lines and they sum to zero."""

    entry_id: int
    at: datetime
    kind: Kind
    postings: tuple[Posting, ...]
    order_id: int | None = None

    def __post_init__(self) -> None:
        if not self.postings:
            message = f"ledger entry {self.entry_id} has no lines"
            raise ValueError(message)
        currency = self.postings[0].amount.currency
        if total((p.amount for p in self.postings), currency).ucents:
            message = f"ledger entry {self.entry_id} does not sum to zero"
            raise ValueError(message)


def balance_of(name: str) -> str:
    """The ledger account behind a customer's balance."""
    return f"balance:{name}"


def credit(entry_id: int, at: datetime, balance: str, amount: Money) -> Entry:
    """Money that came in from outside onto a customer's balance."""
    return Entry(entry_id, at, "credit", (Posting(balance_of(balance), amount), Posting("funding", -amount)))


def payment(entry_id: int, at: datetime, balance: str, price: TaxedPrice, order_id: int) -> Entry:
    """An order paid from a balance."""
    postings = (
        Posting(balance_of(balance), -price.gross),
        Posting("sales", price.net),
        Posting("tax", price.tax),
    )
    return Entry(entry_id, at, "payment", postings, order_id)


def refund(entry_id: int, at: datetime, balance: str, price: TaxedPrice, order_id: int) -> Entry:
    """An item's price given back to the balance it was paid from."""
    postings = (
        Posting(balance_of(balance), price.gross),
        Posting("sales", -price.net),
        Posting("tax", -price.tax),
    )
    return Entry(entry_id, at, "refund", postings, order_id)


class Balance(Struct, frozen=True):
    """A customer's prepaid balance."""

    name: str
    amount: Money
    opened: datetime
    updated: datetime
    threshold: int | None = None
    """Below this its owner wants to be told: points, or whole units of the prepaid account's currency."""
    description: str | None = None
    """What its owner calls it."""

    def fell_low(self, taken: Money) -> bool:
        """Whether taking so much has brought it below its threshold."""
        if self.threshold is None:
            return False
        unit = smallest(self.amount.currency) if self.name == FIDELITY_ACCOUNT else UNIT
        return self.amount.ucents < self.threshold * unit <= (self.amount + taken).ucents


class Movement(Struct, frozen=True):
    """What an entry did to one balance, and what that held afterwards."""

    movement_id: int
    at: datetime
    kind: Kind
    amount: Money
    held: Money
    order_id: int | None

    @property
    def before(self) -> Money:
        """What the balance held before."""
        return self.held - self.amount


def points(amount: Money) -> int:
    """An amount of the fidelity account in points: a point is the smallest amount its currency can pay."""
    return amount.ucents // smallest(amount.currency)
