"""/office/customers: who somebody is and what they have; signed out, keys withdrawn, blocked; money given by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.grant import LONGEST_REASON
from ordain.core.grant import STATUSES as OF_REQUESTS
from ordain.core.money import parse_amount
from ordain.core.refusal import Refused
from ordain.core.staff import may
from ordain.flows import office_customers, office_money, office_search
from ordain.web.office import STATES, VERBS, number, said, typed
from ordain.web.office_orders import BADGES, WORDS
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.grant import Grant
    from ordain.web.page import Visit

PATH = "/office/customers/{nic}"


async def _list(visit: Visit) -> Response:
    text = visit.query.get("q", "").strip()[: office_search.LONGEST]
    found = await office_search.customers(visit.engine, text)
    return visit.show("office_customers.html", q=text, found=found)


async def _one(visit: Visit) -> Response:
    return await _show(visit, {}, {})


async def _show(visit: Visit, problems: Mapping[str, str], given: Mapping[str, str]) -> Response:
    customer = await office_customers.read(visit.engine, visit.path["nic"])
    return visit.show(
        "office_customer.html",
        status=400 if problems else 200,
        customer=customer,
        account=customer.account,
        problems=problems,
        given={"amount": "", "reason": "", "balance": "ovhAccount", "why": "", **given},
        balances=[(one.name, visit.language.say(BALANCES[one.name])) for one, _ in customer.balances],
        balance_words=BALANCES,
        kinds=MOVEMENTS,
        limit=visit.engine.approval_limit,
        may=lambda right: may(visit.session.role, right),
        words=WORDS,
        badges=BADGES,
        states=STATES,
        verbs=VERBS,
    )


async def _sign_out(visit: Visit) -> Response:
    nic = visit.path["nic"]
    await office_customers.end_sessions(visit.engine, visit.session.account.nichandle, nic)
    return visit.go(f"/office/customers/{nic}#access")


async def _withdraw(visit: Visit) -> Response:
    nic, by = visit.path["nic"], visit.session.account.nichandle
    await office_customers.withdraw_key(visit.engine, by, nic, number(visit.form.get("credential", "")))
    return visit.go(f"/office/customers/{nic}#access")


async def _block(visit: Visit) -> Response:
    nic, by = visit.path["nic"], visit.session.account.nichandle
    why = typed(visit, "why", office_customers.LONGEST_REASON)
    try:
        await office_customers.block(visit.engine, by, nic, why)
    except Refused as refused:
        problem = said(visit, refused)[""]
        return await _show(visit, {"why": problem}, {"why": why})
    return visit.go(f"/office/customers/{nic}#access")


async def _unblock(visit: Visit) -> Response:
    nic = visit.path["nic"]
    await office_customers.unblock(visit.engine, visit.session.account.nichandle, nic)
    return visit.go(f"/office/customers/{nic}#access")


# Money


def _ucents(text: str) -> int:
    """An amount as it is typed, with a point or a comma, in micro-cents; 0 for what is none."""
    try:
        return parse_amount(text.replace(",", "."))
    except ValueError:
        return 0


async def _credit(visit: Visit) -> Response:
    given = {name: typed(visit, name, LONGEST_REASON) for name in ("amount", "reason", "balance")}
    wish = office_money.Wish(
        nic=visit.path["nic"],
        kind="credit",
        reason=given["reason"],
        balance=given["balance"],
        ucents=_ucents(given["amount"]),
    )
    try:
        grant = await office_money.ask(visit.engine, visit.session.account.nichandle, wish, visit.now)
    except Refused as refused:
        return await _show(visit, said(visit, refused, ("amount", "reason", "balance")), given)
    return visit.go(_after(grant))


def _after(grant: Grant) -> str:
    """What waits is among the requests; what was given is with its customer."""
    if grant.status == "waiting":
        return f"/office/refunds#request-{grant.grant_id}"
    return f"/office/orders/{grant.order_id}" if grant.order_id else f"/office/customers/{grant.nic}#money"


async def _refund_form(visit: Visit) -> Response:
    return await _show_refund(visit, {})


async def _show_refund(visit: Visit, problems: Mapping[str, str]) -> Response:
    whole, item = await office_money.refundable(visit.engine, visit.path["id"], visit.path["item"])
    return visit.show(
        "office_refund.html",
        status=400 if problems else 200,
        order=whole.standing.order,
        item=item,
        problems=problems,
        reason=typed(visit, "reason", LONGEST_REASON),
        limit=visit.engine.approval_limit,
    )


async def _refund(visit: Visit) -> Response:
    story, item = await office_money.refundable(visit.engine, visit.path["id"], visit.path["item"])
    wish = office_money.Wish(
        nic=story.standing.order.nic,
        kind="refund",
        reason=visit.form.get("reason", ""),
        order_id=story.standing.order.order_id,
        item_id=item.item_id,
    )
    try:
        grant = await office_money.ask(visit.engine, visit.session.account.nichandle, wish, visit.now)
    except Refused as refused:
        return await _show_refund(visit, said(visit, refused, ("reason",)))
    return visit.go(_after(grant))


async def _requests(visit: Visit) -> Response:
    return await _show_requests(visit, {})


async def _show_requests(visit: Visit, problems: Mapping[str, str]) -> Response:
    status = visit.query.get("status", "")
    status = status if status in OF_REQUESTS else "waiting"
    return visit.show(
        "office_requests.html",
        status=400 if problems else 200,
        found=await office_money.listed(visit.engine, status),
        state=status,
        states=[(one, STATES[one]) for one in OF_REQUESTS],
        kinds=KINDS,
        problems=problems,
        may=lambda right: may(visit.session.role, right),
    )


async def _decide(visit: Visit) -> Response:
    decide = office_money.approve if visit.form.get("answer") == "approve" else office_money.refuse
    by = visit.session.account.nichandle
    try:
        await decide(visit.engine, by, number(visit.form.get("request", "")), visit.now)
    except Refused as refused:
        return await _show_requests(visit, said(visit, refused))
    return visit.go("/office/refunds")


BALANCES = {"ovhAccount": "Prepaid account", "fidelityAccount": "Fidelity account"}
MOVEMENTS = {
    "credit": "Credit",
    "payment": "Payment",
    "refund": "Refund",
    "voucher": "Voucher",
    "cost": "Cost",
    "dispute": "Dispute",
    "recovery": "Dispute won",
}
KINDS = {"credit": "Credit", "refund": "Refund"}
SENTENCES = (*BALANCES.values(), *MOVEMENTS.values(), *KINDS.values())

PAGES = (
    Page(method="GET", path="/office/customers", do=_list, right="customers"),
    Page(method="GET", path=PATH, do=_one, right="customers"),
    Page(method="POST", path=f"{PATH}/sign-out", do=_sign_out, right="customers"),
    Page(method="POST", path=f"{PATH}/withdraw", do=_withdraw, right="customers"),
    Page(method="POST", path=f"{PATH}/block", do=_block, right="customers"),
    Page(method="POST", path=f"{PATH}/unblock", do=_unblock, right="customers"),
    Page(method="POST", path=f"{PATH}/credit", do=_credit, right="money"),
    Page(method="GET", path="/office/orders/{id:number}/refund/{item:number}", do=_refund_form, right="money"),
    Page(method="POST", path="/office/orders/{id:number}/refund/{item:number}", do=_refund, right="money"),
    Page(method="GET", path="/office/refunds", do=_requests, right="money"),
    Page(method="POST", path="/office/refunds", do=_decide, right="approve"),
)
