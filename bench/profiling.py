"""Where the time of `ordain serve` goes: what cProfile wrote down, without anybody's paths."""

from __future__ import annotations

import pstats
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

MOST = 25
RARE = 0.02
"""Calls a request below which a function belongs to the start or to the event loop, not to requests."""
STARTING = (
    "<frozen importlib",
    "<built-in method marshal",
    "<built-in method builtins.compile",
    "<built-in method builtins.exec",
)
"""What imports cost is told by the start."""


class Row(NamedTuple):
    """One function: calls, own and cumulative seconds."""

    name: str
    calls: int
    own: float
    cumulative: float


def rows(file: Path) -> list[Row]:
    """Every function that was called."""
    stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]  # documented, but not in the stubs
    return [
        Row(_name(path, line, function), calls, own, cumulative)
        for (path, line, function), (_, calls, own, cumulative, _) in stats.items()
    ]


def _name(path: str, line: int, function: str) -> str:
    for start in ("/src/", "/site-packages/", "/lib/python3"):
        _, found, rest = path.rpartition(start)
        if found:
            return f"{rest.partition('/')[2] if found.endswith('python3') else rest}:{line} {function}"
    return function if path == "~" else f"{path.rpartition('/')[2]}:{line} {function}"


def told(file: Path, requests: int) -> list[str]:
    """The most expensive by own and by cumulative time, in microseconds for each request of the load."""
    found = [row for row in rows(file) if row.calls >= RARE * requests and not row.name.startswith(STARTING)]
    lines = []
    for title, key in (("own", "own"), ("cumulative", "cumulative")):
        lines += [f"By {title} time, µs a request:", ""]
        lines += ["| function | calls a request | own | cumulative |", "| --- | ---: | ---: | ---: |"]
        for row in sorted(found, key=lambda row, key=key: -getattr(row, key))[:MOST]:  # type: ignore[misc]  # bound by default
            each = 1e6 / requests
            lines.append(
                f"| {row.name} | {row.calls / requests:.2f} | {row.own * each:.1f} | {row.cumulative * each:.1f} |"
            )
        lines.append("")
    return lines
