"""Domain names as people type them: one label under an extension that is sold, and allowed there; or why not, in words.

`parse` reads a whole name and `under` puts a label that was read once under one extension after another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.label import (
    LONGEST_NAME,
    Bad,
    Label,
    NameProblem,
    Reason,
    check_directions,
    checked,
    described,
    double_hyphen,
    from_right_to_left,
    labelled,
    read,
    shown,
    too_long,
)
from ordain.core.scripts import first_emoji, stranger, systems, systems_of

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from ordain.core.catalogue import Extension

__all__ = ["Label", "Name", "NameProblem", "Reason", "both", "label_problem", "labelled", "parse", "stored", "under"]

PublicSuffix = Callable[[str], str]
"""The longest suffix of a name (both A-labels) below which the public registers: "co.uk" of "www.shop.co.uk"."""


class Name(Struct, frozen=True):
    """A name that can be asked for: one label under an extension. `ascii` and `label` are A-labels, in lower case."""

    ascii: str
    unicode: str
    label: str
    label_unicode: str
    extension: str


def parse(text: str, extensions: Container[str], public_suffix: PublicSuffix | None = None) -> Name | NameProblem:
    """The name, under the longest of these extensions (A-labels without a leading dot), or what is wrong with it."""
    try:
        return _split(read(text), extensions, public_suffix)
    except Bad as bad:
        return bad.problem


def stored(text: str) -> str:
    """A name as it is stored, from the path of a request; what cannot be a name stays as it is, and is not found."""
    try:
        if not text.isascii():
            return ".".join(label.ascii for label in read(text.rstrip(".")))
    except Bad:
        return text
    return text.lower().rstrip(".")


def under(label: Label, extension: Extension) -> Name | NameProblem:
    """The name this label makes under the extension, or what the extension has against it."""
    name = Name(f"{label.ascii}.{extension.name}", f"{label.unicode}.{read_as(extension.name)}",
                label.ascii, label.unicode, extension.name)  # fmt: skip
    return label_problem(name, extension) or name


def suffix_problem(
    name: Name, extensions: Container[str], public_suffix: PublicSuffix | None = None
) -> NameProblem | None:
    """Why nobody can hold a name that a label makes under an extension: it is a suffix itself, as co.uk is under uk."""
    try:
        _check_extension(name.ascii, extensions)
        _check_suffix(name.ascii, name.extension, public_suffix)
    except Bad as bad:
        return bad.problem
    return None


def label_problem(name: Name, extension: Extension) -> NameProblem | None:
    """What the extension has against the name's label: its script, its characters, its length, its shape."""
    label, policy = Label(name.label, name.label_unicode), extension.label
    if label.foreign and (problem := _foreign_problem(label, extension)):
        return problem
    if from_right_to_left(label.unicode) or from_right_to_left(read_as(extension.name)):
        problem = _direction_problem(label, extension)
        if problem:
            return problem
    if not label.foreign and label.ascii[2:4] == "--" and not policy.double_hyphen:
        return double_hyphen(label.ascii)
    if problem := _length_problem(label, extension):
        return problem
    if policy.unlike and re.fullmatch(policy.unlike.pattern, label.ascii):
        message = f'"{label.ascii}" is shaped like {policy.unlike.told}, which .{extension.name} names may not be'
        return NameProblem("shape", message)
    return too_long(name.unicode) if len(name.ascii) > LONGEST_NAME else None


@lru_cache(maxsize=4096)
def read_as(name: str) -> str:
    """A name or an extension as people read it, from its A-labels."""
    try:
        return ".".join(checked(label).unicode if label.startswith("xn--") else label for label in name.split("."))
    except Bad:
        return name


def both(name: str) -> str:
    """A name in both its forms, for those who have to recognise it: münchen.de (xn--mnchen-3ya.de)."""
    return name if read_as(name) == name else f"{read_as(name)} ({name})"


def _foreign_problem(label: Label, extension: Extension) -> NameProblem | None:
    text, dotted, policy = label.unicode, f".{read_as(extension.name)}", extension.label
    emoji = first_emoji(text)
    if emoji is not None and not policy.emoji:
        return NameProblem("emoji", f"{described(text, emoji)} is an emoji or symbol: {dotted} names have none")
    if emoji is None and not policy.idn:
        message = f"{dotted} names are made of the letters a to z, digits and hyphens only"
        return NameProblem("no-idn", message)
    written, sold = systems(text), systems_of(policy.scripts)
    if not written:
        at, first = stranger(text)
        why = f"is not {first}, as what precedes it: a name is in one script" if first else "is of a script no name has"
        return NameProblem("mixed-scripts", f"{described(text, at)} {why}")
    if not written & sold:
        own, others = min(written), " or ".join(sorted(sold))
        return NameProblem("script", f'"{shown(text)}" is in {own}: {dotted} names beyond a to z are in {others}')
    if policy.repertoire and "Latin" in written:
        letters = policy.repertoire
        odd = [at for at, char in enumerate(text) if char not in letters and first_emoji(char) != 0]
        if odd:
            return NameProblem("character", f"{described(text, odd[0])} is not among the letters of {dotted} names")
    return None


def _direction_problem(label: Label, extension: Extension) -> NameProblem | None:
    try:
        check_directions([label.unicode, *read_as(extension.name).split(".")])
    except Bad as bad:
        return bad.problem
    return None


def _length_problem(label: Label, extension: Extension) -> NameProblem | None:
    policy, names = extension.label, f".{read_as(extension.name)} names"
    if len(label.ascii) < policy.min:
        message = f'"{label.ascii}" is too short: {names} have at least {policy.min} characters'
        return NameProblem("label-too-short", message)
    if len(label.ascii) > policy.max:
        message = f'"{label.ascii}" is too long: {names} have at most {policy.max} characters'
        return NameProblem("label-too-long", message)
    if label.foreign and len(label.unicode) > policy.idn_max:
        message = f'"{label.unicode}" is too long: {names} beyond a to z have at most {policy.idn_max} characters'
        return NameProblem("label-too-long", message)
    return None


def _split(labels: Sequence[Label], extensions: Container[str], public_suffix: PublicSuffix | None) -> Name:
    whole = ".".join(label.ascii for label in labels)
    _check_extension(whole, extensions)
    if len(labels) == 1:
        typed = labels[0].unicode
        raise Bad(NameProblem("no-extension", f'"{typed}" has no extension: add one, such as {typed}.com'))
    for start in range(1, len(labels)):
        extension = ".".join(label.ascii for label in labels[start:])
        if extension in extensions:
            _check_suffix(whole, extension, public_suffix)
            return _registrable(labels, start, extension)
    raise Bad(NameProblem("extension-not-sold", f".{_longest(labels, public_suffix)} names are not sold here"))


def _longest(labels: Sequence[Label], public_suffix: PublicSuffix | None) -> str:
    """The public suffix to tell somebody whose name is under nothing we sell."""
    whole = ".".join(label.ascii for label in labels)
    known = public_suffix(whole) if public_suffix else labels[-1].ascii
    return read_as(labels[-1].ascii if known == whole else known)


def _check_extension(whole: str, extensions: Container[str]) -> None:
    if whole in extensions:
        message = f'"{whole}" is an extension: put a name in front of it, such as example.{whole}'
        raise Bad(NameProblem("extension-only", message))


def _check_suffix(whole: str, extension: str, public_suffix: PublicSuffix | None) -> None:
    """Names below an extension that is sold, but also below a suffix of its own that is not: shop.gov.au."""
    # Where the list says that all names right below an extension are suffixes (*.np), whoever sells it knows better.
    if public_suffix is None or public_suffix(f"example.{extension}") != extension:
        return
    suffix = public_suffix(whole)
    if len(suffix) <= len(extension):
        return
    told = f'"{read_as(suffix)}" is a public suffix that is not sold here'
    if suffix == whole:
        raise Bad(NameProblem("public-suffix", f"{told}: nobody can hold it"))
    raise Bad(NameProblem("extension-not-sold", f".{read_as(suffix)} names are not sold here: {told}"))


def _registrable(labels: Sequence[Label], start: int, extension: str) -> Name:
    label = labels[start - 1]
    registrable = ".".join(each.unicode for each in labels[start - 1 :])
    if start > 1:
        typed = ".".join(each.unicode for each in labels)
        raise Bad(NameProblem("subdomain", f'Order "{registrable}": "{typed}" lies below it'))
    return Name(f"{label.ascii}.{extension}", registrable, label.ascii, label.unicode, extension)
