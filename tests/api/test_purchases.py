"""A cart looked at as the order it would be, ordered as it was shown; orders found by number and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World


def test_exactly_what_was_shown_is_ordered_and_paid(world: World) -> None:
    cart_id = world.cart()
    item = world.add(cart_id, "foo.com")
    path = f"/ordain/v1/order/cart/{cart_id}/review"
    shown = world.get(path).ok()
    assert (shown["problems"], shown["prices"]["withTax"]["value"]) == ([], 8.99)
    assert (shown["ways"][0]["paymentMean"], shown["ways"][0]["preferred"]) == ("ovhAccount", True)
    world.put(f"/order/cart/{cart_id}/item/{item}", {"duration": "P2Y"}).ok()
    wish = {"seen": shown["seen"], "paymentMean": "ovhAccount"}
    refused = world.post(path, wish)
    assert (refused.status, "8.99 EUR" in refused.body["message"]) == (409, True)
    assert world.get("/me/order").ok() == []
    bought = world.post(path, {**wish, "seen": world.get(path).ok()["seen"]}).ok()
    assert world.status(bought["orderId"]) == "checking"
    assert world.post(path, wish).status == 409


def test_what_stands_in_the_way_is_told_as_at_checkout(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "ville-lannion.fr")
    [problem] = world.get(f"/ordain/v1/order/cart/{cart_id}/review").ok()["problems"]
    assert problem["message"] == world.get(f"/order/cart/{cart_id}/checkout").body["message"]
    assert world.get(f"/ordain/v1/order/cart/{cart_id}/review", "dieter").status == 404


def test_orders_are_found_by_their_owner(world: World) -> None:
    first, second = world.order("foo.com"), world.order("bar.com")
    assert world.get("/ordain/v1/order").ok() == {"orderIds": [second, first], "before": None}
    assert world.get("/ordain/v1/order", text="FOO").ok()["orderIds"] == [first]
    assert world.get("/ordain/v1/order", before=second).ok()["orderIds"] == [first]
    assert world.get("/ordain/v1/order", "dieter").ok()["orderIds"] == []
