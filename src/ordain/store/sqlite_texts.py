"""Statements as SQLite takes them: written with PostgreSQL's placeholders, translated once."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_PLACEHOLDER = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/)|\$(\d+)", re.DOTALL)
_CHANGES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|WITH\b.*?\b(?:INSERT|UPDATE|DELETE))\b", re.IGNORECASE | re.DOTALL
)


class Statement(NamedTuple):
    """A statement with SQLite's placeholders; whether it changes rows, and whether it surely changes nothing."""

    text: str
    changes: bool
    reads: bool


@functools.lru_cache(maxsize=4096)
def translated(sql: str) -> Statement:
    """The statement of this text."""
    text = _PLACEHOLDER.sub(lambda found: found[1] or f"?{found[2]}", sql)
    return Statement(text, _CHANGES.match(sql) is not None, sql.startswith("SELECT"))
