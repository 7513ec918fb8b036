"""The mails a customer gets: composed here, kept by the store, and sent by a worker where there is a mail server."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from ordain.core.bank_transfer import reference, spelled
from ordain.core.money import decimal_text
from ordain.core.names import both, read_as
from ordain.core.order import held_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.bank_transfer import BankAccount
    from ordain.core.language import Language
    from ordain.core.money import Money
    from ordain.core.order import Order, OrderItem


Status = Literal["kept", "unsent", "sent", "refused"]
"""`kept` was written where there was no mail server; `refused` by the server, or after too many attempts."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 24
"""Over sixteen hours and more."""
LEASE = timedelta(minutes=5)
"""How long one attempt may take before another worker makes the next: longer than an adapter waits for an answer."""


class Text(Struct, frozen=True):
    """A mail's words."""

    subject: str
    body: str


class Mail(Struct, frozen=True, kw_only=True):
    """A mail written to a customer. It is kept whether or not it could be sent."""

    nic: str
    mail_id: int
    """Of a mail that clients await, larger than that of every mail before."""
    order_id: int | None
    at: datetime
    recipient: str
    subject: str
    body: str
    status: Status = "kept"
    attempts: int = 0
    elsewhere: bool = False
    """It is for somebody else than the account: not among its own."""
    try_at: datetime | None = None
    """When it is to be tried (again): while it is being sent, the end of the sender's lease."""


class NotTaken(Exception):
    """A mail server did not take a mail. `final`: it never will, so it is not asked again."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def claimed(mail: Mail, now: datetime) -> Mail:
    """The mail as a worker takes it up: each time is an attempt, counted before the server is asked."""
    return structs.replace(mail, attempts=mail.attempts + 1, try_at=now + LEASE)


def sent(mail: Mail) -> Mail:
    """The mail once a server has taken it."""
    return structs.replace(mail, status="sent", try_at=None)


def not_taken(mail: Mail, now: datetime, *, final: bool) -> Mail:
    """The mail after an attempt in vain: to be tried again after a pause that doubles, or given up."""
    if final or mail.attempts >= MOST_ATTEMPTS:
        return structs.replace(mail, status="refused", try_at=None)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(mail.attempts - 1, 16)))
    return structs.replace(mail, try_at=now + pause)


WITHDRAWAL_PAGE = "/order/{}/withdrawal"
"""The page where an order's owner withdraws from it, or waives the right to."""
SET_BY_LINK = "/new-password"
"""The page that sets a password by a mail's link."""

_KEY = re.compile(rf"({SET_BY_LINK}\?account=[^&\s]*&key=)\w+")


def without_key(body: str) -> str:
    """A mail's body as programs may read it: who may read mails may not thereby set the account's password."""
    return _KEY.sub(r"\1…", body)


def welcome(language: Language, nic: str) -> Text:
    """A new account's first mail."""
    say = language.say
    return Text(say("Welcome"), say("Your account %(nic)s is ready.", nic=nic))


def welcome_with_link(language: Language, nic: str, url: str) -> Text:
    """A new account's first mail, where a program made it: it has no password yet."""
    say = language.say
    return Text(
        say("Welcome"),
        say("Your account %(nic)s is ready. Set its password within a day: %(url)s", nic=nic, url=url),
    )


def password_link(language: Language, nic: str, url: str) -> Text:
    """What somebody gets who asked for another password."""
    say = language.say
    return Text(
        say("Another password"),
        say("Set another password for your account %(nic)s within a day: %(url)s", nic=nic, url=url)
        + "\n\n"
        + say("If you did not ask for it, do nothing: the password stays as it is."),
    )


def placed(language: Language, order: Order, public_url: str = "") -> Text:
    """The order's confirmation, with its lines and total, and when it is delivered if that is not at once."""
    say, lines = language.say, [f"  {line.description}: {decimal_text(line.price)}" for line in order.lines]
    gross = order.price.gross
    total = say("Total with tax: %(amount)s %(currency)s", amount=decimal_text(gross), currency=gross.currency)
    wait = say("It waits for your payment until %(day)s.", day=order.expires.date().isoformat())
    told, held = [*lines, total, wait], held_until(order)
    if order.waived and order.consumer:
        told += ["", say("You waived your right to withdraw: delivery begins as soon as the order is paid.")]
    elif held:
        told += ["", *_held(language, order, public_url, held)]
    return Text(say("Your order %(order)d", order=order.order_id), "\n".join(told))


def _held(language: Language, order: Order, public_url: str, until: datetime) -> list[str]:
    """That delivery waits for the end of the right to withdraw, what may happen meanwhile, and how not to wait."""
    say = language.say
    return [
        say(
            "You can withdraw from this order until %(day)s. Only then what you ordered is delivered, and names are"
            " ordered at their registries: until then somebody else may register them.",
            day=until.date().isoformat(),
        ),
        say("To withdraw, or to waive this right and have it delivered as soon as it is paid: %(url)s",
            url=public_url + WITHDRAWAL_PAGE.format(order.order_id)),
    ]  # fmt: skip


def paid(language: Language, order: Order, public_url: str = "", held: datetime | None = None) -> Text:
    """The payment's confirmation; `held`: when delivery begins, if that is not at once."""
    say = language.say
    delivering = say("We received your payment and are delivering your order.")
    waiting = [say("We received your payment."), "", *_held(language, order, public_url, held)] if held else []
    return Text(say("Payment of your order %(order)d", order=order.order_id), "\n".join(waiting) or delivering)


def _named(item: OrderItem) -> str:
    """What was ordered, a name in both its forms."""
    return both(item.domain) if item.kind == "domain" else item.shown


def delivered(language: Language, order: Order, item: OrderItem) -> Text:
    """One item is there."""
    say = language.say
    if item.action in ("renew", "restore"):
        return Text(
            say("%(domain)s is renewed", domain=item.shown),
            say("The renewal of %(domain)s in your order %(order)d is done.", domain=_named(item),
                order=order.order_id),
        )  # fmt: skip
    if item.action == "trade":
        return Text(
            say("The owner of %(domain)s has changed", domain=item.shown),
            say(
                "The owner change of %(domain)s in your order %(order)d is done.",
                domain=_named(item),
                order=order.order_id,
            ),
        )
    return Text(
        say("%(domain)s is yours", domain=item.shown),
        say("%(domain)s of your order %(order)d has been delivered.", domain=_named(item), order=order.order_id),
    )


REFUNDED = {
    "creditCard": "%(domain)s of your order %(order)d could not be delivered: %(reason)s. %(amount)s %(currency)s are"
    " on their way back to your card.",
    "bankAccount": "%(domain)s of your order %(order)d could not be delivered: %(reason)s. %(amount)s %(currency)s are"
    " on your prepaid account now.",
}
"""What is said of a refund, by what was paid with; of all else that it is back on the balance."""
REFUNDED_BALANCE = (
    "%(domain)s of your order %(order)d could not be delivered: %(reason)s. %(amount)s %(currency)s are back on"
    " the balance you paid from."
)


def refunded(language: Language, order: Order, item: OrderItem, reason: str, mean: str = "") -> Text:
    """One item could not be had and its money is back, or on its way."""
    say, gross = language.say, item.price.gross
    body = say(
        REFUNDED.get(mean, REFUNDED_BALANCE),
        domain=_named(item),
        order=order.order_id,
        reason=reason,
        amount=decimal_text(gross),
        currency=gross.currency,
    )
    return Text(say("%(domain)s has been refunded", domain=item.shown), body)


def given_back_by_hand(language: Language, order: Order, item: OrderItem, reason: str) -> Text:
    """The staff gave an item's money back, whether or not it was delivered."""
    say, gross = language.say, item.price.gross
    body = say(
        "We gave back what you paid for %(domain)s of your order %(order)d: %(reason)s. %(amount)s %(currency)s go back"
        " to what you paid with.",
        domain=_named(item),
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
        say("%(domain)s needs your attention", domain=read_as(domain)),
        say(
            "The registry refused the change of %(domain)s you asked for: %(reason)s",
            domain=both(domain),
            reason=reason,
        ),
    )


def contact_change(language: Language, service: str, to_nic: str, change_id: int, token: str) -> Text:
    """Another account is to be a contact of a service: the recipient agrees with the token, or does not."""
    say = language.say
    return Text(
        say("A change of contacts of %(service)s", service=read_as(service)),
        say(
            "%(account)s is to become a contact of %(service)s. To accept or refuse change %(change)d, use this"
            " token: %(token)s",
            account=to_nic,
            service=both(service),
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
            domain=_named(item),
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


GIVEN_BACK = {"creditCard": "Given back to your card:", "bankAccount": "Given back to your prepaid account:"}
GIVEN_BACK_BALANCE = "Given back to the balance you paid from:"


def retracted(language: Language, order: Order, undone: Sequence[OrderItem], mean: str = "") -> Text:
    """The customer withdrew from the order: what was undone and its money given back, and what was too late."""
    say = language.say
    lines = [f"  {_named(item)}: {decimal_text(item.price.gross)} {item.price.gross.currency}" for item in undone]
    kept = [f"  {_named(item)}" for item in order.items if item not in undone]
    told = [say(GIVEN_BACK.get(mean, GIVEN_BACK_BALANCE)), *lines] if undone else [say("Nothing had been paid.")]
    if undone and kept:
        told += [say("Too late to be undone:"), *kept]
    return Text(say("You withdrew from your order %(order)d", order=order.order_id), "\n".join(told))


def waived(language: Language, order: Order) -> Text:
    """The customer waived the right to withdraw: to be kept as its proof (Directive 2011/83/EU, art. 8(7))."""
    say = language.say
    return Text(
        say("You waived your right to withdraw from your order %(order)d", order=order.order_id),
        say("You asked us not to wait for its end, and know that you can no longer withdraw from this order."),
    )


def termination(language: Language, name: str, link: str, until: datetime) -> Text:
    """A service is to be terminated, if whoever reads this says so. Clients look for the name and the link."""
    say = language.say
    lines = (
        say("You asked for the termination of %(name)s. To confirm it, open this link:", name=both(name)),
        link,
        say("It can be used once, until %(day)s. If you do nothing, nothing happens.", day=until.date().isoformat()),
    )
    return Text(say("Termination of %(name)s", name=name), "\n\n".join(lines))


def confirm_payment(language: Language, order: Order, url: str) -> Text:
    """The bank wants a person to confirm a payment by card."""
    say = language.say
    told = say("Your bank wants you to confirm the payment of your order %(order)d.", order=order.order_id)
    lines = (told, say("To do so within an hour, open this link:"), url) if url else (told,)
    return Text(say("Confirm the payment of your order %(order)d", order=order.order_id), "\n\n".join(lines))


def charged_in_vain(language: Language, order: Order, amount: Money) -> Text:
    """A card was charged for an order that was paid otherwise, or cancelled, meanwhile."""
    say = language.say
    body = say(
        "Your card was charged %(amount)s %(currency)s for your order %(order)d after it had been paid or cancelled."
        " The money is on its way back to your card.",
        amount=decimal_text(amount),
        currency=amount.currency,
        order=order.order_id,
    )
    return Text(say("Your card gets its money back"), body)


def turned_back(language: Language, amount: Money) -> Text:
    """A card did not take its money back."""
    say = language.say
    body = say(
        "Your card did not take back %(amount)s %(currency)s: they are on your prepaid account now.",
        amount=decimal_text(amount),
        currency=amount.currency,
    )
    return Text(say("Money on your prepaid account"), body)


def not_paid(language: Language, order: Order, reason: str, *, default: bool) -> Text:
    """An order was to be paid by card as it was placed, and was not: it stands and waits. `default`: by that card."""
    say, said = language.say, {"order": order.order_id, "reason": language.say(reason)}
    if default:
        told = say("Your default payment method did not pay your order %(order)d: %(reason)s.", **said)
    else:
        told = say("Your card did not pay your order %(order)d: %(reason)s.", **said)
    waits = say(
        "The order stands, and waits for your payment until %(day)s. It can be paid with something else.",
        day=order.expires.date().isoformat(),
    )
    return Text(say("Your order %(order)d is not paid", order=order.order_id), f"{told}\n\n{waits}")


def transfer_to(language: Language, order: Order, bank: BankAccount) -> Text:
    """Where an order is paid by bank transfer."""
    say, gross, code = language.say, order.price.gross, spelled(reference(order.order_id))
    lines = (
        say(
            "Transfer exactly this sum, under exactly this reference, by %(day)s:", day=order.expires.date().isoformat()
        ),
        "\n".join((f"{decimal_text(gross)} {gross.currency}", bank.holder, spelled(bank.iban), code)),
        say("Your order is delivered once the money has arrived."),
    )
    return Text(say("How to pay your order %(order)d", order=order.order_id), "\n\n".join(lines))


def transfer_credited(language: Language, amount: Money) -> Text:
    """A sum arrived that no order waits for any more."""
    say = language.say
    body = say(
        "We received %(amount)s %(currency)s by bank transfer, and no order waits for them: they are on your prepaid"
        " account now.",
        amount=decimal_text(amount),
        currency=amount.currency,
    )
    return Text(say("Money on your prepaid account"), body)
