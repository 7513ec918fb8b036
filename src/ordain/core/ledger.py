"""Double entry: every movement of money is an entry whose lines sum to zero.

Customers' balances are `balance:<name>`, what we owe them. Our side are `funding`, `vouchers`,
`sales:<planCode>` and `tax:<country>`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.money import UNIT, Money, smallest, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.order import Order, OrderItem

OVH_ACCOUNT, FIDELITY_ACCOUNT = "ovhAccount", "fidelityAccount"
PREPAID = (OVH_ACCOUNT, FIDELITY_ACCOUNT)
"""The prepaid balances an order can be paid from (billing.ReusablePaymentMeanEnum)."""


Kind = Literal["credit", "payment", "refund", "voucher"]
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


def voucher(entry_id: int, at: datetime, amount: Money) -> Entry:
    """A voucher redeemed: what we give away, onto the prepaid balance."""
    return Entry(entry_id, at, "voucher", (Posting(balance_of(OVH_ACCOUNT), amount), Posting("vouchers", -amount)))


def payment(entry_id: int, at: datetime, source: str, order: Order) -> Entry:
    """An order paid from a ledger account: a balance, or what a payment processor holds for us."""
    return Entry(
        entry_id, at, "payment", (Posting(source, -order.price.gross), *_sold(order, order.items)), order.order_id
    )


def refund(entry_id: int, at: datetime, source: str, order: Order, item: OrderItem) -> Entry:
    """An item's price given back to the ledger account it was paid from."""
    back = (Posting(posting.ledger_account, -posting.amount) for posting in _sold(order, (item,)))
    return Entry(entry_id, at, "refund", (Posting(source, item.price.gross), *back), order.order_id)


def _sold(order: Order, items: Sequence[OrderItem]) -> list[Posting]:
    """What these items brought: sales by product, in the order they first come up, and the tax owed for them."""
    nets: dict[str, Money] = {}
    for item in items:
        of = f"sales:{item.plan}"
        nets[of] = nets[of] + item.price.net if of in nets else item.price.net
    tax = total((item.price.tax for item in items), order.price.gross.currency)
    return [*(Posting(of, net) for of, net in nets.items()), Posting(f"tax:{order.tax_country}", tax)]


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
