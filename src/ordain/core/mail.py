"""The mails a customer gets about an order: composed here, kept by the store, sent by whoever can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import decimal_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.language import Language
    from ordain.core.money import Money
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
    if item.action == "trade":
        return Text(
            say("The owner of %(domain)s has changed", domain=item.shown),
            say(
                "The owner change of %(domain)s in your order %(order)d is done.",
                domain=item.shown,
                order=order.order_id,
            ),
        )
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


def contact_change(language: Language, service: str, to_nic: str, change_id: int, token: str) -> Text:
    """Another account is to be a contact of a service: the recipient agrees with the token, or does not."""
    say = language.say
    return Text(
        say("A change of contacts of %(service)s", service=service),
        say(
            "%(account)s is to become a contact of %(service)s. To accept or refuse change %(change)d, use this"
            " token: %(token)s",
            account=to_nic,
            service=service,
            change=change_id,
            token=token,
        ),
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


LOW = {
    "ovhAccount": "Your prepaid account holds %(amount)s %(currency)s.",
    "fidelityAccount": "Your fidelity account holds %(amount)s %(currency)s.",
}
"""What is said of a balance."""


def low(language: Language, name: str, held: Money) -> Text:
    """A balance has fallen below what its owner set as alert threshold."""
    holds = language.say(LOW[name], amount=decimal_text(held), currency=held.currency)
    return Text(language.say("Your balance is low"), holds)


def retracted(language: Language, order: Order, undone: Sequence[OrderItem]) -> Text:
    """The customer withdrew from the order: what was undone and its money given back, and what was too late."""
    say = language.say
    lines = [f"  {item.shown}: {decimal_text(item.price.gross)} {item.price.gross.currency}" for item in undone]
    kept = [f"  {item.shown}" for item in order.items if item not in undone]
    told = [say("Given back to the balance you paid from:"), *lines] if undone else [say("Nothing had been paid.")]
    if undone and kept:
        told += [say("Too late to be undone:"), *kept]
    return Text(say("You withdrew from your order %(order)d", order=order.order_id), "\n".join(told))
