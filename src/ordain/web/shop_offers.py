"""How what a search found is told in the shop: one row for each name, with each way to have it and what that costs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import search
from ordain.core.money import UNIT, Money, TaxedPrice, payable
from ordain.core.names import read_as
from ordain.core.offer_prices import prices_of
from ordain.core.pricing import Terms, taxed

if TYPE_CHECKING:
    from fractions import Fraction

    from ordain.core.catalogue import Subsidiary
    from ordain.core.offer import Offer
    from ordain.core.search import Finding
    from ordain.web.page import Visit

STATES = {
    "available": ("Available", "good"),
    "premium": ("Premium name", "care"),
    "taken": ("Taken", "quiet"),
    "aftermarket": ("For sale by its owner", "care"),
    "reserved": ("Not to be had", "quiet"),
    "invalid": ("Not possible", "quiet"),
    "unknown": ("No answer", "quiet"),
}
"""What is said of a name that was found, and the badge it is said on."""
WAYS = {
    "create": "Add to cart",
    "transfer": "Transfer it here",
    "buy": "Buy it from its owner",
}
SENTENCES = (*(said for said, _ in STATES.values()), *WAYS.values())


class Way(Struct, frozen=True):
    """One way to have a name. Prices are net, tax and with tax; `listed` is the first year's without its promotion."""

    mode: str
    button: str
    transfer: bool
    bought: bool
    first_year: TaxedPrice
    renewal: TaxedPrice
    listed: TaxedPrice | None
    promotion: str
    ends: datetime | None
    choices: list[tuple[int, TaxedPrice]]
    """Years, and what is paid now for them."""


class Row(Struct, frozen=True):
    """One name. `rank` is its place among those that were asked for."""

    rank: int
    name: str
    ascii: str
    label: str
    extension: str
    state: str
    badge: str
    reason: str | None
    ways: list[Way]
    held: bool
    """It is in the cart."""

    @property
    def cheapest(self) -> int:
        """What the first year costs at least, net micro-cents; more than anything where it cannot be had."""
        return min((way.first_year.net.ucents for way in self.ways), default=10**9 * UNIT)


class Teller:
    """Puts what is found into rows."""

    def __init__(self, visit: Visit, subsidiary: Subsidiary, held: frozenset[str]) -> None:
        self._visit = visit
        self._held = held
        self._terms = Terms(subsidiary.currency, subsidiary.tax.at(visit.now), visit.language)

    def row(self, finding: Finding) -> Row:
        """One finding."""
        name, state = finding.asked.name, finding.state
        reason = search.why(finding, self._visit.language)
        ways = [] if reason else [self._way(offer) for offer in finding.offers if offer.obstacle is None]
        said, badge = STATES[state]
        shown = name.unicode if name else finding.asked.text
        return Row(
            rank=finding.asked.rank,
            name=shown,
            ascii=name.ascii if name and name.ascii != shown else "",
            label=name.label_unicode if name else shown,
            extension=f".{read_as(name.extension)}" if name else "",
            state=self._visit.language.say(said),
            badge=badge,
            reason=reason,
            ways=ways,
            held=name is not None and name.ascii in self._held,
        )

    def _way(self, offer: Offer) -> Way:
        prices, bought = prices_of(offer), offer.flavour.startswith("aftermarket")
        return Way(
            mode=offer.pricing_mode,
            button=self._visit.language.say(WAYS["buy" if bought else offer.action]),
            transfer=offer.action == "transfer" and not bought,
            bought=bought,
            first_year=self.price(prices.first_year),
            renewal=self.price(prices.renewal),
            listed=self.price(prices.listed) if prices.discount else None,
            promotion=offer.gift.title if offer.gift and prices.discount else "",
            ends=offer.gift.ends if offer.gift else None,
            choices=[(years, self.price(prices_of(offer, years).total)) for years in offer.years],
        )

    def price(self, ucents: int) -> TaxedPrice:
        """A net price with its tax."""
        return taxed(payable(Money(ucents, self._terms.currency)), self._terms)


def affordable(row: Row, most: Fraction | None) -> bool:
    """Whether a row may be shown to whoever pays at most so much for the first year; what has no price may."""
    return most is None or not row.ways or row.cheapest <= most * UNIT
