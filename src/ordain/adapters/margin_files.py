"""What is put on top of purchase prices, from catalogue/margins.toml, which an operator may leave out."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.margins import Margin

if TYPE_CHECKING:
    from pathlib import Path


class _File(msgspec.Struct, forbid_unknown_fields=True):
    margin: tuple[Margin, ...] = ()


def load(file: Path) -> tuple[Margin, ...]:
    """The rules of the file; none if there is no such file. Raises CatalogueError."""
    if not file.exists():
        return ()
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).margin
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CatalogueError([f"{file.name}: {error}"]) from error
