"""/order/{id}/pay: an order that waits is paid, by whatever its owner has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.account import acting
from ordain.core.order import status
from ordain.core.refusal import Refused
from ordain.flows import orders, payments, purchases
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.session import refused_status
from ordain.web.shop_checkout import preselected, way_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit

PATH = "/order/{id:number}/pay"


def _back(visit: Visit) -> str:
    return f"/order/{visit.path['id']}"


async def _show(visit: Visit) -> Response:
    return await _shown(visit, "", 200)


async def _shown(visit: Visit, problem: str, code: int) -> Response:
    standing = await orders.standing(visit.engine, visit.session, visit.path["id"])
    if status(standing, visit.now) != "notPaid":
        return visit.go(_back(visit))
    caller = acting(visit.session.account, visit.now)
    ways = await purchases.ways(visit.engine, caller, standing.order.price.gross)
    return visit.show(
        "order_pay.html",
        status=code,
        order=standing.order,
        names=[item.shown for item in standing.order.items],
        ways=ways,
        chosen=visit.form.get("pay") or preselected(ways),
        problem=problem,
    )


async def _pay(visit: Visit) -> Response:
    order = await orders.read(visit.engine, visit.session, visit.path["id"])
    caller = acting(visit.session.account, visit.now)
    way = way_of(visit, await purchases.ways(visit.engine, caller, order.price.gross))
    if isinstance(way, str):
        return await _shown(visit, way, 400)
    try:
        await payments.pay(visit.engine, caller, order.order_id, way.chosen, visit.now)
    except Refused as refused:
        if "_confirmationUrl" in refused.notes:
            return visit.go(_back(visit))
        return await _shown(visit, told.reason(visit, refused.refusals[0]), refused_status(refused.refusals[0]))
    return visit.go(_back(visit))


PAGES = (
    Page(method="GET", path=PATH, do=_show, signed_in=True),
    Page(method="POST", path=PATH, do=_pay, signed_in=True),
)
