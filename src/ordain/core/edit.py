"""What staff change of what is sold, as values: who, when, from which instant, what, what held before, and why.

An edit is never changed. One that has not begun is withdrawn by another edit; one that has is followed by another.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct, structs

from ordain.core.brand import Brand, Logo
from ordain.core.margins import Margin
from ordain.core.money import Money, decimal_text
from ordain.core.promotions import Promotion

if TYPE_CHECKING:
    from collections.abc import Iterable

Priced = Literal["create", "renew", "transfer", "restore", "trade"]
"""What a price list has a price for."""


class PriceChange(Struct, frozen=True, tag="price"):
    """What an extension costs: net micro-cents. None only tells that there was no price."""

    extension: str
    currency: str
    action: Priced
    price: int | None


class SaleChange(Struct, frozen=True, tag="sale"):
    """Whether an extension is on sale. `why` not, in words customers see."""

    extension: str
    on: bool
    why: str = ""


class PromotionChange(Struct, frozen=True, tag="promotion"):
    """A promotion as it becomes; None: there is none of this name."""

    name: str
    promotion: Promotion | None


class MarginChange(Struct, frozen=True, tag="margin"):
    """A margin that counts after those of the file; None: there is none of this name."""

    name: str
    margin: Margin | None


class BrandChange(Struct, frozen=True, tag="brand"):
    """What the shop looks like."""

    brand: Brand


class Withdrawal(Struct, frozen=True, tag="withdrawal"):
    """The edit of this number is not to begin."""

    number: int


Change = PriceChange | SaleChange | PromotionChange | MarginChange | BrandChange | Withdrawal


class Wish(Struct, frozen=True, kw_only=True):
    """What somebody wishes to edit. `begins`: at once, if it is left open; `ends`: when something else begins."""

    by: str
    """The nichandle of who wishes it."""
    change: Change
    reason: str
    begins: datetime | None = None
    ends: datetime | None = None
    seen: int | None = None
    """The number of the newest edit that was known to who wishes it; None: whatever others did meanwhile is fine."""


class Edit(Struct, frozen=True, kw_only=True):
    """An edit as it is kept. Numbers go up by one."""

    number: int
    at: datetime
    by: str
    change: Change
    before: Change | None
    """What held at the instant it begins; None: nothing."""
    begins: datetime
    ends: datetime | None
    reason: str

    @property
    def subject(self) -> str:
        """What it is about: of one subject no two edits begin together."""
        return subject(self.change)

    def holds(self, at: datetime) -> bool:
        """Whether this instant is within its time."""
        return self.begins <= at and (self.ends is None or at < self.ends)

    @property
    def about(self) -> str:
        """What its page is about."""
        return about(self.change)


def subject(change: Change) -> str:
    """What a change is about, exactly: "price com EUR create"."""
    match change:
        case PriceChange(extension, currency, action):
            return f"price {extension} {currency} {action}"
        case SaleChange(extension):
            return f"sale {extension}"
        case Withdrawal(number):
            return f"withdrawal {number}"
        case _:
            return about(change)


def about(change: Change) -> str:
    """What a change is about, as far as who looks at one of these looks at all: "extension com"."""
    match change:
        case PriceChange(extension) | SaleChange(extension):
            return f"extension {extension}"
        case PromotionChange(name):
            return f"promotion {name}"
        case MarginChange(name):
            return f"margin {name}"
        case BrandChange():
            return "brand"
        case Withdrawal(number):
            return f"withdrawal {number}"


def in_force(edits: Iterable[Edit]) -> list[Edit]:
    """Those that were not withdrawn, and no withdrawals, in the order they begin; of equals, by their subjects."""
    known = list(edits)
    gone = {edit.change.number for edit in known if isinstance(edit.change, Withdrawal)}
    counting = [edit for edit in known if edit.number not in gone and not isinstance(edit.change, Withdrawal)]
    return sorted(counting, key=lambda edit: (edit.begins, edit.subject))


def concerning(edits: Iterable[Edit], what: str) -> list[Edit]:
    """The edits about this ("extension com"), and the withdrawals of them, in the order they were made."""
    known = list(edits)
    mine = {edit.number for edit in known if edit.about == what}
    return [edit for edit in known
            if edit.number in mine or (isinstance(edit.change, Withdrawal) and edit.change.number in mine)]  # fmt: skip


VERBS = {
    PriceChange: "edit.price",
    SaleChange: "edit.sale",
    PromotionChange: "edit.promotion",
    MarginChange: "edit.margin",
    BrandChange: "edit.brand",
    Withdrawal: "edit.withdraw",
}
"""What making an edit of each is called where what staff did is written down (core/audit.py)."""


def plain(change: Change | None) -> str:
    """A change as it is written down there; of a logo its digest, for it is long."""
    match change:
        case PriceChange(_, currency, _, price):
            return "" if price is None else f"{decimal_text(Money(price, currency))} {currency}"
        case SaleChange(_, on, why):
            return "on sale" if on else f"not on sale: {why}"
        case PromotionChange(_, given) | MarginChange(_, given):
            return msgspec.json.encode(given).decode() if given else "none"
        case BrandChange(brand):
            short = brand.logo and Logo(brand.logo.kind, sha256(brand.logo.content.encode()).hexdigest())
            return msgspec.json.encode(structs.replace(brand, logo=short)).decode()
        case Withdrawal():
            return "withdrawn"
        case _:
            return ""


def scheduled(edit: Edit) -> str:
    """An edit as it is written down: from when, until when, and what."""
    until = f" until {edit.ends.isoformat()}" if edit.ends else ""
    return f"from {edit.begins.isoformat()}{until}: {plain(edit.change)}"
