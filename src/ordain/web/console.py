"""/console: the API, to read and to try. An OpenAPI viewer that calls as whoever is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from ordain.flows import clients
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit

POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    # The viewer writes styles into its elements.
    "style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


async def _console(visit: Visit) -> Response:
    answer = visit.show("console.html")
    answer.headers["content-security-policy"] = POLICY
    return answer


async def _token(visit: Visit) -> Response:
    """What the page's calls bear: an hour's token of the account, for a page that knows its form's token."""
    text = await clients.console_token(visit.engine, visit.session.account.nichandle, visit.engine.machine())
    return JSONResponse({"access_token": text, "expires_in": clients.TOLD_SECONDS}, headers=HEADERS)


PAGES = (
    Page(method="GET", path="/console", do=_console, signed_in=True),
    Page(method="POST", path="/console/token", do=_token, signed_in=True),
)
