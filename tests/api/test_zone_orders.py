"""/order/domain/zone: a zone ordered in one call, through the same checkout as any cart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import World

PATH = "/order/domain/zone"


def test_a_zone_is_shown_ordered_and_delivered(world: World) -> None:
    shown = world.get(f"{PATH}/new", zoneName="elsewhere.example", minimized="true").ok()
    assert (shown["orderId"], shown["prices"]["withTax"]["value"]) == (None, 0)
    assert world.get("/order/cart").ok() == world.get("/me/order").ok() == [], "nothing is kept"
    placed = world.post(f"{PATH}/new", {"zoneName": "Elsewhere.Example.", "minimized": True}).ok()
    assert [d["description"] for d in placed["details"]] == [d["description"] for d in shown["details"]]
    [cart_id] = world.get("/order/cart").ok()
    assert world.get(f"/order/cart/{cart_id}").ok()["readOnly"] is True
    world.pay(placed["orderId"], "fidelityAccount").ok()
    world.deliver()
    assert world.status(placed["orderId"]) == "delivered"
    assert world.get(PATH).ok() == world.get("/domain/zone").ok() == ["elsewhere.example"]
    assert world.get("/domain/zone/elsewhere.example/record", fieldType="CNAME").ok() == []
    assert world.get(f"{PATH}/elsewhere.example").ok() == []
    assert world.get(f"{PATH}/elsewhere.example/dnsAnycast").ok() == []


def test_a_zone_somebody_has_is_refused_and_nothing_is_written(world: World) -> None:
    world.pay(world.post(f"{PATH}/new", {"zoneName": "taken.example"}).ok()["orderId"], "fidelityAccount").ok()
    world.deliver()
    for who in ("camille", "dieter"):
        before = (world.get("/order/cart", who).ok(), world.get("/me/order", who).ok())
        for answer in (
            world.get(f"{PATH}/new", who, zoneName="taken.example"),
            world.post(f"{PATH}/new", {"zoneName": "taken.example"}, who),
        ):
            assert answer.status == 409
        assert (world.get("/order/cart", who).ok(), world.get("/me/order", who).ok()) == before


def test_a_strangers_zone_is_not_found(world: World) -> None:
    world.pay(world.order("mine.fr")).ok()
    world.deliver()
    assert world.get(f"{PATH}/mine.fr").ok() == []
    for path in ("mine.fr", "mine.fr/dnsAnycast", "nothing.fr", "nothing.fr/dnsAnycast"):
        answer = world.get(f"{PATH}/{path}", "dieter")
        assert (answer.status, answer.body["message"]) == (404, "This service does not exist")
    assert world.get(PATH, "dieter").ok() == []


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "x",
        "no spaces.example",
        "-a.example",
        "a..example",
        "é.example",
        "\u017fhop.example",
        "shop.192",
        "co.uk",
        "GOV.AU",
        "a" * 300,
    ],
)
def test_what_is_no_zone_is_refused_naming_the_field(world: World, zone: str) -> None:
    for answer in (world.get(f"{PATH}/new", zoneName=zone), world.post(f"{PATH}/new", {"zoneName": zone})):
        assert (answer.status, list(answer.body["details"])) == (400, ["zoneName"])
    assert world.get("/me/order").ok() == []


@pytest.mark.parametrize(
    "body", [{}, {"zoneName": None}, {"zoneName": 5}, {"zoneName": "a.example", "minimized": "yes"}]
)
def test_a_body_that_does_not_fit_is_refused(world: World, body: Any) -> None:
    assert world.post(f"{PATH}/new", body).status == 400


def test_anycast_is_not_offered(world: World) -> None:
    for answer in (
        world.get(f"{PATH}/a.example/dnsAnycast/P1Y"),
        world.post(f"{PATH}/a.example/dnsAnycast/P1Y"),
    ):
        assert (answer.status, "no anycast network" in answer.body["message"]) == (404, True)
