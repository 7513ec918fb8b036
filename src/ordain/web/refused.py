"""What a form is told when what it asked for is refused: each reason beside its field."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ordain.core.language import ENGLISH, IN_ENGLISH, Sentence
from ordain.web.session import refused_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.refusal import Refusal, Refused
    from ordain.web.page import Visit

ELSEWHERE = frozenset({"not-found", "unauthenticated"})
"""Kinds of refusals that no form is shown again for."""


def problems(visit: Visit, refused: Refused, fields: Mapping[str, str], usual: str) -> dict[str, str]:
    """The reasons by the fields of the form; `fields`: the form's name of a refusal's field, `usual` of all others.

    Raises the refusal itself if it is about the page as a whole.
    """
    if any(one.kind in ELSEWHERE and one.field not in fields for one in refused.refusals):
        raise refused
    found: dict[str, str] = {}
    for one in refused.refusals:
        field = fields.get(one.field or "", usual)
        message = beside(visit, one)
        found[field] = f"{found[field]}; {message}" if field in found else message
    return found


def reason(visit: Visit, refusal: Refusal) -> str:
    """A refusal in the visitor's language."""
    return _tell(visit, _sentence(visit, refusal))


def beside(visit: Visit, refusal: Refusal) -> str:
    """The same without the name that the API has for its field: the form has a name of its own, beside it."""
    whole = _sentence(visit, refusal)
    named = FIELD if whole.values.get("field") == refusal.field and whole.text.startswith(FIELD) else refusal.field
    text = without_field(whole.text, named)
    said = _tell(visit, Sentence(text, whole.values, whole.many))
    return said if text == whole.text else said[:1].upper() + said[1:]


FIELD = "%(field)s"


def _sentence(visit: Visit, refusal: Refusal) -> Sentence:
    told = refusal.sentence or Sentence(refusal.message)
    if visit.language.code == ENGLISH and IN_ENGLISH.tell(told) != refusal.message:
        return Sentence(refusal.message)  # in English more is told apart
    return told


def _tell(visit: Visit, sentence: Sentence) -> str:
    values = {name: _written(visit, value) for name, value in sentence.values.items()}
    return visit.language.tell(Sentence(sentence.text, values, sentence.many))


def _written(visit: Visit, value: object) -> object:
    """A day as the visitor's language writes it; anything else as it is."""
    return visit.texts.day(value) if isinstance(value, date) else value


def without_field(message: str, field: str | None) -> str:
    """The reason without the name that the API has for its field: the form has a name of its own, beside it."""
    for start in (f"{field}: ", f"{field} ") if field else ():
        if message.startswith(start):
            rest = message.removeprefix(start)
            return rest[:1].upper() + rest[1:]
    return message


def status(refused: Refused) -> int:
    """The status of the form that is shown again."""
    return refused_status(refused.refusals[0])
