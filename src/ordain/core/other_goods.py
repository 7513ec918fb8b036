"""Builds what is sold beside extensions, and their groups, from the catalogue's files as parsed TOML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from ordain.core.categories import Categories
from ordain.core.list_price import habitual
from ordain.core.money import parse_amount
from ordain.core.options import Brings, Option
from ordain.core.reading import Table

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from ordain.core.catalogue import Subsidiary


def options(
    files: Mapping[str, Mapping[str, Any]], subsidiaries: Mapping[str, Subsidiary], problems: list[str]
) -> dict[str, Option]:
    """The options, from options/*.toml. Prices in other currencies come from those in euros, as extensions' do."""
    found = {}
    for file, entries in sorted(files.items()):
        table = Table(f"options/{file}", entries, problems)
        prices = table.table("prices")
        listed = {currency: prices.parsed(currency, parse_amount, 0) for currency in prices.entries}
        if "EUR" not in listed or any(price < 0 for price in listed.values()):
            prices.note("EUR", "is missing" if "EUR" not in listed else "and the others are not negative")
        converted = {
            s.currency: habitual(listed.get("EUR", 0), s.ratio, s.currency) for s in reversed([*subsidiaries.values()])
        }
        plan = file.removesuffix(".toml")
        found[plan] = Option(
            plan=plan,
            name=table.text("name"),
            family=table.text("family"),
            brings=table.choice("brings", get_args(Brings)),
            exclusive=table.flag("exclusive", default=True),
            prices={**converted, **listed},
            contracts=table.texts("contracts"),
        )
        table.done()
    return found


def categories(file: Mapping[str, Any], extensions: Container[str], problems: list[str]) -> Categories:
    """How extensions are grouped, from categories.toml."""
    table = Table("categories.toml", file, problems)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind in ("thematic", "geolocalization", "highlighted"):
        groups = table.table(kind)
        found[kind] = {name: groups.texts(name) for name in groups.entries}
        for name, of in found[kind].items():
            if unknown := [each for each in of if each not in extensions]:
                groups.note(name, f"names what is no extension: {', '.join(unknown)}")
    table.done()
    return Categories(**found)
