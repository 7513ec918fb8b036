"""/account: where one is after signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit


async def _account(visit: Visit) -> Response:
    return visit.show("account.html", account=visit.session.account)


PAGES = (Page(method="GET", path="/account", do=_account, signed_in=True),)
