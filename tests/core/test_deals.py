"""Limited promotions: which uses a cart makes, what is left of them, and what is said where there is nothing left."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.cart import Cart
from ordain.core.deals import WITHOUT_END, Allowance, Past, allowance, judged, limits_in, limits_of, used_in, uses
from ordain.core.language import ENGLISH, IN_ENGLISH, Language
from ordain.core.money import CENT
from ordain.core.pricing import Terms, quote
from ordain.core.promotions import Gift, Limits, Promotion, rank
from tests.core.test_pricing import domain
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.cart import Item

FEW = Limits(quantity=10)


def cart(*items: Item, coupons: tuple[Promotion, ...] = ()) -> Cart:
    return Cart(cart_id="c", subsidiary="FR", created=NOON, expires=NOON + timedelta(days=1), items=items,
                coupons=coupons)  # fmt: skip


def terms(of: Cart) -> Terms:
    return Terms("EUR", Fraction(1, 5), Language(ENGLISH, {}), of.coupons)


def spring(limits: Limits = FEW, off: int = 200 * CENT, name: str = "spring", **changes: Any) -> Gift:
    return Gift("Spring", off, name=name, limits=limits, **changes)


def few(**changes: Any) -> Promotion:
    wanted: dict[str, Any] = {"name": "half", "title": "Half", "code": "HALF-OFF", "percent": 50, "quantity": 10}
    return Promotion(**{**wanted, **changes})


def said(of: Cart, **left: Allowance) -> list[tuple[str, str]]:
    _, found = judged(of, left, terms(of))
    return [(one.message, str(one.field)) for one in found]


ABSENT_OR_FEW = st.none() | st.integers(1, 20)


@given(
    ABSENT_OR_FEW, ABSENT_OR_FEW, st.booleans(), st.builds(Past, st.integers(0, 30), st.integers(0, 30), st.booleans())
)
def test_what_is_left_is_what_the_strictest_limit_leaves(
    quantity: int | None,
    per_customer: int | None,
    first: bool,  # noqa: FBT001 - drawn
    past: Past,
) -> None:
    found = allowance(Limits(quantity, per_customer, first), past)
    expected = [WITHOUT_END]
    expected += [max(0, quantity - past.used)] if quantity else []
    expected += [max(0, per_customer - past.own)] if per_customer else []
    expected += [0] if first and past.has_ordered else []
    assert found.left == min(expected)


@pytest.mark.parametrize(
    ("limits", "past", "why"),
    [
        (Limits(quantity=3), Past(used=3), "is used up"),
        (Limits(per_customer=1), Past(own=1), "can only be used once per customer"),
        (Limits(per_customer=3), Past(own=4), "can only be used 3 times per customer"),
        (Limits(first_order=True), Past(has_ordered=True), "is only for a first order"),
        (Limits(3, 1, first_order=True), Past(3, 1, has_ordered=True), "is only for a first order"),
    ],
)
def test_what_keeps_a_customer_from_more_is_said(limits: Limits, past: Past, why: str) -> None:
    found = allowance(limits, past)
    assert (found.left, IN_ENGLISH.tell(found.said)) == (0, why)


def test_a_name_is_a_use_of_its_promotion_and_an_order_one_of_its_coupon() -> None:
    of = cart(domain(1, gift=spring()), domain(2, gift=spring()), domain(3), coupons=(few(),))
    assert used_in(of) == {"spring": 2, "half": 1}
    assert limits_of(uses(of)) == limits_in(of) == {"spring": FEW, "half": Limits(quantity=10)}


def test_what_has_no_end_or_does_not_count_is_no_use() -> None:
    endless = Gift("Always", 100 * CENT, name="always")
    better = spring(off=300 * CENT, years=(2,))
    tenth = few(name="tenth", code="TENTH", percent=10)
    of = cart(domain(1, gift=endless, others=(better,)), coupons=(few(), tenth, few(name="eu", extensions=("eu",))))
    assert used_in(of) == {"half": 1}
    of = cart(domain(1, years=2, gift=endless, others=(better,)))
    assert used_in(of) == {"spring": 1}


def test_where_less_is_left_than_a_cart_uses_the_last_names_are_told_old_and_new_prices() -> None:
    of = cart(domain(1, gift=spring()), domain(2, gift=spring()), domain(3, gift=spring()))
    assert said(of, spring=Allowance(2, "quantity")) == [
        ("foo3.com: Spring is used up: it costs 9.99 EUR instead of 7.99 EUR before tax, add it anew", "3.domain")
    ]
    assert len(said(of, spring=Allowance(0, "quantity"))) == 3
    assert said(of, spring=Allowance(3, "quantity")) == []


def test_what_counts_in_its_place_is_in_the_new_price() -> None:
    other = Gift("Always", 100 * CENT, name="always")
    of = cart(domain(1, gift=spring(), others=(other,)))
    [(message, _)] = said(of, spring=Allowance(0, "customer", 1))
    assert message == (
        "foo1.com: Spring can only be used once per customer: it costs 8.99 EUR instead of 7.99 EUR before tax,"
        " add it anew"
    )


def test_where_nothing_gets_dearer_nothing_is_refused() -> None:
    as_good = Gift("Always", 200 * CENT, name="the same")
    assert said(cart(domain(1, gift=spring(), others=(as_good,))), spring=Allowance(0, "quantity")) == []


def test_a_coupon_that_ran_out_is_told_with_what_the_cart_costs() -> None:
    of = cart(domain(1), domain(2), coupons=(few(),))
    assert said(of, half=Allowance(0, "quantity")) == [
        (
            "coupon HALF-OFF is used up: without it the cart costs 23.98 EUR instead of 11.98 EUR, take it out",
            "coupon",
        )
    ]
    assert said(of, half=Allowance(1, "quantity")) == []


NAMES = st.sampled_from(["a", "b", "c"])


@given(
    st.lists(st.dictionaries(NAMES, st.integers(1, 3), max_size=3), max_size=4),
    st.dictionaries(NAMES, st.integers(1, 3)),
    st.dictionaries(st.sampled_from(["a", "b", "c", "A", "B", "C"]), st.integers(0, 3)),
)
def test_nothing_is_used_more_often_than_there_is_of_it_and_what_is_not_refused_costs_as_much(
    given_off: list[dict[str, int]], coupons_off: dict[str, int], left: dict[str, int]
) -> None:
    items = []
    for at, offs in enumerate(given_off):
        gifts = sorted((spring(off=off * CENT, name=name) for name, off in offs.items()), key=rank)
        items.append(domain(at, gift=gifts[0] if gifts else None, others=tuple(gifts[1:])))
    coupons = tuple(
        few(name=name.upper(), code=f"{name.upper()}-OFF", percent=0, amount={"EUR": f"0.0{off}"})
        for name, off in coupons_off.items()
    )
    of = cart(*items, coupons=coupons)
    allowed = {name: Allowance(left.get(name, 0), "quantity") for name in limits_in(of)}
    made, refusals = judged(of, allowed, terms(of))
    counted = Counter(use.name for use in made)
    assert all(count <= allowed[name].left for name, count in counted.items())
    if refusals:
        return
    off_by_items = sum(given_off[use.item_id][use.name] for use in made if use.item_id is not None)
    off_by_coupons = max((coupons_off[use.name.lower()] for use in made if use.item_id is None), default=0)
    net = quote(of.items, terms(of)).total.net.ucents
    assert net == sum(999 * CENT for _ in items) - (off_by_items + off_by_coupons * len(items)) * CENT


@given(st.lists(st.integers(0, 1000), max_size=4), st.integers(0, 4))
def test_a_price_never_rises_unsaid(offs: list[int], left: int) -> None:
    items = [domain(at, gift=spring(off=off * CENT)) for at, off in enumerate(offs)]
    found = said(cart(*items), spring=Allowance(left, "quantity"))
    beyond = [off for off in offs[left:] if off]
    assert len(found) == len(beyond)
