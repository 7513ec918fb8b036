"""Other values for what a registry did not like, held to the rule that the order was held to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from ordain.core import configuration, identity_numbers, rules
from ordain.core.account import Account, Contact
from ordain.core.catalogue import Extension
from ordain.core.change import NAME_SERVERS, OWNER
from ordain.core.refusal import Broken, Refusal, Refused, invalid
from ordain.core.rules import Rule
from ordain.core.task_argument import ARGUMENTS, owner_of
from ordain.flows import claims
from ordain.store import accounts, domains, orders

if TYPE_CHECKING:
    from ordain.core.delivery import Task
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


class Judged(Struct, frozen=True):
    """By what a task's arguments are judged: its extension's rule, and who is named beside the owner."""

    extension: Extension
    rule: Rule
    admin: Account | None
    tech: Account | None
    owner: Contact | None
    """Who the owner is, or was to be."""

    def facts(self, owner: Contact | None) -> dict[str, Any]:
        """What the rule is asked about these people."""
        return configuration.of_people(owner, self.admin, self.tech)


async def judged(engine: Engine, tx: Tx, task: Task) -> Judged | None:
    """By the rule for what was ordered, else for a name that is held; None for what is sold here no longer."""
    plan, action, admin, tech, owner = "", "update", task.nic, task.nic, None
    order = await orders.load(tx, task.nic, task.order_id) if task.order_id else None
    if order is not None:
        item = next(each for each in order.items if each.item_id == task.item_id)
        # Whoever buys a name from its owner is held to a new registration's rule (configuration.rule_of).
        action = "create" if "aftermarket" in item.mode else item.action or "create"
        plan, admin, tech = item.plan, item.admin or admin, item.tech or tech
        owner = owner_of(task.corrections, item.owner)
    domain = await domains.load(tx, task.nic, task.domain)
    plan = plan or (domain.extension if domain else "")
    extension = engine.market.catalogue.extensions.get(plan)
    if extension is None:
        return None
    rule = extension.rules[action]
    return Judged(extension, rule, await accounts.load(tx, admin), await accounts.load(tx, tech), owner)


class Correction(Struct, frozen=True):
    """Another value for an argument, and the network address it comes from."""

    key: str
    value: str | None
    address: str


async def kept(engine: Engine, tx: Tx, task: Task, correction: Correction) -> str:
    """A correction as it is kept: of an owner a copy. Raises Refused for what the rule does not allow."""
    key, value = correction.key, correction.value or ""
    if not value.strip():
        message = "%(key)s needs a value"
        raise invalid(message, "value", key=key)
    if key == NAME_SERVERS and (wrong := configuration.misfit("DNS", value)):
        raise Refused(structs.replace(wrong, field="value"))
    if key == claims.LABEL:
        why = await claims.accept_anew(tx, task, value, correction.address, engine.clock())
        if why:
            raise invalid(why, "value")
    owner = await _owner(tx, task, value) if key == OWNER else None
    by = await judged(engine, tx, task)
    if by is not None:
        found = _violations(engine, by, key, value, owner)
        if found:
            raise Refused(*found)
    return msgspec.json.encode(owner).decode() if owner else value


async def _owner(tx: Tx, task: Task, value: str) -> Contact:
    number = configuration.contact_id(value)
    contact = await accounts.contact(tx, task.nic, number) if number is not None else None
    if contact is None:
        text = "OWNER_CONTACT is one of your contacts, such as /me/contact/1234: got %(value)r"
        raise invalid(text, "value", value=value[:100])
    return contact


def _violations(engine: Engine, by: Judged, key: str, value: str, owner: Contact | None) -> list[Refusal]:
    """What the extension's rule finds wrong with this one value."""
    argument = ARGUMENTS.get(key)
    if argument is None or argument.label is None:
        return []
    facts = {**by.facts(owner), argument.label: value} if owner is None else by.facts(owner)
    contexts = frozenset[str](argument.contexts)
    found = identity_numbers.violations(by.rule, by.extension.numbers, facts, contexts)
    language = engine.languages.of(by.admin.language if by.admin else None)
    return [
        Refusal(
            "rule",
            language.tell(violation.sentence),
            f"value.{violation.field}" if violation.field else "value",
            broken=Broken(violation.operator, violation.expected),
            sentence=violation.sentence,
        )
        for violation in found
        if violation.label == argument.label
    ]


async def fields(engine: Engine, task: Task) -> tuple[str, ...]:
    """The members that an owner given instead has to have."""

    async def work(tx: Tx) -> tuple[str, ...]:
        by = await judged(engine, tx, task)
        return () if by is None else rules.required_fields(by.rule, OWNER, by.facts(by.owner))

    return await engine.database.read(work)
