"""The mails a customer gets about an order: composed here, kept by the store, sent by whoever can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import decimal_text

if TYPE_CHECKING:
    from ordain.core.language import Language
    from ordain.core.order import Order, OrderItem


class Text(Struct, frozen=True):
    """A mail's words."""

    subject: str
    body: str


def welcome(language: Language, nic: str) -> Text:
    """A new account's first mail."""
    say = language.say
    return Text(say("Welcome"), say("Your account %(nic)s is ready.", nic=nic))


def placed(language: Language, order: Order) -> Text:
    """The order's confirmation, with its lines and total."""
    say, lines = language.say, [f"  {line.description}: {decimal_text(line.price)}" for line in order.lines]
    gross = order.price.gross
    total = say("Total with tax: %(amount)s %(currency)s", amount=decimal_text(gross), currency=gross.currency)
    wait = say("It waits for your payment until %(day)s.", day=order.expires.date().isoformat())
    return Text(say("Your order %(order)d", order=order.order_id), "\n".join([*lines, total, wait]))


def paid(language: Language, order: Order) -> Text:
    """The payment's confirmation."""
    say = language.say
    return Text(
        say("Payment of your order %(order)d", order=order.order_id),
        say("We received your payment and are delivering your order."),
    )


def delivered(language: Language, order: Order, item: OrderItem) -> Text:
    """One item is there."""
    say = language.say
    return Text(
        say("%(domain)s is yours", domain=item.shown),
        say("%(domain)s of your order %(order)d has been delivered.", domain=item.shown, order=order.order_id),
    )


def refunded(language: Language, order: Order, item: OrderItem, reason: str) -> Text:
    """One item could not be had and its money is back."""
    say, gross = language.say, item.price.gross
    body = say(
        "%(domain)s of your order %(order)d could not be delivered: %(reason)s. %(amount)s %(currency)s are back on"
        " the balance you paid from.",
        domain=item.shown,
        order=order.order_id,
        reason=reason,
        amount=decimal_text(gross),
        currency=gross.currency,
    )
    return Text(say("%(domain)s has been refunded", domain=item.shown), body)


def change_refused(language: Language, domain: str, reason: str) -> Text:
    """The registry refused a change, and somebody has to do something."""
    say = language.say
    return Text(
        say("%(domain)s needs your attention", domain=domain),
        say("The registry refused the change of %(domain)s you asked for: %(reason)s", domain=domain, reason=reason),
    )


def stuck(language: Language, order: Order, item: OrderItem, reason: str) -> Text:
    """The registry refused, and somebody has to do something."""
    say = language.say
    return Text(
        say("%(domain)s needs your attention", domain=item.shown),
        say(
            "The registry refused %(domain)s of your order %(order)d: %(reason)s",
            domain=item.shown,
            order=order.order_id,
            reason=reason,
        ),
    )
