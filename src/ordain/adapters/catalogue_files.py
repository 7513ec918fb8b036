"""Reads the catalogue's folder: extensions, rules, country sets, subsidiaries, contracts. One file, one thing sold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import rtoml
from babel import UnknownLocaleError

from ordain.adapters import price_texts
from ordain.core.catalogue_build import RawCatalogue, build

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.catalogue import Catalogue


class CatalogueError(Exception):
    """The catalogue cannot be used. `problems` are sentences, each with its file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("the catalogue has problems:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


def load(folder: Path) -> Catalogue:
    """The catalogue in this folder. CatalogueError with every problem there is."""
    files = _Files(folder)
    raw = RawCatalogue(
        extensions=_Late(files, "extensions"),
        families={name.removesuffix(".toml"): table for name, table in files.tables("families").items()},
        rules={name.removesuffix(".toml"): table for name, table in files.tables("rules").items()},
        country_sets=files.table("country-sets.toml"),
        subsidiaries=_with_price_texts(files.table("subsidiaries.toml")),
        idn_tables=files.characters("idn-tables"),
        options=files.tables("options"),
        categories=files.optional("categories.toml"),
        contracts=files.tables("contracts"),
        texts=files.texts("contracts"),
        version=files.digest.hexdigest(),
    )
    built = build(raw)
    if isinstance(built, list):
        raise CatalogueError(files.problems + built)
    if files.problems:
        raise CatalogueError(files.problems)
    return built


def _with_price_texts(subsidiaries: dict[str, Any]) -> dict[str, Any]:
    """The subsidiaries with how their amounts are written, where the file leaves that to their locale."""
    return {
        code: {"price_text": text, **table} if (text := _price_text(table)) else table
        for code, table in subsidiaries.items()
    }


def _price_text(table: Any) -> str | None:  # noqa: ANN401 - TOML is untyped until it is read
    if not isinstance(table, dict) or "price_text" in table:
        return None
    try:
        return price_texts.pattern(table["currency"], table["locale"])
    except (KeyError, AttributeError, TypeError, ValueError, UnknownLocaleError):
        return None  # what is wrong with these is told when they are read


class _Files:
    """Files of one folder, each read once in a fixed order, with a digest of their names and bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.digest = hashlib.sha256()

    def table(self, name: str) -> dict[str, Any]:
        """One TOML file, empty if it cannot be read."""
        return self.parsed(name, self.read(name))

    def parsed(self, name: str, text: str) -> dict[str, Any]:
        """The table this file's text makes, empty if it makes none."""
        try:
            # A thousand files: with the standard library's parser reading them was a third of the start.
            return rtoml.loads(text)
        except rtoml.TomlParsingError as error:
            self.problems.append(f"{name}: is not TOML: {error}")
        return {}

    def optional(self, name: str) -> dict[str, Any]:
        """One TOML file, empty if there is none."""
        return self.table(name) if (self.folder / name).exists() else {}

    def tables(self, folder: str) -> dict[str, dict[str, Any]]:
        """All TOML files of a folder, by their names."""
        return {name: self.table(f"{folder}/{name}") for name in self.names(folder)}

    def names(self, folder: str) -> list[str]:
        """The TOML files of a folder."""
        return sorted(path.name for path in (self.folder / folder).glob("*.toml"))

    def texts(self, folder: str) -> dict[tuple[str, str], str]:
        """All `<id>.<language>.md` of a folder."""
        found = {}
        for path in sorted((self.folder / folder).glob("*.md")):
            name, _, language = path.name.removesuffix(".md").rpartition(".")
            found[name, language] = self.read(f"{folder}/{path.name}")
        return found

    def characters(self, folder: str) -> dict[str, frozenset[str]]:
        """All `<name>.txt` of a folder, in IANA's form: a line for each code point, such as U+00E9  # …."""
        found = {}
        for path in sorted((self.folder / folder).glob("*.txt")):
            lines = self.read(f"{folder}/{path.name}").splitlines()
            codes = [line.split("#")[0].strip() for line in lines]
            try:
                found[path.stem] = frozenset(chr(int(code.removeprefix("U+"), 16)) for code in codes if code)
            except ValueError as error:
                self.problems.append(f"{folder}/{path.name}: is no table of code points: {error}")
        return found

    def read(self, name: str) -> str:
        """The text of a file, empty if it cannot be read."""
        try:
            content = (self.folder / name).read_bytes()
            # The lengths keep two different sets of files from having the same bytes in a row.
            self.digest.update(f"{name} {len(content)}\n".encode() + content)
            return content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
            self.problems.append(f"{name}: {reason}")
            return ""


class _Late(Mapping[str, Mapping[str, Any]]):
    """The TOML files of a folder: read at once, for the digest, and parsed when they are asked for, each time anew.

    A thousand tables at the same time would be 10 MB that are left over once the catalogue is built.
    """

    def __init__(self, files: _Files, folder: str) -> None:
        self._files, self._folder = files, folder
        self._texts = {name: files.read(f"{folder}/{name}") for name in files.names(folder)}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self._files.parsed(f"{self._folder}/{name}", self._texts[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
