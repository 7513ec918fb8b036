"""/order/cartServiceOption/domain: what can be ordered for a name that is held: a change of its owner (§2.2, §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.domain import ByOwner
from ordain.api.options import Definition
from ordain.api.routing import Call, Route
from ordain.core.money import Money
from ordain.flows import domains, owner_changes

if TYPE_CHECKING:
    from ordain.core.offer import Offer

NAME = "/order/cartServiceOption/domain/{serviceName}"


class Wanted(Struct, frozen=True):
    """What is put into which cart."""

    cartId: words.Needed
    duration: words.Duration
    planCode: str
    pricingMode: str
    quantity: int


def _definition(offer: Offer, patterns: wire.Patterns) -> Definition:
    """An owner change as it is offered: done once, for no length of time."""
    amount = Money(offer.first, offer.currency)
    pricing = wire.ProductPricing(
        capacities=["installation"],
        description="owner change",
        duration="P0D",
        interval=0,
        maximumQuantity=1,
        maximumRepeat=1,
        minimumQuantity=1,
        minimumRepeat=1,
        price=wire.price(amount, patterns),
        priceInUcents=amount.ucents,
        pricingMode=offer.pricing_mode,
        pricingType="purchase",
    )
    return Definition(
        exclusive=True,
        family="trade",
        mandatory=False,
        planCode=offer.plan_code,
        prices=[pricing],
        productName=offer.plan_code,
        productType="delivery",
    )


async def _list(call: Call) -> list[str]:
    return await domains.names(call.engine, call.caller, call.query.whoisOwner)


async def _offers(call: Call) -> list[Definition]:
    offer = await owner_changes.offer_for(call.engine, call.caller, call.path["serviceName"], call.now)
    return [_definition(offer, call.engine.price_texts)]


async def _add(call: Call) -> wire.Item:
    body: Wanted = call.body
    wanted = owner_changes.WantedChange(
        call.path["serviceName"], body.planCode, body.pricingMode, body.duration, body.quantity
    )
    added = await owner_changes.add(call.engine, body.cartId, call.caller, wanted, call.now)
    return wire.item(added, body.cartId, call.engine.price_texts, added.offer.currency if added.offer else "")


ROUTES = (
    Route(method="GET", path="/order/cartServiceOption/domain", do=_list, told="Names something can be ordered for",
          query=ByOwner, answer=list[str]),
    Route(method="GET", path=NAME, do=_offers, told="What can be ordered for a name", answer=list[Definition],
          refuses=("conflict",)),
    Route(method="POST", path=NAME, do=_add, told="Put a change of a name's owner in a cart", body=Wanted,
          answer=wire.Item),
)  # fmt: skip
