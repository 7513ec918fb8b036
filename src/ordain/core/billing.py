"""Bills of what was paid and credit notes of what was given back: figures of the order, numbers of a series."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.order import Order, OrderItem, Payment, Refund

if TYPE_CHECKING:
    from ordain.core.order import OrderLine


Category = Literal["autorenew", "earlyrenewal", "purchase-web"]


def category(order: Order) -> Category:
    """What kind of order it is (billing.CategoryEnum)."""
    if not order.keeps:
        return "purchase-web"
    return "autorenew" if order.automatic else "earlyrenewal"


class Bill(Struct, frozen=True):
    """An order that was paid, billed."""

    bill_id: str
    issued: datetime
    order: Order
    payment: Payment


class CreditNote(Struct, frozen=True):
    """An item whose money was given back, with the bill it was on."""

    note_id: str
    issued: datetime
    order: Order
    refund: Refund
    payment: Payment
    bill_id: str

    @property
    def item(self) -> OrderItem:
        """What was given back."""
        return next(item for item in self.order.items if item.item_id == self.refund.item_id)

    @property
    def lines(self) -> list[OrderLine]:
        """The order's lines that were given back."""
        return [line for line in self.order.lines if line.item_id == self.refund.item_id]


BILLS, NOTES = "", "R"
"""What numbers begin with, before the seller's prefix: bills and credit notes are two series."""


def series(kind: str, prefix: str, now: datetime) -> str:
    """The series a number given now belongs to: each seller's starts anew with each year (UTC)."""
    return f"{kind}{prefix}{now.year}"


def number(name: str, place: int) -> str:
    """A number of a series: 2026-000001, DE2026-000001, RDE2026-000001."""
    return f"{name}-{place:06d}"


def url(public_url: str, order: Order, number: str) -> str:
    """The PDF of an order's bill or credit note, for whoever has this link."""
    return f"{public_url}/bill/{number}.pdf?orderPassword={order.password}"
