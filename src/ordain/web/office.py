"""/office: what needs a hand now; the staff, the audit and the registries beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ordain.core.audit import Wanted
from ordain.core.refusal import Refused
from ordain.core.staff import ROLES, may
from ordain.flows import office_audit, office_overview, office_registries, staff
from ordain.flows.sessions import BLOCKED
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

LONGEST = 255


def said(visit: Visit, refused: Refused, names: tuple[str, ...] = ()) -> dict[str, str]:
    """What was refused, by the field it is about; what is about none of these fields is said of the whole form."""
    told: dict[str, str] = {}
    for refusal in refused.refusals:
        field = (refusal.field or "").partition(".")[0]
        told.setdefault(field if field in names else "", visit.language.say(refusal.message))
    return told


def typed(visit: Visit, name: str, longest: int = LONGEST) -> str:
    """A field of the form, without the room around it, no longer than this."""
    return visit.form.get(name, "").strip()[:longest]


def number(text: str) -> int:
    """A whole number of ours, 0 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def asked(visit: Visit, names: tuple[str, ...]) -> Mapping[str, str]:
    """These parameters of the address, "" where it does not have them."""
    return {name: visit.query.get(name, "").strip()[:LONGEST] for name in names}


# The overview


async def _overview(visit: Visit) -> Response:
    found = await office_overview.overview(visit.engine)
    role = visit.session.role
    return visit.show("office.html", found=found, may=lambda right: may(role, right))


# The staff


async def _staff(visit: Visit) -> Response:
    return await _show_staff(visit, {}, {"nic": "", "role": "support"})


async def _show_staff(visit: Visit, problems: Mapping[str, str], given: Mapping[str, str]) -> Response:
    return visit.show(
        "office_staff.html",
        status=400 if problems else 200,
        members=await staff.members(visit.engine),
        roles=[(role, visit.language.say(told)) for role, told in AS.items()],
        told=AS,
        problems=problems,
        given=given,
    )


async def _take_on(visit: Visit) -> Response:
    by, nic, role = visit.session.account.nichandle, typed(visit, "nic").lower(), typed(visit, "role")
    try:
        await staff.take_on(visit.engine, nic, role, visit.now, by)
    except Refused as refused:
        return await _show_staff(visit, said(visit, refused, ("nic", "role")), {"nic": nic, "role": role})
    return visit.go("/office/staff")


async def _let_go(visit: Visit) -> Response:
    try:
        await staff.let_go(visit.engine, typed(visit, "nic"), visit.session.account.nichandle)
    except Refused as refused:
        return await _show_staff(visit, said(visit, refused), {"nic": "", "role": "support"})
    return visit.go("/office/staff")


# The audit


async def _audit(visit: Visit) -> Response:
    given = asked(visit, ("member", "nic", "order", "verb", "before", "proof"))
    before = number(given["before"])
    wanted = Wanted(
        member=given["member"],
        customer=given["nic"],
        order_id=number(given["order"]),
        verb=given["verb"],
        before=datetime.fromtimestamp(before / 1_000_000, UTC) if 0 < before < 2**52 else None,
    )
    entries = await office_audit.entries(visit.engine, wanted)
    more = entries[-1].at if len(entries) == office_audit.A_PAGE else None
    return visit.show(
        "office_audit.html",
        entries=entries,
        given=given,
        more=round(more.timestamp() * 1_000_000) if more else None,
        proof=await office_audit.prove(visit.engine) if given["proof"] else None,
        verbs=[
            ("", visit.language.say("Everything")),
            *((verb, visit.language.say(told)) for verb, told in VERBS.items()),
        ],
        told=VERBS,
    )


# Registries


async def _registries(visit: Visit) -> Response:
    return await _show_registries(visit, "", None)


async def _show_registries(visit: Visit, name: str, tried: office_registries.Tried | None) -> Response:
    return visit.show(
        "office_registries.html",
        seen=await office_registries.seen(visit.engine),
        spoken=office_registries.spoken(visit.engine),
        asked=name,
        tried=tried,
    )


async def _ask(visit: Visit) -> Response:
    name = typed(visit, "registry")
    return await _show_registries(visit, name, await office_registries.ask(visit.engine, name))


AS = {
    "support": "Support: orders, tasks, customers, registries",
    "finance": "Finance: orders, customers, money and its approval, audit",
    "catalogue": "Catalogue: prices, promotions, brand, registries",
    "admin": "Admin: everything",
}
VERBS = {
    "task.relaunch": "Task taken up again",
    "task.correct": "Argument corrected",
    "task.cancel": "Task given up",
    "order.cancel": "Order cancelled",
    "mail.again": "Mail sent again",
    "money.credit": "Credit given",
    "money.refund": "Refund given",
    "money.ask_credit": "Credit asked for",
    "money.ask_refund": "Refund asked for",
    "money.approve_credit": "Credit approved",
    "money.approve_refund": "Refund approved",
    "money.refuse_credit": "Credit refused",
    "money.refuse_refund": "Refund refused",
    "account.end_sessions": "Signed out everywhere",
    "account.withdraw_key": "API key withdrawn",
    "account.block": "Sign-in blocked",
    "account.unblock": "Sign-in allowed again",
    "staff.take_on": "Taken on",
    "staff.let_go": "Let go",
    "edit.price": "Price edited",
    "edit.sale": "Sale edited",
    "edit.promotion": "Promotion edited",
    "edit.margin": "Margin edited",
    "edit.brand": "Brand edited",
    "edit.withdraw": "Edit withdrawn",
}
STATES = {
    "error": "In error",
    "todo": "To do",
    "doing": "Under way",
    "done": "Done",
    "cancelled": "Given up",
    "waiting": "Awaits approval",
    "refused": "Refused",
}
"""Of tasks and of requests for money."""
SENTENCES = (*AS.values(), *VERBS.values(), *STATES.values(), staff.FOR_MEMBERS, staff.LAST, BLOCKED)
assert AS.keys() == ROLES.keys()  # noqa: S101 - a role without words would not be offered

PAGES = (
    Page(method="GET", path="/office", do=_overview, staff=True),
    Page(method="GET", path="/office/staff", do=_staff, right="staff"),
    Page(method="POST", path="/office/staff", do=_take_on, right="staff"),
    Page(method="POST", path="/office/staff/let-go", do=_let_go, right="staff"),
    Page(method="GET", path="/office/audit", do=_audit, right="audit"),
    Page(method="GET", path="/office/registries", do=_registries, right="registries"),
    Page(method="POST", path="/office/registries", do=_ask, right="registries"),
)
