"""What a bill or credit note says: composed once, when it is numbered. Paper and XML are both made of this value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.customer import Customer
from ordain.core.language import Language
from ordain.core.money import CENT, UNIT, Money, TaxedPrice, round_to, smallest
from ordain.core.order import retraction
from ordain.core.seller import Seller
from ordain.core.tax import Taxation, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.order import Order, OrderItem, OrderLine, Payment, Refund

Kind = Literal["bill", "note"]


class BillLine(Struct, frozen=True):
    """What was sold, or taken off its price: net. `domain` is the name as people read it."""

    domain: str
    description: str
    quantity: int
    price: Money


class Content(Struct, frozen=True, kw_only=True):
    """A bill or credit note, which refuses to exist unless it adds up.

    Sentences are in `language`; amounts and dates are written by `locale`.
    """

    kind: Kind
    number: str
    issued: datetime
    language: str
    locale: str
    seller: Seller
    customer: Customer
    order_id: int
    ordered: datetime
    lines: tuple[BillLine, ...]
    price: TaxedPrice
    """The sum of the lines, the tax on it, and both. Of a credit note: what is given back."""
    taxation: Taxation
    paid: datetime
    """Of a credit note: when the money was given back."""
    mean: str
    """What it was paid with, as the payment names it."""
    corrects: str | None = None
    """The bill that a credit note takes back a part of."""
    corrected: datetime | None = None
    """When that was issued."""
    tax_note: str = ""
    """Why there is no tax on it, or tax of elsewhere."""
    notes: tuple[str, ...] = ()
    """What else it tells, a paragraph each."""

    def __post_init__(self) -> None:
        if sum(line.price.ucents for line in self.lines) != self.price.net.ucents:
            message = f"the lines of order {self.order_id} do not add up to {self.price.net}"
            raise ValueError(message)


class Terms(Struct, frozen=True, kw_only=True):
    """What a bill says beside order and payment."""

    seller: Seller
    language: Language
    customer: Customer
    taxation: Taxation
    day: Callable[[date, str], str]
    """How a day is written by a locale."""


NO_TAX = "No tax is charged."
CONTRACTS = "Contracts accepted with the order: %(contracts)s."
CONTRACT = "%(name)s (version %(version)s)"
WITHDRAWAL = (
    "Right of withdrawal: as a consumer you may withdraw from this order until %(day)s, without giving reasons,"
    " as long as what you ordered has not been fully supplied with your consent. Write to %(email)s."
)
GIVEN_BACK_TO = {"bankAccount": "ovhAccount"}
"""Where money goes that is given back, if not where it came from: what was transferred, to the prepaid account."""
WAIVED = "You asked for delivery at once, and accepted to lose the right of withdrawal once it is complete."


def of_bill(order: Order, payment: Payment, terms: Terms, number: str, now: datetime) -> Content:
    """The bill of an order that was paid."""
    return Content(
        kind="bill",
        number=number,
        issued=now,
        language=terms.language.code,
        locale=_locale(order.locale, terms.language),
        seller=terms.seller,
        customer=terms.customer,
        order_id=order.order_id,
        ordered=order.placed,
        lines=tuple(_lines(order, order.items)),
        price=order.price,
        taxation=terms.taxation,
        paid=payment.at,
        mean=payment.mean,
        tax_note=_tax_note(terms.taxation, terms.language),
        notes=tuple(_notes(order, terms)),
    )


def of_note(bill: Content, order: Order, refund: Refund, number: str, now: datetime) -> Content:
    """The credit note of an item that was given back: it says what its bill says of everything else."""
    item = next(item for item in order.items if item.item_id == refund.item_id)
    return Content(
        kind="note",
        number=number,
        issued=now,
        language=bill.language,
        locale=bill.locale,
        seller=bill.seller,
        customer=bill.customer,
        order_id=bill.order_id,
        ordered=bill.ordered,
        lines=tuple(_lines(order, (item,))),
        price=item.price,
        taxation=bill.taxation,
        paid=refund.at,
        mean=GIVEN_BACK_TO.get(bill.mean, bill.mean),
        corrects=bill.number,
        corrected=bill.issued,
        tax_note=bill.tax_note,
    )


def _locale(locale: str, language: Language) -> str:
    """How dates and amounts are written: as in the customer's country, if the sentences are in its language."""
    return locale if locale.partition("_")[0] == language.code else "en_GB"


def _lines(order: Order, items: tuple[OrderItem, ...]) -> Iterator[BillLine]:
    """The order's lines; those that only say what kind of thing it is, at no price, are left out."""
    shown = {item.item_id: item.shown for item in items}
    for line in order.lines:
        if line.item_id in shown and not _is_silent(line):
            name = shown[line.item_id]
            # A promotion's line bears the promotion's name alone: on a bill of many names it says which it is of.
            described = line.description if name in line.description else f"{line.description} - {name}"
            yield BillLine(name, described, line.quantity, line.price)


def _is_silent(line: OrderLine) -> bool:
    return line.kind == "INSTALLATION" and not line.price.ucents


def _tax_note(taxation: Taxation, language: Language) -> str:
    """Why it is taxed as it is; of an EN 16931 bill at no tax something has to be said."""
    told = note(taxation)
    if told:
        return language.tell(told)
    return "" if taxation.millionths else language.say(NO_TAX)


def _notes(order: Order, terms: Terms) -> Iterator[str]:
    say, ends = terms.language.say, retraction(order)
    if terms.customer.legalform == "individual" and not order.keeps:
        day = terms.day(ends.date(), _locale(order.locale, terms.language)) if ends else ""
        yield say(WITHDRAWAL, day=day, email=terms.seller.email) if ends else say(WAIVED)
    if order.contracts:
        accepted = [say(CONTRACT, name=c.name, version=c.version) for c in order.contracts]
        yield say(CONTRACTS, contracts=", ".join(accepted))
    mention = terms.seller.mention(terms.language.code)
    if mention:
        yield mention


def not_electronic(content: Content) -> str | None:
    """Why EN 16931 has no place for these figures, in words; None if it has.

    Amounts have two decimals there (BR-DEC), and the tax is the rate's on the sum, give or take a unit (BR-CO-17):
    ours is rounded item by item.
    """
    net, tax = content.price.net, content.price.tax
    if smallest(net.currency) < CENT:
        return f"{net.currency} has more than two decimals"
    of_the_whole = round_to(net.ucents * content.taxation.rate, CENT)
    if abs(of_the_whole - tax.ucents) > UNIT:
        return "the tax of the items, each rounded, is more than a unit from the tax of the whole"
    return None
