"""Regular expressions that catalogue data may use: only those that cannot take exponential time on any text."""

from __future__ import annotations

import re

LONGEST_TEXT = 1000
"""A longer text is not matched at all."""

_LONGEST_PATTERN = 200
_MOST_REPEATS = 8  # each one of variable length; a row of n of them costs about length ** n at worst
_MOST_OPEN = 3  # of which without an upper bound
_REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?:|[()|]|[*+?]|\{\d*,?\d*\}|.", re.DOTALL)


def problem(pattern: str) -> str | None:
    """Why this pattern may not be used, in words; None if it may."""
    if len(pattern) > _LONGEST_PATTERN:
        return f"is longer than {_LONGEST_PATTERN} characters"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"is not a regular expression ({error})"
    return _danger(_ATOM.findall(pattern))


def found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text; anchors are the data's business."""
    return len(text) <= LONGEST_TEXT and re.search(pattern, text) is not None


def _danger(atoms: list[str]) -> str | None:
    """Refuses what can blow up: (a+)+, (a|aa)+, back references, look-around, many variable repeats in a row."""
    varies = [False]  # for each open group: whether it can match texts in more than one way
    last = False  # the same for the group closed last
    variable = endless = 0
    for before, atom in zip(["", *atoms], atoms, strict=False):
        if (before == "(" and atom == "?") or (atom[0] == "\\" and atom[1:].isdigit()):
            return "uses a group or back reference that is not allowed"
        if atom in ("(", "(?:"):
            varies.append(False)
        elif atom == "|":
            varies[-1] = True
        elif atom == ")":
            last = varies.pop()
            varies[-1] = varies[-1] or last
        elif _REPEAT.fullmatch(atom) and before:
            if before == ")" and last and atom != "?":
                return "repeats a group that can itself match in several ways"
            varies[-1] = varies[-1] or _is_variable(atom)
            variable += _is_variable(atom)
            endless += atom in ("*", "+") or atom.endswith(",}")
    if variable > _MOST_REPEATS or endless > _MOST_OPEN:
        return "has too many repeats of variable length"
    return None


def _is_variable(repeat: str) -> bool:
    return repeat in ("*", "+", "?") or "," in repeat
