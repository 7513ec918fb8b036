"""All of an item's configurations by one call: told what is asked, saved at once or not at all."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import World

TOWN = "ville-nanterre.fr"
OWNER = {
    "legalForm": "individual", "firstName": "Jeanne", "lastName": "Petit", "email": "jeanne@world.example",
    "phone": "01 23 45 67 89", "language": "fr_FR", "address.line1": "1 rue de l'Exemple", "address.zip": "59100",
    "address.city": "Roubaix", "address.country": "FR", "birthDay": "1980-01-31", "birthCountry": "FR",
    "birthCity": "Lille", "birthZip": "59000",
}  # fmt: skip


def path(cart_id: str, item_id: int) -> str:
    return f"/ordain/v1/order/cart/{cart_id}/item/{item_id}/configuration"


def values(world: World, cart_id: str, item_id: int, who: str | None = "camille") -> dict[str, str]:
    """What an item is configured with."""
    here = f"/order/cart/{cart_id}/item/{item_id}/configuration"
    found = [world.get(f"{here}/{one}", who).ok() for one in world.get(here, who).ok()]
    assert len({one["label"] for one in found}) == len(found), "each label has one value"
    return {one["label"]: one["value"] for one in found}


def test_what_is_asked_is_told_by_what_is_known(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, TOWN)
    asked = {one["place"]: one for one in world.get(path(cart_id, item_id)).ok()}
    assert asked["REASON"] | {"description": ""} == {
        "place": "REASON", "type": "text", "required": True, "asked": True, "allowed": [], "pattern": "",
        "minLength": 0, "maxLength": 4000, "example": "", "description": "",
    }  # fmt: skip
    assert asked["OWNER_CONTACT.birthDay"]["required"]
    assert not asked["OWNER_CONTACT.organisationName"]["asked"]
    required = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    for one in required:
        assert asked[one["label"]]["required"] == one["required"], one["label"]
        members = {f"{one['label']}.{member}" for member in one["fields"] or ()}
        assert members <= {at for at in asked if asked[at]["required"]}


def test_an_owner_is_made_with_all_the_rest_and_the_cart_is_theirs(world: World) -> None:
    cart_id = world.cart(None)
    item_id = world.add(cart_id, TOWN)
    sent = {"labels": {"REASON": "We are the town", "OWNER_LEGAL_AGE": "true"}, "owner": OWNER}
    assert world.put(path(cart_id, item_id), {**sent, "dryRun": True}).ok() == {
        "itemIds": [], "contactId": None, "nextItemId": None,
    }  # fmt: skip
    assert values(world, cart_id, item_id, None) == {}
    made = world.put(path(cart_id, item_id), sent).ok()
    assert made["itemIds"] == [item_id]
    assert made["nextItemId"] is None
    contact = world.get(f"/me/contact/{made['contactId']}").ok()
    assert (contact["phone"], contact["lastName"]) == ("+33.123456789", "Petit")
    assert values(world, cart_id, item_id)["OWNER_CONTACT"] == f"/me/contact/{made['contactId']}"
    assert world.get(f"/order/cart/{cart_id}", None).status == 404
    assert world.get(f"/order/cart/{cart_id}/checkout").status == 200


def test_members_left_out_are_those_of_whom_the_owner_is_like(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "exemple.it")
    members = {"nationality": "FR", "nationalIdentificationNumber": "AB1234567"}
    sent = {"labels": {"ACCEPT_CONDITIONS": "true"}, "owner": members, "ownerLike": "account"}
    first = world.put(path(cart_id, item_id), sent).ok()["contactId"]
    again = {"owner": {"firstName": "Jeanne"}, "ownerLike": f"/me/contact/{first}", "labels": {"OWNER_LEGAL_AGE": "1"}}
    second = world.put(path(cart_id, item_id), again).ok()["contactId"]
    made = world.get(f"/me/contact/{second}").ok()
    assert (made["firstName"], made["lastName"], made["nationality"]) == ("Jeanne", "Martin", "FR")
    assert world.get(f"/me/contact/{first}").ok()["firstName"] == "Camille"
    assert world.put(path(cart_id, item_id), {**again, "ownerLike": "/me/contact/1"}).status == 404


def test_a_stranger_can_say_what_is_about_the_name_and_make_no_owner(world: World) -> None:
    cart_id = world.cart(None)
    item_id = world.add(cart_id, TOWN)
    refused = world.call("PUT", path(cart_id, item_id), None, body={"owner": OWNER})
    assert (refused.status, list(refused.body["details"])) == (401, ["OWNER_CONTACT", "REASON"])
    said = world.call("PUT", path(cart_id, item_id), None, body={"labels": {"REASON": "We are the town"}})
    assert said.ok()["itemIds"] == [item_id]
    world.post(f"/order/cart/{cart_id}/assign", who="dieter").ok()
    assert world.call("PUT", path(cart_id, item_id), None, body={"labels": {}}).status == 404
    assert world.put(path(cart_id, item_id), {"labels": {}}).status == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"labels": {"COLOUR": "red"}}, "COLOUR"), ({"labels": {"DNS": "x" * 10_001}}, "DNS"),
     ({"labels": {"OWNER_LEGAL_AGE": "no"}}, "OWNER_LEGAL_AGE"), ({"owner": {"colour": "red"}}, "OWNER_CONTACT.colour"),
     ({"labels": {str(n): "" for n in range(51)}}, "labels"), ({"owner": {"email": 1}}, "owner"),
     ({"colour": 1}, "colour")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_field(world: World, sent: dict[str, Any], field: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    refused = world.put(path(cart_id, item_id), sent)
    assert refused.status == 400
    assert any(field in key for key in refused.body.get("details", {})) or field in refused.body["message"]
    assert values(world, cart_id, item_id) == {}


def test_what_no_contact_can_be_is_refused_whatever_the_registry_asks(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.com")
    strange = {"gender": "x", "nationality": "QQQ", "birthCountry": "QQQ", "accreditationCountry": "QQ"}
    for more in ({}, {"dryRun": True}):
        refused = world.put(path(cart_id, item_id), {"owner": {**OWNER, **strange, "email": "nobody"}, **more})
        assert refused.status == 400
        assert {f"OWNER_CONTACT.{name}" for name in (*strange, "email")} <= refused.body["details"].keys()
    assert "gender » doit être l'une de ces valeurs : female, male" in refused.body["message"].replace("\xa0", " ")
    assert world.get("/me/contact").ok() == []
    right = {"gender": "female", "nationality": "FR", "birthCountry": "FR", "accreditationCountry": "FR"}
    made = world.put(path(cart_id, item_id), {"owner": {**OWNER, **right}, "labels": {"OWNER_LEGAL_AGE": "true"}}).ok()
    assert world.get(f"/me/contact/{made['contactId']}").ok()["nationality"] == "FR"


def test_it_is_all_or_nothing_whatever_is_sent(world: World) -> None:
    chance = random.Random(7)
    good = {"REASON": "We are the town", "DNS": "ns1.example.com, ns2.example.com", "OWNER_LEGAL_AGE": "true"}
    bad = {"REASON": "", "DNS": "ns1.example.com", "ADMIN_ACCOUNT": "nobody", "COLOUR": "red"}
    cart_id = world.cart()
    item_id = world.add(cart_id, TOWN)
    before: dict[str, str] = {}
    outcomes = set()
    for _ in range(20):
        pool = [*good.items(), *(bad.items() if chance.random() < 0.5 else ())]
        labels = dict(chance.sample(pool, chance.randint(0, len(pool))))
        contacts = world.get("/me/contact").ok()
        owner = OWNER if chance.random() < 0.3 else {**OWNER, "phone": "x"} if chance.random() < 0.2 else None
        answer = world.put(path(cart_id, item_id), {"labels": labels, "owner": owner})
        outcomes.add(answer.status)
        after = values(world, cart_id, item_id)
        if answer.status == 200:
            said = {**before, **labels}
            if owner:
                said["OWNER_CONTACT"] = f"/me/contact/{answer.body['contactId']}"
            assert after == {label: value for label, value in said.items() if value}
        else:
            assert (after, world.get("/me/contact").ok()) == (before, contacts)
        before = after
    assert outcomes == {200, 400}


def test_an_ordered_cart_is_not_configured(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    world.post(f"/order/cart/{cart_id}/checkout").ok()
    assert world.put(path(cart_id, item_id), {"labels": {"DNS": ""}}).status == 409
    other = world.cart()
    expired = world.add(other, "bar.fr")
    world.pass_time(days=2)
    assert world.put(path(other, expired), {"labels": {"DNS": ""}}).status == 460
