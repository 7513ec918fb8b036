"""What a bill says: the order's own figures whatever was bought, and why it is taxed as it is."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.bill_content import not_electronic
from ordain.core.money import CENT, UNIT, Money
from ordain.core.tax import Taxation
from tests.bills import CONTENTS, DIETER, FRENCH, OUTSIDE, REVERSE, SELLER, URSULA, bill, note, order

if TYPE_CHECKING:
    from ordain.core.order import Order

PRICES = st.lists(
    st.integers(0, 100_000).flatmap(lambda p: st.tuples(st.just(p), st.integers(0, p))), min_size=1, max_size=8
)
RATES = st.sampled_from([0, 50_000, 99_750, 190_000, 200_000, 255_000])


@st.composite
def orders(draw: st.DrawFn) -> Order:
    taxation = structs.replace(FRENCH, millionths=draw(RATES))
    return order(draw(PRICES), taxation=taxation, currency=draw(st.sampled_from(["EUR", "XOF", "TND", "USD"])))


@given(orders())
def test_a_bill_has_the_orders_figures_and_its_lines_add_up(of: Order) -> None:
    billed = bill(of)
    assert billed.price == of.price
    assert sum(line.price.ucents for line in billed.lines) == of.price.net.ucents
    assert {line.domain for line in billed.lines} == {item.shown for item in of.items}


@given(orders())
def test_the_credit_notes_of_all_items_are_the_bill(of: Order) -> None:
    notes = [note(of, item.item_id) for item in of.items]
    for part in ("net", "tax", "gross"):
        assert sum(getattr(each.price, part).ucents for each in notes) == getattr(of.price, part).ucents
    assert [line for each in notes for line in each.lines] == list(bill(of).lines)


def test_a_bill_that_does_not_add_up_cannot_be() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        structs.replace(CONTENTS["french-consumer"], lines=())


def test_lines_at_no_price_that_say_nothing_are_left_out_and_a_promotion_says_of_what_it_is() -> None:
    assert [line.description for line in bill(order()).lines] == [
        "foo1.fr - Zone DNS",
        "foo1.fr - .fr demande d'enregistrement - 12 mois",
        "Black Friday - foo1.fr",
    ]


def test_the_tax_is_explained_where_its_rate_does_not_say_it_all() -> None:
    assert bill(order()).tax_note == ""
    assert "Steuerschuldnerschaft" in CONTENTS["german-business"].tax_note
    assert CONTENTS["swiss-consumer"].tax_note
    assert bill(order(taxation=structs.replace(FRENCH, millionths=0))).tax_note.startswith("Aucune taxe")
    finland = Taxation(country="FI", millionths=255_000, treatment="destination")
    assert bill(order(taxation=finland)).tax_note


def test_a_consumer_is_told_of_the_right_of_withdrawal_and_a_business_is_not() -> None:
    assert "7 décembre 2026" in bill(order()).notes[0]
    assert "compta@noms.example" in bill(order()).notes[0]
    assert bill(order(waived=True)).notes[0].startswith("Vous avez demandé la livraison immédiate")
    business = bill(order(locale="de_DE", taxation=REVERSE, customer=DIETER))
    assert business.notes == (
        "Mit der Bestellung angenommene Verträge: Conditions générales (Version 2026-1).",
        "No discount for early payment.",
    )


def test_a_credit_note_names_the_bill_and_says_the_same_of_everything_else() -> None:
    of = order(((999, 250), (1234, 0)))
    billed, credited = bill(of), note(of, 2)
    assert (credited.kind, credited.corrects, credited.corrected) == ("note", billed.number, billed.issued)
    same = ("language", "locale", "seller", "customer", "taxation", "order_id", "ordered", "mean", "tax_note")
    assert {name: getattr(credited, name) for name in same} == {name: getattr(billed, name) for name in same}
    assert note(of, mean="bankAccount").mean == "ovhAccount"


def test_who_has_no_language_of_ours_is_billed_in_english_with_english_dates() -> None:
    billed = bill(order(locale="pl_PL"))
    assert (billed.language, billed.locale) == ("en", "en_GB")
    assert "7 December 2026" in billed.notes[0]
    assert bill(order(locale="fr_CA")).locale == "fr_CA"


def test_figures_that_en_16931_has_no_place_for_are_known() -> None:
    assert not_electronic(bill(order())) is None
    assert not_electronic(bill(order(currency="TND"))) == "TND has more than two decimals"
    # 300 items of 0.03 at 20 %: 0.01 each, 3.00 in all, where the whole is taxed at 1.80.
    assert "more than a unit" in (not_electronic(bill(order(((3, 0),) * 300))) or "")


@given(orders())
def test_what_is_electronic_keeps_the_standards_tolerance(of: Order) -> None:
    billed = bill(of)
    exact = billed.price.net.ucents * Fraction(billed.taxation.millionths, 1_000_000)
    if not_electronic(billed) is None:
        assert abs(exact - billed.price.tax.ucents) <= UNIT + CENT
        assert billed.price.gross.ucents % CENT == 0


def test_what_is_outside_is_billed_by_the_seller_all_the_same() -> None:
    billed = bill(order(locale="en_GB", taxation=OUTSIDE, customer=URSULA))
    assert (billed.seller, billed.price.tax) == (SELLER, Money(0, "EUR"))
