"""/sign-in and /sign-out; who visits, by the cookie; and where to go on to afterwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from ordain.api import errors
from ordain.core.refusal import Refused
from ordain.flows import second_factor, sessions
from ordain.web.page import Page, Visit, Visitor, cookie_name

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from ordain.core.refusal import Refusal
    from ordain.core.session import Session
    from ordain.flows.ports import Engine

HOME = "/account"


def visitor(engine: Engine, request: Request) -> Visitor:
    """Whose browser this is, as its cookie says; whoever has none of ours gets a new one."""
    token = request.cookies.get(cookie_name(engine), "")
    if token.isascii() and token.isalnum() and len(token) == sessions.TOKEN_LENGTH:
        return Visitor(token, known=True)
    return Visitor(sessions.new_token(engine), known=False)


async def signed_in(engine: Engine, request: Request, here: Visitor, now: datetime) -> Session | None:
    """Who is signed in with this browser."""
    if not here.known:
        return None
    found = await sessions.find(engine, here.token, now)
    if found is None or found.awaits_code:
        return None
    where = (request.client.host if request.client else "", request.headers.get("user-agent", "")[:500])
    await sessions.noted(engine, here.token, found, where, now)
    return found


def ask(visit: Visit) -> Response:
    """On to /sign-in, and from there back here."""
    return visit.go(f"/sign-in?then={quote(visit.target, safe='')}")


def local(path: str | None) -> str:
    """A path of ours to go on to, as a link gave it; HOME for anything that could lead elsewhere."""
    # Browsers take a backslash for a slash, and skip tabs and line ends.
    harmless = path and path.isascii() and path.isprintable() and "\\" not in path
    return path if path and harmless and path.startswith("/") and not path.startswith("//") else HOME


def refused_status(refusal: Refusal) -> int:
    """The status of a form that is shown again with its problem."""
    return errors.STATUSES[refusal.kind][0]


async def _form(visit: Visit) -> Response:
    then = local(visit.query.get("then"))
    if visit.maybe_session:
        return visit.go(then)
    return visit.show("sign_in.html", then=then, name="", problem=None)


async def _sign_in(visit: Visit) -> Response:
    then, name = local(visit.form.get("then")), visit.form.get("name", "").strip()
    try:
        token = await sessions.sign_in(visit.engine, name, visit.form.get("password", ""), visit.address, visit.now)
    except Refused as refused:
        problem = refused.refusals[0]
        return visit.show("sign_in.html", status=refused_status(problem), then=then, name=name, problem=problem.message)
    session = await sessions.find(visit.engine, token, visit.now)
    awaits_code = session is not None and session.awaits_code
    return await renewed(visit, token, f"/sign-in/code?then={quote(then, safe='')}" if awaits_code else then)


async def renewed(visit: Visit, token: str, path: str) -> Response:
    """On to a page with another cookie: what the browser was before, others can have known."""
    await sessions.sign_out(visit.engine, visit.visitor.token)
    answer = visit.go(path)
    visit.keep(answer, token)
    return answer


async def _ask_code(visit: Visit) -> Response:
    return visit.show("sign_in_code.html", then=local(visit.query.get("then")), problem=None)


async def _code(visit: Visit) -> Response:
    then, code = local(visit.form.get("then")), visit.form.get("code", "")
    try:
        token = await second_factor.sign_in(visit.engine, visit.visitor.token, code, visit.address, int(time.time()))
    except Refused as refused:
        problem = refused.refusals[0]
        if problem.kind == "not-found":
            return visit.go(f"/sign-in?then={quote(then, safe='')}")
        return visit.show("sign_in_code.html", status=refused_status(problem), then=then, problem=problem.message)
    return await renewed(visit, token, then)


async def _sign_out(visit: Visit) -> Response:
    await sessions.sign_out(visit.engine, visit.visitor.token)
    answer = visit.go("/sign-in")
    visit.keep(answer, sessions.new_token(visit.engine))
    return answer


PAGES = (
    Page(method="GET", path="/sign-in", do=_form),
    Page(method="POST", path="/sign-in", do=_sign_in),
    Page(method="GET", path="/sign-in/code", do=_ask_code),
    Page(method="POST", path="/sign-in/code", do=_code),
    Page(method="POST", path="/sign-out", do=_sign_out),
)
