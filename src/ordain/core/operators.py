"""The operators of a rule's constraints: whether a value passes, the sentence when it does not, and unfit operands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import ge, gt, le, lt

from ordain.core import patterns
from ordain.core.language import Sentence

Operands = tuple[str, ...]
Test = Callable[[str, Operands, str | None], bool]
"""Whether a text passes with these operands, for a label of this type."""

_WITHOUT_OPERAND = ("required", "notempty", "empty", "readonly", "shouldbetrue")
_LISTS = ("contains", "notcontains")
_DENIALS = ("ne", "notcontains")
_COMPARED = ("gt", "gte", "lt", "lte")
_LENGTHS = ("minlength", "maxlength")
_SHOWN = 10  # values named in a sentence
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_MOST_BITS = 4096
"""A larger whole number is no value: nobody means it, and it takes long to write out."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)

SENTENCES = {
    "required": 'Field "%(field)s" is required',
    "notempty": 'Field "%(field)s" must not be empty',
    "empty": 'Field "%(field)s" must be left empty',
    "readonly": 'Field "%(field)s" cannot be changed',
    "shouldbetrue": 'Field "%(field)s" must be accepted',
    "eq": 'Field "%(field)s" must be %(expected)s',
    "ne": 'Field "%(field)s" must not be %(expected)s',
    "gt": 'Field "%(field)s" must be greater than %(expected)s',
    "gte": 'Field "%(field)s" must be at least %(expected)s',
    "lt": 'Field "%(field)s" must be less than %(expected)s',
    "lte": 'Field "%(field)s" must be at most %(expected)s',
    "between": 'Field "%(field)s" must be between %(least)s and %(most)s',
    "contains": 'Field "%(field)s" must be one of %(expected)s',
    "notcontains": 'Field "%(field)s" must not be one of %(expected)s',
    "match": 'Field "%(field)s" must match %(expected)s',
}
NO_DATE = 'Field "%(field)s" must be a date such as 1980-01-31'
BETWEEN_LENGTHS = 'Field "%(field)s" must have between %(least)s and %(most)s characters'
COUNTED = {
    "minlength": (
        'Field "%(field)s" must have at least %(count)d character',
        'Field "%(field)s" must have at least %(count)d characters',
    ),
    "maxlength": (
        'Field "%(field)s" must have at most %(count)d character',
        'Field "%(field)s" must have at most %(count)d characters',
    ),
}
"""For one and for many."""


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


def passes(operator: str, value: object, operands: Operands, kind: str | None) -> bool:
    """Whether a value that is there passes. A list passes when each of its members does."""
    if operator in ("required", "notempty", "empty"):
        return operator != "empty"
    if isinstance(value, list | tuple):
        return all(_member_passes(operator, each, operands, kind) for each in value)
    return _member_passes(operator, value, operands, kind)


def _member_passes(operator: str, value: object, operands: Operands, kind: str | None) -> bool:
    text = text_of(value)
    if text is None:
        return operator in _DENIALS  # an object is surely none of these texts
    return _TESTS[operator](text, operands, kind)


def text_of(value: object) -> str | None:
    """The value as rules write it: booleans in lower case. None for what is not one value, or too large a number."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, Mapping | list | tuple):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return None
    return str(value)


def _has_order(kind: str | None) -> bool:
    """The published guides say `between` means length (newer) and value (older): length for what is text."""
    return kind in ("number", "date_ISO8601")


def _is_one_of(text: str, operands: Operands, kind: str | None) -> bool:
    """Numbers, dates and truths are the same however they are written; other texts by the letter."""
    if _has_order(kind):
        mine = _ordered(text, kind)
        return mine is not None and any(_ordered(each, kind) == mine for each in operands)
    if kind == "bool":
        truth = _TRUTHS.get(text)
        return truth is not None and any(_TRUTHS.get(each) is truth for each in operands)
    return text in operands


def _is_true(text: str, _: Operands, __: str | None) -> bool:
    return _TRUTHS.get(text, False)


def _is_none_of(text: str, operands: Operands, kind: str | None) -> bool:
    return not _is_one_of(text, operands, kind)


def _matches(text: str, operands: Operands, _: str | None) -> bool:
    return patterns.found(operands[0], text)


def _is_long(text: str, operands: Operands, _: str | None) -> bool:
    return len(text) >= int(operands[0])


def _is_short(text: str, operands: Operands, _: str | None) -> bool:
    return len(text) <= int(operands[0])


def _is_between(text: str, operands: Operands, kind: str | None) -> bool:
    if not _has_order(kind):
        return int(operands[0]) <= len(text) <= int(operands[1])
    return _compares(ge)(text, operands[:1], kind) and _compares(le)(text, operands[1:], kind)


def _compares(holds: Callable[[Decimal, Decimal], bool]) -> Test:
    def test(text: str, operands: Operands, kind: str | None) -> bool:
        mine, other = _ordered(text, kind), _ordered(operands[0], kind)
        return mine is not None and other is not None and holds(mine, other)

    return test


def _ordered(text: str, kind: str | None) -> Decimal | None:
    """The text as something with an order: a number, for a date its seconds. None if it is neither."""
    if kind != "date_ISO8601":
        return Decimal(text) if _NUMBER.fullmatch(text) else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # Years 1 and 9999 with an offset have no instant in UTC, but a distance from it.
    past = moment.replace(tzinfo=UTC) - datetime(1, 1, 1, tzinfo=UTC) - (moment.utcoffset() or timedelta(0))
    return Decimal(past.days * 86400 + past.seconds) + Decimal(past.microseconds) / 1_000_000


_TESTS: dict[str, Test] = {
    "shouldbetrue": _is_true,
    "eq": _is_one_of,
    "contains": _is_one_of,
    "ne": _is_none_of,
    "notcontains": _is_none_of,
    "gt": _compares(gt),
    "gte": _compares(ge),
    "lt": _compares(lt),
    "lte": _compares(le),
    "between": _is_between,
    "minlength": _is_long,
    "maxlength": _is_short,
    "match": _matches,
}


def sentence(operator: str, field: str, expected: tuple[str, ...], kind: str | None, value: object) -> Sentence:
    """What is wrong with a value that does not pass. The English one of `required` is the wire's own."""
    if kind == "date_ISO8601" and not is_absent(value) and _ordered(str(value), kind) is None:
        return Sentence(NO_DATE, {"field": field})
    if operator in COUNTED:
        one, many = COUNTED[operator]
        return Sentence(one, {"field": field, "count": int(expected[0])}, many)
    if operator == "between":
        text = SENTENCES[operator] if _has_order(kind) else BETWEEN_LENGTHS
        return Sentence(text, {"field": field, "least": expected[0], "most": expected[1]})
    return Sentence(SENTENCES[operator], {"field": field, "expected": _listed(expected)})


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values[:_SHOWN]) + (" …" if len(values) > _SHOWN else "")


def problem(operator: str, operands: Operands, kind: str | None) -> str | None:
    """Why this operator cannot be evaluated with these operands, in words; None if it can."""
    wanted = 0 if operator in _WITHOUT_OPERAND else 2 if operator == "between" else None if operator in _LISTS else 1
    if (wanted is None and not operands) or (wanted is not None and len(operands) != wanted):
        return f"{operator} takes {'a list of values' if wanted is None else f'{wanted} value(s)'}"
    if operator == "match" and (text := patterns.problem(operands[0])):
        return f"the pattern {operands[0]!r} {text}"
    whole = operator in _LENGTHS or (operator == "between" and not _has_order(kind))
    if whole and not all(_WHOLE.fullmatch(each) for each in operands):
        return f"{operator} takes whole numbers"
    ordered = operator in _COMPARED or (operator in ("between", "eq", "ne", *_LISTS) and _has_order(kind))
    if ordered and any(_ordered(each, kind) is None for each in operands):
        return f"{operator} takes {'dates' if kind == 'date_ISO8601' else 'numbers'}"
    if kind == "bool" and operator in ("eq", "ne", *_LISTS) and not all(each in _TRUTHS for each in operands):
        return f"{operator} takes true or false"
    return None
