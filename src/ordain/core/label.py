"""One label of a name: typed in any form (UTS #46, not transitional), checked after IDNA 2008 (RFC 5891 to 5893)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import idna
from msgspec import Struct

from ordain.core.scripts import first_emoji, without_emoji

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Reason = Literal[
    "empty",
    "spaces",
    "underscore",
    "character",
    "context",
    "direction",
    "emoji",
    "final-dot",
    "empty-label",
    "dots",
    "hyphen",
    "double-hyphen",
    "label-too-long",
    "label-too-short",
    "name-too-long",
    "idn",
    "no-idn",
    "script",
    "mixed-scripts",
    "shape",
    "no-extension",
    "extension-only",
    "extension-not-sold",
    "public-suffix",
    "subdomain",
]

LONGEST_NAME = 253
LONGEST_LABEL = 63
LONGEST_TYPED = 4 * LONGEST_NAME
"""What is ignored in a name (soft hyphens, variation selectors) is not counted on without end."""
_SHOWN = 80  # of what was typed, in a message
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_CONTEXTS = {  # RFC 5892, appendix A
    "\u00b7": "can only stand between two l, as in Catalan",
    "\u0375": "can only stand before a Greek letter",
    "\u05f3": "can only stand behind a Hebrew letter",
    "\u05f4": "can only stand behind a Hebrew letter",
    "\u200c": "can only stand where scripts such as Devanagari or Arabic need it",
    "\u200d": "can only stand where scripts such as Devanagari need it, and joins no emoji in a name",
    "\u30fb": "can only stand beside Japanese or Chinese characters",
}
_DIRECTION = (
    "cannot stand there: beside letters written from right to left, each part of a name begins with a letter, keeps to"
    " one direction, and ends with a letter or digit (RFC 5893)"
)
_NEWER = "is newer than the characters known here"
_REFUSED: Mapping[str, tuple[Reason, str]] = {  # by idna's codes; what is no code of its own goes by the first word
    "disallowed_codepoint": ("character", "can be in no name: use letters, digits and hyphens"),
    "unknown_codepoint": ("character", _NEWER),
    "contextj": ("context", "cannot stand there"),
    "contexto": ("context", "cannot stand beside Arabic digits of the other kind"),
    "leading_combiner": ("context", "needs a letter in front of it"),
    "bidi_unknown_direction": ("character", _NEWER),
    "bidi": ("direction", _DIRECTION),
}  # fmt: skip
_RIGHT_TO_LEFT = ("R", "AL", "AN")


class NameProblem(Struct, frozen=True):
    """Why a text is no name we can sell; `message` is a sentence for the person who typed it."""

    reason: Reason
    message: str


class Label(Struct, frozen=True):
    """A label that DNS can carry: as an A-label in lower case, and as people read it. They lead to each other."""

    ascii: str
    unicode: str

    @property
    def foreign(self) -> bool:
        """Whether it has other characters than a to z, digits and hyphens."""
        return self.ascii != self.unicode


class Bad(Exception):
    """Carries a problem out of the steps below."""

    def __init__(self, problem: NameProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def labelled(text: str) -> Label | NameProblem:
    """What somebody typed as the part of a name in front of its extension."""
    try:
        found = mapped(text)
        return checked(found) if "." not in found else _several(found)
    except Bad as bad:
        return bad.problem


def read(text: str) -> list[Label]:
    """The labels of a whole name as somebody typed it. Raises Bad."""
    labels = [checked(label) for label in mapped(text).split(".")]
    check_directions([label.unicode for label in labels])
    if sum(len(label.ascii) + 1 for label in labels) > LONGEST_NAME + 1:
        raise Bad(too_long(text))
    return labels


def _several(text: str) -> NameProblem:
    return NameProblem("dots", f'"{shown(text)}" has a dot in it: give the part in front of the extension alone')


def shown(text: str) -> str:
    """As much of it as fits a sentence, with what cannot be seen written by its number."""
    cut = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut)


def described(text: str, at: int) -> str:
    """The character there, such as U+0430 CYRILLIC SMALL LETTER A at position 2 of "paypal"."""
    char = text[at]
    name = unicodedata.name(char, "")
    return f'U+{ord(char):04X}{" " if name else ""}{name} at position {at + 1} of "{shown(text)}"'


def mapped(text: str) -> str:
    """The text in lower case and normal form C, with dots between its labels. Raises Bad."""
    if not text.strip():
        raise Bad(NameProblem("empty", "Give a domain name, such as example.com"))
    if any(c.isspace() for c in text):
        raise Bad(NameProblem("spaces", f'"{shown(text)}" contains a space: a domain name has none'))
    if len(text) > LONGEST_TYPED:
        raise Bad(too_long(text))
    found = text.lower() if text.isascii() else _uts46(text)
    if found.endswith("."):
        raise Bad(NameProblem("final-dot", f'"{shown(text)}" ends with a dot: write it without the final dot'))
    if len(found) > LONGEST_NAME:
        raise Bad(too_long(text))
    if "" in found.split("."):
        raise Bad(NameProblem("empty-label", f'"{shown(text)}" has a dot with nothing in front of it'))
    return found


def too_long(text: str) -> NameProblem:
    """The whole name is."""
    message = f'"{shown(text)}" is too long: a domain name has at most {LONGEST_NAME} characters'
    return NameProblem("name-too-long", message)


def _uts46(text: str) -> str:
    try:
        found = idna.uts46_remap(text, std3_rules=False)
    except idna.IDNAError as error:
        at = (error.position or 1) - 1
        raise Bad(NameProblem("character", f"{described(text, at)} can be in no domain name")) from error
    if not found:
        raise Bad(NameProblem("empty", f'"{shown(text)}" has no character that counts in a domain name'))
    return found


def checked(label: str) -> Label:
    """A label that was mapped. Raises Bad."""
    if label.startswith("-") or label.endswith("-"):
        raise Bad(NameProblem("hyphen", f'"{shown(label)}" begins or ends with a hyphen'))
    if "_" in label:
        raise Bad(
            NameProblem("underscore", f'"{shown(label)}" contains an underscore: use letters, digits and hyphens')
        )
    if len(label) > LONGEST_LABEL:
        message = f'"{shown(label)}" is too long: each part of a name has at most {LONGEST_LABEL} characters'
        raise Bad(NameProblem("label-too-long", message))
    if label.startswith("xn--"):
        return _decoded(label)
    if label.isascii():
        at = next((at for at, char in enumerate(label) if char not in _PLAIN), None)
        if at is not None:
            raise Bad(
                NameProblem("character", f"{described(label, at)} can be in no name: use letters, digits and hyphens")
            )
        return Label(label, label)
    if label[2:4] == "--":
        raise Bad(double_hyphen(label))
    return Label(_encoded(label), label)


def double_hyphen(label: str) -> NameProblem:
    """It has hyphens where an A-label has them."""
    message = f'"{shown(label)}" has hyphens in third and fourth place, which is kept for encoded names (xn--…)'
    return NameProblem("double-hyphen", message)


def _decoded(label: str) -> Label:
    """An A-label with what it stands for, which has to lead back to it (RFC 5891 §5.4)."""
    nothing = Bad(NameProblem("idn", f'"{shown(label)}" is not the encoded form of any permitted name'))
    try:
        text = label.removeprefix("xn--").encode("ascii").decode("punycode")
        same = not text.isascii() and idna.uts46_remap(text, std3_rules=False) == text
    except UnicodeError as error:
        raise nothing from error
    if not same or text[2:4] == "--" or text.startswith("-") or text.endswith("-") or _encoded(text) != label:
        raise nothing
    return Label(label, text)


def _encoded(label: str) -> str:
    try:
        _check(label)
    except idna.IDNAError as error:
        raise Bad(_refused(label, error)) from error
    encoded = "xn--" + label.encode("punycode").decode("ascii")
    if len(encoded) > LONGEST_LABEL:
        message = f'"{shown(label)}" is too long: it has more than {LONGEST_LABEL} characters once encoded for the DNS'
        raise Bad(NameProblem("label-too-long", message))
    return encoded


def _check(label: str) -> None:
    """IDNA 2008, which emoji are no part of: where they are let in, what is around them is checked piece by piece."""
    if first_emoji(label) is None:
        idna.check_label(label)
        return
    for piece in without_emoji(label):
        if piece.strip("-"):
            idna.check_label(piece.strip("-"))
    idna.check_bidi(label)


def _refused(label: str, error: idna.IDNAError) -> NameProblem:
    code, at = error.code or "", (error.position or 1) - 1
    if error.text and error.text != label:  # a piece between emoji
        at += max(label.find(error.text), 0)
    reason, why = _REFUSED.get(code) or _REFUSED.get(code.partition("_")[0], ("idn", "cannot stand there"))
    if reason == "context" and label[at] in _CONTEXTS:
        why = _CONTEXTS[label[at]]
    return NameProblem(reason, f"{described(label, at)} {why}")


def check_directions(labels: Sequence[str]) -> None:
    """RFC 5893 §1.4: beside a label from right to left, the others keep the rule for theirs, too. Raises Bad."""
    if any(from_right_to_left(label) for label in labels):
        for label in labels:
            try:
                idna.check_bidi(label, check_ltr=True)
            except idna.IDNAError as error:
                raise Bad(_refused(label, error)) from error


@lru_cache(maxsize=4096)
def from_right_to_left(text: str) -> bool:
    """Whether any of its characters is read in this direction."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
