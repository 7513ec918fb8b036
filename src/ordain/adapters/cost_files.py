"""What registries charge for ordinary names, from catalogue/costs.toml, which an operator may leave out."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.costs import Wholesale

if TYPE_CHECKING:
    from pathlib import Path


class _File(msgspec.Struct, forbid_unknown_fields=True):
    cost: tuple[Wholesale, ...] = ()


def load(file: Path) -> tuple[Wholesale, ...]:
    """All of the file's rules; none if there is no such file. Raises CatalogueError."""
    if not file.exists():
        return ()
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).cost
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CatalogueError([f"{file.name}: {error}"]) from error
