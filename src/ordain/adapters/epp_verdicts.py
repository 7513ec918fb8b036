"""What an answer in EPP comes to: done, refused in the registry's words, or nothing that can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters.epp_codes import meaning
from ordain.adapters.epp_xml import text
from ordain.core.names import stored
from ordain.core.registry import NoAnswer, Refusal

if TYPE_CHECKING:
    from ordain.adapters.epp_answers import Reply


def refused(answer: Reply, argument: str | None = None) -> Refusal:
    """The registry will not, for its own reason. Raises NoAnswer where it may another time."""
    if meaning(answer.code) == "again":
        message = f"The registry failed: {answer.code} {answer.words}"
        raise NoAnswer(message)
    return Refusal(answer.words, argument)


def same(one: str | None, other: str) -> bool:
    """Whether two ids of registrars or contacts are the same: registries tell some in another case than they heard."""
    return one is not None and one.lower() == other.lower()


def expect(answer: Reply, result: str, name: str) -> None:
    """Hear that an answer is about what was asked. Raises NoAnswer if it names another object, or none.

    A registry that answers about something else has done we know not what: it is asked before anything is believed.
    """
    told, kind = answer.result(result), result.partition(":")[0]
    named = None if told is None else text(told, f"{kind}:{'id' if kind == 'contact' else 'name'}")
    if named is None or not (same(named, name) if kind == "contact" else stored(named) == name):
        message = f"The registry was asked about {name} and answered about {named or 'nothing'}"
        raise NoAnswer(message)
