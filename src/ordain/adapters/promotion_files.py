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
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).promotion
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{file.name}: {error}"
        raise PromotionError(message) from error
