"""/account/second-factor: set up, confirmed and turned off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from markupsafe import Markup

from ordain.core.refusal import Refused
from ordain.flows import second_factor
from ordain.web.page import Page
from ordain.web.session import refused_status

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.refusal import Refusal
    from ordain.web.page import Visit

PATH = "/account/second-factor"


async def _page(visit: Visit, problem: Refusal | None = None) -> Response:
    nic = visit.session.account.nichandle
    factor = await second_factor.find(visit.engine, nic)
    secret, uri = second_factor.setup_uri(visit.engine, nic, factor) if factor and not factor.confirmed else ("", "")
    return visit.show(
        "second_factor.html",
        status=refused_status(problem) if problem else 200,
        factor=factor,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        uri=uri,
        picture=_picture(uri) if uri else "",
        problem=problem,
    )


def _picture(uri: str) -> Markup:
    """The QR code as SVG within the page; it is drawn of numbers alone."""
    import segno  # noqa: PLC0415 - drawn once in an account's life

    code = segno.make(uri, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True)
    return Markup(drawn)  # noqa: S704 - segno draws rectangles, and nothing of the text is in it


async def _begin(visit: Visit) -> Response:
    await second_factor.begin(visit.engine, visit.session.account.nichandle, visit.now)
    return visit.go(PATH)


async def _confirm(visit: Visit) -> Response:
    nic, code = visit.session.account.nichandle, visit.form.get("code", "")
    try:
        codes = await second_factor.confirm(visit.engine, nic, code, int(time.time()))
    except Refused as refused:
        return await _page(visit, refused.refusals[0])
    return visit.show_once("recovery_codes.html", codes=codes)


async def _turn_off(visit: Visit) -> Response:
    nic, code = visit.session.account.nichandle, visit.form.get("code", "")
    try:
        await second_factor.turn_off(visit.engine, nic, code, int(time.time()), visit.now)
    except Refused as refused:
        return await _page(visit, refused.refusals[0])
    return visit.go(PATH)


PAGES = (
    Page(method="GET", path=PATH, do=_page, signed_in=True),
    Page(method="POST", path=PATH, do=_begin, signed_in=True),
    Page(method="POST", path=f"{PATH}/confirm", do=_confirm, signed_in=True),
    Page(method="POST", path=f"{PATH}/off", do=_turn_off, signed_in=True),
)
