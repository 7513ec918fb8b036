"""A rule in words for people: what is asked of each value, and when, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import rules
from ordain.core.identity_numbers import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ordain.core.identity_numbers import Number
    from ordain.core.language import Language
    from ordain.core.rules import Constraint, Rule

WHEN = "%(what)s, when %(conditions)s"
ALL_OF, ONE_OF = "%(one)s and %(other)s", "%(one)s or %(other)s"
IS = {
    "required": "has to be given",
    "notempty": "must not be empty",
    "empty": "must be left empty",
    "readonly": "cannot be changed",
    "shouldbetrue": "must be accepted",
    "eq": "is %(expected)s",
    "ne": "is not %(expected)s",
    "gt": "is greater than %(expected)s",
    "gte": "is at least %(expected)s",
    "lt": "is less than %(expected)s",
    "lte": "is at most %(expected)s",
    "between": "is between %(least)s and %(most)s",
    "contains": "is one of %(expected)s",
    "notcontains": "is none of %(expected)s",
    "match": "matches %(expected)s",
    "minlength": "has at least %(expected)s characters",
    "maxlength": "has at most %(expected)s characters",
}
"""What a constraint asks of a value."""
IS_SO = {
    **IS,
    "required": "is given",
    "notempty": "is not empty",
    "empty": "is empty",
    "shouldbetrue": "is accepted",
}
"""The same in a condition."""
OF_VALUE = "%(label)s %(what)s"
CONTEXTS = "its name brings %(contexts)s into play"
NONE_OF = "none of this holds: %(choices)s"
CHECKED = "has the check digits of a number of this kind: %(kinds)s"
SHOWN = 12
"""Values named in a sentence."""


class Asked(Struct, frozen=True):
    """What a rule asks of one value: where it is ("OWNER_CONTACT.legalForm"), and each thing asked, in words."""

    place: str
    kind: str
    told: tuple[str, ...]
    demanded: bool
    """It has to be given, whatever else is so."""


def asked(rule: Rule, numbers: Sequence[Number], language: Language) -> list[Asked]:
    """Everything a rule asks, and the numbers beside it, value by value, in the rule's order."""
    found: dict[str, Asked] = {}
    for place, each, said in _values(rule, (), (), language):
        before = found.get(place)
        demanded = not said and any(
            c.operator == "required" and c.conditions is None and not c.contexts for c in each.constraints
        )
        told = tuple(_told(constraint, said, language) for constraint in each.constraints)
        found[place] = Asked(
            place,
            each.type or (before.kind if before else ""),
            (*(before.told if before else ()), *told),
            demanded or (before.demanded if before else False),
        )
    for number in (each for each in numbers if each.label in found):
        what = language.say(CHECKED, kinds=", ".join(KINDS[kind].name for kind in number.kinds))
        if number.conditions:
            what = language.say(WHEN, what=what, conditions=condition(number.conditions, language))
        found[number.label] = structs.replace(found[number.label], told=(*found[number.label].told, what))
    return list(found.values())


def _values(
    rule: Rule, path: tuple[str, ...], when: tuple[str, ...], language: Language
) -> Iterator[tuple[str, Rule, tuple[str, ...]]]:
    """Each labelled rule with where it is, and when it counts, in words."""
    said = when
    if rule.conditions:
        said = (*said, condition(rule.conditions, language))
    if rule.contexts:
        said = (*said, language.say(CONTEXTS, contexts=", ".join(rule.contexts)))
    for each in rule.and_ or ():
        yield from _values(each, path, said, language)
    for each in rule.or_ or ():
        others = [condition(other, language) for other in rule.or_ or () if other is not each]
        unless = language.say(NONE_OF, choices="; ".join(others))
        yield from _values(each, path, (*said, unless), language)
    if rule.label:
        inner = (*path, rule.label)
        yield ".".join(inner), rule, said
        if rule.fields:
            yield from _values(rule.fields, inner, said, language)


def _told(constraint: Constraint, when: tuple[str, ...], language: Language) -> str:
    said = list(when)
    if constraint.conditions:
        said.append(condition(constraint.conditions, language))
    if constraint.contexts:
        said.append(language.say(CONTEXTS, contexts=", ".join(constraint.contexts)))
    what = _is(constraint, language)
    return language.say(WHEN, what=what, conditions="; ".join(said)) if said else what


def _is(constraint: Constraint, language: Language, texts: Mapping[str, str] = IS) -> str:
    expected = rules.operands(constraint)
    shown = ", ".join(expected[:SHOWN]) + (" …" if len(expected) > SHOWN else "")
    values = {"expected": shown}
    if constraint.operator == "between":
        values = {"least": expected[0], "most": expected[1]}
    text = texts[constraint.operator]
    return language.say(text, **values) if "%(" in text else language.say(text)


def condition(rule: Rule, language: Language, path: tuple[str, ...] = ()) -> str:
    """A condition in words: "OWNER_CONTACT.legalForm is individual"."""
    parts = [condition(each, language, path) for each in rule.and_ or ()]
    choices = [condition(each, language, path) for each in rule.or_ or ()]
    if choices:
        parts.append(_joined(choices, ONE_OF, language))
    if rule.label:
        inner = (*path, rule.label)
        parts += [
            language.say(OF_VALUE, label=".".join(inner), what=_is(each, language, IS_SO))
            for each in rule.constraints
            # A condition fails on what is not there: that it is there says nothing more beside another constraint.
            if each.operator != "required" or (len(rule.constraints) == 1 and not rule.fields)
        ]
        if rule.fields:
            parts.append(condition(rule.fields, language, inner))
    return _joined([part for part in parts if part], ALL_OF, language)


def _joined(parts: list[str], text: str, language: Language) -> str:
    if not parts:
        return ""
    said = parts[0]
    for part in parts[1:]:
        said = language.say(text, one=said, other=part)
    return said
