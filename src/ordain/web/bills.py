"""/bill/{number}.pdf?orderPassword=…: a bill or credit note as PDF, for whoever has its order's link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from ordain.flows import billing
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from ordain.web.page import Visit

PRIVATE = "private, max-age=3600"
"""It never changes, and is nobody else's to keep."""


async def _bill(visit: Visit) -> Response:
    """A wrong password and an unknown number are the same to the reader."""
    content = await billing.content(visit.engine, visit.path["number"], visit.query.get("orderPassword", ""))
    shown = {"content-disposition": f'inline; filename="{content.number}.pdf"', "cache-control": PRIVATE}
    printed = await visit.engine.bill_printer.pdf(content)
    return Response(printed, headers={**HEADERS, **shown}, media_type="application/pdf")


PAGES = (Page(method="GET", path="/bill/{number}.pdf", do=_bill),)
