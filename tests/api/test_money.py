"""Payment methods as clients use them, and bad input to everything around money, to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.api.payment_mean import NOT_REGISTERED
from ordain.core.money import UNIT
from ordain.core.payment_method import PREPAID_ACCOUNT
from tests.api.test_bad_input import LOGIN, Sent, check, conflict, forbidden, invalid, misfit, refused, unknown

if TYPE_CHECKING:
    from tests.world import World

METHOD = f"/me/payment/method/{PREPAID_ACCOUNT}"
CARD = {
    "paymentType": "CREDIT_CARD",
    "register": True,
    "callbackUrl": dict.fromkeys(("cancel", "error", "failure", "pending", "success"), "https://shop.example/"),
}


def pay(world: World, order_id: int, method_id: object = PREPAID_ACCOUNT, who: str = "camille") -> Any:
    return world.post(f"/me/order/{order_id}/pay", {"paymentMethod": {"id": method_id}}, who)


def test_terraform_pays_with_the_default_method(world: World) -> None:
    """wire-contract §5.2, steps 7 to 10."""
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    [default] = world.get("/me/payment/method", default="true").ok()
    order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    assert pay(world, order_id, default).raw == b"null"
    assert world.status(order_id) == "checking"
    world.deliver()
    assert world.status(order_id) == "delivered"
    again = pay(world, order_id, default)
    assert (again.status, again.body["message"]) == (409, f"Order {order_id} is already paid")


def test_the_prepaid_account_is_the_one_payment_method(world: World) -> None:
    found = world.get(METHOD).ok()
    assert found == {
        "billingContactId": None,
        "creationDate": "2026-11-23T12:00:00+00:00",
        "default": True,
        "description": None,
        "expirationDate": None,
        "formSessionId": None,
        "icon": {"data": None, "name": "prepaid-account", "url": None},
        "integration": "NONE",
        "label": "FR",
        "lastUpdate": "2026-11-23T12:00:00+00:00",
        "merchantId": None,
        "oneclick": True,
        "paymentMeanId": None,
        "paymentMethodId": PREPAID_ACCOUNT,
        "paymentSubType": None,
        "paymentType": "CURRENT_ACCOUNT",
        "status": "VALID",
    }
    for query in ({}, {"default": "true"}, {"paymentType": "CURRENT_ACCOUNT"}, {"status": "VALID"}):
        listed = world.call("GET", "/me/payment/method", "camille", query=query)
        assert listed.ok() == [PREPAID_ACCOUNT]
    for query in ({"default": "false"}, {"paymentType": "CREDIT_CARD"}, {"status": "EXPIRED"}):
        assert world.call("GET", "/me/payment/method", "camille", query=query).ok() == []
    assert world.get("/me/payment/availableMethods").ok() == []


def test_a_payment_method_is_described_by_its_owner(world: World) -> None:
    assert world.put(METHOD, {"description": "petty cash"}).ok()["description"] == "petty cash"
    assert world.put(METHOD, {"default": True}).ok()["description"] == "petty cash"
    assert world.get(METHOD, "dieter").ok()["description"] is None
    assert world.put(METHOD, {"description": None}).ok()["description"] is None


def test_transactions_are_what_orders_moved(world: World) -> None:
    order_id = world.order("stolen.fr")
    assert pay(world, order_id).status == 200
    world.pay(world.order("foo.fr"), "fidelityAccount").ok()
    world.deliver()
    found = [world.get(f"/me/payment/transaction/{each}").ok() for each in world.get("/me/payment/transaction").ok()]
    assert [(t["type"], t["amount"]["value"], t["status"]) for t in found] == [
        ("DEBIT", 5.99, "SUCCESS"),
        ("CREDIT", 5.99, "SUCCESS"),
    ]
    assert world.get("/me/payment/transaction", status="FAILED").ok() == []
    assert world.get("/me/payment/transaction", paymentMethodId=PREPAID_ACCOUNT + 1).ok() == []
    mine = found[0]["transactionId"]
    top_up = world.get("/me/ovhAccount/FR/movements").ok()[0]
    for who, number in (("dieter", mine), ("camille", top_up), ("camille", 1)):
        answer = world.get(f"/me/payment/transaction/{number}", who)
        assert (answer.status, answer.body["message"]) == (404, f"Transaction {number} does not exist")


def test_what_can_pay_an_order_is_told_in_each_form(world: World) -> None:
    order_id = world.order("foo.fr")
    found = world.get(f"/me/order/{order_id}/paymentMethods").ok()
    assert (found["registered"], found["available"]) == ([PREPAID_ACCOUNT], [])
    assert found["paymentMethods"] == [world.get(METHOD).ok()]
    methods = world.get(f"/me/order/{order_id}/availablePaymentMethod").ok()
    assert methods == [{"id": PREPAID_ACCOUNT, "type": "CURRENT_ACCOUNT"}]
    dear = world.order("aftermarket1.com", "aftermarket1-2.com")
    assert world.get(f"/me/order/{dear}/availablePaymentMethod").ok() == []
    assert set(world.get(f"/me/order/{order_id}/paymentMeans").ok().values()) == {None}


def test_a_lines_extension_and_operations(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr", duration="P2Y")
    world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    [line, *_] = world.get(f"/me/order/{order_id}/details").ok()
    path = f"/me/order/{order_id}/details/{line}"
    assert world.get(f"{path}/extension").ok() == {
        "order": {
            "action": "installation",
            "configurations": [{"label": "OWNER_LEGAL_AGE", "value": "true"}],
            "plan": {
                "code": "fr",
                "duration": "P2Y",
                "pricingMode": "create-default",
                "product": {"name": "domain"},
                "quantity": 1,
            },
            "type": "plan",
        }
    }
    assert world.get(f"{path}/operations").ok() == []
    assert pay(world, order_id).status == 200
    [first] = world.get(f"{path}/operations").ok()
    resource = {"displayName": "foo.fr", "name": "foo.fr", "state": "toOpen"}
    told = {"id": first, "quantity": 1, "resource": resource, "status": "todo", "type": "installation"}
    assert world.get(f"{path}/operations/{first}").ok() == told
    world.deliver()
    assert world.get(f"{path}/operations/{first}").ok()["resource"]["state"] == "ok"
    assert len(world.get(f"{path}/operations").ok()) == 2


# --- bad input ---


def test_bad_payments_are_refused(world: World) -> None:
    order_id = world.order("foo.fr")
    dear = world.order("aftermarket1.com", "aftermarket1-2.com")
    post = f"POST /me/order/{order_id}/pay"
    too_dear = "This order can't be paid with 'ovhAccount': the balance holds 1000.00 EUR, 1800.00 EUR are needed"
    no_order = unknown(f"Order {order_id} does not exist", "orderId")
    with_method = {"paymentMethod": {"id": PREPAID_ACCOUNT}}
    check(
        world,
        Sent(post, {}, invalid("paymentMethod is required", "paymentMethod")),
        Sent(post, {"paymentMethod": {}}, invalid("paymentMethod.id is required", "paymentMethod.id")),
        Sent(post, {"paymentMethod": 1}, misfit("paymentMethod", "Expected object, got int")),
        Sent(post, {"paymentMethod": {"id": "1"}}, misfit("paymentMethod.id", "Expected int, got str")),
        Sent(post, {"paymentMethod": {"id": 2}}, unknown("Payment method 2 does not exist", "paymentMethodId")),
        Sent(post, with_method, no_order, "dieter"),
        Sent(f"POST /me/order/{dear}/pay", with_method, forbidden(too_dear, "paymentMethod.id")),
        Sent(f"GET /me/order/{order_id}/payment", None, unknown(f"Order {order_id} is not paid")),
        *(
            Sent(f"GET /me/order/{order_id}/{path}", None, no_order, "dieter")
            for path in (
                "payment",
                "paymentMeans",
                "paymentMethods",
                "availablePaymentMean",
                "availablePaymentMethod",
                "balance",
                "debt/operation",
                "associatedObject",
                "details/1/extension",
                "details/1/operations",
                "details/1/operations/1",
            )
        ),
    )
    assert world.balance() == 1000 * UNIT


def test_bad_changes_and_filters_are_refused(world: World) -> None:
    order_id = world.order("foo.fr")
    no_detail = f"Detail 1 does not exist in order {order_id}"
    keep = "One payment method is the default: to replace it, make another one the default"
    no_date = misfit("date.from", "Invalid RFC3339 encoded datetime")
    fraction, comment = misfit("alertThreshold", "Expected int | null, got float"), "x" * 4001
    too_long = misfit("comment", "Expected str of length <= 4000")
    reasons = "Expected one of competitor, difficulty, expensive, other, performance, reliability, unused"
    retraction = f"POST /me/order/{order_id}/retraction"
    check(
        world,
        Sent(f"PUT {METHOD}", {"default": False}, conflict(keep, "default")),
        Sent(f"PUT {METHOD}", {"default": "yes"}, misfit("default", "Expected bool, got str")),
        Sent(f"PUT {METHOD}", {"description": "x" * 256}, misfit("description", "Expected str of length <= 255")),
        Sent("PUT /me/payment/method/2", {}, unknown("Payment method 2 does not exist", "paymentMethodId")),
        Sent("GET /me/payment/method/2", None, unknown("Payment method 2 does not exist", "paymentMethodId")),
        Sent("PUT /me/ovhAccount/FR", {"alertThreshold": -1}, misfit("alertThreshold", "Expected int >= 0")),
        Sent("PUT /me/fidelityAccount", {"alertThreshold": 1.5}, fraction),
        Sent("PUT /me/ovhAccount/DE", {}, unknown("Prepaid account DE does not exist", "ovhAccountId")),
        Sent("GET /me/ovhAccount/FR/movements/1", None, unknown("Movement 1 does not exist", "movementId")),
        Sent("GET /me/ovhAccount/FR/movements?date.from=soon", None, no_date),
        Sent("GET /me/bill/none", None, unknown("Bill none does not exist", "billId")),
        Sent("GET /me/refund/none", None, unknown("Refund none does not exist", "refundId")),
        Sent(f"GET /me/order/{order_id}/details/1/extension", None, unknown(no_detail, "orderDetailId")),
        Sent(f"GET /me/order/{order_id}/details/1/operations", None, unknown(no_detail, "detailId")),
        Sent(retraction, {}, invalid("reason is required", "reason")),
        Sent(retraction, {"reason": "regret"}, misfit("reason", reasons)),
        Sent(retraction, {"reason": "other", "comment": comment}, too_long),
        Sent("POST /me/voucher/checkValidity", {}, invalid("voucher is required", "voucher")),
        Sent("GET /me/bill", None, refused(401, "Unauthorized", LOGIN), None),
    )


def test_what_needs_a_card_processor_says_so(world: World) -> None:
    why = "This is not offered here: there is no payment processor; orders are paid from the prepaid account"
    check(
        world,
        Sent("POST /me/payment/method", CARD, unknown(why)),
        Sent("POST /me/paymentMean/creditCard", {}, unknown(why)),
        *(
            Sent(f"POST /me/paymentMean/{kind}", {}, unknown(f"This is not offered here: {NOT_REGISTERED}"))
            for kind in ("bankAccount", "paypal")
        ),
        Sent(f"DELETE {METHOD}", None, unknown("This is not offered here: the prepaid account cannot be removed")),
    )
    assert world.post("/me/voucher/checkValidity", {"voucher": "SPRING"}).ok() == {"validity": False}
    assert set(world.get("/me/availableAutomaticPaymentMeans").ok().values()) == {False}
