"""Whose zone a name's is: one zone a name, its domain's holder's before all others'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.message
from msgspec import structs

from ordain.adapters.own_name_server import OwnNameServer
from ordain.flows.shelf import Shelf
from tests.zones import NameServerApart, use_name_server

if TYPE_CHECKING:
    from tests.world import World

ZONE = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}


def zone_cart(world: World, who: str, *names: str) -> str:
    """A cart of the person's with zones on their own for these names."""
    cart_id = world.cart(who)
    for name in names:
        item_id = world.post(f"/order/cart/{cart_id}/dns", ZONE, who).ok()["itemId"]
        path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
        world.post(path, {"label": "zone", "value": name}, who).ok()
    return cart_id


def checkout(world: World, cart_id: str, who: str) -> int:
    """The status of the cart's dry run."""
    return world.get(f"/order/cart/{cart_id}/checkout", who).status


def deliver(world: World, cart_id: str, who: str) -> int:
    """Order and pay a cart, and deliver what can be."""
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout", who=who).ok()["orderId"]
    world.pay(order_id, who=who).ok()
    world.deliver()
    return order_id


def longest(characters: int) -> str:
    """A name of so many."""
    return f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * (characters - 200)}.example"


def test_the_longest_zone_is_answered_for(world: World) -> None:
    """What stands below every zone is a name, too: that of its hostmaster."""
    deliver(world, zone_cart(world, "camille", longest(242)), "camille")
    name_server = world.engine.name_server
    assert isinstance(name_server, OwnNameServer)
    asked = dns.message.make_query(longest(242), "SOA").to_wire()
    answer = world.runner.run(name_server.answer(asked, by_tcp=True))
    assert answer is not None
    assert dns.message.from_wire(answer).answer


def test_a_longer_zone_cannot_be_ordered(world: World) -> None:
    cart_id = world.cart()
    item_id = world.post(f"/order/cart/{cart_id}/dns", ZONE).ok()["itemId"]
    wanted = {"label": "zone", "value": longest(243)}
    refused = world.post(f"/order/cart/{cart_id}/item/{item_id}/configuration", wanted)
    assert (refused.status, "at most 242 characters" in refused.body["message"]) == (400, True)


def test_a_zone_of_somebody_elses_name_cannot_be_ordered(world: World) -> None:
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    refused = world.get(f"/order/cart/{zone_cart(world, 'dieter', 'foo.fr')}/checkout", "dieter")
    assert refused.status == 409
    assert "belongs to another account here" in refused.body["message"]


def test_a_zone_of_a_name_registered_elsewhere_is_the_first_one_s(world: World) -> None:
    first, second = zone_cart(world, "dieter", "elsewhere.example"), zone_cart(world, "ursula", "elsewhere.example")
    assert checkout(world, first, "dieter") == checkout(world, second, "ursula") == 200
    late: int = world.post(f"/order/cart/{second}/checkout", who="ursula").ok()["orderId"]
    deliver(world, first, "dieter")
    world.pay(late, who="ursula").ok()
    world.deliver()
    assert world.status(late, "ursula") == "cancelled"
    assert world.get("/domain/zone", "dieter").ok() == ["elsewhere.example"]
    assert world.get("/domain/zone", "ursula").ok() == []


def test_a_zone_is_ordered_once(world: World) -> None:
    assert checkout(world, zone_cart(world, "camille", "one.example", "two.example"), "camille") == 200
    twice = world.get(f"/order/cart/{zone_cart(world, 'camille', 'one.example', 'one.example')}/checkout")
    assert twice.status == 409
    assert "This zone is in the cart already" in twice.body["message"]
    deliver(world, zone_cart(world, "camille", "one.example"), "camille")
    again = world.get(f"/order/cart/{zone_cart(world, 'camille', 'one.example')}/checkout")
    assert "This zone is hosted in your account already" in again.body["message"]


def test_a_name_s_new_holder_takes_its_zone_over(world: World) -> None:
    deliver(world, zone_cart(world, "dieter", "wanted.fr"), "dieter")
    assert world.get("/domain/zone", "dieter").ok() == ["wanted.fr"]
    order_id = world.order("wanted.fr")
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.get("/domain/zone").ok() == ["wanted.fr"]
    assert world.get("/domain/zone", "dieter").ok() == []


def test_a_transferred_name_keeps_the_name_servers_it_had(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken-1.fr")
    world.configure(cart_id, item_id, "AUTH_INFO", "right")
    deliver(world, cart_id, "camille")
    held = world.get("/domain/taken-1.fr").ok()
    assert held["nameServerType"] == "external"
    assert [server["nameServer"] for server in held["nameServers"]] == [
        "ns1.elsewhere.example",
        "ns2.elsewhere.example",
    ]
    assert world.get("/domain/zone").ok() == []


def test_a_path_without_its_prefix_is_answered_as_an_api_does(world: World) -> None:
    answer = world.send("GET", "/order/cart")
    assert (answer.status, answer.body["message"]) == (404, "Got an invalid (or empty) URL")


def refusal(world: World, who: str, name: str) -> str:
    """Why the person cannot order this zone; empty if nothing stands in the way."""
    answer = world.get(f"/order/cart/{zone_cart(world, who, name)}/checkout", who)
    assert answer.status in (200, 409), answer.raw
    return "" if answer.status == 200 else answer.body["message"]


def test_a_zone_below_somebody_elses_name_or_zone_cannot_be_ordered(world: World) -> None:
    world.pay(world.order("foo.fr")).ok()
    deliver(world, zone_cart(world, "camille", "alone.example"), "camille")
    for name in ("shop.foo.fr", "deep.shop.foo.fr", "www.alone.example"):
        assert "below one that belongs to another account here" in refusal(world, "dieter", name)
        assert refusal(world, "camille", name) == ""
    assert refusal(world, "dieter", "barfoo.fr") == refusal(world, "dieter", "xalone.example") == ""


def test_a_zone_above_somebody_elses_zones_cannot_be_ordered(world: World) -> None:
    deliver(world, zone_cart(world, "dieter", "a.shop.alone.example", "b.other.example"), "dieter")
    for name in ("shop.alone.example", "alone.example", "other.example"):
        assert "A name below this one belongs to another account here" in refusal(world, "camille", name)
        assert refusal(world, "dieter", name) == ""
    assert refusal(world, "camille", "b.alone.example") == refusal(world, "camille", "p.alone.example") == ""


def test_a_zone_below_a_name_that_came_meanwhile_is_not_delivered(world: World) -> None:
    cart_id = zone_cart(world, "dieter", "shop.foo.fr")
    late: int = world.post(f"/order/cart/{cart_id}/checkout", who="dieter").ok()["orderId"]
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    world.pay(late, who="dieter").ok()
    world.deliver()
    assert world.status(late, "dieter") == "cancelled"
    assert world.get("/domain/zone", "dieter").ok() == []


def test_a_name_s_new_holder_takes_the_zones_below_it_over(world: World) -> None:
    deliver(world, zone_cart(world, "dieter", "shop.foo.fr", "a.b.foo.fr", "x.barfoo.fr"), "dieter")
    deliver(world, zone_cart(world, "camille", "mine.foo.co.uk"), "camille")
    name_server = NameServerApart(world.engine.name_server.hosts)
    use_name_server(world, name_server)
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    assert world.get("/domain/zone", "dieter").ok() == ["x.barfoo.fr"]
    assert world.get("/domain/zone").ok() == ["foo.fr", "mine.foo.co.uk"]
    leaving = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT name FROM zone_removal ORDER BY name")))
    assert [row[0] for row in leaving] == ["a.b.foo.fr", "shop.foo.fr"]


def test_what_the_name_servers_are_called_below_is_nobodys_to_order(world: World) -> None:
    hosts = ("ns1.dns.hoster.example", "NS2.hoster.co.uk.")
    use_name_server(world, NameServerApart(hosts))
    for name in ("hoster.example", "dns.hoster.example", "ns1.dns.hoster.example", "www.hoster.example",
                 "hoster.co.uk", "a.ns2.hoster.co.uk"):  # fmt: skip
        assert "the operator's own" in refusal(world, "dieter", name)
    assert refusal(world, "dieter", "ahoster.example") == refusal(world, "dieter", "other.co.uk") == ""


def test_a_zone_that_names_are_sold_below_cannot_be_ordered(world: World) -> None:
    sold = world.engine.market.catalogue
    extensions = {**sold.extensions, "shop.example": sold.extensions["fr"]}
    market = structs.replace(world.engine.market, catalogue=structs.replace(sold, extensions=extensions))
    world.use(structs.replace(world.engine, shelf=Shelf(market)))
    answer = world.post("/order/domain/zone/new", {"zoneName": "shop.example"}, "dieter")
    assert (answer.status, "below a public suffix" in answer.body["message"]) == (400, True)
