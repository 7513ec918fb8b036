"""Promotions that are limited: which of them a cart makes use of, what is left of them, and what it costs without.

A use is a name, of a coupon an order. In prose: docs/pricing.md.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from ordain.core.language import Sentence
from ordain.core.money import decimal_text
from ordain.core.pricing import quote, voucher_of
from ordain.core.promotions import UNLIMITED, Limits
from ordain.core.refusal import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ordain.core.cart import Cart, Item
    from ordain.core.money import Money
    from ordain.core.pricing import Terms
    from ordain.core.promotions import Gift, Promotion

End = Literal["quantity", "customer", "first order"]
WITHOUT_END = 1_000_000_000


ENDS = (
    "is used up",
    "is only for a first order",
    "can only be used once per customer",
    "can only be used %(count)s times per customer",
)
"""Why there are no more of a promotion, after its name."""


class Allowance(Struct, frozen=True):
    """How many uses of a promotion are left to a customer, and what keeps them from more."""

    left: int
    end: End
    per_customer: int | None = None

    @property
    def said(self) -> Sentence:
        """Why there are no more, after the name of the promotion."""
        if self.end == "quantity":
            return Sentence(ENDS[0])
        if self.end == "first order":
            return Sentence(ENDS[1])
        return Sentence(ENDS[2] if self.per_customer == 1 else ENDS[3], {"count": self.per_customer})


class Past(Struct, frozen=True):
    """What was done before: uses of a promotion by all and by this customer, and whether they have ordered."""

    used: int = 0
    own: int = 0
    has_ordered: bool = False


def allowance(limits: Limits, past: Past) -> Allowance:
    """What is left of a promotion: the strictest of its limits, and of equals the one that is the customer's own."""
    found: list[Allowance] = []
    if limits.first_order and past.has_ordered:
        found.append(Allowance(0, "first order"))
    if limits.per_customer is not None:
        found.append(Allowance(max(0, limits.per_customer - past.own), "customer", limits.per_customer))
    if limits.quantity is not None:
        found.append(Allowance(max(0, limits.quantity - past.used), "quantity"))
    return min(found, key=lambda one: one.left, default=Allowance(WITHOUT_END, "quantity"))


class Use(Struct, frozen=True):
    """A limited promotion that counts in a cart: on an item, or as a coupon on the whole of it."""

    name: str
    limits: Limits
    item_id: int | None = None


def uses(cart: Cart) -> list[Use]:
    """Every use that ordering this cart would make of limited promotions."""
    found: list[Use] = []
    for item in cart.items:
        given = item.offer.gift_of(item.years) if item.offer else None
        if given and given.limits != UNLIMITED:
            found.append(Use(given.name, given.limits, item.item_id))
    return [*found, *(Use(name, limits) for name, limits in _used(cart, cart.coupons).items())]


def used_in(cart: Cart) -> Counter[str]:
    """How often the cart makes use of each limited promotion."""
    return Counter(use.name for use in uses(cart))


def limits_of(made: list[Use]) -> dict[str, Limits]:
    """The limits of what is used, by name."""
    return {use.name: use.limits for use in made}


def limits_in(cart: Cart) -> dict[str, Limits]:
    """The limits of every limited promotion that counts in the cart, or may in place of another, by name."""
    offers = [(item.offer, item.years) for item in cart.items if item.offer]
    gifts = [one for offer, years in offers for one in (offer.gift, *offer.others) if one and one.lasts(years)]
    return {**_limits(gifts), **_limits(cart.coupons)}


def _limits(promotions: Iterable[Gift | Promotion]) -> dict[str, Limits]:
    return {one.name: one.limits for one in promotions if one.limits != UNLIMITED}


def judged(cart: Cart, allowed: Mapping[str, Allowance], terms: Terms) -> tuple[list[Use], list[Refusal]]:
    """The uses that ordering the cart makes, and why it cannot have what there is nothing left of.

    Where another promotion gives as much, that one is used, and has to have something left itself. Whatever gets
    dearer is said with the old and the new price, never charged silently.
    """
    made, found = list[Use](), list[Refusal]()
    spent: Counter[str] = Counter()
    for item in cart.items:
        wished = given = item.offer.gift_of(item.years) if item.offer else None
        gone: frozenset[str] = frozenset()
        while item.offer and given and given.limits != UNLIMITED and spent[given.name] >= allowed[given.name].left:
            gone |= {given.name}
            given = item.offer.gift_of(item.years, gone)
        if given and given.limits != UNLIMITED:
            spent[given.name] += 1
            made.append(Use(given.name, given.limits, item.item_id))
        refused = _of_item(item, allowed[wished.name].said, gone, terms) if wished and gone else None
        found += [refused] if refused else []
    coupons, refusals = _coupons(cart, allowed, terms)
    return [*made, *coupons], [*found, *refusals]


def _coupons(cart: Cart, allowed: Mapping[str, Allowance], terms: Terms) -> tuple[list[Use], list[Refusal]]:
    left, gone = cart.coupons, list[str]()
    used = _used(cart, left)
    while over := [name for name in used if allowed[name].left < 1]:
        gone += over
        left = tuple(one for one in left if one.name not in over)
        used = _used(cart, left)
    refusals = (_of_coupon(cart, name, allowed[name].said, left, terms) for name in gone)
    return [Use(name, limits) for name, limits in used.items()], [one for one in refusals if one]


def _used(cart: Cart, coupons: tuple[Promotion, ...]) -> dict[str, Limits]:
    """The limited ones of these coupons that take something off, with their limits."""
    return _limits(filter(None, (voucher_of(item, coupons) for item in cart.items)))


def _of_item(item: Item, why: Sentence, gone: frozenset[str], terms: Terms) -> Refusal | None:
    """An item without the promotion it was put in with, and others there is nothing left of."""
    offer = item.offer
    given = offer.gift_of(item.years) if offer else None
    if offer is None or given is None:
        return None
    other = offer.gift_of(item.years, gone)
    without = structs.replace(item, offer=structs.replace(offer, gift=other, others=()))
    old, new = (quote([each], terms).items[0].price.net for each in (item, without))
    if new <= old:
        return None
    text = "%(shown)s: %(title)s %(why)s: it costs %(new)s instead of %(old)s before tax, add it anew"
    return refusal(
        "conflict",
        text,
        f"{item.item_id}.domain",
        shown=item.shown,
        title=given.title,
        why=why,
        new=_told(new),
        old=_told(old),
    )


def _of_coupon(cart: Cart, name: str, why: Sentence, left: tuple[Promotion, ...], terms: Terms) -> Refusal | None:
    """A cart without one of its coupons; without all there is nothing left of, where one of those stands in for it."""
    coupon = next(one for one in cart.coupons if one.name == name)
    rest = tuple(one for one in cart.coupons if one.name != name)
    old, alone, new = (
        quote(cart.items, structs.replace(terms, coupons=of)).total.gross for of in (cart.coupons, rest, left)
    )
    new = alone if alone > old else new
    if new <= old:
        return None
    text = "coupon %(code)s %(why)s: without it the cart costs %(new)s instead of %(old)s, take it out"
    return refusal("conflict", text, "coupon", code=coupon.code, why=why, new=_told(new), old=_told(old))


def _told(amount: Money) -> str:
    return f"{decimal_text(amount)} {amount.currency}"


USED_UP = "coupon %(code)s is used up"
FIRST_ONLY = "coupon %(code)s is only for a first order"
ONCE = "coupon %(code)s can only be used once per customer"
SOME_TIMES = "coupon %(code)s can only be used %(count)d times per customer"
SENTENCES = (*ENDS, USED_UP, FIRST_ONLY, ONCE, SOME_TIMES)


def coupon_refusal(coupon: Promotion, allowed: Allowance) -> Refusal | None:
    """Why a coupon is not to be put into a cart: it would be refused at checkout."""
    if allowed.left > 0:
        return None
    by_customer = ONCE if allowed.per_customer == 1 else SOME_TIMES
    why = {"quantity": USED_UP, "first order": FIRST_ONLY}.get(allowed.end, by_customer)
    return refusal("invalid", Sentence(why, {"code": coupon.code, "count": allowed.per_customer}), "coupon")
