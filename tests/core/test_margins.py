"""Margins: what a purchase price becomes, and that nothing is sold below it unless a rule says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.margins import Margin, chosen, misfit
from ordain.core.money import UNIT, smallest

CURRENCIES = ["EUR", "GBP", "TND", "XOF"]
AMOUNTS = st.integers(0, 10_000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
COSTS = st.integers(1, 10**13)
ENDINGS = st.sampled_from([None, ".99", ".49", "9.00", "9", "99", ".5"])


@given(
    COSTS,
    st.builds(Margin, percent=AMOUNTS, amount=AMOUNTS, minimum=st.none() | AMOUNTS, ending=ENDINGS),
    st.sampled_from(CURRENCIES),
)
def test_no_price_is_below_its_cost_and_each_ends_as_it_should(cost: int, margin: Margin, currency: str) -> None:
    price = margin.price(cost, currency)
    assert price >= cost
    if margin.minimum is not None:
        assert price - cost >= float(margin.minimum) * UNIT - 1
    if margin.ending is None:
        assert price % smallest(currency) == 0
    else:
        assert f"{price / UNIT:.2f}".endswith(f"{float(margin.ending):.2f}".lstrip("0"))
    assert margin.price(cost + UNIT, currency) >= price, "what costs more is not cheaper"


@given(COSTS, st.sampled_from(CURRENCIES))
def test_below_cost_only_where_it_is_said(cost: int, currency: str) -> None:
    assert 0 <= Margin(percent="-50", below_cost=True).price(cost, currency) <= cost + smallest(currency)
    assert Margin(amount="-99999999", below_cost=True).price(cost, currency) == 0


@pytest.mark.parametrize(
    ("margin", "cost", "price"),
    [
        (Margin(), "8.10", "8.10"),
        (Margin(percent="20"), "8.10", "9.72"),
        (Margin(percent="12.5", amount="0.30"), "8.00", "9.30"),
        (Margin(percent="10", minimum="2"), "8.00", "10.00"),
        (Margin(percent="20", ending=".99"), "8.10", "9.99"),
        (Margin(ending=".99"), "8.99", "8.99"),
        (Margin(ending="9.99"), "10.00", "19.99"),
        (Margin(amount="1"), "0", "0"),
        (Margin(percent="-50", below_cost=True), "8.00", "4.00"),
        (Margin(percent="-50", minimum="-1", below_cost=True), "8.00", "7.00"),
    ],
)
def test_margins_by_example(margin: Margin, cost: str, price: str) -> None:
    assert margin.price(round(float(cost) * UNIT), "EUR") == round(float(price) * UNIT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": "much"},
        {"amount": "1,50"},
        {"minimum": ""},
        {"ending": "nine"},
        {"ending": ""},
        {"percent": "-1"},
        {"amount": "-0.01"},
        {"minimum": "-1"},
    ],
)
def test_a_rule_that_means_nothing_or_loses_money_unsaid_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"amount|ending|below cost"):
        Margin(**wrong)  # type: ignore[arg-type]  # they are texts


def test_the_last_rule_that_fits_counts() -> None:
    usual, uk, pounds = Margin(), Margin(extensions=("*.uk", "uk")), Margin(currencies=("GBP",))
    rules = (usual, pounds, uk)
    asked = (("com", "EUR"), ("com", "GBP"), ("co.uk", "GBP"), ("uk", "EUR"))
    assert [chosen(rules, *each) for each in asked] == [usual, pounds, uk, uk]
    assert chosen((uk,), "com", "EUR") is None


def test_an_ending_no_amount_of_a_currency_has_is_told() -> None:
    assert misfit(Margin(ending=".99"), "XOF") == "nothing can cost an amount that ends in .99 XOF"
    assert misfit(Margin(ending=".99"), "EUR") is misfit(Margin(ending="9"), "XOF") is None
