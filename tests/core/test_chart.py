"""The chart of accounts: what is an account, and which way it grows."""

from __future__ import annotations

import pytest

from ordain.core.chart import CHART, NATURES, kept, natural
from ordain.core.ledger import Entry, Posting
from ordain.core.money import Money
from tests.world import NOON


@pytest.mark.parametrize(
    "account", ["balance:ovhAccount", "funding", "vouchers", "sales:co.uk", "tax:FR", "cost:Afnic"]
)
def test_accounts_of_the_chart_are_known(account: str) -> None:
    found = kept(account)
    assert found is not None
    assert account.startswith(found.name)


@pytest.mark.parametrize("account", ["", "balance", "balance:", "funding:bank", "vouchersX", "sale:fr", "Tax:FR"])
def test_any_other_is_refused(account: str) -> None:
    assert kept(account) is None
    lines = (Posting(account, Money(1, "EUR")), Posting("funding", Money(-1, "EUR")))
    with pytest.raises(ValueError, match="the chart of accounts does not have"):
        Entry(1, NOON, "credit", lines)


def test_assets_and_expenses_grow_by_debits() -> None:
    assert {nature: natural(nature, -5) for nature in NATURES} == {
        "asset": 5, "liability": -5, "income": -5, "expense": 5
    }  # fmt: skip


def test_no_account_belongs_to_two_rows() -> None:
    names = [row.name for row in CHART]
    assert [(a, b) for a in names for b in names if a != b and a.startswith(b)] == []
