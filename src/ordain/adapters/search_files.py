"""What searching knows: catalogue/search.toml, and the word list that symspellpy ships."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.search import Lexicon

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "search.toml"
WORD_LIST = "frequency_dictionary_en_82_765.txt"


def load(folder: Path) -> Lexicon:
    """The lexicon of this folder, an empty one if there is none. Raises CatalogueError."""
    file = folder / NAME
    if not file.exists():
        return Lexicon()
    try:
        return msgspec.convert(tomllib.loads(file.read_text("utf-8")), Lexicon)
    except ValueError as error:
        raise CatalogueError([f"{NAME}: {error}"]) from error


@cache
def counts() -> Mapping[str, int]:
    """How often each English word is used, by word: some 80,000 of them, read once (35 ms)."""
    text = resources.files("symspellpy").joinpath(WORD_LIST).read_text("utf-8-sig")
    return {word: int(count) for word, count in map(str.split, text.splitlines())}
