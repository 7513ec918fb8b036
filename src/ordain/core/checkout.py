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
from ordain.core.language import IN_ENGLISH, Language, Sentence
from ordain.core.money import Money, decimal_text
from ordain.core.offer import Offer
from ordain.core.refusal import Broken, Refusal, labelled, refusal
from ordain.core.servers import below

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
        found.append(refusal("forbidden", "You are not allowed: assign the cart to your account first"))
    if not cart.items:
        found.append(refusal("invalid", "Cart %(cart)s is empty", cart=cart.cart_id))
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
            yield _located(item, refusal("conflict", "This zone is in the cart already", "zone"))
        elif item.kind == "dns" and item.name:
            seen.add(item.name)


def _of_item(item: Item, situation: Situation) -> Iterator[Refusal]:
    extension = situation.catalogue.extensions.get(item.offer.extension) if item.offer else None
    if item.offer and extension is None:
        yield refusal(
            "conflict",
            ".%(extension)s names are no longer sold",
            f"{item.item_id}.domain",
            extension=item.offer.extension,
        )
        return
    if item.item_id in situation.on_offer:
        gone = no_longer(item, situation.on_offer[item.item_id])
        if gone:
            yield _located(item, gone)
    if item.item_id in situation.obstacles:
        field = "zone" if item.kind == "dns" else "domain"
        yield _located(item, refusal("conflict", Sentence(situation.obstacles[item.item_id]), field))
    for unmet in unanswered(item, situation):
        yield _located(item, unmet)


def _of_configurations(item: Item, extension: Extension | None, situation: Situation) -> Iterator[Refusal]:
    people, now = situation.people[item.item_id], situation.now
    unfit = situation.unfit.get(item.item_id, {})
    found = [*_of_labels(item, extension, people, now)]
    known_wrong = {one.field for one in found}
    found += [
        refusal("invalid", "%(label)s: %(problem)s", label, label=label, problem=Sentence(why))
        for label, why in unfit.items()
        if label not in known_wrong
    ]
    broken = {str(one.field) for one in found}
    yield from found
    if extension is None or item.offer is None:
        return
    for violation in _violations(item, item.offer, (extension, people), now):
        if violation.label not in broken:
            said = situation.language.tell(violation.sentence)
            message = f"{violation.label}: {said}" if violation.field else said
            sentence = labelled(violation.label, violation.sentence) if violation.field else violation.sentence
            broken_rule = Broken(violation.operator, violation.expected)
            yield Refusal("rule", message, violation.place, broken=broken_rule, sentence=sentence)


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
        why = Sentence(fresh.obstacle or "not sold") if fresh else Sentence("not sold")
        return refusal("conflict", "It can no longer be ordered: %(why)s", "domain", why=why)
    if fresh.pricing_mode != held.pricing_mode:
        text = "It is no longer on offer as %(pricing_mode)s but as %(pricing_mode2)s: add it anew"
        return refusal("conflict", text, "domain", pricing_mode=held.pricing_mode, pricing_mode2=fresh.pricing_mode)
    if fresh.phase != held.phase:
        text = "The sale of .%(extension)s went from %(phase)s to %(phase2)s since it was added: add it anew"
        return refusal("conflict", text, "domain", extension=held.extension, phase=held.phase, phase2=fresh.phase)
    if set(fresh.contexts) - set(held.contexts):
        text = "More is asked for it than when it was added (%(these)s): add it anew"
        return refusal("conflict", text, "domain", these=", ".join(fresh.contexts))
    return refusal("conflict", _risen(held, fresh, item.years), "domain")


PRICE_ROSE = "Its price rose from %(before)s to %(now)s %(currency)s since it was added: add it anew"
RENEWAL_ROSE = "Its renewal rose from %(before)s to %(now)s %(currency)s since it was added: add it anew"
ASKING_ROSE = "What its registry or its owner asks for it rose since it was added: add it anew"
SENTENCES = (PRICE_ROSE, RENEWAL_ROSE, ASKING_ROSE)


def _risen(held: Offer, fresh: Offer, years: int) -> Sentence:
    """What rose, from what to what: what is paid now, else what is paid each year from the second on."""
    if fresh.list_price(years) > held.list_price(years) or fresh.renew <= held.renew:
        said, old, new = PRICE_ROSE, held.list_price(years), fresh.list_price(years)
    else:
        said, old, new = RENEWAL_ROSE, held.renew, fresh.renew
    if new <= old:  # what we add to the registry's price fell meanwhile
        return Sentence(ASKING_ROSE)
    before, now = (decimal_text(Money(amount, held.currency)) for amount in (old, new))
    return Sentence(said, {"before": before, "now": now, "currency": held.currency})


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
            yield refusal(
                "invalid", "Custom field %(label)s is duplicated for product %(plan)s", label, label=label, plan=plan
            )
        elif required and not values:
            yield refusal(
                "invalid", "Custom field %(label)s is mandatory for product %(plan)s", label, label=label, plan=plan
            )
        elif values:
            yield from _of_value(label, values[0], people)
    yield from _of_servers(item)
    if (item.value("OWNER_LEGAL_AGE") or "").lower() in ("false", "0"):
        yield refusal("invalid", "OWNER_LEGAL_AGE: the owner must be old enough to own a name", "OWNER_LEGAL_AGE")


def _of_value(label: str, value: str, people: People) -> Iterator[Refusal]:
    misfit = configuration.misfit(label, value)
    if misfit:
        yield misfit
        return
    named = {"OWNER_CONTACT": people.owner, "ADMIN_ACCOUNT": people.admin, "TECH_ACCOUNT": people.tech}
    if label in named and named[label] is None:
        yield refusal("invalid", "%(label)s: %(value)s does not exist", label, label=label, value=value)


def _of_servers(item: Item) -> Iterator[Refusal]:
    """Servers below a name that is yet to be registered: its registry asks for their addresses, and a cart has none."""
    value = item.value("DNS")
    if value is None or item.offer is None or item.offer.action != "create" or configuration.misfit("DNS", value):
        return
    host = next((host for host in configuration.name_servers(value) if below(host, item.domain)), None)
    if host:
        text = (
            "%(label)s: %(host)s is below the name itself and needs an address: "
            "order the name with other servers, and change them once it is registered"
        )
        yield refusal("invalid", text, "DNS", label="DNS", host=host)


def _located(item: Item, told: Refusal) -> Refusal:
    """The refusal, said of its item: the name in the sentence, the item's id before the field."""
    name = item.shown or item.name or "DNS zone"
    sentence = labelled(name if item.shown or item.name else Sentence(name), told.sentence or told.message)
    message = f"{name}: {told.message}"
    return structs.replace(told, message=message, field=f"{item.item_id}.{told.field}", sentence=sentence)
