"""What customers can mend of an order by themselves: a town's name justified, another owner, and giving up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core import transfer
from ordain.core.registry import NoAnswer, Refusal
from ordain.store.sandbox import SandboxNames
from tests.flows.shop import agree, follow_up

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
    assert agree(world) == 1
    world.deliver()
    [task_id] = world.get("/me/task/domain", status="error").ok()
    reachable = contact(world, email="ada@world.example")
    world.put(f"/me/task/domain/{task_id}/argument/OWNER_CONTACT", {"value": f"/me/contact/{reachable}"}).ok()
    world.post(f"/me/task/domain/{task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivering", "the new owner has to agree as well"
    assert agree(world) == 1
    world.deliver()
    assert world.status(order_id) == "delivered"
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    assert world.get(f"/domain/contact/{owner}").ok()["email"] == "ada@world.example"


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


# --- transfers ---

WRONG = "Le code d'autorisation est faux"


def test_a_wrong_code_is_told_before_anything_is_paid(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken.fr")
    path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
    told = world.post(path, {"label": "AUTH_INFO", "value": "wrong-1"})
    assert (told.status, list(told.body["details"])) == (400, ["value"])
    assert world.get(path).ok() == []
    discreet = world.add(cart_id, "taken-discreet.fr")
    world.configure(cart_id, discreet, "AUTH_INFO", "wrong-2")
    world.configure(cart_id, item_id, "AUTH_INFO", "right")
    assert world.get(f"/order/cart/{cart_id}/checkout").status == 200


class Careful(SandboxRegistry):
    """A registry that tells what is in the way of a transfer, or nothing."""

    said: Refusal | None = None
    silent = False
    asked = 0

    async def transfer_obstacle(self, name: str, auth_info: str | None) -> Refusal | None:  # noqa: ARG002 - the port's
        """Tell what was put into its mouth."""
        self.asked += 1
        if self.silent:
            message = "The registry cannot be reached"
            raise NoAnswer(message)
        return self.said


def careful(world: World) -> Careful:
    registry = Careful(SandboxNames(world.database), lambda: world.now)
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    return registry


def test_the_dry_run_tells_what_is_in_the_way_of_a_transfer(world: World) -> None:
    registry, cart_id = careful(world), world.cart()
    item_id = world.add(cart_id, "taken.fr")
    world.configure(cart_id, item_id, "AUTH_INFO", "right")
    path = f"/order/cart/{cart_id}/checkout"
    registry.said = Refusal(transfer.WRONG_CODE, "authInfo")
    for answer in (world.get(path), world.post(path, {})):
        assert answer.status == 400
        assert WRONG in answer.body["details"][f"{item_id}.AUTH_INFO"]
    registry.said = Refusal(transfer.LOCKED)
    answer = world.get(path)
    assert answer.status == 409
    assert "verrouillé" in answer.body["details"][f"{item_id}.domain"]
    registry.silent = True
    assert world.get(path).status == 200
    assert world.get("/me/order").ok() == []


def test_only_carts_with_transfers_ask(world: World) -> None:
    registry, cart_id = careful(world), world.cart()
    world.add(cart_id, "foo.fr")
    world.add(cart_id, "aftermarket1.fr")
    world.get(f"/order/cart/{cart_id}/checkout").ok()
    assert registry.asked == 0


def test_who_guesses_codes_is_told_no_more(world: World) -> None:
    registry, cart_id = careful(world), world.cart()
    item_id = world.add(cart_id, "taken.fr")
    registry.said = Refusal(transfer.WRONG_CODE, "authInfo")
    path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
    for number in range(30):
        assert world.post(path, {"label": "AUTH_INFO", "value": f"guess-{number}"}).status == 400
    assert world.post(path, {"label": "AUTH_INFO", "value": "guess-30"}).status == 200  # the transfer will tell
    assert registry.asked == 30


def test_a_wrong_code_is_corrected_and_the_name_is_had(world: World) -> None:
    order_id, task = stuck(world, "taken-discreet.fr", ("AUTH_INFO", "wrong-1"))
    assert world.get(task).ok()["comment"].startswith(WRONG)
    assert world.get(f"{task}/argument").ok() == ["authInfo"]
    assert world.get(f"{task}/argument/authInfo").ok()["value"] is None
    assert world.put(f"{task}/argument/authInfo", {"value": "x" * 256}).status == 400
    world.put(f"{task}/argument/authInfo", {"value": "wrong-2"}).ok()
    world.post(f"{task}/relaunch").ok()
    world.deliver()
    assert world.get(task).ok()["status"] == "error"
    world.put(f"{task}/argument/authInfo", {"value": "right"}).ok()
    world.post(f"{task}/relaunch").ok()
    world.deliver()
    assert (world.status(order_id), follow_up(world, order_id)) == ("delivered", DONE)
    assert world.imbalance() == []


def transferred(world: World, *labels: tuple[str, object], zone: bool = False) -> int:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken.fr")
    for label, value in (("AUTH_INFO", "right"), *labels):
        world.configure(cart_id, item_id, label, value)
    if zone:
        option = {"itemId": item_id, "planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
        world.post(f"/order/cart/{cart_id}/domain/options", option).ok()
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    return order_id


def servers(world: World) -> tuple[set[str], str]:
    shown = world.get("/domain/taken.fr").ok()
    held = world.runner.run(world.engine.registries["Afnic"].find("taken.fr"))
    assert held is not None
    told = {one["nameServer"] for one in shown["nameServers"]}
    assert told == set(held.name_servers), "the registry and we say the same"
    return told, shown["nameServerType"]


def test_a_transferred_name_becomes_its_new_owners_at_the_registry(world: World) -> None:
    ada = contact(world)
    transferred(world, ("OWNER_CONTACT", f"/me/contact/{ada}"), ("OWNER_LEGAL_AGE", True))
    [task_id] = world.get("/me/task/domain", function="DomainContactUpdate").ok()
    assert world.get(f"/me/task/domain/{task_id}").ok()["status"] == "done"
    held = world.runner.run(world.engine.registries["Afnic"].find("taken.fr"))
    assert held is not None
    assert held.owner is not None
    assert held.owner["firstName"] == "Ada"
    assert servers(world) == ({"ns1.elsewhere.example", "ns2.elsewhere.example"}, "external")


def test_a_transferred_name_is_served_by_what_its_order_says(world: World) -> None:
    transferred(world, ("DNS", "ns1.of-mine.example,ns2.of-mine.example"))
    assert servers(world) == ({"ns1.of-mine.example", "ns2.of-mine.example"}, "external")


def test_a_transferred_name_with_a_zone_is_served_here_once_the_zone_is(world: World) -> None:
    transferred(world, zone=True)
    assert servers(world) == (set(world.engine.name_server.hosts), "hosted")
