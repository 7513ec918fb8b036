"""The registries' rules as published, and the check of somebody's data against them before any cart exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core import identity_numbers, rules
from ordain.core.refusal import Refusal, Refused, invalid
from ordain.flows.carts import parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordain.core.catalogue import Extension
    from ordain.core.rules import Rule
    from ordain.flows.ports import Engine


def published(engine: Engine, domain: str, action: str) -> Rule:
    """The rule for doing this with such a name, without labels that only some names bring into play."""
    return rules.active(_extension(engine, domain).rules[action], frozenset({action}))


def _extension(engine: Engine, domain: str) -> Extension:
    name = parsed(engine, domain)
    if name is None:
        message = f"{domain!r} is under no extension that is sold here"
        raise invalid(message, "domain")
    return engine.market.catalogue.extensions[name.extension]


def check(engine: Engine, domain: str, action: str, facts: Mapping[str, Any]) -> None:
    """Raises Refused, with the contract's own sentence and keys, unless these facts respect the rule."""
    extension = _extension(engine, domain)
    found = identity_numbers.violations(extension.rules[action], extension.numbers, facts, frozenset({action}))
    if found:
        details = rules.wire_details(found)
        summary = f"{len(found)} constraint{'s' if len(found) > 1 else ''} of rules are not respected"
        raise Refused(*(Refusal("rule", said, field) for field, said in details.items()), summary=summary)
