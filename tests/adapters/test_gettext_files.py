"""Languages from gettext's files, as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters.gettext_files import load

if TYPE_CHECKING:
    from pathlib import Path

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def written(folder: Path, code: str, body: str) -> None:
    (folder / f"{code}.po").write_text(HEADER + body, encoding="utf-8")


def test_the_shipped_languages_are_found_by_locale() -> None:
    found = load()
    assert sorted(found.by_code) == ["de", "en", "es", "fr", "it"]
    assert [found.of(locale).code for locale in ("de_DE", "es_ES", "it_IT", "pt_PT", None)] == [
        "de", "es", "it", "en", "en",
    ]  # fmt: skip
    assert found.of("fr_FR").say("%(domain)s - DNS zone", domain="foo.fr") == "foo.fr - Zone DNS"
    assert found.of("en_GB").say("%(domain)s - DNS zone", domain="foo.fr") == "foo.fr - DNS zone"


def test_english_needs_no_file(tmp_path: Path) -> None:
    assert load(tmp_path).of("fr_FR").say("Welcome") == "Welcome"


def test_what_is_not_translated_is_said_in_english(tmp_path: Path) -> None:
    written(tmp_path, "eo", 'msgid "Welcome"\nmsgstr "Bonvenon"\n\nmsgid "Order placed"\nmsgstr ""\n')
    esperanto = load(tmp_path).of("eo_XX")
    assert [esperanto.say(text) for text in ("Welcome", "Order placed", "Total")] == [
        "Bonvenon", "Order placed", "Total",
    ]  # fmt: skip


def test_a_guess_that_nobody_confirmed_is_not_used(tmp_path: Path) -> None:
    written(tmp_path, "eo", '#, fuzzy\nmsgid "Welcome"\nmsgstr "Adiaŭ"\n')
    assert load(tmp_path).of("eo").say("Welcome") == "Welcome"


def test_a_languages_file_says_nothing_for_an_empty_text(tmp_path: Path) -> None:
    written(tmp_path, "eo", "")
    assert load(tmp_path).of("eo").say("") == ""


def test_a_count_chooses_the_form(tmp_path: Path) -> None:
    said = 'msgid "%(count)d name"\nmsgid_plural "%(count)d names"\n'
    said += 'msgstr[0] "%(count)d nomo"\nmsgstr[1] "%(count)d nomoj"\n'
    written(tmp_path, "eo", said)
    esperanto = load(tmp_path).of("eo")
    told = [esperanto.say_count("%(count)d name", "%(count)d names", count) for count in (0, 1, 2)]
    assert told == ["0 nomoj", "1 nomo", "2 nomoj"]
    written(tmp_path, "eo", said.replace("%(count)d nomoj", ""))
    assert load(tmp_path).of("eo").say_count("%(count)d name", "%(count)d names", 2) == "2 names"


def test_a_per_cent_sign_that_fills_nothing_stays(tmp_path: Path) -> None:
    written(tmp_path, "eo", 'msgid "100 % off"\nmsgstr "100 % rabato"\n')
    assert load(tmp_path).of("eo").say("100 % off") == "100 % rabato"
