"""VAT numbers: whose they are, and whether their form and check digits are right (python-stdnum)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum.ad import nrt
from stdnum.br import cnpj
from stdnum.ch import vat as swiss
from stdnum.eu import vat as union
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british
from stdnum.no import orgnr
from stdnum.rs import pib
from stdnum.ru import inn

if TYPE_CHECKING:
    from collections.abc import Callable

UNION = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
"""Member states of the European Union (ISO 3166-1)."""

_COUNTRIES = {"EL": "GR", "XI": "GB"}
"""Whose a number is, where its first letters are no country's (Directive 2006/112/EC, article 215): Greece's; Northern
Ireland's, which is within the Union for goods alone."""
_NOT_LETTERS = re.compile(r"[^A-Z0-9+*]")
_OLD_BELGIAN = re.compile(r"BE[0-9]{9}")


def compact(number: str) -> str:
    """The number without spaces and signs between its parts, Belgium's nine digits of old as ten: "BE0411905847"."""
    found = _NOT_LETTERS.sub("", number.upper())
    return f"BE0{found[2:]}" if _OLD_BELGIAN.fullmatch(found) else found


def state(number: str) -> str:
    """The country a number is of, by its first two letters (ISO 3166-1); empty if it begins with none."""
    begins = compact(number)[:2]
    return _COUNTRIES.get(begins, begins if begins.isascii() and begins.isalpha() and begins != "GR" else "")


def letters(country: str) -> str:
    """What the numbers of a country begin with."""
    return {"GR": "EL", "CH": "CHE", "MC": "FR"}.get(country, country)


def problem(number: str, country: str) -> str | None:
    """Why a number cannot be right for an account of this country: a key of account_rules.SENTENCES; None if it can.

    Those of countries outside the Union that we know no check digits of are not judged.
    """
    told = compact(number)
    if not told[:2].isalpha() and country in _CHECKS:
        told = f"{letters(country)}{told}"  # written as it is at home
    of = state(told)
    check = _CHECKS.get(of) or (union.validate if of in UNION else None)
    if check:
        return None if _is_right(check, told) else "vat"
    return "vat_country" if country in UNION or country == "MC" else None


def _is_right(check: Callable[[str], str], number: str) -> bool:
    try:
        check(number)
    except (ValidationError, ValueError):
        return False
    return True


_CHECKS: dict[str, Callable[[str], str]] = {
    "AD": lambda number: nrt.validate(number[2:]),
    "BR": lambda number: cnpj.validate(number[2:]),
    "CH": swiss.validate,
    "GB": lambda number: british.validate(number[2:]),
    # MVA says that the number is registered for VAT; many leave it out.
    "NO": lambda number: orgnr.validate(number[2:].removesuffix("MVA")),
    "RS": lambda number: pib.validate(number[2:]),
    "RU": lambda number: inn.validate(number[2:]),
}
