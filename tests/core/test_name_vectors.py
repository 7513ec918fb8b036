"""Every line of the published test vectors for names: we agree, or it is in the table of exceptions with its reason.

docs/names.md shows the same table. The vectors are read where they lie beside the project.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import idna
import pytest
from publicsuffixlist import PublicSuffixList

from ordain.adapters.public_suffixes import public_suffix
from ordain.core.label import Bad, read
from ordain.core.names import Name, NameProblem, parse, read_as, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"
PAGE = Path(__file__).parents[2] / "docs" / "names.md"

UNICODE_13 = {
    "agreed": 6099,
    "a final dot is refused in words": 39,
    "UTS #46 lets through what IDNA 2008 does not": 54,
    "a capital letter or filler that Unicode maps since version 13": 25,
    "two hyphens in third and fourth place are up to the extension": 8,
}
SUFFIXES = {"agreed": 146, "uk.com is a private suffix, and the list here is that of registries": 8}
MAPPED_SINCE = re.compile("[\u04c0\u10a0-\u10c5\u115f]")


class Vector(NamedTuple):
    """One line of IdnaTestV2.txt, without its columns on transitional processing."""

    source: str
    unicode: str
    ascii: str
    errors: frozenset[str]


def lines(name: str) -> list[str]:
    path = VECTORS / name
    if not path.is_file():
        pytest.fail(f"{name}: this test reads the shared test vectors, which are to lie beside the project")
    return path.read_text(encoding="utf-8").splitlines()


def vectors() -> Iterator[Vector]:
    for line in lines("idna/IdnaTestV2.txt"):
        cells = [cell.strip() for cell in line.partition("#")[0].split(";")]
        if len(cells) == 7:
            source, unicode, unicode_errors, ascii_form, ascii_errors, *_ = cells
            errors = unicode_errors + (ascii_errors or unicode_errors)
            unicode = unicode or source
            yield Vector(source, unicode, ascii_form or unicode, frozenset(re.findall(r"\w+", errors)))


def answer(text: str) -> tuple[str, str] | NameProblem:
    """Both forms of a name, whatever its extension."""
    try:
        labels = read(text)
    except Bad as bad:
        return bad.problem
    return ".".join(label.unicode for label in labels), ".".join(label.ascii for label in labels)


def disallowed(problem: NameProblem) -> bool:
    """Whether the character it names is in none of IDNA 2008's classes (RFC 5892)."""
    found = re.match(r"U\+([0-9A-F]+) ", problem.message)
    try:
        return bool(found) and not idna.check_label("a" + chr(int(found[1], 16)))  # type: ignore[index,func-returns-value]  # found is asked first
    except idna.IDNAError as error:
        return error.code == "disallowed_codepoint"


def compared(vector: Vector) -> str:
    """The class a line is in: what it differs by is checked, not assumed."""
    got = answer(vector.source)
    if isinstance(got, NameProblem):
        return "agreed" if vector.errors else stricter(vector, got)
    if not vector.errors:
        return "agreed" if got == (vector.unicode, vector.ascii) else "another form"
    if vector.errors == {"V2"} and any(label[2:4] == "--" for label in got[0].split(".")):
        return "two hyphens in third and fourth place are up to the extension"
    if vector.errors == {"P1", "V6"} and MAPPED_SINCE.search(vector.source):
        return "a capital letter or filler that Unicode maps since version 13"
    return "more lenient"


def stricter(vector: Vector, problem: NameProblem) -> str:
    """The class of a line that is refused, although it is without fault for UTS #46."""
    if problem.reason == "final-dot":
        without = Vector(vector.unicode[:-1], vector.unicode[:-1], vector.ascii[:-1], vector.errors)
        rest = compared(without)
        return "a final dot is refused in words" if rest == "agreed" else rest
    if problem.reason == "character" and disallowed(problem):
        return "UTS #46 lets through what IDNA 2008 does not"
    return "stricter"


def test_every_line_of_unicodes_vectors_agrees_or_is_explained() -> None:
    found: dict[str, list[Vector]] = {}
    for vector in vectors():
        found.setdefault(compared(vector), []).append(vector)
    assert {kind: found[kind][:3] for kind in found if kind not in UNICODE_13} == {}
    assert {kind: len(found[kind]) for kind in found} == UNICODE_13


class Registries:
    """Sells below every suffix of the list."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and public_suffix(name) == name


def cases() -> Iterator[tuple[str, str | None]]:
    """Names with what is registered of each, from both files."""
    for line in lines("psl/test_psl.txt"):
        if found := re.fullmatch(r"checkPublicSuffix\('(.*)', (?:null|'(.*)')\);", line):
            yield found[1], found[2]
    for line in lines("psl/tests.txt"):
        asked, _, expected = line.partition(" ")
        if asked and not asked.startswith("//") and asked != "null":
            yield asked, None if expected == "null" else expected


def registered(asked: str) -> str | None:
    """What we sell of this name, as an A-label; None for nothing."""
    found = parse(asked, Registries(), public_suffix)
    if isinstance(found, Name):
        return found.ascii
    below = re.match(r'Order "(.*)": "(.*)" lies below it', found.message)
    return stored(below[1]) if below else None


def test_every_line_of_the_public_suffix_lists_vectors_agrees_or_is_explained() -> None:
    classes: Counter[str] = Counter()
    for asked, expected in cases():
        if registered(asked) == (stored(expected) if expected else None):
            classes["agreed"] += 1
        else:
            assert asked.endswith("uk.com"), (asked, expected, registered(asked))
            classes["uk.com is a private suffix, and the list here is that of registries"] += 1
    assert classes == SUFFIXES


def test_the_package_itself_agrees_with_every_line() -> None:
    whole = PublicSuffixList()
    assert all(whole.privatesuffix(asked) == expected for asked, expected in cases() if not asked.startswith("."))


def test_the_page_shows_the_same_counts() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for kind, count in [*UNICODE_13.items(), *SUFFIXES.items()]:
        assert f"| {count:,} | {kind}" in page, kind


def test_extensions_are_shown_as_people_read_them() -> None:
    assert read_as("xn--p1ai") == "\u0440\u0444"
    assert read_as("co.uk") == "co.uk"
