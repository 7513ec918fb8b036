"""What people type into a search box, and the names that are read out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain import settings
from ordain.adapters.public_suffixes import public_suffix
from ordain.core.search_text import BELOW, COMMA, JOINED, LEFT_OUT, LONGEST_TEXT, MOST_AT_ONCE, READ_OUT, read
from tests.world import market

if TYPE_CHECKING:
    from ordain.core.search_text import Typed

SOLD = market(settings.read({"ORDAIN_SECRET": "any"}).catalogue).catalogue.extensions


def typed(text: str) -> Typed:
    return read(text, SOLD, public_suffix)


@pytest.mark.parametrize(
    ("text", "names", "note"),
    [
        ("example", ("example",), None),
        ("  Example.com  ", ("Example.com",), None),
        ("best coffee shop", ("bestcoffeeshop",), JOINED),
        ("l'atelier d\u2019Anna", ("latelierdAnna",), JOINED),
        ("https://www.example.com/shop?a=1", ("example.com",), BELOW),
        ("http://example.com:8080/", ("example.com",), READ_OUT),
        ("me@example.org", ("example.org",), READ_OUT),
        ("example.com.", ("example.com",), READ_OUT),
        (".com", ("com",), READ_OUT),
        ("example . com", ("example.com",), None),
        ("example。com", ("example。com",), None),
        ("example,com", ("example.com",), COMMA),
        ("example, shop", ("example", "shop"), None),
        ("blog.example.co.uk", ("example.co.uk",), BELOW),
        ("one.com two.fr\nthree.org;four", ("one.com", "two.fr", "three.org", "four"), None),
        ("one.com one.com", ("one.com",), None),
        ("ex\x00am\x07ple.com", ("ex", "am", "ple.com"), None),
        ("🍕", ("🍕",), None),
        ("", (), None),
        (" ,;\n", (), None),
        ("...", (), None),
    ],
)
def test_what_is_typed_is_read_as_it_is_meant_and_told_so(text: str, names: tuple[str, ...], note: str | None) -> None:
    found = typed(text)
    assert found.names == names
    assert [one.text for one in found.notes] == ([note] if note else [])


def test_a_phrase_can_be_had_with_hyphens() -> None:
    assert typed("best coffee shop").hyphenated == "best-coffee-shop"
    assert typed("best coffee, shop").hyphenated == ""


def test_a_long_list_is_cut_and_told_so() -> None:
    found = typed(" ".join(f"name{number}.com" for number in range(MOST_AT_ONCE + 5)))
    assert len(found.names) == MOST_AT_ONCE
    assert [one.text for one in found.notes] == [LEFT_OUT]


@given(st.text(max_size=LONGEST_TEXT) | st.text("ab.,@:/ \n'\u200f\u202e。xn-", max_size=60))
def test_anything_can_be_typed(text: str) -> None:
    found = typed(text)
    assert len(found.names) <= MOST_AT_ONCE
    assert all(name and not any(char.isspace() for char in name) for name in found.names)
