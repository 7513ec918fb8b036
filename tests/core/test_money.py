"""Rounding, reading and writing of amounts, and prices that must add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.money import (
    CENT,
    UNIT,
    Money,
    TaxedPrice,
    decimal_text,
    parse_amount,
    part_of,
    payable,
    round_to,
    smallest,
    total,
    zero,
)

UCENTS = st.integers(-(10**18), 10**18)
STEPS = st.sampled_from([1, UNIT // 1000, CENT, UNIT])
CURRENCIES = st.sampled_from(["EUR", "XOF", "TND", "GBP", "points"])
AMOUNTS = st.builds(Money, UCENTS, CURRENCIES)


@given(UCENTS | st.fractions(), STEPS)
def test_rounding_gives_the_nearest_multiple(amount: int | Fraction, step: int) -> None:
    rounded = round_to(amount, step)
    assert rounded % step == 0
    assert 2 * abs(Fraction(amount) - rounded) <= step


@given(UCENTS | st.fractions(), STEPS)
def test_rounding_a_refund_mirrors_its_charge(amount: int | Fraction, step: int) -> None:
    assert round_to(-amount, step) == -round_to(amount, step)


@given(UCENTS, st.fractions(0, 2), STEPS)
def test_a_part_is_rounded_as_the_product_is(amount: int, rate: Fraction, step: int) -> None:
    assert part_of(amount, rate, step) == round_to(amount * rate, step)


@given(st.integers(0, 10**12), STEPS.filter(lambda step: step > 1))
def test_halves_go_away_from_zero(whole: int, step: int) -> None:
    half = whole * step + Fraction(step, 2)
    assert round_to(half, step) == (whole + 1) * step
    assert round_to(-half, step) == -(whole + 1) * step


@given(UCENTS, STEPS)
def test_rounding_twice_changes_nothing(amount: int, step: int) -> None:
    once = round_to(amount, step)
    assert round_to(once, step) == once


@pytest.mark.parametrize(
    ("amount", "step", "rounded"),
    [
        (149_800_000, CENT, 150_000_000),  # 20 % of 7.49
        (1_500_000, CENT, 2_000_000),
        (-1_500_000, CENT, -2_000_000),
        (1_499_999, CENT, 1_000_000),
        (499_999, CENT, 0),
        (-499_999, CENT, 0),
        (Fraction(1, 2), 1, 1),
        (Fraction(-1, 2), 1, -1),
        (Fraction(1, 3), 1, 0),
        (0, UNIT, 0),
    ],
)
def test_rounding_by_example(amount: int | Fraction, step: int, rounded: int) -> None:
    assert round_to(amount, step) == rounded


@pytest.mark.parametrize(
    ("currency", "step"), [("EUR", CENT), ("XOF", UNIT), ("TND", UNIT // 1000), ("points", UNIT), ("???", CENT)]
)
def test_each_currency_has_its_smallest_coin(currency: str, step: int) -> None:
    assert smallest(currency) == step
    assert payable(Money(step // 2, currency)) == Money(step, currency)
    assert payable(Money(step // 2 - 1, currency)) == zero(currency)


@given(AMOUNTS)
def test_what_is_written_can_be_read_again(amount: Money) -> None:
    assert parse_amount(decimal_text(amount)) == payable(amount).ucents


@given(AMOUNTS)
def test_only_what_is_less_than_nothing_is_written_with_a_sign(amount: Money) -> None:
    assert decimal_text(amount).startswith("-") is (payable(amount).ucents < 0)


@pytest.mark.parametrize(
    ("ucents", "currency", "text"),
    [
        (699_000_000, "EUR", "6.99"),
        (-250_000_000, "EUR", "-2.50"),
        (0, "EUR", "0.00"),
        (-400_000, "EUR", "0.00"),
        (5_000_000, "EUR", "0.05"),
        (70_000_000_000, "XOF", "700"),
        (-70_050_000_000, "XOF", "-701"),
        (1_234_500_000, "TND", "12.345"),
        (123_456_700_000_000, "EUR", "1234567.00"),
    ],
)
def test_amounts_are_written_as_people_write_them(ucents: int, currency: str, text: str) -> None:
    assert decimal_text(Money(ucents, currency)) == text


@pytest.mark.parametrize(
    ("text", "ucents"),
    [
        ("6.99", 699_000_000),
        ("0", 0),
        ("-2.5", -250_000_000),
        ("0.00000001", 1),
        ("1000000", 10**14),
        ("007.10", 71 * 10**7),
    ],
)
def test_decimal_texts_are_read(text: str, ucents: int) -> None:
    assert parse_amount(text) == ucents


@pytest.mark.parametrize(
    "text",
    ["", "x", "6,99", "0.000000001", "sNaN", "Infinity", "1e999999999", "1e3", "1_000", "\u0663", "6.99 €", ".", "-",
     "100000000000000000000.000000001"],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        parse_amount(text)


@given(AMOUNTS, AMOUNTS, st.integers(-1000, 1000))
def test_arithmetic_is_that_of_whole_numbers_within_a_currency(one: Money, other: Money, times: int) -> None:
    same = Money(other.ucents, one.currency)
    assert (one + same).ucents == one.ucents + other.ucents
    assert one - same == -(same - one)
    assert (one * times).ucents == one.ucents * times
    assert total([one, same], one.currency) == one + same


def test_the_sum_of_nothing_is_zero_of_its_currency() -> None:
    assert total([], "XOF") == zero("XOF") == Money(0, "XOF")


def test_currencies_do_not_mix() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")
    with pytest.raises(ValueError, match="EUR and USD do not mix"):
        euro + dollar
    with pytest.raises(ValueError, match="EUR and USD do not mix"):
        euro - dollar
    with pytest.raises(ValueError, match="USD and EUR do not mix"):
        total([euro, dollar], "EUR")


@given(UCENTS, UCENTS, UCENTS)
def test_a_price_that_does_not_add_up_cannot_exist(net: int, tax: int, off: int) -> None:
    parts = Money(net, "EUR"), Money(tax, "EUR")
    assert TaxedPrice(*parts, Money(net + tax, "EUR")).gross.ucents == net + tax
    if off:
        with pytest.raises(ValueError, match="is not"):
            TaxedPrice(*parts, Money(net + tax + off, "EUR"))


def test_a_price_in_two_currencies_cannot_exist() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        TaxedPrice(Money(1, "EUR"), Money(1, "USD"), Money(2, "EUR"))
    with pytest.raises(ValueError, match="is not"):
        TaxedPrice(Money(1, "EUR"), Money(1, "EUR"), Money(2, "USD"))
