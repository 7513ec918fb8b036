"""/me/payment: what an account pays with (wire-contract §2.4, §2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from ordain.api import wire, words
from ordain.api.balance import own_id
from ordain.api.routing import Call, Route, not_offered
from ordain.core.payment_method import BANK_TRANSFER, PREPAID_ACCOUNT, SUBTYPES
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.flows import balances, charges, payment_methods

if TYPE_CHECKING:
    from ordain.core.ledger import Balance
    from ordain.core.payment_method import Method
    from ordain.flows.payment_methods import Known

METHOD = "/me/payment/method/{paymentMethodId}"
CONFIRMED = "the prepaid account needs no confirmation, and cards are confirmed on the page of their registration"
PREPAID_TYPE, TRANSFER_TYPE, CARD_TYPE = "CURRENT_ACCOUNT", "BANK_ACCOUNT", "CREDIT_CARD"
"""Their types (billing.paymentMethod.PaymentTypeEnum)."""

Address = Annotated[str, Meta(max_length=2000)]


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


class CallbackUrl(Struct, frozen=True):
    """me.payment.method.CallbackUrl: `success` and `cancel` are where the processor's page leads."""

    cancel: Address
    error: Address
    failure: Address
    pending: Address
    success: Address


class Creation(Struct, frozen=True):
    """me.payment.method.Creation."""

    callbackUrl: CallbackUrl
    paymentType: str
    billingContactId: int | None = None
    default: bool = False
    description: Annotated[str, Meta(max_length=255)] | None = None
    formData: str | None = None
    orderId: int | None = None
    paymentSubType: Annotated[str, words.enum("me.payment.CreationSubTypeEnum")] | None = None
    register: bool = True


class Finalize(Struct, frozen=True):
    """me.payment.method.Finalize: the processor knows better than whoever sends it."""

    expirationMonth: int | None = None
    expirationYear: int | None = None
    formSessionId: str | None = None
    registrationId: str | None = None


class Validation(Struct, frozen=True):
    """me.payment.method.Validation."""

    formSessionId: str | None
    merchantId: str | None
    organizationId: str | None
    paymentMethodId: int
    transactionId: int | None
    url: str | None
    validationType: Annotated[str, words.enum("me.payment.IntegrationEnum")]


async def method(call: Call, method_id: int) -> PaymentMethod:
    """One of the caller's payment methods."""
    known = await payment_methods.known(call.engine, call.caller)
    return await _shown(call, known, method_id)


async def _shown(call: Call, known: Known, method_id: int) -> PaymentMethod:
    default = method_id == known.default
    if method_id == PREPAID_ACCOUNT:
        return _prepaid(call, await balances.method(call.engine, call.caller, method_id), default=default)
    bank = call.engine.bank_account
    if method_id == BANK_TRANSFER and bank:
        held = await balances.method(call.engine, call.caller, PREPAID_ACCOUNT)
        return _transfer(bank.iban, wire.instant(held.opened))
    card = next((card for card in known.cards if card.method_id == method_id), None)
    return card_method(call, card or await payment_methods.card(call.engine, call.caller, method_id), default=default)


def _prepaid(call: Call, held: Balance, *, default: bool) -> PaymentMethod:
    at = wire.instant(held.opened)
    prepaid = _built_in(PREPAID_ACCOUNT, PREPAID_TYPE, own_id(call), at)
    return structs.replace(
        prepaid, default=default, description=held.description, lastUpdate=wire.instant(held.updated), oneclick=True
    )


def _transfer(iban: str, at: str) -> PaymentMethod:
    made = _built_in(BANK_TRANSFER, TRANSFER_TYPE, iban, at)
    return structs.replace(made, icon=Icon(None, "bank-transfer", None), integration="BANK_TRANSFER", oneclick=False)


def _built_in(method_id: int, kind: str, label: str, at: str) -> PaymentMethod:
    return PaymentMethod(
        billingContactId=None,
        creationDate=at,
        default=False,
        description=None,
        expirationDate=None,
        formSessionId=None,
        icon=Icon(None, "prepaid-account", None),
        integration="NONE",
        label=label,
        lastUpdate=at,
        merchantId=None,
        oneclick=None,
        paymentMeanId=None,
        paymentMethodId=method_id,
        paymentSubType=None,
        paymentType=kind,
        status="VALID",
    )


def card_method(call: Call, card: Method, *, default: bool) -> PaymentMethod:
    """A card. While it is being registered its session is told, and that its owner is sent elsewhere."""
    shown = _built_in(card.method_id, CARD_TYPE, card.label, wire.instant(card.created))
    return structs.replace(
        shown,
        default=default,
        description=card.description,
        expirationDate=wire.maybe_instant(card.expires),
        formSessionId=card.session if card.status == "CREATING" else None,
        icon=Icon(None, card.card.brand if card.card else "card", None),
        integration="REDIRECT",
        label=card.label or None,
        lastUpdate=wire.instant(card.updated),
        oneclick=True,
        paymentMeanId=card.method_id,
        paymentSubType=SUBTYPES.get(card.card.brand) if card.card else None,
        status=card.status_at(call.now),
    )


async def _list_methods(call: Call) -> list[int]:
    wanted: Methods = call.query
    known = await payment_methods.known(call.engine, call.caller)
    found = [await _shown(call, known, method_id) for method_id in known.ids]
    names = ("default", "paymentType", "status")
    return [one.paymentMethodId for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _read_method(call: Call) -> PaymentMethod:
    return await method(call, call.path["paymentMethodId"])


async def _update_method(call: Call) -> PaymentMethod:
    known = await method(call, call.path["paymentMethodId"])
    if call.body.default is False and known.default:
        message = "One payment method is the default: to replace it, make another one the default"
        raise conflict(message, "default")
    if call.body.default is True and not known.default:
        await payment_methods.make_default(call.engine, call.caller, known.paymentMethodId)
    if call.body.description is not UNSET:
        await _describe(call, known.paymentMethodId, call.body.description)
    return await method(call, known.paymentMethodId)


async def _describe(call: Call, method_id: int, description: str | None) -> None:
    if method_id == BANK_TRANSFER and call.engine.bank_account:
        message = "A bank transfer is the same for everybody: it has no description"
        raise conflict(message, "description")
    described = balances.describe if method_id == PREPAID_ACCOUNT else payment_methods.describe
    await described(call.engine, call.caller, method_id, description)


async def _remove_method(call: Call) -> PaymentMethod:
    gone = await payment_methods.remove(call.engine, call.caller, call.path["paymentMethodId"])
    return card_method(call, gone, default=False)


async def _register(call: Call) -> Validation:
    charges.processor(call.engine)
    body: Creation = call.body
    if body.paymentType != CARD_TYPE or not body.register:
        message = f"What can be registered is {CARD_TYPE}, and it is registered for good"
        raise invalid(message, "register" if body.paymentType == CARD_TYPE else "paymentType")
    payment_methods.refuse_order(body.orderId)
    wish = payment_methods.Wish(
        done=body.callbackUrl.success,
        called_off=body.callbackUrl.cancel,
        default=body.default,
        description=body.description,
    )
    made = await payment_methods.register(call.engine, call.caller, wish, call.now)
    return Validation(
        formSessionId=made.session,
        merchantId=None,
        organizationId=None,
        paymentMethodId=made.method_id,
        transactionId=None,
        url=made.url,
        validationType="REDIRECT",
    )


async def _finalize(call: Call) -> PaymentMethod:
    method_id = call.path["paymentMethodId"]
    if method_id in (PREPAID_ACCOUNT, BANK_TRANSFER):
        raise Refused(Refusal("not-found", f"This is not offered here: {CONFIRMED}"))
    done = await payment_methods.finalize(call.engine, call.caller, method_id)
    known = await payment_methods.known(call.engine, call.caller)
    return card_method(call, done, default=method_id == known.default)


async def _registerable(call: Call) -> list[AvailablePaymentMethod]:
    if call.engine.processor is None:
        return []
    return [
        AvailablePaymentMethod(
            formSessionId=None,
            icon=Icon(None, "card", None),
            integration="REDIRECT",
            merchantId=None,
            oneshot=False,
            organizationId=None,
            paymentSubType=None,
            paymentType=CARD_TYPE,
            registerable=True,
            registerableWithTransaction=False,
        )
    ]


async def _automatic_means(call: Call) -> AutomaticPaymentMean:
    cards = call.engine.processor is not None
    return AutomaticPaymentMean(bankAccount=False, creditCard=cards, deferredPaymentAccount=False, paypal=False)


ROUTES = (
    Route(method="GET", path="/me/payment/availableMethods", do=_registerable, told="What can be registered: cards",
          answer=list[AvailablePaymentMethod]),
    Route(method="GET", path="/me/payment/method", do=_list_methods, told="List your payment methods", query=Methods,
          answer=list[int]),
    Route(method="POST", path="/me/payment/method", do=_register, told="Register a card, on a page of its processor's",
          body=Creation, answer=Validation, refuses=("not-found",)),
    Route(method="GET", path=METHOD, do=_read_method, told="Read a payment method", answer=PaymentMethod),
    Route(method="PUT", path=METHOD, do=_update_method, told="Describe a payment method, make it the default",
          body=Change, answer=PaymentMethod),
    Route(method="DELETE", path=METHOD, do=_remove_method, told="Remove a card", answer=PaymentMethod),
    Route(method="POST", path=f"{METHOD}/finalize", do=_finalize, told="Say that a card's registration is done",
          body=Finalize, answer=PaymentMethod),
    Route(method="GET", path="/me/availableAutomaticPaymentMeans", do=_automatic_means,
          told="What can be registered: cards", answer=AutomaticPaymentMean),
    not_offered("POST", f"{METHOD}/challenge", CONFIRMED),
    not_offered("POST", f"{METHOD}/details", CONFIRMED),
)  # fmt: skip
