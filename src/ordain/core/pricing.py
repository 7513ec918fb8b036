"""The one place where an order's lines and totals are computed. In prose: docs/pricing.md.

List price → multi-year → promotion → net → tax → gross. Tax is rounded once per item, on what its lines add up to,
so that net + tax = gross for every item and for the whole.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.cart import LONGEST_REMEMBERED, length
from ordain.core.known import Known
from ordain.core.language import Language
from ordain.core.money import Money, TaxedPrice, part_of, payable, smallest, total
from ordain.core.offer import KEEPS
from ordain.core.promotions import Gift, Promotion, Purchase, gifts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.cart import Cart, Item
    from ordain.core.offer import Offer
    from ordain.core.options import Brings, ChosenOption

LineKind = Literal["DURATION", "INSTALLATION", "GIFT", "VOUCHER", "RENEW", "OTHER"]


class Line(Struct, frozen=True):
    """A detail line of a summary or order: net amounts, before tax. `number` is the contract's "*001.001"."""

    item_id: int
    number: str
    kind: LineKind
    description: str
    price: Money
    quantity: int = 1


class ItemPrice(Struct, frozen=True):
    """What one cart item costs; an option that is delivered by itself is one."""

    item_id: int
    price: TaxedPrice


class Quote(Struct, frozen=True):
    """A whole cart's lines, each item's price, and the total they add up to."""

    lines: tuple[Line, ...]
    items: tuple[ItemPrice, ...]
    total: TaxedPrice


class Terms(Struct, frozen=True):
    """What a quote depends on beside the items: currency, tax rate, the language of the lines, the cart's coupons."""

    currency: str
    tax_rate: Fraction
    language: Language
    coupons: tuple[Promotion, ...] = ()


def quote(items: Sequence[Item], terms: Terms) -> Quote:
    """The price of these items, in their order. Items of a cart carry the prices they were added at."""
    if len(items) > MOST_REMEMBERED or length(items) > LONGEST_REMEMBERED:
        return _quote(items, terms)
    things = (*items, terms.language, *terms.coupons)
    key = (terms.currency, terms.tax_rate.numerator, terms.tax_rate.denominator)
    return _quoted.of(things, key, lambda: _quote(items, terms))


MOST_REMEMBERED = 20
_quoted: Known[Quote] = Known(500)
"""Of carts of so few items, which `store/carts` gives out as the same as long as they do not change."""


def _quote(items: Sequence[Item], terms: Terms) -> Quote:
    lines: list[Line] = []
    prices: list[ItemPrice] = []
    zones = {item.name for item in items if item.kind == "dns"}
    for position, item in enumerate(items, start=1):
        own = _lines(item, f"*{position:03}", terms, zones)
        lines += own
        for item_id in dict.fromkeys(line.item_id for line in own):
            net = total((line.price for line in own if line.item_id == item_id), terms.currency)
            prices.append(ItemPrice(item_id, taxed(net, terms)))
    whole = TaxedPrice(*(total((getattr(p.price, part) for p in prices), terms.currency) for part in _PARTS))
    return Quote(tuple(lines), tuple(prices), whole)


_PARTS = ("net", "tax", "gross")


def taxed(net: Money, terms: Terms) -> TaxedPrice:
    """Net, tax rounded half up to what the currency can pay, and gross."""
    tax = Money(part_of(net.ucents, terms.tax_rate, smallest(terms.currency)), terms.currency)
    return TaxedPrice(net, tax, net + tax)


def brings_zone(item: Item, zones: set[str]) -> bool:
    """A created domain brings a DNS zone of its own, and any with the option for one; not beside one in the cart."""
    wanted = item.offer is not None and (item.offer.action == "create" or item.has_option("zone"))
    return item.kind == "domain" and wanted and item.domain not in zones


def without_zone(cart: Cart) -> dict[int, str]:
    """Why names cannot be had with the options they are to have, by their items' ids: no zone comes with them."""
    zones = {item.name for item in cart.items if item.kind == "dns"}
    return {
        item.item_id: NEEDS_ZONE
        for item in cart.items
        if item.kind == "domain" and item.has_option("anycast")
        and not brings_zone(item, zones) and item.domain not in zones
    }  # fmt: skip


NEEDS_ZONE = "DNS Anycast needs a DNS zone: put the option zone on the name, too"


def _lines(item: Item, number: str, terms: Terms, zones: set[str]) -> list[Line]:
    if item.offer is None:
        return list(_zone_and_options(item, number, terms))
    if item.offer.action in KEEPS:
        return list(_kept_lines(item, item.offer, number, terms))
    brought = brings_zone(item, zones) and not item.has_option("zone")
    lines = [
        *(_zone_lines(item, f"{number}.001", terms) if brought else ()),
        *_option_lines(item, number, terms, first=1 + brought),
    ]
    price = payable(Money(item.offer.list_price(item.years), terms.currency))
    described = terms.language.say(
        DESCRIBED[item.offer.action], domain=item.shown, extension=item.offer.extension, months=12 * item.years
    )
    lines.append(Line(item.item_id, number, "DURATION", described, price))
    lines.append(Line(item.item_id, number, "INSTALLATION", f"Domain .{item.offer.extension}", _free(terms)))
    given = item.offer.gift_of(item.years)
    if given:
        lines.append(Line(item.item_id, number, "GIFT", given.title, _off(given.discount, terms)))
    voucher = voucher_of(item, terms.coupons)
    if voucher:
        lines.append(Line(item.item_id, number, "VOUCHER", voucher.title, _off(voucher.discount, terms)))
    return lines


def _free(terms: Terms) -> Money:
    return Money(0, terms.currency)


def _off(discount: int, terms: Terms) -> Money:
    return payable(Money(-discount, terms.currency))


def _zone_lines(item: Item, number: str, terms: Terms) -> Iterator[Line]:
    """A zone that costs nothing: on its own, or brought by its domain."""
    name = item.shown or item.name
    described = terms.language.say("%(domain)s - DNS zone", domain=name) if name else "DNS zone"
    yield Line(item.item_id, number, "DURATION", described, _free(terms))
    yield Line(item.item_id, number, "INSTALLATION", "DNS zone", _free(terms))


def _kept_lines(item: Item, offer: Offer, number: str, terms: Terms) -> Iterator[Line]:
    """Further years of a name that is held, and before them what takes it out of redemption."""
    say, names = terms.language.say, {"domain": item.shown, "extension": offer.extension}
    if offer.action == "restore":
        price = payable(Money(offer.fee, terms.currency))
        yield Line(item.item_id, number, "OTHER", say(RESTORATION, **names), price)
    price = payable(Money(offer.renew * item.years, terms.currency))
    described = say(DESCRIBED["renew"], months=12 * item.years, **names)
    yield Line(item.item_id, number, "RENEW", described, price)


def _zone_and_options(item: Item, number: str, terms: Terms) -> Iterator[Line]:
    """A zone on its own; for one that is there already, what is put on it."""
    if item.alone:
        for option in item.options:
            yield from _lines_of_option(item, option, number, terms)
        return
    yield from _zone_lines(item, number, terms)
    yield from _option_lines(item, number, terms)


def _option_lines(item: Item, number: str, terms: Terms, first: int = 1) -> Iterator[Line]:
    """Options are numbered below their item, and taxed and refunded with it unless they are delivered apart."""
    for place, option in enumerate(item.options, start=first):
        yield from _lines_of_option(item, option, f"{number}.{place:03}", terms)


def _lines_of_option(item: Item, option: ChosenOption, number: str, terms: Terms) -> Iterator[Line]:
    of, price = option.item_id if option.apart else item.item_id, payable(Money(option.price, terms.currency))
    described = terms.language.say(OPTIONS[option.brings], domain=item.shown or item.name, months=12)
    yield Line(of, number, "DURATION", described, price)
    yield Line(of, number, "INSTALLATION", option.name, _free(terms))


def voucher_of(item: Item, coupons: Sequence[Promotion]) -> Gift | None:
    """What the best of a cart's coupons takes off an item's first price, of what its promotion left of it.

    The names that promotions leave alone, coupons do too: the price of a premium name is not ours to lower.
    """
    offer = item.offer
    if offer is None or offer.flavour != "default" or not coupons:
        return None
    left = payable(Money(offer.first, offer.currency)) + payable(Money(-offer.discount_of(item.years), offer.currency))
    found = gifts(coupons, Purchase(offer.extension, offer.action, left.ucents, offer.currency, (item.years,)))
    return found[0] if found else None


OPTIONS: dict[Brings, str] = {
    "zone": "%(domain)s - DNS zone",
    "anycast": "%(domain)s - DNS Anycast - %(months)d months",
}
"""What an option's line says."""

RESTORATION = "%(domain)s - .%(extension)s restoration"

# Products' names stay as they are in every language; only these sentences are translated: so it is in the
# specification's sample of a French cart ("Domain .com" beside "demande d'enregistrement").
DESCRIBED = {
    "create": "%(domain)s - .%(extension)s registration request - %(months)d months",
    "transfer": "%(domain)s - .%(extension)s transfer request - %(months)d months",
    "trade": "%(domain)s - .%(extension)s owner change request",
    "renew": "%(domain)s - .%(extension)s renewal - %(months)d months",
}
