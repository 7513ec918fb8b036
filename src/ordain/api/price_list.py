"""/order/catalog: all that is sold, with its prices, as one document (wire-contract §3, Public catalogue)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core import configuration, rules
from ordain.core.catalogue import Subsidiary
from ordain.core.money import round_to
from ordain.core.offer import Market
from ordain.core.options import PRICING_MODE
from ordain.core.price_list import Figure, figures, next_change
from ordain.flows import deals
from ordain.flows.carts import subsidiary_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ordain.core.catalogue import Extension
    from ordain.core.options import Option
    from ordain.core.promotions import Promotion as CorePromotion

PricingType = Annotated[str, words.enum("order.cart.GenericProductPricingTypeEnum")]
PUBLIC = "order.catalog.public"
Blob = Annotated[str, words.named(f"{PUBLIC}.ProductBlob")]
"""What a shop would show of a product. Never anything but null, as are the other members of such types."""
Capacity = Annotated[str, words.enum("order.cart.GenericProductPricingCapacitiesEnum")]


class BySubsidiary(Struct, frozen=True):
    """Whose catalogue."""

    ovhSubsidiary: words.Subsidiary


class AddonFamily(Struct, frozen=True, kw_only=True):
    """order.catalog.public.AddonFamily."""

    addons: list[str] | None
    default: str | None = None
    exclusive: bool | None = True
    mandatory: bool | None = False
    name: str


class Configuration(Struct, frozen=True, kw_only=True):
    """order.catalog.public.Configuration."""

    isCustom: bool = True
    isMandatory: bool
    name: str
    values: list[str] | None


class Amount(Struct, frozen=True):
    """order.catalog.public.PromotionDiscountTotal."""

    tax: int
    value: int


class Promotion(Struct, frozen=True, kw_only=True):
    """order.catalog.public.Promotion."""

    context: str | None
    description: str
    discount: Amount
    duration: int | None = None
    endDate: words.Instant | None
    globalQuantity: int | None = None
    """In all, used or not."""
    isGlobalQuantityLimited: bool = False
    minimumDuration: int | None = None
    """In months."""
    name: str
    quantity: int | None = None
    """Of one customer."""
    startDate: words.Instant
    total: Amount
    type: Annotated[str, words.enum("order.ReductionTypeEnum")]
    value: int


class MinMax(Struct, frozen=True):
    """order.catalog.public.PricingMinMax."""

    max: int | None
    min: int = 1


class Pricing(Struct, frozen=True, kw_only=True):
    """order.catalog.public.Pricing."""

    capacities: list[Capacity]
    commitment: int = 0
    description: str
    engagementConfiguration: Annotated[str, words.named(f"{PUBLIC}.EngagementConfiguration")] | None = None
    interval: int
    intervalUnit: Annotated[str, words.enum("order.cart.DurationUnitEnum")]
    mode: str
    mustBeCompleted: bool = False
    phase: int
    price: int
    promotions: list[Promotion] | None
    quantity: MinMax
    repeat: MinMax
    strategy: Annotated[str, words.enum("order.cart.GenericProductPricingStrategyEnum")] = "tiered"
    tax: int
    type: PricingType = "rental"


class Plan(Struct, frozen=True, kw_only=True):
    """order.catalog.public.Plan."""

    addonFamilies: list[AddonFamily]
    blobs: Blob | None = None
    configurations: list[Configuration]
    consumptionConfiguration: Annotated[str, words.named(f"{PUBLIC}.ConsumptionConfiguration")] | None = None
    family: str | None
    invoiceName: str
    planCode: str
    pricingType: PricingType = "rental"
    pricings: list[Pricing]
    product: str


class Product(Struct, frozen=True):
    """order.catalog.public.Product."""

    blobs: Blob | None
    configurations: list[Configuration] | None
    description: str
    name: str


class Locale(Struct, frozen=True):
    """order.catalog.public.Locale."""

    currencyCode: Annotated[str, words.enum("order.CurrencyCodeEnum")]
    subsidiary: words.Subsidiary
    taxRate: float


class PlanFamily(Struct, frozen=True):
    """order.catalog.public.PlanFamily."""

    name: str


class Catalog(Struct, frozen=True, kw_only=True):
    """order.catalog.public.Catalog."""

    addons: list[Plan]
    catalogId: int
    locale: Locale
    planFamilies: list[PlanFamily]
    plans: list[Plan]
    products: list[Product]


TRADE = "trade"


class Pricer(Struct, frozen=True):
    """What a subsidiary's catalogue is made with."""

    market: Market
    subsidiary: Subsidiary
    now: datetime

    def tax(self, net: int) -> int:
        """The tax on a published price: exact, as the real catalogues have it; carts round to what can be paid."""
        return round_to(net * self.subsidiary.tax.at(self.now), 1)

    def pricing(self, figure: Figure) -> Pricing:
        """A price as published: a year at a time, or once."""
        first = figure.phase == 0
        return Pricing(
            capacities=["installation"] if figure.once else ["installation", "renew"] if first else ["renew"],
            description="rental (only applicable for 1 time)" if figure.once else "rental for 12 month(s)",
            interval=0 if figure.once else 12,
            intervalUnit="none" if figure.once else "month",
            mode=figure.mode,
            phase=figure.phase,
            price=figure.price,
            promotions=[self.promotion(figure.price, one) for one in (figure.promotion, *figure.others) if one],
            quantity=MinMax(1),
            repeat=MinMax(1 if first or figure.once else None),
            tax=self.tax(figure.price),
            type="purchase" if figure.once else "rental",
        )

    def promotion(self, price: int, promotion: CorePromotion) -> Promotion:
        """A promotion that a cart may be given, with what it takes off and what it leaves."""
        currency = self.subsidiary.currency
        off = promotion.discount(price, currency)
        values = {"percent": promotion.percent, "amount": off, "first_year": price - off}
        shortest = max(promotion.minimum_years, min(promotion.periods, default=0))
        return Promotion(
            context="promotion",
            description=promotion.title,
            discount=Amount(self.tax(off), off),
            endDate=wire.maybe_instant(promotion.ends),
            globalQuantity=promotion.quantity,
            isGlobalQuantityLimited=promotion.quantity is not None,
            minimumDuration=12 * shortest or None,
            name=promotion.name,
            quantity=promotion.per_customer,
            startDate=wire.maybe_instant(promotion.begins) or wire.SINCE_EVER,
            total=Amount(self.tax(price - off), price - off),
            type=wire.REDUCTIONS[promotion.benefit],
            value=values[promotion.benefit],
        )

    def plans(self) -> Iterator[Plan]:
        """A plan for every extension that is sold now."""
        families = _families(self.market.catalogue.options.values())
        # Most extensions share one rule, and its labels are read off it once.
        read: dict[int, list[Configuration]] = {}
        for name, extension in sorted(self.market.catalogue.extensions.items()):
            priced = figures(self.market, extension, self.subsidiary, self.now)
            if priced and not extension.closed(self.now):
                if id(extension.rules) not in read:
                    read[id(extension.rules)] = list(_configurations(extension))
                yield Plan(
                    addonFamilies=[*families, AddonFamily(addons=[f"{name}-{TRADE}"], name=TRADE)],
                    configurations=read[id(extension.rules)],
                    family=None,
                    invoiceName=f"Domain .{name}",
                    planCode=name,
                    pricings=[self.pricing(figure) for figure in priced],
                    product=name,
                )

    def addons(self, plans: list[Plan]) -> Iterator[Plan]:
        """The options of names, and the change of owner of each extension that is sold."""
        for option in self.market.catalogue.options.values():
            price = option.prices[self.subsidiary.currency]
            first = Figure(mode=PRICING_MODE, phase=0, price=price)
            again = Figure(mode=PRICING_MODE, phase=1, price=price)
            yield self._addon(option.plan, option.family, option.name, [first, again])
        for plan in plans:
            price = self.market.catalogue.prices(plan.planCode, self.subsidiary.currency, self.now).trade or 0
            traded = Figure(mode="create-default", phase=0, price=price, once=True)
            yield self._addon(f"{plan.planCode}-{TRADE}", TRADE, f"Owner change .{plan.planCode}", [traded])

    def _addon(self, code: str, family: str, name: str, priced: list[Figure]) -> Plan:
        pricings = [self.pricing(figure) for figure in priced]
        return Plan(addonFamilies=[], configurations=[], family=family, invoiceName=name, planCode=code,
                    pricings=pricings, product=code)  # fmt: skip


def _families(options: Collection[Option]) -> list[AddonFamily]:
    """The families of options, each with what is in it."""
    return [
        AddonFamily(addons=[each.plan for each in options if each.family == name], exclusive=exclusive, name=name)
        for name, exclusive in {option.family: option.exclusive for option in options}.items()
    ]


def _configurations(extension: Extension) -> Iterator[Configuration]:
    """What a name can be configured with, whichever way it is ordered."""
    trees = [extension.rules[action] for action in ("create", "transfer")]
    labels = dict.fromkeys((*configuration.ALWAYS, *(label for tree in trees for label in rules.labels(tree))))
    for label in labels:
        needed = label not in configuration.ALWAYS and rules.is_required(trees[0], label)
        allowed = list(rules.allowed_values(trees[0], label))
        yield Configuration(isMandatory=needed, name=label, values=allowed or None)


def catalog(pricer: Pricer) -> Catalog:
    """The whole catalogue of a subsidiary."""
    subsidiary = pricer.subsidiary
    plans = list(pricer.plans())
    addons = list(pricer.addons(plans))
    sold = [*plans, *addons]
    return Catalog(
        addons=addons,
        # Another number whenever a byte of the catalogue's files, or what staff edited, is another.
        catalogId=int(pricer.market.catalogue.version[:12], 16),
        locale=Locale(subsidiary.currency, subsidiary.code, float(subsidiary.tax.at(pricer.now) * 100)),
        planFamilies=[PlanFamily(name) for name in sorted({plan.family for plan in addons if plan.family})],
        plans=plans,
        products=[Product(None, None, plan.invoiceName, plan.product) for plan in sold],
    )


async def _read(call: Call) -> msgspec.Raw:
    """The catalogue, put into words once and sent as it is until a price of it changes."""
    code, kept = call.query.ovhSubsidiary, call.engine.price_lists
    subsidiary, market = subsidiary_of(call.engine, code), await deals.market_for(call.engine, None)
    key = (code, market.barred, market.catalogue.version)
    encoded = kept.get(key, call.now)
    if encoded is None:
        encoded = msgspec.json.encode(catalog(Pricer(market, subsidiary, call.now)))
        kept.put(key, encoded, call.now, next_change(market, subsidiary, call.now))
    return msgspec.Raw(encoded)


async def _formatted(_: Call) -> list[str]:
    """There is none in the old form."""
    return []


ROUTES = (
    Route(method="GET", path="/order/catalog/public/domain", do=_read, told="All that is sold, with its prices",
          authenticated=False, query=BySubsidiary, answer=Catalog),
    Route(method="GET", path="/order/catalog/formatted", do=_formatted, told="Catalogues in the old form: none",
          authenticated=False, answer=list[str], standing="DEPRECATED"),
)  # fmt: skip
