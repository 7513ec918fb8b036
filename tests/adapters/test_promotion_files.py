"""promotions.toml: the shipped one, none at all, and what a wrong one says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordain.adapters.promotion_files import PromotionError, check, load
from ordain.core.promotions import Limits, Promotion
from tests.world import market

ROOT = Path(__file__).parents[2]


def test_the_shipped_promotions_are_those_of_the_specification() -> None:
    found = {one.title: (one.extensions, one.amount) for one in load(ROOT / "catalogue" / "promotions.toml")}
    assert found[".COM Create Prix barre"] == (("com",), {"EUR": "2.50"})
    assert found[".FR Create Prix barre"] == (("fr",), {"EUR": "2.00"})


@pytest.mark.parametrize("content", [None, "", "# nothing on offer\n"])
def test_no_file_and_an_empty_one_are_no_promotions(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "promotions.toml"
    if content is not None:
        file.write_text(content)
    assert load(file) == ()


def test_instants_and_percentages_are_read(tmp_path: Path) -> None:
    file = tmp_path / "promotions.toml"
    file.write_text(
        '[[promotion]]\nname = "x"\ntitle = "Soldes été"\nextensions = ["fr"]\npercent = 30\n'
        "begins = 2026-06-24T08:00:00+02:00\nends = 2026-07-21T23:59:59Z\n",
        encoding="utf-8",
    )
    [found] = load(file)
    assert (found.title, found.percent, found.begins) == ("Soldes été", 30, datetime(2026, 6, 24, 6, tzinfo=UTC))


ONE = '[[promotion]]\nname = "x"\ntitle = "X"\nextensions = ["fr"]\n'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[[promotion]", "promotions.toml"),
        (ONE, "either amount or percent or first_year"),
        (ONE + 'first_year = { EUR = "1.001" }\n', "promotion x: first_year in EUR is an amount that can be paid"),
        (ONE + 'first_year = { EUR = "-1" }\n', "promotion x: first_year in EUR"),
        (ONE + 'percent = 5\nfirst_year = { EUR = "1" }\n', "promotion x: give either"),
        (ONE + 'percent = 10\nactions = ["renew"]\n', r"promotion x: .*renew.*actions"),
        (ONE + "percent = 10\nactions = []\n", "promotion x: actions are some of create, transfer, trade"),
        (ONE + 'percent = 10\nactions = ["trade"]\n', "promotion x: actions: trade is for promotions with a code"),
        (ONE + "percent = 10\nperiods = [0]\n", "promotion x: periods are years"),
        (ONE + "percent = 10\nminimum_years = -1\n", "promotion x: minimum_years"),
        (ONE + "percent = 10\nquantity = 0\n", "promotion x: quantity is 1 or more"),
        (ONE + "percent = 10\nper_customer = 0\n", "promotion x: per_customer is 1 or more"),
        (ONE + 'percent = 10\nquantity = "many"\n', r"promotion x: .*`quantity`"),
        (ONE.replace('name = "x"', "") + "percent = 10\n", r"promotion no\. 1: .*name"),
        (2 * (ONE + "percent = 10\nquantity = 5\n"), "promotion x: its uses are counted by its name"),
        (ONE + "percent = 200\n", "between 0 and 100"),
        (ONE + 'percent = "10"\n', "percent"),
        (ONE + "percent = 10\ncolour = 3\n", "colour"),
        (ONE + 'amount = { EUR = "free" }\n', "not an amount"),
        (ONE + "amount = { EUR = 2 }\n", "amount"),
        (ONE + "percent = 10\nbegins = 2026-06-24T08:00:00\n", "time zone"),
        (ONE + "percent = 10\nbegins = 2026-06-24\n", "begins"),
        (ONE.replace('title = "X"\n', "percent = 10\n"), "title"),
        ("[[promotions]]\n", "promotions"),
        (ONE + 'percent = 10\ncode = "lower"\n', "a code is 4 to 32"),
        (ONE + 'percent = 10\ncode = "A-"\n', "a code is 4 to 32"),
        (2 * (ONE + 'percent = 10\ncode = "TWICE"\n'), "more than one promotion has the code TWICE"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_the_place(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "promotions.toml"
    file.write_text(content)
    with pytest.raises(PromotionError, match=why) as raised:
        load(file)
    assert "promotions.toml" in str(raised.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "promotions.toml"
    file.write_bytes(b'[[promotion]]\nname = "\xe9t\xe9"\n')
    with pytest.raises(PromotionError, match=r"promotions\.toml"):
        load(file)


def test_every_entry_that_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "promotions.toml"
    file.write_text(ONE + "percent = 200\n" + ONE.replace('"x"', '"y"') + "percent = 10\nquantity = 0\n")
    with pytest.raises(PromotionError) as raised:
        load(file)
    assert str(raised.value).splitlines() == [
        "promotions.toml: promotion x: percent is between 0 and 100",
        "promotions.toml: promotion y: quantity is 1 or more",
    ]


def test_what_a_promotion_names_has_to_be_there() -> None:
    promotions = (
        Promotion(name="a", title="A", extensions=("fr", "nowhere"), percent=5, subsidiaries=("FR", "XX")),
        Promotion(name="b", title="B", first_year={"EUR": "1.00", "XYZ": "1.00"}, periods=(1, 77)),
    )
    with pytest.raises(PromotionError) as raised:
        check(promotions, market(ROOT / "catalogue").catalogue)
    assert str(raised.value).splitlines() == [
        "promotions.toml: promotion a: extensions: nowhere is not known here",
        "promotions.toml: promotion a: subsidiaries: XX is not known here",
        "promotions.toml: promotion b: first_year: XYZ is not known here",
        "promotions.toml: promotion b: periods: 77 is not known here",
    ]


def test_every_condition_and_benefit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "promotions.toml"
    file.write_text(
        '[[promotion]]\nname = "all"\ntitle = "All"\nactions = ["create", "transfer"]\nperiods = [2, 3]\n'
        'minimum_years = 2\nfirst_order = true\nquantity = 100\nper_customer = 1\nsubsidiaries = ["FR"]\n'
        'first_year = { EUR = "0.99", XOF = "500", TND = "1.999" }\ncode = "ALL-OF-IT"\n'
    )
    [found] = load(file)
    assert (found.extensions, found.periods, found.minimum_years) == ((), (2, 3), 2)
    assert (found.limits, found.benefit) == (Limits(100, 1, first_order=True), "first_year")
