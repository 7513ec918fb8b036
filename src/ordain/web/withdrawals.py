"""/order/{id}/withdrawal: an order's owner withdraws from it, or waives the right to and has it delivered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.order import retraction, status
from ordain.core.refusal import invalid
from ordain.core.retraction import Retraction, refusal, revocable, waiting
from ordain.flows import orders, retractions
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.order import Standing
    from ordain.web.page import Visit

PATH = "/order/{id:number}/withdrawal"
REASONS = {
    "other": "I give no reason",
    "unused": "I do not need it",
    "expensive": "It is too expensive",
    "competitor": "I have a better offer",
    "difficulty": "It is too difficult",
    "performance": "It is too slow",
    "reliability": "It is not reliable enough",
}
"""What is said of each reason of the contract's (billing.order.RetractionReasonEnum); the law asks for none."""
CONSENT = "Say that you know what you lose by it"
OVER = {
    "consumer": "Only consumers can withdraw from an order.",
    "renewal": "A renewal goes on with what you have: the right to withdraw was that of the first order.",
    "waived": "You waived your right to withdraw from this order.",
    "retracted": "You withdrew from this order.",
    "ended": "Your right to withdraw from this order has ended.",
    "begun": "What you ordered is delivered, or is being delivered: nothing of it can be undone any more.",
}
"""Why nothing is left to do."""


async def _show(visit: Visit) -> Response:
    return await _shown(visit, {})


async def _shown(visit: Visit, problems: dict[str, str]) -> Response:
    standing = await orders.standing(visit.engine, visit.session, visit.path["id"])
    order, end = standing.order, retraction(standing.order, standing.right)
    undone = [item for item, _ in revocable(standing)] if standing.payment else list(order.items)
    return visit.show(
        "withdrawal.html",
        status=400 if problems else 200,
        order=order,
        back=f"/order/{order.order_id}?orderPassword={order.password}",
        over=_over(visit, standing),
        day=visit.texts.day(end.date()) if end else "",
        may_waive=bool(waiting(standing)) or (order.waits and status(standing, visit.now) == "notPaid"),
        undone=undone if standing.payment else [],
        kept=[item for item in order.items if item not in undone],
        reasons=[(code, visit.language.say(text)) for code, text in REASONS.items()],
        problems=problems,
    )


def _over(visit: Visit, standing: Standing) -> str | None:
    """Why the order cannot be withdrawn from, None if it can."""
    order, right = standing.order, standing.right
    if refusal(standing, visit.now) is None:
        return None
    end = retraction(order, right)
    ended = "ended" if end and visit.now > end else "begun"
    if order.keeps:
        return OVER["renewal"]
    why = "consumer" if not order.consumer else "retracted" if right.retracted else "waived" if end is None else ended
    return OVER[why]


async def _waive(visit: Visit) -> Response:
    if not visit.form.get("agreed"):
        return await _shown(visit, {"agreed": visit.language.say(CONSENT)})
    await retractions.waive(visit.engine, visit.session, visit.path["id"], visit.now)
    return await _back(visit)


async def _withdraw(visit: Visit) -> Response:
    reason = visit.form.get("reason", "other")
    if reason not in REASONS:
        message = f"There is no reason {reason[:100]!r}"
        raise invalid(message, "reason")
    wish = Retraction(visit.now, reason)
    await retractions.retract(visit.engine, visit.session, visit.path["id"], wish)
    return await _back(visit)


async def _back(visit: Visit) -> Response:
    """To the order, which says what came of it."""
    order = await orders.read(visit.engine, visit.session, visit.path["id"])
    return visit.go(f"/order/{order.order_id}?orderPassword={order.password}")


PAGES = (
    Page(method="GET", path=PATH, do=_show, signed_in=True),
    Page(method="POST", path=f"{PATH}/waive", do=_waive, signed_in=True),
    Page(method="POST", path=f"{PATH}/withdraw", do=_withdraw, signed_in=True),
)
