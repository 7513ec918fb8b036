"""/me/order: orders and their payment (wire-contract §2.4, §2.11)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Struct, field

from ordain.api import wire, words
from ordain.api.reading import utc
from ordain.api.routing import Call, Route
from ordain.core import order as core
from ordain.core.billing import url as bill_url
from ordain.core.progress import follow_up
from ordain.flows import billing, orders, payments, retractions

ORDER = "/me/order/{orderId}"


class ByDate(Struct, frozen=True):
    """Filters of GET /me/order; their names have a dot in them."""

    since: datetime | None = field(name="date.from", default=None)
    until: datetime | None = field(name="date.to", default=None)


class Order(Struct, frozen=True):
    """billing.Order."""

    date: words.Instant | None
    expirationDate: words.Instant | None
    orderId: int
    password: str
    pdfUrl: str
    priceWithTax: wire.Price
    priceWithoutTax: wire.Price
    retractionDate: words.Instant | None
    tax: wire.Price
    url: str


class OrderDetail(Struct, frozen=True):
    """billing.OrderDetail; its quantity is a text."""

    cancelled: bool
    description: str
    detailType: Annotated[str, words.enum("order.OrderDetailTypeEnum")] | None
    domain: str
    orderDetailId: int
    quantity: str
    totalPrice: wire.Price
    unitPrice: wire.Price


class RegisteredPaymentMean(Struct, frozen=True):
    """billing.order.RegisteredPaymentMean."""

    paymentMean: Annotated[str, words.enum("billing.ReusablePaymentMeanEnum")]


class Payment(Struct, frozen=True):
    """What POST …/payWithRegisteredPaymentMean is sent."""

    paymentMean: Annotated[str, words.enum("billing.ReusablePaymentMeanEnum")]
    paymentMeanId: int | None = None


class History(Struct, frozen=True):
    """billing.order.followUp.History."""

    date: words.Instant
    description: str
    label: Annotated[str, words.enum("billing.order.followUp.HistoryStatusEnum")]


class FollowUp(Struct, frozen=True):
    """billing.order.FollowUp."""

    history: list[History]
    status: Annotated[str, words.enum("billing.order.followUp.StatusEnum")]
    step: Annotated[str, words.enum("billing.order.followUp.StepEnum")]


async def _list_orders(call: Call) -> list[int]:
    return await orders.of_caller(call.engine, call.caller, utc(call.query.since), utc(call.query.until))


async def _read_order(call: Call) -> Order:
    placed, right = await retractions.read(call.engine, call.caller, call.path["orderId"])
    texts, url = call.engine.price_texts, wire.order_url(call.engine.public_url, placed)
    bill = await billing.number_of(call.engine, placed)
    return Order(
        date=wire.instant(placed.placed),
        expirationDate=wire.instant(placed.expires),
        orderId=placed.order_id,
        password=placed.password,
        pdfUrl=bill_url(call.engine.public_url, placed, bill) if bill else url,
        priceWithTax=wire.price(placed.price.gross, texts),
        priceWithoutTax=wire.price(placed.price.net, texts),
        retractionDate=wire.maybe_instant(core.retraction(placed, right)),
        tax=wire.price(placed.price.tax, texts),
        url=url,
    )


async def _list_details(call: Call) -> list[int]:
    placed = await orders.read(call.engine, call.caller, call.path["orderId"])
    return [line.line_id for line in placed.lines]


async def _read_detail(call: Call) -> OrderDetail:
    standing = await orders.standing(call.engine, call.caller, call.path["orderId"])
    line = orders.line(standing.order, call.path["orderDetailId"])
    item = next(item for item in standing.order.items if item.item_id == line.item_id)
    amount = wire.price(line.price, call.engine.price_texts)
    return OrderDetail(
        cancelled=core.is_refunded(standing.refunds, line.item_id),
        description=line.description,
        detailType=line.kind,
        # The line's number until its item is delivered, then the service's name (wire-contract §3).
        domain=item.domain if line.item_id in core.delivered_items(standing) else line.number,
        orderDetailId=line.line_id,
        quantity=str(line.quantity),
        totalPrice=amount,
        unitPrice=amount,
    )


async def _payment_means(call: Call) -> list[RegisteredPaymentMean]:
    found = await payments.ways(call.engine, call.caller, call.path["orderId"])
    return [RegisteredPaymentMean(mean) for mean in dict.fromkeys(way.mean for way in found)]


async def _pay(call: Call) -> None:
    chosen = payments.Chosen(call.body.paymentMean, method_id=call.body.paymentMeanId)
    await payments.pay(call.engine, call.caller, call.path["orderId"], chosen, call.now)


async def _status(call: Call) -> str:
    return core.status(await orders.standing(call.engine, call.caller, call.path["orderId"]), call.now)


async def _follow_up(call: Call) -> list[FollowUp]:
    standing = await orders.standing(call.engine, call.caller, call.path["orderId"])
    language = call.engine.languages.of(call.caller.account.language)
    return [
        FollowUp([History(wire.instant(h.at), h.description, h.label) for h in one.history], one.state, one.step)
        for one in follow_up(standing, language, call.now)
    ]


ROUTES = (
    Route(method="GET", path="/me/order", do=_list_orders, told="List your orders", query=ByDate, answer=list[int]),
    Route(method="GET", path=ORDER, do=_read_order, told="Read an order", answer=Order),
    Route(method="GET", path=f"{ORDER}/details", do=_list_details, told="List an order's lines", answer=list[int]),
    Route(method="GET", path=f"{ORDER}/details/{{orderDetailId}}", do=_read_detail, told="Read an order's line",
          answer=OrderDetail),
    Route(method="GET", path=f"{ORDER}/availableRegisteredPaymentMean", do=_payment_means,
          told="What the order can be paid with", answer=list[RegisteredPaymentMean]),
    Route(method="POST", path=f"{ORDER}/payWithRegisteredPaymentMean", do=_pay, told="Pay the order", body=Payment),
    Route(method="GET", path=f"{ORDER}/status", do=_status, told="Where the order stands",
          answer=Annotated[str, words.enum("billing.order.OrderStatusEnum")]),
    Route(method="GET", path=f"{ORDER}/followUp", do=_follow_up, told="What happened to the order",
          answer=list[FollowUp], standing="BETA"),
)  # fmt: skip
