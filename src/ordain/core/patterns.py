"""Regular expressions that catalogue data may use: only those whose search of any text ends soon."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_TEXT = 255
"""A longer text is not matched at all."""

_LONGEST_PATTERN = 200
_MOST_WAYS = LONGEST_TEXT**3
"""In how many ways the parts of a text may be shared out among the parts of a pattern, if all fit."""
_REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|[()|]|[*+?]|\{\d*,?\d*\}|.", re.DOTALL)


def problem(pattern: str) -> str | None:
    """Why this pattern may not be used, in words; None if it may."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"is longer than {_LONGEST_PATTERN} characters"
    try:
        _compiled(pattern)
    except (re.error, OverflowError) as error:
        return f"is not a regular expression ({error})"
    atoms = _ATOM.findall(pattern)
    for before, atom in zip(["", *atoms], atoms, strict=False):
        if (before == "(" and atom == "?") or (atom[0] == "\\" and atom[1:].isdigit()):
            return "uses a group or back reference that is not allowed"
    starts = 1 if atoms[:1] == ["^"] else LONGEST_TEXT
    return "can match in too many ways" if starts * _ways(atoms) > _MOST_WAYS else None


def found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; anchors are the data's business."""
    return len(text) <= LONGEST_TEXT and _compiled(pattern).search(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`$` is the end of the text, as it is where the contract's rules are read: not the place before a last newline."""
    return re.compile("".join(r"\Z" if atom == "$" else atom for atom in _ATOM.findall(pattern)))


def _ways(atoms: list[str]) -> int:
    """An upper bound of the ways in which a pattern can match a text from one place on."""
    # Each open group: the ways of its branches so far, and of the branch being read but for its last part.
    groups = [(0, 1)]
    part = 1  # of the last part, which a repeat may follow
    for atom in [*atoms, ")"]:
        if _REPEAT.fullmatch(atom):
            part = _repeated(part, atom)
            continue
        branches, branch = groups.pop()
        branch, part = min(branch * part, _MOST_WAYS + 1), 1
        if atom == ")":
            part = branches + branch
            continue
        groups.append((branches + branch, 1) if atom == "|" else (branches, branch))
        if atom in ("(", "(?:"):
            groups.append((0, 1))
    return part


def _repeated(part: int, repeat: str) -> int:
    low, comma, high = {"*": "0,", "+": "1,", "?": "0,1"}.get(repeat, repeat.strip("{}") or "1").partition(",")
    if comma and not high:
        return LONGEST_TEXT if part == 1 else _MOST_WAYS + 1
    most = int(high or low)
    if part > 1 and most > LONGEST_TEXT:
        return _MOST_WAYS + 1
    lengths = most - int(low or 0) + 1 if comma else 1
    return min(lengths * int(part**most), _MOST_WAYS + 1)
