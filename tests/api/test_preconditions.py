"""ETag, If-None-Match and If-Match: two clients of one cart do not undo each other's changes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.api.routes import ROUTES
from ordain.core.promotions import Promotion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.registry import Availability
    from tests.world import Answer, World

COUPON = Promotion(name="a", code="TENTH-OFF", title="Coupon TENTH-OFF", extensions=("com", "fr"), percent=10)
WRONG = '"0123456789abcdef0123456789abcdef"'


def tag(world: World, cart_id: str) -> str:
    answer = world.get(f"/order/cart/{cart_id}")
    answer.ok()
    return answer.headers["etag"]


def if_match(world: World, seen: str, method: str, path: str, body: object = None) -> Answer:
    return world.call_with({"If-Match": seen}, method, path, body)


def stale(answer: Answer) -> str:
    """The words of a 412."""
    assert answer.status == 412, answer.raw
    assert answer.body["class"] == "Client::PreconditionFailed"
    assert answer.body["details"] == {"If-Match": answer.body["message"]}
    message: str = answer.body["message"]
    return message


# Reading


def test_a_cart_has_a_strong_tag_however_it_is_had(world: World) -> None:
    made = world.post("/order/cart", {"ovhSubsidiary": "FR"})
    path = f"/order/cart/{made.ok()['cartId']}"
    assert made.headers["etag"] == world.get(path).headers["etag"]
    assert len(made.headers["etag"]) == 34
    changed = world.put(path, {"description": "été", "expire": "2026-11-25T13:14:15.123456+01:00"})
    changed.ok()
    assert changed.headers["etag"] == world.get(path).headers["etag"] != made.headers["etag"]


def test_what_the_client_has_already_is_not_sent(world: World) -> None:
    cart_id = world.cart()
    path, seen = f"/order/cart/{cart_id}", tag(world, cart_id)
    for known in (seen, f'"x", {seen}', f"W/{seen}", "*"):
        answer = world.call_with({"If-None-Match": known}, "GET", path)
        assert (answer.status, answer.raw, answer.headers["etag"]) == (304, b"", seen)
        assert not {"content-type", "content-length"} & answer.headers.keys()
    world.add(cart_id, "foo.fr")
    for known in (seen, WRONG):
        assert world.call_with({"If-None-Match": known}, "GET", path).ok()["cartId"] == cart_id
    assert world.call_with({"If-None-Match": "*"}, "GET", f"/order/cart/{uuid4()}").status == 404


def test_a_list_of_carts_by_page_has_no_tags(world: World) -> None:
    cart_id = world.cart()
    headers = {"X-Pagination-Mode": "CachedObjectList-Pages", "If-None-Match": tag(world, cart_id)}
    assert [cart["cartId"] for cart in world.call_with(headers, "GET", "/order/cart").ok()] == [cart_id]


@pytest.mark.parametrize("sent", ["abc", "", '"a', "W/", '"a" "b"', "*, *"])
def test_an_odd_header_is_refused_by_name(world: World, sent: str) -> None:
    path = f"/order/cart/{world.cart()}"
    for header, method, body in (("If-Match", "PUT", {"description": "a"}), ("If-None-Match", "GET", None)):
        refused = world.call_with({header: sent}, method, path, body)
        assert refused.status == 400
        assert "ETags in double quotes" in refused.body["details"][header]
    assert world.get(path).ok()["description"] == ""


# Changing


def test_of_two_clients_the_second_is_told_and_looks_again(world: World) -> None:
    cart_id = world.cart()
    path = f"/order/cart/{cart_id}"
    one = other = tag(world, cart_id)
    first = if_match(world, one, "PUT", path, {"description": "from one"})
    first.ok()
    told = stale(if_match(world, other, "PUT", path, {"description": "from the other"}))
    assert first.headers["etag"] in told
    assert world.get(path).ok()["description"] == "from one"
    if_match(world, tag(world, cart_id), "PUT", path, {"description": "from both"}).ok()
    assert world.get(path).ok()["description"] == "from both"


class Filled(NamedTuple):
    """A cart with something of everything."""

    path: str
    item_id: int
    configuration_id: int


def filled(world: World) -> Filled:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    world.post(f"/order/cart/{cart_id}/coupon", {"coupon": COUPON.code}).ok()
    return Filled(f"/order/cart/{cart_id}", item_id, configuration_id)


ZONE = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
CHANGES: dict[str, tuple[str, object]] = {
    "PUT /order/cart/{cartId}": ("", {"description": "new"}),
    "DELETE /order/cart/{cartId}": ("", None),
    "POST /order/cart/{cartId}/assign": ("/assign", None),
    "POST /order/cart/{cartId}/domain": ("/domain", {"domain": "second.fr"}),
    "POST /order/cart/{cartId}/dns": ("/dns", ZONE),
    "PUT /order/cart/{cartId}/item/{itemId}": ("/item/{0.item_id}", {"duration": "P2Y"}),
    "DELETE /order/cart/{cartId}/item/{itemId}": ("/item/{0.item_id}", None),
    "POST /order/cart/{cartId}/item/{itemId}/configuration": (
        "/item/{0.item_id}/configuration",
        {"label": "DNS", "value": "ns1.example.net,ns2.example.net"},
    ),
    "DELETE /order/cart/{cartId}/item/{itemId}/configuration/{configurationId}": (
        "/item/{0.item_id}/configuration/{0.configuration_id}",
        None,
    ),
    "POST /order/cart/{cartId}/coupon": ("/coupon", {"coupon": "TENTH-OFF"}),
    "DELETE /order/cart/{cartId}/coupon": ("/coupon?coupon=TENTH-OFF", None),
    "POST /order/cart/{cartId}/domain/options": ("/domain/options", {**ZONE, "itemId": 0}),
    "POST /order/cart/{cartId}/checkout": ("/checkout", {}),
}
"""A call of every route that changes a cart."""
UNCHANGED = {"POST /order/cart/{cartId}/assign", "POST /order/cart/{cartId}/coupon"}
"""Here they ask for what is so already."""


def test_every_route_that_changes_a_cart_is_tried() -> None:
    elsewhere = {
        "POST /order/cart/{cartId}/dns/options"
    }  # it wants a zone, and an option of one: test_anycast has both
    assert {f"{route.method} {route.path}" for route in ROUTES if route.conditional} == CHANGES.keys() | elsewhere


@pytest.mark.parametrize("route", CHANGES)
def test_a_cart_is_changed_only_as_it_was_seen(world: World, route: str) -> None:
    world.sell(COUPON)
    cart = filled(world)
    cart_id = cart.path.rpartition("/")[2]
    path, body = CHANGES[route]
    if isinstance(body, dict) and "itemId" in body:
        body = {**body, "itemId": cart.item_id}
    call = route.partition(" ")[0], cart.path + path.format(cart), body
    seen = tag(world, cart_id)
    assert f"is {seen} now" in stale(if_match(world, WRONG, *call))
    assert f"A weak ETag (W/) says too little for If-Match: that of cart {cart_id} is {seen}" in stale(
        if_match(world, f"W/{seen}", *call)
    )
    assert tag(world, cart_id) == seen
    assert world.get("/me/order").ok() == []
    done = if_match(world, f"{WRONG}, {seen}", *call)
    done.ok()
    if route == "DELETE /order/cart/{cartId}":
        assert "etag" not in done.headers
        return
    assert done.headers["etag"] == tag(world, cart_id)
    assert (done.headers["etag"] == seen) == (route in UNCHANGED)


def test_any_cart_will_do_if_the_client_says_so(world: World) -> None:
    path = f"/order/cart/{world.cart()}"
    changed = if_match(world, "*", "PUT", path, {"description": "new"})
    changed.ok()
    assert changed.headers["etag"] == world.get(path).headers["etag"]
    assert if_match(world, "*", "PUT", f"/order/cart/{uuid4()}", {"description": "new"}).status == 404


def test_whose_cart_it_is_not_learns_nothing(world: World) -> None:
    path = f"/order/cart/{world.cart()}"
    for who in ("dieter", None):
        assert world.call_with({"If-Match": WRONG}, "PUT", path, {"description": "mine"}, who).status == 404
    assert if_match(world, WRONG, "PUT", f"/order/cart/{uuid4()}", {"description": "new"}).status == 404


def test_what_was_seen_is_ordered_and_nothing_else(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    path, seen = f"/order/cart/{cart_id}/checkout", tag(world, cart_id)
    world.add(cart_id, "second.fr")
    stale(if_match(world, seen, "POST", path, {"autoPayWithPreferredPaymentMethod": True}))
    assert world.get("/me/order").ok() == []
    seen = tag(world, cart_id)
    order_id = if_match(world, seen, "POST", path, {"autoPayWithPreferredPaymentMethod": True}).ok()["orderId"]
    again = if_match(world, seen, "POST", path, {})
    assert again.status == 409
    assert f"order {order_id}" in again.body["message"]


class Meddling:
    """A registry that takes its time: another client changes the cart while it is asked."""

    def __init__(self, registry: Any, world: World, cart_id: str) -> None:
        self._registry = registry
        self._world = world
        self._path = f"/order/cart/{cart_id}"

    async def check(self, names: Sequence[str]) -> list[Availability]:
        found: list[Availability] = await self._registry.check(names)
        body = {"description": f"meanwhile {uuid4()}"}
        assert (await self._world.request_with({}, "PUT", self._path, body)).status == 200
        return found


@pytest.mark.parametrize(("path", "body"), [("domain", {"domain": "second.fr"}), ("checkout", {})])
def test_a_change_made_meanwhile_counts(world: World, path: str, body: object) -> None:
    """The tag is judged in the transaction that changes the cart, not before it."""
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    seen, well = tag(world, cart_id), world.engine
    meddling: Any = {name: Meddling(each, world, cart_id) for name, each in well.registries.items()}
    world.use(structs.replace(well, registries=meddling))
    stale(if_match(world, seen, "POST", f"/order/cart/{cart_id}/{path}", body))
    assert len(world.get(f"/order/cart/{cart_id}").ok()["items"]) == 1
    assert world.get("/me/order").ok() == []
    # Who does not care what it was is not held up.
    assert world.post(f"/order/cart/{cart_id}/{path}", body).status == 200


def test_a_key_and_a_tag_go_together(world: World) -> None:
    """Repeated with the tag it was sent with, a change is answered as before; refused for its tag, it uses no key."""
    cart_id = world.cart()
    path, body = f"/order/cart/{cart_id}/domain", {"domain": "foo.fr"}
    headers = {"Idempotency-Key": "one", "If-Match": WRONG}
    stale(world.call_with(headers, "POST", path, body))
    headers["If-Match"] = tag(world, cart_id)
    first, again = (world.call_with(headers, "POST", path, body) for _ in range(2))
    assert first.ok() == again.ok()
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"] == tag(world, cart_id)
    headers["If-Match"] = tag(world, cart_id)
    assert world.call_with(headers, "POST", path, body).status == 409


# The tag and the answers


def answers(world: World, cart_id: str) -> str:
    """All that can be read of a cart."""
    path = f"/order/cart/{cart_id}"
    found = [world.get(path).ok(), world.get(f"{path}/summary").ok(), world.get(f"{path}/coupon").ok()]
    for item_id in found[0]["items"]:
        item = world.get(f"{path}/item/{item_id}").ok()
        found.append(item)
        found += [world.get(f"{path}/item/{item_id}/configuration/{each}").ok() for each in item["configurations"]]
    return repr(found)


def change(world: World, cart_id: str, number: int) -> None:
    """One of the changes there are; it may be refused, or change nothing."""
    path = f"/order/cart/{cart_id}"
    items = world.get(path).ok()["items"]
    item = f"{path}/item/{items[0]}" if items else path
    configured = world.get(f"{item}/configuration").body if items else []
    changes: list[tuple[str, str, object]] = [
        ("POST", f"{path}/domain", {"domain": "foo.fr"}),
        ("POST", f"{path}/domain", {"domain": "other.com"}),
        ("POST", f"{item}/configuration", {"label": "DNS", "value": "ns1.example.net,ns2.example.net"}),
        ("PUT", item, {"duration": "P2Y"}),
        ("PUT", item, {"duration": "P1Y"}),
        ("DELETE", f"{item}/configuration/{configured[0] if configured else 1}", None),
        ("POST", f"{path}/coupon", {"coupon": COUPON.code}),
        ("DELETE", f"{path}/coupon?coupon={COUPON.code}", None),
        ("PUT", path, {"description": "a"}),
        ("PUT", path, {"description": ""}),
        ("PUT", path, {"expire": "2026-11-25T12:00:00+00:00"}),
        ("DELETE", item if items else f"{path}/item/1", None),
        ("GET", path, None),
        ("POST", f"{path}/checkout", {}),
    ]
    method, target, body = changes[number]
    assert world.call(method, target, "camille", body=body).status < 500


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(numbers=st.lists(st.integers(0, 13), min_size=2, max_size=6))
def test_the_tag_is_another_if_and_only_if_something_can_be_seen_to_be(world: World, numbers: list[int]) -> None:
    if not world.engine.market.promotions or world.engine.market.promotions[-1] != COUPON:
        world.sell(COUPON)
    cart_id = world.cart()
    world.add(cart_id, "one.fr")
    states = [(tag(world, cart_id), answers(world, cart_id))]
    for number in numbers:
        change(world, cart_id, number)
        states.append((tag(world, cart_id), answers(world, cart_id)))
    for (one, seen), (other, seen_then) in itertools.combinations(states, 2):
        assert (one == other) == (seen == seen_then)
