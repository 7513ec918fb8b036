"""Rules as the catalogue's files write them, in flat rows, compiled into the contract's nested tree.

A row speaks of one label: "REASON", "OWNER_CONTACT" or a contact's member, "OWNER_CONTACT.address.country". Rows on the
same label add up. In them "@NAME" stands for a set of countries and a text in `conditions` for a named condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from ordain.core import rules
from ordain.core.identity_numbers import KINDS, Number
from ordain.core.rules import Constraint, Context, Rule, Type

CONTACTS = ("OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT")
OBJECTS = (*CONTACTS, "DOMAIN_CONFIG")
"""Labels whose values have members."""
_REQUIRED = Constraint(operator="required")


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[rule]] of a file."""

    label: str
    type: Type | None = None
    description: str | None = None
    placeholder: str | None = None
    constraints: tuple[Constraint, ...] = ()
    conditions: Rule | None = None
    contexts: tuple[Context, ...] | None = None
    numbers: tuple[Number, ...] = ()


class Words(Struct, frozen=True):
    """What rows may refer to: sets of countries and conditions, by name."""

    sets: Mapping[str, tuple[str, ...]]
    conditions: Mapping[str, Any]

    def with_conditions(self, more: Mapping[str, Any]) -> Words:
        """The same with these conditions added; a name given anew means the new one."""
        return Words(self.sets, {**self.conditions, **more})


def read(entries: list[Any], words: Words) -> tuple[tuple[Row, ...], list[str]]:
    """The rows, and what is wrong with those left out, in sentences that begin with the row's label."""
    found, problems = [], []
    for entry in entries:
        try:
            row = msgspec.convert(_spelled_out(entry, words, ()), Row)
        except (ValueError, KeyError) as error:
            label = entry.get("label", "?") if isinstance(entry, Mapping) else "?"
            problems.append(f"rule {label}: {error.args[0]}")
            continue
        found.append(row)
        problems += [f"rule {text}" for text in rules.problems(Rule(label=row.label, type=row.type or "string",
                     constraints=row.constraints, conditions=row.conditions))]  # fmt: skip
        problems += [f"rule {row.label}: there is no kind of number {kind!r}"
                     for number in row.numbers for kind in number.kinds if kind not in KINDS]  # fmt: skip
    return tuple(found), problems


def _spelled_out(value: Any, words: Words, inside: tuple[str, ...]) -> Any:  # noqa: ANN401 - TOML is untyped
    """The value with sets, named conditions and flat condition labels written out. `inside` guards against a circle."""
    if isinstance(value, list):
        return [_spelled_out(each, words, inside) for each in value]
    if not isinstance(value, Mapping):
        return value
    result = {}
    for key, each in value.items():
        if key == "values":
            result[key] = _listed(each, words)
        elif key in ("conditions", "and", "or"):
            result[key] = _condition(each, words, inside)
        else:
            result[key] = _spelled_out(each, words, inside)
    return result


def _listed(values: Any, words: Words) -> list[Any]:  # noqa: ANN401 - TOML is untyped
    names = values if isinstance(values, list) else [values]
    found: list[Any] = []
    for name in names:
        is_set = isinstance(name, str) and name.startswith("@")
        if is_set and name[1:] not in words.sets:
            message = f"there is no set of countries {name}"
            raise ValueError(message)
        found += words.sets[name[1:]] if is_set else [name]
    return list(dict.fromkeys(found))


def _condition(value: Any, words: Words, inside: tuple[str, ...]) -> Any:  # noqa: ANN401 - TOML is untyped
    """A condition as the contract nests it: a flat label names the contact again and then its member."""
    if isinstance(value, list):
        return [_condition(each, words, inside) for each in value]
    if isinstance(value, str):
        if value not in words.conditions or value in inside:
            message = f"there is no condition {value!r}" if value not in inside else f"condition {value!r} is circular"
            raise ValueError(message)
        return _condition(words.conditions[value], words, (*inside, value))
    spelled = _spelled_out(value, words, inside)
    head, dot, member = str(spelled.get("label", "") if isinstance(spelled, Mapping) else "").partition(".")
    if not dot or head not in CONTACTS:
        return spelled
    fields = {"type": "string", "constraints": [], **spelled, "label": member}
    return {"label": head, "type": "contact", "fields": fields, "constraints": [{"operator": "required"}]}


def merged(*groups: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows of all groups with those on the same label made one, in the order labels first come up."""
    found: dict[str, Row] = {}
    for row in (row for group in groups for row in group):
        found[row.label] = _added(found[row.label], row) if row.label in found else row
    return tuple(found.values())


def _added(base: Row, row: Row) -> Row:
    """A later row's words, contexts and conditions stand; its constraints are appended, its `contains` replaces."""
    new = {c.operator for c in row.constraints if c.operator == "contains" or c == _REQUIRED}
    kept = [c for c in base.constraints if c.operator not in new and c not in row.constraints]
    return structs.replace(
        row,
        type=row.type or base.type,
        description=row.description or base.description,
        placeholder=row.placeholder or base.placeholder,
        constraints=(*kept, *row.constraints),
        numbers=(*base.numbers, *row.numbers),
    )


def numbers(rows: tuple[Row, ...]) -> tuple[Number, ...]:
    """What the members' numbers are held to beside the tree, each under its label."""
    return tuple(structs.replace(number, label=row.label) for row in rows for number in row.numbers)


def orphans(rows: tuple[Row, ...]) -> list[str]:
    """Labels of members whose contact has no row of its own, or that no contact has."""
    tops = {row.label for row in rows}
    return [row.label for row in rows if "." in row.label
            and (row.label.partition(".")[0] not in tops or row.label.partition(".")[0] not in OBJECTS)]  # fmt: skip


def tree(rows: tuple[Row, ...]) -> Rule:
    """The contract's tree of these rows, one for each label."""
    return Rule(and_=tuple(_node(row, rows) for row in rows if "." not in row.label))


def owner_alone(rows: tuple[Row, ...]) -> Rule:
    """The bare OWNER_CONTACT rule that trade and update are judged by, without an outer `and`."""
    return next((_node(row, rows) for row in rows if row.label == "OWNER_CONTACT"), Rule())


def _node(row: Row, rows: tuple[Row, ...]) -> Rule:
    prefix = f"{row.label}."
    members = tuple(_leaf(each, each.label.removeprefix(prefix)) for each in rows if each.label.startswith(prefix))
    return structs.replace(_leaf(row, row.label), fields=Rule(and_=members) if members else None)


def _leaf(row: Row, label: str) -> Rule:
    return Rule(
        label=label,
        type=row.type or "string",
        description=row.description,
        placeholder=row.placeholder,
        constraints=row.constraints,
        conditions=row.conditions,
        contexts=row.contexts,
    )
