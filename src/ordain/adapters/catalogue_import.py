"""Reads the collected facts an import is made from, and writes the files of the extensions that have none."""

from __future__ import annotations

import csv
import tomllib
from typing import TYPE_CHECKING, Any

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.catalogue_import import family_of, written

if TYPE_CHECKING:
    from pathlib import Path


def bring_in(source: Path, catalogue: Path) -> list[str]:
    """Write extensions/<A-label>.toml for each row of extensions.csv without one; their names.

    A file that is there is never touched: it is ours. OSError; CatalogueError, before anything is written.
    """
    rows = _rows(source / "extensions.csv", "alabel", "parent")
    prices = {row["extension"]: row for row in _rows(source / "prices" / "illustrative_eur.csv")}
    families = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (catalogue / "families").glob("*.toml")}
    folder, parents = catalogue / "extensions", {row["extension"]: row["alabel"] for row in rows}
    made: dict[str, str] = {}
    for row in rows:
        name = row["alabel"]
        if (folder / f"{name}.toml").exists():
            continue
        parent = parents.get(row["parent"], row["parent"])
        registry = _told(made[parent]) if parent in made else _registry(folder / f"{parent}.toml")
        made[name] = _text(row, prices.get(row["extension"]), families, registry)
    for name, text in made.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return list(made)


def _text(
    row: dict[str, str], prices: dict[str, str] | None, families: dict[str, dict[str, Any]], registry: str | None
) -> str:
    """A row's file. CatalogueError if the row is none."""
    try:
        family = family_of(row)
        return written(row, prices, families[family], registry if family == "cctld" else None)
    except KeyError as missing:
        message = f"there is no {missing}"
    except ValueError as error:
        message = str(error)
    raise CatalogueError([f"extensions.csv, .{row['alabel']}: {message}"])


def _registry(parent: Path) -> str | None:
    """The registry of the extension this one lies below, if we know it."""
    return _told(parent.read_text("utf-8")) if parent.exists() else None


def _told(text: str) -> str | None:
    registry = tomllib.loads(text).get("registry")
    return registry if isinstance(registry, str) else None


def _rows(file: Path, *needed: str) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows, head = list(reader), reader.fieldnames or ()
    except (UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError([f"{file.name}: is no CSV in UTF-8: {error}"]) from error
    missing = [column for column in ("extension", *needed) if column not in head]
    if missing:
        raise CatalogueError([f"{file.name}: there is no column {column!r}" for column in missing])
    return rows
