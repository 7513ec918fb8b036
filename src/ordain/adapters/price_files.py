"""Reads purchase prices and margins, and writes list prices into the files of extensions as their authors left them."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import tomlkit

from ordain.adapters.catalogue_files import CatalogueError
from ordain.core.money import Money, decimal_text
from ordain.core.price_import import COLUMNS, NEEDED, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ordain.core.catalogue import Prices
    from ordain.core.price_import import Repriced

LONGEST = 100_000
"""Lines in a table."""


def lines(file: Path) -> list[Line]:
    """The lines of a table with the columns of COLUMNS, in any order. Raises CatalogueError with what it is not."""
    try:
        numbered = list(_numbered(file.read_bytes().decode("utf-8-sig")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError([f"{file.name}: is no CSV in UTF-8: {error}"]) from error
    head = [column.strip() for column in numbered[0][1]] if numbered else []
    rows = [(number, row) for number, row in numbered[1:] if row]
    problems = [f"line 1: there is no column {column!r}" for column in NEEDED if column not in head]
    problems += [f"line 1: column {column!r} means nothing" for column in head if column not in COLUMNS]
    problems += [f"line 1: column {column!r} comes twice" for column in COLUMNS if head.count(column) > 1]
    problems += [f"line {number}: has {len(row)} cells, not {len(head)}" for number, row in rows
                 if len(row) != len(head)]  # fmt: skip
    if len(numbered) > LONGEST:
        problems.append(f"line {LONGEST}: a table has {LONGEST} lines at most")
    if problems:
        raise CatalogueError([f"{file.name}, {problem}" for problem in problems])
    return [Line(number, dict(zip(head, row, strict=True))) for number, row in rows]


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line of the file it begins in: a cell in quotes may have several."""
    reader, begins = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    for row in reader:
        yield begins, row
        begins = reader.line_num + 1


def write(folder: Path, changes: Iterable[Repriced]) -> list[Path]:
    """Write the prices into extensions/: comments and all other lines stay. The files that changed."""
    texts: dict[Path, Any] = {}
    for change in changes:
        file = folder / "extensions" / f"{change.extension}.toml"
        if file not in texts:
            texts[file] = tomlkit.parse(file.read_text("utf-8"))
        _put(texts[file], change)
    for file, document in texts.items():
        _replace(file, tomlkit.dumps(document), "\r\n" if b"\r\n" in file.read_bytes() else "\n")
    return list(texts)


def _put(document: Any, change: Repriced) -> None:  # noqa: ANN401 - tomlkit's documents are dictionaries of anything
    if "prices" not in document:
        document["prices"] = tomlkit.table()
    table = document["prices"]
    held = table.get(change.currency)
    phases = _phases(document, held)
    entries = [_entry(start, prices, change.currency, phases.get(start)) for start, prices in change.prices.entries]
    alone = len(entries) == 1 and change.prices.entries[0][0] is None
    text = entries[0] if alone else "".join(["[\n", *(f"    {entry},\n" for entry in entries), "]"])
    made = tomlkit.value(text)
    if held is not None:
        made.trivia.comment, made.trivia.comment_ws = held.trivia.comment, held.trivia.comment_ws
    table[change.currency] = made


def _phases(document: Any, held: Any) -> dict[datetime | None, str]:  # noqa: ANN401 - as above
    """The phases that this list's prices name, by their instants: what follows a phase goes on following it."""
    begins = {entry["phase"]: entry.get("from") for entry in reversed(_listed(document.get("phases")))}
    named = [entry["phase"] for entry in _listed(held) if "phase" in entry]
    return {begins[phase]: phase for phase in named if phase in begins}


def _listed(found: Any) -> list[Any]:  # noqa: ANN401 - as above
    return found if isinstance(found, list) else [found] if found else []


def _entry(start: datetime | None, prices: Prices, currency: str, phase: str | None) -> str:
    """One price as the files have it: { from = 2027-01-01T00:00:00Z, create = "6.99", renew = "6.99" }."""
    named = {action: Money(ucents, currency) for action, ucents in msgspec.structs.asdict(prices).items()
             if ucents is not None}  # fmt: skip
    instant = [] if start is None else [f"from = {start.isoformat().replace('+00:00', 'Z')}"]
    begins = [f'phase = "{phase}"'] if phase else instant
    amounts = [f'{action} = "{decimal_text(amount)}"' for action, amount in named.items()]
    return f"{{ {', '.join([*begins, *amounts])} }}"


def _replace(file: Path, text: str, newline: str) -> None:
    """Wholly or not at all, with lines ended as before."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline=newline) as out:
            out.write(text)
        new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
