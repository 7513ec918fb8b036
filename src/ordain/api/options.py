"""/order/cart/{cartId}/domain/options and …/dns/options: what can be had with an item (wire-contract §2.1, §4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route, not_offered
from ordain.core.money import Money
from ordain.core.refusal import invalid
from ordain.flows import carts, options

if TYPE_CHECKING:
    from ordain.core.options import Option

CART = "/order/cart/{cartId}"


class ByDomain(Struct, frozen=True):
    """Options are asked for about one name."""

    domain: str


class ByPlan(Struct, frozen=True):
    """Options are asked for about one plan of zones."""

    planCode: str


class OfDomain(Struct, frozen=True):
    """order.cart.GenericDomainOptionsCreation."""

    duration: words.Duration
    itemId: int
    planCode: str
    pricingMode: str
    quantity: int


class OfZone(Struct, frozen=True):
    """order.cart.GenericOptionCreation."""

    duration: words.Duration
    itemId: int
    planCode: str
    pricingMode: str
    quantity: int


class Definition(Struct, frozen=True, kw_only=True):
    """order.cart.GenericOptionDefinition."""

    exclusive: bool
    family: str
    mandatory: bool
    planCode: str
    prices: list[wire.ProductPricing]
    productName: str
    productType: Annotated[str, words.enum("order.cart.GenericProductTypeEnum")]


class PackItem(Struct, frozen=True):
    """order.cart.DomainPacksDescriptionItem."""

    available: bool
    domain: str


class PackDescription(Struct, frozen=True):
    """order.cart.DomainPacksDescription."""

    domains: list[PackItem]


class Pack(Struct, frozen=True):
    """order.cart.DomainPacksProductInformation."""

    description: PackDescription
    planCode: str
    prices: list[wire.ProductPricing]


def _definition(option: Option, currency: str, patterns: wire.Patterns) -> Definition:
    return Definition(
        exclusive=option.exclusive,
        family=option.family,
        mandatory=False,
        planCode=option.plan,
        prices=[wire.yearly(Money(option.prices[currency], currency), patterns)],
        productName=option.name,
        productType="domain",
    )


async def _of_domain(call: Call) -> list[Definition]:
    found, currency = await options.of_domain(call.engine, call.path["cartId"], call.maybe_caller, call.query.domain)
    return [_definition(one, currency, call.engine.price_texts) for one in found]


async def _of_zone(call: Call) -> list[Definition]:
    found, currency = await options.of_zone(call.engine, call.path["cartId"], call.maybe_caller)
    if call.query.planCode != "zone":
        message = f"planCode can only be 'zone': got {call.query.planCode!r}"
        raise invalid(message, "planCode")
    return [_definition(one, currency, call.engine.price_texts) for one in found]


async def _add(call: Call) -> wire.Item:
    return await _put(call, "domain")


async def _add_to_zone(call: Call) -> wire.Item:
    return await _put(call, "dns")


async def _put(call: Call, kind: Literal["domain", "dns"]) -> wire.Item:
    body: OfDomain | OfZone = call.body
    wanted = options.WantedOption(body.itemId, body.planCode, body.pricingMode, body.duration, body.quantity, kind)
    added = await options.add(call.engine, call.path["cartId"], call.maybe_caller, wanted, call.now)
    return wire.option_item(*added, call.path["cartId"], call.engine.price_texts)


async def _none(call: Call) -> list[object]:
    """There is none, in a cart that exists."""
    await carts.read_head(call.engine, call.path["cartId"], call.maybe_caller)
    return []


PACKS = "names are sold one by one: put each in the cart"

ROUTES = (
    Route(method="GET", path=f"{CART}/domain/options", do=_of_domain, told="What a name can be had with",
          authenticated=False, query=ByDomain, answer=list[Definition]),
    Route(method="POST", path=f"{CART}/domain/options", do=_add, told="Put an option on a name",
          authenticated=False, body=OfDomain, answer=wire.Item),
    Route(method="GET", path=f"{CART}/dns/options", do=_of_zone, told="What a DNS zone can be had with",
          authenticated=False, query=ByPlan, answer=list[Definition]),
    Route(method="POST", path=f"{CART}/dns/options", do=_add_to_zone, told="Put an option on a DNS zone",
          authenticated=False, body=OfZone, answer=wire.Item),
    Route(method="GET", path=f"{CART}/domainRestore", do=_none, told="Restorations that are ordered: none",
          authenticated=False, query=ByDomain, answer=list[wire.ProductDefinition], standing="DEPRECATED"),
    Route(method="GET", path=f"{CART}/domainPacks", do=_none, told="Packs of names: none",
          authenticated=False, query=ByDomain, answer=list[Pack], standing="DEPRECATED"),
    not_offered("POST", f"{CART}/domainPacks", PACKS, authenticated=False, standing="DEPRECATED", answer=wire.Item),
)  # fmt: skip
