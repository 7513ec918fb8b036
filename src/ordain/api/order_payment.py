"""/me/order/{orderId}: what an order can be paid with, paying it, and what it was paid with (wire-contract §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Struct

from ordain.api import wire, words
from ordain.api.me import ORDER
from ordain.api.payment_method import CARD_TYPE, PREPAID_TYPE, TRANSFER_TYPE, method
from ordain.api.routing import Call, Route, not_offered
from ordain.core.payment_method import BANK_TRANSFER, CARD, MEANS, TRANSFER
from ordain.flows import charges, orders, payment_methods, payments

if TYPE_CHECKING:
    from ordain.core.order import Payment as Paid

NO_BALANCES = "there are no credit balances to put on an order"


class Payment(Struct, frozen=True):
    """billing.Payment."""

    paymentDate: words.Instant
    paymentIdentifier: str | None
    paymentType: Annotated[str, words.enum("billing.PaymentMeanEnum")]


class WithMethod(Struct, frozen=True):
    """billing.order.PayWithPaymentMethod."""

    id: int


class Pay(Struct, frozen=True):
    """What POST …/pay is sent."""

    paymentMethod: WithMethod


class Mean(Struct, frozen=True):
    """billing.order.PaymentMean: a form to pay with, of which there are none."""

    fee: float
    htmlForm: words.LongText | None
    httpMethod: str
    logo: str | None
    parameters: list[Any]
    subType: str | None
    url: str


class Means(Struct, frozen=True):
    """billing.order.PaymentMeans."""

    creditCard: list[Mean] | None = None
    edinar: list[Mean] | None = None
    fidelityPoints: list[Mean] | None = None
    ideal: list[Mean] | None = None
    multibanco: list[Mean] | None = None
    ovhAccount: list[Mean] | None = None
    paypal: list[Mean] | None = None
    promotion: list[Mean] | None = None


class AvailableMean(Struct, frozen=True):
    """billing.order.AvailablePaymentMean: a page to pay on, where a bank wants a payment confirmed."""

    fields: list[Any] | None
    integration: Annotated[str, words.enum("billing.order.PaymentMeanIntegrationEnum")]
    name: str
    url: str | None


class AvailableMethod(Struct, frozen=True):
    """billing.order.AvailablePaymentMethod."""

    id: int
    type: Annotated[str, words.enum("billing.paymentMethod.PaymentTypeEnum")]


class Icon(Struct, frozen=True):
    """payment.method.Icon."""

    data: str | None
    name: str | None
    url: str | None


class PaymentMethod(Struct, frozen=True):
    """payment.method.PaymentMethod: me.payment.PaymentMethod under another name."""

    billingContactId: int | None
    creationDate: words.Instant
    default: bool
    description: str | None
    expirationDate: words.Instant | None
    formSessionId: str | None
    icon: Icon
    integration: Annotated[str, words.enum("payment.method.IntegrationType")] | None
    label: str | None
    lastUpdate: words.Instant | None
    merchantId: str | None
    oneclick: bool | None
    paymentMeanId: int | None
    paymentMethodId: int
    paymentSubType: Annotated[str, words.enum("payment.method.SubTypeEnum")] | None
    paymentType: str
    status: Annotated[str, words.enum("payment.method.StatusEnum")]


class PaymentMethods(Struct, frozen=True):
    """billing.order.PaymentMethods. Nothing can be paid with that is not registered."""

    available: list[Any]
    paymentMethods: list[PaymentMethod]
    registered: list[int]


def payment(paid: Paid) -> Payment:
    """A payment. An order that costs nothing is paid with nothing."""
    kind = PAYMENT_TYPES[paid.mean] if paid.amount.ucents else "free"
    return Payment(wire.instant(paid.at), str(paid.payment_id), kind)


PAYMENT_TYPES = {
    "ovhAccount": "ovhAccount",
    "fidelityAccount": "fidelityPoints",
    CARD: "creditCard",
    TRANSFER: "transfer",
}
"""What each mean is called as a payment's type."""
TYPES = {TRANSFER: TRANSFER_TYPE, CARD: CARD_TYPE}
"""What each mean is called as a method's type; all else is the prepaid account."""


async def _read_payment(call: Call) -> Payment:
    return payment(await payments.payment_of(call.engine, call.caller, call.path["orderId"]))


async def _pay(call: Call) -> None:
    await payments.pay(call.engine, call.caller, call.path["orderId"], await _chosen(call), call.now)


async def _chosen(call: Call) -> payments.Chosen:
    """What is meant by a method's id."""
    method_id, field = call.body.paymentMethod.id, "paymentMethod.id"
    if method_id in MEANS:
        return payments.Chosen(MEANS[method_id], field)
    if method_id == BANK_TRANSFER and call.engine.bank_account:
        return payments.Chosen(TRANSFER, field)
    await payment_methods.card(call.engine, call.caller, method_id)
    return payments.Chosen(CARD, field, method_id, field)


async def _can_pay(call: Call) -> dict[int, str]:
    """The caller's payment methods that can pay the order now, with what each is."""
    found = await payments.ways(call.engine, call.caller, call.path["orderId"])
    return {way.method_id: way.mean for way in found if way.method_id is not None}


async def _available_methods(call: Call) -> list[AvailableMethod]:
    return [
        AvailableMethod(method_id, TYPES.get(mean, PREPAID_TYPE)) for method_id, mean in (await _can_pay(call)).items()
    ]


async def _payment_methods(call: Call) -> PaymentMethods:
    registered = list(await _can_pay(call))
    found = [msgspec.convert(await method(call, each), PaymentMethod, from_attributes=True) for each in registered]
    return PaymentMethods([], found, registered)


async def _payment_means(call: Call) -> Means:
    await orders.read(call.engine, call.caller, call.path["orderId"])
    return Means()


async def _available_means(call: Call) -> list[AvailableMean]:
    """The bank's page, while it wants a payment by card confirmed."""
    order = await orders.read(call.engine, call.caller, call.path["orderId"])
    waiting = await charges.waiting(call.engine, order)
    return [AvailableMean(None, "REDIRECT", CARD, waiting.url)] if waiting else []


async def _list_balances(call: Call) -> list[str]:
    await orders.read(call.engine, call.caller, call.path["orderId"])
    return []


ROUTES = (
    Route(method="POST", path=f"{ORDER}/pay", do=_pay, told="Pay the order with a payment method", body=Pay,
          standing="BETA"),
    Route(method="GET", path=f"{ORDER}/payment", do=_read_payment, told="Read the order's payment", answer=Payment),
    Route(method="GET", path=f"{ORDER}/paymentMeans", do=_payment_means, told="Forms to pay with: there are none",
          answer=Means),
    Route(method="GET", path=f"{ORDER}/paymentMethods", do=_payment_methods, told="Methods that can pay the order",
          answer=PaymentMethods, standing="BETA"),
    Route(method="GET", path=f"{ORDER}/availablePaymentMean", do=_available_means,
          told="Where a payment by card is confirmed", answer=list[AvailableMean], standing="INTERNAL"),
    Route(method="GET", path=f"{ORDER}/availablePaymentMethod", do=_available_methods,
          told="Methods that can pay the order", answer=list[AvailableMethod]),
    Route(method="GET", path=f"{ORDER}/balance", do=_list_balances, told="Credit put on the order: there is none",
          answer=list[str], standing="BETA"),
    not_offered("POST", f"{ORDER}/balance", NO_BALANCES, standing="BETA"),
    not_offered("GET", f"{ORDER}/balance/{{balanceName}}", NO_BALANCES, standing="BETA"),
    not_offered("DELETE", f"{ORDER}/balance/{{balanceName}}", NO_BALANCES, standing="BETA"),
    not_offered("GET", f"{ORDER}/consumption/details", "nothing is sold by consumption"),
)  # fmt: skip
