"""/me/paymentMean: payment methods as they were called before, by kind (wire-contract §2.4). Cards are the one kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Call, Empty, Route, not_offered
from ordain.core.refusal import not_found
from ordain.flows import charges, payment_methods

if TYPE_CHECKING:
    from ordain.api.routing import Standing
    from ordain.core.payment_method import Method

MEAN = "/me/paymentMean"
CARD = f"{MEAN}/creditCard"
NOT_REGISTERED = "what can be registered is a card; bank transfers need no registration"
CONFIRMED = "a card is confirmed on the page of its registration"


class MeanIcon(Struct, frozen=True):
    """me.paymentMean.IconData."""

    data: str | None
    name: str | None
    url: str | None


class CreditCard(Struct, frozen=True):
    """me.paymentMean.CreditCard."""

    defaultPaymentMean: bool
    description: str | None
    expirationDate: words.Day
    icon: MeanIcon | None
    id: int
    number: str
    state: Annotated[str, words.enum("me.paymentMean.CreditCardStateEnum")]
    threeDsValidated: bool
    type: str


class CreditCardCreation(Struct, frozen=True):
    """me.paymentMean.CreditCardCreation."""

    description: Annotated[str, Meta(max_length=255)] | None = None
    returnUrl: Annotated[str, Meta(max_length=2000)] | None = None
    setDefault: bool | None = None


class CreditCardValidation(Struct, frozen=True):
    """me.paymentMean.CreditCardValidation."""

    id: int
    submitUrl: str | None
    url: str
    validationType: Annotated[str, words.enum("me.paymentMean.ValidationTypeEnum")]


class Description(Struct, frozen=True):
    """What can be changed of a card."""

    description: Annotated[str, Meta(max_length=255)] | None = None


class Accounts(Struct, frozen=True):
    """Filter of GET /me/paymentMean/bankAccount."""

    state: Annotated[str, words.enum("me.paymentMean.BankAccountStateEnum")] | None = None


async def _nothing(_: Call) -> list[int]:
    return []


async def _list(call: Call) -> list[int]:
    known = await payment_methods.known(call.engine, call.caller)
    return [card.method_id for card in known.cards if card.card]


async def _card(call: Call) -> Method:
    found = await payment_methods.card(call.engine, call.caller, call.path["id"])
    if found.card is None or found.status == "CANCELED":
        message = f"Card {call.path['id']} does not exist"
        raise not_found(message, "id")
    return found


async def _read(call: Call) -> CreditCard:
    card = await _card(call)
    known = await payment_methods.known(call.engine, call.caller)
    expires, told = card.expires, card.card
    return CreditCard(
        defaultPaymentMean=known.default == card.method_id,
        description=card.description,
        expirationDate=expires.date().isoformat() if expires else "",
        icon=None,
        id=card.method_id,
        number=f"************{told.last4}" if told else "",
        state="valid" if card.usable(call.now) else "expired",
        threeDsValidated=True,
        type=told.brand if told else "",
    )


async def _describe(call: Call) -> None:
    card = await _card(call)
    await payment_methods.describe(call.engine, call.caller, card.method_id, call.body.description)


async def _remove(call: Call) -> None:
    card = await _card(call)
    await payment_methods.remove(call.engine, call.caller, card.method_id)


async def _choose(call: Call) -> None:
    card = await _card(call)
    await payment_methods.make_default(call.engine, call.caller, card.method_id)


async def _register(call: Call) -> CreditCardValidation:
    charges.processor(call.engine)
    back = call.body.returnUrl or f"{call.engine.public_url}/account"
    wish = payment_methods.Wish(
        done=back, called_off=back, default=bool(call.body.setDefault), description=call.body.description
    )
    made = await payment_methods.register(call.engine, call.caller, wish, call.now)
    return CreditCardValidation(made.method_id, None, made.url, "simpleValidation")


def _mean(name: str, standing: Standing) -> tuple[Route, ...]:
    """The routes of a kind of payment mean of which nobody has any."""
    path, query = f"{MEAN}/{name}", Accounts if name == "bankAccount" else Empty
    routes = [
        Route(method="GET", path=path, do=_nothing, told="List them: there are none", query=query, answer=list[int],
              standing=standing),
        *(not_offered(method, f"{path}/{{id}}", NOT_REGISTERED, standing=standing) for method in ("GET", "PUT")),
        not_offered("POST", f"{path}/{{id}}/chooseAsDefaultPaymentMean", NOT_REGISTERED, standing=standing),
    ]  # fmt: skip
    if name != "deferredPaymentAccount":
        routes += [
            not_offered("POST", path, NOT_REGISTERED, standing=standing),
            not_offered("DELETE", f"{path}/{{id}}", NOT_REGISTERED, standing=standing),
            not_offered("POST", f"{path}/{{id}}/challenge", NOT_REGISTERED, standing=standing),
        ]
    return tuple(routes)


ROUTES = (
    *_mean("bankAccount", "DEPRECATED"),
    Route(method="GET", path=CARD, do=_list, told="List your cards", answer=list[int], standing="DEPRECATED"),
    Route(method="POST", path=CARD, do=_register, told="Register a card, on a page of its processor's",
          body=CreditCardCreation, answer=CreditCardValidation, standing="DEPRECATED", refuses=("not-found",)),
    Route(method="GET", path=f"{CARD}/{{id}}", do=_read, told="Read a card", answer=CreditCard, standing="DEPRECATED"),
    Route(method="PUT", path=f"{CARD}/{{id}}", do=_describe, told="Describe a card", body=Description,
          standing="DEPRECATED"),
    Route(method="DELETE", path=f"{CARD}/{{id}}", do=_remove, told="Remove a card", standing="DEPRECATED"),
    Route(method="POST", path=f"{CARD}/{{id}}/chooseAsDefaultPaymentMean", do=_choose, told="Make a card the default",
          standing="DEPRECATED"),
    not_offered("POST", f"{CARD}/{{id}}/challenge", CONFIRMED, standing="DEPRECATED"),
    *_mean("deferredPaymentAccount", "PRODUCTION"),
    *_mean("paypal", "DEPRECATED"),
)  # fmt: skip
