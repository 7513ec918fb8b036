"""What an offer and an item cost, as people compare prices: the first year, each year after, and what is paid now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ordain.core.cart import Item
    from ordain.core.offer import Offer


class OfferPrices(Struct, frozen=True):
    """Net micro-cents. `first_year` is the price of one year, or of a transfer, with `discount` taken off `listed`.

    `total` is paid now, for `years`; `renewal` is each year after.
    """

    listed: int
    discount: int
    first_year: int
    renewal: int
    total: int
    years: int


def prices_of(offer: Offer, years: int | None = None) -> OfferPrices:
    """The prices of so many years; of the fewest there are where nothing is said."""
    lasting = offer.years[0] if years is None else years
    listed, discount = offer.first + offer.fee, offer.discount_of(lasting)
    return OfferPrices(
        listed=listed,
        discount=discount,
        first_year=listed - discount,
        renewal=offer.renew,
        total=offer.list_price(lasting) - discount,
        years=lasting,
    )


def a_further_year(item: Item) -> int:
    """What a year of an item costs once those that are paid now are over, with its options; net micro-cents."""
    own = item.offer.renew if item.offer and item.offer.action != "trade" else 0
    return own + sum(option.price for option in item.options)
