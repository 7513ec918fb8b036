"""The registries' rules as published, and the check of somebody's data against them before any cart exists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

<<<<<<< HEAD
from ordain.core import identity_numbers, rules
from ordain.core.refusal import Refusal, Refused, invalid
from ordain.flows.carts import parsed
=======
from msgspec import Struct

from ordain.core import configuration, rules
from ordain.core.language import IN_ENGLISH
from ordain.core.refusal import Broken, Refusal, Refused
from ordain.flows.carts import sold
from ordain.store import accounts, domains
>>>>>>> main

if TYPE_CHECKING:
    from datetime import datetime

<<<<<<< HEAD
    from ordain.core.catalogue import Extension
    from ordain.core.rules import Rule
=======
    from ordain.core.account import Caller
    from ordain.core.names import Name
    from ordain.core.rules import Rule, Violation
>>>>>>> main
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
<<<<<<< HEAD
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
=======
    return rules.active(_rule(engine, sold(engine, domain), action), frozenset({action}))


def _rule(engine: Engine, name: Name, action: str) -> Rule:
    return engine.market.catalogue.extensions[name.extension].rules[action]


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
    found = rules.violations(_rule(engine, name, asked.action), facts, frozenset({asked.action}), before)
>>>>>>> main
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
