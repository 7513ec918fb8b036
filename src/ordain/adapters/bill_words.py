"""What is printed of a bill, as texts: labels in its language, days and amounts by its locale (Babel)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_percent, get_currency_precision

from ordain.core.money import UNIT, Money, smallest
from ordain.core.tax import MILLION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ordain.core.bill_content import Content
    from ordain.core.customer import Customer
    from ordain.core.language import Language
    from ordain.core.seller import Seller
    from ordain.core.tax import Taxation

LONGEST_WORD, BROKEN_EVERY = 30, 10
JOINERS = "\u200c\u200d"
"""Not shown themselves, they say how their neighbours are written in Persian or Hindi, in names, too (RFC 5892)."""
TITLES = {"bill": "Invoice", "note": "Credit note"}
NUMBERED = {"bill": "Invoice number", "note": "Credit note number"}
SETTLED = {"bill": "Paid on %(day)s", "note": "Given back on %(day)s"}
MEANS = {
    "ovhAccount": "prepaid account",
    "fidelityAccount": "fidelity points",
    "creditCard": "card",
    "bankAccount": "bank transfer",
}
"""By a payment's mean; another is called what the payment calls it."""
OTHER_TAX = frozenset({"AU", "CA", "IN", "SG", "US"})
"""Countries whose tax is not called value added tax."""
PAGE = "Page %(page)s of %(pages)s"
UNSHOWN = "Characters that cannot be printed here are shown as %(mark)s."
SPECIMEN = "Specimen: the selling company is made up, and nothing was sold."


def tidy(text: str) -> str:
    """Without characters that XML cannot have, on one line. Within a word joiners stay: a name is another without."""
    words = "".join(c if c.isprintable() or c in JOINERS else " " for c in text).split()
    return " ".join(filter(None, (word.strip(JOINERS) for word in words)))


def category(taxation: Taxation) -> str:
    """UNTDID 5305: standard rate, reverse charge, or outside the scope of VAT."""
    if taxation.treatment == "reverse-charge":
        return "AE"
    return "S" if taxation.millionths else "O"


def billed(customer: Customer) -> str:
    """The name on the bill: a body's, else a person's, else the account's."""
    body, person = tidy(customer.organisation), tidy(f"{customer.firstname} {customer.name}")
    named = (person or body) if customer.legalform == "individual" else (body or person)
    return named or customer.nichandle


@lru_cache(maxsize=1000)
def day(on: date, locale: str) -> str:
    """23 novembre 2026, 23. November 2026."""
    return format_date(on, "long", locale=_locale(locale))


def money(amount: Money, locale: str) -> str:
    """6,99 €, £2.50: all the decimals it is charged with, which in Tunisia are three."""
    digits = len(str(UNIT // smallest(amount.currency))) - 1
    written: Decimal = Decimal(amount.ucents).scaleb(-8)
    found, pattern = _locale(locale), None
    if digits != get_currency_precision(amount.currency):
        decimals = "." * bool(digits) + "0" * digits
        pattern = found.currency_formats["standard"].pattern.replace(".00", decimals)
    text = format_currency(written, amount.currency, pattern, locale=found, currency_digits=pattern is None)
    return str(text).replace("-", "\u2212")


def _locale(locale: str) -> Locale:
    """The locale, and British English where nobody knows it: a bill waits for nothing."""
    try:
        return Locale.parse(locale, sep="_")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def paid_by(content: Content, language: Language) -> str:
    """The payment's mean in words."""
    return language.say(MEANS.get(content.mean, content.mean))


def _clean(text: str) -> str:
    """On one line, without what cannot be printed, and with places where a long word may be broken."""
    words = tidy(text).split()
    return " ".join(word if len(word) <= LONGEST_WORD else _breakable(word) for word in words)


def _breakable(word: str) -> str:
    return "\u200b".join(word[at : at + BROKEN_EVERY] for at in range(0, len(word), BROKEN_EVERY))


def sheet(content: Content, language: Language) -> dict[str, Any]:
    """All that `bill.typ` shows."""
    say, write = language.say, partial(money, locale=content.locale)
    title = say(TITLES[content.kind])
    return {
        "lang": language.code,
        "region": _locale(content.locale).territory or "",
        "date": [content.issued.year, content.issued.month, content.issued.day],
        "title": title,
        "heading": f"{title} {content.number}",
        "specimen": say(SPECIMEN) if content.seller.placeholder else "",
        "seller": {
            "name": content.seller.name,
            "lines": _seller_lines(content.seller, language, content.locale),
            "legal": _legal(content.seller, language),
        },
        "to": say("Billed to"),
        "customer": _customer_lines(content, language),
        "facts": [[label, _clean(value)] for label, value in _facts(content, language)],
        "columns": ["", say("Description"), say("Net amount")],
        "rows": _rows(content, write),
        "over": say("Carried over"),
        "on": say("Carried forward"),
        "totals": _totals(content, language, write),
        "total": [say("Total with tax"), write(content.price.gross)],
        "settled": _settled(content, language, write),
        "tax_note": _clean(content.tax_note),
        "notes": [_clean(note) for note in content.notes],
        "unshown": "",
        "page": say(PAGE, page="{page}", pages="{pages}"),
    }


def _country(code: str, locale: str) -> str:
    return str(_locale(locale).territories.get(code, code))


def _seller_lines(seller: Seller, language: Language, locale: str) -> list[str]:
    town = f"{seller.zip} {seller.city}"
    numbers = [language.say("VAT number: %(number)s", number=seller.vat)] if seller.vat else []
    numbers += [language.say("Tax number: %(number)s", number=seller.tax_number)] if seller.tax_number else []
    lines = [
        *seller.address,
        town,
        _country(seller.country, locale),
        *numbers,
        seller.email,
        seller.phone,
        seller.website,
    ]
    return [_clean(line) for line in lines if _clean(line)]


def _legal(seller: Seller, language: Language) -> list[str]:
    """What stands below each page: who it is by law, and where its account is."""
    who = [seller.name, seller.legal_form, seller.registration or seller.registration_number]
    where = [*seller.address, f"{seller.zip} {seller.city}"]
    bank = [f"IBAN {seller.iban}", f"BIC {seller.bic}"] if seller.iban else []
    number = [language.say("VAT number: %(number)s", number=seller.vat)] if seller.vat else []
    lines = [" · ".join(_clean(text) for text in texts if _clean(text)) for texts in (who, [*where, *number], bank)]
    return [line for line in lines if line]


def _customer_lines(content: Content, language: Language) -> list[str]:
    customer = content.customer
    name, person = billed(customer), tidy(f"{customer.firstname} {customer.name}")
    vat = content.taxation.vat or customer.vat
    lines = [
        name,
        person if person != name else "",
        *customer.address,
        f"{customer.zip} {customer.city}",
        customer.area,
        _country(customer.country, content.locale),
        language.say("VAT number: %(number)s", number=vat) if vat else "",
        language.say("Company number: %(number)s", number=customer.company_number) if customer.company_number else "",
    ]
    return [_clean(line) for line in lines if _clean(line)]


def _facts(content: Content, language: Language) -> list[tuple[str, str]]:
    say = language.say
    facts = [(say(NUMBERED[content.kind]), content.number), (say("Date"), day(content.issued.date(), content.locale))]
    if content.corrects and content.corrected:
        facts.append((say("Corrects invoice"), content.corrects))
        facts.append((say("Invoice date"), day(content.corrected.date(), content.locale)))
    facts.append((say("Order"), str(content.order_id)))
    facts.append((say("Order date"), day(content.ordered.date(), content.locale)))
    facts.append((say("Customer account"), content.customer.nichandle))
    facts.append((say("Paid with") if content.kind == "bill" else say("Given back to"), paid_by(content, language)))
    return facts


def _rows(content: Content, write: Callable[[Money], str]) -> list[dict[str, str]]:
    rows, so_far = [], Money(0, content.price.net.currency)
    for line in content.lines:
        so_far += line.price
        described = line.description if line.quantity == 1 else f"{line.quantity} \u00d7 {line.description}"
        rows.append({"text": _clean(described), "amount": write(line.price), "sum": write(so_far)})
    return rows


def _totals(content: Content, language: Language, write: Callable[[Money], str]) -> list[list[str]]:
    """Net, and the tax with its rate and what it is of: there is one rate to an order."""
    taxation, net = content.taxation, write(content.price.net)
    rate = Decimal(taxation.millionths) / MILLION
    shown = format_percent(rate, locale=_locale(content.locale), decimal_quantization=False)
    if category(taxation) == "AE":
        label = language.say("VAT: reverse charge")
    elif category(taxation) == "O":
        label = language.say("Tax: none")
    elif taxation.country in OTHER_TAX:
        label = language.say("Tax of %(rate)s on %(net)s", rate=shown, net=net)
    else:
        label = language.say("VAT of %(rate)s on %(net)s", rate=shown, net=net)
    return [[language.say("Total without tax"), net], [label, write(content.price.tax)]]


def _settled(content: Content, language: Language, write: Callable[[Money], str]) -> list[list[str]]:
    """A bill is issued when it was paid, a credit note when the money was given back."""
    if not content.price.gross.ucents:
        return []
    paid = language.say(SETTLED[content.kind], day=day(content.paid.date(), content.locale))
    return [
        [paid, write(-content.price.gross)],
        [language.say("Amount due"), write(Money(0, content.price.net.currency))],
    ]
