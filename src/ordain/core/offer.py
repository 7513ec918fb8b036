"""Offers: what a name can be ordered as, for how much, or why not (wire-contract §4.2)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec resolves the annotation
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.catalogue import Catalogue, Phase, Prices
from ordain.core.money import Money, round_to, smallest
from ordain.core.promotions import Gift, Promotion, Purchase, best

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension, Subsidiary
    from ordain.core.names import Name
    from ordain.core.registry import Availability

Action = Literal["create", "transfer"]
"""How a name comes here."""
Deed = Action | Literal["trade"]
"""What is ordered for a name."""
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
    contexts: tuple[str, ...] = ()
    phase: Phase = "ga"
    """What the extension's sale was in when the offer was made."""
    obstacle: str | None = None
    """Why it cannot be ordered, in words; None when it can."""

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
        """The deprecated offerId: "fr-create"."""
        return f"{self.extension}-{self.action}"

    def list_price(self, years: int) -> int:
        """Net list price of this many years without the promotion: first year, then renewals, and the fee."""
        return self.first + (years - 1) * self.renew + self.fee

    @property
    def discount(self) -> int:
        """What the promotion takes off, once: it never concerns a renewal."""
        return self.gift.discount if self.gift else 0


_NO_PRICES = Prices(0, 0, None, None)
"""Of what is not sold: the offer is there to say why."""


class Market(Struct, frozen=True):
    """What offers are made from."""

    catalogue: Catalogue
    promotions: tuple[Promotion, ...]


def offers(market: Market, name: Name, answer: Availability, subsidiary: Subsidiary, now: datetime) -> list[Offer]:
    """Every way to get this name: at most one today. None before the extension's sale begins."""
    extension = market.catalogue.extensions[name.extension]
    action: Action = "create" if answer.state != "taken" else "transfer"
    try:
        prices = market.catalogue.prices(name.extension, subsidiary.currency, now)
        phase = extension.phases.at(now)
    except LookupError:
        if extension.not_sold is None:  # its sale has not begun
            return []
        prices, phase = _NO_PRICES, "ga"
    flavour, first, renew = _priced(answer, action, prices, subsidiary)
    purchase = Purchase(name.extension, action, first, subsidiary.currency)
    contexts = answer.contexts + (("premium",) if flavour == "premium" else ())
    return [
        Offer(
            domain=name.ascii,
            shown=name.unicode,
            extension=name.extension,
            action=action,
            flavour=flavour,
            years=extension.periods if action == "create" else (max(1, extension.transfer.years_added),),
            currency=subsidiary.currency,
            first=first,
            renew=renew,
            gift=best(market.promotions, purchase, now) if flavour == "default" else None,
            contexts=contexts,
            phase=phase,
            obstacle=_obstacle(extension, answer, action),
        )
    ]


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


def _priced(answer: Availability, action: Action, prices: Prices, subsidiary: Subsidiary) -> tuple[Flavour, int, int]:
    if answer.aftermarket and answer.asking:
        flavour: Flavour = "aftermarket1" if answer.aftermarket == 1 else "aftermarket2"
        return flavour, sold_for(answer.asking, subsidiary), prices.renew
    if answer.fees:
        fee = answer.fees.create if action == "create" else answer.fees.transfer
        return "premium", sold_for(fee, subsidiary), sold_for(answer.fees.renew, subsidiary)
    return "default", prices.create if action == "create" else (prices.transfer or 0), prices.renew


def sold_for(fee: Money, subsidiary: Subsidiary) -> int:
    """A registry's price in the subsidiary's currency, by the subsidiary's price ratio to the euro."""
    if fee.currency == subsidiary.currency:
        return fee.ucents
    if fee.currency != "EUR":
        message = f"no ratio from {fee.currency} to {subsidiary.currency}"
        raise ValueError(message)
    return round_to(Fraction(fee.ucents) * subsidiary.ratio, smallest(subsidiary.currency))


def _obstacle(extension: Extension, answer: Availability, action: Action) -> str | None:
    if extension.withheld:
        return extension.withheld
    if answer.state == "reserved":
        return answer.reason or "The registry reserves this name"
    if action == "transfer" and not extension.transfer.offered and not answer.aftermarket:
        return f"This name is taken, and .{extension.name} names cannot be transferred here"
    return None
