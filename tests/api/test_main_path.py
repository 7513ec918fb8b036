"""The main path: a name ordered from cart to delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World


def test_a_name_goes_from_cart_to_delivered(world: World) -> None:
    order_id = world.order("foo.fr")
    assert world.status(order_id) == "notPaid"
    before = world.balance()
    assert world.pay(order_id).ok() is None
    assert world.status(order_id) == "checking"
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.get("/domain").ok() == ["foo.fr"]
    assert world.get("/domain/zone").ok() == ["foo.fr"]
    assert before - world.balance() == 599000000
    assert world.imbalance() == []
