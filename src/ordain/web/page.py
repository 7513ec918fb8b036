"""Pages as declarations, and one visit of a page: what its function is handed, and the answers it can give."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment
from msgspec import Struct, structs
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ordain.core.language import Language
from ordain.core.session import Session
from ordain.flows.ports import Engine

HEADERS = {"referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "cache-control": "no-store"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{}; base-uri 'none'; "
    "frame-ancestors 'none'"
)

_ORIGIN = re.compile(r"https?://[a-zA-Z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:]+\](:\d{1,5})?")


class Visitor(Struct, frozen=True):
    """Whose browser this is: the text of its cookie, which only the two of us know."""

    token: str
    known: bool
    """The browser sent the cookie; a new one gets it with the first form."""

    @property
    def csrf(self) -> str:
        """What every form carries. Who cannot read the cookie cannot know it, and it does not give the cookie away."""
        return hashlib.sha256(f"csrf {self.token}".encode()).hexdigest()


class Visit(Struct, frozen=True, kw_only=True):
    """One request of a page, as its function sees it."""

    engine: Engine
    templates: Environment
    path: Mapping[str, Any]
    query: Mapping[str, str]
    form: Mapping[str, str]
    """What was sent, by field; empty for a GET."""
    target: str
    """Path and query as sent, for coming back here."""
    now: datetime
    address: str
    language: Language
    visitor: Visitor
    maybe_session: Session | None

    @property
    def session(self) -> Session:
        """Who is signed in, on a page that needs somebody to be."""
        if self.maybe_session is None:
            message = "a page without `signed_in` asked who is"
            raise LookupError(message)
        return self.maybe_session

    def in_language(self, locale: str) -> Visit:
        """The same visit in the language of a locale."""
        return structs.replace(self, language=self.engine.languages.of(locale))

    def show(self, template: str, *, status: int = 200, leads_to: str = "", **values: object) -> Response:
        """A page from its template. `leads_to`: where else than here its form may end up, as a URL."""
        text = self.templates.get_template(template).render(
            say=self.language.say,
            say_count=self.language.say_count,
            lang=self.language.code,
            csrf=self.visitor.csrf,
            session=self.maybe_session,
            **values,
        )
        found = _ORIGIN.match(leads_to)
        policy = POLICY.format(f" {found[0]}" if found else "")
        answer = HTMLResponse(text, status, {**HEADERS, "content-security-policy": policy})
        if not self.visitor.known and self.visitor.csrf in text:
            self.keep(answer, self.visitor.token)
        return answer

    def go(self, path: str) -> Response:
        """On to another page, after a form was heard."""
        return RedirectResponse(path, 303, HEADERS)

    def keep(self, answer: Response, token: str) -> None:
        """Give the browser a cookie, for as long as it is open."""
        secure = self.engine.public_url.startswith("https:")
        answer.set_cookie(cookie_name(self.engine), token, path="/", secure=secure, httponly=True, samesite="lax")


def cookie_name(engine: Engine) -> str:
    """With a prefix that keeps others of our domain from setting it, where browsers accept one (RFC 6265bis §4.1.3)."""
    return "__Host-ordain" if engine.public_url.startswith("https:") else "ordain"


class Number(Convertor[int]):
    """A number in a path, of no more digits than our ids have: Starlette's own takes any."""

    regex = "[0-9]{1,16}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_url_convertor("number", Number())


class Page(Struct, frozen=True, kw_only=True):
    """One method of one path, in Starlette's words ("/order/{id:number}"). `signed_in`: the visitor is asked to be."""

    method: str
    path: str
    do: Callable[[Visit], Awaitable[Response]]
    signed_in: bool = False
