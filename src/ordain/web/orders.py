"""/order/{id}: an order for its owner, and by its link (?orderPassword=…) for whoever has that, to read or print."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from ordain.core.bank_transfer import spelled
from ordain.core.billing import url as bill_url
from ordain.core.mail import WITHDRAWAL_PAGE
from ordain.core.order import retraction, status
from ordain.core.progress import history
from ordain.core.retraction import refusal, waiting
from ordain.core.tax import note
from ordain.flows import billing, charges, orders, transfers
from ordain.web import order_live
from ordain.web.order_live import STATUSES
from ordain.web.page import Page
from ordain.web.session import ask

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.flows.orders import Story
    from ordain.web.page import Visit


async def _told(visit: Visit) -> Story:
    """The order of a link. A wrong password and an unknown order are the same to the reader."""
    story = await orders.story(visit.engine, None, visit.path["id"])
    password = story.standing.order.password
    if not hmac.compare_digest(password.encode(), visit.query.get("orderPassword", "").encode()):
        raise orders.unknown(visit.path["id"])
    return story


async def _order(visit: Visit) -> Response:
    """The order's page: its owner's, or what whoever has its link may read."""
    if "orderPassword" not in visit.query and visit.maybe_session is None:
        return ask(visit)
    if "orderPassword" not in visit.query:
        return await order_live.own(visit)
    story = await _told(visit)
    if visit.maybe_session and visit.session.account.nichandle == story.standing.order.nic:
        return await order_live.own(visit)
    return await _read(visit, story)


async def _read(visit: Visit, story: Story) -> Response:
    """The order's lines, totals and status, and what its payment waits for."""
    order = story.standing.order
    confirm = await charges.waiting(visit.engine, order)
    reference = await transfers.awaited(visit.engine, order)

    number = await billing.number_of(visit.engine, order)
    shown, held = visit.in_language(order.locale), waiting(story.standing)
    right = retraction(order, story.standing.right)
    of_tax = note(order.taxation) if order.taxation else None
    return shown.show(
        "order.html",
        order=order,
        lines=[line for line in order.lines if line.kind != "INSTALLATION" or line.price.ucents],
        stands=STATUSES[status(story.standing, visit.now)],
        held=held[0].todo_at.date() if held else None,
        withdrawal=WITHDRAWAL_PAGE.format(order.order_id) if right and not refusal(story.standing, visit.now) else None,
        history=history(story.standing, shown.language),
        confirm=confirm.url if confirm else None,
        bank=visit.engine.bank_account if reference else None,
        reference=spelled(reference or ""),
        spelled=spelled,
        bill=number,
        bill_url=bill_url("", order, number) if number else "",
        tax_note=shown.language.tell(of_tax) if of_tax else "",
    )


async def _come_back(visit: Visit) -> Response:
    """Whoever comes here was sent by their bank: see what they decided, and show the order as it is then."""
    order = (await _told(visit)).standing.order
    await charges.come_back(visit.engine, order)
    return visit.go(f"/order/{order.order_id}?orderPassword={order.password}")


PAGES = (
    Page(method="GET", path="/order/{id:number}", do=_order),
    Page(method="GET", path="/order/{id:number}/payment", do=_come_back),
    *order_live.PAGES,
)
