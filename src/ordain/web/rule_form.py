"""The fields of a form out of what a rule asks: label, kind, choices, hint and problem of each, for `rule_form.html`.

field = rule_form.field(visit, question, Given(value, problem))    # question: core/questions.Question
{% import "rule_form.html" as rule %}  {{ rule.show(field) }}
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from babel import Locale
from msgspec import Struct, structs

from ordain.core import phone
from ordain.core.questions import LONGEST, Question
from ordain.web import rule_words
from ordain.web.rule_words import About
from ordain.web.sign_up import countries

if TYPE_CHECKING:
    from ordain.web.page import Visit

COUNTRIES = ("address.country", "birthCountry", "nationality", "accreditationCountry")
MANY = "DOMAIN_CONFIG.isFor"
"""Of which several can be chosen: each is a field of its own, MANY.VALUE."""


class Given(Struct, frozen=True, kw_only=True):
    """What was answered, and what is known beside it."""

    value: str = ""
    problem: str = ""
    country: str = ""
    """Where the person is: how numbers and post codes are written there."""
    example: str = ""
    """Such as people of that country know it."""
    extension: str = ""


class Field(Struct, frozen=True, kw_only=True):
    """One field as the template shows it. `name` is its id, too, and where a problem's link leads."""

    name: str
    label: str
    kind: str
    """text, area, check, choice, many; or the type of an input."""
    value: str
    required: bool
    problem: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    attributes: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """Says how the field looks, whatever is in it and is wrong with that."""
        return f"{crc32(msgspec.json.encode(structs.replace(self, value='', problem=''))):08x}"


def field(visit: Visit, question: Question, given: Given) -> Field:
    """The field of a question, in the page's language."""
    about, say = _about(question), visit.language.say
    kind = "check" if question.type == "bool" or about.kind == "check" else about.kind
    if question.place == MANY:
        kind = "many"
    elif question.allowed and kind != "check":
        kind = "choice"
    label = say(about.label)
    return Field(
        name=question.place,
        label=label if question.required or kind == "check" else say("%(label)s (optional)", label=label),
        kind=kind,
        value=given.value,
        required=question.required,
        problem=given.problem,
        hint=_hint(visit, question, about, given),
        choices=_choices(visit, question, given) if kind in ("choice", "many") else (),
        attributes=_attributes(question, about, kind),
    )


def _about(question: Question) -> About:
    found = rule_words.LABELS.get(question.place) or rule_words.MEMBERS.get(question.member)
    return found or About(question.told or question.place)


def _hint(visit: Visit, question: Question, about: About, given: Given) -> str:
    say = visit.language.say
    if about.hint:
        return say(about.hint)
    code = phone.CODES.get(given.country)
    if about.kind == "tel" and code:
        return say("As you write it at home: +%(code)s is put before it.", code=code)
    example = given.example or question.example
    if not example or question.allowed or about.kind in ("email", "date", "check"):
        return ""
    return say("For example %(example)s", example=example)


def _attributes(question: Question, about: About, kind: str) -> dict[str, str]:
    found = {"autocomplete": about.autocomplete}
    if question.required and kind != "check":
        found["required"] = "required"
    if kind in ("choice", "check", "many"):
        return found
    longest = 4000 if kind == "area" else LONGEST
    found["maxlength"] = str(max(question.longest, longest) if kind == "area" else min(question.longest, longest))
    if question.shortest:
        found["minlength"] = str(question.shortest)
    if about.inputmode:
        found["inputmode"] = about.inputmode
    if question.pattern.startswith("^") and question.pattern.endswith("$") and kind == "text":
        found["pattern"] = question.pattern[1:-1]
    if question.pattern.startswith("^[0-9]{"):
        found["inputmode"] = "numeric"
    return found


def _choices(visit: Visit, question: Question, given: Given) -> tuple[tuple[str, str], ...]:
    code, say = visit.language.code, visit.language.say
    if question.member in COUNTRIES:
        known = [one for one in countries(code) if one[0] in question.allowed]
    elif question.member == "language":
        known = sorted(((one, locale_name(code, one)) for one in question.allowed), key=lambda each: each[1])
    else:
        own = rule_words.MEANINGS.get(given.extension.rpartition(".")[2], {})
        meant = rule_words.MEANINGS.get(question.member) or rule_words.MEANINGS.get(question.place) or own
        known = [(one, say(meant[one]) if one in meant else one) for one in question.allowed]
    held = {value for value, _ in known}
    more = [(given.value, given.value)] if given.value and given.value not in held else []
    none = [] if question.place == MANY or (len(known) == 1 and question.required) else [("", "")]
    return (*none, *known, *more)


@lru_cache(maxsize=256)
def locale_name(code: str, locale: str) -> str:
    """A locale such as "fr_CA" by its name in a language."""
    name = Locale.parse(locale).get_display_name(code) or locale
    return name[:1].upper() + name[1:]
