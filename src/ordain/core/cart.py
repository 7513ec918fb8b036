"""A cart and its items: what may be done to it, and all that stands between it and an order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.language import Sentence
from ordain.core.offer import Offer
from ordain.core.options import Brings, ChosenOption
from ordain.core.promotions import MOST_COUPONS, Promotion
from ordain.core.refusal import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LIFE = timedelta(days=1)
"""How long a cart, and so its prices, holds when nothing else is asked for."""
LONGEST_LIFE = timedelta(days=30)
MOST_ITEMS = 1000
MOST_CONFIGURATIONS = 50
LONGEST_VALUE = 10_000
LONGEST_DESCRIPTION = 1_000
LONGEST_REMEMBERED = 8_192
"""Characters of all values of a cart that is kept in memory: what strangers fill carts with has its limit there."""


class Configuration(Struct, frozen=True):
    """A label and value put on an item."""

    configuration_id: int
    item_id: int
    label: str
    value: str


class Item(Struct, frozen=True, kw_only=True):
    """A domain name, or a DNS zone on its own, with the offer and so the price it was added at."""

    item_id: int
    kind: Literal["domain", "dns"]
    domain: str
    shown: str
    years: int
    offer: Offer | None = None
    configurations: tuple[Configuration, ...] = ()
    options: tuple[ChosenOption, ...] = ()
    alone: bool = False
    """The zone is there already: of this item, its options are all that is ordered."""

    @property
    def name(self) -> str:
        """The domain name it is about: a zone on its own has the one it was configured with, "" until then."""
        return self.domain if self.kind == "domain" else (self.value("zone") or "").lower()

    def has_option(self, brings: Brings) -> bool:
        """Whether one of its options brings this."""
        return any(option.brings == brings for option in self.options)

    def values(self, label: str) -> list[str]:
        """Every value put on this label: more than one is refused at checkout, not before (wire-contract §4.3)."""
        return [c.value for c in self.configurations if c.label == label]

    def value(self, label: str) -> str | None:
        """The label's value, None when it has none."""
        return next(iter(self.values(label)), None)


def length(items: Iterable[Item]) -> int:
    """Characters of all the values that the items are configured with."""
    return sum([len(one.value) for item in items for one in item.configurations])


class Cart(Struct, frozen=True, kw_only=True):
    """A cart. `nic` is the account it was assigned to, `order_id` the order it became."""

    cart_id: str
    subsidiary: str
    created: datetime
    expires: datetime
    description: str = ""
    nic: str | None = None
    order_id: int | None = None
    items: tuple[Item, ...] = ()
    coupons: tuple[Promotion, ...] = ()
    """As they were when they were put in: like prices, they hold until the cart expires."""

    @property
    def read_only(self) -> bool:
        """It became an order."""
        return self.order_id is not None


def hidden_from(cart: Cart, nic: str | None) -> bool:
    """Whether this caller may not even know of it: an assigned cart is its owner's alone (DESIGN §9)."""
    return cart.nic is not None and cart.nic != nic


def frozen(cart: Cart, now: datetime) -> list[Refusal]:
    """Why the cart can no longer be changed."""
    if cart.read_only:
        text = "Cart %(cart)s is read-only: it was checked out as order %(order)s"
        return [refusal("conflict", text, cart=cart.cart_id, order=cart.order_id)]
    if cart.expires <= now:
        return [
            refusal(
                "expired",
                "Cart %(cart)s expired on %(expires)s",
                cart=cart.cart_id,
                expires=cart.expires.isoformat(timespec="seconds"),
            )
        ]
    return []


def expiry(asked: datetime | None, created: datetime, now: datetime) -> datetime | Refusal:
    """When the cart expires: as asked, within what a price may be held for."""
    if asked is None:
        return now + LIFE
    if asked <= now:
        return Refusal("invalid", "expire must be in the future", "expire")
    if asked > created + LONGEST_LIFE:
        return refusal(
            "invalid", "expire can be at most %(days)s days after the cart's creation", "expire", days=LONGEST_LIFE.days
        )
    return asked


ONCE = ("P0D", "P0Y")
"""How clients write the duration of what lasts no time (wire-contract §3)."""
_DURATION = re.compile(r"P([1-9]\d?)Y", re.ASCII)


def years_of(duration: str, allowed: Sequence[int]) -> int | Refusal:
    """The years of a duration such as P2Y, if the extension sells that many."""
    found = _DURATION.fullmatch(duration)
    if found and int(found[1]) in allowed:
        return int(found[1])
    if duration in ONCE and 0 in allowed:
        return 0
    sold = ", ".join(duration_of(years) for years in allowed)
    return refusal(
        "invalid",
        "duration %(duration)r is not sold here: choose one of %(sold)s",
        "duration",
        duration=duration,
        sold=sold,
    )


def duration_of(years: int) -> str:
    """The contract's form: P1Y; P0D for what is done once and lasts no time."""
    return f"P{years}Y" if years else "P0D"


def room_for(held: int) -> list[Refusal]:
    """Why one more item cannot be added to a cart of so many."""
    if held >= MOST_ITEMS:
        return [refusal("invalid", "A cart holds at most %(most)s items", most=MOST_ITEMS)]
    return []


def room_for_coupon(cart: Cart) -> list[Refusal]:
    """Why a cart takes no more coupons."""
    if len(cart.coupons) >= MOST_COUPONS:
        return [refusal("invalid", "A cart holds at most %(most)s coupons", "coupon", most=MOST_COUPONS)]
    return []


def twice(domain: str) -> Refusal:
    """Why an item cannot be added that the cart has already."""
    return refusal("conflict", "%(domain)s is in this cart already", "domain", domain=domain)


def pricing_mode(asked: str | None, offer_id: str | None) -> tuple[str | None, str | None]:
    """The (action, flavour) somebody asks for, from either way in; None where they leave it open.

    Ways in (wire-contract §4.2): "create-default"; the same turned round, as the specification's examples have it;
    and the deprecated pair of "default" with an offerId "fr-create".
    """
    actions, words = {"create", "transfer"}, [word for word in (asked or "").split("-") if word]
    action = next((word for word in words if word in actions), None)
    if action:
        words.remove(action)
    flavour = "-".join(words) or None
    if action is None and offer_id:
        tail = offer_id.rpartition("-")[2]
        action = tail if tail in actions else None
    return action, flavour


def chosen(offers: Iterable[Offer], mode: str | None, offer_id: str | None, plan_code: str | None) -> Offer | Refusal:
    """The offer somebody means, the first of those they leave open; or why there is none such."""
    candidates = list(offers)
    if not candidates:
        return Refusal("conflict", "This name is not on sale yet", "domain")
    best, asked = candidates[0], pricing_mode(mode, offer_id)
    if plan_code not in (None, "", best.extension):
        text = "planCode %(plan_code)r is not this name's: it is %(extension)r"
        return refusal("invalid", text, "planCode", plan_code=plan_code, extension=best.extension)
    meant = [
        offer for offer in candidates if offer_id in (None, "", f"{offer.extension}-{offer.action}", offer.full_id)
    ]
    if not meant:
        text = "offerId %(offer_id)r is not on offer: it is %(these)s"
        return refusal(
            "invalid", text, "offerId", offer_id=offer_id, these=_either(offer.offer_id for offer in candidates)
        )
    if best.obstacle:
        return refusal(
            "conflict",
            "%(shown)s cannot be ordered: %(obstacle)s",
            "domain",
            shown=best.shown,
            obstacle=Sentence(best.obstacle),
        )
    for offer in meant:
        if asked[0] in (None, offer.action) and asked[1] in (None, offer.flavour):
            return offer
    text = "pricingMode %(mode)r is not on offer for this name: %(these)s is"
    return refusal("invalid", text, "pricingMode", mode=mode, these=_either(offer.pricing_mode for offer in meant))


def _either(words: Iterable[str]) -> str:
    return " or ".join(map(repr, words))
