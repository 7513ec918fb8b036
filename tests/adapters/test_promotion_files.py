"""promotions.toml: the shipped one, none at all, and what a wrong one says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordain.adapters.promotion_files import PromotionError, load

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
        (ONE, "either amount or percent"),
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
