"""Builds one extension from its file, the family it belongs to and the rule file it extends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from ordain.core import rule_rows
from ordain.core.catalogue import PHASES, Examples, Extension, Label, Lifecycle, Policy, Prices, Transfer, Unlike
from ordain.core.identity_numbers import Number
from ordain.core.price_build import price_lists, scheduled
from ordain.core.reading import Table
from ordain.core.rule_rows import Row, Words
from ordain.core.rules import Rule
from ordain.core.schedule import Schedule, always
from ordain.core.scripts import unknown_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.catalogue import Phase, Subsidiary
    from ordain.core.catalogue_build import RawCatalogue

T = TypeVar("T")

LONGEST_PERIOD = 10
KINDS = ("gtld", "cctld")
CONFIDENCE = ("high", "medium", "low")
GTLD_CONTRACT = "icann-registrant-rights"
"""What every gTLD's registrants agree to, and nobody else: it tells the kind of those that do not say."""
# Rows every extension has: those of the order, which their contexts switch on, and the transfer's code.
ORDER_RULE, TRANSFER_RULE, UPDATE_RULE = "order", "transfer", "update"
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z][a-z0-9-]*[a-z0-9]")
_JOINED = ("label", "lifecycle", "transfer", "policy")
"""Tables of which a file names only what differs from its family's; any other key replaces the family's."""
_MAY_LACK = ("lifecycle", "policy")
FACTS = frozenset(
    ["periods", "dnssec", "premium", "registry", "rules"]
    + [f"{name}.{key}" for name, of in (("label", Label), ("lifecycle", Lifecycle), ("transfer", Transfer),
       ("policy", Policy)) for key in of.__struct_fields__]
)  # fmt: skip
"""What `unknown` and `unverified` may name."""


class _Shared(Struct, frozen=True):
    """A rule file compiled once for all the extensions that extend it."""

    rows: tuple[Row, ...]
    words: Words
    example: Mapping[str, Any]


class _Tree(Struct, frozen=True):
    """What an extension's rows come to: its rules by action, and what numbers are held to beside them."""

    rules: Mapping[str, Rule]
    numbers: tuple[Number, ...]


class Site:
    """What is being built from, with the problems found so far and what can be used again."""

    def __init__(self, raw: RawCatalogue, subsidiaries: Mapping[str, Subsidiary], problems: list[str]) -> None:
        self.raw, self.subsidiaries, self.problems = raw, subsidiaries, problems
        self.sets = {
            name: tuple(codes)
            for name, codes in raw.country_sets.items()
            if isinstance(codes, list) and all(isinstance(code, str) for code in codes)
        }
        self.problems += [f"country-sets.toml: {name} is a list of texts" for name in raw.country_sets
                          if name not in self.sets]  # fmt: skip
        self._shared: dict[str, _Shared] = {}
        self._trees: dict[tuple[str, bool], _Tree] = {}
        """Compiled rules of the extensions that add none of their own, by what they extend and need a code."""
        self._parts: dict[tuple[object, ...], Any] = {}
        """Tables that a file leaves to its family, read once for all that do."""

    def extension(self, file: str, entries: Mapping[str, Any]) -> Extension:
        """The extension of this file in extensions/."""
        family = entries.get("family")
        usual = self.raw.families.get(family, {}) if isinstance(family, str) else {}
        table = Table(f"extensions/{file}", _joined(usual, entries), self.problems)
        if family and not usual:
            table.note("family", f"names {family!r}, which is no file in families")
        extension = _extension(self, table)
        _check(table, extension)
        return extension

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

    def rules(self, table: Table, transfer: Transfer) -> tuple[_Tree, Mapping[str, Any]]:
        """What the extension's rows come to, and the example person of what it extends."""
        name = table.text("extends", "generic")
        shared = self.shared(name, table)
        rows, _ = self.rows(table, shared.words)
        key = (name, transfer.code)
        if not rows and key in self._trees:
            return self._trees[key], shared.example
        ordered = self.shared(ORDER_RULE, table).rows
        # What a rule file says of an order's label stands over the order's own row, as what an extension says does.
        said = tuple(row for row in shared.rows if row.label in {each.label for each in ordered})
        own = rule_rows.merged(shared.rows, ordered, said, rows)
        for label in rule_rows.orphans(own):
            table.note("rule", f"{label} has no row for its contact")
        code = self.shared(TRANSFER_RULE, table).rows if transfer.code else ()
        trees = {
            "create": rule_rows.tree(own),
            "transfer": rule_rows.tree(rule_rows.merged(own, code)),
            "trade": rule_rows.owner_alone(own),
            "update": rule_rows.owner_alone(rule_rows.merged(own, self.shared(UPDATE_RULE, table).rows)),
        }
        tree = _Tree(trees, rule_rows.numbers(own))
        if not rows:
            self._trees[key] = tree
        return tree, shared.example

    def part(self, table: Table, key: str, read: Callable[[Table], T]) -> T:
        """What a table of the extension says."""
        inner, family = table.table(key), table.text("family", "")
        if inner.entries is not self.raw.families.get(family, {}).get(key):
            return read(inner)
        place = (family, key, table.text("extends", ""))
        if place not in self._parts:
            inner.file = f"families/{family}.toml"
            self._parts[place] = read(inner)
        found: T = self._parts[place]
        return found


def _joined(usual: Mapping[str, Any], entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the file says over what its family says. What it says is known; what it calls unknown has no value."""
    joined = {**usual, **entries}
    for key in _JOINED:
        if isinstance(usual.get(key), Mapping) and isinstance(entries.get(key), Mapping):
            joined[key] = {**usual[key], **entries[key]}
    own = entries.get("unknown", [])
    if not isinstance(own, list):
        return joined
    joined["unknown"] = [*(name for name in usual.get("unknown", ()) if not _says(entries, name)), *own]
    for name in own:
        table, _, key = str(name).partition(".")
        if table in _MAY_LACK and key in joined.get(table, {}):
            joined[table] = {k: v for k, v in joined[table].items() if k != key}
    return joined


def _says(entries: Mapping[str, Any], name: str) -> bool:
    table, dot, key = name.partition(".")
    return key in entries.get(table, {}) if dot else name in entries


def _extension(site: Site, table: Table) -> Extension:
    transfer = site.part(table, "transfer", _transfer)
    phases, not_sold = _phases(table), table.optional_text("not_sold")
    tree, example = site.rules(table, transfer)
    periods, confidence = table.wholes("periods"), table.choice("confidence", CONFIDENCE)
    prices = price_lists(table.table("prices"), site.subsidiaries, phases)
    extension = Extension(
        name=table.text("extension"),
        registry=table.text("registry"),
        kind=table.choice("kind", KINDS) if table.get("kind") else _guessed_kind(table.texts("contracts")),
        family=table.text("family", ""),
        periods=periods,
        renew_periods=table.wholes("renew_periods") or periods,
        transfer=transfer,
        label=site.part(table, "label", partial(_label, site)),
        lifecycle=site.part(table, "lifecycle", _lifecycle),
        policy=site.part(table, "policy", _policy),
        dnssec=table.flag("dnssec"),
        premium=table.flag("premium", default=False),
        min_owner_age=table.whole("minimum_owner_age", 18),
        not_sold=not_sold,
        enabled=not_sold is None and confidence != "low" and bool(prices),
        phases=phases,
        contracts=table.texts("contracts"),
        confidence=confidence,
        sources=table.texts("sources"),
        unknown=frozenset(table.texts("unknown")),
        unverified=table.texts("unverified"),
        rules=tree.rules,
        numbers=tree.numbers,
        prices=prices,
        examples=site.part(table, "examples", partial(_examples, example)),
    )
    table.done()
    return extension


def _guessed_kind(contracts: tuple[str, ...]) -> str:
    return "gtld" if GTLD_CONTRACT in contracts else "cctld"


def _label(site: Site, table: Table) -> Label:
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


def _lifecycle(table: Table) -> Lifecycle:
    found = Lifecycle(**{day: table.optional_whole(day) for day in Lifecycle.__struct_fields__})
    table.done()
    return found


def _policy(table: Table) -> Policy:
    found = Policy(
        hsts=table.flag("hsts", default=False),
        trustee=table.flag("trustee", default=False),
        max_years=table.optional_whole("max_years"),
        ds_form=table.optional_text("ds_form"),
        pending=table.optional_text("pending"),
        name_servers=table.optional_text("name_servers"),
        claims=table.optional_flag("claims"),
        restore=table.optional_flag("restore"),
        transfer_lock=table.optional_flag("transfer_lock"),
        whois_privacy=table.optional_flag("whois_privacy"),
    )
    table.done()
    return found


def _phases(table: Table) -> Schedule[Phase]:
    """Without any the extension is in general availability, and has been since ever."""
    if "phases" not in table.entries:
        return always("ga")
    return scheduled(table, "phases", lambda entry: entry.choice("phase", PHASES))


def _check(table: Table, extension: Extension) -> None:
    """What no single value shows."""
    if not _NAME.fullmatch(extension.name):
        table.note("extension", f"is an A-label in lower case without its dot, not {extension.name!r}")
    for key in ("periods", "renew_periods"):
        if not _rising(getattr(extension, key)):
            table.note(key, f"is a rising list of years from 1 to {LONGEST_PERIOD}")
    if not 1 <= extension.label.min <= extension.label.max <= 63:
        table.note("label", "lengths are 1 to 63, the shortest first")
    for key in ("unknown", "unverified"):
        for each in sorted(set(getattr(extension, key)) - FACTS):
            table.note(key, f"names {each!r}, which is no fact")
    if not extension.prices and extension.not_sold is None:
        table.note("prices", "names none, and `not_sold` does not say why")
    if extension.transfer.offered and any(p.transfer is None for _, p in _all_prices(extension)):
        table.note("prices", "names no transfer, although transfers are offered")


def _rising(years: tuple[int, ...]) -> bool:
    return bool(years) and all(1 <= year <= LONGEST_PERIOD for year in years) and list(years) == sorted(set(years))


def _all_prices(extension: Extension) -> list[tuple[object, Prices]]:
    return [entry for schedule in extension.prices.values() for entry in schedule.entries]


def _transfer(table: Table) -> Transfer:
    offered = table.flag("offered", default=True)
    result = Transfer(
        offered,
        table.flag("code", default=True) and offered,
        table.whole("years_added", 1) * offered,
        table.flag("restarts", default=False),
        table.flag("push", default=False),
        table.optional_whole("code_days"),
    )
    table.done()
    return result


def _examples(person: Mapping[str, Any], table: Table) -> Examples:
    """Written as changes to the example person of the rule file; "" takes a value away."""
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
