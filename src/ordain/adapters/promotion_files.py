"""Promotions from catalogue/promotions.toml."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import msgspec

from ordain.core.promotion_check import twice, unknown
from ordain.core.promotions import Promotion

if TYPE_CHECKING:
    from collections.abc import Sequence
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
    problems += twice(found)
    if problems:
        raise _wrong(problems)
    return tuple(found)


def _wrong(problems: Sequence[str]) -> PromotionError:
    return PromotionError("\n".join(f"promotions.toml: {problem}" for problem in problems))


def check(promotions: Sequence[Promotion], catalogue: Catalogue) -> None:
    """Raise PromotionError where promotions name what is not there: extensions, subsidiaries, currencies, durations."""
    problems = [
        f"promotion {one.name}: {key}: {problem}" for one in promotions for key, problem in unknown(one, catalogue)
    ]
    if problems:
        raise _wrong(problems)
