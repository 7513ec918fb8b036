"""Reads catalogue/tax.toml: rates, territories and sellers, as tax needs them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.tax_build import FILE, build

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.catalogue import Catalogue
    from ordain.core.tax import TaxRules


def load(folder: Path, catalogue: Catalogue) -> TaxRules:
    """The rules of this folder. CatalogueError with every problem there is."""
    try:
        made = _read((folder / FILE).read_text("utf-8"), frozenset(catalogue.subsidiaries))
    except (OSError, ValueError) as error:
        raise CatalogueError([f"{FILE}: {error}"]) from error
    if isinstance(made, list):
        raise CatalogueError(made)
    return made


@lru_cache(maxsize=4)
def _read(text: str, subsidiaries: frozenset[str]) -> TaxRules | list[str]:
    return build(tomllib.loads(text), subsidiaries)
