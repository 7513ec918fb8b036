"""Money: balances, payment methods, paying, bills and refunds, and the right to withdraw from an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core.money import UNIT, Money
from ordain.flows import vouchers
from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

NEVER = "there is never one: the list is empty"

DIFFERENCES = {
    "billing.order.AvailablePaymentMean.fields: ours is Any[], "
    "the contract's is billing.order.AvailablePaymentMeanField[]": NEVER,
    "billing.order.PaymentMean.parameters: ours is Any[], "
    "the contract's is billing.order.paymentMean.HttpParameter[]": NEVER,
    "billing.order.PaymentMethods.available: ours is Any[], the contract's is payment.method.AvailablePaymentMethod[]":
    NEVER,
}  # fmt: skip
"""Every difference there is, with its reason."""

ROUTES = (
    "GET /me/ovhAccount",
    "GET /me/ovhAccount/{ovhAccountId}",
    "PUT /me/ovhAccount/{ovhAccountId}",
    "GET /me/ovhAccount/{ovhAccountId}/movements",
    "GET /me/ovhAccount/{ovhAccountId}/movements/{movementId}",
    "GET /me/fidelityAccount",
    "PUT /me/fidelityAccount",
    "GET /me/fidelityAccount/movements",
    "GET /me/fidelityAccount/movements/{fidelityId}",
    "GET /me/payment/availableMethods",
    "GET /me/payment/method",
    "GET /me/payment/method/{paymentMethodId}",
    "PUT /me/payment/method/{paymentMethodId}",
    "GET /me/payment/transaction",
    "GET /me/payment/transaction/{transactionId}",
    "GET /me/availableAutomaticPaymentMeans",
    "GET /me/paymentMean/bankAccount",
    "GET /me/paymentMean/creditCard",
    "GET /me/paymentMean/deferredPaymentAccount",
    "GET /me/paymentMean/paypal",
    "GET /me/order/{orderId}/payment",
    "GET /me/order/{orderId}/paymentMeans",
    "GET /me/order/{orderId}/paymentMethods",
    "GET /me/order/{orderId}/availablePaymentMean",
    "GET /me/order/{orderId}/availablePaymentMethod",
    "GET /me/order/{orderId}/balance",
    "GET /me/order/{orderId}/debt/operation",
    "GET /me/order/{orderId}/details/{orderDetailId}/extension",
    "GET /me/order/{orderId}/details/{detailId}/operations",
    "GET /me/order/{orderId}/details/{detailId}/operations/{operationId}",
    "GET /me/order/{orderId}/associatedObject",
    "GET /me/bill",
    "GET /me/bill/{billId}",
    "GET /me/bill/{billId}/details",
    "GET /me/bill/{billId}/details/{billDetailId}",
    "GET /me/bill/{billId}/payment",
    "GET /me/bill/{billId}/debt/operation",
    "GET /me/refund",
    "GET /me/refund/{refundId}",
    "GET /me/refund/{refundId}/details",
    "GET /me/refund/{refundId}/details/{refundDetailId}",
    "GET /me/refund/{refundId}/payment",
    "GET /me/debtAccount",
    "GET /me/debtAccount/debt",
    "GET /me/deposit",
    "GET /me/withdrawal",
    "GET /me/credit/balance",
    "GET /me/credit/balance/{balanceName}",
    "GET /me/credit/balance/{balanceName}/movement",
    "GET /me/credit/balance/{balanceName}/movement/{movementId}",
    "GET /me/autorenew",
)


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, when one name was delivered and another lost."""
    paid, unpaid, withdrawn = (
        world.order("money-1.fr", "stolen.com"),
        world.order("money-2.fr"),
        world.order("money-3.fr"),
    )
    world.pay(paid).ok()
    world.pay(world.order("money-4.fr"), "fidelityAccount").ok()
    world.deliver()
    world.bill()
    first = world.get(f"/me/order/{paid}/details").ok()[0]
    [note] = world.get("/me/refund").ok()
    places: dict[str, Any] = {
        "ovhAccountId": "FR",
        "balanceName": "ovhAccount",
        "movementId": world.get("/me/ovhAccount/FR/movements").ok()[0],
        "fidelityId": world.get("/me/fidelityAccount/movements").ok()[0],
        "paymentMethodId": world.get("/me/payment/method").ok()[0],
        "transactionId": world.get("/me/payment/transaction").ok()[0],
        "orderId": paid,
        "orderDetailId": first,
        "detailId": first,
        "operationId": world.get(f"/me/order/{paid}/details/{first}/operations").ok()[0],
        "billId": world.get("/me/bill").ok()[0],
        "billDetailId": first,
        "refundId": note,
        "refundDetailId": world.get(f"/me/refund/{note}/details").ok()[0],
    }
    bodies: dict[str, dict[str, Any]] = {
        "PUT /me/ovhAccount/{ovhAccountId}": {"alertThreshold": 5},
        "PUT /me/fidelityAccount": {"alertThreshold": None},
        "PUT /me/payment/method/{paymentMethodId}": {"description": "what we have", "default": True},
    }
    for name in ROUTES:
        path = name.partition(" ")[2].format(**places)
        yield Visit(name.replace("{fidelityId}", "{movementId}"), path, bodies.get(name))
    # Of an order that can still be paid there is more to say.
    yield Visit("GET /me/order/{orderId}/paymentMethods", f"/me/order/{unpaid}/paymentMethods")
    yield Visit("GET /me/order/{orderId}/availablePaymentMethod", f"/me/order/{unpaid}/availablePaymentMethod")
    yield Visit("POST /me/order/{orderId}/pay", f"/me/order/{unpaid}/pay", {"paymentMethod": {"id": 1}})
    yield Visit("POST /me/voucher/checkValidity", "/me/voucher/checkValidity", {"voucher": "SPRING"})
    [code] = world.runner.run(vouchers.create(world.engine, Money(UNIT, "EUR"), 1, None))
    yield Visit("POST /me/credit/code", "/me/credit/code", {"inputCode": code})
    yield Visit("POST /me/order/{orderId}/waiveRetraction", f"/me/order/{unpaid}/waiveRetraction")
    gone = {"reason": "other", "comment": "changed my mind"}
    yield Visit("POST /me/order/{orderId}/retraction", f"/me/order/{withdrawn}/retraction", gone)
