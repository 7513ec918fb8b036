"""/office/orders: one box that finds anything, everybody's orders, and the whole story of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery
from ordain.core.billing import url as bill_url
from ordain.core.grant import refund_refusal
from ordain.core.progress import history
from ordain.core.refusal import Refused
from ordain.core.staff import may
from ordain.core.tax import note
from ordain.flows import office_orders, office_search
from ordain.web.office import STATES as TASK_STATES
from ordain.web.office import VERBS, number, said, typed
from ordain.web.order_live import STATUSES
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

PATHS = {"order": "/office/orders/", "task": "/office/tasks/", "customer": "/office/customers/"}
BADGES = {
    "delivered": "good",
    "cancelled": "quiet",
    "notPaid": "care",
    "error": "wrong",
    "checking": "",
    "delivering": "",
}


def path_of(hit: office_search.Hit) -> str:
    """Where what was found is seen."""
    return f"/office/refunds#request-{hit.key}" if hit.kind == "request" else f"{PATHS[hit.kind]}{hit.key}"


async def _list(visit: Visit) -> Response:
    """The latest orders, those of a state, or what the box found: the one thing itself, if it is one."""
    text = visit.query.get("q", "").strip()[: office_search.LONGEST]
    hits = await office_search.search(visit.engine, text) if text else []
    if len(hits) == 1 and not visit.fragment:
        return visit.go(path_of(hits[0]))
    state = visit.query.get("status", "")
    state = state if state in office_orders.STATES else ""
    before = number(visit.query.get("before", "")) or None
    page = None if text else await office_orders.listed(visit.engine, state, before)
    return visit.show(
        "office_orders.html",
        q=text,
        hits=[(hit, path_of(hit)) for hit in hits],
        page=page,
        state=state,
        states=[("", "All"), *((one, WORDS[one]) for one in office_orders.STATES)],
        words=WORDS,
        badges=BADGES,
        kinds=KINDS,
    )


async def _one(visit: Visit) -> Response:
    return await _show(visit, {}, ())


async def _show(visit: Visit, problems: Mapping[str, str], failed: tuple[str, ...] | list[str]) -> Response:
    whole = await office_orders.whole(visit.engine, visit.path["id"])
    standing = whole.story.standing
    order, tax = standing.order, standing.order.taxation
    told = note(tax) if tax else None
    return visit.show(
        "office_order.html",
        status=400 if problems else 200,
        whole=whole,
        order=order,
        standing=standing,
        history=history(standing, visit.language),
        tax_note=visit.language.tell(told) if told else "",
        refunded={one.item_id: one for one in standing.refunds},
        refundable={item.item_id for item in order.items if refund_refusal(standing, item.item_id) is None},
        cancellable=standing.payment is None or any(delivery.can_cancel(task) for task in standing.tasks),
        bill=bill_url("", order, whole.bill) if whole.bill else "",
        notes=[(one, bill_url("", order, one)) for one in whole.notes],
        words=WORDS,
        badges=BADGES,
        task_states=TASK_STATES,
        verbs=VERBS,
        problems=problems,
        failed=failed,
        may=lambda right: may(visit.session.role, right),
        reason=typed(visit, "reason", office_orders.LONGEST_REASON),
    )


async def _cancel(visit: Visit) -> Response:
    by, reason = visit.session.account.nichandle, visit.form.get("reason", "")
    try:
        failed = await office_orders.cancel(visit.engine, by, visit.path["id"], reason)
    except Refused as refused:
        return await _show(visit, said(visit, refused, ("reason",)), ())
    if failed:
        return await _show(visit, {"": visit.language.say("Not everything could be cancelled")}, failed)
    return visit.go(f"/office/orders/{visit.path['id']}")


async def _mail(visit: Visit) -> Response:
    whole = await office_orders.whole(visit.engine, visit.path["id"])
    by, nic = visit.session.account.nichandle, whole.account.nichandle
    await office_orders.mail_again(visit.engine, by, nic, number(visit.form.get("mail", "")))
    return visit.go(f"/office/orders/{visit.path['id']}#mails")


WORDS = {**STATUSES, "error": "In error"}
KINDS = {"order": "Order", "task": "Task", "customer": "Customer", "request": "Request for money"}
SENTENCES = (*WORDS.values(), *KINDS.values(), "All")

PAGES = (
    Page(method="GET", path="/office/orders", do=_list, right="orders"),
    Page(method="GET", path="/office/orders/{id:number}", do=_one, right="orders"),
    Page(method="POST", path="/office/orders/{id:number}/cancel", do=_cancel, right="orders"),
    Page(method="POST", path="/office/orders/{id:number}/mail", do=_mail, right="orders"),
)
