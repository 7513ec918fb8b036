"""What a word stands for, in which order, and in which words it cannot be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordain.adapters import search_files
from ordain.core import suggestions
from ordain.core.names import Name, NameProblem, parse
from ordain.core.search import extension_of, label_of
from ordain.settings import read

if TYPE_CHECKING:
    from ordain.core.search import Lexicon

SOLD = {"com": None, "co.uk": None, "xn--p1ai": None, "shop": None}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return search_files.load(read({"ORDAIN_SECRET": "any"}).catalogue)


@pytest.mark.parametrize(
    ("typed", "label", "whole"),
    [
        ("example", "example", None),
        ("Exämple", "xn--exmple-cua", None),
        ("shop", "shop", None),
        ("example.co.uk", "example", "example.co.uk"),
        ("example。com", "example", "example.com"),
        ("example.nosuch", "example", None),
        ("xn--exmple-cua", "xn--exmple-cua", None),
    ],
)
def test_what_is_typed_is_a_label_and_perhaps_a_name(typed: str, label: str, whole: str | None) -> None:
    found = label_of(typed, SOLD)
    assert not isinstance(found, NameProblem)
    assert (found[0].ascii, found[1] and found[1].ascii) == (label, whole)


@pytest.mark.parametrize("typed", ["", " ", "a b", "-a", "a-", "www.example.com", "a.b.nosuch", "_a", "x" * 64, "."])
def test_what_is_no_label_is_told(typed: str) -> None:
    assert isinstance(label_of(typed, SOLD), NameProblem)


@given(st.text(max_size=80))
def test_any_text_is_a_label_or_none(text: str) -> None:
    found = label_of(text, SOLD)
    if not isinstance(found, NameProblem):
        assert isinstance(parse(f"{found[0].ascii}.com", {"com"}), Name | NameProblem)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("com", "com"),
        (".COM", "com"),
        ("co.uk", "co.uk"),
        ("рф", "xn--p1ai"),
        ("nosuch", None),
        ("", None),
        ("a.com", None),
    ],
)
def test_an_extension_is_known_in_either_form(typed: str, found: str | None) -> None:
    assert extension_of(typed, SOLD) == found  # type: ignore[arg-type]  # only the names are looked at


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("bestcoffeeshop", ["best", "coffee", "shop"]),
        ("best-coffeeshop", ["best", "coffee", "shop"]),
        ("expertsexchange", ["experts", "exchange"]),
        ("boulangeriemartin", ["boulangerie", "martin"]),
        ("weinladen", ["wein", "laden"]),
        ("scunthorpe", ["scun", "thorpe"]),
        ("xqzvk", ["xqzvk"]),
    ],
)
def test_joined_words_are_read_as_people_read_them(label: str, words: list[str], lexicon: Lexicon) -> None:
    assert suggestions.split(label, lexicon, search_files.counts()) == words


def test_suggestions_are_in_the_callers_language_and_decent(lexicon: Lexicon) -> None:
    counts = search_files.counts()
    french = suggestions.suggestions("boulangerie", lexicon, counts, "fr")
    assert {"pain", "fournil", "boulangerieenligne", "maboulangerie"} & set(french) >= {"pain", "fournil"}
    assert suggestions.suggestions("café", lexicon, counts, "fr")[0] == "cafe"
    assert suggestions.suggestions("fuckyou", lexicon, counts, "en") == []
    assert suggestions.suggestions("scunthorpe", lexicon, counts, "en") != []


@settings(deadline=None)
@given(st.from_regex(r"[a-z0-9é][a-z0-9é-]{0,40}[a-z0-9é]", fullmatch=True))
def test_suggestions_are_labels_each_once_and_always_the_same(label: str) -> None:
    lexicon = search_files.load(read({"ORDAIN_SECRET": "any"}).catalogue)
    counts = search_files.counts()
    found = suggestions.suggestions(label, lexicon, counts, "en")
    assert found == suggestions.suggestions(label, lexicon, counts, "en")
    assert len(found) == len(set(found)) <= suggestions.MOST
    assert label not in found
    assert all(0 < len(other) <= 63 for other in found)
