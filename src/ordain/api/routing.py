"""Routes as declarations: dispatch, the description and the tests against the contract are read off them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.core.account import Caller
from ordain.flows.ports import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable


NUMBERS = frozenset(
    {"itemId", "configurationId", "orderId", "orderDetailId", "contactId", "id", "applicationId", "credentialId"}
)
"""Path parameters that are numbers; all others are texts."""


class Call(Struct, frozen=True, kw_only=True):
    """One request as a route sees it. `caller` is None on routes that need no authentication and got none."""

    engine: Engine
    maybe_caller: Caller | None
    path: dict[str, Any]
    query: Any
    body: Any
    now: datetime
    address: str
    headers: Mapping[bytes, bytes]

    def header(self, name: bytes) -> str:
        """A header's text, empty if it was not sent."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def caller(self) -> Caller:
        """Who is asking, on a route that needs to know."""
        if self.maybe_caller is None:
            message = "a route without authentication asked for its caller"
            raise LookupError(message)
        return self.maybe_caller


class Empty(Struct, frozen=True):
    """No parameters: whatever is sent is ignored."""


class Route(Struct, frozen=True, kw_only=True):
    """One method of one path. `answer` is what `do` returns; None is the contract's void, sent as `null`."""

    method: str
    path: str
    do: Callable[[Call], Awaitable[Any]]
    told: str
    authenticated: bool = True
    query: type[Struct] = Empty
    body: type[Struct] = Empty
    form: type[Struct] = Empty
    """In place of a body: what an HTML form would send, or the same as JSON."""
    answer: Any = None


class Found(Struct, frozen=True):
    """A route with the values of its path."""

    route: Route
    path: dict[str, str]


class Router:
    """Finds routes by path; a literal segment is preferred to a parameter."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root: dict[str, Any] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        names = []
        for segment in route.path.strip("/").split("/"):
            named = segment.startswith("{")
            if named:
                names.append(segment[1:-1])
            node = node.setdefault("{}" if named else segment, {})
        if route.method in node.setdefault("", {}):
            message = f"{route.method} {route.path} is declared twice"
            raise ValueError(message)
        node[""][route.method] = (route, names)

    def find(self, method: str, segments: list[str]) -> Found | set[str]:
        """The route, or the methods the path has instead: none for a path that is not ours."""
        node, values = self._root, []
        for segment in segments:
            if segment in node and segment:
                node = node[segment]
            elif "{}" in node and segment:
                values.append(segment)
                node = node["{}"]
            else:
                return set()
        methods = node.get("", {})
        if method not in methods:
            return set(methods)
        route, names = methods[method]
        return Found(route, dict(zip(names, values, strict=True)))
