"""The ASGI application: reads a request, finds its route, checks who is asking, answers as the contract does.

It is our own because the contract needs raw bodies for signatures, error bodies of its own, prefixes and trailing
slashes (DESIGN §6).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from msgspec import Struct

from ordain.api import callers, errors, idempotency, lists, replies, streams, tags
from ordain.api.pace import Pace, in_time
from ordain.api.reading import read_body, read_form, read_path, read_query
from ordain.api.routing import WHOLE, Call, Found, Route, Router
from ordain.api.tally import Asking, Tally
from ordain.core.refusal import Refusal, Refused, Unavailable, not_found
from ordain.flows import log_lines

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from ordain.api.replies import Reply
    from ordain.flows.ports import Engine

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

PREFIXES = ("1.0", "v1")
"""Either begins a path of the first version; those of the second, and our own, begin with what is declared."""
LONGEST_BODY = 1024 * 1024
LONGEST_DRAINED = 32 * 1024 * 1024
"""A longer body is not even read to its end: the client hears of it when the connection closes."""

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
"""One of these is sent where there is a body (RFC 9112 §6)."""

WITHOUT_PREFIX = {"auth/oauth2/token"}
"""What clients also look for at the root of a host (wire-contract §1.3)."""

_STREAM = [(b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
"""A proxy (nginx) is not to keep a stream until it is whole."""


class Request(Struct, frozen=True):
    """What is read off an ASGI scope, and the body."""

    method: str
    target: str
    """Path and query exactly as sent: what a signature covers."""
    path: str | None
    """The path as routes and access rules have it: "/me/order", "/v2/domain/name"; None outside of the API."""
    headers: Mapping[bytes, bytes]
    scheme: str
    address: str
    body: bytes

    def header(self, name: bytes) -> str:
        """A header's text, empty if it was not sent."""
        return self.headers.get(name, b"").decode("latin-1")


class Api:
    """The API of one engine, as an ASGI application. `pages`: who answers instead, by the first segment of the path."""

    def __init__(self, engine: Engine, routes: Iterable[Route], pages: Mapping[str, Asgi]) -> None:
        self._engine = engine
        routes = tuple(routes)
        self._router = Router(routes)
        self._members = lists.members_of(routes)
        self._pages = pages
        self._pace = Pace(engine.requests_a_minute)
        # As the real ones look: where it was answered, a part that is this process's own, and a number.
        self._prefix = f"ORDAIN.ext-1.{engine.secret_text(8)}"
        self._numbers = count(1)
        self._tally = Tally(routes)
        engine.running.measured.append(self._tally.families)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request. Lifespan and websocket scopes are not ours."""
        if scope["type"] != "http":
            return None
        scope["asking"] = asking = Asking(f"{self._prefix}.{next(self._numbers)}")
        log_lines.query.set(asking.query_id)
        page = self._pages.get(scope["path"].strip("/").partition("/")[0])
        if page and scope["path"].strip("/") not in WITHOUT_PREFIX:
            return await self._pace.page(
                page, {**scope, "query_id": asking.query_id}, receive, self._tally.page(asking, send)
            )
        status, headers, body = await self._api(scope, receive, asking)
        self._tally.answered(asking, status)
        start = [*headers, (b"x-ovh-queryid", asking.query_id.encode())]
        if self._engine.running.draining:
            start += errors.CLOSED
        if not isinstance(body, bytes):
            await send({"type": "http.response.start", "status": status, "headers": start})
            return await streams.send_pieces(body, receive, send)
        if status != HTTPStatus.NOT_MODIFIED:  # which is as long as what the client has
            start.insert(-1, (b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": start})
        await send({"type": "http.response.body", "body": body})
        return None

    async def _api(self, scope: Message, receive: Receive, asking: Asking) -> Reply:
        try:
            self._pace.heard((scope.get("client") or ("",))[0])
            return await self._answer(await _request(scope, receive), asking)
        except Refused as refused:
            self._tally.refused(refused.refusals)
            return replies.refused(refused)
        except Exception as trouble:  # noqa: BLE001 - the client gets an answer, the log all of it
            return _troubled(trouble, asking.query_id)

    async def _answer(self, request: Request, asking: Asking) -> Reply:
        """What the route answers: now, or before if this is a request repeated with its key."""
        found = self._find(request)
        declared = found.declared
        route, now = declared.route, self._engine.clock()
        asking.route, caller = route, None
        if not route.impersonal:
            caller = await callers.find(self._engine, request, now, authenticated=route.authenticated)
        call = Call(
            engine=self._engine,
            maybe_caller=caller,
            path=read_path(found.path, declared.numbers) if found.path else {},
            query=read_query(route.query, request.target),
            body=_sent(route, request),
            now=now,
            address=request.address,
            headers=request.headers,
        )
        if call.maybe_caller:
            self._pace.heard(request.address, call.maybe_caller)
        do = partial(self._do, route)
        if declared.conditional and tags.IF_MATCH in request.headers:
            do = partial(tags.if_matched, do=do)
        if declared.keyed and idempotency.HEADER in request.headers:
            return await idempotency.once(request, call, do)
        return await do(call)

    async def _do(self, route: Route, call: Call) -> Reply:
        """What the route answers to this call; a list by the page that was asked for."""
        members = self._members.get(route.path) if route.method == "GET" else None
        page = lists.page_asked(call.header) if members else None
        answer = await route.do(call)
        if isinstance(answer, streams.Stream):
            return answer.status, [(b"content-type", answer.content_type.encode()), *_STREAM], answer.pieces
        if isinstance(answer, tags.Tagged):
            return tags.reply(call, answer, read=route.method == "GET")
        headers: lists.Headers = []
        if members and page:
            answer, headers = await lists.objects(call, answer, members, page)
        elif isinstance(answer, list) and route.path.startswith("/v2/"):
            answer, headers = lists.by_cursor(answer, call.header)
        return 200, [*replies.JSON, *headers], replies.encode(answer)

    def _find(self, request: Request) -> Found:
        path = request.path
        if path is None:
            raise not_found(errors.UNKNOWN_URL)
        parts = path[1:].split("/") if path != "/" else []
        found = self._router.find(request.method, [unquote(part) for part in parts] if "%" in path else parts)
        if isinstance(found, set):
            if found:
                message = f"This URL does not take {request.method}: it takes {', '.join(sorted(found))}"
                raise not_found(message)
            raise not_found(errors.UNKNOWN_URL)
        return found


def _sent(route: Route, request: Request) -> Struct | bytes:
    if route.raw:
        return request.body
    if route.form:
        return read_form(route.body, request.header(b"content-type"), request.body)
    return read_body(route.body, request.body)


def _troubled(trouble: Exception, query_id: str) -> Reply:
    """An error that passes, or one nobody foresaw: the log has all of it, the client an id to ask with."""
    if isinstance(trouble, Unavailable):
        log.warning("query %s could not be served: %s", query_id, trouble)
        return replies.refused(
            Refused(Refusal("unavailable", "Nothing was done, the database is busy: try again later"))
        )
    log.error("unexpected error, query %s", query_id, exc_info=trouble)
    said = {"class": "Server::InternalServerError", "message": f"Internal server error, query {query_id}"}
    return 500, replies.JSON, replies.encode(said)


async def _request(scope: Message, receive: Receive) -> Request:
    headers = dict(scope["headers"])
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    path = raw.partition(b"?")[0].decode("latin-1")
    client = scope.get("client")
    return Request(
        scope["method"],
        f"{path}?{query.decode('latin-1')}" if query else path,
        _path(path.strip("/")),
        headers,
        scope["scheme"],
        client[0] if client else "",
        await (in_time(_body(headers, receive)) if _LENGTHS & headers.keys() else _body(headers, receive)),
    )


def _path(raw: str) -> str | None:
    version, _, rest = raw.partition("/")
    if version in PREFIXES:
        return None if rest.partition("/")[0] in WHOLE else f"/{rest}"
    return f"/{raw}" if version in WHOLE or raw in WITHOUT_PREFIX else None


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    length = headers.get(b"content-length", b"0")
    parts: list[bytes] = []
    size = 0
    more = not (length.isdigit() and int(length) > LONGEST_DRAINED)
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        part = message.get("body", b"")
        size += len(part)
        if size <= LONGEST_BODY:
            parts.append(part)
        more = message.get("more_body", False) and size <= LONGEST_DRAINED
    if size > LONGEST_BODY or (length.isdigit() and int(length) > LONGEST_BODY):
        raise Refused(Refusal("too-large", f"A body can be at most {LONGEST_BODY} bytes long"))
    return b"".join(parts)
