"""Coupons of a cart: put in once, priced as lines of their own, held like prices; what is refused, and how."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ordain.core.promotions import Promotion
from tests.world import NOON

if TYPE_CHECKING:
    from tests.world import World

EVERY = ("com", "fr")
COUPONS = (
    Promotion(name="a", code="TENTH-OFF", title="Coupon TENTH-OFF", extensions=EVERY, percent=10),
    Promotion(name="b", code="FIVE-EUROS", title="Coupon FIVE-EUROS", extensions=EVERY, amount={"EUR": "5.00"}),
    Promotion(name="c", code="ALL-FREE", title="Coupon ALL-FREE", extensions=("com",), percent=100),
    Promotion(name="d", code="LAST-WEEK", title="old", extensions=EVERY, percent=10, ends=NOON - timedelta(days=7)),
    Promotion(name="e", code="NEXT-WEEK", title="new", extensions=EVERY, percent=10, begins=NOON + timedelta(days=7)),
    Promotion(
        name="f", code="TODAY", title="Coupon TODAY", extensions=EVERY, percent=20, ends=NOON + timedelta(hours=1)
    ),
)


@pytest.fixture(autouse=True)
def _coupons(world: World) -> None:
    world.sell(*COUPONS)


def put(world: World, cart_id: str, code: str) -> Any:
    return world.post(f"/order/cart/{cart_id}/coupon", {"coupon": code})


def lines(world: World, cart_id: str, *kinds: str) -> list[tuple[str, str, float]]:
    summary = world.get(f"/order/cart/{cart_id}/summary").ok()
    return [(d["detailType"], d["description"], d["totalPrice"]["value"])
            for d in summary["details"] if d["detailType"] in kinds]  # fmt: skip


def test_a_coupon_is_a_line_of_the_summary_of_the_dry_run_and_of_the_order(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.com")
    assert put(world, cart_id, "TENTH-OFF").ok() == ["TENTH-OFF"]
    assert lines(world, cart_id, "GIFT", "VOUCHER") == [
        ("GIFT", ".COM Create Prix barre", -2.5),
        ("VOUCHER", "Coupon TENTH-OFF", -0.75),
    ]
    shown = [world.get(f"/order/cart/{cart_id}/{what}").ok()["prices"] for what in ("summary", "checkout")]
    placed = world.post(f"/order/cart/{cart_id}/checkout").ok()
    assert shown == [placed["prices"]] * 2
    assert placed["prices"]["withoutTax"]["value"] == 6.74
    assert placed["prices"]["withTax"]["value"] == 8.09
    world.pay(placed["orderId"]).ok()
    world.deliver()
    assert world.status(placed["orderId"]) == "delivered"
    assert world.imbalance() == []
    details = [world.get(f"/me/order/{placed['orderId']}/details/{n}").ok()
               for n in world.get(f"/me/order/{placed['orderId']}/details").ok()]  # fmt: skip
    assert [d["totalPrice"]["text"] for d in details if d["detailType"] == "VOUCHER"] == ["-0.75 €"]


def test_a_coupon_may_come_before_the_names_and_counts_once(world: World) -> None:
    cart_id = world.cart()
    for typed in ("five-euros", " FIVE-EUROS ", "Five-Euros"):
        assert put(world, cart_id, typed).ok() == ["FIVE-EUROS"]
    world.add(cart_id, "foo.com")
    world.add(cart_id, "baz.fr")
    # 9.99 less 2.50 leaves 7.49, 6.99 less 2.00 leaves 4.99: never below zero.
    assert [value for _, _, value in lines(world, cart_id, "VOUCHER")] == [-5.0, -4.99]


def test_of_several_the_best_counts_for_each_name(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.com")
    world.add(cart_id, "baz.fr")
    for code in ("TENTH-OFF", "ALL-FREE"):
        put(world, cart_id, code).ok()
    assert [said for _, said, _ in lines(world, cart_id, "VOUCHER")] == ["Coupon ALL-FREE", "Coupon TENTH-OFF"]


def test_a_whole_cart_can_be_free_and_is_delivered(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.com")
    put(world, cart_id, "ALL-FREE").ok()
    placed = world.post(f"/order/cart/{cart_id}/checkout").ok()
    assert placed["prices"]["withTax"]["value"] == 0
    world.pay(placed["orderId"], "fidelityAccount").ok()
    world.deliver()
    assert world.status(placed["orderId"]) == "delivered"


def test_a_coupon_in_a_cart_holds_like_a_price(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.com")
    put(world, cart_id, "TODAY").ok()
    before = world.get(f"/order/cart/{cart_id}/summary").ok()
    world.pass_time(hours=2)
    assert world.get(f"/order/cart/{cart_id}/summary").ok() == before
    assert world.post(f"/order/cart/{cart_id}/checkout").ok()["prices"] == before["prices"]
    assert put(world, world.cart(), "TODAY").status == 400


def test_a_coupon_is_taken_out_again(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.com")
    for code in ("TENTH-OFF", "FIVE-EUROS"):
        put(world, cart_id, code).ok()
    path = f"/order/cart/{cart_id}/coupon"
    assert world.delete(f"{path}?coupon=five-euros").ok() is None
    assert world.get(path).ok() == ["TENTH-OFF"]
    assert world.delete(f"{path}?coupon=FIVE-EUROS").status == 404
    world.delete(f"{path}?coupon=TENTH-OFF").ok()
    assert lines(world, cart_id, "VOUCHER") == []


def test_an_anonymous_cart_takes_coupons_from_anybody_and_an_assigned_one_from_its_owner(world: World) -> None:
    open_cart, path = world.cart(None), "/order/cart/{}/coupon"
    assert world.post(path.format(open_cart), {"coupon": "TENTH-OFF"}, None).ok() == ["TENTH-OFF"]
    mine = world.cart()
    for who in (None, "dieter"):
        assert world.post(path.format(mine), {"coupon": "TENTH-OFF"}, who).status == 404
        assert world.get(path.format(mine), who).status == 404
        assert world.delete(path.format(mine) + "?coupon=TENTH-OFF", who).status == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"coupon": "NO-SUCH"}, 400, "coupon 'NO-SUCH' is unknown"),
        ({"coupon": "LAST-WEEK"}, 400, "coupon LAST-WEEK has expired"),
        ({"coupon": "NEXT-WEEK"}, 400, "coupon NEXT-WEEK cannot be used yet"),
        ({"coupon": "' OR 1=1 --"}, 400, "is unknown"),
        ({"coupon": ""}, 400, "coupon: "),
        ({"coupon": "x" * 300}, 400, "coupon: "),
        ({"coupon": None}, 400, "coupon: "),
        ({"coupon": 5}, 400, "coupon: "),
        ({"coupon": ["TENTH-OFF"]}, 400, "coupon: "),
        ({"coupon": "com-create"}, 400, "is unknown"),  # a promotion's name is no code
        ({}, 400, "coupon is required"),
    ],
)
def test_what_is_no_coupon_is_refused_naming_the_field(world: World, body: Any, status: int, said: str) -> None:
    cart_id = world.cart()
    answer = world.post(f"/order/cart/{cart_id}/coupon", body)
    assert (answer.status, list(answer.body["details"])) == (status, ["coupon"])
    assert said in answer.body["message"]
    assert world.get(f"/order/cart/{cart_id}/coupon").ok() == []


def test_a_cart_that_was_ordered_or_expired_takes_none(world: World) -> None:
    cart_id, late = world.cart(), world.cart()
    world.add(cart_id, "foo.com")
    world.post(f"/order/cart/{cart_id}/checkout").ok()
    assert put(world, cart_id, "TENTH-OFF").status == 409
    world.pass_time(days=2)
    assert put(world, late, "TENTH-OFF").status == 460
