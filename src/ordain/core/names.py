"""Domain names as people type them: turned into one A-label form under an extension that is sold, or refused in words.

UTS #46 mapping (not transitional: faß.de is not fass.de), then IDNA 2008 (RFC 5891 to 5893) for each label.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import idna
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Container

    from ordain.core.catalogue import Extension

Reason = Literal[
    "empty",
    "spaces",
    "underscore",
    "character",
    "emoji",
    "final-dot",
    "empty-label",
    "hyphen",
    "double-hyphen",
    "label-too-long",
    "label-too-short",
    "name-too-long",
    "idn",
    "no-idn",
    "no-extension",
    "extension-only",
    "extension-not-sold",
    "subdomain",
]

LONGEST_NAME = 253
LONGEST_LABEL = 63
_SHOWN = 80  # of what was typed, in a message
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
# What turns a character into an emoji; all others are symbols from the arrows block on. The zero-width joiner is not
# among them: scripts of India and Iran need it, and IDNA has its own rule for where it may stand.
_EMOJI_PARTS = "\ufe0f\u20e3"
_FIRST_SYMBOL = 0x2190


class Name(Struct, frozen=True):
    """A name that can be asked for: one label under an extension. `ascii` and `label` are A-labels, in lower case."""

    ascii: str
    unicode: str
    label: str
    label_unicode: str
    extension: str


class NameProblem(Struct, frozen=True):
    """Why a text is no name we can sell; `message` is a sentence for the person who typed it."""

    reason: Reason
    message: str


class _Bad(Exception):
    """Carries a problem out of the steps below."""

    def __init__(self, problem: NameProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse(text: str, extensions: Container[str]) -> Name | NameProblem:
    """The name, under the longest of these extensions (A-labels without a leading dot), or what is wrong with it.

    `--` in positions 3 and 4 is for A-labels alone, unless `extensions` maps to an Extension that sells it.
    """
    try:
        mapped = _mapped(text)
        labels = [_alabel(label) for label in mapped.split(".")]
        return _under(labels, extensions)
    except _Bad as bad:
        return bad.problem


def label_problem(name: Name, extension: Extension) -> NameProblem | None:
    """What the extension has against the name's label: its length, its script, its hyphens."""
    shortest, longest = extension.label.min, extension.label.max
    foreign = name.label != name.label_unicode
    if foreign and not extension.label.idn:
        message = f".{extension.name} names are made of the letters a to z, digits and hyphens only"
        return NameProblem("no-idn", message)
    if len(name.label_unicode) < shortest:
        message = f'"{name.label_unicode}" is too short: .{extension.name} names have at least {shortest} characters'
        return NameProblem("label-too-short", message)
    if len(name.label) > longest:
        message = f'"{name.label}" is too long: .{extension.name} names have at most {longest} characters'
        return NameProblem("label-too-long", message)
    if not foreign and name.label[2:4] == "--" and not extension.label.double_hyphen:
        return _double_hyphen(name.label)
    return None


def _mapped(text: str) -> str:
    """The text in lower case and normal form, with dots between its labels."""
    shown = text[:_SHOWN]
    if not text.strip():
        raise _Bad(NameProblem("empty", "Give a domain name, such as example.com"))
    if any(c.isspace() for c in text):
        raise _Bad(NameProblem("spaces", f'"{shown}" contains a space: a domain name has none'))
    mapped = text.lower() if text.isascii() else _uts46(text)
    if mapped.endswith("."):
        raise _Bad(NameProblem("final-dot", f'"{shown}" ends with a dot: write it without the final dot'))
    if len(mapped) > LONGEST_NAME:
        raise _Bad(
            NameProblem("name-too-long", f'"{shown}…" is too long: a domain name has at most {LONGEST_NAME} characters')
        )
    if "" in mapped.split("."):
        raise _Bad(NameProblem("empty-label", f'"{shown}" has a dot with nothing in front of it'))
    return mapped


def _uts46(text: str) -> str:
    if any(_is_emoji(c) for c in text):
        raise _emoji(text)
    # The mapping never makes a text this much shorter, and its cost grows with the text.
    if len(text) > 4 * LONGEST_NAME:
        raise _Bad(
            NameProblem(
                "name-too-long", f'"{text[:_SHOWN]}…" is too long: a name has at most {LONGEST_NAME} characters'
            )
        )
    try:
        return idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError as error:
        raise _Bad(
            NameProblem("character", f'"{text[:_SHOWN]}" has a character no domain name can have: {error}')
        ) from error


def _alabel(label: str) -> tuple[str, str]:
    """The label's two forms, ASCII and Unicode, which lead to each other."""
    if label.startswith("-") or label.endswith("-"):
        raise _Bad(NameProblem("hyphen", f'"{label[:_SHOWN]}" begins or ends with a hyphen'))
    if "_" in label:
        raise _Bad(
            NameProblem("underscore", f'"{label[:_SHOWN]}" contains an underscore: use letters, digits and hyphens')
        )
    if len(label) > LONGEST_LABEL:
        message = f'"{label[:_SHOWN]}" is too long: each part of a name has at most {LONGEST_LABEL} characters'
        raise _Bad(NameProblem("label-too-long", message))
    if label.startswith("xn--"):
        return label, _ulabel(label)
    if label.isascii():
        odd = next((c for c in label if c not in _PLAIN), None)
        if odd is not None:
            raise _Bad(NameProblem("character", f'"{label}" contains {odd!r}: use letters, digits and hyphens'))
        return label, label
    if label[2:4] == "--":
        raise _Bad(_double_hyphen(label))
    try:
        return idna.alabel(label).decode("ascii"), label
    except idna.IDNAError as error:
        raise _idna_problem(label, error) from error


def _ulabel(label: str) -> str:
    try:
        shown = idna.ulabel(label)
        if idna.alabel(shown).decode("ascii") == label:
            return shown
    except (idna.IDNAError, UnicodeError) as error:
        if any(_is_emoji(c) for c in _unpunycode(label)):
            raise _emoji(label) from error
    raise _Bad(NameProblem("idn", f'"{label}" is not the encoded form of any permitted name'))


def _unpunycode(label: str) -> str:
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return ""


def _idna_problem(label: str, error: idna.IDNAError) -> _Bad:
    if "too long" in str(error).lower():
        message = f'"{label}" is too long: it has more than {LONGEST_LABEL} characters once encoded for the DNS'
        return _Bad(NameProblem("label-too-long", message))
    return _Bad(NameProblem("idn", f'"{label}" is not a permitted internationalised name: {error}'))


def _is_emoji(char: str) -> bool:
    return (ord(char) >= _FIRST_SYMBOL and unicodedata.category(char) in ("So", "Sk")) or char in _EMOJI_PARTS


def _emoji(text: str) -> _Bad:
    return _Bad(
        NameProblem("emoji", f'"{text[:_SHOWN]}" contains an emoji or symbol: registries do not allow them in names')
    )


def _double_hyphen(label: str) -> NameProblem:
    message = f'"{label[:_SHOWN]}" has hyphens in third and fourth place, which is kept for encoded names (xn--…)'
    return NameProblem("double-hyphen", message)


def _under(labels: list[tuple[str, str]], extensions: Container[str]) -> Name:
    whole = ".".join(a for a, _ in labels)
    if len(whole) > LONGEST_NAME:
        message = f'"{whole[:_SHOWN]}…" is too long: a domain name has at most {LONGEST_NAME} characters'
        raise _Bad(NameProblem("name-too-long", message))
    if whole in extensions:
        raise _Bad(
            NameProblem(
                "extension-only", f'"{whole}" is an extension: put a name in front of it, such as example.{whole}'
            )
        )
    if len(labels) == 1:
        raise _Bad(
            NameProblem("no-extension", f'"{labels[0][1]}" has no extension: add one, such as {labels[0][1]}.com')
        )
    for start in range(1, len(labels)):
        extension = ".".join(a for a, _ in labels[start:])
        if extension in extensions:
            return _registrable(labels, start, extension, extensions)
    raise _Bad(NameProblem("extension-not-sold", f".{labels[-1][1]} names are not sold here"))


def _registrable(labels: list[tuple[str, str]], start: int, extension: str, extensions: Container[str]) -> Name:
    label, shown = labels[start - 1]
    below = [u for _, u in labels[start:]]
    if start > 1:
        registrable = ".".join([shown, *below])
        message = f'Order "{registrable}": "{".".join(u for _, u in labels)}" lies below it'
        raise _Bad(NameProblem("subdomain", message))
    sold: object = getattr(extensions[extension], "label", None) if isinstance(extensions, Mapping) else None
    if label[2:4] == "--" and not label.startswith("xn--") and not getattr(sold, "double_hyphen", False):
        raise _Bad(_double_hyphen(label))
    return Name(f"{label}.{extension}", ".".join([shown, *below]), label, shown, extension)
