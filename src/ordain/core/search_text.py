"""What somebody typed into a search box, read as the names they mean: phrases, addresses, stray dots; and told so."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import names
from ordain.core.language import Sentence
from ordain.core.search import extension_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.catalogue import Extension
    from ordain.core.names import PublicSuffix

LONGEST_TEXT = 2000
"""Characters: a list of names, and no book."""
MOST_AT_ONCE = 20
"""Names of one search."""

JOINED = "A name has no spaces: “%(name)s” was searched for."
READ_OUT = "“%(name)s” was read out of what you typed."
COMMA = "A dot stands in front of the extension, not a comma: “%(name)s” was searched for."
BELOW = "“%(typed)s” lies below “%(name)s”, which was searched for."
LEFT_OUT = "At most %(most)d names are searched for at once: the others were left out."
TOO_LONG = "This is too long to be searched for: type a name or a few, of %(most)d characters at most."
SENTENCES = (JOINED, READ_OUT, COMMA, BELOW, LEFT_OUT, TOO_LONG)

_DOTS = ".\u3002\uff0e\uff61"
_AROUND_DOTS = re.compile(rf"[ \t]*([{_DOTS}])[ \t]*")
_BETWEEN = re.compile(r"[,;|\n\r\u3001\uff0c\uff1b]+")
_ADDRESS = re.compile(r"(?i)^(?:[a-z][a-z0-9+]{1,9}://)?(?:[^/@\s]{0,200}@)?([^/?#\s]+)(?:[/?#]\S*)?$")
_PORT = re.compile(r":\d{0,5}$")
_APOSTROPHES = str.maketrans("", "", "'\u2019\u2018`\u00b4")


class Typed(Struct, frozen=True):
    """The names that are meant, each a label or a whole name, as far as can be told; `notes` say where not as typed."""

    names: tuple[str, ...]
    notes: tuple[Sentence, ...] = ()
    hyphenated: str = ""
    """The words of a phrase with hyphens between them, for those who like them better so."""


def read(text: str, extensions: Mapping[str, Extension], public_suffix: PublicSuffix | None = None) -> Typed:
    """What is meant by a text of at most `LONGEST_TEXT` characters. No names where nothing was typed."""
    plain = _AROUND_DOTS.sub(r"\1", "".join(_seen(char) for char in text)).strip()
    notes: list[Sentence] = []
    parts = [part.strip() for part in _BETWEEN.split(plain) if part.strip()]
    if len(parts) == 2 and _is_comma_for_dot(plain, parts, extensions):
        parts = [".".join(parts)]
        notes.append(Sentence(COMMA, {"name": parts[0]}))
    found: list[str] = []
    hyphenated = ""
    for part in parts:
        words = part.split()
        if len(words) > 1 and not any(dot in part for dot in _DOTS):
            joined = "".join(words).translate(_APOSTROPHES)
            notes.append(Sentence(JOINED, {"name": joined}))
            hyphenated = "-".join(words).translate(_APOSTROPHES)
            found.append(joined)
        else:
            found += [_name(word, extensions, public_suffix, notes) for word in words]
    each = tuple(dict.fromkeys(name for name in found if name))
    if len(each) > MOST_AT_ONCE:
        notes = [note for note in notes if note.values.get("name") in each[:MOST_AT_ONCE]]
        notes.append(Sentence(LEFT_OUT, {"most": MOST_AT_ONCE}))
    return Typed(each[:MOST_AT_ONCE], tuple(notes), hyphenated if len(each) == 1 else "")


def _seen(char: str) -> str:
    """A character that can mean something: what controls a terminal is no more than a space."""
    return char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") else " "


def _is_comma_for_dot(text: str, parts: list[str], extensions: Mapping[str, Extension]) -> bool:
    before, after = parts
    plain = not any(dot in text for dot in _DOTS) and not re.search(r"\s", text)
    return plain and text == f"{before},{after}" and extension_of(after, extensions) is not None


def _name(
    word: str, extensions: Mapping[str, Extension], public_suffix: PublicSuffix | None, notes: list[Sentence]
) -> str:
    """A word without what is no part of a name: where a page is, whom a mail is for, a dot too many."""
    address = _ADDRESS.match(word)
    name = _PORT.sub("", address[1] if address else word).strip(_DOTS).translate(_APOSTROPHES)
    if name != word and name:
        notes.append(Sentence(READ_OUT, {"name": name}))
    found = names.parse(name, extensions, public_suffix)
    if not (isinstance(found, names.NameProblem) and found.reason == "subdomain"):
        return name
    above = name
    while isinstance(found, names.NameProblem) and found.reason == "subdomain":
        above = re.split(f"[{_DOTS}]", above, maxsplit=1)[1]
        found = names.parse(above, extensions, public_suffix)
    notes[:] = [note for note in notes if note.values.get("name") != name]
    notes.append(Sentence(BELOW, {"typed": name, "name": above}))
    return above
