"""Special names from catalogue/special-names.toml and the lists in catalogue/reserved/ that it names."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.special import NONE_SPECIAL
from ordain.core.special_build import FILE, build

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.special import SpecialNames


def load(folder: Path) -> SpecialNames:
    """What the catalogue's folder says of special names; nothing if it has no such file. Raises CatalogueError."""
    file = folder / FILE
    if not file.exists():
        return NONE_SPECIAL
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError([f"{FILE}: is not TOML: {error}"]) from error

    def text_of(name: str) -> str:
        try:
            return (folder / "reserved" / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise LookupError(reason) from error

    built = build(table, text_of)
    if isinstance(built, list):
        raise CatalogueError(built)
    return built
