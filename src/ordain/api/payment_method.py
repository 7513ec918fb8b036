"""/me/payment, and the older /me/paymentMean: what an account pays with, and what was paid with it (§2.4, §2.11)."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ordain.api import wire, words
from ordain.api.balance import own_id
from ordain.api.routing import Call, Route, not_offered
from ordain.core.payment_method import DEFAULT, MEANS
from ordain.core.refusal import conflict
from ordain.flows import balances
from ordain.store.ledger import Balance

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
