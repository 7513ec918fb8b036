"""Makes tax rules of the catalogue's tax.toml, naming everything that is wrong with it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ordain.core.price_build import scheduled
from ordain.core.reading import Table
from ordain.core.tax import MILLION, SellerFacts, TaxRules, Territory
from ordain.core.vat_number import UNION

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ordain.core.schedule import Schedule

FILE = "tax.toml"
HIGHEST = Fraction(1, 2)


def build(entries: Mapping[str, Any], subsidiaries: Collection[str]) -> TaxRules | list[str]:
    """The rules, or every problem there is as a sentence."""
    problems: list[str] = []
    table = Table(FILE, entries, problems)
    rates = table.table("rates")
    made = TaxRules(
        oss=table.flag("oss"),
        rates={country: _rate(rates, country) for country in rates.entries},
        territories=tuple(_territory(each) for each in _tables(table, "territories")),
        sellers={code: _seller(table.table("sellers").table(code)) for code in table.table("sellers").entries},
    )
    problems += [f"{FILE}: rates.{country} is missing" for country in sorted(UNION - set(made.rates))]
    problems += [f"{FILE}: sellers.{code} sells nothing" for code in made.sellers if code not in subsidiaries]
    table.done()
    return problems or made


def _tables(table: Table, key: str) -> list[Table]:
    found = table.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        table.note(key, "is a list of tables")
        return []
    return [Table(FILE, each, table.problems, f"{key}[{at}].") for at, each in enumerate(found)]


def _rate(table: Table, key: str) -> Schedule[Fraction]:
    found = scheduled(table, key, lambda each: each.parsed("percent", _percent, Fraction(0)))
    if found.entries[0][0] is not None:
        table.note(key, "begins with a rate that has held since ever, without `from`")
    return found


def _percent(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,4})?", text, re.ASCII):
        message = f"{text!r} is no percentage of at most four decimals"
        raise ValueError(message)
    rate = Fraction(text) / 100
    if rate > HIGHEST or (rate * MILLION).denominator != 1:
        message = f"{text} % is no rate of tax"
        raise ValueError(message)
    return rate


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(str(error)) from error
    return text


def _territory(table: Table) -> Territory:
    made = Territory(
        name=table.text("name"),
        of=table.text("of"),
        treated=table.choice("treated", ("member", "national", "outside")),
        countries=frozenset(table.texts("countries")),
        zip=table.parsed("zip", _pattern, "") if table.get("zip") is not None else None,
        rate=_rate(table, "rate") if table.get("rate") is not None else None,
    )
    if not made.countries:
        table.note("countries", "names at least one code of a country")
    table.done()
    return made


def _seller(table: Table) -> SellerFacts:
    made = SellerFacts(country=table.optional_text("country"), oss=table.optional_flag("oss"))
    table.done()
    return made
