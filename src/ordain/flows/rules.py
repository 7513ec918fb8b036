"""The registries' rules as published, and the check of somebody's data against them before any cart exists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.core import configuration, identity_numbers, rules
from ordain.core.language import IN_ENGLISH
from ordain.core.refusal import Broken, Refusal, Refused
from ordain.flows.carts import sold
from ordain.store import accounts, domains

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.catalogue import Extension
    from ordain.core.names import Name
    from ordain.core.rules import Rule, Violation
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

_PARTIES = {"OWNER_CONTACT": "owner", "ADMIN_ACCOUNT": "admin", "TECH_ACCOUNT": "tech"}
OF_HELD = ("trade", "transfer", "update")
"""Doing this, one need not say who stands behind the name now."""


class Asked(Struct, frozen=True):
    """What is checked: these facts, for doing this with such a name. What is None was not said."""

    domain: str
    action: str
    facts: Mapping[str, Any]


def published(engine: Engine, domain: str, action: str) -> Rule:
    """The rule for doing this with such a name, without labels that only some names bring into play."""
    return rules.active(_extension(engine, sold(engine, domain)).rules[action], frozenset({action}))


def _extension(engine: Engine, name: Name) -> Extension:
    return engine.market.catalogue.extensions[name.extension]


async def check(engine: Engine, caller: Caller, asked: Asked, now: datetime) -> None:
    """Raises Refused, with the contract's own sentences and keys, unless the facts respect the rule.

    Who is not named for a name of the caller's is who stands behind it now (wire-contract §4.4).
    """
    name = sold(engine, asked.domain)
    held: dict[str, Any] = {}
    if asked.action in OF_HELD:
        held = await engine.database.read(lambda tx: _held(tx, caller.account.nichandle, name.ascii))
    facts = held | {label: value for label, value in asked.facts.items() if value is not None}
    before = held if asked.action == "update" and held else None
    extension, contexts = _extension(engine, name), frozenset({asked.action})
    found = identity_numbers.violations(extension.rules[asked.action], extension.numbers, facts, contexts, before)
    if found:
        raise Refused(
            *(_refusal(engine, caller, violation) for violation in found),
            summary=f"{len(found)} constraint{'s' if len(found) > 1 else ''} of rules are not respected",
            notes={
                "_date": f"{now:%Y-%m-%d %H:%M:%S.%f}000 +0000 UTC",
                "_id": engine.secret_text(9),
                "_message": "Input data does not respect the rule",
            },
        )


async def _held(tx: Tx, nic: str, name: str) -> dict[str, Any]:
    """Who stands behind a name of the account's, as a rule is asked about them; nobody behind a stranger's."""
    domain = await domains.load(tx, nic, name)
    if domain is None:
        return {}
    owner = await accounts.contact(tx, nic, domain.owner_id)
    admin, tech = await accounts.load(tx, domain.admin), await accounts.load(tx, domain.tech)
    return configuration.of_people(owner, admin, tech)


def _refusal(engine: Engine, caller: Caller, violation: Violation) -> Refusal:
    """`required` is said as the contract prints it; the other operators' sentences are in the caller's language."""
    contracts_own = violation.operator == "required"
    language = IN_ENGLISH if contracts_own else engine.languages.of(caller.account.language)
    broken = Broken(violation.operator, violation.expected)
    return Refusal("rule", language.tell(violation.sentence), _wire_key(violation), broken=broken)


def _wire_key(violation: Violation) -> str:
    """The key in the contract's details: owner.legal_form and the like."""
    party = _PARTIES.get(violation.label, violation.label)
    if violation.field is None:
        return party
    member = violation.field.removeprefix("address.")
    return f"{party}.{re.sub(r'(?<!^)(?=[A-Z])', '_', member).lower()}"
