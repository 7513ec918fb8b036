"""What a form is told when what it asked for is refused: each reason beside its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        message = reason(visit, one)
        found[field] = f"{found[field]}; {message}" if field in found else message
    return found


def reason(visit: Visit, refusal: Refusal) -> str:
    """A refusal in the visitor's language, without the name that the API has for its field."""
    if refusal.sentence:
        return visit.language.tell(refusal.sentence)
    return visit.language.say(without_field(refusal.message, refusal.field))


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
