"""The pages as one Starlette application, built from their tables; `api/server` hands it what begins like a page."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import structs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ordain.api import errors
from ordain.core.refusal import Refusal, Refused, Unavailable, Uncertain, invalid, not_found
from ordain.flows import staff
from ordain.web import (
    account,
    bills,
    consent,
    console,
    contacts,
    contracts,
    domain,
    domain_changes,
    domains,
    keys,
    menu,
    office,
    office_brand,
    office_catalogue,
    office_charts,
    office_customers,
    office_edits,
    office_orders,
    office_promotions,
    office_rules,
    office_tasks,
    order_list,
    order_payment,
    order_tasks,
    orders,
    owner_changes,
    passwords,
    payment,
    place,
    renewals,
    second_factor,
    session,
    shop_cart,
    shop_cart_forms,
    shop_checkout,
    shop_front,
    shop_item,
    shop_search,
    sign_ins,
    sign_up,
    terminations,
    withdrawals,
    zone_changes,
    zone_files,
    zone_history,
    zones,
)
from ordain.web.once import once
from ordain.web.page import HEADERS, Page, Visit
from ordain.web.texts import both

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from ordain.flows.ports import Engine

log = logging.getLogger(__name__)

OPENAPI = "/openapi.json"

PAGES = (
    *account.PAGES,
    *bills.PAGES,
    *consent.PAGES,
    *console.PAGES,
    *contacts.PAGES,
    *contracts.PAGES,
    *domain.PAGES,
    *domain_changes.PAGES,
    *domains.PAGES,
    *keys.PAGES,
    *office.PAGES,
    *office_charts.PAGES,
    *office_customers.PAGES,
    *office_orders.PAGES,
    *office_tasks.PAGES,
    *order_list.PAGES,
    *order_payment.PAGES,
    *order_tasks.PAGES,
    *office_brand.PAGES,
    *office_catalogue.PAGES,
    *office_edits.PAGES,
    *office_promotions.PAGES,
    *office_rules.PAGES,
    *orders.PAGES,
    *owner_changes.PAGES,
    *passwords.PAGES,
    *payment.PAGES,
    *place.PAGES,
    *second_factor.PAGES,
    *session.PAGES,
    *shop_checkout.PAGES,
    *shop_cart.PAGES,
    *shop_cart_forms.PAGES,
    *shop_front.PAGES,
    *shop_search.PAGES,
    *shop_item.PAGES,
    *sign_up.PAGES,
    *renewals.PAGES,
    *terminations.PAGES,
    *withdrawals.PAGES,
    *sign_ins.PAGES,
    *zone_changes.PAGES,
    *zone_files.PAGES,
    *zone_history.PAGES,
    *zones.PAGES,
)

LONGEST_FORM = 64 * 1024
MOST_FIELDS = 200

TITLES = {
    400: "This could not be read",
    401: "Nobody is signed in",
    403: "This is not allowed",
    404: "There is no such page",
    405: "There is no such page",
    408: "This took too long",
    409: "This cannot be done now",
    412: "This was changed meanwhile",
    413: "This is too much",
    429: "Too many attempts",
    errors.EXPIRED: "This is over",
    500: "Something went wrong",
    503: "Try again later",
    504: "Something went wrong",
}
EXPIRED_FORM = "This form is too old, or came from elsewhere: go back, reload the page and try again."
NOWHERE = "Check the address, or the link that led here."
FAILED = "The error was written down as %(query)s. Try again, or tell us this number."

_TEMPLATES = Path(__file__).parent / "templates"
_FILES = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def _kept(path: Path) -> str:
    """Where a file is served: the name changes with its content, so that browsers may keep it."""
    return f"/static/{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}/{path.name}"


STATIC = {str(path.relative_to(_FILES)): _kept(path) for path in sorted(_FILES.rglob("*")) if path.suffix in _TYPES}
"""Where each file of `static/` is served, by its name there."""


def segments() -> frozenset[str]:
    """The first segments of all pages' paths."""
    return frozenset(path.split("/")[1] for path in (OPENAPI, "/static/", *(page.path for page in PAGES)))


def build(engine: Engine, description: Callable[[], bytes]) -> Starlette:
    """The application. `description` gives the OpenAPI document."""
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.globals["static"] = STATIC
    templates.filters["both"] = both
    paths = {page.path for page in PAGES if page.method == "GET"}
    templates.globals["menu"] = lambda name, session: menu.shown(menu.MENUS[name], paths, session)
    templates.globals["place"] = place
    templates.globals["brand_version"] = office_brand.version
    routes = [Route(page.path, _endpoint(engine, templates, page), methods=[page.method]) for page in PAGES]
    routes += [Route(where, _file(name)) for name, where in STATIC.items()]
    routes.append(Route(OPENAPI, _described(description)))
    unknown = _endpoint(engine, templates, Page(method="GET", path="", do=_unknown))

    async def no_route(request: Request, _: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return await unknown(request)
        # A program that forgot the API's prefix: /order is the start of pages too.
        status, said = errors.answer(not_found(errors.UNKNOWN_URL))
        return JSONResponse(said, status, {"x-ovh-queryid": request.scope["query_id"]})

    return Starlette(routes=routes, exception_handlers={HTTPException: no_route})


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    content, kind = (_FILES / name).read_bytes(), _TYPES[Path(name).suffix]
    headers = {**HEADERS, "cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}

    @cache
    def packed() -> bytes:
        """Made for the first who asks: all files together were a tenth of the start."""
        # Files only: a page has secrets in it beside what its reader typed, and its length would tell of them (BREACH).
        return gzip.compress(content, 9, mtime=0)

    async def answer(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            # In a thread: the console's script takes 60 ms the first time, and zlib keeps nobody else waiting there.
            content_packed = await asyncio.to_thread(packed)
            return Response(content_packed, headers={**headers, "content-encoding": "gzip"}, media_type=kind)
        return Response(content, headers=headers, media_type=kind)

    return answer


def _described(document: Callable[[], bytes]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        # It says nothing secret, and viewers elsewhere may read it.
        return Response(
            document(), headers={**HEADERS, "access-control-allow-origin": "*"}, media_type="application/json"
        )

    return answer


async def _unknown(_: Visit) -> Response:
    raise not_found(NOWHERE)


def _endpoint(engine: Engine, templates: Environment, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        answered = await _answer(page, _stranger(engine, templates, request), request)
        answered.headers["x-ovh-queryid"] = request.scope["query_id"]
        return answered

    return answer


async def _answer(page: Page, visit: Visit, request: Request) -> Response:
    try:
        visit = await _known(_readable(visit), request)
        if page.method == "POST":
            visit = await _heard(visit, request)
        return await _let_in(page, visit)
    except Refused as refused:
        status, said = errors.answer(refused)
        return _failed(visit, status, visit.language.say(said["message"]))
    except Unavailable:
        log.warning("query %s could not be served", request.scope["query_id"], exc_info=True)
        return _failed(visit, 503, visit.language.say("Nothing was done: we are busy."))
    except Uncertain:
        log.exception("nobody knows whether query %s was carried out", request.scope["query_id"])
        told = "It is not known whether this was done: look before you do it again."
        return _failed(visit, 504, visit.language.say(told))
    except Exception:
        query = request.scope["query_id"]
        log.exception("unexpected error, query %s", query)
        return _failed(visit, 500, visit.language.say(FAILED, query=query))


async def _let_in(page: Page, visit: Visit) -> Response:
    """What the page says, to whoever may see it."""
    of_office = page.staff or page.right is not None
    if (page.signed_in or of_office) and visit.maybe_session is None:
        return session.ask(visit)
    if of_office and not await _entitled(page, visit):
        return visit.show("office_factor.html", status=403)
    return await (once(visit, page.do) if page.method == "POST" else page.do(visit))


async def _entitled(page: Page, visit: Visit) -> bool:
    """Whether a page of the back office is for this visitor: not yet, where they lack the second factor it takes.

    Raises Refused for whoever lacks the right.
    """
    try:
        await staff.require(visit.engine, visit.session.account.nichandle, page.right)
    except Refused as refused:
        if refused.refusals[0].code == staff.NEEDS_FACTOR:
            return False
        raise
    return True


def _failed(visit: Visit, status: int, message: str) -> Response:
    template = "error_part.html" if visit.fragment else "error.html"
    response = visit.show(template, status=status, title=TITLES[status], message=message)
    if visit.fragment:  # what the script wanted to put in its place stays as it is, with all that was typed
        response.headers.update({"hx-retarget": "#failed", "hx-reswap": "innerHTML show:window:top"})
    if status in (503, 504):
        response.headers["retry-after"] = str(errors.PAUSES["unavailable"])
    return response


def _stranger(engine: Engine, templates: Environment, request: Request) -> Visit:
    """A visit of somebody not known yet, but for their cookie: a page that fails now does not take it away."""
    return Visit(
        engine=engine,
        templates=templates,
        path=request.path_params,
        query=request.query_params,
        form={},
        target=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        now=engine.clock(),
        address=request.client.host if request.client else "",
        language=engine.languages.preferred(request.headers.get("accept-language", "")),
        accepted=request.headers.get("accept-language", ""),
        cookies=request.cookies,
        fragment=request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers,
        visitor=session.visitor(engine, request),
        maybe_session=None,
    )


def _readable(visit: Visit) -> Visit:
    """The visit as it is. Raises Refused if its path has NUL in it, which PostgreSQL takes in no text."""
    if any("\0" in str(part) for part in visit.path.values()):
        raise not_found(NOWHERE)
    return visit


async def _known(visit: Visit, request: Request) -> Visit:
    """The same with who is signed in, and in their language."""
    found = await session.signed_in(visit.engine, request, visit.visitor, visit.now)
    known = structs.replace(visit, maybe_session=found)
    chosen = place.language(visit) or (found.account.language if found else "")
    return known.in_language(chosen) if chosen else known


async def _heard(visit: Visit, request: Request) -> Visit:
    """The same with what a form says, if it is one of ours: it has the text that only our pages have."""
    form = await _form(request)
    elsewhere = request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
    if elsewhere or not hmac.compare_digest(form.get("csrf", "").encode(), visit.visitor.csrf.encode()):
        raise Refused(Refusal("forbidden", EXPIRED_FORM))
    return structs.replace(visit, form=form)


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        message = "A form is sent as application/x-www-form-urlencoded"
        raise invalid(message)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise Refused(Refusal("too-large", f"A form can be at most {LONGEST_FORM} bytes long"))
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        message = f"The form cannot be read: {error}"
        raise invalid(message) from error
    if any("\0" in text for pair in pairs for text in pair):
        message = "A text cannot contain the character NUL"
        raise invalid(message)
    return dict(pairs)
