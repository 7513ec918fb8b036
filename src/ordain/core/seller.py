"""Who sells: the company whose name is on a bill, one for each subsidiary, and the series its bills are numbered in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct
from stdnum import iban
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Seller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A selling company, as the operator writes it. Texts that may be missing are empty."""

    prefix: str
    """What its bills' numbers begin with: "DE" in DE2026-000001; one seller's may be empty."""
    subsidiaries: tuple[str, ...]
    """The subsidiaries it sells for."""
    name: str
    legal_form: str = ""
    """As the law wants it on a bill: "SAS au capital de 10 000 €"."""
    address: tuple[str, ...]
    zip: str = ""
    city: str
    country: str
    registration: str = ""
    """In which register it is, under what number, as printed: "RCS Lille 123 456 789"."""
    registration_number: str
    """The number alone, for programs (EN 16931 BT-30)."""
    registration_scheme: str = ""
    """Whose number it is (ISO 6523): "0002" is a SIREN; may be left out."""
    vat: str = ""
    """With its country: "FR12345678901"."""
    tax_number: str = ""
    """A number at its tax office, where it has no VAT number."""
    email: str
    """Where customers write to, and withdraw."""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    mentions: Mapping[str, str] = {}
    """What else its bills have to say, by language; English is said where a language is missing."""
    placeholder: bool = False
    """It is made up: its bills are specimens, and only the sandbox sells for it."""

    def mention(self, language: str) -> str:
        """What else its bills have to say, in this language; empty if there is nothing."""
        return self.mentions.get(language, self.mentions.get("en", ""))


Sellers = Mapping[str, Seller]
"""By the subsidiary they sell for."""

_PREFIX = re.compile(r"(?!R)[A-Z]{0,4}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SCHEME = re.compile(r"(\d{4})?", re.ASCII)


def by_subsidiary(sellers: Sequence[Seller]) -> dict[str, Seller]:
    """The sellers by what they sell for."""
    return {code: seller for seller in sellers for code in seller.subsidiaries}


def problems(sellers: Sequence[Seller], subsidiaries: Iterable[str]) -> list[str]:
    """What is wrong with them, in sentences. Every subsidiary is to have one seller, every seller a series."""
    found = [f"{seller.name or seller.prefix}: {told}" for seller in sellers for told in _told(seller)]
    sold = [code for seller in sellers for code in seller.subsidiaries]
    known = set(subsidiaries)
    found += [f"nobody sells for {code}" for code in sorted(known - set(sold))]
    found += [f"there is no subsidiary {code}" for code in sorted(set(sold) - known)]
    found += [f"more than one seller sells for {code}" for code in _twice(sold)]
    found += [f"more than one seller has the prefix {prefix!r}" for prefix in _twice(s.prefix for s in sellers)]
    return found


def _twice(texts: Iterable[str]) -> list[str]:
    seen = list(texts)
    return sorted({text for text in seen if seen.count(text) > 1})


def _told(seller: Seller) -> Iterator[str]:
    if not _PREFIX.fullmatch(seller.prefix):
        yield f"prefix {seller.prefix!r} is up to four letters A to Z, the first no R: credit notes begin with it"
    for key in ("name", "city", "registration_number", "email"):
        if not getattr(seller, key).strip():
            yield f"{key} is missing"
    if not any(line.strip() for line in seller.address):
        yield "address is missing"
    if not _COUNTRY.fullmatch(seller.country):
        yield f"country {seller.country!r} is two letters (ISO 3166-1)"
    if not _SCHEME.fullmatch(seller.registration_scheme):
        yield f"registration_scheme {seller.registration_scheme!r} is four digits (ISO 6523)"
    if seller.mentions and "en" not in seller.mentions:
        yield "mentions.en is missing"
    yield from _numbers(seller)


def _numbers(seller: Seller) -> Iterator[str]:
    """Tax and bank; check digits of a company that is there."""
    if not (seller.vat or seller.tax_number):
        yield "vat is missing, or tax_number where there is no VAT number"
    if seller.vat and not _COUNTRY.match(seller.vat):
        yield f"vat {seller.vat!r} begins with its country"
    if seller.placeholder:
        return
    if seller.vat[:2].lower() in {*vat.MEMBER_STATES, "el"}:
        try:
            vat.validate(seller.vat)
        except ValidationError:
            yield f"vat {seller.vat!r} is no VAT number of its country"
    if seller.iban:
        try:
            iban.validate(seller.iban)
        except ValidationError:
            yield f"iban {seller.iban!r} is no IBAN"


def made_up(sellers: Sellers) -> list[str]:
    """The names of those that are not there."""
    return sorted({seller.name for seller in sellers.values() if seller.placeholder})
