"""All that stands between a cart and its order, at once, item by item (DESIGN promise 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import configuration, rules
from ordain.core.cart import frozen
from ordain.core.catalogue import Catalogue
from ordain.core.configuration import People
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.cart import Cart, Item
    from ordain.core.catalogue import Extension


class Situation(Struct, frozen=True):
    """What a checkout is judged by: the goods, the people each item names, and the instant."""

    catalogue: Catalogue
    people: Mapping[int, People]
    now: datetime


def refusals(cart: Cart, situation: Situation) -> list[Refusal]:
    """Every reason why this cart cannot become an order; none when it can."""
    found = frozen(cart, situation.now)
    if cart.nic is None:
        found.append(Refusal("forbidden", "You are not allowed: assign the cart to your account first"))
    if not cart.items:
        found.append(Refusal("invalid", f"Cart {cart.cart_id} is empty"))
    for item in cart.items:
        found += _of_item(item, situation)
    return found


def _of_item(item: Item, situation: Situation) -> Iterator[Refusal]:
    extension = situation.catalogue.extensions.get(item.offer.extension) if item.offer else None
    if item.offer and extension is None:
        yield Refusal("conflict", f".{item.offer.extension} names are no longer sold", f"{item.item_id}.domain")
        return
    people = situation.people[item.item_id]
    broken: set[str] = set()
    for refusal in _of_labels(item, extension, people, situation.now):
        broken.add(str(refusal.field))
        yield _located(item, refusal)
    if extension is None or item.offer is None:
        return
    known = configuration.facts(item, people, extension, situation.now)
    for violation in rules.violations(configuration.rule_of(item, extension), known, frozenset(item.offer.contexts)):
        if violation.label not in broken:
            field = f"{violation.label}.{violation.field}" if violation.field else violation.label
            yield _located(item, Refusal("rule", violation.message, field))


def _of_labels(item: Item, extension: Extension | None, people: People, now: datetime) -> Iterator[Refusal]:
    plan = item.offer.extension if item.offer else "zone"
    for requirement in configuration.requirements(item, extension, people, now):
        label, values = requirement.label, item.values(requirement.label)
        if len(values) > 1:
            yield Refusal("invalid", f"Custom field {label} is duplicated for product {plan}", label)
        elif requirement.required and not values:
            yield Refusal("invalid", f"Custom field {label} is mandatory for product {plan}", label)
        elif values:
            yield from _of_value(label, values[0], people)
    if item.value("OWNER_LEGAL_AGE") in ("false", "0", "False"):
        yield Refusal("invalid", "OWNER_LEGAL_AGE: the owner must be old enough to own a name", "OWNER_LEGAL_AGE")


def _of_value(label: str, value: str, people: People) -> Iterator[Refusal]:
    misfit = configuration.misfit(label, value)
    if misfit:
        yield misfit
        return
    named = {"OWNER_CONTACT": people.owner, "ADMIN_ACCOUNT": people.admin, "TECH_ACCOUNT": people.tech}
    if label in named and named[label] is None:
        yield Refusal("invalid", f"{label}: {value} does not exist", label)


def _located(item: Item, refusal: Refusal) -> Refusal:
    """The refusal, said of its item: the name in the sentence, the item's id before the field."""
    message = f"{item.shown or item.name or 'DNS zone'}: {refusal.message}"
    return Refusal(refusal.kind, message, f"{item.item_id}.{refusal.field}", refusal.code)
