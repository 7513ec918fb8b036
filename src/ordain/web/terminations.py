"""/billing/confirmTerminate: where the link in a termination's mail leads. The token is all its reader needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import invalid
from ordain.flows import services
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

PATH = "/billing/confirmTerminate"


def _asked(sent: Mapping[str, str]) -> tuple[int, str]:
    """The service and the token of a link; what cannot be read as such is refused as a wrong token is."""
    number, token = sent.get("id", ""), sent.get("token", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 16):
        raise invalid(services.NOT_CONFIRMED, "token")
    return int(number), token


async def _show(visit: Visit) -> Response:
    number, token = _asked(visit.query)
    service = await services.to_be_ended(visit.engine, number, token)
    return visit.show("termination.html", service=service, token=token, ended=False)


async def _confirm(visit: Visit) -> Response:
    number, token = _asked(visit.form)
    service = await services.confirm_by_link(visit.engine, number, token)
    return visit.show("termination.html", service=service, token=token, ended=True)


PAGES = (
    Page(method="GET", path=PATH, do=_show),
    Page(method="POST", path=PATH, do=_confirm),
)
