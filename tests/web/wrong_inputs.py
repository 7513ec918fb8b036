"""What people type wrong on the way to an order: where, in which words they are told, and how the purchase stands then.

Each row is typed into the page's form and sent to the API (test_wrong_inputs.py). `python -m tests.web.wrong_inputs`
writes docs/wrong-inputs.md out of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "wrong-inputs.md"
BEGINS = "<!-- made by tests/web/wrong_inputs.py -->\n"
TOWN = "ville-nanterre.fr"

_OWNER = "OWNER_CONTACT."
_NEW = {
    "OWNER_CONTACT": "new",
    "owner-of": "new",
    "OWNER_LEGAL_AGE": "true",
    f"{_OWNER}email": "someone@world.example",
    f"{_OWNER}phone": "01 23 45 67 89",
    f"{_OWNER}address.line1": "1 rue de l'Exemple",
    f"{_OWNER}address.zip": "59100",
    f"{_OWNER}address.city": "Roubaix",
    f"{_OWNER}address.country": "FR",
    f"{_OWNER}language": "fr_FR",
}
PERSON = {
    **_NEW,
    f"{_OWNER}legalForm": "individual",
    f"{_OWNER}firstName": "Jeanne",
    f"{_OWNER}lastName": "Petit",
    f"{_OWNER}birthDay": "1980-01-31",
    f"{_OWNER}birthCountry": "FR",
    f"{_OWNER}birthCity": "Lille",
    f"{_OWNER}birthZip": "59000",
}
COMPANY = {
    **_NEW,
    f"{_OWNER}legalForm": "corporation",
    f"{_OWNER}organisationName": "Exemple SA",
    f"{_OWNER}companyNationalIdentificationNumber": "303265045",
}
_ROME = {
    f"{_OWNER}phone": "06 1234 5678",
    f"{_OWNER}address.country": "IT",
    f"{_OWNER}address.zip": "00100",
    f"{_OWNER}address.city": "Roma",
    f"{_OWNER}address.province": "RM",
    f"{_OWNER}nationality": "IT",
    "ACCEPT_CONDITIONS": "true",
}
ROMAN = {**PERSON, **_ROME, f"{_OWNER}nationalIdentificationNumber": "MRTCLL80A71H501J"}
ROMAN_COMPANY = {**COMPANY, **_ROME, f"{_OWNER}vat": "IT00743110157"}
COUNCIL = {
    **COMPANY,
    f"{_OWNER}legalForm": "other",
    f"{_OWNER}phone": "020 7946 0000",
    f"{_OWNER}address.country": "GB",
    f"{_OWNER}address.zip": "SW1A 2AA",
    f"{_OWNER}language": "en_GB",
    f"{_OWNER}organisationType": "local authority",
    f"{_OWNER}organisationRole": "council",
    f"{_OWNER}organisationFunding": "public",
    f"{_OWNER}organisationStaffStatus": "public servants",
    f"{_OWNER}organisationAccountable": "the council",
    "DOMAIN_CONFIG.audience": "citizens",
    "DOMAIN_CONFIG.represent": "the council",
    "DOMAIN_CONFIG.isFor.emails": "true",
}


class Wrong(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `way`: one of WAYS."""

    told: str
    words: str
    way: str = "item"
    name: str = "foo.fr"
    """What is bought; "" is a DNS zone on its own."""
    base: Mapping[str, str] = {}
    """What is filled in rightly."""
    typed: Mapping[str, str] = {}
    """What is not; "@ursula" is her account's name."""
    at: str = ""
    """The field that the page marks."""
    api: str = ""
    """The field that the API names, if another."""
    status: int = 400
    lacks: tuple[str, ...] = ()
    """What the item lacks afterwards: nothing was saved."""


def _owner(told: str, member: str, text: str, words: str, **more: object) -> Wrong:
    """Wrong in one member of a new owner."""
    at = f"{_OWNER}{member}"
    return msgspec.convert({"base": PERSON, **more, "told": told, "typed": {at: text}, "words": words, "at": at}, Wrong)


ROWS: tuple[Wrong, ...] = (
    Wrong(
        told="No reason for a town's name",
        name=TOWN,
        at="REASON",
        lacks=("REASON",),
        words="Custom field REASON is mandatory for product fr",
    ),
    Wrong(
        told="A reason of 4,001 characters",
        name=TOWN,
        typed={"REASON": "x" * 4001},
        at="REASON",
        lacks=("REASON",),
        words='Field "REASON" must have at most 4000 characters',
    ),
    _owner(
        "A telephone number that is none",
        "phone",
        "nope",
        'OWNER_CONTACT: Field "phone" must be a telephone number such as +33.123456789',
    ),
    _owner(
        "An e-mail address that is none", "email", "jeanne", 'OWNER_CONTACT: Field "email" must be an e-mail address'
    ),
    _owner(
        "A post code with a digit too few",
        "address.zip",
        "5910",
        'OWNER_CONTACT: Field "zip" must be written as in its country, such as 59100',
    ),
    _owner(
        "A country that there is not",
        "address.country",
        "ZZ",
        'OWNER_CONTACT: Field "country" must be one of AC, AD, AE, AF, AG, AI, AL, AM, AO, AQ …',
        name="foo.com",
    ),
    _owner(
        "An owner from where the registry takes none",
        "address.country",
        "US",
        'OWNER_CONTACT: Field "country" must be one of AI, AT, AW, BE, BG, BL, BM, CH, CW, CY …',
    ),
    _owner(
        "A person where the registry takes companies alone",
        "legalForm",
        "individual",
        'OWNER_CONTACT: Field "legalForm" must be one of corporation',
        name="foo.srl",
        lacks=("OWNER_CONTACT",),
    ),
    _owner(
        "A company number whose check digit is wrong",
        "companyNationalIdentificationNumber",
        "303265046",
        'OWNER_CONTACT: Field "companyNationalIdentificationNumber" must be a valid SIREN, SIRET',
        base=COMPANY,
    ),
    _owner(
        "A VAT number whose check digit is wrong",
        "vat",
        "IT00743110158",
        'OWNER_CONTACT: Field "vat" must be a valid partita IVA',
        base=ROMAN_COMPANY,
        name="foo.it",
        lacks=("OWNER_CONTACT", "ACCEPT_CONDITIONS"),
    ),
    _owner(
        "A tax code whose check letter is wrong",
        "nationalIdentificationNumber",
        "MRTCLL80A71H501X",
        'OWNER_CONTACT: Field "nationalIdentificationNumber" must be a valid codice fiscale',
        base=ROMAN,
        name="foo.it",
        lacks=("OWNER_CONTACT", "ACCEPT_CONDITIONS"),
    ),
    _owner(
        "A date of birth that is still to come",
        "birthDay",
        "2027-01-31",
        'OWNER_CONTACT: Field "birthDay" must be a day that has been',
    ),
    _owner(
        "A date of birth written otherwise",
        "birthDay",
        "31/01/1980",
        'OWNER_CONTACT: Field "birthDay" must be a date such as 1980-01-31',
    ),
    _owner(
        "No place of birth of somebody born in France", "birthCity", "", 'OWNER_CONTACT: Field "birthCity" is required'
    ),
    _owner(
        "A last name of 256 characters",
        "lastName",
        "x" * 256,
        'OWNER_CONTACT: Field "lastName" must have at most 255 characters',
    ),
    _owner(
        "A city where the registry takes no owner",
        "address.city",
        "Hamburg",
        'OWNER_CONTACT: Field "city" must be Berlin',
        name="haus.berlin",
        base={**PERSON, f"{_OWNER}address.country": "DE", f"{_OWNER}address.zip": "20095"},
        lacks=("OWNER_CONTACT", "ADMIN_ACCOUNT"),
    ),
    _owner(
        "No category, which the registry wants of everybody",
        "legalFormCategory",
        "",
        'OWNER_CONTACT: Field "legalFormCategory" is required',
        name="foo.us",
        lacks=("OWNER_CONTACT",),
    ),
    Wrong(
        told="The registry's conditions not accepted",
        name="foo.it",
        base=ROMAN,
        typed={"ACCEPT_CONDITIONS": ""},
        at="ACCEPT_CONDITIONS",
        words="Custom field ACCEPT_CONDITIONS is mandatory for product it",
        lacks=("OWNER_CONTACT", "ACCEPT_CONDITIONS"),
    ),
    Wrong(
        told="Not said that a new owner is of age",
        base=PERSON,
        typed={"OWNER_LEGAL_AGE": ""},
        at="OWNER_LEGAL_AGE",
        words="Custom field OWNER_LEGAL_AGE is mandatory for product fr",
    ),
    Wrong(
        told="A transfer code that the registry does not know",
        name="taken.fr",
        typed={"AUTH_INFO": "wrong"},
        at="AUTH_INFO",
        words="AUTH_INFO: The auth code is wrong: ask the present registrar for a new one",
        lacks=("AUTH_INFO",),
    ),
    Wrong(
        told="Another account's contact as the owner",
        typed={"OWNER_CONTACT": "/me/contact/1"},
        at="OWNER_CONTACT",
        words="OWNER_CONTACT: /me/contact/1 does not exist",
    ),
    Wrong(
        told="An administrative contact that there is not",
        typed={"ADMIN_ACCOUNT": "xx99999-ordain"},
        at="ADMIN_ACCOUNT",
        words="ADMIN_ACCOUNT: xx99999-ordain does not exist",
    ),
    Wrong(
        told="An administrative contact that is no account's name",
        typed={"ADMIN_ACCOUNT": "Jeanne Petit"},
        at="ADMIN_ACCOUNT",
        words="ADMIN_ACCOUNT is an account's name, such as ab12345-ordain: got 'Jeanne Petit'",
    ),
    Wrong(
        told="An administrative contact from elsewhere",
        typed={"ADMIN_ACCOUNT": "@ursula"},
        at="ADMIN_ACCOUNT",
        api="ADMIN_ACCOUNT.address.country",
        words='ADMIN_ACCOUNT: Field "country" must be one of AI, AT, AW, BE, BG, BL, BM, CH, CW, CY …',
    ),
    Wrong(
        told="One name server alone",
        name="foo.com",
        typed={"DNS": "ns1.example.com"},
        at="DNS",
        words="DNS is 2 to 13 different name servers, separated by commas: got 'ns1.example.com'",
    ),
    Wrong(
        told="A name server that is no host",
        name="foo.com",
        typed={"DNS": "ns1.example.com, ns 2"},
        at="DNS",
        words="DNS is a list of host names, separated by commas: got 'ns1.example.com, ns 2'",
    ),
    Wrong(
        told="A trademark notice that was not read",
        name="claimed-9.app",
        at="CLAIMS_NOTICE",
        words="Custom field CLAIMS_NOTICE is mandatory for product app",
        lacks=("CLAIMS_NOTICE",),
    ),
    Wrong(
        told="A trademark notice of another name",
        name="claimed-9.app",
        typed={"CLAIMS_NOTICE": "0000000012"},
        at="CLAIMS_NOTICE",
        words=(
            "CLAIMS_NOTICE: '0000000012' is no notice that was shown here: read it first, at /domain/data/claimNotice"
        ),
        lacks=("CLAIMS_NOTICE",),
    ),
    Wrong(
        told="Another purpose, without saying which",
        name="council.gov.uk",
        base=COUNCIL,
        typed={"DOMAIN_CONFIG.isFor.other_purpose": "true"},
        at="DOMAIN_CONFIG.audience",
        api="DOMAIN_CONFIG",
        words=(
            "DOMAIN_CONFIG says in otherPurpose what it is for, where isFor has other_purpose: got "
            """'{"audience": "citizens", "represent": "the council", "isFor": ["emails", "other_purpose"]}'"""
        ),
        lacks=("OWNER_CONTACT", "DOMAIN_CONFIG"),
    ),
    Wrong(
        told="A zone for what is no name",
        name="",
        typed={"zone": "not a name"},
        at="zone",
        words="zone is a domain name, in its A-label form: got 'not a name'",
        lacks=("zone",),
    ),
    Wrong(
        told="A space in the name",
        way="add",
        name="foo bar.com",
        words='"foo bar.com" contains a space: a domain name has none',
    ),
    Wrong(
        told="Letters of two scripts that look alike",
        way="add",
        name="p\u0430ypal.com",
        words=(
            'U+0430 CYRILLIC SMALL LETTER A at position 2 of "p\u0430ypal" is not Latin, as what precedes it: '
            "a name is in one script"
        ),
    ),
    Wrong(told="A hyphen at the end", way="add", name="foo-.com", words='"foo-" begins or ends with a hyphen'),
    Wrong(
        told="A name that is shorter than the registry's are",
        way="add",
        name="a.it",
        words='"a" is too short: .it names have at least 3 characters',
    ),
    Wrong(told="An extension that there is not", way="add", name="foo.nosuch", words=".nosuch names are not sold here"),
    Wrong(
        told="A name that is taken and cannot be brought here",
        way="add",
        name="taken.gov.uk",
        words="taken.gov.uk cannot be ordered: This name is taken, and .gov.uk names cannot be transferred here",
        status=409,
    ),
    Wrong(
        told="More years than are sold",
        way="add",
        typed={"years": "15"},
        name="foo.com",
        words="duration 'P15Y' is not sold here: choose one of P1Y, P2Y, P3Y, P4Y, P5Y, P6Y, P7Y, P8Y, P9Y, P10Y",
    ),
    Wrong(
        told="The name was taken meanwhile",
        way="checkout",
        name="gone.com",
        words="gone.com: It can no longer be ordered: This name is registered here already",
        status=409,
    ),
    Wrong(
        told="Ordered as it was shown, though it was changed in another window",
        way="order",
        name="foo.com",
        at="seen",
        words="The price changed since you looked: it was 8.99 EUR, it is 20.98 EUR now",
        status=409,
    ),
    Wrong(
        told="A coupon that there is not",
        way="coupon",
        name="foo.com",
        typed={"coupon": "NOSUCH"},
        at="coupon",
        words="coupon 'NOSUCH' is unknown",
    ),
    Wrong(
        told="A coupon that is over",
        way="coupon",
        name="foo.com",
        typed={"coupon": "SUMMER"},
        at="coupon",
        words="coupon SUMMER has expired",
    ),
    Wrong(
        told="The contracts changed since they were shown",
        way="order",
        name="foo.com",
        at="contracts",
        words="The contracts changed since you looked at them: read what is new",
        status=409,
    ),
    Wrong(
        told="The registry's price rose meanwhile",
        way="checkout",
        name="premium.fr",
        words="premium.fr: Its price rose from 120.00 to 240.00 EUR since it was added: add it anew",
        status=409,
    ),
    Wrong(
        told="Nothing filled in of what is needed",
        way="checkout",
        name=TOWN,
        words="Custom field REASON is mandatory for product fr",
        at="REASON",
        lacks=("REASON",),
    ),
)

WAYS = {
    "item": "form of the item",
    "add": "search",
    "coupon": "cart",
    "checkout": "review of the order",
    "order": "button that orders",
}


def short(text: str) -> str:
    """A long text by its beginning."""
    most = 60
    return f"{text[:12]}… ({len(text)} characters)" if len(text) > most else text


def state(row: Wrong) -> str:
    """Where the purchase stands then."""
    if row.way == "add":
        return "The cart is as it was: nothing was put in."
    shown = row.name or "the zone"
    if row.way == "coupon":
        return f"{shown} is in the cart at the price it had."
    if row.lacks:
        return f"{shown} is in the cart, and lacks {' and '.join(row.lacks)}. Nothing was saved, nothing ordered."
    if row.way in ("checkout", "order"):
        return f"{shown} is in the cart. Nothing was ordered, nothing paid."
    return f"{shown} is in the cart as it was, which could be ordered. Nothing was saved."


def lines() -> Iterator[str]:
    """The table's rows."""
    yield "| what is wrong | where | typed | the field | the page and the API say | the API | then |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in ROWS:
        typed = "; ".join(f"{name}: {short(text)}" if text else f"no {name}" for name, text in row.typed.items())
        typed = typed or (row.name if row.way == "add" else "nothing")
        field = row.api or row.at or "domain"
        yield (
            f"| {row.told} | {WAYS[row.way]}, `{row.name or 'zone'}` | {typed} | `{field}` | {row.words}"
            f" | {row.status} | {state(row)} |".replace("\\", "\\\\")
        )


def page(text: str) -> str:
    """The page with these rows in it."""
    return f"{text.partition(BEGINS)[0]}{BEGINS}\n" + "\n".join(lines()) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
