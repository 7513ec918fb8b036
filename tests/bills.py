"""Bills for tests, made as the flows make them: a seller, three customers in three countries, orders of any size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.adapters import bill_words, gettext_files
from ordain.core.bill_content import Terms, of_bill, of_note
from ordain.core.customer import Customer
from ordain.core.money import Money, TaxedPrice, round_to, smallest, total
from ordain.core.order import Accepted, Order, OrderItem, OrderLine, Payment, Refund
from ordain.core.pricing import DESCRIBED
from ordain.core.seller import Seller
from ordain.core.tax import MILLION, Taxation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.bill_content import Content

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LANGUAGES = gettext_files.load()
SELLER = Seller(
    prefix="",
    subsidiaries=("FR",),
    name="Noms & Cie SAS",
    legal_form="SAS au capital de 10 000 €",
    address=("1 rue de l'Exemple",),
    zip="59000",
    city="Lille",
    country="FR",
    registration="RCS Lille 732 829 320",
    registration_number="732829320",
    registration_scheme="0002",
    vat="FR44732829320",
    email="compta@noms.example",
    iban="FR1420041010050500013M02606",
    bic="PSSTFRPPLIL",
    mentions={"en": "No discount for early payment.", "fr": "Pas d'escompte pour paiement anticipé."},
)
CAMILLE = Customer(
    nichandle="cm12345-ordain",
    legalform="individual",
    firstname="Camille",
    name="Martin",
    organisation="",
    address=("2 rue Kellermann",),
    zip="59100",
    city="Roubaix",
    area="",
    country="FR",
    email="camille@world.example",
    language="fr_FR",
    vat="",
    company_number="",
)
DIETER = structs.replace(
    CAMILLE,
    nichandle="dw12345-ordain",
    legalform="corporation",
    firstname="Dieter",
    name="Weber",
    organisation="Weber GmbH",
    address=("Unter den Linden 1", "Hinterhaus"),
    zip="10117",
    city="Berlin",
    country="DE",
    email="dieter@world.example",
    language="de_DE",
    vat="DE136695976",
    company_number="HRB 12345",
)
URSULA = structs.replace(
    CAMILLE,
    nichandle="uz12345-ordain",
    firstname="Ursula",
    name="Zürcher",
    address=("Bahnhofstrasse 1",),
    zip="8001",
    city="Zürich",
    country="CH",
    email="ursula@world.example",
    language="en_GB",
)
FRENCH = Taxation(country="FR", millionths=200_000, treatment="domestic")
REVERSE = Taxation(country="DE", millionths=0, treatment="reverse-charge", vat="DE136695976")
OUTSIDE = Taxation(country="FR", millionths=0, treatment="outside")


def order(
    prices: Sequence[tuple[int, int]] = ((999, 250),),
    *,
    locale: str = "fr_FR",
    taxation: Taxation = FRENCH,
    customer: Customer = CAMILLE,
    currency: str = "EUR",
    waived: bool = False,
) -> Order:
    """An order of as many names as there are prices, in the smallest amounts: a year's, and what is taken off it."""
    say, step = LANGUAGES.of(locale).say, smallest(currency)
    lines: list[OrderLine] = []
    items: list[OrderItem] = []
    for number, (price, off) in enumerate(prices, start=1):
        name = f"foo{number}.fr"
        described = say(DESCRIBED["create"], domain=name, extension="fr", months=12)
        told = [("DURATION", say("%(domain)s - DNS zone", domain=name), 0), ("INSTALLATION", "DNS zone", 0)]
        told += [("DURATION", described, price), ("INSTALLATION", "Domain .fr", 0)]
        told += [("GIFT", "Black Friday", -off)] if off else []
        for kind, text, amount in told:
            money = Money(amount * step, currency)
            lines.append(OrderLine(10 * number + len(lines), number, f"*{number:03}", kind, text, money))  # type: ignore[arg-type]  # the kinds above
        net = Money((price - off) * step, currency)
        tax = Money(round_to(net.ucents * Fraction(taxation.millionths, MILLION), step), currency)
        whole = TaxedPrice(net, tax, net + tax)
        items.append(OrderItem(item_id=number, kind="domain", domain=name, shown=name, price=whole, plan="fr"))
    parts = [total((getattr(item.price, part) for item in items), currency) for part in ("net", "tax", "gross")]
    return Order(
        order_id=10_000_042,
        nic=customer.nichandle,
        cart_id="a cart",
        subsidiary="FR",
        locale=locale,
        placed=NOON,
        expires=NOON + timedelta(days=14),
        lines=tuple(lines),
        items=tuple(items),
        price=TaxedPrice(*parts),
        password="a password",
        waived=waived,
        contracts=(Accepted("terms", "2026-1", "Conditions générales"),),
        taxation=taxation,
        customer=customer,
    )


def bill(of: Order, seller: Seller = SELLER, mean: str = "ovhAccount") -> Content:
    """Its bill, a minute after it was paid."""
    assert of.customer is not None
    assert of.taxation is not None
    terms = Terms(
        seller=seller,
        language=LANGUAGES.of(of.locale),
        customer=of.customer,
        taxation=of.taxation,
        day=bill_words.day,
    )
    paid = Payment(1, NOON, mean, of.price.gross)
    return of_bill(of, paid, terms, f"{seller.prefix}2026-000001", NOON + timedelta(minutes=1))


def note(of: Order, item_id: int = 1, mean: str = "ovhAccount") -> Content:
    """The credit note of one of its items, a day later."""
    item = next(item for item in of.items if item.item_id == item_id)
    later = NOON + timedelta(days=1)
    return of_note(bill(of, mean=mean), of, Refund(item_id, later, item.price.gross, "gone"), "R2026-000001", later)


TWO = ((999, 250), (1234, 0))
CONTENTS = {
    "french-consumer": bill(order(TWO), mean="creditCard"),
    "german-business": bill(order(TWO, locale="de_DE", taxation=REVERSE, customer=DIETER, waived=True)),
    "swiss-consumer": bill(order(TWO, locale="en_GB", taxation=OUTSIDE, customer=URSULA), mean="fidelityAccount"),
    "credit-note": note(order(TWO), mean="bankAccount"),
}
"""Four that are looked at in every detail."""
