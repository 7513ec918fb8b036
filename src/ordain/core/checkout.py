"""All that stands between a cart and its order, at once, item by item (DESIGN promise 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, identity_numbers
from ordain.core.cart import LONGEST_REMEMBERED, frozen, length
from ordain.core.catalogue import Catalogue
from ordain.core.configuration import People
from ordain.core.known import Known
from ordain.core.language import IN_ENGLISH, Language
from ordain.core.money import Money, decimal_text
from ordain.core.offer import Offer
from ordain.core.refusal import Broken, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.cart import Cart, Item
    from ordain.core.catalogue import Extension
    from ordain.core.rules import Violation


class Situation(Struct, frozen=True):
    """What a checkout is judged by: the goods, the people each item names, and the instant."""

    catalogue: Catalogue
    people: Mapping[int, People]
    on_offer: Mapping[int, Offer | None]
    """What domain items can be ordered as at this moment, by their ids; None for nothing at all."""
    obstacles: Mapping[int, str]
    """Why items cannot be had as things are here, in words, by their ids: zones, and changes of names held here."""
    now: datetime
    language: Language = IN_ENGLISH
    """What is wrong with people and answers is said in it."""
    unfit: Mapping[int, Mapping[str, str]] = {}
    """Why values that have the right form are of no use, in words, by items' ids and labels: notices, signed marks."""


def refusals(cart: Cart, situation: Situation) -> list[Refusal]:
    """Every reason why this cart cannot become an order; none when it can."""
    found = frozen(cart, situation.now)
    if cart.nic is None:
        found.append(Refusal("forbidden", "You are not allowed: assign the cart to your account first"))
    if not cart.items:
        found.append(Refusal("invalid", f"Cart {cart.cart_id} is empty"))
    if cart.nic is None:
        return found  # what its items need depends on the account: said now, it would be half the truth
    for item in cart.items:
        found += _of_item(item, situation)
    return [*found, *_same_zones(cart)]


def unanswered(item: Item, situation: Situation) -> list[Refusal]:
    """What an item's configuration lacks, or has wrong, by the rules; not whether the item is still to be had.

    Fields are labels with their members, without the item's id.
    """
    extension = situation.catalogue.extensions.get(item.offer.extension) if item.offer else None
    return list(_of_configurations(item, extension, situation))


def _same_zones(cart: Cart) -> Iterator[Refusal]:
    """A zone on its own gets its name by configuration, so that only now two can turn out to be the same."""
    seen: set[str] = set()
    for item in cart.items:
        if item.kind == "dns" and item.name in seen:
            yield _located(item, Refusal("conflict", "This zone is in the cart already", "zone"))
        elif item.kind == "dns" and item.name:
            seen.add(item.name)


def _of_item(item: Item, situation: Situation) -> Iterator[Refusal]:
    extension = situation.catalogue.extensions.get(item.offer.extension) if item.offer else None
    if item.offer and extension is None:
        yield Refusal("conflict", f".{item.offer.extension} names are no longer sold", f"{item.item_id}.domain")
        return
    if item.item_id in situation.on_offer:
        gone = no_longer(item, situation.on_offer[item.item_id])
        if gone:
            yield _located(item, gone)
    if item.item_id in situation.obstacles:
        field = "zone" if item.kind == "dns" else "domain"
        yield _located(item, Refusal("conflict", situation.obstacles[item.item_id], field))
    for refusal in unanswered(item, situation):
        yield _located(item, refusal)


def _of_configurations(item: Item, extension: Extension | None, situation: Situation) -> Iterator[Refusal]:
    people, now = situation.people[item.item_id], situation.now
    unfit = situation.unfit.get(item.item_id, {})
    found = [*_of_labels(item, extension, people, now)]
    known_wrong = {refusal.field for refusal in found}
    found += [Refusal("invalid", f"{label}: {why}", label) for label, why in unfit.items() if label not in known_wrong]
    broken = {str(refusal.field) for refusal in found}
    yield from found
    if extension is None or item.offer is None:
        return
    for violation in _violations(item, item.offer, (extension, people), now):
        if violation.label not in broken:
            said = situation.language.tell(violation.sentence)
            message = f"{violation.label}: {said}" if violation.field else said
            broken_rule = Broken(violation.operator, violation.expected)
            yield Refusal("rule", message, violation.place, broken=broken_rule)


_judged: Known[tuple[Violation, ...]] = Known(1000)
"""Of many names for one person only the first has to be judged, and a dry run judges for its checkout."""


def _violations(item: Item, offer: Offer, judged_by: tuple[Extension, People], now: datetime) -> tuple[Violation, ...]:
    """What of an item does not respect its extension's rule. Of the clock it depends on how old the owner is, alone."""
    extension, people = judged_by
    tree, contexts = configuration.rule_of(item, extension), frozenset(offer.contexts)
    told = tuple((each.label, each.value) for each in item.configurations)

    def judge() -> tuple[Violation, ...]:
        known = configuration.facts(item, people, extension, now)
        return tuple(identity_numbers.violations(tree, extension.numbers, known, contexts))

    if length((item,)) > LONGEST_REMEMBERED:
        return judge()
    of_age = configuration.age_is_known(extension, people, now)
    return _judged.of((extension, tree), (told, people, contexts, of_age), judge)


def no_longer(item: Item, fresh: Offer | None) -> Refusal | None:
    """Why the offer an item was added at does not hold any more.

    Our own prices are held by the cart, whatever the catalogue says meanwhile; a registry's or an owner's price for
    this very name may have risen, and is then told, never charged (DESIGN promise 4).
    """
    held = item.offer
    if held is None or (
        fresh
        and not fresh.obstacle
        and (fresh.pricing_mode, fresh.phase) == (held.pricing_mode, held.phase)
        and set(fresh.contexts) <= set(held.contexts)
        and not _rose(held, fresh)
    ):
        return None
    if fresh is None or fresh.obstacle:
        return Refusal("conflict", f"It can no longer be ordered: {fresh.obstacle if fresh else 'not sold'}", "domain")
    if fresh.pricing_mode != held.pricing_mode:
        text = f"It is no longer on offer as {held.pricing_mode} but as {fresh.pricing_mode}: add it anew"
        return Refusal("conflict", text, "domain")
    if fresh.phase != held.phase:
        text = f"The sale of .{held.extension} went from {held.phase} to {fresh.phase} since it was added: add it anew"
        return Refusal("conflict", text, "domain")
    if set(fresh.contexts) - set(held.contexts):
        text = f"More is asked for it than when it was added ({', '.join(fresh.contexts)}): add it anew"
        return Refusal("conflict", text, "domain")
    return Refusal("conflict", f"{_risen(held, fresh, item.years)} since it was added: add it anew", "domain")


def _risen(held: Offer, fresh: Offer, years: int) -> str:
    """What rose, from what to what: what is paid now, else what is paid each year from the second on."""
    if fresh.list_price(years) > held.list_price(years) or fresh.renew <= held.renew:
        what, old, new = "Its price", held.list_price(years), fresh.list_price(years)
    else:
        what, old, new = "Its renewal", held.renew, fresh.renew
    if new <= old:  # what we add to the registry's price fell meanwhile
        return "What its registry or its owner asks for it rose"
    before, now = (decimal_text(Money(amount, held.currency)) for amount in (old, new))
    return f"{what} rose from {before} to {now} {held.currency}"


def _rose(held: Offer, fresh: Offer) -> bool:
    """Whether a registry or an owner wants more. What we add to it, and our own prices, are held like all of ours."""
    pairs = [(held.asking, fresh.asking), (held.renewal_fee, fresh.renewal_fee)]
    if held.fees and fresh.fees:
        pairs += [(getattr(held.fees, of), getattr(fresh.fees, of)) for of in ("create", "renew", "transfer")]
    told = [(before, now) for before, now in pairs if before and now and before.currency == now.currency]
    if any(now > before for before, now in told):
        return True
    if _renewal_fee(held) is None and _renewal_fee(fresh) is not None and fresh.renew > held.renew:
        return True  # a standard renewal has become a premium one
    # By our own price where nothing else can be compared.
    if held.flavour == "default" or told:
        others = held.asking and fresh.asking and held.asking.currency != fresh.asking.currency
        return bool(others) and fresh.first > held.first
    return fresh.renew > held.renew or fresh.first > held.first


def _renewal_fee(offer: Offer) -> Money | None:
    """What the registry asks for a further year of this very name."""
    return offer.fees.renew if offer.fees else offer.renewal_fee


def _of_labels(item: Item, extension: Extension | None, people: People, now: datetime) -> Iterator[Refusal]:
    plan = item.offer.extension if item.offer else "zone"
    for label, required in configuration.demands(item, extension, people, now).items():
        values = item.values(label)
        if len(values) > 1:
            yield Refusal("invalid", f"Custom field {label} is duplicated for product {plan}", label)
        elif required and not values:
            yield Refusal("invalid", f"Custom field {label} is mandatory for product {plan}", label)
        elif values:
            yield from _of_value(label, values[0], people)
    if (item.value("OWNER_LEGAL_AGE") or "").lower() in ("false", "0"):
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
    return structs.replace(refusal, message=message, field=f"{item.item_id}.{refusal.field}")
