"""Builds what is known of special names from special-names.toml and the lists it names, or says all that is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ordain.core.money import UNIT, parse_amount
from ordain.core.reading import Table
from ordain.core.special import EFFECTS, Margins, ReservedList, SpecialNames

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "special-names.toml"
COMPARED = ("exact", "folded")
_DEAREST = 1000
"""The highest margin that is taken for one, in percent: more is a slip."""


def build(table: Mapping[str, Any], text_of: Callable[[str], str]) -> SpecialNames | list[str]:
    """The special names, or every problem as a sentence. `text_of` reads a list's file, or raises LookupError."""
    problems: list[str] = []
    file = Table(FILE, table, problems)
    margins = _margins(file.table("margin"))
    found = file.get("reserved") or []
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        file.note("reserved", "is a list of tables: write [[reserved]]")
        found = []
    read = _Reader(text_of)
    lists = [read.list(Table(FILE, entry, problems, f"reserved.{place}.")) for place, entry in enumerate(found, 1)]
    file.done()
    if problems:
        return problems
    by_extension: dict[str, tuple[ReservedList, ...]] = {}
    for each in lists:
        for extension in each.extensions:
            by_extension[extension] = (*by_extension.get(extension, ()), each)
    return SpecialNames(by_extension, margins)


def _margins(table: Table) -> Margins:
    def percents(of: Table) -> dict[str, Fraction]:
        return {key: _percent(of, key) for key in of.entries}

    otherwise = _percent(table, "default") if "default" in table.entries else Fraction(0)
    result = Margins(percents(table.table("extension")), percents(table.table("registry")), otherwise)
    table.done()
    return result


def _percent(table: Table, key: str) -> Fraction:
    found = table.parsed(key, lambda text: Fraction(parse_amount(text), UNIT), Fraction(0))
    if not 0 <= found <= _DEAREST:
        table.note(key, f"is a percentage from 0 to {_DEAREST}")
    return found


class _Reader:
    """Reads lists, each file once."""

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self._text_of = text_of
        self._texts: dict[str, str] = {}

    def list(self, table: Table) -> ReservedList:
        """One [[reserved]] table."""
        articles = table.texts("articles")
        folded = table.choice("compared", COMPARED) == "folded"
        lines = "\n".join((*table.texts("names"), *(self._lines(table, "files", f) for f in table.texts("files"))))
        extensions = "\n".join(self._lines(table, "extensions_in", f) for f in table.texts("extensions_in"))
        result = ReservedList(
            name=table.text("name"),
            extensions=frozenset((*table.texts("extensions"), *extensions.split())),
            effect=table.choice("effect", EFFECTS),
            reason=table.text("reason"),
            source=table.text("source"),
            lines=lines,
            folded=folded,
            articles=articles,
            prefixes=table.texts("prefixes"),
            lengths=table.wholes("lengths"),
        )
        if not result.extensions:
            table.note("extensions", "names none")
        if not (result.lines.strip() or result.prefixes or result.lengths):
            table.note("names", "names none: give names, files, prefixes or lengths")
        if not folded and (result.prefixes or articles):
            table.note("compared", "is folded where there are articles or prefixes")
        table.done()
        return result

    def _lines(self, table: Table, key: str, file: str) -> str:
        """A file's names, one a line, in lower case; what follows a # is a comment."""
        if file not in self._texts:
            try:
                text = self._text_of(file)
            except LookupError as error:
                table.note(key, f"names {file}, which cannot be read: {error.args[0]}")
                text = ""
            text = unicodedata.normalize("NFC", text.lower())
            self._texts[file] = re.sub(r"#.*", "", text) if "#" in text else text
        return self._texts[file]
