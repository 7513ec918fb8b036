"""Builds the catalogue from its files as parsed TOML, or lists everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.core import contract_build, other_goods
from ordain.core.catalogue import Catalogue, Subsidiary
from ordain.core.extension_build import Site
from ordain.core.money import UNIT, parse_amount
from ordain.core.price_build import scheduled
from ordain.core.reading import Table

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension


class RawCatalogue(Struct, frozen=True, kw_only=True):
    """The files' contents: TOML tables by file name, contract texts by (id, language), a digest of all bytes."""

    extensions: Mapping[str, Mapping[str, Any]]
    families: Mapping[str, Mapping[str, Any]] = {}
    """By name: "gtld" for families/gtld.toml."""
    rules: Mapping[str, Mapping[str, Any]]
    """By name: "generic" for rules/generic.toml."""
    country_sets: Mapping[str, Any]
    subsidiaries: Mapping[str, Any]
    idn_tables: Mapping[str, frozenset[str]] = {}
    """The characters of each table, by its name."""
    options: Mapping[str, Mapping[str, Any]] = {}
    categories: Mapping[str, Any] = {}
    contracts: Mapping[str, Mapping[str, Any]]
    texts: Mapping[tuple[str, str], str]
    version: str


def build(raw: RawCatalogue) -> Catalogue | list[str]:
    """The catalogue, or all its problems as sentences with file and key."""
    problems: list[str] = []
    contracts = contract_build.contracts(raw.contracts, raw.texts, problems)
    subsidiaries = _subsidiaries(raw, problems)
    site = Site(raw, subsidiaries, problems)
    extensions: dict[str, Extension] = {}
    for file in sorted(raw.extensions):
        extension = site.extension(file, raw.extensions[file])
        extensions[extension.name] = extension
        if file != f"{extension.name}.toml":
            problems.append(f"extensions/{file}: extension {extension.name!r} belongs in {extension.name}.toml")
        problems += [f"extensions/{file}: contracts names {each!r}, which is no contract"
                          for each in extension.contracts if each not in contracts]  # fmt: skip
    if not extensions:
        problems.append("extensions: there is none")
    options = other_goods.options(raw.options, subsidiaries, problems)
    problems += [f"options/{option.plan}.toml: contracts names {each!r}, which is no contract"
                      for option in options.values() for each in option.contracts if each not in contracts]  # fmt: skip
    categories = other_goods.categories(raw.categories, extensions, problems)
    return problems or Catalogue(extensions, subsidiaries, contracts, raw.version, options, categories)


def _subsidiaries(raw: RawCatalogue, problems: list[str]) -> dict[str, Subsidiary]:
    file = Table("subsidiaries.toml", raw.subsidiaries, problems)
    found = {}
    for code in file.entries:
        table = file.table(code)
        found[code] = Subsidiary(
            code=code,
            country=table.text("country"),
            currency=table.text("currency"),
            tax=scheduled(table, "tax", lambda rate: rate.parsed("percent", _fraction, Fraction(0)) / 100),
            locale=table.text("locale"),
            ratio=table.parsed("ratio", _fraction, Fraction(1)),
            price_text=table.text("price_text"),
        )
        if "{amount}" not in found[code].price_text:
            table.note("price_text", "contains {amount}")
        table.done()
    if not found:
        problems.append("subsidiaries.toml: there is none")
    return found


def _fraction(text: str) -> Fraction:
    return Fraction(parse_amount(text), UNIT)
