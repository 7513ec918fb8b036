"""What became of the offer an item was put in the cart at: gone, on other terms, dearer, cheaper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.checkout import no_longer
from ordain.core.money import Money, payable
from ordain.core.offer_prices import prices_of

if TYPE_CHECKING:
    from ordain.core.cart import Item
    from ordain.core.offer import Offer

Kind = Literal["gone", "terms", "rose", "dearer", "cheaper"]
"""The first three are refused at checkout; of the others the cart's price holds."""


class News(Struct, frozen=True):
    """What is new about an item since it was put in the cart: its net price then, and today."""

    kind: Kind
    old: Money
    new: Money


def news(item: Item, fresh: Offer | None) -> News | None:
    """What is to be told of an item, given what its name is on offer as now; None where all is as it was."""
    held = item.offer
    if held is None:
        return None
    old = payable(Money(prices_of(held, item.years).total, held.currency))
    refused = no_longer(item, fresh)
    if fresh is None or fresh.obstacle:
        return News("gone", old, old)
    new = payable(Money(prices_of(fresh, item.years).total, fresh.currency))
    if refused:
        same = (fresh.pricing_mode, fresh.phase) == (held.pricing_mode, held.phase)
        return News("rose" if same and set(fresh.contexts) <= set(held.contexts) else "terms", old, new)
    if new == old:
        return None
    return News("cheaper" if new < old else "dearer", old, new)
