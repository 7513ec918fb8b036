"""/account/sessions: where somebody is signed in to the account, and the end of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.flows import sessions
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit

PATH = "/account/sessions"
MOST = 100
"""Shown, the latest seen first."""


async def _list(visit: Visit) -> Response:
    found = await sessions.of_account(visit.engine, visit.session.account, visit.now)
    return visit.show("sign_ins.html", found=found[:MOST], here=visit.session.key, more=max(0, len(found) - MOST))


async def _end(visit: Visit) -> Response:
    """One, or all but the browser that asks."""
    nic, key = visit.session.account.nichandle, visit.form.get("session", "")
    if key == "others":
        await sessions.end_others(visit.engine, nic, visit.visitor.token)
    else:
        await sessions.end(visit.engine, nic, key)
    return visit.go(PATH)


PAGES = (
    Page(method="GET", path=PATH, do=_list, signed_in=True),
    Page(method="POST", path=PATH, do=_end, signed_in=True),
)
