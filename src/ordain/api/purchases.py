"""Below /ordain/v1/order: a cart looked at as the order it would be, ordered as shown; orders found (docs/pages.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import wire
from ordain.api.order import contracts_shown
from ordain.api.routing import Route
from ordain.flows import checkout, orders, purchases
from ordain.flows.payments import Chosen

if TYPE_CHECKING:
    from ordain.api.routing import Call
    from ordain.flows.purchases import Way as CoreWay

REVIEW = "/ordain/v1/order/cart/{cartId}/review"


class Way(Struct, frozen=True):
    """Something the caller has to pay with. `covers`: it can pay this order; `holds`: what a balance has."""

    paymentMean: str
    paymentMeanId: int | None
    preferred: bool
    covers: bool
    holds: wire.Price | None


class Problem(Struct, frozen=True):
    """What stands in the way, in the words of checkout; `field` begins with the item's id."""

    message: str
    field: str | None


class Review(Struct, frozen=True):
    """A cart as the order it would be. `seen` is told when it is ordered."""

    seen: str
    prices: wire.OrderPrices
    contracts: list[wire.Contract]
    problems: list[Problem]
    ways: list[Way]


class Purchase(Struct, frozen=True, forbid_unknown_fields=True):
    """What was shown, and what is to pay: nothing yet, if `paymentMean` is left out."""

    seen: Annotated[str, Meta(min_length=1, max_length=200)]
    paymentMean: Annotated[str, Meta(max_length=40)] | None = None
    paymentMeanId: Annotated[int, Meta(ge=1, le=2**53)] | None = None
    waiveRetractationPeriod: bool = False


class Purchased(Struct, frozen=True):
    """The order, and its page for whoever has the link."""

    orderId: int
    url: str


class Searched(Struct, frozen=True):
    """GET /ordain/v1/order: a part of the number or of a name, and the last id of the page before."""

    text: Annotated[str, Meta(max_length=100)] = ""
    before: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class Found(Struct, frozen=True):
    """A page of orders, the newest first; `before` asks for the next, null if there is none."""

    orderIds: list[int]
    before: int | None


async def _look(call: Call) -> Review:
    found = await purchases.look(call.engine, call.path["cartId"], call.caller, call.now)
    shown = wire.order(found.quote, call.engine.price_texts, contracts_shown(call, found.contracts))
    ways = await purchases.ways(call.engine, call.caller, found.quote.total.gross)
    return Review(
        seen=found.seen,
        prices=shown.prices,
        contracts=shown.contracts,
        problems=[Problem(one.message, one.field) for one in found.refusals],
        ways=[_way(call, way) for way in ways],
    )


def _way(call: Call, way: CoreWay) -> Way:
    holds = wire.price(way.held, call.engine.price_texts) if way.held else None
    return Way(way.chosen.mean, way.chosen.method_id, way.preferred, way.covers, holds)


async def _buy(call: Call) -> Purchased:
    sent: Purchase = call.body
    wish = checkout.Wish(
        by=Chosen(sent.paymentMean, method_id=sent.paymentMeanId) if sent.paymentMean else None,
        waive=sent.waiveRetractationPeriod,
        address=call.address,
        seen=sent.seen,
    )
    placed, _ = await checkout.order(call.engine, call.path["cartId"], call.caller, wish, call.now)
    return Purchased(placed.order_id, wire.order_url(call.engine.public_url, placed))


async def _search(call: Call) -> Found:
    wanted: Searched = call.query
    found = await orders.search(call.engine, call.caller, wanted.text, wanted.before)
    return Found([each.order.order_id for each in found.orders], found.before)


ROUTES = (
    Route(method="GET", path=REVIEW, do=_look, told="A cart as the order it would be, with all that stands in the way",
          answer=Review),
    Route(method="POST", path=REVIEW, do=_buy, told="Order exactly what was shown, and pay it", body=Purchase,
          answer=Purchased, refuses=("conflict", "forbidden")),
    Route(method="GET", path="/ordain/v1/order", do=_search, told="Find orders by number or name", query=Searched,
          answer=Found),
)  # fmt: skip
