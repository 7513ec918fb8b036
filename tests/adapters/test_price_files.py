"""Prices from a table: what becomes of the files, and that one wrong line keeps all of them as they are."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ordain.adapters.catalogue_files import CatalogueError, load
from ordain.adapters.margin_files import load as margins
from ordain.adapters.price_files import lines, write
from ordain.core.catalogue import Catalogue
from ordain.core.catalogue_diff import differences, price_changes
from ordain.core.margins import Margin
from ordain.core.money import UNIT
from ordain.core.price_import import Repriced, repriced

FOLDER = Path(__file__).parents[2] / "catalogue"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2027, 3, 1, tzinfo=UTC)
HEAD = "extension,currency,create,renew,transfer,restore,from\n"
PLAIN = (Margin(percent="20", ending=".99"),)
SOLD = ("com", "fr", "co.uk", "ru")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy, ignore=lambda at, names: [n for n in names if at.endswith("extensions")
                    and n.removesuffix(".toml") not in SOLD])  # fmt: skip
    (copy / "categories.toml").write_text("")
    return copy


def asked(folder: Path, text: str, rules: tuple[Margin, ...] = PLAIN) -> tuple[list[Repriced], list[str]]:
    file = folder / "purchase.csv"
    file.write_text(HEAD + text, "utf-8")
    return repriced(lines(file), rules, load(folder), NOW)


def imported(folder: Path, text: str) -> Catalogue:
    changes, problems = asked(folder, text)
    assert problems == []
    write(folder, changes)
    return load(folder)


def prices(catalogue: Catalogue, name: str, currency: str, at: datetime) -> tuple[int, ...]:
    found = catalogue.prices(name, currency, at)
    return tuple(-1 if each is None else each // (UNIT // 100) for each in
                 (found.create, found.renew, found.transfer, found.restore))  # fmt: skip


def test_first_year_and_renewal_each_get_their_margin(folder: Path) -> None:
    sold = imported(folder, "com,EUR,2.00,8.10,8.10,60,\n")
    assert prices(sold, "com", "EUR", NOW) == (299, 999, 999, 7299)


def test_a_price_of_a_later_day_leaves_today_s(folder: Path) -> None:
    before = load(folder)
    sold = imported(folder, "com,EUR,9.10,9.20,9.30,60,2027-03-01\n")
    assert prices(sold, "com", "EUR", NOW) == prices(before, "com", "EUR", NOW)
    assert prices(sold, "com", "EUR", LATER - timedelta(seconds=1)) == prices(before, "com", "EUR", NOW)
    assert prices(sold, "com", "EUR", LATER) == (1099, 1199, 1199, 7299)
    assert prices(sold, "com", "USD", LATER) > prices(sold, "com", "USD", NOW), "which follows the euro"


def test_a_price_of_today_leaves_those_to_come(folder: Path) -> None:
    imported(folder, "com,EUR,9.10,9.20,9.30,60,2027-03-01\n")
    sold = imported(folder, "com,EUR,1,2,3,4,\n")
    assert prices(sold, "com", "EUR", NOW) == (199, 299, 399, 499)
    assert prices(sold, "com", "EUR", LATER) == (1099, 1199, 1199, 7299)
    again, _ = asked(folder, "com,EUR,1,2,3,4,\ncom,EUR,9.10,9.20,9.30,60,2027-03-01T01:00:00+01:00\n")
    assert again == [], "the same prices change nothing"


def test_what_was_derived_becomes_a_list_of_its_own(folder: Path) -> None:
    sold = imported(folder, "co.uk,GBP,3,4,0,,2027-03-01\n")
    assert prices(sold, "co.uk", "GBP", NOW) == prices(load(FOLDER), "co.uk", "GBP", NOW)
    assert prices(sold, "co.uk", "GBP", LATER) == (399, 499, 0, -1)


def test_comments_and_other_lines_stay(folder: Path) -> None:
    file = folder / "extensions" / "fr.toml"
    before = file.read_text().replace('restore = "20.29" }', 'restore = "20.29" }  # as the guide has it')
    file.write_text(before)
    imported(folder, "fr,EUR,4,5,5,,\nfr,USD,4,5,5,,2027-03-01\n")
    kept = [line for line in before.splitlines() if not line.startswith("EUR")]
    after = file.read_text().splitlines()
    assert [line for line in after if line in kept] == kept
    assert 'EUR = { create = "4.99", renew = "6.99", transfer = "6.99" }  # as the guide has it' in after
    assert '    { from = 2027-03-01T00:00:00Z, create = "4.99", renew = "6.99", transfer = "6.99" },' in after


def test_lines_end_as_they_did(folder: Path) -> None:
    file = folder / "extensions" / "fr.toml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    imported(folder, "fr,EUR,5.00,5.00,5.00,60,\nfr,EUR,6.00,6.00,6.00,60,2027-03-01\n")
    text = file.read_bytes()
    assert b"6.99" in text
    assert text.count(b"\r\n") == text.count(b"\n")
    assert b"\r\r" not in text


def test_a_line_within_quotes_is_a_line_of_the_file(folder: Path) -> None:
    _, problems = asked(folder, '"fr\nx",EUR,1,1,1,1,\nnosuch,EUR,1,1,1,1,\n')
    assert problems == ["line 2: there is no extension 'fr\\nx'", "line 4: there is no extension 'nosuch'"]


def test_a_price_of_a_phase_still_follows_it(folder: Path) -> None:
    file = folder / "extensions" / "com.toml"
    head, _, tail = file.read_text().partition("[prices]")
    days = {"sunrise": "2027-01-01", "landrush": "2027-03-01", "ga": "2027-04-01"}
    phases = "".join(f'    {{ phase = "{phase}", from = {day}T00:00:00Z }},\n' for phase, day in days.items())
    lists = "".join(f'    {{ phase = "{phase}", create = "90.00", renew = "9.00", transfer = "9.00" }},\n'
                    for phase in ("sunrise", "ga"))  # fmt: skip
    file.write_text(f"phases = [\n{phases}]\n{head}[prices]\nEUR = [\n{lists}]\n{tail.partition('}')[2]}")
    imported(folder, "com,EUR,2,3,3,,2027-03-01\ncom,EUR,4,5,5,,2027-04-01\n")
    text = file.read_text()
    assert '    { phase = "sunrise", create = "90.00", renew = "9.00", transfer = "9.00" },' in text
    assert '    { from = 2027-03-01T00:00:00Z, create = "2.99", renew = "3.99", transfer = "3.99" },' in text
    assert '    { phase = "ga", create = "4.99", renew = "6.99", transfer = "6.99" },' in text
    file.write_text(text.replace("from = 2027-04-01", "from = 2027-05-01"))
    moved = load(folder)
    assert prices(moved, "com", "EUR", datetime(2027, 4, 30, tzinfo=UTC)) == (299, 399, 399, -1)
    assert prices(moved, "com", "EUR", datetime(2027, 5, 1, tzinfo=UTC)) == (499, 699, 699, -1)


def test_the_changes_are_told_in_words(folder: Path) -> None:
    old = load(folder)
    changes, _ = asked(folder, "fr,EUR,4,5.90,5,,\nfr,EUR,8,9,9,,2027-03-01\n")
    [change] = changes
    told = list(price_changes("EUR", change.before, change.prices))
    assert told == [
        "creation 6.99 → 4.99 EUR",
        "renewal 6.99 → 7.99 EUR",
        "restoration 20.29 → not sold EUR",
        "creation 6.99 → 9.99 EUR from 2027-03-01",
        "renewal 6.99 → 10.99 EUR from 2027-03-01",
        "transfer 6.99 → 10.99 EUR from 2027-03-01",
        "restoration 20.29 → not sold EUR from 2027-03-01",
    ]
    write(folder, changes)
    assert differences(old, load(folder)) == [f".fr: {sentence}" for sentence in told]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nowhere,EUR,1,2,3,4,", "there is no extension 'nowhere'"),
        ("com,JPY,1,2,3,4,", "nobody pays in 'JPY' here"),
        ("com,EUR,,2,3,4,", "create '' is not an amount such as 6.99"),
        ("com,EUR,1,,3,4,", "renew '' is not an amount such as 6.99"),
        ("com,EUR,1.x,2,3,4,", "create '1.x' is not an amount such as 6.99"),
        ("com,EUR,-1,2,3,4,", "create '-1' is not above zero"),
        ("com,EUR,0,2,3,4,", "create '0' is not above zero"),
        ("com,EUR,1,2,,4,", "transfer is empty, although .com names can be transferred here"),
        ("com,EUR,1,2,3,4,soon", "from 'soon' is not a day such as 2027-01-31"),
        ("com,EUR,1,2,3,4,2027-01-01T00:00:00", "has no time zone"),
        ("com,XOF,1,2,3,4,", "nothing can cost an amount that ends in .99 XOF"),
        ("fr,EUR,4,5,5,20,", "says again what line 2 says of .fr"),
    ],
)
def test_one_wrong_line_is_named_and_nothing_changes(folder: Path, line: str, problem: str) -> None:
    changes, problems = asked(folder, f"fr,EUR,4,5,5,20,\n{line}\n")
    assert changes == []
    [found] = problems
    assert found.startswith("line 3: ")
    assert problem in found


def test_all_wrong_lines_are_named_at_once(folder: Path) -> None:
    _, problems = asked(folder, "nowhere,EUR,1,2,3,4,\nfr,EUR,4,5,5,20,\ncom,EUR,x,2,3,4,\n")
    assert [problem.split(":")[0] for problem in problems] == ["line 2", "line 4"]


def test_an_extension_without_a_margin_is_named(folder: Path) -> None:
    _, problems = asked(folder, "com,EUR,1,2,3,4,\n", (Margin(extensions=("fr",)),))
    assert problems == ["line 2: no margin is set for .com in EUR"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "line 1: there is no column 'extension'"),
        (b"extension;currency;create\n", "line 1: there is no column 'extension'"),
        (HEAD.replace("from", "since").encode(), "line 1: column 'since' means nothing"),
        (HEAD.replace("from", "renew").encode(), "line 1: column 'renew' comes twice"),
        (HEAD.encode() + b"com,EUR,8,10,8,10,8,10,60,\n", "line 2: has 10 cells, not 7"),
        (HEAD.encode() + b'com,"EUR,1,2,3,4,\n', "is no CSV in UTF-8"),
        (b"\xff", "is no CSV in UTF-8"),
    ],
)
def test_what_is_no_such_table_is_said(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "purchase.csv"
    file.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        lines(file)
    assert any(problem in each for each in caught.value.problems), caught.value.problems


def test_the_shipped_margins_are_sound(tmp_path: Path) -> None:
    assert margins(FOLDER / "margins.toml")
    wrong = tmp_path / "margins.toml"
    for text in ("[[margin]]\npercnt = '1'", "[[margin]]\npercent = '-1'", "margin", "[[margin]]\npercent = 20"):
        wrong.write_text(text)
        with pytest.raises(CatalogueError, match=r"margins\.toml"):
            margins(wrong)
