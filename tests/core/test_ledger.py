"""Every entry of the ledger sums to zero, and nothing else can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.ledger import Entry, Posting, balance_of, credit, payment, refund
from ordain.core.money import Money, TaxedPrice
from tests.world import NOON

UCENTS = st.integers(-(10**15), 10**15)
CURRENCIES = st.sampled_from(["EUR", "XOF", "TND"])
BALANCES = st.sampled_from(["ovhAccount", "fidelityAccount"])


@st.composite
def prices(draw: st.DrawFn) -> TaxedPrice:
    currency = draw(CURRENCIES)
    net, tax = Money(draw(UCENTS), currency), Money(draw(UCENTS), currency)
    return TaxedPrice(net, tax, net + tax)


def sums(entry: Entry) -> dict[str, int]:
    found: dict[str, int] = {}
    for posting in entry.postings:
        found[posting.ledger_account] = found.get(posting.ledger_account, 0) + posting.amount.ucents
    return found


@given(prices(), BALANCES)
def test_a_payment_sums_to_zero_and_its_refund_undoes_it(price: TaxedPrice, balance: str) -> None:
    paid, back = payment(1, NOON, balance, price, 7), refund(2, NOON, balance, price, 7)
    assert sum(sums(paid).values()) == sum(sums(back).values()) == 0
    assert sums(paid)[balance_of(balance)] == -price.gross.ucents
    assert {account: -amount for account, amount in sums(paid).items()} == sums(back)
    assert (paid.kind, back.kind, paid.order_id) == ("payment", "refund", 7)


@given(UCENTS, CURRENCIES, BALANCES)
def test_a_credit_sums_to_zero(ucents: int, currency: str, balance: str) -> None:
    entry = credit(1, NOON, balance, Money(ucents, currency))
    assert sums(entry) == {f"balance:{balance}": ucents, "funding": -ucents}


@given(st.lists(UCENTS, min_size=1, max_size=5), UCENTS.filter(bool))
def test_an_entry_that_does_not_sum_to_zero_cannot_exist(amounts: list[int], off: int) -> None:
    even = [*amounts, -sum(amounts)]
    written = Entry(1, NOON, "credit", tuple(Posting("a", Money(amount, "EUR")) for amount in even))
    assert len(written.postings) == len(even)
    with pytest.raises(ValueError, match="does not sum to zero"):
        Entry(1, NOON, "credit", (*written.postings, Posting("b", Money(off, "EUR"))))


def test_an_entry_is_in_one_currency_and_not_empty() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Entry(1, NOON, "credit", (Posting("a", Money(1, "EUR")), Posting("b", Money(-1, "USD"))))
    with pytest.raises(ValueError, match="no lines"):
        Entry(1, NOON, "credit", ())
