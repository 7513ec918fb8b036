"""Passwords changed, and set by a link from a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import Refused
from ordain.flows import sessions
from ordain.web.page import Page
from ordain.web.session import refused_status

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit


async def _show_change(visit: Visit) -> Response:
    return visit.show("change_password.html", problem=None)


async def _change(visit: Visit) -> Response:
    """Ends every session, this one too."""
    nic, form = visit.session.account.nichandle, visit.form
    try:
        await sessions.change_password(visit.engine, nic, form.get("old", ""), form.get("password", ""), visit.now)
    except Refused as refused:
        problem = refused.refusals[0]
        return visit.show("change_password.html", status=refused_status(problem), problem=problem)
    return visit.go("/sign-in")


async def _show_forgotten(visit: Visit) -> Response:
    return visit.show("forgotten_password.html", sent=False, problem=None)


async def _forgotten(visit: Visit) -> Response:
    """The same answer, whether there is such an account or not."""
    try:
        await sessions.send_password_link(visit.engine, visit.form.get("email", "").strip(), visit.address, visit.now)
    except Refused as refused:
        problem = refused.refusals[0]
        return visit.show("forgotten_password.html", status=refused_status(problem), sent=False, problem=problem)
    return visit.show("forgotten_password.html", sent=True, problem=None)


async def _show_new(visit: Visit) -> Response:
    account, key = visit.query.get("account", ""), visit.query.get("key", "")
    return visit.show("new_password.html", account=account, key=key, problem=None)


async def _new(visit: Visit) -> Response:
    nic, key = visit.form.get("account", ""), visit.form.get("key", "")
    try:
        await sessions.password_by_link(visit.engine, nic, key, visit.form.get("password", ""), visit.now)
    except Refused as refused:
        problem = refused.refusals[0]
        status = refused_status(problem)
        return visit.show("new_password.html", status=status, account=nic, key=key, problem=problem)
    return visit.go("/sign-in")


PAGES = (
    Page(method="GET", path="/account/password", do=_show_change, signed_in=True),
    Page(method="POST", path="/account/password", do=_change, signed_in=True),
    Page(method="GET", path="/forgotten-password", do=_show_forgotten),
    Page(method="POST", path="/forgotten-password", do=_forgotten),
    Page(method="GET", path="/new-password", do=_show_new),
    Page(method="POST", path="/new-password", do=_new),
)
