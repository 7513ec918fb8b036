"""A change of a name's owner: offered, ordered, judged by the rule for it, delivered; and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.flows import delivery
from ordain.flows.shelf import Shelf
from ordain.store import mails
from tests.flows.shop import agree

if TYPE_CHECKING:
    from tests.world import World

PATH = "/order/cartServiceOption/domain"
OWNER = {
    "address": {"city": "Lille", "country": "FR", "line1": "1 rue de l'Exemple", "zip": "59000"},
    "email": "ada@world.example", "firstName": "Ada", "lastName": "Durand", "language": "fr_FR",
    "legalForm": "individual", "phone": "+33.320000001",
    "birthDay": "1985-03-02", "birthCity": "Lille", "birthCountry": "FR", "birthZip": "59000",
}  # fmt: skip


def hold(world: World, name: str, who: str = "camille") -> None:
    world.pay(world.order(name, who=who), who=who).ok()
    world.deliver()


def wanted(cart_id: str, **changes: Any) -> dict[str, Any]:
    usual = {"planCode": "fr-trade", "pricingMode": "create-default", "duration": "P0D", "quantity": 1}
    return {"cartId": cart_id, **usual, **changes}


def test_it_is_offered_for_the_names_that_are_held(world: World) -> None:
    hold(world, "held.fr")
    assert world.get(PATH).ok() == ["held.fr"]
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    assert (world.get(PATH, whoisOwner=owner).ok(), world.get(PATH, whoisOwner="1").ok()) == (["held.fr"], [])
    [offer] = world.get(f"{PATH}/HELD.fr").ok()
    [price] = offer.pop("prices")
    assert offer == {
        "exclusive": True, "family": "trade", "mandatory": False, "planCode": "fr-trade",
        "productName": "fr-trade", "productType": "delivery",
    }  # fmt: skip
    assert (price["duration"], price["interval"], price["priceInUcents"]) == ("P0D", 0, 0)
    assert (price["capacities"], price["pricingMode"], price["pricingType"]) == (
        ["installation"],
        "create-default",
        "purchase",
    )


def test_it_is_offered_no_more_once_the_extension_has_no_prices(world: World) -> None:
    hold(world, "held.fr")
    cart_id, market = world.cart(), world.engine.market
    gone = structs.replace(market.catalogue.extensions["fr"], prices={}, enabled=False, not_sold="the registry closed")
    catalogue = structs.replace(market.catalogue, extensions={**market.catalogue.extensions, "fr": gone})
    world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(market, catalogue=catalogue))))
    for answer in (world.get(f"{PATH}/held.fr"), world.post(f"{PATH}/held.fr", wanted(cart_id))):
        assert (answer.status, answer.body["message"]) == (409, ".fr names are no longer sold here")


def ordered(world: World, name: str, contact: dict[str, Any]) -> int:
    """An order for a change of the owner to this contact."""
    cart_id = world.cart()
    item = world.post(f"{PATH}/{name}", wanted(cart_id)).ok()
    contact_id = world.post("/domain/contact", contact).ok()["id"]
    world.configure(cart_id, item["itemId"], "OWNER_CONTACT", f"/domain/contact/{contact_id}")
    world.configure(cart_id, item["itemId"], "OWNER_LEGAL_AGE", "true")
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    return order_id


def delivered(world: World) -> None:
    """Everybody agrees, and workers do their part."""
    world.deliver()
    agree(world)
    world.deliver()


def test_it_is_ordered_paid_and_delivered(world: World) -> None:
    hold(world, "held.fr")
    before = world.get("/domain/held.fr").ok()
    order_id = ordered(world, "held.fr", OWNER)
    world.pay(order_id, "fidelityAccount").ok()
    [task_id] = world.get("/me/task/domain", function="DomainTrade").ok()
    assert world.get(f"/me/task/domain/{task_id}").ok()["domain"] == "held.fr"
    world.deliver()
    assert agree(world) == 1
    world.deliver()
    assert world.status(order_id) == "delivered"
    after = world.get("/domain/held.fr").ok()
    assert after["whoisOwner"] != before["whoisOwner"]
    owner = world.get(f"/domain/contact/{after['whoisOwner']}").ok()
    assert (owner["firstName"], owner["lastName"]) == ("Ada", "Durand")
    same = ("expirationDate", "nameServers", "serviceId", "contactAdmin")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    written = world.runner.run(world.database.read(lambda tx: mails.of_order(tx, world.nics["camille"], order_id)))
    assert "Le titulaire de held.fr a changé" in [mail.subject for mail in written]


def test_the_item_is_done_once(world: World) -> None:
    hold(world, "held.fr")
    cart_id = world.cart()
    item = world.post(f"{PATH}/held.fr", wanted(cart_id, duration="P0Y")).ok()
    assert (item["duration"], item["settings"]["planCode"]) == ("P0D", "fr-trade")
    path = f"/order/cart/{cart_id}/item/{item['itemId']}"
    assert world.put(path, {"duration": "P1Y"}).status == 400
    assert world.post(f"{PATH}/held.fr", wanted(cart_id)).status == 409
    labels = {r["label"]: r["required"] for r in world.get(f"{path}/requiredConfiguration").ok()}
    assert labels["OWNER_CONTACT"] is True
    assert not {"ADMIN_ACCOUNT", "TECH_ACCOUNT", "DNS"} & labels.keys()
    options = {**wanted(cart_id), "itemId": item["itemId"], "planCode": "zone", "pricingMode": "default"}
    assert world.post(f"/order/cart/{cart_id}/domain/options", {**options, "duration": "P1Y"}).status == 400


def test_the_dry_run_says_whose_turn_it_is(world: World) -> None:
    hold(world, "held.fr")
    cart_id = world.cart()
    item_id = world.post(f"{PATH}/held.fr", wanted(cart_id)).ok()["itemId"]
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    assert (answer.status, list(answer.body["details"])) == (400, [f"{item_id}.OWNER_CONTACT"])
    abroad = world.post("/domain/contact", {**OWNER, "address": {**OWNER["address"], "country": "US"}}).ok()["id"]  # type: ignore[dict-item]  # an address is one
    world.configure(cart_id, item_id, "OWNER_CONTACT", f"/me/contact/{abroad}")
    world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    place = f"{item_id}.OWNER_CONTACT.address.country"
    assert list(answer.body["details"]) == [place, "_violations"], "the extension's own rule"


def test_one_at_a_time_and_only_while_the_name_is_held(world: World) -> None:
    hold(world, "held.fr")
    first = ordered(world, "held.fr", OWNER)
    world.pay(first, "fidelityAccount").ok()
    cart_id = world.cart()
    item_id = world.post(f"{PATH}/held.fr", wanted(cart_id)).ok()["itemId"]
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    assert "under way already" in answer.body["details"][f"{item_id}.domain"]
    delivered(world)
    second = ordered(world, "held.fr", {**OWNER, "firstName": "Zoé"})
    world.pay(second, "fidelityAccount").ok()
    delivered(world)
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    assert world.get(f"/domain/contact/{owner}").ok()["firstName"] == "Zoé"


def test_two_that_were_ordered_together_come_about_one_after_the_other(world: World) -> None:
    hold(world, "held.fr")
    orders = [ordered(world, "held.fr", {**OWNER, "firstName": name}) for name in ("Ada", "Zoé")]
    for order_id in orders:
        world.pay(order_id, "fidelityAccount").ok()
    first, second = world.runner.run(delivery.claim(world.engine, 2))
    for task in (second, first):  # as two workers may
        world.runner.run(delivery.step(world.engine, task))
    assert agree(world) == 2
    for _ in range(3):
        world.pass_time(seconds=5)
        world.deliver()
    assert [world.status(order_id) for order_id in orders] == ["delivered", "delivered"]
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    assert world.get(f"/domain/contact/{owner}").ok()["firstName"] == "Zoé"
    registered = world.runner.run(world.engine.registries["Afnic"].find("held.fr"))
    assert registered is not None
    assert registered.owner is not None
    assert registered.owner["firstName"] == "Zoé", "the registry and we say the same"


def test_only_its_holder_can_order_it(world: World) -> None:
    hold(world, "held.fr")
    theirs = world.cart("dieter")
    assert world.get(f"{PATH}/held.fr", "dieter").status == 404
    assert world.post(f"{PATH}/held.fr", wanted(theirs), "dieter").status == 404
    assert world.post(f"{PATH}/held.fr", wanted(theirs)).status == 404, "a stranger's cart"
    assert world.post(f"{PATH}/nobodys.fr", wanted(world.cart())).status == 404
    # An open cart that somebody else then makes theirs: they hold no such name.
    open_cart = world.cart(None)
    item_id = world.post(f"{PATH}/held.fr", wanted(open_cart)).ok()["itemId"]
    world.post(f"/order/cart/{open_cart}/assign", who="dieter").ok()
    answer = world.get(f"/order/cart/{open_cart}/checkout", "dieter")
    assert answer.body["details"][f"{item_id}.domain"].endswith("This name is not in your account")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"planCode": "com-trade"}, "planCode"),
        ({"planCode": "fr"}, "planCode"),
        ({"pricingMode": "trade-default"}, "pricingMode"),
        ({"pricingMode": ""}, "pricingMode"),
        ({"duration": "P1Y"}, "duration"),
        ({"duration": "P0M"}, "duration"),
        ({"quantity": 2}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"cartId": ""}, "cartId"),
        ({"cartId": 7}, "cartId"),
    ],
)
def test_what_is_not_on_offer_is_refused_naming_the_field(world: World, changes: Any, field: str) -> None:
    hold(world, "held.fr")
    cart_id = world.cart()
    answer = world.post(f"{PATH}/held.fr", wanted(cart_id, **changes))
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert world.get(f"/order/cart/{cart_id}/item").ok() == []
