"""Every entry of the ledger sums to zero, and nothing else can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.ledger import Entry, Posting, credit, payment, refund
from ordain.core.money import Money, TaxedPrice
from tests.sold import sold
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.order import Order

UCENTS = st.integers(-(10**15), 10**15)
CURRENCIES = st.sampled_from(["EUR", "XOF", "TND"])
SOURCES = st.sampled_from(["balance:ovhAccount", "balance:fidelityAccount", "clearing:card"])
BALANCES = st.sampled_from(["ovhAccount", "fidelityAccount"])


@st.composite
def prices(draw: st.DrawFn, currency: str) -> TaxedPrice:
    net, tax = Money(draw(UCENTS), currency), Money(draw(UCENTS), currency)
    return TaxedPrice(net, tax, net + tax)


def sums(*entries: Entry) -> dict[str, int]:
    found: dict[str, int] = {}
    for posting in (posting for entry in entries for posting in entry.postings):
        found[posting.ledger_account] = found.get(posting.ledger_account, 0) + posting.amount.ucents
    return found


@st.composite
def orders(draw: st.DrawFn) -> Order:
    currency = draw(CURRENCIES)
    found = draw(st.lists(prices(currency), min_size=1, max_size=5))
    return sold(*found)


@given(orders(), SOURCES)
def test_a_payment_sums_to_zero_and_the_refunds_of_all_its_items_undo_it(order: Order, source: str) -> None:
    paid = payment(1, NOON, source, order)
    backs = [refund(2 + item.item_id, NOON, source, order, item) for item in order.items]
    assert sums(paid)[source] == -order.price.gross.ucents
    assert sums(paid)["tax:FR"] == order.price.tax.ucents
    assert {name: -amount for name, amount in sums(paid).items()} == sums(*backs)
    assert {(e.kind, e.order_id) for e in (paid, *backs)} == {("payment", 7), ("refund", 7)}


def test_sales_are_kept_by_product() -> None:
    price = TaxedPrice(Money(100, "EUR"), Money(20, "EUR"), Money(120, "EUR"))
    paid = payment(1, NOON, "balance:ovhAccount", sold(price, price, price, price))
    assert sums(paid) == {
        "balance:ovhAccount": -480,
        "sales:fr": 200,
        "sales:com": 100,
        "sales:berlin": 100,
        "tax:FR": 80,
    }


@given(UCENTS, CURRENCIES, BALANCES)
def test_a_credit_sums_to_zero(ucents: int, currency: str, balance: str) -> None:
    entry = credit(1, NOON, balance, Money(ucents, currency))
    assert sums(entry) == {f"balance:{balance}": ucents, "funding": -ucents}


@given(st.lists(UCENTS, min_size=1, max_size=5), UCENTS.filter(bool))
def test_an_entry_that_does_not_sum_to_zero_cannot_exist(amounts: list[int], off: int) -> None:
    even = [*amounts, -sum(amounts)]
    written = Entry(1, NOON, "credit", tuple(Posting("funding", Money(amount, "EUR")) for amount in even))
    assert len(written.postings) == len(even)
    with pytest.raises(ValueError, match="does not sum to zero"):
        Entry(1, NOON, "credit", (*written.postings, Posting("vouchers", Money(off, "EUR"))))


def test_an_entry_is_in_one_currency_and_not_empty() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Entry(1, NOON, "credit", (Posting("vouchers", Money(1, "EUR")), Posting("funding", Money(-1, "USD"))))
    with pytest.raises(ValueError, match="no lines"):
        Entry(1, NOON, "credit", ())
