"""Offers: what a name can be ordered as, for how much, or why not (wire-contract §4.2)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec resolves the annotation
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypedDict

from msgspec import Struct, structs

from ordain.core.brand import PLAIN, Brand
from ordain.core.catalogue import Catalogue, Extension, Phase, Prices, Subsidiary
from ordain.core.costs import Wholesale
from ordain.core.known import Known
from ordain.core.margins import Margin
from ordain.core.money import Money, round_to, smallest
from ordain.core.names import Name
from ordain.core.promotions import Gift, Index, Promotion, Purchase, counting, everybodys, gifts, indexed
from ordain.core.registry import Availability, Fees
from ordain.core.schedule import Schedule, always
from ordain.core.special import NONE_SPECIAL, SpecialNames

if TYPE_CHECKING:
    from collections.abc import Mapping


Action = Literal["create", "transfer"]
"""How a name comes here."""
Deed = Action | Literal["trade", "renew", "restore"]
"""What is ordered for a name."""
KEEPS: tuple[Deed, ...] = ("renew", "restore")
"""What is ordered for a name to stay with whoever holds it."""
RESERVED = "The registry reserves this name"
UNPRICED = "The registry's price for this name is in a currency that is not known here"
SENTENCES = (RESERVED, UNPRICED)
"""Obstacles."""
Flavour = Literal["default", "premium", "aftermarket1", "aftermarket2"]


class Offer(Struct, frozen=True, kw_only=True):
    """One way to get one name. Prices are net micro-cents of `currency`; `first` is the first year or the transfer."""

    domain: str
    shown: str
    extension: str
    action: Deed
    flavour: Flavour
    years: tuple[int, ...]
    currency: str
    first: int
    renew: int
    fee: int = 0
    gift: Gift | None = None
    """The promotion of the shortest duration."""
    others: tuple[Gift, ...] = ()
    """What counts in its place for other durations, and where it is not to be had."""
    contexts: tuple[str, ...] = ()
    phase: Phase = "ga"
    """What the extension's sale was in when the offer was made."""
    obstacle: str | None = None
    """Why it cannot be ordered, in words; None when it can."""
    fees: Fees | None = None
    """The registry's own, of a premium name."""
    asking: Money | None = None
    """The owner's own price, where they sell the name."""
    renewal_fee: Money | None = None
    """The registry's own for a year of such a name, if it has one for it."""
    second: bool = False
    """There is a better offer of the same action."""

    @property
    def pricing_mode(self) -> str:
        """The contract's pricingMode, such as "transfer-aftermarket1"; an owner change has a new name's (§3)."""
        return f"{'create' if self.action == 'trade' else self.action}-{self.flavour}"

    @property
    def plan_code(self) -> str:
        """The contract's planCode: "fr", or "fr-trade" for an owner change."""
        return f"{self.extension}-trade" if self.action == "trade" else self.extension

    @property
    def offer_id(self) -> str:
        """The deprecated offerId: "fr-create"; a second offer of its action has one that says which."""
        return self.full_id if self.second else f"{self.extension}-{self.action}"

    @property
    def full_id(self) -> str:
        """The offerId that can only be this offer's: "fr-transfer-aftermarket1"."""
        return f"{self.extension}-{self.action}-{self.flavour}"

    def list_price(self, years: int) -> int:
        """Net list price of this many years without the promotion: first year, then renewals, and the fee."""
        return self.first + (years - 1) * self.renew + self.fee

    def gift_of(self, years: int, barred: frozenset[str] = frozenset()) -> Gift | None:
        """The promotion that counts for this many years, but for those that are barred by name."""
        return counting((self.gift, *self.others) if self.gift else self.others, years, barred)

    def discount_of(self, years: int) -> int:
        """What the promotion takes off, once: it never concerns a renewal."""
        counted = self.gift_of(years)
        return counted.discount if counted else 0


_NO_PRICES = Prices(0, 0, None, None)
"""Of what is not sold: the offer is there to say why."""


_gifts: Known[tuple[Gift, ...]] = Known(2000)
"""What running promotions give, by the purchase: the same for every name of an extension."""


class Market(Struct, frozen=True):
    """What offers are made from."""

    catalogue: Catalogue
    promotions: tuple[Promotion, ...]
    special: SpecialNames = NONE_SPECIAL
    costs: tuple[Wholesale, ...] = ()
    """What registries charge for ordinary names, as far as the operator says."""
    margins: Schedule[tuple[Margin, ...]] = always(())
    """What is put on top of that, where a price is made of it: the last that fits counts."""
    brand: Schedule[Brand] = always(PLAIN)
    barred: frozenset[str] = frozenset()
    """Promotions that are not to be had by whoever asks, by their names."""
    index: Index = indexed(())
    """Of the promotions, made of them here: whatever is given is replaced."""

    def __post_init__(self) -> None:
        structs.force_setattr(self, "index", indexed(self.promotions))

    def on(self, extension: str, subsidiary: str, now: datetime) -> list[Promotion]:
        """The promotions that run for an extension, but for those with a code."""
        on = self.index.of(extension)
        return [one for one in everybodys(on, subsidiary, now) if one.name not in self.barred] if on else []

    def gifts(self, purchase: Purchase, subsidiary: str, now: datetime) -> tuple[Gift, ...]:
        """What a purchase is given, best first."""
        on = self.on(purchase.extension, subsidiary, now)
        return _gifts.of(tuple(on), purchase, lambda: gifts(on, purchase)) if on else ()


class _Way(Struct, frozen=True):
    """How a name comes here, and what that costs."""

    flavour: Flavour
    first: int
    renew: int
    fees: Fees | None = None
    asking: Money | None = None
    renewal_fee: Money | None = None


class _Asked(Struct, frozen=True):
    """What offers of one name are made from."""

    market: Market
    extension: Extension
    answer: Availability
    prices: Prices
    subsidiary: Subsidiary

    @property
    def action(self) -> Action:
        """How the name comes here."""
        return "transfer" if self.answer.state == "taken" else "create"


def offers(market: Market, name: Name, answer: Availability, subsidiary: Subsidiary, now: datetime) -> list[Offer]:
    """Every way to get this name, best first; if there is none, why not. None before the extension's sale begins.

    The best is what a client gets that chooses nothing: of a taken name, what can be had without its owner's code.
    """
    extension = market.catalogue.extensions[name.extension]
    try:
        prices = market.catalogue.prices(name.extension, subsidiary.currency, now)
        phase = extension.phases.at(now)
    except LookupError:
        if extension.not_sold is None:  # its sale has not begun
            return []
        prices, phase = _NO_PRICES, "ga"
    asked = _Asked(market, extension, answer, prices, subsidiary)
    action = asked.action
    reserved = market.special.reserved(name) if action == "create" else ()
    contexts = (*answer.contexts, *(one.context for one in reserved if one.context))
    blocked = next((one.obstacle for one in reserved if one.obstacle), None)
    years = extension.periods if action == "create" else (max(1, extension.transfer.years_added),)
    found = [
        Offer(
            domain=name.ascii,
            shown=name.unicode,
            extension=name.extension,
            action=action,
            flavour=way.flavour,
            years=years,
            currency=subsidiary.currency,
            first=way.first,
            renew=way.renew,
            **_given(asked, way, years, now),
            contexts=tuple(dict.fromkeys((*contexts, *(("premium",) if way.fees else ())))),
            phase=phase,
            obstacle=_obstacle(asked, way, now) or blocked,
            fees=way.fees,
            asking=way.asking,
            renewal_fee=way.renewal_fee,
        )
        for way in (*_from_owner(asked, now), _from_registry(asked))
    ]
    # What cannot be had is only shown where nothing can.
    to_be_had = [offer for offer in found if not offer.obstacle] or found[:1]
    return [structs.replace(offer, second=place > 0) for place, offer in enumerate(to_be_had)]


class _Given(TypedDict, total=False):
    gift: Gift | None
    others: tuple[Gift, ...]


def _given(asked: _Asked, way: _Way, years: tuple[int, ...], now: datetime) -> _Given:
    """Promotions leave alone what the registry or the owner named a price for."""
    if way.flavour != "default":
        return {}
    purchase = Purchase(asked.extension.name, asked.action, way.first, asked.subsidiary.currency, years)
    found = asked.market.gifts(purchase, asked.subsidiary.code, now)
    if not found:
        return {}
    gift = counting(found, years[0])
    return {"gift": gift, "others": tuple(one for one in found if one is not gift)}


def _from_owner(asked: _Asked, now: datetime) -> list[_Way]:
    """Where the name's owner sells it, the cheapest first. No price, or one in an unknown currency, is no offer."""
    found, renew, fees = list[_Way](), _renewal(asked), asked.answer.fees
    if asked.action != "transfer" or renew is None:
        return []
    for listing in asked.answer.listings:
        price = sold_for(listing.asking, asked.subsidiary, asked.market.catalogue.subsidiaries)
        if price is not None and price > 0 and (listing.until is None or listing.until > now):
            fee = fees.renew if fees else None
            found.append(_Way(listing.platform, price, renew, asking=listing.asking, renewal_fee=fee))
    return sorted(found, key=lambda way: (way.first, way.flavour))


def _from_registry(asked: _Asked) -> _Way:
    prices, fees = asked.prices, asked.answer.fees
    if fees is None:
        return _Way("default", prices.create if asked.action == "create" else (prices.transfer or 0), prices.renew)
    first = _with_margin(asked, fees.create if asked.action == "create" else fees.transfer)
    renew = _renewal(asked)
    if first is None or renew is None:
        return _Way("premium", 0, 0, fees)
    return _Way("premium", first, renew, fees)


def _renewal(asked: _Asked) -> int | None:
    """A further year, however the name came here: premium names have the registry's. None: in no currency we know."""
    fees = asked.answer.fees
    return _with_margin(asked, fees.renew) if fees and fees.renew else asked.prices.renew


def _with_margin(asked: _Asked, fee: Money) -> int | None:
    """What we take for a registry's fee: never less than it."""
    return _marked_up(asked.market, asked.extension, asked.subsidiary, fee)


def _marked_up(market: Market, extension: Extension, subsidiary: Subsidiary, fee: Money) -> int | None:
    percent = market.special.margins.percent(extension)
    return sold_for(fee, subsidiary, market.catalogue.subsidiaries, 1 + Fraction(percent, 100))


def owner_change(market: Market, name: Name, subsidiary: Subsidiary, now: datetime) -> Offer:
    """A change of the owner of a name that is held here: done once. LookupError if the name is not sold any more."""
    prices = market.catalogue.prices(name.extension, subsidiary.currency, now)
    return Offer(
        domain=name.ascii,
        shown=name.unicode,
        extension=name.extension,
        action="trade",
        flavour="default",
        years=(0,),
        currency=subsidiary.currency,
        first=prices.trade or 0,
        renew=0,
    )


class Kept(Struct, frozen=True):
    """A name that is held here and is to be kept: for these years' choice, at its registry's own fees if it has any."""

    name: Name
    deed: Literal["renew", "restore"]
    years: tuple[int, ...]
    fees: Fees | None = None


def keeping(market: Market, kept: Kept, subsidiary: Subsidiary, now: datetime) -> Offer:
    """What further years of a name cost: `first` and `renew` are a year, `fee` its restoration out of redemption.

    LookupError if the name is not sold any more.
    """
    extension = market.catalogue.extensions[kept.name.extension]
    prices = market.catalogue.prices(extension.name, subsidiary.currency, now)
    fees, restoring = kept.fees, kept.deed == "restore"
    year: int | None = prices.renew
    restoration = prices.restore if restoring else 0
    if fees and fees.renew:
        year = _marked_up(market, extension, subsidiary, fees.renew)
    if fees and fees.restore and restoring:
        restoration = _marked_up(market, extension, subsidiary, fees.restore)
    return Offer(
        domain=kept.name.ascii,
        shown=kept.name.unicode,
        extension=extension.name,
        action=kept.deed,
        flavour="premium" if fees else "default",
        years=kept.years,
        currency=subsidiary.currency,
        first=year or 0,
        renew=year or 0,
        fee=restoration or 0,
        obstacle=_unkept(extension, year, restoration),
        fees=fees,
    )


def _unkept(extension: Extension, year: int | None, restoration: int | None) -> str | None:
    if year is None:
        return UNPRICED
    return f"Names under .{extension.name} are not restored here" if restoration is None else None


def sold_for(
    fee: Money, subsidiary: Subsidiary, others: Mapping[str, Subsidiary], times: Fraction = Fraction(1)
) -> int | None:
    """A registry's or an owner's price in the subsidiary's currency, `times` as much; None if there is no ratio.

    Price lists relate to the euro, so a price in dollars goes by way of it: by the first subsidiary that has them.
    """
    if fee.currency == subsidiary.currency:
        return round_to(fee.ucents * times, smallest(subsidiary.currency))
    ratios = (other.ratio for other in others.values() if other.currency == fee.currency)
    ratio = Fraction(1) if fee.currency == "EUR" else next(ratios, None)
    if not ratio:
        return None
    return round_to(Fraction(fee.ucents) * times / ratio * subsidiary.ratio, smallest(subsidiary.currency))


def _obstacle(asked: _Asked, way: _Way, now: datetime) -> str | None:
    extension, answer = asked.extension, asked.answer
    if closed := extension.closed(now):
        return closed
    if answer.state == "reserved":
        return answer.reason or RESERVED
    if way.asking:
        return None
    if asked.action == "transfer" and not extension.transfer.offered:
        return f"This name is taken, and .{extension.name} names cannot be transferred here"
    if way.flavour == "premium" and not way.first:
        return UNPRICED
    return None
