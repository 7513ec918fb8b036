"""/domains: the account's names, found by name, state and expiry."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core.account import acting
from ordain.core.names import both
from ordain.core.service import renewal_state
from ordain.flows import domains
from ordain.web import paging
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response

    from ordain.flows.domains import Standing
    from ordain.web.page import Visit

SOON = timedelta(days=60)
STATES = {
    "ok": ("Active", "good"),
    "expired": ("Expired", "wrong"),
    "restorable": ("Deleted, can be restored", "wrong"),
    "outgoing_transfer": ("Being transferred away", "care"),
    "autorenew_in_progress": ("Being renewed", ""),
}
RENEWALS = {
    "automatic_renew": "Renewed automatically",
    "manual_renew": "Renewed by you",
    "cancellation_requested": "Ends at its expiry",
    "cancellation_complete": "Ended",
    "unpaid": "Could not be charged",
}
FILTERS: dict[str, tuple[str, Callable[[Standing, datetime], bool]]] = {
    "": ("All", lambda _one, _now: True),
    "soon": ("Expiring within 60 days", lambda one, now: one.domain.expires - now < SOON),
    "manual": ("Not renewed automatically", lambda one, _: not one.service.automatic),
    "error": ("With a task in error", lambda one, _: any(task.status == "error" for task in one.under_way)),
}
ORDERS = {"name": "Name", "expires": "Expiry"}
NEEDS_YOU = "Needs your attention"
SENTENCES = (
    NEEDS_YOU,
    *(label for label, _ in STATES.values()),
    *RENEWALS.values(),
    *(label for label, _ in FILTERS.values()),
    *ORDERS.values(),
)


def tone(one: Standing, now: datetime) -> tuple[str, str]:
    """A name's state in words, and its look: what needs its holder comes first."""
    if any(task.status == "error" for task in one.under_way):
        return (NEEDS_YOU, "wrong")
    return STATES[domains.state_of(one, now)]


async def _list(visit: Visit) -> Response:
    found = await domains.all_standing(visit.engine, acting(visit.session.account, visit.now))
    typed, show, order = paging.search(visit), visit.query.get("show", ""), visit.query.get("order", "")
    show, order = (show if show in FILTERS else ""), (order if order in ORDERS else "name")
    wanted = [one for one in found if typed in both(one.domain.name).lower() and FILTERS[show][1](one, visit.now)]
    if order == "expires":
        wanted.sort(key=lambda one: (one.domain.expires, one.domain.name))
    query = {"q": typed, "show": show, "order": order if order != "name" else ""}
    return visit.show(
        "domains_rows.html" if visit.fragment else "domains.html",
        cut=paging.cut(visit, wanted, query),
        held=len(found),
        typed=typed,
        show=show,
        order=order,
        filters=[(key, visit.language.say(label)) for key, (label, _) in FILTERS.items()],
        orders=[(key, visit.language.say(label)) for key, label in ORDERS.items()],
        tone=lambda one: tone(one, visit.now),
        renewal=lambda one: RENEWALS[renewal_state(one.service)],
    )


PAGES = (Page(method="GET", path="/domains", do=_list, signed_in=True),)
