"""Every entry of the ledger sums to zero, and nothing else can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.ledger import (
    START,
    Entry,
    Posting,
    Purchase,
    chained,
    cost,
    credit,
    dispute,
    payment,
    recovery,
    refund,
    transfers,
)
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


ACCOUNTS = st.sampled_from(["balance:ovhAccount", "funding", "sales:fr", "sales:com", "tax:FR", "clearing:card"])


@given(st.lists(st.tuples(ACCOUNTS, UCENTS), min_size=1, max_size=8))
def test_transfers_say_what_the_lines_say(lines: list[tuple[str, int]]) -> None:
    lines = [*lines, ("vouchers", -sum(amount for _, amount in lines))]
    entry = Entry(1, NOON, "credit", tuple(Posting(account, Money(amount, "EUR")) for account, amount in lines))
    moved: dict[str, int] = {}
    for each in transfers(entry):
        assert each.amount.ucents > 0
        assert each.debited != each.credited
        moved[each.debited] = moved.get(each.debited, 0) - each.amount.ucents
        moved[each.credited] = moved.get(each.credited, 0) + each.amount.ucents
    assert moved == {account: amount for account, amount in sums(entry).items() if amount}


@given(orders(), SOURCES)
def test_a_payment_has_a_transfer_for_each_product_and_the_tax_at_most(order: Order, source: str) -> None:
    products = {item.plan for item in order.items}
    found = transfers(payment(1, NOON, source, order))
    assert len(found) <= len(products) + 1


@given(orders())
def test_a_dispute_and_its_recovery_undo_each_other(order: Order) -> None:
    lost = dispute(1, NOON, "clearing:card", order.order_id, order.price.gross)
    won = recovery(2, NOON, "clearing:card", order.order_id, order.price.gross)
    assert sums(lost)["receivable:dispute"] == -order.price.gross.ucents
    assert set(sums(lost, won).values()) == {0}
    assert (lost.order_id, lost.kind, won.kind) == (7, "dispute", "recovery")


def test_a_cost_is_owed() -> None:
    booked = cost(1, NOON, Purchase(7, 3, "Afnic", Money(460, "EUR")))
    assert sums(booked) == {"cost:Afnic": -460, "payable:Afnic": 460}
    assert (booked.order_id, booked.part) == (7, 3)


@given(st.lists(st.tuples(st.text(), st.integers(), st.none()), min_size=2, unique=True), st.data())
def test_a_chain_ends_elsewhere_if_anything_in_it_is_changed(
    rows: list[tuple[str, int, None]], data: st.DataObject
) -> None:
    def end(of: list[tuple[str, int, None]]) -> bytes:
        digest = START
        for row in of:
            digest = chained(digest, row)
        return digest

    place = data.draw(st.integers(0, len(rows) - 2))
    swapped = [*rows]
    swapped[place], swapped[place + 1] = rows[place + 1], rows[place]
    changed = [*rows]
    changed[place] = (rows[place][0] + "x", *rows[place][1:])
    without = [row for at, row in enumerate(rows) if at != place]
    assert len({end(each) for each in (rows, swapped, changed, without)}) == 4
