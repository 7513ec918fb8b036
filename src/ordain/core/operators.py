"""The operators of a rule's constraints: whether a value passes, the sentence when it does not, and unfit operands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from ordain.core import patterns

_WITHOUT_OPERAND = ("required", "notempty", "empty", "readonly", "shouldbetrue")
_LISTS = ("contains", "notcontains")
_COMPARED = ("gt", "gte", "lt", "lte")
_LENGTHS = ("minlength", "maxlength")
_SHOWN = 10  # values named in a sentence
_TRUE = (True, 1, "1", "true")

_SENTENCES = {
    "required": "is required",
    "notempty": "is required",
    "empty": "must be left empty",
    "readonly": "cannot be changed",
    "shouldbetrue": "must be accepted",
    "eq": "must be {}",
    "ne": "must not be {}",
    "gt": "must be greater than {}",
    "gte": "must be at least {}",
    "lt": "must be less than {}",
    "lte": "must be at most {}",
    "minlength": "must have at least {} characters",
    "maxlength": "must have at most {} characters",
    "contains": "must be one of {}",
    "notcontains": "must not be one of {}",
    "match": "must match {}",
}


def look_up(scope: Mapping[str, object], label: str) -> object:
    """The member of this label: under its flattened name ("address.city") or nested; None if it is not there."""
    if label in scope:
        return scope[label]
    head, dot, rest = label.partition(".")
    inner = scope.get(head)
    return look_up(inner, rest) if dot and isinstance(inner, Mapping) else None


def look_up_path(scope: Mapping[str, object], path: tuple[str, ...]) -> object:
    """The value at a path of labels, each looked up in the one before."""
    value: object = scope
    for label in path:
        value = look_up(value, label) if isinstance(value, Mapping) else None
    return value


def is_absent(value: object) -> bool:
    """Accounts and contacts hold "" for what was never given; an empty list says as little."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | tuple) and not value)


def passes(operator: str, value: object, operands: tuple[str, ...], kind: str | None) -> bool:
    """Whether a value that is there passes. A list passes when each of its members does."""
    if operator in ("required", "notempty", "empty"):
        return operator != "empty"
    if operator == "shouldbetrue":
        return value in _TRUE
    if isinstance(value, list | tuple):
        return all(_text_passes(operator, _text(each), operands, kind) for each in value)
    return _text_passes(operator, _text(value), operands, kind)


def _text_passes(operator: str, text: str, operands: tuple[str, ...], kind: str | None) -> bool:
    if operator in _LISTS:
        return (text in operands) is (operator == "contains")
    if operator == "match":
        return patterns.found(operands[0], text)
    if operator in _LENGTHS:
        return len(text) >= int(operands[0]) if operator == "minlength" else len(text) <= int(operands[0])
    if operator == "between" and _by_length(kind):
        return int(operands[0]) <= len(text) <= int(operands[1])
    if operator in ("eq", "ne") and _by_length(kind):
        same = (text in _TRUE) == (operands[0] in _TRUE) if kind == "bool" else text == operands[0]
        return same is (operator == "eq")
    return _compares(operator, text, operands, kind)


def _text(value: object) -> str:
    """The value as rules write it: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _by_length(kind: str | None) -> bool:
    """The published guides say `between` means length (newer) and value (older): length for what is text."""
    return kind not in ("number", "date_ISO8601")


def _compares(operator: str, text: str, operands: tuple[str, ...], kind: str | None) -> bool:
    mine, first, last = (_ordered(each, kind) for each in (text, operands[0], operands[-1]))
    if mine is None or first is None or last is None:
        return operator == "ne"  # what is no number is surely not that number
    return {
        "eq": mine == first,
        "ne": mine != first,
        "gt": mine > first,
        "gte": mine >= first,
        "lt": mine < first,
        "lte": mine <= first,
        "between": first <= mine <= last,
    }[operator]


def _ordered(text: str, kind: str | None) -> Decimal | None:
    """The text as something with an order: a number, for a date its seconds. None if it is neither."""
    try:
        if kind != "date_ISO8601":
            number = Decimal(text)
            return number if number.is_finite() else None
        moment = datetime.fromisoformat(text)
    except (InvalidOperation, ValueError):
        return None
    # Years 1 and 9999 with an offset have no instant in UTC, but a distance from it.
    past = moment.replace(tzinfo=UTC) - datetime(1, 1, 1, tzinfo=UTC) - (moment.utcoffset() or timedelta(0))
    return Decimal(past.days * 86400 + past.seconds) + Decimal(past.microseconds) / 1_000_000


def message(operator: str, name: str, expected: tuple[str, ...], kind: str | None) -> str:
    """The sentence for a value that does not pass. Only that of `required` is the wire's own."""
    if operator == "between":
        what = " characters" if _by_length(kind) else ""
        verb = "have" if what else "be"
        return f'Field "{name}" must {verb} between {expected[0]} and {expected[1]}{what}'
    return f'Field "{name}" {_SENTENCES[operator].format(_listed(expected))}'


def _listed(values: tuple[str, ...]) -> str:
    shown = ", ".join(values[:_SHOWN])
    return f"{shown} and {len(values) - _SHOWN} more" if len(values) > _SHOWN else shown


def problem(operator: str, operands: tuple[str, ...], kind: str | None) -> str | None:
    """Why this operator cannot be evaluated with these operands, in words; None if it can."""
    wanted = 0 if operator in _WITHOUT_OPERAND else 2 if operator == "between" else None if operator in _LISTS else 1
    if (wanted is None and not operands) or (wanted is not None and len(operands) != wanted):
        return f"{operator} takes {'a list of values' if wanted is None else f'{wanted} value(s)'}"
    if operator == "match" and (text := patterns.problem(operands[0])):
        return f"the pattern {operands[0]!r} {text}"
    whole = operator in _LENGTHS or (operator == "between" and _by_length(kind))
    if whole and not all(each.isascii() and each.isdigit() for each in operands):
        return f"{operator} takes whole numbers"
    ordered = operator in _COMPARED or (operator in ("between", "eq", "ne") and not _by_length(kind))
    if ordered and any(_ordered(each, kind) is None for each in operands):
        return f"{operator} takes {'dates' if kind == 'date_ISO8601' else 'numbers'}"
    return None
