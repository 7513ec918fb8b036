"""Routes as declarations: dispatch, the description and the tests against the contract are read off them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from ordain.core.account import Caller
from ordain.core.refusal import Kind, Refusal, Refused
from ordain.flows.ports import Engine

if TYPE_CHECKING:
    from collections.abc import Iterable


NUMBERS = frozenset({
    "applicationId", "configurationId", "contactId", "credentialId", "debtId", "detailId", "id", "itemId",
    "movementId", "operationId", "orderDetailId", "orderId", "paymentMethodId", "serviceId", "transactionId",
})  # fmt: skip
"""Path parameters that are numbers unless a route says otherwise (`texts`); all others are texts."""

FORMS = {"creationDate": "datetime", "smdId": "uuid", "option": "domain.DomainOptionEnum"}
"""Path parameters that are texts of a form: their routes read them."""

WHOLE = ("v2", "ordain")
"""First segments that are a part of a declared path; other paths stand below the first version's prefix."""

Standing = Literal["PRODUCTION", "BETA", "DEPRECATED", "INTERNAL"]
"""How the contract marks a route."""


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
    form: bool = False
    """The body may come as an HTML form sends it, too."""
    raw: bool = False
    """The body is handed over as the bytes that were sent: whoever sent them signed them."""
    answer: Any = None
    content_type: str = "application/json"
    """What the answer is; a route whose is another answers with a `streams.Stream`."""
    streams: Any = None
    """What each line or event is, of an answer that can be had piece by piece."""
    standing: Standing = "PRODUCTION"
    texts: frozenset[str] = frozenset()
    """Path parameters that are texts here though NUMBERS has them."""
    impersonal: bool = False
    """Nobody is looked up: keys and tokens of customers mean nothing here."""
    refuses: tuple[Kind, ...] = ()
    """Kinds of refusals beyond those that follow from authentication, path and what is sent."""
    replayable: bool = True
    """A POST that is repeated with its Idempotency-Key is answered as before (decision 9)."""
    tagged: bool = False
    """The answer is a `tags.Tagged`: it has an ETag."""
    not_offered: str | None = None
    """The reason why this route only answers that this is not offered here."""

    @property
    def address(self) -> str:
        """The path from the root of the host."""
        return self.path if self.path.split("/")[1] in WHOLE else f"/1.0{self.path}"

    @property
    def keyed(self) -> bool:
        """It takes an Idempotency-Key. A stream is not kept, and only tells."""
        return self.method == "POST" and self.replayable and self.streams is None and not self.not_offered

    @property
    def conditional(self) -> bool:
        """It takes an If-Match: it changes a cart."""
        return self.method != "GET" and "{cartId}" in self.path and not self.not_offered

    @property
    def numbers(self) -> frozenset[str]:
        """The path parameters that are numbers."""
        return NUMBERS - self.texts

    def path_type(self, name: str) -> str:
        """The contract's type of a path parameter."""
        return "long" if name in self.numbers else FORMS.get(name, "string")

    @property
    def refusals(self) -> frozenset[Kind]:
        """Every kind of refusal the route can give."""
        kinds: set[Kind] = {"unavailable", *self.refuses}
        if self.authenticated:
            kinds |= {"unauthenticated"}
        # On any route a signature can be wrong, a key not be allowed to call it, a body too large or too late, and the
        # caller have called too often.
        kinds |= {"invalid", "forbidden", "too-large", "too-slow", "too-many"}
        if "{" in self.path or self.not_offered:
            kinds |= {"not-found"}
        if "{cartId}" in self.path:
            kinds |= {"expired"}
        if self.method != "GET":
            kinds |= {"conflict"}
        if self.conditional:
            kinds |= {"precondition"}
        return frozenset(kinds)


def not_offered(method: str, path: str, reason: str, **declared: Any) -> Route:  # noqa: ANN401 - a route's members
    """A route of the contract that exists and says why what it does is not to be had here."""

    async def do(_: Call) -> None:
        message = f"This is not offered here: {reason}"
        raise Refused(Refusal("not-found", message))

    return Route(method=method, path=path, do=do, told="Not offered here", not_offered=reason, **declared)


class Declared(Struct, frozen=True):
    """A route with what follows from its declaration, so that no request works it out again."""

    route: Route
    names: tuple[str, ...]
    """Its path's parameters, in order."""
    numbers: frozenset[str]
    keyed: bool
    conditional: bool


class Found(Struct, frozen=True):
    """A route with the values of its path."""

    declared: Declared
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
        for segment in filter(None, route.path.split("/")):
            named = segment.startswith("{")
            if named:
                names.append(segment[1:-1])
            node = node.setdefault("{}" if named else segment, {})
        if route.method in node.setdefault("", {}):
            message = f"{route.method} {route.path} is declared twice"
            raise ValueError(message)
        node[""][route.method] = Declared(route, tuple(names), route.numbers, route.keyed, route.conditional)

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
        declared = methods[method]
        return Found(declared, dict(zip(declared.names, values, strict=True)))
