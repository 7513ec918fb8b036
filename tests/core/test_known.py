"""What is remembered is what would be made anew, of the very things it was asked for."""

from __future__ import annotations

import sys
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.cart import LONGEST_REMEMBERED, Configuration, Item
from ordain.core.known import Known
from ordain.core.language import IN_ENGLISH
from ordain.core.pricing import Terms, quote
from tests.core.test_pricing import domain

TERMS = Terms("EUR", Fraction(1, 5), IN_ENGLISH)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40), st.integers(1, 5))
def test_the_answer_is_always_that_of_the_things_and_the_key(asked: list[tuple[int, int]], most: int) -> None:
    known, things = Known[tuple[list[int], int]](most), [[0], [0], [0], [0]]
    for thing, key in asked:
        found = known.of((things[thing],), key, lambda thing=thing, key=key: (things[thing], key))  # type: ignore[misc]  # bound by default
        assert found[0] is things[thing]
        assert found[1] == key


def test_what_is_known_is_not_made_again_until_there_is_no_more_room() -> None:
    known, made = Known[int](2), list[int]()

    def make() -> int:
        made.append(asked)
        return asked

    for asked in (1, 1, 2, 2, 1, 3, 1):
        assert known.of((), asked, make) == asked
    assert made == [1, 2, 3, 1]


def held(item: Item) -> int:
    """How many others hold it while its price is remembered, beside those who did before."""
    before = sys.getrefcount(item)
    quote([item], TERMS)
    return sys.getrefcount(item) - before


def test_what_strangers_fill_a_cart_with_is_not_kept_in_memory() -> None:
    assert held(domain(1)) == 1
    for characters, times in ((LONGEST_REMEMBERED, 1), (LONGEST_REMEMBERED + 1, 0)):
        label = Configuration(1, 2, "REASON", "x" * characters)
        assert held(structs.replace(domain(2), configurations=(label,))) == times
