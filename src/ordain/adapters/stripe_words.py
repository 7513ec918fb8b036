"""Stripe's words as ours: amounts, what became of a PaymentIntent, why a card was declined, what an event is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core.charge import ActionRequired, Declined, Event, Pending, Returned, Succeeded, Untouched
from ordain.core.money import UNIT, Money, decimal_text, smallest
from ordain.core.payment_method import Card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.charge import Said

KEY = "ordain_key"
"""What of an object's metadata is our key of it."""

WANTED = "wanted"
"""The decline of a bank that wants its customer there, who may be sent to it."""

_LEAST = {"EUR": 50, "USD": 50, "CAD": 50, "AUD": 50, "SGD": 50, "CHF": 50, "GBP": 30, "PLN": 200, "CZK": 1500}
"""The least Stripe charges, in each currency's smallest amount (docs.stripe.com/currencies, minimum amounts)."""
_MOST = 99_999_999
"""Eight digits."""
_NOT_CHARGED = {"points", "TND"}
"""No currency, and one of three decimals that cards round to two."""

_REASONS: Mapping[str, str] = {
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
    "invalid_expiry_year": "expired_card",
    "invalid_expiry_month": "expired_card",
    "incorrect_number": "incorrect_number",
    "invalid_number": "incorrect_number",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
    "card_velocity_exceeded": "limit",
    "withdrawal_count_limit_exceeded": "limit",
    "card_not_supported": "not_supported",
    "currency_not_supported": "not_supported",
    "not_permitted": "not_supported",
    "authentication_required": "not_confirmed",
    "authentication_not_handled": "not_confirmed",
    "payment_intent_authentication_failure": "not_confirmed",
    "processing_error": "try_again",
    "issuer_not_available": "try_again",
    "try_again_later": "try_again",
    "reenter_transaction": "try_again",
    "resource_missing": "gone",
}
"""Our word for a decline's or an error's code. What a bank keeps to itself (lost, stolen) is `declined`."""


def minor(amount: Money) -> int:
    """An amount as Stripe counts it: in its currency's smallest."""
    return amount.ucents // smallest(amount.currency)


def money(count: int, currency: str) -> Money:
    """The amount Stripe counts so."""
    code = currency.upper()
    return Money(count * smallest(code), code)


def obstacle(amount: Money) -> str | None:
    """Why Stripe charges no card so much."""
    if amount.currency in _NOT_CHARGED:
        return f"no card is charged in {amount.currency}"
    step = smallest(amount.currency)
    least = Money(_LEAST.get(amount.currency, UNIT // step) * step, amount.currency)
    if amount < least:
        return f"no card is charged less than {decimal_text(least)} {amount.currency}"
    return f"no card is charged more than {_MOST // 100} at once" if minor(amount) > _MOST else None


def reason(*codes: object) -> str:
    """Why it was declined: the first code that says so."""
    return next((_REASONS[code] for code in codes if isinstance(code, str) and code in _REASONS), "declined")


def said(intent: Any) -> Said:  # noqa: ANN401 - a PaymentIntent: the library's own type has no member for what is expanded
    """What became of a PaymentIntent."""
    match intent.status:
        case "succeeded":
            return Succeeded()
        case "requires_action":
            action = _get(intent, "next_action")
            redirect = _get(action, "redirect_to_url") if action else None
            return ActionRequired(_get(redirect, "url") if redirect else None)
        case "requires_confirmation":
            return Untouched()
        case "requires_payment_method":
            error = _get(intent, "last_payment_error")
            return Declined(reason(_get(error, "decline_code"), _get(error, "code")) if error else "declined")
        case "canceled":
            return Declined("called_off")
        case _:
            return Pending()


def returned(refund: Any) -> Returned:  # noqa: ANN401 - as above
    """What became of a Refund."""
    status = {"succeeded": "done", "failed": "refused", "canceled": "refused"}.get(refund.status or "", "pending")
    return Returned(status, _get(refund, "failure_reason"))  # type: ignore[arg-type]  # one of its three


def key(of: Any) -> str | None:  # noqa: ANN401 - as above
    """Our key of an object."""
    metadata = _get(of, "metadata")
    return _get(metadata, KEY) if metadata else None


def card(means: Any) -> Card:  # noqa: ANN401 - as above
    """A PaymentMethod that is a card."""
    told = means.card
    return Card(
        means=means.id,
        brand=str(told.brand),
        last4=str(told.last4),
        year=int(told.exp_year),
        month=int(told.exp_month),
    )


def event(told: Any) -> Event:  # noqa: ANN401 - as above
    """What an Event is about."""
    kind, of = str(told.type), told.data.object
    if kind.startswith("payment_intent."):
        return Event(told.id, kind, "charge", of.id)
    if kind.startswith("checkout.session."):
        return Event(told.id, kind, "means", of.id)
    if kind.startswith("charge.dispute."):
        return Event(told.id, kind, "dispute", of.id)
    place = _get(of, "payment_intent") or ""
    if place and (kind == "charge.refunded" or kind.startswith(("refund.", "charge.refund."))):
        return Event(told.id, kind, "return", place, key(of) if kind != "charge.refunded" else None)
    if place and kind.startswith("charge."):
        return Event(told.id, kind, "charge", place)
    return Event(told.id, kind, "nothing", str(_get(of, "id") or ""))


def _get(of: Any, name: str) -> Any:  # noqa: ANN401 - as above
    """A member that may be missing: which there are depends on Stripe's version."""
    return getattr(of, name, None)
