"""Payment methods: cards registered on their processor's page, described, made the default, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.core.refusal import Refused
from ordain.flows import charges, payment_methods
from ordain.flows.orders import order_of
from tests.flows.cards import LINKS, charges_of, errands, hear, pay, register, with_cards
from tests.flows.shop import caller, meanwhile
from tests.stripe_gateway import AUTHENTICATE, SLOW

if TYPE_CHECKING:
    from ordain.core.order import Order
    from ordain.core.payment_method import Method
    from tests.stripe_gateway import Gateway
    from tests.world import World

CARD = {"paymentType": "CREDIT_CARD", "callbackUrl": LINKS}


@pytest.fixture(autouse=True)
def cards(world: World, gateway: Gateway) -> None:
    """Cards can be registered."""
    with_cards(world, gateway)


def test_a_card_is_registered_on_a_page_of_the_processors(world: World, gateway: Gateway) -> None:
    [offered] = world.get("/me/payment/availableMethods").ok()
    assert (offered["paymentType"], offered["integration"], offered["registerable"]) == (
        "CREDIT_CARD",
        "REDIRECT",
        True,
    )
    assert world.get("/me/availableAutomaticPaymentMeans").ok()["creditCard"] is True
    made = world.post("/me/payment/method", {**CARD, "description": "mine"}).ok()
    assert (made["validationType"], made["url"][:35]) == ("REDIRECT", "https://checkout.stripe.example/c/c")
    path = f"/me/payment/method/{made['paymentMethodId']}"
    assert world.get(path).ok()["status"] == "CREATING"
    early = world.post(f"{path}/finalize", {})
    assert (early.status, made["url"] in early.body["message"]) == (409, True)
    assert pay(world, world.order("foo.fr"), made["paymentMethodId"]).status == 403
    gateway.complete(made["formSessionId"])
    hear(world, gateway)
    found = world.get(path).ok()
    assert {name: found[name] for name in ("status", "label", "paymentSubType", "expirationDate", "description")} == {
        "status": "VALID",
        "label": "Visa •••• 4242",
        "paymentSubType": "VISA",
        "expirationDate": "2031-01-01T00:00:00+00:00",
        "description": "mine",
    }
    assert (found["integration"], found["oneclick"], found["default"]) == ("REDIRECT", True, False)
    assert world.get("/me/payment/method", paymentType="CREDIT_CARD").ok() == [made["paymentMethodId"]]
    assert hear(world, gateway) == [200, 200]


def test_a_page_that_nobody_used_registers_nothing(world: World, gateway: Gateway) -> None:
    made = world.post("/me/payment/method", CARD).ok()
    gateway.objects[made["formSessionId"]]["status"] = "expired"
    path = f"/me/payment/method/{made['paymentMethodId']}"
    assert world.post(f"{path}/finalize", {}).ok()["status"] == "FAILED"
    assert world.get("/me/payment/method").ok() == [1]


def test_a_silent_processor_registers_nothing_and_says_so(world: World, gateway: Gateway) -> None:
    gateway.lose("POST /v1/checkout/sessions", heard=False)
    refused = world.post("/me/payment/method", CARD)
    assert (refused.status, "does not answer" in refused.body["message"]) == (503, True)
    assert world.get("/me/payment/method").ok() == [1]


def test_what_cannot_be_registered_is_refused(world: World) -> None:
    for change, member in (
        ({"paymentType": "PAYPAL"}, "paymentType"),
        ({"register": False}, "register"),
        ({"orderId": 1}, "orderId"),
    ):
        refused = world.post("/me/payment/method", {**CARD, **change})
        assert (refused.status, list(refused.body["details"])) == (400, [member])
    bad = world.post("/me/payment/method", {**CARD, "callbackUrl": {**LINKS, "success": "nowhere"}})
    assert (bad.status, list(bad.body["details"])) == (400, ["callbackUrl"])


def test_one_method_is_the_default(world: World, gateway: Gateway) -> None:
    first, second = register(world, gateway), register(world, gateway, default=True)
    assert world.get("/me/payment/method", default="true").ok() == [second]
    assert world.put(f"/me/payment/method/{first}", {"default": True}).ok()["default"] is True
    assert world.put(f"/me/payment/method/{first}", {"default": False}).status == 409
    assert world.get("/me/payment/method", default="true").ok() == [first]
    assert world.put("/me/payment/method/1", {"default": True}).ok()["default"] is True
    pending = world.post("/me/payment/method", CARD).ok()["paymentMethodId"]
    refused = world.put(f"/me/payment/method/{pending}", {"default": True})
    assert (refused.status, "is CREATING" in refused.body["message"]) == (409, True)


def test_a_removed_card_pays_no_more(world: World, gateway: Gateway) -> None:
    card, order_id = register(world, gateway, default=True), world.order("foo.fr")
    gone = world.delete(f"/me/payment/method/{card}").ok()
    assert (gone["status"], gone["default"]) == ("CANCELED", False)
    assert world.get("/me/payment/method", default="true").ok() == [1]
    assert next(o for o in gateway.objects.values() if o["object"] == "payment_method")["customer"] is None
    refused = pay(world, order_id, card)
    assert (refused.status, f"there is no card {card}" in refused.body["message"]) == (403, True)
    assert world.delete(f"/me/payment/method/{card}").ok()["status"] == "CANCELED"
    assert world.get("/me/paymentMean/creditCard").ok() == []


def test_a_card_that_is_removed_just_before_it_is_asked_is_not_asked(world: World, gateway: Gateway) -> None:
    card, order_id, me = register(world, gateway), world.order("foo.fr"), caller(world)

    async def chosen() -> tuple[Order, Method]:
        order = await world.database.read(lambda tx: order_of(tx, me, order_id))
        return order, await payment_methods.card(world.engine, me, card)

    order, method = world.runner.run(chosen())
    world.delete(f"/me/payment/method/{card}").ok()
    with pytest.raises(Refused, match=f"Payment method {card} is CANCELED"):
        world.runner.run(charges.begin(world.engine, order, method, world.now))
    assert charges_of(world, order_id) == []
    world.pay(order_id).ok()


def test_a_card_is_not_removed_while_it_pays(world: World, gateway: Gateway) -> None:
    card, order_id = register(world, gateway, SLOW), world.order("foo.fr")
    assert pay(world, order_id, card).status == 409
    refused = world.delete(f"/me/payment/method/{card}")
    assert (refused.status, f"Order {order_id} is being paid" in refused.body["message"]) == (409, True)
    gateway.decide(gateway.intents()[0], taken=True)
    world.pass_time(hours=1)
    errands(world)
    world.delete(f"/me/payment/method/{card}").ok()


def test_cards_are_their_owners(world: World, gateway: Gateway) -> None:
    card, order_id = register(world, gateway), world.order("foo.de", who="dieter", subsidiary="DE")
    for method, path, body in (
        ("GET", f"/me/payment/method/{card}", None),
        ("PUT", f"/me/payment/method/{card}", {"default": True}),
        ("DELETE", f"/me/payment/method/{card}", None),
        ("POST", f"/me/payment/method/{card}/finalize", {}),
        ("GET", f"/me/paymentMean/creditCard/{card}", None),
        ("POST", f"/me/paymentMean/creditCard/{card}/chooseAsDefaultPaymentMean", None),
        ("POST", f"/me/order/{order_id}/pay", {"paymentMethod": {"id": card}}),
    ):
        assert world.call(method, path, "dieter", body=body).status == 404, path
    assert pay(world, order_id, card, "dieter").status == 403
    assert gateway.intents() == []


def test_which_card_is_meant_is_said_or_clear(world: World, gateway: Gateway) -> None:
    def wish(order_id: int) -> object:
        body = {"paymentMean": "CREDIT_CARD"}
        return world.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", body)

    first, orders = register(world, gateway), [world.order(f"foo{number}.fr") for number in range(3)]
    assert wish(orders[0]).raw == b"null"  # type: ignore[attr-defined]  # an Answer
    second = register(world, gateway)
    refused = world.post(f"/me/order/{orders[1]}/payWithRegisteredPaymentMean", {"paymentMean": "creditCard"})
    said = f"paymentMeanId is required: your cards are {first} (Visa •••• 4242), {second} (Visa •••• 4242)"
    assert (refused.status, refused.body["details"]) == (400, {"paymentMeanId": said})
    world.put(f"/me/payment/method/{second}", {"default": True}).ok()
    assert wish(orders[1]).raw == b"null"  # type: ignore[attr-defined]  # an Answer
    paths = [f"/me/payment/transaction/{each}" for each in world.get("/me/payment/transaction").ok()]
    assert [world.get(path).ok()["paymentMethodId"] for path in paths] == [first, second]


def test_a_card_by_its_older_name(world: World, gateway: Gateway) -> None:
    made = world.post("/me/paymentMean/creditCard", {"setDefault": True}).ok()
    assert (made["validationType"], made["submitUrl"]) == ("simpleValidation", None)
    session = next(name for name in gateway.objects if name.startswith("cs_"))
    assert world.get("/me/paymentMean/creditCard").ok() == []
    assert world.get(f"/me/paymentMean/creditCard/{made['id']}").status == 404
    gateway.complete(session, AUTHENTICATE)
    hear(world, gateway)
    assert world.get(f"/me/paymentMean/creditCard/{made['id']}").ok() == {
        "defaultPaymentMean": True,
        "description": None,
        "expirationDate": "2031-01-01",
        "icon": None,
        "id": made["id"],
        "number": "************3184",
        "state": "valid",
        "threeDsValidated": True,
        "type": "visa",
    }
    world.pass_time(days=365 * 5)
    assert world.get(f"/me/paymentMean/creditCard/{made['id']}").ok()["state"] == "expired"


def test_an_order_that_can_be_paid_no_more_is_offered_no_card(world: World, gateway: Gateway) -> None:
    card, order_id = register(world, gateway), world.order("foo.fr")
    assert {"id": card, "type": "CREDIT_CARD"} in world.get(f"/me/order/{order_id}/availablePaymentMethod").ok()
    world.pass_time(days=15)
    assert world.get(f"/me/order/{order_id}/availablePaymentMethod").ok() == []


def test_a_card_whose_page_is_done_while_it_is_removed_is_forgotten_by_the_processor(
    world: World, gateway: Gateway
) -> None:
    made, me = world.post("/me/payment/method", CARD).ok(), caller(world)
    gateway.complete(made["formSessionId"])
    method_id = made["paymentMethodId"]
    removing = meanwhile(world, lambda: payment_methods.finalize(world.engine, me, method_id))
    assert world.runner.run(payment_methods.remove(removing, me, method_id)).status == "CANCELED"
    [card] = [of for name, of in gateway.objects.items() if name.startswith("pm_")]
    assert card["customer"] is None
    assert world.get(f"/me/payment/method/{method_id}").ok()["status"] == "CANCELED"


def test_a_card_that_is_removed_while_it_is_made_the_default_is_not_the_default(world: World, gateway: Gateway) -> None:
    card, me = register(world, gateway), caller(world)
    preferring = meanwhile(world, lambda: payment_methods.remove(world.engine, me, card))
    with pytest.raises(Refused, match="only a valid one can be the default"):
        world.runner.run(payment_methods.make_default(preferring, me, card))
    assert world.runner.run(payment_methods.known(world.engine, me)).default == 1
