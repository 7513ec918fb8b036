"""Promotions from catalogue/promotions.toml."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from ordain.core.promotions import Promotion

if TYPE_CHECKING:
    from pathlib import Path


class PromotionError(ValueError):
    """promotions.toml is wrong; the message names the place."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    promotion: tuple[Promotion, ...] = ()


def load(file: Path) -> tuple[Promotion, ...]:
    """All promotions of the file; none if there is no such file. Raises PromotionError."""
    if not file.exists():
        return ()
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).promotion
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{file.name}: {error}"
        raise PromotionError(message) from error
    codes = [promotion.code for promotion in found if promotion.code]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        message = f"{file.name}: more than one promotion has the code {', '.join(twice)}"
        raise PromotionError(message)
    return found
