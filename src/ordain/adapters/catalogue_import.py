"""Reads the collected facts an import is made from, and writes the files of the extensions that have none."""

from __future__ import annotations

import csv
import tomllib
from typing import TYPE_CHECKING

from ordain.core.catalogue_import import family_of, written

if TYPE_CHECKING:
    from pathlib import Path


def bring_in(source: Path, catalogue: Path) -> list[str]:
    """Write extensions/<A-label>.toml for each row of extensions.csv without one; their names. OSError, ValueError.

    A file that is there is never touched: it is ours.
    """
    rows = _rows(source / "extensions.csv")
    prices = {row["extension"]: row for row in _rows(source / "prices" / "illustrative_eur.csv")}
    families = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (catalogue / "families").glob("*.toml")}
    folder, made = catalogue / "extensions", []
    parents = {row["extension"]: row["alabel"] for row in rows}
    for row in rows:
        file = folder / f"{row['alabel']}.toml"
        if file.exists():
            continue
        family = family_of(row)
        parent = folder / f"{parents.get(row['parent'], row['parent'])}.toml"
        registry = _registry(parent) if family == "cctld" else None
        text = written(row, prices.get(row["extension"]), families[family], registry)
        file.write_text(text, encoding="utf-8")
        made.append(row["alabel"])
    return made


def _registry(parent: Path) -> str | None:
    """The registry of the extension this one lies below, if we know it."""
    return tomllib.loads(parent.read_text("utf-8")).get("registry") if parent.exists() else None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
