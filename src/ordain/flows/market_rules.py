"""Trying a rule: what it says to values that somebody made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from msgspec import Struct

from ordain.core import identity_numbers
from ordain.core.refusal import not_found
from ordain.core.rules import Context

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension
    from ordain.core.rules import Rule, Violation

CONTEXTS: tuple[str, ...] = get_args(Context)


class Tried(Struct, frozen=True):
    """What a rule is tried with: for doing what, with which values, in which contexts that a name brings."""

    action: str
    facts: Mapping[str, Any]
    contexts: tuple[str, ...] = ()


def rule(extension: Extension, action: str) -> Rule:
    """The extension's rule for doing this. Raises Refused where there is none."""
    found = extension.rules.get(action)
    if found is None:
        message = f"There is no rule for {action}: there are those for {', '.join(extension.rules)}"
        raise not_found(message, "action")
    return found


def violations(extension: Extension, tried: Tried) -> list[Violation]:
    """Everything that does not respect the rule."""
    contexts = frozenset((tried.action, *tried.contexts))
    asked = rule(extension, tried.action)
    return identity_numbers.violations(asked, extension.numbers, tried.facts, contexts)
