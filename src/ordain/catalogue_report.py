"""What `ordain catalogue` prints: tables of what was checked, and of one extension."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ordain.core import rules
from ordain.core.catalogue_diff import ACTIONS
from ordain.core.money import Money, decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.catalogue import Catalogue, CheckRow, Extension, Prices


def table(rows: Sequence[CheckRow]) -> None:
    """Print a line for each extension."""
    made = Table("extension", "years", "first year", "renewal", "transfer", "accepted", "refused", "problems")
    for row in rows:
        prices = row.prices and [_price(one) for one in (row.prices.create, row.prices.renew, row.prices.transfer)]
        verdicts = ["ok" if ok else "[red]fails[/red]" for ok in (row.accepted_ok, row.refused_ok)]
        years = ",".join(map(str, row.periods)) if len(row.periods) < 4 else f"{row.periods[0]}-{row.periods[-1]}"
        problems = escape("; ".join(row.problems))
        made.add_row(f".{row.extension}", years, *(prices or ("", "", "")), *verdicts, problems)
    Console().print(made)


def summary(catalogue: Catalogue, rows: Sequence[CheckRow]) -> bool:
    """Print how many extensions there are of what, and every problem with its file; whether there is none."""
    console = Console(soft_wrap=True)
    counted = Table("extensions by", "", show_edge=False)
    for heading, counts in _counts(catalogue):
        shown = ", ".join(f"{count} {value}" for value, count in sorted(counts.items(), key=lambda one: (-one[1], one)))
        counted.add_row(heading, shown)
    console.print(counted)
    wrong = [row for row in rows if row.problems]
    for row in wrong:
        for problem in row.problems:
            console.print(f"extensions/{row.extension}.toml: {escape(problem)}")
    console.print(f"{len(rows)} extensions, {len(wrong)} with problems")
    return not wrong


def _counts(catalogue: Catalogue) -> Iterator[tuple[str, Counter[str]]]:
    of = catalogue.extensions.values()
    yield "kind", Counter(e.kind for e in of)
    yield "family", Counter(e.family or "none" for e in of)
    yield "confidence", Counter(e.confidence for e in of)
    yield "sale", Counter("on sale" if e.enabled else "not sold" if e.not_sold else "withheld" for e in of)
    trees = {e.name: msgspec.json.encode(e.rules["create"]) for e in of}
    [(shared, _)] = Counter(trees.values()).most_common(1)
    yield "rule", Counter("the rule most share" if tree == shared else "a rule of their own" for tree in trees.values())
    usual = fields(next(e for e in of if trees[e.name] == shared))
    extra = {e.name: len(fields(e) - usual) for e in of}
    yield "fields of their own", Counter("some" if count else "none" for count in extra.values())
    yield "fields of their own, all in all", Counter({"": sum(extra.values())})
    yield "facts nobody tells, all in all", Counter({"": sum(len(e.unknown) for e in of)})


def fields(extension: Extension) -> set[str]:
    """What the create rule can ask for: labels of the order, and members of contacts."""
    tree = extension.rules["create"]
    return {f"{label}.{member}" for label in rules.labels(tree) for member in _members(tree, label)} | set(
        rules.labels(tree)
    )


def _members(tree: rules.Rule, label: str) -> list[str]:
    found = [each for each in (*(tree.and_ or ()), *(tree.or_ or ())) if each.label == label and each.fields]
    return [name for each in found if each.fields for name in rules.labels(each.fields)]


def detail(extension: Extension) -> None:
    """Print all there is to know of one extension."""
    made = Table("", f".{extension.name}", show_edge=False)
    for key, value in _details(extension):
        made.add_row(key, escape(value))
    Console().print(made)


def _details(extension: Extension) -> Iterator[tuple[str, str]]:
    yield "on sale", extension.withheld or "yes"
    for key in ("kind", "family", "registry", "periods", "renew_periods", "confidence", "sources", "unverified"):
        yield key, _words(getattr(extension, key))
    yield "unknown", _words(sorted(extension.unknown))
    for part in ("label", "transfer", "lifecycle", "policy"):
        for key, value in msgspec.to_builtins(getattr(extension, part)).items():
            yield f"{part}.{key}", _words(value)
    yield "dnssec, premium", f"{_words(extension.dnssec)}, {_words(extension.premium)}"
    yield "asked for", ", ".join(sorted(fields(extension)))
    for start, phase in extension.phases.entries:
        yield "phase", f"{phase} {start or ''}"
    for currency, schedule in extension.prices.items():
        for start, prices in schedule.entries:
            yield f"prices {currency} {start or ''}".strip(), _priced(prices, currency)


def _priced(prices: Prices, currency: str) -> str:
    shown = [(told, getattr(prices, action)) for action, told in ACTIONS.items()]
    return ", ".join(f"{told} {decimal_text(Money(price, currency))}" for told, price in shown if price is not None)


def _words(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else {"True": "yes", "False": "no"}.get(str(value), str(value))


def _price(ucents: int | None) -> str:
    return "" if ucents is None else decimal_text(Money(ucents, "EUR"))
