"""The two lists a trademark clearing house publishes daily: revoked marks and labels under claims (RFC 9361 §6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct

Kind = Literal["smdrl", "dnl"]

LONGEST = 50_000_000
"""Characters: some hundred thousand rows."""
_COLUMNS: dict[str, Kind] = {"smd-id,insertion-datetime": "smdrl", "DNL,lookup-key,insertion-datetime": "dnl"}
_MARK_ID = re.compile(r"\d{1,40}-\d{1,20}", re.ASCII)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_KEY = re.compile(r"[\w/.+=-]{1,200}", re.ASCII)


class List(Struct, frozen=True):
    """A list as published at `made`. Rows: a mark's id or a label, the label's lookup key or "", and since when."""

    kind: Kind
    made: datetime
    rows: tuple[tuple[str, str, datetime], ...]


class NoList(ValueError):
    """Why a file is none of these lists, with the number of its line."""


def read(text: str) -> List:
    """The list in this file. Raises NoList: half a list would be worse than none."""
    lines = text.removeprefix("\ufeff").splitlines()
    version, _, made = (lines[0] if lines else "").partition(",")
    kind = _COLUMNS.get(lines[1].strip()) if len(lines) > 1 else None
    if version != "1" or kind is None or len(text) > LONGEST:
        message = (
            "line 1 is 1,<instant> and line 2 names the columns of a list of revoked marks or of claims (RFC 9361)"
        )
        raise NoList(message)
    rows = [_row(kind, line, number) for number, line in enumerate(lines[2:], 3) if line.strip()]
    if len({key for key, _, _ in rows}) < len(rows):
        message = "a row occurs twice"
        raise NoList(message)
    return List(kind, _instant(made, 1), tuple(rows))


def _row(kind: Kind, line: str, number: int) -> tuple[str, str, datetime]:
    parts = line.strip().split(",")
    if kind == "smdrl" and len(parts) == 2 and _MARK_ID.fullmatch(parts[0]):
        return parts[0], "", _instant(parts[1], number)
    if kind == "dnl" and len(parts) == 3 and _LABEL.fullmatch(parts[0]) and _KEY.fullmatch(parts[1]):
        return parts[0], parts[1], _instant(parts[2], number)
    message = f"line {number} is no row of this list: {line[:80]!r}"
    raise NoList(message)


def _instant(text: str, number: int) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = f"line {number} has no instant: {text[:40]!r}"
        raise NoList(message) from error
