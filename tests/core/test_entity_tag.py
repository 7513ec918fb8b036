"""ETags of carts, and the headers that name some."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import entity_tag
from ordain.core.cart import Cart, Configuration, Item
from ordain.core.refusal import Refusal
from tests.world import NOON

values = st.sampled_from(["", "a", "b"])
configurations = st.builds(Configuration, st.integers(1, 2), st.just(1), values, values)
items = st.builds(
    Item,
    item_id=st.integers(1, 2),
    kind=st.sampled_from(["domain", "dns"]),
    domain=values,
    shown=values,
    years=st.integers(1, 2),
    configurations=st.lists(configurations, max_size=2).map(tuple),
)
carts = st.builds(
    Cart,
    cart_id=st.just("one"),
    subsidiary=st.sampled_from(["FR", "DE"]),
    created=st.just(NOON),
    expires=st.sampled_from([NOON, NOON + timedelta(microseconds=1)]),
    description=values,
    nic=st.sampled_from([None, "me", "you"]),
    order_id=st.sampled_from([None, 1]),
    items=st.lists(items, max_size=2).map(tuple),
)


@given(carts, carts)
def test_tags_are_equal_if_and_only_if_carts_are(one: Cart, other: Cart) -> None:
    assert (entity_tag.of_cart(one) == entity_tag.of_cart(other)) == (one == other)
    assert entity_tag.of_cart(one) == entity_tag.of_cart(structs.replace(one))


@pytest.mark.parametrize(
    ("text", "strong", "weak"),
    [
        ("*", ("*",), ("*",)),
        ('"a"', ('"a"',), ('"a"',)),
        ('  "a" ,"b",W/"c"  ', ('"a"', '"b"'), ('"a"', '"b"', '"c"')),
        ('W/"a"', (), ('"a"',)),
        ('""', ('""',), ('""',)),
        ('"a,b"', ('"a,b"',), ('"a,b"',)),
    ],
)
def test_headers_name_tags(text: str, strong: tuple[str, ...], weak: tuple[str, ...]) -> None:
    assert entity_tag.strong("If-Match", text) == strong
    assert entity_tag.weak("If-None-Match", text) == weak


@pytest.mark.parametrize("text", ["", "abc", '"a', 'a"', '"a" "b"', '*, "a"', 'w/"a"', "\u20ac"])
def test_what_names_no_tags_is_refused(text: str) -> None:
    refusal = entity_tag.strong("If-Match", text)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.field) == ("invalid", "If-Match")


@given(st.text(alphabet='W/", ab*', max_size=20))
def test_whatever_is_sent_names_tags_or_is_refused(text: str) -> None:
    found = entity_tag.weak("If-None-Match", text)
    assert isinstance(found, Refusal) or all(tag == "*" or (tag[0] == tag[-1] == '"') for tag in found)
