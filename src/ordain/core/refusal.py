"""The one kind of error inside Ordain: what is refused, in words, and which field it is about.

`core` returns refusals, all of them at once; flows raise them together as `Refused`; `api` turns them into statuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.language import IN_ENGLISH, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal[
    "invalid",  # what was sent cannot be right
    "unauthenticated",
    "forbidden",
    "not-found",
    "conflict",  # right in itself, at odds with the state of things
    "expired",
    "precondition",  # it is not as the caller saw it
    "too-large",
    "too-slow",  # it did not come in time
    "too-many",  # it may be tried again, but not yet
    "unavailable",  # worth trying again later
    "unknown",  # done or not: only looking tells
    "rule",  # a registry's rule is not respected
]


class Broken(Struct, frozen=True):
    """The constraint of a rule that is not respected, for programs to read."""

    operator: str
    expected: tuple[str, ...]


class Refusal(Struct, frozen=True):
    """One reason for not doing what was asked. `field` is a body member, parameter or configuration label."""

    kind: Kind
    message: str
    field: str | None = None
    code: str | None = None
    """The contract's errorCode where it has one (wire-contract §1.6)."""
    seconds: int | None = None
    """After which it may be tried again."""
    broken: Broken | None = None
    sentence: Sentence | None = None
    """The message to be said in other languages, where it has something to fill in."""


def refusal(kind: Kind, said: Sentence | str, field: str | None = None, /, **values: object) -> Refusal:
    """One whose message can be said in every language. `values` fill the places of a text."""
    sentence = said if isinstance(said, Sentence) else Sentence(said, values)
    return Refusal(kind, IN_ENGLISH.tell(sentence), field, sentence=sentence)


def labelled(label: Sentence | str, said: Sentence | str) -> Sentence:
    """What is said, of a label or a name that stands before it."""
    return Sentence("%(label)s: %(problem)s", {"label": label, "problem": as_sentence(said)})


def as_sentence(said: Sentence | str) -> Sentence:
    """The text as something that may be said in other languages: in its own words where no language knows it."""
    return said if isinstance(said, Sentence) else Sentence(said)


class Refused(Exception):
    """Ends a flow, and its transaction with nothing written, with every reason there was."""

    def __init__(self, *refusals: Refusal, summary: str | None = None, notes: Mapping[str, str] | None = None) -> None:
        super().__init__(summary or "; ".join(r.message for r in refusals))
        self.refusals: Sequence[Refusal] = refusals
        self.summary = summary
        """One sentence in place of the refusals' own, where the contract has one."""
        self.notes = notes or {}
        """What the contract's details have beside fields: their names begin with "_"."""


class Unavailable(Exception):
    """Nothing was done, for a reason that passes: the same call may succeed later."""


class Uncertain(Exception):
    """It was done wholly, or not at all, and only looking tells which."""


def invalid(said: Sentence | str, field: str | None = None, /, **values: object) -> Refused:
    """What was sent cannot be right. `values` fill the text's `%(name)s` places, here and below."""
    return Refused(refusal("invalid", said, field, **values))


def not_found(said: Sentence | str, field: str | None = None, /, **values: object) -> Refused:
    """It does not exist, or belongs to somebody else: the two are never told apart (DESIGN §9)."""
    return Refused(refusal("not-found", said, field, **values))


def forbidden(said: Sentence | str, field: str | None = None, /, **values: object) -> Refused:
    """It exists, and the caller may not."""
    return Refused(refusal("forbidden", said, field, **values))


def not_granted() -> Refused:
    """The credential's access rules do not allow this call (wire-contract §1.6)."""
    return Refused(Refusal("forbidden", "This call has not been granted", code="NOT_GRANTED_CALL"))


def conflict(said: Sentence | str, field: str | None = None, /, **values: object) -> Refused:
    """It is at odds with the state of things."""
    return Refused(refusal("conflict", said, field, **values))
