"""The one place where an order's lines and totals are computed. In prose: docs/pricing.md.

List price → multi-year → promotion → net → tax → gross. Tax is rounded once per item, on what its lines add up to,
so that net + tax = gross for every item and for the whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.language import Language
from ordain.core.money import Money, TaxedPrice, payable, round_to, smallest, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.cart import Item

LineKind = Literal["DURATION", "INSTALLATION", "GIFT"]


class Line(Struct, frozen=True):
    """A detail line of a summary or order: net amounts, before tax. `number` is the contract's "*001.001"."""

    item_id: int
    number: str
    kind: LineKind
    description: str
    price: Money
    quantity: int = 1


class ItemPrice(Struct, frozen=True):
    """What one cart item costs."""

    item_id: int
    price: TaxedPrice


class Quote(Struct, frozen=True):
    """A whole cart's lines, each item's price, and the total they add up to."""

    lines: tuple[Line, ...]
    items: tuple[ItemPrice, ...]
    total: TaxedPrice


class Terms(Struct, frozen=True):
    """What a quote depends on beside the items: currency, tax rate, and the language of the lines."""

    currency: str
    tax_rate: Fraction
    language: Language


def quote(items: Sequence[Item], terms: Terms) -> Quote:
    """The price of these items, in their order. Items of a cart carry the prices they were added at."""
    lines: list[Line] = []
    prices: list[ItemPrice] = []
    zones = {item.name for item in items if item.kind == "dns"}
    for position, item in enumerate(items, start=1):
        own = _lines(item, f"*{position:03}", terms, zones)
        lines += own
        prices.append(ItemPrice(item.item_id, taxed(total((line.price for line in own), terms.currency), terms)))
    whole = TaxedPrice(*(total((getattr(p.price, part) for p in prices), terms.currency) for part in _PARTS))
    return Quote(tuple(lines), tuple(prices), whole)


_PARTS = ("net", "tax", "gross")


def taxed(net: Money, terms: Terms) -> TaxedPrice:
    """Net, tax rounded half up to what the currency can pay, and gross."""
    tax = Money(round_to(net.ucents * terms.tax_rate, smallest(terms.currency)), terms.currency)
    return TaxedPrice(net, tax, net + tax)


def brings_zone(item: Item, zones: set[str]) -> bool:
    """A created domain brings a DNS zone of its own, unless the cart has one for that name already."""
    return (
        item.kind == "domain" and item.offer is not None and item.offer.action == "create" and item.domain not in zones
    )


def _lines(item: Item, number: str, terms: Terms, zones: set[str]) -> list[Line]:
    free = Money(0, terms.currency)
    say = terms.language.say
    if item.offer is None:
        described = say("%(domain)s - DNS zone", domain=item.name) if item.name else "DNS zone"
        return [
            Line(item.item_id, number, "DURATION", described, free),
            Line(item.item_id, number, "INSTALLATION", "DNS zone", free),
        ]
    lines = []
    if brings_zone(item, zones):
        described = say("%(domain)s - DNS zone", domain=item.shown)
        lines.append(Line(item.item_id, f"{number}.001", "DURATION", described, free))
        lines.append(Line(item.item_id, f"{number}.001", "INSTALLATION", "DNS zone", free))
    price = payable(Money(item.offer.list_price(item.years), terms.currency))
    described = say(
        DESCRIBED[item.offer.action], domain=item.shown, extension=item.offer.extension, months=12 * item.years
    )
    lines.append(Line(item.item_id, number, "DURATION", described, price))
    lines.append(Line(item.item_id, number, "INSTALLATION", f"Domain .{item.offer.extension}", free))
    if item.offer.gift:
        gift = payable(Money(-item.offer.discount, terms.currency))
        lines.append(Line(item.item_id, number, "GIFT", item.offer.gift.title, gift))
    return lines


# Products' names stay as they are in every language; only these sentences are translated: so it is in the
# specification's sample of a French cart ("Domain .com" beside "demande d'enregistrement").
DESCRIBED = {
    "create": "%(domain)s - .%(extension)s registration request - %(months)d months",
    "transfer": "%(domain)s - .%(extension)s transfer request - %(months)d months",
}
