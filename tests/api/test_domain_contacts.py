"""/domain/contact: more members than /me/contact, in the same store, for the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.test_owner_changes import OWNER

if TYPE_CHECKING:
    from tests.world import World

PATH = "/domain/contact"


def made(world: World, **members: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.post(PATH, {**OWNER, **members}).ok()
    return found


def test_a_contact_has_all_that_registries_ask_and_an_id_of_its_own(world: World) -> None:
    contact = made(world, trademarkId="FR123", website="https://ada.example", accreditationYear=1999)
    assert {name: contact[name] for name in ("trademarkId", "website", "accreditationYear")} == {
        "trademarkId": "FR123",
        "website": "https://ada.example",
        "accreditationYear": 1999,
    }
    assert (contact["birthDay"], contact["organisationName"]) == ("1985-03-02", None)
    assert contact["address"]["zip"] == "59000"
    assert contact["address"]["line2"] is None
    path = f"{PATH}/{contact['id']}"
    assert world.get(path).ok() == contact
    assert world.get(PATH).ok() == [contact]


def test_both_ways_lead_to_the_same_contacts(world: World) -> None:
    contact = made(world, trademarkId="FR123")
    mine = world.post("/me/contact", OWNER).ok()
    assert world.get("/me/contact").ok() == [contact["id"], mine["id"]]
    assert [one["id"] for one in world.get(PATH).ok()] == [contact["id"], mine["id"]]
    seen = world.get(f"/me/contact/{contact['id']}").ok()
    assert seen["firstName"] == "Ada"
    assert "trademarkId" not in seen
    world.put(f"/me/contact/{contact['id']}", {"firstName": "Zoé"}).ok()
    after = world.get(f"{PATH}/{contact['id']}").ok()
    assert after == {**contact, "firstName": "Zoé"}


def test_what_is_not_sent_stays_and_null_takes_away(world: World) -> None:
    contact = made(world, trademarkId="FR123")
    path = f"{PATH}/{contact['id']}"
    changed = world.put(path, {"trademarkId": None, "email": None, "address": {"line2": "Hall B"}, "id": 5}).ok()
    address = {**contact["address"], "line2": "Hall B"}
    assert changed == {**contact, "trademarkId": None, "email": None, "address": address}
    assert world.put(path, {"address": None}).ok() == changed
    assert world.put(path, {}).ok() == changed
    assert world.get(path).ok() == changed


def test_what_is_left_open_is_empty_and_language_and_form_are_the_account_s(world: World) -> None:
    contact = world.post(PATH, {"organisationName": "Weber GmbH"}, "dieter").ok()
    told = {name: value for name, value in contact.items() if value is not None and name != "id"}
    assert told.pop("address") == dict.fromkeys(
        ("city", "country", "line1", "line2", "line3", "otherDetails", "province", "zip")
    )
    assert told == {"organisationName": "Weber GmbH", "language": "de_DE", "legalForm": "corporation"}
    seen = world.get(f"/me/contact/{contact['id']}", "dieter").ok()
    assert (seen["firstName"], seen["address"]["country"]) == ("", "UNKNOWN")
    # What is missing is told by the rule of whatever it is to own.
    cart_id = world.cart("dieter", "DE")
    item_id = world.add(cart_id, "foo.com", "dieter")
    path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
    world.post(path, {"label": "OWNER_CONTACT", "value": f"/domain/contact/{contact['id']}"}, "dieter").ok()
    fields = world.get(f"/order/cart/{cart_id}/checkout", "dieter").body["details"]
    assert f"{item_id}.OWNER_CONTACT.address.country" in fields
    assert f"{item_id}.OWNER_CONTACT.email" in fields


def test_a_registry_s_own_question_is_answered_by_the_contact(world: World) -> None:
    """.es asks what document the owner has: me.contact.Contact has no member for it."""
    answers = []
    for form, number in ((None, None), ("1", "12345678Z")):
        spaniard = {**OWNER, "address": {**OWNER["address"], "country": "ES"}}  # type: ignore[dict-item]  # an address
        contact = made(world, **{**spaniard, "registrantDocumentType": form, "nationalIdentificationNumber": number,
                                 "legalFormCategory": form})  # fmt: skip
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.es")
        world.configure(cart_id, item_id, "OWNER_CONTACT", f"/domain/contact/{contact['id']}")
        world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        answers.append(world.get(f"/order/cart/{cart_id}/checkout").body.get("details", {}))
    assert any("registrantDocumentType" in field for field in answers[0])
    assert not any("registrantDocumentType" in field for field in answers[1])


def test_the_owner_named_becomes_the_name_s_own_copy(world: World) -> None:
    contact = made(world, website="https://ada.example")
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    world.configure(cart_id, item_id, "OWNER_CONTACT", f"/domain/contact/{contact['id']}")
    world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    copy_id = world.get("/domain/foo.fr").ok()["whoisOwner"]
    assert copy_id != str(contact["id"])
    assert world.get(f"{PATH}/{copy_id}").ok() == {**contact, "id": int(copy_id)}


def test_a_strangers_contact_is_not_found(world: World) -> None:
    contact_id = made(world)["id"]
    for number in (contact_id, 2**53 - 1):
        path = f"{PATH}/{number}"
        for answer in (world.get(path, "dieter"), world.put(path, {"firstName": "Mallory"}, "dieter")):
            assert (answer.status, answer.body["message"]) == (404, f"Contact {number} does not exist")
    assert world.get(PATH, "dieter").ok() == []
    assert world.get(PATH, None).status == 401


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"language": "xx_XX"}, "language"),
        ({"legalForm": "pirate"}, "legalForm"),
        ({"gender": "x"}, "gender"),
        ({"birthDay": "yesterday"}, "birthDay"),
        ({"address": {"country": "Atlantis"}}, "address.country"),
        ({"address": "1 rue de l'Exemple"}, "address"),
        ({"accreditationYear": "old"}, "accreditationYear"),
        ({"website": "x" * 256}, "website"),
        ({"phone": "call me"}, "phone"),
        ({"trademarkId": 7}, "trademarkId"),
        ({"nationality": ""}, "nationality"),
    ],
)
def test_what_is_no_contact_is_refused_naming_the_field(world: World, members: Any, field: str) -> None:
    contact = made(world)
    for answer in (world.post(PATH, {**OWNER, **members}), world.put(f"{PATH}/{contact['id']}", members)):
        assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert world.get(PATH).ok() == [contact]
