"""/bills: an account's bills and credit notes; /bill/{number}.pdf: one of them, for whoever has its order's link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from starlette.responses import Response

from ordain.core.account import acting
from ordain.core.billing import url as bill_url
from ordain.core.money import Money
from ordain.core.order import Order
from ordain.flows import billing
from ordain.web.order_list import number
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from ordain.web.page import Visit

MOST = 25
"""Bills of one page."""
PRIVATE = "private, max-age=3600"
"""It never changes, and is nobody else's to keep."""


async def _bill(visit: Visit) -> Response:
    """A wrong password and an unknown number are the same to the reader."""
    content = await billing.content(visit.engine, visit.path["number"], visit.query.get("orderPassword", ""))
    shown = {"content-disposition": f'inline; filename="{content.number}.pdf"', "cache-control": PRIVATE}
    printed = await visit.engine.bill_printer.pdf(content)
    return Response(printed, headers={**HEADERS, **shown}, media_type="application/pdf")


class Row(Struct, frozen=True):
    """A bill or a credit note, as the list has it."""

    number: str
    issued: datetime
    order: Order
    amount: Money


async def _list(visit: Visit) -> Response:
    """All of them, the newest first, some on each page."""
    caller = acting(visit.session.account, visit.now)
    bills = await billing.bill_ids(visit.engine, caller, (None, None), None)
    notes = await billing.note_ids(visit.engine, caller, (None, None), None)
    page = max(1, number(visit, "page") or 1)
    first = (page - 1) * MOST
    shown = [await _row(visit, each) for each in bills[::-1][first : first + MOST]]
    given_back = [await _note_row(visit, each) for each in notes[::-1][first : first + MOST]]
    return visit.show(
        "bills.html",
        bills=shown,
        notes=given_back,
        url=bill_url,
        page=page,
        older=len(bills) > first + MOST or len(notes) > first + MOST,
    )


async def _row(visit: Visit, bill_id: str) -> Row:
    found = await billing.bill(visit.engine, acting(visit.session.account, visit.now), bill_id)
    return Row(bill_id, found.issued, found.order, found.order.price.gross)


async def _note_row(visit: Visit, note_id: str) -> Row:
    found = await billing.note(visit.engine, acting(visit.session.account, visit.now), note_id)
    return Row(note_id, found.issued, found.order, found.refund.amount)


PAGES = (
    Page(method="GET", path="/bill/{number}.pdf", do=_bill),
    Page(method="GET", path="/bills", do=_list, signed_in=True),
)
