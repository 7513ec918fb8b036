"""An edit that cannot be is refused with its field and reason, all at once; one that can says what held before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from ordain.adapters import catalogue_files, promotion_files
from ordain.core import edit_read
from ordain.core.brand import Brand
from ordain.core.catalogue import unreached
from ordain.core.edit import (
    BrandChange,
    Change,
    Edit,
    MarginChange,
    PriceChange,
    PromotionChange,
    SaleChange,
    Wish,
    Withdrawal,
)
from ordain.core.edit_check import made
from ordain.core.margins import Margin
from ordain.core.money import UNIT
from ordain.core.offer import Market
from ordain.core.promotions import Promotion
from ordain.core.refusal import Refusal
from ordain.core.schedule import always

FOLDER = Path(__file__).parents[2] / "catalogue"
FILES = Market(
    catalogue_files.load(FOLDER),
    (
        *promotion_files.load(FOLDER / "promotions.toml"),
        Promotion(name="autumn", title="Autumn", percent=5, code="AUTUMN"),
    ),
)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPRING = Promotion(name="spring", title="Spring", percent=10)


def price(
    ucents: int | None = 20 * UNIT, action: Any = "create", currency: str = "EUR", of: str = "com"
) -> PriceChange:
    return PriceChange(of, currency, action, ucents)


def wish(change: Change, **other: Any) -> Wish:
    return Wish(**{"by": "ab1-ordain", "change": change, "reason": "a test", **other})


def done(change: Change, *edits: Edit, files: Market = FILES, **other: Any) -> Edit:
    found = made(files, edits, wish(change, **other), NOW)
    assert isinstance(found, Edit), found
    return found


def refused(change: Change, *edits: Edit, files: Market = FILES, **other: Any) -> list[tuple[str | None, str]]:
    found = made(files, edits, wish(change, **other), NOW)
    assert isinstance(found, list), found
    return [(refusal.field, refusal.message) for refusal in found]


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        (price(of="nowhere"), "extension", "there is no extension .nowhere"),
        (price(of="gov"), "extension", "has no prices in the files"),
        (price(currency="JPY"), "currency", "nobody pays in 'JPY' here"),
        (price(0), "price", "above zero"),
        (price(-UNIT, "trade"), "price", "above zero"),
        (price(None), "price", "is missing"),
        (price(2_000_000 * UNIT), "price", "at most 1000000"),
        (PromotionChange("spring", structs.replace(SPRING, ends=datetime(9999, 1, 1, tzinfo=UTC))), "ends", "and 2200"),
        (PromotionChange("spring", structs.replace(SPRING, title="x" * 101)), "title", "at most 100"),
        (price(UNIT + 1), "price", "a multiple of 0.01 EUR"),
        (price(UNIT // 2, currency="XOF"), "price", "a multiple of 1 XOF"),
        (SaleChange("nowhere", on=True), "extension", "there is no extension"),
        (SaleChange("gov", on=True), "on", "has no prices"),
        (SaleChange("com", on=False, why="x" * 201), "why", "at most 200"),
        (PromotionChange("Spring!", structs.replace(SPRING, name="Spring!")), "name", "is called by at most 63"),
        (PromotionChange("spring", None), "name", "there is no promotion spring"),
        (PromotionChange("other", SPRING), "name", "called spring, not other"),
        (PromotionChange("spring", structs.replace(SPRING, extensions=("x",))), "extensions", "x is not known"),
        (PromotionChange("spring", structs.replace(SPRING, code="AUTUMN")), "code", "another promotion has the code"),
        (MarginChange("cheap", None), "name", "there is no margin cheap"),
        (MarginChange("cheap", Margin(currencies=("XOF",), ending=".99")), "ending", "ends in .99 XOF"),
        (BrandChange(Brand(accent="red")), "accent", "a colour such as"),
        (Withdrawal(7), "number", "there is no edit 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(change: Change, field: str, told: str) -> None:
    [(where, message)] = refused(change)
    assert where == field
    assert told in message


def test_times_and_reasons_are_asked_for() -> None:
    found = refused(price(), reason=" ", begins=NOW - HOUR, ends=NOW - 2 * HOUR)
    assert [field for field, _ in found] == ["reason", "begins", "ends"]
    far = datetime(9999, 12, 31, 23, tzinfo=timezone(-14 * HOUR))
    assert [field for field, _ in refused(price(), begins=far)] == ["begins"]
    assert refused(price(), begins=datetime(2027, 1, 1)) == [  # noqa: DTZ001 - the mistake under test
        ("begins", "begins has no time zone: end it with Z")
    ]


def test_what_has_no_account_at_its_registry_is_not_put_on_sale() -> None:
    files = structs.replace(FILES, catalogue=unreached(FILES.catalogue, ["com"]))
    [(field, told)] = refused(SaleChange("com", on=True), files=files)
    assert field == "on"
    assert "no account at its registry, Verisign" in told


def test_a_transfer_that_is_not_offered_has_no_price() -> None:
    name = next(n for n, e in FILES.catalogue.extensions.items() if e.prices and not e.transfer.offered)
    assert [field for field, _ in refused(price(action="transfer", of=name))] == ["action"]


def test_an_edit_says_what_held_before() -> None:
    first = done(price(), begins=NOW + HOUR)
    assert first.before == price(FILES.catalogue.prices("com", "EUR", NOW).create)
    assert done(price(30 * UNIT), first, begins=NOW + 2 * HOUR).before == price()
    assert done(SaleChange("com", on=False)).before == SaleChange("com", on=True)
    assert done(PromotionChange("spring", SPRING)).before is None
    cheap = done(MarginChange("cheap", Margin(percent="5")))
    assert done(MarginChange("cheap", None), cheap, begins=NOW + HOUR).before == cheap.change
    assert done(BrandChange(Brand(name="Muster"))).before == BrandChange(Brand())


def test_no_two_edits_of_one_subject_begin_together() -> None:
    first = done(price(), begins=NOW + HOUR)
    [(field, told)] = refused(price(30 * UNIT), first, begins=NOW + HOUR)
    assert (field, told) == ("begins", "edit 1 of the same begins at this instant: withdraw it first")
    away = done(Withdrawal(1), first)
    assert done(price(30 * UNIT), first, away, begins=NOW + HOUR).number == 3


def test_what_has_begun_is_not_withdrawn_and_nothing_twice() -> None:
    begun, coming = done(price()), structs.replace(done(price(), begins=NOW + HOUR), number=2)
    assert refused(Withdrawal(1), begun, coming)[0][1] == "edit 1 has begun: make another one that ends it"
    away = done(Withdrawal(2), begun, coming)
    assert refused(Withdrawal(2), begun, coming, away)[0][1] == "there is no edit 2 that counts"


def test_who_has_not_seen_what_another_edited_is_told() -> None:
    first = done(price(), begins=NOW + HOUR, reason="the registry asks more")
    told = "meanwhile ab1-ordain edited this (the registry asks more): look at it again, and decide anew"
    assert refused(SaleChange("com", on=False), first, seen=0) == [(None, told)]
    assert done(SaleChange("com", on=False), first, seen=1).number == 2
    assert done(SaleChange("fr", on=False), first, seen=0).number == 2
    away = done(Withdrawal(1), first)
    assert refused(Withdrawal(1), first, away, seen=1) != []


def test_a_price_before_the_first_there_is_would_be_nothing() -> None:
    com = FILES.catalogue.extensions["com"]
    later = structs.replace(
        com, prices={c: structs.replace(of, entries=((NOW + 5 * HOUR, of.entries[0][1]),)) for c, of in
                     [("EUR", com.prices["EUR"])]}
    )  # fmt: skip
    files = structs.replace(
        FILES, catalogue=structs.replace(FILES.catalogue, extensions={**FILES.catalogue.extensions, "com": later})
    )
    assert ("begins", f"begins: .com has no prices before {(NOW + 5 * HOUR).isoformat()}") in refused(
        price(), files=files
    )


@pytest.mark.parametrize(
    ("entries", "field", "told"),
    [
        ({"name": "x", "title": "X"}, "amount", "give either amount or percent or first_year"),
        ({"name": "x", "title": "X", "percent": 200}, "percent", "percent is between 0 and 100"),
        ({"name": "x", "title": "X", "percent": 5, "code": "a"}, "code", "a code is 4 to 32"),
        ({"name": "x", "title": "X", "percent": "5"}, "percent", "Expected `int`"),
        ({"name": "x", "title": "X", "amount": {"EUR": "2,50"}}, None, "is not an amount"),
        ({"name": "x", "title": "X", "percent": 5, "actions": ["trade"]}, "actions", "for promotions with a code"),
    ],
)
def test_a_promotion_is_read_or_told(entries: dict[str, Any], field: str | None, told: str) -> None:
    found = edit_read.promotion(entries)
    assert isinstance(found, Refusal)
    assert found.field == field
    assert told in found.message


def test_a_margin_is_read_or_told() -> None:
    assert edit_read.margin({"percent": "12.5", "extensions": ["*.uk"]}) == Margin(percent="12.5", extensions=("*.uk",))
    found = edit_read.margin({"percent": "-5"})
    assert isinstance(found, Refusal)
    assert (found.field, found.message) == ("percent", "what is negative sells below cost: say `below_cost = true`")


def test_margins_of_files_are_not_counted_as_named_ones() -> None:
    files = structs.replace(FILES, margins=always((Margin(percent="20"),)))
    assert done(MarginChange("cheap", Margin(percent="5")), files=files).before is None
