"""Promotions from catalogue/promotions.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from ordain.core.promotions import UNLIMITED, Promotion

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from pathlib import Path

    from ordain.core.catalogue import Catalogue


class PromotionError(ValueError):
    """promotions.toml is wrong; the message names every entry and key that is."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    promotion: tuple[dict[str, Any], ...] = ()


def load(file: Path) -> tuple[Promotion, ...]:
    """All promotions of the file; none if there is no such file. Raises PromotionError."""
    if not file.exists():
        return ()
    try:
        entries = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).promotion
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _wrong([str(error)]) from error
    found: list[Promotion] = []
    problems: list[str] = []
    for number, entry in enumerate(entries, start=1):
        try:
            found.append(msgspec.convert(entry, Promotion))
        except msgspec.ValidationError as error:
            name = entry.get("name")
            told = str(error).replace("`$.", "`").removesuffix(" - at `$`")
            problems.append(told if told.startswith("promotion ") else f"promotion {name or f'no. {number}'}: {told}")
    problems += _twice(found)
    if problems:
        raise _wrong(problems)
    return tuple(found)


def _wrong(problems: Sequence[str]) -> PromotionError:
    return PromotionError("\n".join(f"promotions.toml: {problem}" for problem in problems))


def _twice(found: Sequence[Promotion]) -> Iterator[str]:
    codes = Counter(promotion.code for promotion in found if promotion.code)
    for code in sorted(code for code, times in codes.items() if times > 1):
        yield f"more than one promotion has the code {code}"
    # Uses are counted by name.
    names, limited = Counter(one.name for one in found), {one.name for one in found if one.limits != UNLIMITED}
    for name in sorted(name for name in limited if names[name] > 1):
        yield f"promotion {name}: its uses are counted by its name, which another one has"


def check(promotions: Sequence[Promotion], catalogue: Catalogue) -> None:
    """Raise PromotionError where promotions name what is not there: extensions, subsidiaries, currencies, durations."""
    currencies = {subsidiary.currency for subsidiary in catalogue.subsidiaries.values()}
    periods = {years for extension in catalogue.extensions.values() for years in extension.periods}
    problems: list[str] = []
    for one in promotions:
        known: dict[str, tuple[Sequence[object], Container[Any]]] = {
            "extensions": (one.extensions, catalogue.extensions),
            "subsidiaries": (one.subsidiaries, catalogue.subsidiaries),
            "first_year": (tuple(one.first_year), currencies),
            "periods": (one.periods, periods),
        }
        for key, (given, there) in known.items():
            problems += [
                f"promotion {one.name}: {key}: {each} is not known here" for each in given if each not in there
            ]
    if problems:
        raise _wrong(problems)
