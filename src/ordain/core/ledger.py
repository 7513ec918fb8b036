"""Double entry: every movement of money is an entry whose lines sum to zero, on accounts of the chart (core/chart).

Amounts are credit-positive: what a customer is owed, what was sold and what is owed in tax are above zero, what the
bank, a processor or a customer owes us is below. `chart.natural` turns them into what accountants print.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from ordain.core.chart import kept
from ordain.core.money import UNIT, Money, smallest, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.order import Order, OrderItem

OVH_ACCOUNT, FIDELITY_ACCOUNT = "ovhAccount", "fidelityAccount"
PREPAID = (OVH_ACCOUNT, FIDELITY_ACCOUNT)
"""The prepaid balances an order can be paid from (billing.ReusablePaymentMeanEnum)."""


Kind = Literal["credit", "payment", "refund", "voucher", "cost", "dispute", "recovery"]
"""What moves money. All but credits and vouchers belong to an order."""


class Posting(Struct, frozen=True):
    """One line: so much more (or less) on a ledger account."""

    ledger_account: str
    amount: Money


class Entry(Struct, frozen=True):
    """A movement of money. Refuses to exist unless it has lines, they sum to zero, and the chart has their accounts."""

    entry_id: int
    at: datetime
    kind: Kind
    postings: tuple[Posting, ...]
    order_id: int | None = None
    part: int = 0
    """What of the order it is about: an item's id for a refund or cost, 0 for the whole. An order has one entry of each
    kind for each of its parts, which the database sees to."""

    def __post_init__(self) -> None:
        if not self.postings:
            message = f"ledger entry {self.entry_id} has no lines"
            raise ValueError(message)
        strange = next((p.ledger_account for p in self.postings if kept(p.ledger_account) is None), None)
        if strange is not None:
            message = f"ledger entry {self.entry_id} uses {strange!r}, which the chart of accounts does not have"
            raise ValueError(message)
        currency = self.postings[0].amount.currency
        if total((p.amount for p in self.postings), currency).ucents:
            message = f"ledger entry {self.entry_id} does not sum to zero"
            raise ValueError(message)


class Purchase(Struct, frozen=True):
    """What an order's item cost at a registry or marketplace."""

    order_id: int
    item_id: int
    supplier: str
    price: Money


class Transfer(Struct, frozen=True):
    """So much from one account to another, at once a debit and a credit: there is none that does not balance."""

    debited: str
    credited: str
    amount: Money


def transfers(entry: Entry) -> list[Transfer]:
    """An entry as it is kept: the same lines, told in pairs. What is nothing is not kept."""
    sums: dict[str, int] = {}
    for posting in entry.postings:
        sums[posting.ledger_account] = sums.get(posting.ledger_account, 0) + posting.amount.ucents
    debits = [(account, -ucents) for account, ucents in sums.items() if ucents < 0]
    credits_ = [(account, ucents) for account, ucents in sums.items() if ucents > 0]
    currency = entry.postings[0].amount.currency
    found: list[Transfer] = []
    while debits:  # and as much is left to credit, for the entry sums to zero
        (debited, owed), (credited, due) = debits.pop(0), credits_.pop(0)
        moved = min(owed, due)
        found.append(Transfer(debited, credited, Money(moved, currency)))
        if owed > moved:
            debits.insert(0, (debited, owed - moved))
        if due > moved:
            credits_.insert(0, (credited, due - moved))
    return found


START = b""
"""What the first link of a chain follows."""


def chained(previous: bytes, row: Sequence[int | str | None]) -> bytes:
    """The digest of a kept row and, through the digest before it, of all that an account's ledger had before."""
    return sha256(previous + msgspec.json.encode(row)).digest()


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
    return Entry(entry_id, at, "refund", (Posting(source, item.price.gross), *back), order.order_id, item.item_id)


def cost(entry_id: int, at: datetime, purchase: Purchase) -> Entry:
    """What a name costs us where it comes from: owed until its bill is settled."""
    lines = (
        Posting(f"cost:{purchase.supplier}", -purchase.price),
        Posting(f"payable:{purchase.supplier}", purchase.price),
    )
    return Entry(entry_id, at, "cost", lines, purchase.order_id, purchase.item_id)


def dispute(entry_id: int, at: datetime, source: str, order_id: int, amount: Money) -> Entry:
    """A charge that was taken back from what a processor holds for us: the customer owes it again."""
    return Entry(entry_id, at, "dispute", (Posting(DISPUTED, -amount), Posting(source, amount)), order_id)


def recovery(entry_id: int, at: datetime, source: str, order_id: int, amount: Money) -> Entry:
    """A dispute that was won: the processor has the money for us again."""
    return Entry(entry_id, at, "recovery", (Posting(source, -amount), Posting(DISPUTED, amount)), order_id)


DISPUTED = "receivable:dispute"


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
