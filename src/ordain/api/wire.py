"""The API's own types, member for member as the contract names them, and how core values become them.

Nullable members that are not set are present as null (wire-contract §8.8); instants are texts with an offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Struct

from ordain.api import words
from ordain.core.cart import duration_of
from ordain.core.money import UNIT, Money, decimal_text
from ordain.core.options import PRICING_MODE

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core import cart as cart_core
    from ordain.core import offer as offer_core
    from ordain.core.catalogue import Contract as CatalogueContract
    from ordain.core.configuration import Requirement
    from ordain.core.options import ChosenOption
    from ordain.core.order import Order as PlacedOrder
    from ordain.core.pricing import Line, Quote
    from ordain.core.promotions import Benefit, Gift


class Price(Struct, frozen=True):
    """order.Price."""

    currencyCode: Annotated[str, words.enum("order.CurrencyCodeEnum")]
    text: str
    value: float
    priceInUcents: int | None


Patterns = Mapping[str, str]
"""How amounts are written, by currency: "{amount} €"."""


def price(amount: Money, patterns: Patterns) -> Price:
    """An amount with its text."""
    return _price(amount, patterns.get(amount.currency, f"{{amount}} {amount.currency}"))


@lru_cache(maxsize=65536)
def _price(amount: Money, pattern: str) -> Price:
    text = pattern.replace("{amount}", decimal_text(amount))
    return Price(amount.currency, text, amount.ucents / UNIT, amount.ucents)


def instant(at: datetime) -> str:
    """2020-10-18T13:44:30+00:00."""
    return at.isoformat(timespec="seconds")


def maybe_instant(at: datetime | None) -> str | None:
    """The same for an instant that may be missing."""
    return None if at is None else instant(at)


class Cart(Struct, frozen=True):
    """order.cart.Cart."""

    cartId: str
    description: str
    expire: words.Instant | None
    items: list[int]
    readOnly: bool


def cart(value: cart_core.Cart) -> Cart:
    """A cart; its items by their ids."""
    options = [option.item_id for item in value.items for option in item.options]
    items = [item.item_id for item in value.items]
    items = sorted((*items, *options)) if options else items
    return Cart(value.cart_id, value.description, instant(value.expires), items, value.read_only)


class Promotion(Struct, frozen=True):
    """order.cart.Promotion: what is taken off, and until when."""

    bundleWithPlanCodes: list[str]
    endDate: words.Instant | None
    name: str
    price: Price
    startDate: words.Instant
    tags: list[str] | None
    type: str


SINCE_EVER = "1970-01-01T00:00:00+00:00"
"""The beginning of a promotion that has none: the contract wants one."""
REDUCTIONS: Mapping[Benefit, str] = {"amount": "fixed_amount", "percent": "percentage", "first_year": "forced_amount"}
"""The contract's words for what a promotion does (order.ReductionTypeEnum)."""


def promotion(gift: Gift, currency: str, patterns: Patterns) -> Promotion:
    """A promotion as it counts on one price."""
    taken_off = price(Money(gift.discount, currency), patterns)
    begins, ends = maybe_instant(gift.begins) or SINCE_EVER, maybe_instant(gift.ends)
    return Promotion([], ends, gift.name or gift.title, taken_off, begins, None, REDUCTIONS[gift.benefit])


class LabelledPrice(Struct, frozen=True):
    """order.cart.Price."""

    label: Annotated[str, words.enum("order.cart.PriceLabelEnum")]
    price: Price
    promotions: list[Promotion] | None = None


class ConfigurationRequirements(Struct, frozen=True):
    """order.cart.ConfigurationRequirements."""

    label: str
    type: str
    required: bool
    fields: list[str] | None
    allowedValues: list[str] | None


def requirement(value: Requirement) -> ConfigurationRequirements:
    """One label an item can have; empty lists are null."""
    fields, allowed = list(value.fields) or None, list(value.allowed) or None
    return ConfigurationRequirements(value.label, value.type, value.required, fields, allowed)


class ProductInformation(Struct, frozen=True, omit_defaults=True):
    """order.cart.ProductInformation. `reason` is ours, and only there when `orderable` is false."""

    action: Annotated[str, words.enum("order.cart.DomainActionEnum")]
    configurations: list[ConfigurationRequirements]
    deliveryTime: str
    duration: list[words.Duration]
    offer: str | None
    offerId: str | None
    orderable: bool
    phase: str
    prices: list[LabelledPrice] | None
    pricingMode: str
    productId: str
    quantityMax: int
    reason: str | None = None


OFFER = "gold"
"""The one level of service there is (domain.OfferEnum)."""


def product_information(value: offer_core.Offer, patterns: Patterns) -> ProductInformation:
    """An offer. Its prices are those of the first duration."""
    return ProductInformation(
        action=value.action,
        configurations=[],
        deliveryTime="",
        duration=[duration_of(years) for years in value.years],
        offer=OFFER,
        offerId=value.offer_id,
        orderable=value.obstacle is None,
        phase=value.phase,
        prices=_prices(value, value.years[0], patterns, ("PRICE", "RENEW", "DISCOUNT", "FEE", "TOTAL")),
        pricingMode=value.pricing_mode,
        productId="domain",
        quantityMax=1,
        reason=value.obstacle,
    )


def _prices(value: offer_core.Offer, years: int, patterns: Patterns, labels: tuple[str, ...]) -> list[LabelledPrice]:
    listed, gift = value.list_price(years), value.gift_of(years)
    discount = gift.discount if gift else 0
    promotions = {"DISCOUNT": [promotion(gift, value.currency, patterns)]} if gift else {}
    amounts = {
        "PRICE": listed - value.fee,
        "RENEW": value.renew,
        "DISCOUNT": discount,
        "FEE": value.fee,
        "TOTAL": listed - discount,
    }
    return [
        LabelledPrice(label, price(Money(amounts[label], value.currency), patterns), promotions.get(label))
        for label in labels
    ]


class ProductPricing(Struct, frozen=True, kw_only=True):
    """order.cart.GenericProductPricing."""

    capacities: list[Annotated[str, words.enum("order.cart.GenericProductPricingCapacitiesEnum")]]
    description: str
    duration: words.Duration
    interval: int
    maximumQuantity: int | None
    maximumRepeat: int | None
    minimumQuantity: int
    minimumRepeat: int
    price: Price
    priceInUcents: int
    pricingMode: str
    pricingType: Annotated[str, words.enum("order.cart.GenericProductPricingTypeEnum")]


class ProductDefinition(Struct, frozen=True):
    """order.cart.GenericProductDefinition."""

    planCode: str
    prices: list[ProductPricing]
    productName: str
    productType: Annotated[str, words.enum("order.cart.GenericProductTypeEnum")]


def yearly(amount: Money, patterns: Patterns) -> ProductPricing:
    """What something sold by the year costs, at first and at each renewal."""
    return ProductPricing(
        capacities=["installation", "renew"],
        description="rental for 12 month(s)",
        duration="P1Y",
        interval=12,
        maximumQuantity=1,
        maximumRepeat=None,
        minimumQuantity=1,
        minimumRepeat=1,
        price=price(amount, patterns),
        priceInUcents=amount.ucents,
        pricingMode="default",
        pricingType="rental",
    )


class ItemSettings(Struct, frozen=True):
    """order.cart.ItemSettings."""

    catalogName: str
    domain: str
    planCode: str | None
    pricingMode: str | None
    quantity: int | None


class Item(Struct, frozen=True):
    """order.cart.Item."""

    cartId: str
    configurations: list[int] | None
    duration: words.Duration | None
    itemId: int
    offerId: str | None
    options: list[int]
    parentItemId: int | None
    prices: list[LabelledPrice]
    productId: str
    settings: ItemSettings


def option_item(of: cart_core.Item, value: ChosenOption, cart_id: str, patterns: Patterns) -> Item:
    """An option, as an item of its own that points at the item it belongs to."""
    amount = price(Money(value.price, value.currency), patterns)
    return Item(
        cartId=cart_id,
        configurations=[],
        duration="P1Y",
        itemId=value.item_id,
        offerId=None,
        options=[],
        parentItemId=of.item_id,
        prices=[LabelledPrice(label, amount) for label in ("TOTAL", "RENEW", "PRICE")],
        productId="domain",
        settings=ItemSettings(
            catalogName="dom-public",
            domain=of.name,
            planCode=value.plan,
            pricingMode=PRICING_MODE,
            quantity=1,
        ),
    )


def item(value: cart_core.Item, cart_id: str, patterns: Patterns, currency: str) -> Item:
    """A cart's item."""
    offer = value.offer
    free = price(Money(0, currency), patterns)
    labels = ("TOTAL", "FEE", "RENEW", "PRICE", *(("DISCOUNT",) if offer and offer.discount_of(value.years) else ()))
    return Item(
        cartId=cart_id,
        configurations=[c.configuration_id for c in value.configurations],
        duration=duration_of(value.years),
        itemId=value.item_id,
        offerId=None,
        options=[option.item_id for option in value.options],
        parentItemId=None,
        prices=_prices(offer, value.years, patterns, labels) if offer else [LabelledPrice("TOTAL", free)],
        productId="domain" if offer else "dns",
        settings=ItemSettings(
            catalogName="dom-public" if offer else "dns-public",
            domain=value.name,
            planCode=offer.plan_code if offer else "zone",
            pricingMode=offer.pricing_mode if offer else "default",
            quantity=1,
        ),
    )


class ConfigurationItem(Struct, frozen=True):
    """order.cart.ConfigurationItem."""

    id: int
    label: str
    value: str


class Contract(Struct, frozen=True):
    """order.Contract."""

    content: words.LongText
    name: str
    url: str


def contract(value: CatalogueContract, code: str, public_url: str) -> Contract:
    """A contract in this language, else in English."""
    said = value.language(code)
    url = f"{public_url}/contracts/{value.id}/{value.version}?language={said}"
    return Contract(value.text[said], value.name[said], url)


class OrderDetail(Struct, frozen=True):
    """order.OrderDetail."""

    cartItemID: int | None
    description: str
    detailType: Annotated[str, words.enum("order.OrderDetailTypeEnum")] | None
    domain: str
    originalTotalPrice: Price
    quantity: int
    reductionTotalPrice: Price
    reductions: list[Any]
    totalPrice: Price
    unitPrice: Price


class OrderPrices(Struct, frozen=True):
    """order.OrderPrices."""

    originalWithoutTax: Price | None
    reduction: Price | None
    tax: Price
    withTax: Price
    withoutTax: Price


class Order(Struct, frozen=True):
    """order.Order: a cart's summary, a dry run, or a placed order."""

    contracts: list[Contract]
    details: list[OrderDetail]
    orderId: int | None
    prices: OrderPrices
    url: str | None


def order_detail(line: Line, patterns: Patterns) -> OrderDetail:
    """A detail line. cartItemID is null, as in the specification's sample; `domain` tells the item apart."""
    amount, none = price(line.price, patterns), price(Money(0, line.price.currency), patterns)
    return OrderDetail(None, line.description, line.kind, line.number, amount, line.quantity, none, [], amount, amount)


def order(
    quoted: Quote, patterns: Patterns, contracts: list[Contract], order_id: int | None = None, url: str | None = None
) -> Order:
    """A quote as the contract shows it. Promotions and coupons are lines of their own, so nothing is a reduction."""
    total = quoted.total
    return Order(
        contracts=contracts,
        details=[order_detail(line, patterns) for line in quoted.lines],
        orderId=order_id,
        prices=OrderPrices(
            originalWithoutTax=price(total.net, patterns),
            reduction=price(Money(0, total.net.currency), patterns),
            tax=price(total.tax, patterns),
            withTax=price(total.gross, patterns),
            withoutTax=price(total.net, patterns),
        ),
        url=url,
    )


def order_url(public_url: str, placed: PlacedOrder) -> str:
    """The page of an order, for whoever has this link."""
    return f"{public_url}/order/{placed.order_id}?orderPassword={placed.password}"
