"""/me/payment, and the older /me/paymentMean: what an account pays with, and what was paid with it (§2.4, §2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ordain.api import wire, words
from ordain.api.balance import own_id
from ordain.api.routing import Call, Empty, Route, not_offered
from ordain.core.payment_method import DEFAULT, MEANS
from ordain.core.refusal import conflict
from ordain.flows import balances

if TYPE_CHECKING:
    from ordain.api.routing import Standing
    from ordain.core.ledger import Movement

METHOD, MEAN = "/me/payment/method/{paymentMethodId}", "/me/paymentMean"
NO_PROCESSOR = "there is no payment processor; orders are paid from the prepaid account"
CONFIRMED = "the prepaid account needs no confirmation"
PREPAID_TYPE = "CURRENT_ACCOUNT"
"""The prepaid account's type (billing.paymentMethod.PaymentTypeEnum)."""


class Icon(Struct, frozen=True):
    """me.payment.Icon."""

    data: str | None
    name: str
    url: str | None


class PaymentMethod(Struct, frozen=True):
    """me.payment.PaymentMethod."""

    billingContactId: int | None
    creationDate: words.Instant
    default: bool
    description: str | None
    expirationDate: words.Instant | None
    formSessionId: str | None
    icon: Icon
    integration: Annotated[str, words.enum("me.payment.IntegrationEnum")] | None
    label: str | None
    lastUpdate: words.Instant
    merchantId: str | None
    oneclick: bool | None
    paymentMeanId: int | None
    paymentMethodId: int
    paymentSubType: Annotated[str, words.enum("me.payment.AvailableSubTypeEnum")] | None
    paymentType: str
    status: Annotated[str, words.enum("me.payment.method.StatusEnum")]


class AvailablePaymentMethod(Struct, frozen=True):
    """me.payment.AvailablePaymentMethod."""

    formSessionId: str | None
    icon: Icon
    integration: Annotated[str, words.enum("me.payment.IntegrationEnum")]
    merchantId: str | None
    oneshot: bool
    organizationId: str | None
    paymentSubType: Annotated[str, words.enum("me.payment.AvailableSubTypeEnum")] | None
    paymentType: str
    registerable: bool
    registerableWithTransaction: bool


class Transaction(Struct, frozen=True):
    """me.payment.Transaction."""

    amount: wire.Price
    creationDate: words.Instant
    lastUpdate: words.Instant
    paymentMethodId: int
    status: Annotated[str, words.enum("me.payment.transaction.StatusEnum")]
    transactionId: int
    type: Annotated[str, words.enum("me.payment.transaction.TypeEnum")]


class AutomaticPaymentMean(Struct, frozen=True):
    """billing.AutomaticPaymentMean."""

    bankAccount: bool
    creditCard: bool
    deferredPaymentAccount: bool
    paypal: bool


class Change(Struct, frozen=True):
    """What can be changed of a payment method."""

    default: bool | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=255)] | UnsetType | None = UNSET


class Methods(Struct, frozen=True):
    """Filters of GET /me/payment/method."""

    default: bool | None = None
    paymentType: str | None = None
    status: Annotated[str, words.enum("me.payment.method.StatusEnum")] | None = None


class Transactions(Struct, frozen=True):
    """Filters of GET /me/payment/transaction."""

    paymentMethodId: int | None = None
    status: Annotated[str, words.enum("me.payment.transaction.StatusEnum")] | None = None


class Accounts(Struct, frozen=True):
    """Filter of GET /me/paymentMean/bankAccount."""

    state: Annotated[str, words.enum("me.paymentMean.BankAccountStateEnum")] | None = None


async def method(call: Call, method_id: int) -> PaymentMethod:
    """One of the caller's payment methods."""
    held = await balances.method(call.engine, call.caller, method_id)
    return PaymentMethod(
        billingContactId=None,
        creationDate=wire.instant(held.opened),
        default=method_id == DEFAULT,
        description=held.description,
        expirationDate=None,
        formSessionId=None,
        icon=Icon(None, "prepaid-account", None),
        integration="NONE",
        label=own_id(call),
        lastUpdate=wire.instant(held.updated),
        merchantId=None,
        oneclick=True,
        paymentMeanId=None,
        paymentMethodId=method_id,
        paymentSubType=None,
        paymentType=PREPAID_TYPE,
        status="VALID",
    )


async def _list_methods(call: Call) -> list[int]:
    wanted: Methods = call.query
    found = [await method(call, method_id) for method_id in MEANS]
    names = ("default", "paymentType", "status")
    return [one.paymentMethodId for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _read_method(call: Call) -> PaymentMethod:
    return await method(call, call.path["paymentMethodId"])


async def _update_method(call: Call) -> PaymentMethod:
    known = await method(call, call.path["paymentMethodId"])
    if call.body.default is False and known.default:
        message = "One payment method is the default: to replace it, make another one the default"
        raise conflict(message, "default")
    if call.body.description is not UNSET:
        await balances.describe(call.engine, call.caller, known.paymentMethodId, call.body.description)
    return await method(call, known.paymentMethodId)


async def _nothing(_: Call) -> list[int]:
    return []


async def _no_methods(_: Call) -> list[AvailablePaymentMethod]:
    return []


async def _no_means(_: Call) -> AutomaticPaymentMean:
    return AutomaticPaymentMean(bankAccount=False, creditCard=False, deferredPaymentAccount=False, paypal=False)


async def _list_transactions(call: Call) -> list[int]:
    wanted: Transactions = call.query
    found = [_transaction(call, moved) for moved in await balances.transactions(call.engine, call.caller)]
    names = ("paymentMethodId", "status")
    return [one.transactionId for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _read_transaction(call: Call) -> Transaction:
    return _transaction(call, await balances.transaction(call.engine, call.caller, call.path["transactionId"]))


def _transaction(call: Call, moved: Movement) -> Transaction:
    taken = moved.amount.ucents < 0
    at = wire.instant(moved.at)
    return Transaction(
        amount=wire.price(-moved.amount if taken else moved.amount, call.engine.price_texts),
        creationDate=at,
        lastUpdate=at,
        paymentMethodId=DEFAULT,
        status="SUCCESS",
        transactionId=moved.movement_id,
        type="DEBIT" if taken else "CREDIT",
    )


def _mean(name: str, standing: Standing) -> tuple[Route, ...]:
    """The routes of an older kind of payment mean, of which nobody has any."""
    path, query = f"{MEAN}/{name}", Accounts if name == "bankAccount" else Empty
    routes = [
        Route(method="GET", path=path, do=_nothing, told="List them: there are none", query=query, answer=list[int],
              standing=standing),
        *(not_offered(method, f"{path}/{{id}}", NO_PROCESSOR, standing=standing) for method in ("GET", "PUT")),
        not_offered("POST", f"{path}/{{id}}/chooseAsDefaultPaymentMean", NO_PROCESSOR, standing=standing),
    ]  # fmt: skip
    if name != "deferredPaymentAccount":
        routes += [
            not_offered("POST", path, NO_PROCESSOR, standing=standing),
            not_offered("DELETE", f"{path}/{{id}}", NO_PROCESSOR, standing=standing),
            not_offered("POST", f"{path}/{{id}}/challenge", NO_PROCESSOR, standing=standing),
        ]
    return tuple(routes)


ROUTES = (
    Route(method="GET", path="/me/payment/availableMethods", do=_no_methods, told="What can be registered: nothing",
          answer=list[AvailablePaymentMethod]),
    Route(method="GET", path="/me/payment/method", do=_list_methods, told="List your payment methods", query=Methods,
          answer=list[int]),
    Route(method="GET", path=METHOD, do=_read_method, told="Read a payment method", answer=PaymentMethod),
    Route(method="PUT", path=METHOD, do=_update_method, told="Describe a payment method", body=Change,
          answer=PaymentMethod),
    Route(method="GET", path="/me/payment/transaction", do=_list_transactions, told="List what was paid",
          query=Transactions, answer=list[int]),
    Route(method="GET", path="/me/payment/transaction/{transactionId}", do=_read_transaction,
          told="Read what was paid", answer=Transaction),
    Route(method="GET", path="/me/availableAutomaticPaymentMeans", do=_no_means, told="What can be registered: nothing",
          answer=AutomaticPaymentMean),
    not_offered("POST", "/me/payment/method", NO_PROCESSOR),
    not_offered("DELETE", METHOD, "the prepaid account cannot be removed"),
    not_offered("POST", f"{METHOD}/challenge", CONFIRMED),
    not_offered("POST", f"{METHOD}/details", CONFIRMED),
    not_offered("POST", f"{METHOD}/finalize", CONFIRMED),
    *_mean("bankAccount", "DEPRECATED"),
    *_mean("creditCard", "DEPRECATED"),
    *_mean("deferredPaymentAccount", "PRODUCTION"),
    *_mean("paypal", "DEPRECATED"),
)  # fmt: skip
