"""What clients send, read: forms that are taken, and how misfits are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World

CONTACT = {
    "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann"},
    "email": "camille@world.example",
    "firstName": "Camille",
    "lastName": "Martin",
    "language": "fr_FR",
    "legalForm": "individual",
}


def test_an_instant_without_an_offset_is_meant_in_utc(world: World) -> None:
    made = world.post("/order/cart", {"ovhSubsidiary": "FR", "expire": "2026-11-24T00:00:00"}).ok()
    assert made["expire"] == "2026-11-24T00:00:00+00:00"
    order_id = world.order("foo.fr")
    assert world.get("/me/order", **{"date.from": "2026-11-23T00:00:00"}).ok() == [order_id]
    assert world.get("/me/order", **{"date.from": "2026-11-24T00:00:00"}).ok() == []


def test_a_day_is_its_beginning_where_an_instant_is_asked_for_in_a_query(world: World) -> None:
    order_id = world.order("foo.fr")
    assert world.get("/me/order", **{"date.from": "2026-11-23"}).ok() == [order_id]
    assert world.get("/me/order", **{"date.to": "2026-11-23"}).ok() == []
    assert world.get("/me/order", **{"date.from": "2026-11-31"}).status == 400


def test_a_pattern_is_told_in_words(world: World) -> None:
    refused = world.post("/me/contact", {**CONTACT, "email": "nobody"})
    assert refused.status == 400
    assert refused.body["details"] == {"email": "email: Expected an e-mail address"}
    refused = world.post("/me/contact", {**CONTACT, "phone": "call me"})
    assert refused.body["message"] == "phone: Expected a telephone number such as +33.123456789"


def test_a_member_inside_an_object_is_named_by_its_path(world: World) -> None:
    refused = world.post("/me/contact", {**CONTACT, "address": {"country": "FR", "line1": "x"}})
    assert refused.body["details"] == {"address.city": "address.city is required"}


def test_a_contact_is_changed_member_by_member(world: World) -> None:
    made = world.post("/me/contact", CONTACT).ok()
    changed = world.put(f"/me/contact/{made['id']}", {"address": {"city": "Lille"}, "phone": "+33.300000000"}).ok()
    assert changed == {**made, "address": {**made["address"], "city": "Lille"}, "phone": "+33.300000000"}
    assert world.get(f"/me/contact/{made['id']}").ok() == changed
    assert world.get("/me/contact").ok() == [made["id"]]
    assert world.get(f"/me/contact/{made['id']}", who="dieter").status == 404
    assert world.put(f"/me/contact/{made['id']}", {"phone": "+33.311111111"}, who="dieter").status == 404


def test_null_where_a_member_can_be_left_out_is_as_if_it_was_not_sent(world: World) -> None:
    # python-ovh sends None as null, go-ovh a pointer that is nil (wire-contract §1.5, §8.4).
    made = world.post("/me/contact", {**CONTACT, "id": None}).ok()
    assert world.get("/me/contact").ok() == [made["id"]]
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    service = world.get("/domain/foo.fr").ok()["serviceId"]
    renewal = {"dryRun": None, "duration": "P1Y", "services": [service]}
    assert world.post(f"/service/{service}/renew", renewal).ok()["orderId"] > 0


def test_null_where_a_member_is_needed_is_refused_beside_one_that_is_left_out(world: World) -> None:
    refused = world.post("/me/contact", {**CONTACT, "email": None, "id": None})
    assert refused.status == 400
    assert refused.body["details"] == {"email": "email: Expected str, got null"}
    # A change leaves alone what is not sent: null would take it away.
    refused = world.put(f"/me/contact/{world.post('/me/contact', CONTACT).ok()['id']}", {"email": None})
    assert refused.body["details"] == {"email": "email: Expected str, got null"}
