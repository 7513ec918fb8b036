"""Options of names: what is offered, an option as an item of its own, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import Answer, World

ZONE = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}


def add(world: World, cart_id: str, item_id: int, who: str | None = "camille", **changes: Any) -> Answer:
    return world.post(f"/order/cart/{cart_id}/domain/options", {**ZONE, "itemId": item_id, **changes}, who)


def items(world: World, cart_id: str) -> list[int]:
    found: list[int] = world.get(f"/order/cart/{cart_id}/item").ok()
    return found


def test_a_zone_is_offered_with_every_name_that_is_sold(world: World) -> None:
    path = f"/order/cart/{world.cart()}/domain/options"
    [option] = world.get(path, domain="foo.fr").ok()
    assert (option["planCode"], option["family"], option["mandatory"]) == ("zone", "dns", False)
    [price] = option["prices"]
    assert (price["duration"], price["pricingMode"], price["price"]["value"]) == ("P1Y", "default", 0)
    assert world.get(path, domain="foo.nothing").ok() == []
    assert world.get(path, domain="not a name").status == 400
    assert world.get(path).body["details"] == {"domain": "domain is required"}


def test_an_option_is_an_item_that_points_at_its_parent(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken.fr")
    option = add(world, cart_id, item_id).ok()
    assert (option["parentItemId"], option["options"], option["settings"]["planCode"]) == (item_id, [], "zone")
    assert option["settings"]["domain"] == "taken.fr"
    assert items(world, cart_id) == world.get(f"/order/cart/{cart_id}").ok()["items"] == [item_id, option["itemId"]]
    path = f"/order/cart/{cart_id}/item"
    assert world.get(f"{path}/{item_id}").ok()["options"] == [option["itemId"]]
    assert world.get(f"{path}/{option['itemId']}").ok() == option
    assert world.put(f"{path}/{option['itemId']}", {"duration": "P1Y", "quantity": 1}).ok() == option


def test_it_goes_alone_or_with_its_parent(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken.fr")
    first = add(world, cart_id, item_id).ok()["itemId"]
    world.delete(f"/order/cart/{cart_id}/item/{first}").ok()
    assert items(world, cart_id) == [item_id]
    add(world, cart_id, item_id).ok()
    world.delete(f"/order/cart/{cart_id}/item/{item_id}").ok()
    assert items(world, cart_id) == []


@pytest.mark.parametrize(("domain", "with_it"), [("taken.fr", True), ("taken.fr", False), ("foo.fr", True)])
def test_a_transferred_name_has_a_zone_if_it_was_ordered_and_a_new_one_has_one_anyway(
    world: World, domain: str, *, with_it: bool
) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    if domain == "taken.fr":
        world.configure(cart_id, item_id, "AUTH_INFO", "right")
    if with_it:
        add(world, cart_id, item_id).ok()
        world.configure(cart_id, item_id, "template", "minimized")  # on the parent, as terraform does it
    summary = world.get(f"/order/cart/{cart_id}/summary").ok()
    zones = [d["domain"] for d in summary["details"] if d["description"].endswith("- Zone DNS")]
    assert zones == (["*001.001"] if with_it else [])
    order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.get("/domain/zone").ok() == ([domain] if with_it else [])
    if with_it:
        assert world.get(f"/domain/zone/{domain}/record", fieldType="CNAME").ok() == [], "minimized"


def test_a_template_is_for_those_with_the_option(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    path = f"/order/cart/{cart_id}/item/{item_id}"
    assert "template" not in [r["label"] for r in world.get(f"{path}/requiredConfiguration").ok()]
    assert world.post(f"{path}/configuration", {"label": "template", "value": "basic"}).status == 400
    add(world, cart_id, item_id).ok()
    [asked] = [r for r in world.get(f"{path}/requiredConfiguration").ok() if r["label"] == "template"]
    assert (asked["required"], asked["allowedValues"]) == (False, ["basic", "minimized", "redirect"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planCode": "anycast"}, "planCode"),
        ({"planCode": ""}, "planCode"),
        ({"pricingMode": "create-default"}, "pricingMode"),
        ({"duration": "P2Y"}, "duration"),
        ({"duration": "soon"}, "duration"),
        ({"quantity": 2}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "1"}, "quantity"),
        ({"itemId": "x"}, "itemId"),
        ({"itemId": None}, "itemId"),
    ],
)
def test_what_is_not_on_offer_is_refused_naming_the_field(world: World, changes: Any, field: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    answer = add(world, cart_id, item_id, **changes)
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert items(world, cart_id) == [item_id]


def test_once_a_name_on_names_alone_and_in_ones_own_cart(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    option_id = add(world, cart_id, item_id).ok()["itemId"]
    assert add(world, cart_id, item_id).status == 409
    assert add(world, cart_id, option_id).status == 400, "an option has none"
    assert add(world, cart_id, 12345).status == 404
    zone_id = world.post(f"/order/cart/{cart_id}/dns", ZONE).ok()["itemId"]
    assert add(world, cart_id, zone_id).status == 400
    assert add(world, cart_id, item_id, "dieter").status == 404
    assert add(world, world.cart(), item_id).status == 404
    for path in ("configuration", "requiredConfiguration"):
        answer = world.get(f"/order/cart/{cart_id}/item/{option_id}/{path}")
        assert answer.status == 400, path
        assert "configure that one" in answer.body["message"]


def test_zones_have_no_options_and_packs_are_not_sold(world: World) -> None:
    cart = f"/order/cart/{world.cart()}"
    assert world.get(f"{cart}/dns/options", planCode="zone").ok() == []
    assert world.get(f"{cart}/dns/options", planCode="other").status == 400
    assert world.get(f"{cart}/domainPacks", domain="foo.fr").ok() == []
    assert world.get(f"{cart}/domainRestore", domain="foo.fr").ok() == []
    assert world.post(f"{cart}/domainPacks", {}).status == 404
    assert world.get(f"{cart}/domainTransfer", domain="foo.fr").status == 404
