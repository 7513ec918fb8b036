"""/order/cart: carts, offers, items, configurations, summary and checkout (wire-contract §2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.api import wire, words
from ordain.api.reading import utc
from ordain.api.routing import Call, Route
from ordain.api.tags import Tagged
from ordain.core import entity_tag
from ordain.core.cart import Configuration, Item
from ordain.core.money import Money
from ordain.flows import carts, checkout, items

if TYPE_CHECKING:
    from ordain.core.cart import Cart
    from ordain.core.catalogue import Contract, Subsidiary
    from ordain.core.options import ChosenOption
    from ordain.flows.taxation import Sale

CART, ITEM_PATH = "/order/cart/{cartId}", "/order/cart/{cartId}/item/{itemId}"


class Creation(Struct, frozen=True):
    """order.cart.Creation."""

    ovhSubsidiary: words.Subsidiary
    description: str | None = ""
    expire: datetime | None = None


class Update(Struct, frozen=True):
    """order.cart.Update."""

    description: str | None = None
    expire: datetime | None = None


class ByDescription(Struct, frozen=True):
    """Exact filter of GET /order/cart."""

    description: str | None = None


class ByDomain(Struct, frozen=True):
    """GET …/domain asks about one name."""

    domain: str


class ByLabel(Struct, frozen=True):
    """Filter of GET …/configuration."""

    label: str | None = None


class DomainCreation(Struct, frozen=True):
    """order.cart.GenericDomainCreation."""

    domain: str
    duration: words.Duration | None = None
    offerId: words.Text | None = None
    planCode: words.Text | None = None
    pricingMode: words.Text | None = None
    quantity: int | None = None


class ZoneCreation(Struct, frozen=True):
    """order.cart.GenericProductCreation, as /order/cart/{cartId}/dns takes it."""

    duration: words.Duration
    planCode: words.Text
    pricingMode: words.Text
    quantity: int


class ItemUpdate(Struct, frozen=True):
    """order.cart.ItemUpdate."""

    duration: words.Duration | None = None
    quantity: int | None = None


class ConfigurationCreation(Struct, frozen=True):
    """order.cart.ItemConfigurationCreation; clients send booleans and numbers too (wire-contract §4.3)."""

    label: words.Text
    value: str | bool | int | float


class Checkout(Struct, frozen=True):
    """order.cart.Checkout."""

    autoPayWithPreferredPaymentMethod: bool | None = False
    waiveRetractationPeriod: bool | None = False


async def _subsidiary(call: Call) -> Subsidiary:
    cart = await carts.read_head(call.engine, call.path["cartId"], call.maybe_caller)
    return carts.subsidiary_of(call.engine, cart.subsidiary)


async def _list_carts(call: Call) -> list[str]:
    return await carts.of_caller(call.engine, call.caller, call.query.description)


async def _create_cart(call: Call) -> Tagged:
    body: Creation = call.body
    made = await carts.create(call.engine, body.ovhSubsidiary, body.description or "", utc(body.expire), call.now)
    return _tagged(made)


def _tagged(cart: Cart) -> Tagged:
    return Tagged(wire.cart(cart), entity_tag.of_cart(cart))


async def _read_cart(call: Call) -> Tagged:
    return _tagged(await carts.read(call.engine, call.path["cartId"], call.maybe_caller))


async def _update_cart(call: Call) -> Tagged:
    changes = (call.body.description, utc(call.body.expire))
    return _tagged(await carts.update(call.engine, call.path["cartId"], call.maybe_caller, changes, call.now))


async def _delete_cart(call: Call) -> None:
    await carts.delete(call.engine, call.path["cartId"], call.caller, call.now)


async def _assign_cart(call: Call) -> None:
    await carts.assign(call.engine, call.path["cartId"], call.caller, call.now)


async def _domain_offers(call: Call) -> list[wire.ProductInformation]:
    found = await carts.offers_for(call.engine, call.path["cartId"], call.maybe_caller, call.query.domain, call.now)
    return [wire.product_information(o, call.engine.price_texts) for o in found]


async def _add_domain(call: Call) -> wire.Item:
    body: DomainCreation = call.body
    wanted = carts.Wanted(
        domain=body.domain,
        duration=body.duration,
        offer_id=body.offerId,
        plan_code=body.planCode,
        pricing_mode=body.pricingMode,
        quantity=1 if body.quantity is None else body.quantity,
    )
    added = await carts.add_domain(call.engine, call.path["cartId"], call.maybe_caller, wanted, call.now)
    return await _item(call, added)


async def _zone_plans(call: Call) -> list[wire.ProductDefinition]:
    return [_zone_plan((await _subsidiary(call)).currency, call.engine.price_texts)]


async def _add_zone(call: Call) -> wire.Item:
    body: ZoneCreation = call.body
    wanted = carts.WantedZone(body.planCode, body.pricingMode, body.duration, body.quantity)
    return await _item(
        call, await carts.add_zone(call.engine, call.path["cartId"], call.maybe_caller, wanted, call.now)
    )


async def _item(call: Call, value: Item | tuple[Item, ChosenOption]) -> wire.Item:
    if not isinstance(value, Item):
        return wire.option_item(*value, call.path["cartId"], call.engine.price_texts)
    currency = value.offer.currency if value.offer else (await _subsidiary(call)).currency
    return wire.item(value, call.path["cartId"], call.engine.price_texts, currency)


async def _list_items(call: Call) -> list[int]:
    return wire.cart(await carts.read(call.engine, call.path["cartId"], call.maybe_caller)).items


async def _read_item(call: Call) -> wire.Item:
    found = await items.any_item(call.engine, call.path["cartId"], call.maybe_caller, call.path["itemId"])
    return await _item(call, found)


async def _update_item(call: Call) -> wire.Item:
    change = items.Change(call.path["itemId"], call.body.duration, call.body.quantity)
    return await _item(call, await items.update(call.engine, call.path["cartId"], call.maybe_caller, change, call.now))


async def _delete_item(call: Call) -> None:
    await items.delete(call.engine, call.path["cartId"], call.maybe_caller, call.path["itemId"], call.now)


async def _required_configuration(call: Call) -> list[wire.ConfigurationRequirements]:
    found = await items.requirements(call.engine, call.path["cartId"], call.maybe_caller, call.path["itemId"], call.now)
    return [wire.requirement(one) for one in found]


async def _list_configurations(call: Call) -> list[int]:
    found = await items.item(call.engine, call.path["cartId"], call.maybe_caller, call.path["itemId"])
    return [c.configuration_id for c in found.configurations if call.query.label in (None, c.label)]


async def _configure(call: Call) -> wire.ConfigurationItem:
    value = call.body.value
    text = str(value).lower() if isinstance(value, bool) else str(value)
    wanted = Configuration(0, call.path["itemId"], call.body.label, text)
    made = await items.configure(call.engine, call.path["cartId"], call.maybe_caller, wanted, call.now)
    return wire.ConfigurationItem(made.configuration_id, made.label, made.value)


async def _read_configuration(call: Call) -> wire.ConfigurationItem:
    found = await items.item(call.engine, call.path["cartId"], call.maybe_caller, call.path["itemId"])
    one = items.configuration_of(found, call.path["configurationId"])
    return wire.ConfigurationItem(one.configuration_id, one.label, one.value)


async def _unconfigure(call: Call) -> None:
    place = (call.path["itemId"], call.path["configurationId"])
    await items.unconfigure(call.engine, call.path["cartId"], call.maybe_caller, place, call.now)


def _zone_plan(currency: str, patterns: wire.Patterns) -> wire.ProductDefinition:
    """The one plan DNS zones are sold as: it costs nothing."""
    yearly = wire.yearly(Money(0, currency), patterns)
    return wire.ProductDefinition("zone", [yearly], "DNS zone", "domain")


async def _summary(call: Call) -> wire.Order:
    quoted, sale = await items.summary(call.engine, call.path["cartId"], call.maybe_caller, call.now)
    return _remarked(call, sale, wire.order(quoted, call.engine.price_texts, []))


def _remarked(call: Call, sale: Sale, shown: wire.Order) -> wire.Order:
    """With why the customer's VAT number does not count, where it does not."""
    if sale.remark is None or call.maybe_caller is None:
        return shown
    said = call.engine.languages.of(call.maybe_caller.account.language).tell(sale.remark)
    none = wire.price(Money(0, shown.prices.tax.currencyCode), call.engine.price_texts)
    line = wire.OrderDetail(None, said, "OTHER", "", none, 1, none, [], none, none)  # a line that costs nothing
    return structs.replace(shown, details=[*shown.details, line])


def contracts_shown(call: Call, contracts: tuple[Contract, ...]) -> list[wire.Contract]:
    """An order's contracts in the caller's language."""
    code = call.engine.languages.of(call.caller.account.language).code
    return [wire.contract(one, code, call.engine.public_url) for one in contracts]


async def _preview_checkout(call: Call) -> wire.Order:
    prepared = await checkout.preview(call.engine, call.path["cartId"], call.caller, call.now)
    shown = wire.order(prepared.quote, call.engine.price_texts, contracts_shown(call, prepared.contracts))
    return _remarked(call, prepared.sale, shown)


async def _place_order(call: Call) -> wire.Order:
    body: Checkout = call.body
    wish = checkout.Wish(
        pay=bool(body.autoPayWithPreferredPaymentMethod),
        waive=bool(body.waiveRetractationPeriod),
        address=call.address,
    )
    placed, prepared = await checkout.order(call.engine, call.path["cartId"], call.caller, wish, call.now)
    contracts = contracts_shown(call, prepared.contracts)
    url = wire.order_url(call.engine.public_url, placed)
    shown = wire.order(prepared.quote, call.engine.price_texts, contracts, placed.order_id, url)
    return _remarked(call, prepared.sale, shown)


ROUTES = (
    Route(method="GET", path="/order/cart", do=_list_carts, told="List your carts",
          query=ByDescription, answer=list[str]),
    Route(method="POST", path="/order/cart", do=_create_cart, told="Create a cart",
          authenticated=False, body=Creation, answer=wire.Cart, tagged=True),
    Route(method="GET", path=CART, do=_read_cart, told="Read a cart", authenticated=False, answer=wire.Cart,
          tagged=True),
    Route(method="PUT", path=CART, do=_update_cart, told="Change a cart's description or expiry",
          authenticated=False, body=Update, answer=wire.Cart, tagged=True),
    Route(method="DELETE", path=CART, do=_delete_cart, told="Delete a cart"),
    Route(method="POST", path=f"{CART}/assign", do=_assign_cart, told="Make a cart yours"),
    Route(method="GET", path=f"{CART}/domain", do=_domain_offers, told="What a name can be ordered as",
          query=ByDomain, answer=list[wire.ProductInformation]),
    Route(method="POST", path=f"{CART}/domain", do=_add_domain, told="Put a name in the cart",
          body=DomainCreation, answer=wire.Item),
    Route(method="GET", path=f"{CART}/dns", do=_zone_plans, told="What DNS zones are sold as",
          authenticated=False, answer=list[wire.ProductDefinition]),
    Route(method="POST", path=f"{CART}/dns", do=_add_zone, told="Put a DNS zone in the cart",
          authenticated=False, body=ZoneCreation, answer=wire.Item),
    Route(method="GET", path=f"{CART}/item", do=_list_items, told="List a cart's items",
          authenticated=False, answer=list[int]),
    Route(method="GET", path=ITEM_PATH, do=_read_item, told="Read an item", authenticated=False, answer=wire.Item),
    Route(method="PUT", path=ITEM_PATH, do=_update_item, told="Change an item's duration",
          authenticated=False, body=ItemUpdate, answer=wire.Item),
    Route(method="DELETE", path=ITEM_PATH, do=_delete_item, told="Take an item out of the cart", authenticated=False),
    Route(method="GET", path=f"{ITEM_PATH}/requiredConfiguration", do=_required_configuration,
          told="What an item must be configured with", authenticated=False,
          answer=list[wire.ConfigurationRequirements]),
    Route(method="GET", path=f"{ITEM_PATH}/configuration", do=_list_configurations, told="List configurations",
          authenticated=False, query=ByLabel, answer=list[int]),
    Route(method="POST", path=f"{ITEM_PATH}/configuration", do=_configure, told="Configure an item",
          authenticated=False, body=ConfigurationCreation, answer=wire.ConfigurationItem),
    Route(method="GET", path=f"{ITEM_PATH}/configuration/{{configurationId}}", do=_read_configuration,
          told="Read a configuration", authenticated=False, answer=wire.ConfigurationItem),
    Route(method="DELETE", path=f"{ITEM_PATH}/configuration/{{configurationId}}", do=_unconfigure,
          told="Remove a configuration", authenticated=False),
    Route(method="GET", path=f"{CART}/summary", do=_summary, told="What the cart costs", authenticated=False,
          answer=wire.Order),
    Route(method="GET", path=f"{CART}/checkout", do=_preview_checkout, told="The order as it would be placed",
          answer=wire.Order, refuses=("conflict",)),
    Route(method="POST", path=f"{CART}/checkout", do=_place_order, told="Place the order",
          body=Checkout, answer=wire.Order),
)  # fmt: skip
