"""A cart's life, what may be put in it, and the words by which an offer is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.cart import (
    LIFE,
    LONGEST_LIFE,
    MOST_ITEMS,
    Cart,
    Configuration,
    Item,
    chosen,
    duration_of,
    expiry,
    frozen,
    hidden_from,
    pricing_mode,
    room_for,
    years_of,
)
from ordain.core.offer import Action, Flavour, Offer
from ordain.core.refusal import Refusal

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
CART = Cart(cart_id="c", subsidiary="FR", created=NOON, expires=NOON + LIFE)
MODES = [
    (action, flavour)
    for action in get_args(Action)
    for flavour in get_args(Flavour)
    if action == "transfer" or not flavour.startswith("aftermarket")
]


def offer(action: Any = "create", flavour: Any = "default", **changes: Any) -> Offer:
    usual: dict[str, Any] = {
        "domain": "foo.fr", "shown": "foo.fr", "extension": "fr", "action": action, "flavour": flavour,
        "years": (1,), "currency": "EUR", "first": 1, "renew": 1,
    }  # fmt: skip
    return Offer(**{**usual, **changes})


def item(item_id: int, domain: str, kind: Any = "domain", *labels: tuple[str, str]) -> Item:
    put_on = tuple(Configuration(number, item_id, *label) for number, label in enumerate(labels))
    return Item(item_id=item_id, kind=kind, domain=domain, shown=domain, years=1, configurations=put_on)


# --- how long it lives ---


@given(st.none() | st.timedeltas(timedelta(days=-60), timedelta(days=60)), st.timedeltas(timedelta(0), LONGEST_LIFE))
def test_an_expiry_is_in_the_future_and_within_the_longest_life(asked: timedelta | None, age: timedelta) -> None:
    now = NOON + age
    found = expiry(None if asked is None else NOON + asked, NOON, now)
    if asked is None:
        assert found == now + timedelta(days=1)
    elif age < asked <= LONGEST_LIFE:
        assert found == NOON + asked
    else:
        assert isinstance(found, Refusal)
        assert (found.kind, found.field) == ("invalid", "expire")


@pytest.mark.parametrize(
    ("asked", "given_it"),
    [(timedelta(0), False), (MOMENT, True), (LONGEST_LIFE, True), (LONGEST_LIFE + MOMENT, False)],
)
def test_the_limits_of_an_expiry(asked: timedelta, *, given_it: bool) -> None:
    assert (expiry(NOON + asked, NOON, NOON) == NOON + asked) is given_it


@pytest.mark.parametrize(("expires", "open_"), [(MOMENT, True), (timedelta(0), False), (-MOMENT, False)])
def test_a_cart_is_open_until_it_expires(expires: timedelta, *, open_: bool) -> None:
    found = frozen(structs.replace(CART, expires=NOON + expires), NOON)
    assert [refusal.kind for refusal in found] == ([] if open_ else ["expired"])


def test_a_cart_that_became_an_order_says_which_even_when_it_has_expired() -> None:
    [refusal] = frozen(structs.replace(CART, order_id=4711), NOON + timedelta(days=99))
    assert refusal.kind == "conflict"
    assert "4711" in refusal.message
    assert structs.replace(CART, order_id=4711).read_only
    assert not CART.read_only


@pytest.mark.parametrize(
    ("owner", "caller", "hidden"),
    [(None, None, False), (None, "a", False), ("a", "a", False), ("a", "b", True), ("a", None, True)],
)
def test_an_assigned_cart_is_its_owners_alone(owner: str | None, caller: str | None, *, hidden: bool) -> None:
    assert hidden_from(structs.replace(CART, nic=owner), caller) is hidden


# --- what may be put in it ---


def test_a_cart_holds_so_many_items() -> None:
    assert room_for(MOST_ITEMS - 1) == []
    assert [refusal.kind for refusal in room_for(MOST_ITEMS)] == ["invalid"]


def test_an_item_knows_all_values_of_a_label() -> None:
    labelled = item(1, "foo.fr", "domain", ("DNS", "a"), ("REASON", "b"), ("DNS", "c"))
    assert labelled.values("DNS") == ["a", "c"]
    assert (labelled.value("DNS"), labelled.value("REASON"), labelled.value("AUTH_INFO")) == ("a", "b", None)


def test_a_zone_has_the_name_it_was_configured_with() -> None:
    assert item(1, "zone-1", "dns").name == ""
    assert item(1, "zone-1", "dns", ("zone", "Foo.FR")).name == "foo.fr"
    assert item(1, "foo.fr", "domain", ("zone", "baz.fr")).name == "foo.fr"


# --- durations ---


@given(st.sets(st.integers(1, 10), min_size=1), st.integers(-5, 120))
def test_years_are_those_the_extension_sells(sold: set[int], asked: int) -> None:
    found = years_of(duration_of(asked), sorted(sold))
    if asked in sold:
        assert found == asked
    else:
        assert isinstance(found, Refusal)
        assert (found.kind, found.field) == ("invalid", "duration")
        assert all(duration_of(years) in found.message for years in sold)


@given(st.text("P1Y20M ", max_size=5) | st.text(max_size=6))
def test_a_duration_has_exactly_one_form(text: str) -> None:
    found = years_of(text, range(1, 100))
    assert isinstance(found, Refusal) or duration_of(found) == text


@pytest.mark.parametrize(
    "text",
    ["", "1", "P0Y", "P01Y", "P11Y", "P1M", "p1y", "P1Y ", "P1Y\n", "P-1Y", "P1\u0660Y", "P1YT0S"],
)
def test_other_durations_are_refused(text: str) -> None:
    assert isinstance(years_of(text, range(1, 11)), Refusal)


# --- the ways an offer is asked for ---


@pytest.mark.parametrize(("action", "flavour"), MODES)
def test_a_pricing_mode_is_understood_in_every_accepted_form(action: str, flavour: str) -> None:
    assert pricing_mode(f"{action}-{flavour}", None) == (action, flavour)
    assert pricing_mode(f"{flavour}-{action}", None) == (action, flavour)
    assert pricing_mode(flavour, f"fr-{action}") == (action, flavour)
    assert pricing_mode(f"{action}-{flavour}", f"fr-{action}") == (action, flavour)
    assert pricing_mode(flavour, None) == (None, flavour)
    assert pricing_mode(action, None) == pricing_mode(None, f"co.uk-{action}") == (action, None)


@pytest.mark.parametrize(("mode", "offer_id"), [(None, None), ("", ""), (None, ""), ("", None), (None, "fr")])
def test_what_is_left_open_stays_open(mode: str | None, offer_id: str | None) -> None:
    assert pricing_mode(mode, offer_id) == (None, None)


@pytest.mark.parametrize(("action", "flavour"), MODES)
def test_an_offer_is_found_by_each_way_in_and_by_none(action: str, flavour: str) -> None:
    wanted = offer(action, flavour)
    for mode, offer_id in (
        (f"{action}-{flavour}", None),
        (f"{flavour}-{action}", None),
        (flavour, f"fr-{action}"),
        (f"{action}-{flavour}", f"fr-{action}"),
        (None, f"fr-{action}"),
        (None, None),
        ("", ""),
    ):
        for plan in (None, "", "fr"):
            assert chosen([wanted], mode, offer_id, plan) == wanted


@pytest.mark.parametrize(("action", "flavour"), MODES)
@pytest.mark.parametrize(("other_action", "other_flavour"), MODES)
def test_no_other_offer_is_taken_for_the_one_asked_for(
    action: str, flavour: str, other_action: str, other_flavour: str
) -> None:
    held = offer(action, flavour)
    found = chosen([held], f"{other_action}-{other_flavour}", None, None)
    if (other_action, other_flavour) == (action, flavour):
        assert found == held
    else:
        assert isinstance(found, Refusal)
        assert (found.kind, found.field) == ("invalid", "pricingMode")
        assert repr(held.pricing_mode) in found.message


@pytest.mark.parametrize("mode", ["gold", "create-gold", "create-default-premium", "create-create", "create-default-x"])
def test_a_pricing_mode_that_is_none_is_not_on_offer(mode: str) -> None:
    found = chosen([offer()], mode, None, None)
    assert isinstance(found, Refusal)
    assert found.field == "pricingMode"


@pytest.mark.parametrize(
    ("offer_id", "plan", "field"),
    [
        ("de-create", None, "offerId"),
        ("fr-transfer", None, "offerId"),
        (None, "de", "planCode"),
        ("x", "de", "planCode"),
    ],
)
def test_an_offer_id_or_plan_of_something_else_is_refused(offer_id: str | None, plan: str | None, field: str) -> None:
    found = chosen([offer()], "create-default", offer_id, plan)
    assert isinstance(found, Refusal)
    assert (found.kind, found.field) == ("invalid", field)


def test_of_several_offers_the_one_asked_for_is_chosen() -> None:
    transfer, bought = offer("transfer"), offer("transfer", "aftermarket1")
    assert chosen([transfer, bought], "transfer-aftermarket1", None, None) == bought
    assert chosen([transfer, bought], None, None, None) == transfer


def test_an_offer_with_an_obstacle_is_refused_with_it() -> None:
    found = chosen([offer(obstacle="It is a town's name")], "create-default", None, None)
    assert isinstance(found, Refusal)
    assert (found.kind, found.field) == ("conflict", "domain")
    assert found.message.endswith("It is a town's name")
