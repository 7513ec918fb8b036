"""Reads catalogue/account-rules.toml: what a new account has to say."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.account_rules import AccountRules, problems

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.catalogue import Catalogue

NAME = "account-rules.toml"


def load(folder: Path, catalogue: Catalogue) -> AccountRules:
    """The rules of this folder. CatalogueError with every problem there is."""
    try:
        rules = _read((folder / NAME).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogueError([f"{NAME}: {error}"]) from error
    wrong = problems(rules, catalogue.subsidiaries, catalogue.contracts)
    if wrong:
        raise CatalogueError([f"{NAME}: {problem}" for problem in wrong])
    return rules


@lru_cache(maxsize=4)
def _read(text: str) -> AccountRules:
    return msgspec.convert(tomllib.loads(text), AccountRules)
