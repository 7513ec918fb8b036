"""A second evaluator of rules, written from the published guide and as plainly as it reads, to compare ours with.

It takes a rule as it is on the wire, and shares nothing with `core/rules` and what that is made of.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

NOTHING_TO_COMPARE = ("required", "notempty", "empty", "readonly")


class World(NamedTuple):
    """All that is known while a rule is read."""

    facts: dict[str, Any]
    contexts: frozenset[str]
    before: dict[str, Any] | None
    in_condition: bool = False


def broken(
    rule: dict[str, Any], facts: dict[str, Any], contexts: frozenset[str], before: dict[str, Any] | None = None
) -> list[tuple[tuple[str, ...], str]]:
    """The path of labels and the operator of each constraint that is not respected."""
    return read(rule, facts, (), World(facts, contexts, before))


def holds(rule: dict[str, Any], facts: dict[str, Any], contexts: frozenset[str]) -> bool:
    """Whether a rule holds as a condition."""
    return not read(rule, facts, (), World(facts, contexts, None, in_condition=True))


def is_ignored(part: dict[str, Any], world: World, facts: dict[str, Any]) -> bool:
    """A rule or constraint is ignored outside its contexts, and while its condition does not hold."""
    elsewhere = part.get("contexts") and not any(context in world.contexts for context in part["contexts"])
    return bool(elsewhere) or ("conditions" in part and not holds(part["conditions"], facts, world.contexts))


def read(
    rule: dict[str, Any], scope: dict[str, Any], path: tuple[str, ...], world: World
) -> list[tuple[tuple[str, ...], str]]:
    """What is not respected in a rule whose label is looked up in `scope`."""
    if is_ignored(rule, world, world.facts):
        return []
    found = []
    for part in rule.get("and", []):
        found += read(part, scope, path, world)
    counted = [part for part in rule.get("or", []) if not is_ignored(part, world, world.facts)]
    tries: list[list[tuple[tuple[str, ...], str]]] = [read(part, scope, path, world) for part in counted]
    if tries:
        fewest = min(len(each) for each in tries)
        found += next(each for each in tries if len(each) == fewest)
    if rule.get("label"):
        path = (*path, rule["label"])
        value = member(scope, rule["label"])
        for constraint in rule["constraints"]:
            if not is_respected(constraint, value, rule.get("type"), path, world):
                found.append((path, constraint["operator"]))
        if "fields" in rule and (world.in_condition or not is_absent(value)):
            found += read(rule["fields"], value if isinstance(value, dict) else {}, path, world)
    return found


def member(scope: Any, label: str) -> Any:
    """A member of an object; "address.city" may be the city of its address."""
    if not isinstance(scope, dict):
        return None
    if label in scope:
        return scope[label]
    first, _, rest = label.partition(".")
    return member(scope.get(first), rest) if rest else None


def is_absent(value: Any) -> bool:
    """Nothing, an empty list, or a text of spaces."""
    return value is None or value in ([], ()) or (isinstance(value, str) and value.strip() == "")


def is_respected(  # noqa: PLR0911 - one line for each sentence of the guide
    constraint: dict[str, Any], value: Any, kind: str | None, path: tuple[str, ...], world: World
) -> bool:
    """Whether one constraint of a label is respected, or not asked for."""
    operator = constraint["operator"]
    judged_by = world.before if operator == "readonly" and world.before is not None else world.facts
    if is_ignored(constraint, world, judged_by):
        return True
    if is_absent(value):
        if world.in_condition:
            return bool(operator == "empty")
        if operator == "notempty":
            return value is None
        return bool(operator != "required")
    if operator == "readonly":
        was: Any = world.before
        for label in path:
            was = member(was, label)
        return is_absent(was) or bool(was == value)
    if operator in NOTHING_TO_COMPARE:
        return bool(operator != "empty")
    operands = (
        constraint["values"] if "values" in constraint else [constraint["value"]] if "value" in constraint else []
    )
    every = value if isinstance(value, list | tuple) else [value]
    return all(one_passes(operator, each, operands, kind) for each in every)


def one_passes(  # noqa: PLR0911 - one line for each sentence of the guide
    operator: str, value: Any, operands: list[str], kind: str | None
) -> bool:
    """Whether one value passes an operator that looks at it."""
    text = written(value)
    if text is None:
        return operator in ("ne", "notcontains")
    mine = comparable(text, kind)
    theirs = [comparable(operand, kind) for operand in operands]
    if operator == "shouldbetrue":
        return text in ("true", "1")
    if operator in ("eq", "contains"):
        return mine is not None and mine in theirs
    if operator in ("ne", "notcontains"):
        return mine is None or mine not in theirs
    if operator == "match":
        return len(text) <= 255 and re.search(re.sub(r"\$$", r"\\Z", operands[0]), text) is not None
    if operator == "minlength":
        return len(text) >= int(operands[0])
    if operator == "maxlength":
        return len(text) <= int(operands[0])
    if operator == "between" and kind not in ("number", "date_ISO8601"):
        return int(operands[0]) <= len(text) <= int(operands[1])
    return is_in_order(operator, text, operands, kind)


def is_in_order(operator: str, text: str, operands: list[str], kind: str | None) -> bool:
    """Whether a number or date is greater or less than others, or between them."""
    measure = instant if kind == "date_ISO8601" else number
    mine, first, last = measure(text), measure(operands[0]), measure(operands[-1])
    if mine is None or first is None or last is None:
        return False
    if operator == "gt":
        return mine > first
    if operator == "gte":
        return mine >= first
    if operator == "lt":
        return mine < first
    if operator == "lte":
        return mine <= first
    return first <= mine <= last


def written(value: Any) -> str | None:
    """A value as rules write it; None for an object, a list in a list, nothing, and a number nobody could mean."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None or isinstance(value, dict | list | tuple):
        return None
    if isinstance(value, int):
        return str(value) if -(2**4096) < value < 2**4096 else None
    return str(value)


def comparable(text: str, kind: str | None) -> Any:
    """What makes two texts of a type the same."""
    if kind == "number":
        return number(text)
    if kind == "date_ISO8601":
        return instant(text)
    if kind == "bool":
        return {"true": "yes", "1": "yes", "false": "no", "0": "no"}.get(text)
    return text


def number(text: str) -> Fraction | None:
    """A decimal number in ASCII digits, with a point and an exponent if it likes."""
    found = re.fullmatch(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?", text)
    if not found or not (found[2] or found[3]):
        return None
    digits, decimals = found[2] + (found[3] or ""), len(found[3] or "")
    exponent = int(found[4] or 0) - decimals
    size = Fraction(int(digits)) * 10**exponent if exponent >= 0 else Fraction(int(digits), 10**-exponent)
    return -size if found[1] == "-" else size


def instant(text: str) -> Fraction | None:
    """The seconds a date or an instant is from the beginning of the calendar, in UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    seconds = ((moment.toordinal() * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second
    offset = moment.utcoffset()
    microseconds = seconds * 10**6 + moment.microsecond
    if offset is not None:
        microseconds -= (offset.days * 86400 + offset.seconds) * 10**6 + offset.microseconds
    return Fraction(microseconds, 10**6)
