"""The registries' rules as published, and the check of somebody's data against them before any cart exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core import rules
from ordain.core.refusal import Refusal, Refused
from ordain.flows.carts import sold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.rules import Rule
    from ordain.flows.ports import Engine


def published(engine: Engine, domain: str, action: str) -> Rule:
    """The rule for doing this with such a name, without labels that only some names bring into play."""
    return rules.active(_rule(engine, domain, action), frozenset({action}))


def _rule(engine: Engine, domain: str, action: str) -> Rule:
    return engine.market.catalogue.extensions[sold(engine, domain).extension].rules[action]


def check(engine: Engine, domain: str, action: str, facts: Mapping[str, Any]) -> None:
    """Raises Refused, with the contract's own sentence and keys, unless these facts respect the rule."""
    found = rules.violations(_rule(engine, domain, action), facts, frozenset({action}))
    if found:
        details = rules.wire_details(found)
        summary = f"{len(found)} constraint{'s' if len(found) > 1 else ''} of rules are not respected"
        raise Refused(*(Refusal("rule", said, field) for field, said in details.items()), summary=summary)
