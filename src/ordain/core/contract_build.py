"""Builds the contracts from their files: the first version of each, and the later ones with when they come in force."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ordain.core.catalogue import Contract
from ordain.core.reading import Table
from ordain.core.schedule import Schedule, always

if TYPE_CHECKING:
    from collections.abc import Mapping

LATER = "@"
"""`terms.toml` is the first version of a contract; `terms@ANYTHING.toml` is a later one, which says `from` when."""
_VERSION = re.compile(r"[\w.-]{1,50}", re.ASCII)
_Version = tuple[datetime | None, Contract]


def contracts(
    files: Mapping[str, Mapping[str, Any]], texts: Mapping[tuple[str, str], str], problems: list[str]
) -> dict[str, Schedule[Contract]]:
    """The contracts, from contracts/*.toml and the text of each in each of its languages beside it."""
    versions: dict[str, list[_Version]] = {}
    languages: dict[str, set[str]] = {}
    for file, entries in sorted(files.items()):
        stem = file.removesuffix(".toml")
        table = Table(f"contracts/{file}", entries, problems)
        names = dict(table.table("name").entries)
        languages[stem] = set(names)
        own = {language: texts.get((stem, language), "") for language in names}
        problems += [f"contracts/{stem}.{language}.md: is missing or empty"
                          for language, text in own.items() if not text.strip()]  # fmt: skip
        if "en" not in names:
            table.note("name.en", "is missing")
        name, later, _ = stem.partition(LATER)
        start = _start(table) if later else None
        version = table.text("version")
        if version and not _VERSION.fullmatch(version):
            table.note("version", "is up to 50 letters, digits, dots, hyphens and underscores: it stands in URLs")
        versions.setdefault(name, []).append((start, Contract(name, version, names, own)))
        table.done()
    problems += [f"contracts/{stem}.{language}.md: {stem}.toml has no name in this language"
                      for stem, language in sorted(texts) if language not in languages.get(stem, ())]  # fmt: skip
    return {name: _scheduled(name, found, problems) for name, found in versions.items()}


def _start(table: Table) -> datetime | None:
    start = table.get("from")
    if isinstance(start, datetime) and start.utcoffset() is not None:
        return start
    table.note("from", "is an instant with its offset, such as 2027-01-01T00:00:00Z: a later version needs one")
    return None


def _scheduled(name: str, versions: list[_Version], problems: list[str]) -> Schedule[Contract]:
    """The versions in the order of time."""
    first = [version for version in versions if version[0] is None]
    rest = sorted([(start, contract) for start, contract in versions if start], key=lambda version: version[0])
    if not first:
        problems.append(f"contracts/{name}.toml: is missing, and it is the first version")
    said = [contract.version for _, contract in versions]
    problems += [f"contracts/{name}.toml: version {each!r} is that of two texts"
                      for each in sorted(set(said)) if said.count(each) > 1]  # fmt: skip
    try:
        return Schedule((*first, *rest))
    except ValueError as error:
        problems.append(f"contracts/{name}.toml: its versions are no schedule: {error}")
        return always(versions[0][1])
