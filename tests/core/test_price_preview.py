"""What a price would mean: net and tax as a cart has them, what is earned, and prices as time goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import catalogue_files
from ordain.core.costs import Wholesale
from ordain.core.edit import Edit, PriceChange, SaleChange, Wish
from ordain.core.edit_check import made
from ordain.core.edited import edited
from ordain.core.margins import Margin
from ordain.core.money import UNIT, Money
from ordain.core.offer import Market
from ordain.core.price_preview import from_purchase, listed, previews, timeline
from ordain.core.promotions import Promotion
from ordain.core.schedule import always

FOLDER = Path(__file__).parents[2] / "catalogue"
CENT = UNIT // 100
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HALF = Promotion(name="half", title="Half off", percent=50, extensions=("com",))
FILES = Market(
    catalogue_files.load(FOLDER),
    (HALF,),
    costs=(Wholesale(extensions=("com",), currency="USD", create="8.00"),),
    margins=always((Margin(percent="20", ending=".99"), Margin(currencies=("XOF",), ending="9"))),
)


def edit(ucents: int, *edits: Edit, **other: Any) -> Edit:
    action, currency = other.pop("action", "create"), other.pop("currency", "EUR")
    wish = Wish(by="x", change=PriceChange("com", currency, action, ucents), reason="r", **other)
    found = made(FILES, edits, wish, NOW)
    assert isinstance(found, Edit), found
    return found


def test_each_subsidiary_of_the_currency_is_told_its_own_tax() -> None:
    found = {each.subsidiary: each for each in previews(FILES, (), edit(20 * UNIT))}
    assert {each.currency for code, each in FILES.catalogue.subsidiaries.items() if code in found} == {"EUR"}
    french = found["FR"]
    assert (french.before, french.price) == (Money(999 * CENT, "EUR"), Money(20 * UNIT, "EUR"))
    assert (french.promotion, french.discount) == ("Half off", Money(10 * UNIT, "EUR"))
    assert (french.paid.net.ucents, french.paid.tax.ucents) == (10 * UNIT, 2 * UNIT)
    assert french.cost is not None
    assert french.earned == french.paid.net - french.cost
    assert found["DE"].paid.tax.ucents == 190 * CENT


def test_what_sells_below_cost_and_what_is_not_known_is_told() -> None:
    assert all(each.below_cost for each in previews(FILES, (), edit(8 * UNIT)))
    assert not any(each.below_cost for each in previews(FILES, (), edit(40 * UNIT)))
    restored = previews(FILES, (), edit(90 * UNIT, action="restore"))
    assert {(each.cost, each.earned, each.below_cost) for each in restored} == {(None, None, False)}
    assert {each.discount.ucents for each in restored} == {0}


@given(st.integers(1, 100_000), st.sampled_from(["EUR", "GBP", "XOF", "TND"]))
def test_net_and_tax_add_up_in_every_currency(units: int, currency: str) -> None:
    for each in previews(FILES, (), edit(units * UNIT, currency=currency)):
        assert each.paid.net + each.paid.tax == each.paid.gross
        assert each.paid.net == each.price - each.discount


def test_a_purchase_price_is_raised_by_the_margin_in_force() -> None:
    change = PriceChange("com", "EUR", "create", None)
    assert from_purchase(FILES, change, 10 * UNIT, NOW) == 1299 * CENT
    assert from_purchase(structs.replace(FILES, margins=always(())), change, UNIT, NOW) == (
        "no margin is set for .com in EUR"
    )
    wrong = structs.replace(FILES, margins=always((Margin(ending=".99"),)))
    assert "ends in .99 XOF" in str(from_purchase(wrong, structs.replace(change, currency="XOF"), UNIT, NOW))


def test_prices_are_told_as_time_goes_by() -> None:
    first = edit(12 * UNIT)
    second = edit(8 * UNIT, first, begins=NOW + HOUR, ends=NOW + 2 * HOUR)
    edits = (first, second)
    com = edited(FILES, edits).catalogue.extensions["com"]
    found = [each for each in timeline(com, "EUR", edits, NOW + HOUR) if each.action == "create"]
    assert [(each.price, each.state, each.edit and each.edit.number) for each in found] == [
        (999 * CENT, "past", None),
        (12 * UNIT, "past", 1),
        (8 * UNIT, "now", 2),
        (12 * UNIT, "to come", 1),
    ]
    assert timeline(FILES.catalogue.extensions["gov"], "EUR", (), NOW) == []


def test_extensions_are_found_by_text_and_by_being_on_sale() -> None:
    off = made(FILES, (), Wish(by="x", change=SaleChange("com", on=False), reason="r"), NOW)
    assert isinstance(off, Edit)
    catalogue = edited(FILES, [off]).catalogue
    assert "com" in {each.name for each in listed(catalogue, " .COM ", "off", NOW)}
    assert "com" not in {each.name for each in listed(catalogue, "", "on", NOW)}
    assert len(listed(catalogue, "", "any", NOW)) == len(catalogue.extensions)
