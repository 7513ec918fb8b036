"""Each request as a span of a trace, where traces are collected: an ASGI application around ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ordain.api.server import Asgi, Message, Receive, Send
    from ordain.flows.ports import Traces

FAILED = 500


def traced(application: Asgi, traces: Traces) -> Asgi:
    """The same application. A span has the route's name and the query id, never what was sent."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await application(scope, receive, send)
        headers = dict(scope["headers"])
        heard: dict[str, Any] = {"status": 0, "query": ""}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                heard["status"] = message["status"]
                heard["query"] = dict(message["headers"]).get(b"x-ovh-queryid", b"").decode()
            await send(message)

        method = scope["method"]
        with traces.span(method, "request", headers.get(b"traceparent", b"").decode("latin-1")) as span:
            await application(scope, receive, noted)
            asking = scope.get("asking")
            route = asking.route.path if asking is not None and asking.route is not None else "page"
            span.note(
                f"{method} {route}",
                http_request_method=method,
                http_route=route,
                http_response_status__code=heard["status"],
                ordain_query=heard["query"],
            )
            if heard["status"] >= FAILED:
                span.failed(f"answered {heard['status']}")
        return None

    return answer
