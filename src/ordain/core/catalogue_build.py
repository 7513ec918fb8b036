"""Builds the catalogue from its files as parsed TOML, or lists everything that is wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from ordain.core import other_goods, rule_rows
from ordain.core.catalogue import (
    PHASES,
    Catalogue,
    Contract,
    Examples,
    Extension,
    Label,
    Phase,
    Prices,
    Subsidiary,
    Transfer,
    Unlike,
    example_problems,
)
from ordain.core.identity_numbers import Number
from ordain.core.list_price import habitual
from ordain.core.money import UNIT, parse_amount
from ordain.core.reading import Table
from ordain.core.rule_rows import Row, Words
from ordain.core.rules import Rule
from ordain.core.schedule import Schedule, always
from ordain.core.scripts import unknown_words

if TYPE_CHECKING:
    from collections.abc import Callable


T = TypeVar("T")

LONGEST_PERIOD = 10
CONFIDENCE = ("high", "medium", "low")
# Rows every extension has: those of the order, which their contexts switch on, and the transfer's code.
ORDER_RULE, TRANSFER_RULE, UPDATE_RULE = "order", "transfer", "update"
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z][a-z0-9-]*[a-z0-9]")

_ONCE = ("transfer", "restore", "trade")
"""Prices an extension may have no entry for, in the order of `Prices`."""


class RawCatalogue(Struct, frozen=True, kw_only=True):
    """The files' contents: TOML tables by file name, contract texts by (id, language), a digest of all bytes."""

    extensions: Mapping[str, Mapping[str, Any]]
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


class _Shared(Struct, frozen=True):
    """A rule file compiled once for all the extensions that extend it."""

    rows: tuple[Row, ...]
    words: Words
    example: Mapping[str, Any]


class _Tree(Struct, frozen=True):
    """What an extension's rows come to: its rules by action, and what numbers are held to beside them."""

    rules: Mapping[str, Rule]
    numbers: tuple[Number, ...]


class _Site:
    """What is being built from, with the problems found so far and what can be used again."""

    def __init__(self, raw: RawCatalogue) -> None:
        self.raw = raw
        self.problems: list[str] = []
        self.sets = {
            name: tuple(codes)
            for name, codes in raw.country_sets.items()
            if isinstance(codes, list) and all(isinstance(code, str) for code in codes)
        }
        self.problems += [f"country-sets.toml: {name} is a list of texts" for name in raw.country_sets
                          if name not in self.sets]  # fmt: skip
        self._shared: dict[str, _Shared] = {}
        self.trees: dict[tuple[str, bool], _Tree] = {}
        """Compiled rules of the extensions that add none of their own, by what they extend and need a code."""

    def shared(self, name: str, asked_by: Table, inside: tuple[str, ...] = ()) -> _Shared:
        """The rule file of this name with all it extends."""
        if name not in self.raw.rules or name in inside:
            asked_by.note("extends", f"names {name!r}, which is no rule file" + (" but itself" if inside else ""))
            return _Shared((), Words(self.sets, {}), {})
        if name not in self._shared:
            self._shared[name] = self._read_shared(name, inside)
        return self._shared[name]

    def _read_shared(self, name: str, inside: tuple[str, ...]) -> _Shared:
        table = Table(f"rules/{name}.toml", self.raw.rules[name], self.problems)
        parent = table.text("extends", "")
        base = self.shared(parent, table, (*inside, name)) if parent else _Shared((), Words(self.sets, {}), {})
        rows, words = self.rows(table, base.words)
        example = {**base.example, **table.table("example").entries}
        table.done()
        return _Shared(rule_rows.merged(base.rows, rows), words, example)

    def rows(self, table: Table, words: Words) -> tuple[tuple[Row, ...], Words]:
        """The [[rule]] rows of a file, read with the conditions it adds."""
        words = words.with_conditions(table.table("condition").entries)
        entries = table.get("rule") or []
        if not isinstance(entries, list):
            table.note("rule", "is a list of tables: write [[rule]]")
            entries = []
        rows, problems = rule_rows.read(entries, words)
        for problem in problems:
            self.problems.append(f"{table.file}: {problem}")
        return rows, words


def build(raw: RawCatalogue) -> Catalogue | list[str]:
    """The catalogue, or all its problems as sentences with file and key."""
    site = _Site(raw)
    contracts = _contracts(site)
    subsidiaries = _subsidiaries(site)
    extensions: dict[str, Extension] = {}
    for file, entries in sorted(raw.extensions.items()):
        extension = _extension(site, Table(f"extensions/{file}", entries, site.problems), subsidiaries)
        extensions[extension.name] = extension
        if file != f"{extension.name}.toml":
            site.problems.append(f"extensions/{file}: extension {extension.name!r} belongs in {extension.name}.toml")
        site.problems += [f"extensions/{file}: contracts names {each!r}, which is no contract"
                          for each in extension.contracts if each not in contracts]  # fmt: skip
    if not extensions:
        site.problems.append("extensions: there is none")
    options = other_goods.options(raw.options, subsidiaries, site.problems)
    categories = other_goods.categories(raw.categories, extensions, site.problems)
    return site.problems or Catalogue(extensions, subsidiaries, contracts, raw.version, options, categories)


def _extension(site: _Site, table: Table, subsidiaries: Mapping[str, Subsidiary]) -> Extension:
    lifecycle, transfer = table.table("lifecycle"), _transfer(table.table("transfer"))
    before = len(site.problems)
    tree, example = _rules(site, table, transfer)
    extension = Extension(
        name=table.text("extension"),
        registry=table.text("registry"),
        periods=_periods(table),
        transfer=transfer,
        label=_label(site, table.table("label")),
        dnssec=table.flag("dnssec"),
        premium=table.flag("premium", default=False),
        min_owner_age=table.whole("minimum_owner_age", 18),
        late_renew_days=lifecycle.optional_whole("late_renew_days"),
        redemption_days=lifecycle.optional_whole("redemption_days"),
        pending_delete_days=lifecycle.optional_whole("pending_delete_days"),
        orderable=table.flag("orderable", default=True),
        phases=_phases(table),
        contracts=table.texts("contracts"),
        confidence=table.text("confidence"),
        rules=tree.rules,
        numbers=tree.numbers,
        prices=_price_lists(table.table("prices"), subsidiaries),
        examples=_examples(table.table("examples"), example),
    )
    for each in (lifecycle, table):
        each.done()
    _check(table, extension, sound=len(site.problems) == before)
    return extension


def _check(table: Table, extension: Extension, *, sound: bool) -> None:
    if not _NAME.fullmatch(extension.name):
        table.note("extension", f"is an A-label in lower case without its dot, not {extension.name!r}")
    if not 1 <= extension.label.min <= extension.label.max <= 63:
        table.note("label", "lengths are 1 to 63, the shortest first")
    if extension.confidence not in CONFIDENCE:
        table.note("confidence", f"is one of {', '.join(CONFIDENCE)}")
    if extension.transfer.offered and any(p.transfer is None for _, p in _all_prices(extension)):
        table.note("prices", "names no transfer, although transfers are offered")
    if sound:
        for problem in chain(*example_problems(extension)):
            table.note("examples", f"do not fit: {problem}")


def _label(site: _Site, table: Table) -> Label:
    name, unlike = table.text("table", ""), table.table("unlike")
    if name and name not in site.raw.idn_tables:
        table.note("table", f"names {name!r}, which is no table of characters")
    label = Label(
        min=table.whole("min"),
        max=table.whole("max", 63),
        idn=table.flag("idn"),
        idn_max=table.whole("idn_max", 63),
        scripts=table.texts("scripts"),
        repertoire=site.raw.idn_tables.get(name, frozenset()),
        double_hyphen=table.flag("double_hyphen", default=False),
        emoji=table.flag("emoji", default=False),
        unlike=Unlike(unlike.parsed("pattern", _pattern, ""), unlike.text("told")) if unlike.entries else None,
    )
    for word in unknown_words(label.scripts):
        table.note("scripts", f"names {word!r}, which is no script or language known here")
    for each in (unlike, table):
        each.done()
    return label


def _pattern(text: str) -> str:
    try:
        return re.compile(text).pattern
    except re.error as error:
        message = f"is no regular expression: {error}"
        raise ValueError(message) from error


def _all_prices(extension: Extension) -> list[tuple[object, Prices]]:
    return [entry for schedule in extension.prices.values() for entry in schedule.entries]


def _periods(table: Table) -> tuple[int, ...]:
    years = table.wholes("periods")
    if not years or any(not 1 <= year <= LONGEST_PERIOD for year in years) or list(years) != sorted(set(years)):
        table.note("periods", f"is a rising list of years from 1 to {LONGEST_PERIOD}")
    return years


def _transfer(table: Table) -> Transfer:
    offered = table.flag("offered", default=True)
    result = Transfer(
        offered,
        table.flag("code", default=True) if offered else False,
        table.whole("years_added", 1) if offered else 0,
        table.flag("restarts", default=False),
        table.flag("push", default=False),
    )
    table.done()
    return result


def _phases(table: Table) -> Schedule[Phase]:
    """Without any the extension is in general availability, and has been since ever."""
    if "phases" not in table.entries:
        return always("ga")
    return _scheduled(table, "phases", lambda entry: entry.choice("phase", PHASES))


def _rules(site: _Site, table: Table, transfer: Transfer) -> tuple[_Tree, Mapping[str, Any]]:
    name = table.text("extends", "generic")
    shared = site.shared(name, table)
    rows, _ = site.rows(table, shared.words)
    key = (name, transfer.code)
    if rows or key not in site.trees:
        ordered = site.shared(ORDER_RULE, table).rows
        # What a family says of an order's label stands over the order's own row, as what an extension says does.
        said = tuple(row for row in shared.rows if row.label in {each.label for each in ordered})
        own = rule_rows.merged(shared.rows, ordered, said, rows)
        for label in rule_rows.orphans(own):
            table.note("rule", f"{label} has no row for its contact")
        code = site.shared(TRANSFER_RULE, table).rows if transfer.code else ()
        trees = {
            "create": rule_rows.tree(own),
            "transfer": rule_rows.tree(rule_rows.merged(own, code)),
            "trade": rule_rows.owner_alone(own),
            "update": rule_rows.owner_alone(rule_rows.merged(own, site.shared(UPDATE_RULE, table).rows)),
        }
        tree = _Tree(trees, rule_rows.numbers(own))
        if rows:
            return tree, shared.example
        site.trees[key] = tree
    return site.trees[key], shared.example


def _examples(table: Table, person: Mapping[str, Any]) -> Examples:
    """The examples are written as changes to the example person of the rule file; "" takes a value away."""
    accepted = _changed(person, table.table("accepted").entries)
    refused = _changed(accepted, table.table("refused").entries)
    result = Examples(accepted, refused, table.text("refused_at"))
    table.done()
    return result


def _changed(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = {k: dict(v) if isinstance(v, Mapping) else v for k, v in facts.items()}
    for label, value in changes.items():
        top, dot, member = label.partition(".")
        if dot:
            result.setdefault(top, {})[member] = value
        else:
            result[top] = value
    return result


def _price_lists(table: Table, subsidiaries: Mapping[str, Subsidiary]) -> dict[str, Schedule[Prices]]:
    """By currency. What only has prices in euros is sold elsewhere at the first such subsidiary's ratio to the euro."""
    if "EUR" not in table.entries:
        table.note("EUR", "is missing")
        return {}
    lists = {currency: _scheduled(table, currency, _prices) for currency in table.entries}
    for subsidiary in subsidiaries.values():
        if subsidiary.currency not in lists:
            lists[subsidiary.currency] = lists["EUR"].map(partial(_converted, subsidiary))
    return lists


def _prices(table: Table) -> Prices:
    result = Prices(
        table.parsed("create", parse_amount, 0),
        table.parsed("renew", parse_amount, 0),
        *(table.parsed(key, parse_amount, 0) if table.get(key) is not None else None for key in _ONCE),
    )
    for key in ("create", "renew", *_ONCE):
        if (getattr(result, key) or 0) < 0:
            table.note(key, "is not negative")
    return result


def _converted(to: Subsidiary, prices: Prices) -> Prices:
    def convert(amount: int) -> int:
        return habitual(amount, to.ratio, to.currency)

    once = (getattr(prices, key) for key in _ONCE)
    return Prices(
        convert(prices.create), convert(prices.renew), *(None if price is None else convert(price) for price in once)
    )


def _scheduled(table: Table, key: str, read: Callable[[Table], T]) -> Schedule[T]:
    """One table for a value that has held since ever, or a list of them, each with its `from` save the first."""
    found = table.get(key)
    entries = found if isinstance(found, list) else [found]
    values = []
    for position, entry in enumerate(entries):
        where = f"{table.path}{key}." if len(entries) == 1 else f"{table.path}{key}.{position + 1}."
        if not isinstance(entry, Mapping):
            table.note(key, "is a table, or a list of tables")
            entry = {}  # noqa: PLW2901 - read on, so that every problem is named
        inner = Table(table.file, entry, table.problems, where)
        values.append((inner.get("from"), read(inner)))
        inner.done()
    try:
        return Schedule(tuple(values))
    except (ValueError, TypeError, AttributeError) as error:
        table.note(key, f"is no schedule: {error}")
        return always(values[0][1]) if values else always(read(Table(table.file, {}, [])))


def _subsidiaries(site: _Site) -> dict[str, Subsidiary]:
    file = Table("subsidiaries.toml", site.raw.subsidiaries, site.problems)
    found = {}
    for code in file.entries:
        table = file.table(code)
        found[code] = Subsidiary(
            code=code,
            country=table.text("country"),
            currency=table.text("currency"),
            tax=_scheduled(table, "tax", lambda rate: rate.parsed("percent", _fraction, Fraction(0)) / 100),
            locale=table.text("locale"),
            ratio=table.parsed("ratio", _fraction, Fraction(1)),
            price_text=table.text("price_text"),
        )
        if "{amount}" not in found[code].price_text:
            table.note("price_text", "contains {amount}")
        table.done()
    if not found:
        site.problems.append("subsidiaries.toml: there is none")
    return found


def _fraction(text: str) -> Fraction:
    return Fraction(parse_amount(text), UNIT)


def _contracts(site: _Site) -> dict[str, Contract]:
    found = {}
    for file, entries in sorted(site.raw.contracts.items()):
        table = Table(f"contracts/{file}", entries, site.problems)
        name = file.removesuffix(".toml")
        names = dict(table.table("name").entries)
        texts = {language: site.raw.texts.get((name, language), "") for language in names}
        found[name] = Contract(name, table.text("version"), names, texts)
        site.problems += [f"contracts/{name}.{language}.md: is missing or empty"
                          for language, text in texts.items() if not text.strip()]  # fmt: skip
        if "en" not in names:
            table.note("name.en", "is missing")
        table.done()
    site.problems += [f"contracts/{name}.{language}.md: {name}.toml has no name in this language"
                      for name, language in sorted(site.raw.texts) if name not in found
                      or language not in found[name].name]  # fmt: skip
    return found
