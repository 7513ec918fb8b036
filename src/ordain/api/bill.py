"""/me/bill and /me/refund: what was paid and what was given back, numbered (wire-contract §2.4, §2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct, field, structs

from ordain.api import wire, words
from ordain.api.me import ByDate
from ordain.api.order_payment import Payment, payment
from ordain.api.reading import utc
from ordain.api.routing import Call, Route, not_offered
from ordain.core.billing import category
from ordain.core.billing import url as bill_url
from ordain.core.refusal import not_found
from ordain.flows import billing

if TYPE_CHECKING:
    from ordain.core.billing import Bill as CoreBill
    from ordain.core.billing import CreditNote
    from ordain.core.money import Money
    from ordain.core.order import OrderLine

BILL, REFUND = "/me/bill/{billId}", "/me/refund/{refundId}"
"""Names and zones are bought for the web."""
ONE_BY_ONE = "bills and refunds are read one by one, each with its PDF at pdfUrl"


class BillsBy(ByDate, frozen=True):
    """Filters of GET /me/bill."""

    category: Annotated[str, words.enum("billing.CategoryEnum")] | None = None
    order_id: int | None = field(name="orderId", default=None)


class RefundsBy(ByDate, frozen=True):
    """Filters of GET /me/refund."""

    order_id: int | None = field(name="orderId", default=None)


class LongPrice(Struct, frozen=True):
    """order.LongPrice."""

    currencyCode: Annotated[str, words.enum("order.CurrencyCodeEnum")]
    text: str
    value: float


class Bill(Struct, frozen=True):
    """billing.Bill."""

    billId: str
    category: Annotated[str, words.enum("billing.CategoryEnum")]
    date: words.Instant
    orderId: int
    password: str
    pdfUrl: str
    priceWithTax: wire.Price
    priceWithoutTax: wire.Price
    tax: wire.Price
    url: str


class BillDetail(Struct, frozen=True):
    """billing.BillDetail. Nothing is known here of the period a line is for."""

    billDetailId: str
    description: str
    domain: str
    periodEnd: words.Day | None
    periodStart: words.Day | None
    quantity: str
    totalPrice: wire.Price
    unitPrice: LongPrice


class Refund(Struct, frozen=True):
    """billing.Refund: an item whose money was given back."""

    date: words.Instant
    orderId: int
    originalBillId: str | None
    password: str
    pdfUrl: str
    priceWithTax: wire.Price
    priceWithoutTax: wire.Price
    refundId: str
    tax: wire.Price
    url: str


class RefundDetail(Struct, frozen=True):
    """billing.RefundDetail."""

    description: str
    domain: str
    quantity: str
    reference: str
    refundDetailId: str
    refundId: str
    totalPrice: wire.Price
    unitPrice: wire.Price


async def _list_bills(call: Call) -> list[str]:
    wanted: BillsBy = call.query
    found = await billing.bill_ids(call.engine, call.caller, _span(wanted), wanted.order_id)
    if wanted.category is None:
        return found
    return await billing.of_category(call.engine, call.caller, found, wanted.category)


def _span(wanted: ByDate) -> billing.Span:
    return utc(wanted.since), utc(wanted.until)


async def _bill(call: Call) -> CoreBill:
    return await billing.bill(call.engine, call.caller, call.path["billId"])


async def _read_bill(call: Call) -> Bill:
    bill = await _bill(call)
    price, url = bill.order.price, wire.order_url(call.engine.public_url, bill.order)
    return Bill(
        billId=bill.bill_id,
        category=category(bill.order),
        date=wire.instant(bill.issued),
        orderId=bill.order.order_id,
        password=bill.order.password,
        pdfUrl=bill_url(call.engine.public_url, bill.order, bill.bill_id),
        priceWithTax=_price(call, price.gross),
        priceWithoutTax=_price(call, price.net),
        tax=_price(call, price.tax),
        url=url,
    )


def _price(call: Call, amount: Money) -> wire.Price:
    return wire.price(amount, call.engine.price_texts)


async def _list_details(call: Call) -> list[str]:
    return [str(line.line_id) for line in (await _bill(call)).order.lines]


def _line(lines: list[OrderLine], call: Call, parameter: str) -> OrderLine:
    asked = call.path[parameter]
    line = next((line for line in lines if str(line.line_id) == asked), None)
    if line is None:
        message = f"Detail {asked} does not exist"
        raise not_found(message, parameter)
    return line


async def _read_detail(call: Call) -> BillDetail:
    order = (await _bill(call)).order
    line = _line(list(order.lines), call, "billDetailId")
    amount = _price(call, line.price)
    return BillDetail(
        billDetailId=str(line.line_id),
        description=line.description,
        domain=next(item.domain for item in order.items if item.item_id == line.item_id),
        periodEnd=None,
        periodStart=None,
        quantity=str(line.quantity),
        totalPrice=amount,
        unitPrice=LongPrice(amount.currencyCode, amount.text, amount.value),
    )


async def _read_payment(call: Call) -> Payment:
    return payment((await _bill(call)).payment)


async def _list_refunds(call: Call) -> list[str]:
    wanted: RefundsBy = call.query
    return await billing.note_ids(call.engine, call.caller, _span(wanted), wanted.order_id)


async def _note(call: Call) -> CreditNote:
    return await billing.note(call.engine, call.caller, call.path["refundId"])


async def _read_refund(call: Call) -> Refund:
    note = await _note(call)
    price, url = note.item.price, wire.order_url(call.engine.public_url, note.order)
    return Refund(
        date=wire.instant(note.issued),
        orderId=note.order.order_id,
        originalBillId=note.bill_id,
        password=note.order.password,
        pdfUrl=bill_url(call.engine.public_url, note.order, note.note_id),
        priceWithTax=_price(call, price.gross),
        priceWithoutTax=_price(call, price.net),
        refundId=note.note_id,
        tax=_price(call, price.tax),
        url=url,
    )


async def _list_refund_details(call: Call) -> list[str]:
    return [str(line.line_id) for line in (await _note(call)).lines]


async def _read_refund_detail(call: Call) -> RefundDetail:
    note = await _note(call)
    line = _line(note.lines, call, "refundDetailId")
    amount = _price(call, line.price)
    return RefundDetail(
        description=line.description,
        domain=note.item.domain,
        quantity=str(line.quantity),
        reference=note.item.plan,
        refundDetailId=str(line.line_id),
        refundId=note.note_id,
        totalPrice=amount,
        unitPrice=amount,
    )


async def _read_refund_payment(call: Call) -> Payment:
    note = await _note(call)
    return payment(structs.replace(note.payment, at=note.refund.at, amount=note.refund.amount))


ROUTES = (
    Route(method="GET", path="/me/bill", do=_list_bills, told="List your bills", query=BillsBy, answer=list[str]),
    Route(method="GET", path=BILL, do=_read_bill, told="Read a bill", answer=Bill),
    Route(method="GET", path=f"{BILL}/details", do=_list_details, told="List a bill's lines", answer=list[str]),
    Route(method="GET", path=f"{BILL}/details/{{billDetailId}}", do=_read_detail, told="Read a bill's line",
          answer=BillDetail),
    Route(method="GET", path=f"{BILL}/payment", do=_read_payment, told="Read a bill's payment", answer=Payment),
    Route(method="GET", path="/me/refund", do=_list_refunds, told="List your refunds", query=RefundsBy,
          answer=list[str]),
    Route(method="GET", path=REFUND, do=_read_refund, told="Read a refund", answer=Refund),
    Route(method="GET", path=f"{REFUND}/details", do=_list_refund_details, told="List a refund's lines",
          answer=list[str]),
    Route(method="GET", path=f"{REFUND}/details/{{refundDetailId}}", do=_read_refund_detail,
          told="Read a refund's line", answer=RefundDetail),
    Route(method="GET", path=f"{REFUND}/payment", do=_read_refund_payment, told="How it was given back",
          answer=Payment),
    not_offered("POST", "/me/bill/export", ONE_BY_ONE),
    not_offered("POST", "/me/refund/export", ONE_BY_ONE),
)  # fmt: skip
