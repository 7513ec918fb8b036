"""What customers can mend of an order by themselves: a town's name justified, another owner, and giving up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.shop import follow_up

if TYPE_CHECKING:
    from tests.world import World

DONE = {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": "DONE", "AVAILABLE": "DONE"}
STUCK = {**DONE, "DELIVERING": "ERROR", "AVAILABLE": "TODO"}
OWNER = {
    "address": {"city": "Lille", "country": "FR", "line1": "1 rue de l'Exemple", "zip": "59000"},
    "email": "ada@world.example", "firstName": "Ada", "lastName": "Durand", "language": "fr_FR",
    "legalForm": "individual", "phone": "+33.320000001",
    "birthDay": "1985-03-02", "birthCity": "Lille", "birthCountry": "FR", "birthZip": "59000",
}  # fmt: skip


def stuck(world: World, domain: str, *labels: tuple[str, object]) -> tuple[int, str]:
    """An order whose task the registry refused, and the task's path."""
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    for label, value in labels:
        world.configure(cart_id, item_id, label, value)
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    [task_id] = world.get("/me/task/domain", status="error").ok()
    assert follow_up(world, order_id) == STUCK
    return order_id, f"/me/task/domain/{task_id}"


def contact(world: World, **changes: Any) -> int:
    made: int = world.post("/domain/contact", {**OWNER, **changes}).ok()["id"]
    return made


def last_history(world: World, order_id: int) -> str:
    [delivering] = [one for one in world.get(f"/me/order/{order_id}/followUp").ok() if one["step"] == "DELIVERING"]
    told: str = delivering["history"][-1]["description"]
    return told


def test_a_towns_name_is_refused_justified_and_delivered(world: World) -> None:
    order_id, task = stuck(world, "ville-nanterre.fr", ("REASON", "wrong: I like the name"))
    told = world.get(task).ok()
    assert (told["function"], told["status"], told["canRelaunch"]) == ("DomainCreate", "error", True)
    assert "justification" in told["comment"]
    assert "justification" in last_history(world, order_id)
    assert world.get(f"{task}/argument").ok() == ["legitimacyAfnic"]
    argument = world.get(f"{task}/argument/legitimacyAfnic").ok()
    description = argument.pop("description")
    assert "quel titre" in description
    assert argument == {
        "key": "legitimacyAfnic", "type": "string", "value": None, "acceptedValues": None, "readOnly": False,
        "minimumSize": None, "maximumSize": None, "fields": None, "template": None, "acceptedFormats": None,
    }  # fmt: skip
    for wrong in ("", "  ", "x" * 4001):
        assert world.put(f"{task}/argument/legitimacyAfnic", {"value": wrong}).status == 400
    assert world.put(f"{task}/argument/legitimacyAfnic", {"value": "Mairie"}, "dieter").status == 404
    said = "The town hall of Nanterre, SIREN 219200508: " + "x" * 900
    world.put(f"{task}/argument/legitimacyAfnic", {"value": said}).ok()
    assert world.get(f"{task}/argument/legitimacyAfnic").ok()["value"] == said
    world.post(f"{task}/relaunch").ok()
    world.deliver()
    assert (world.status(order_id), follow_up(world, order_id)) == ("delivered", DONE)
    assert (world.get(task).ok()["status"], world.get(f"{task}/argument").ok()) == ("done", [])
    assert world.imbalance() == []


def test_an_owner_the_registry_refuses_is_replaced_by_another(world: World) -> None:
    unreachable = contact(world, email="wrong@world.example")
    labels = (("OWNER_CONTACT", f"/me/contact/{unreachable}"), ("OWNER_LEGAL_AGE", True))
    order_id, task = stuck(world, "foo.fr", *labels)
    assert world.get(f"{task}/argument").ok() == ["OWNER_CONTACT"]
    argument = world.get(f"{task}/argument/OWNER_CONTACT").ok()
    assert (argument["type"], argument["value"]) == ("/me/contact", None)
    assert {"email", "firstName", "address.city"} <= set(argument["fields"])
    reachable = contact(world, firstName="Grace")
    world.put(f"{task}/argument/OWNER_CONTACT", {"value": f"/me/contact/{reachable}"}).ok()
    assert world.get(f"{task}/argument/OWNER_CONTACT").ok()["value"] == f"/me/contact/{reachable}"
    world.put(f"/domain/contact/{reachable}", {"firstName": "Somebody"}).ok()  # the correction is a copy
    world.post(f"{task}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    owner = world.get("/domain/foo.fr").ok()["whoisOwner"]
    shown = world.get(f"/domain/contact/{owner}").ok()
    assert (shown["firstName"], shown["email"]) == ("Grace", "ada@world.example")
    held = world.runner.run(world.engine.registries["Afnic"].find("foo.fr"))
    assert held is not None
    assert held.owner is not None
    assert held.owner["firstName"] == "Grace"


@pytest.mark.parametrize(
    ("value", "status", "field"),
    [
        ("/me/contact/999999999", 400, "value"),
        ("Ada Durand", 400, "value"),
        ("abroad", 400, "value.address.country"),
    ],
)
def test_an_owner_is_held_to_the_extensions_rule(world: World, value: str, status: int, field: str) -> None:
    unreachable = contact(world, email="wrong@world.example")
    labels = (("OWNER_CONTACT", f"/me/contact/{unreachable}"), ("OWNER_LEGAL_AGE", True))
    _, task = stuck(world, "foo.fr", *labels)
    if value == "abroad":
        value = f"/me/contact/{contact(world, address={**OWNER['address'], 'country': 'US'})}"  # type: ignore[dict-item]  # an address is one
    answer = world.put(f"{task}/argument/OWNER_CONTACT", {"value": value})
    assert answer.status == status
    assert field in answer.body["details"]
    assert world.get(f"{task}/argument/OWNER_CONTACT").ok()["value"] is None


def test_the_owner_of_an_owner_change_is_corrected_too(world: World) -> None:
    world.pay(world.order("held.fr")).ok()
    world.deliver()
    cart_id, wanted = world.cart(), {"planCode": "fr-trade", "pricingMode": "create-default", "duration": "P0D"}
    path = "/order/cartServiceOption/domain/held.fr"
    item = world.post(path, {"cartId": cart_id, "quantity": 1, **wanted}).ok()["itemId"]
    unreachable = contact(world, email="wrong@world.example")
    world.configure(cart_id, item, "OWNER_CONTACT", f"/me/contact/{unreachable}")
    world.configure(cart_id, item, "OWNER_LEGAL_AGE", "true")
    order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    [task_id] = world.get("/me/task/domain", status="error").ok()
    reachable = contact(world, email="camille@world.example")
    world.put(f"/me/task/domain/{task_id}/argument/OWNER_CONTACT", {"value": f"/me/contact/{reachable}"}).ok()
    world.post(f"/me/task/domain/{task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    assert world.get(f"/domain/contact/{owner}").ok()["email"] == "camille@world.example"


def test_an_order_refused_for_good_is_given_up_and_refunded(world: World) -> None:
    before = world.balance()
    order_id, task = stuck(world, "refused.fr")
    assert world.get(f"{task}/argument").ok() == []
    assert world.get(task).ok()["canCancel"] is True
    world.post(f"{task}/cancel").ok()
    assert (world.status(order_id), world.balance()) == ("cancelled", before)
    assert follow_up(world, order_id) == {**DONE, "DELIVERING": "ERROR", "AVAILABLE": "ERROR"}
    assert "Annulé à votre demande" in last_history(world, order_id)
    assert world.imbalance() == []
