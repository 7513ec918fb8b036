"""Pages as declarations, and one visit of a page: what its function is handed, and the answers it can give."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment
from msgspec import Struct, structs
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from ordain.core.language import Language
from ordain.core.session import Session
from ordain.core.staff import Right
from ordain.flows.ports import Engine
from ordain.web.texts import Texts, texts

HEADERS = {"referrer-policy": "no-referrer", "x-content-type-options": "nosniff", "cache-control": "no-store"}
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'{}; base-uri 'none'; frame-ancestors 'none'"
)
ONCE = 32
"""Characters of the text that makes a form sent twice be heard once."""

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


class ShownOnce(HTMLResponse):
    """A page of what is kept hashed only: nobody can make it anew, so a form that is sent twice is given it again."""


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
    accepted: str
    """The languages that the browser accepts, as it says so."""
    cookies: Mapping[str, str]
    fragment: bool
    """A script of ours asks for a part of the page only (htmx): a template may leave the rest out."""
    visitor: Visitor
    maybe_session: Session | None

    @property
    def session(self) -> Session:
        """Who is signed in, on a page that needs somebody to be."""
        if self.maybe_session is None:
            message = "a page without `signed_in` asked who is"
            raise LookupError(message)
        return self.maybe_session

    @property
    def texts(self) -> Texts:
        """How the page's language writes amounts and days."""
        return texts(self.language.code)

    def cookie(self, name: str) -> str:
        """What a cookie of ours says, "" if there is none."""
        return self.cookies.get(prefixed(self.engine, name), "")

    def in_language(self, locale: str) -> Visit:
        """The same visit in the language of a locale."""
        return structs.replace(self, language=self.engine.languages.of(locale))

    def show(self, template: str, *, status: int = 200, leads_to: str = "", **values: object) -> Response:
        """A page from its template. `leads_to`: where else than here its form may end up, as a URL."""
        text = self.render(template, **values)
        answer = HTMLResponse(text, status, self._headers(leads_to))
        if not self.visitor.known and self.visitor.csrf in text:
            self.keep(answer, self.visitor.token)
        return answer

    def show_once(self, template: str, **values: object) -> ShownOnce:
        """The answer to a form that says what no other page ever will."""
        return ShownOnce(self.render(template, **values), headers=self._headers(""))

    def render(self, template: str, **values: object) -> str:
        """The text of a page, or of a part of one."""
        return self.templates.get_template(template).render({**self._known(), **values})

    def stream(self, pieces: AsyncIterator[str], kind: str = "text/html") -> Response:
        """A page that is sent piece by piece, or a stream of events ("text/event-stream"). Proxies are not to wait."""
        answer = StreamingResponse(pieces, headers={**self._headers(""), "x-accel-buffering": "no"}, media_type=kind)
        if not self.visitor.known:
            self.keep(answer, self.visitor.token)
        return answer

    def _known(self) -> dict[str, object]:
        """What every template may use."""
        return {
            "say": self.language.say,
            "say_count": self.language.say_count,
            "lang": self.language.code,
            "csrf": self.visitor.csrf,
            "session": self.maybe_session,
            "visit": self,
            "brand": self.engine.market.brand.at(self.now),
            "amount": self.texts.amount,
            "day": self.texts.day,
            "moment": self.texts.moment,
        }

    def _headers(self, leads_to: str) -> dict[str, str]:
        found = _ORIGIN.match(leads_to)
        return {**HEADERS, "content-security-policy": POLICY.format(f" {found[0]}" if found else "")}

    @property
    def once(self) -> str:
        """A new text for a form's field of that name: the same form sent twice is heard once, and answered alike."""
        return self.engine.secret_text(ONCE)

    def go(self, path: str) -> Response:
        """On to another page, after a form was heard. A script of ours is told to go there itself."""
        if self.fragment:
            return Response(status_code=204, headers={**HEADERS, "hx-redirect": path})
        return RedirectResponse(path, 303, HEADERS)

    def keep(self, answer: Response, token: str) -> None:
        """Give the browser a cookie, for as long as it is open."""
        secure = self.engine.public_url.startswith("https:")
        answer.set_cookie(cookie_name(self.engine), token, path="/", secure=secure, httponly=True, samesite="lax")


def prefixed(engine: Engine, name: str) -> str:
    """With a prefix that keeps others of our domain from setting it, where browsers accept one (RFC 6265bis §4.1.3)."""
    return f"__Host-{name}" if engine.public_url.startswith("https:") else name


def cookie_name(engine: Engine) -> str:
    """The cookie that tells whose browser it is."""
    return prefixed(engine, "ordain")


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
    """One method of one path, in Starlette's words ("/order/{id:number}"). `signed_in`: the visitor is asked to be.

    `right`: the right it takes in the back office; whoever has none is asked to sign in, or refused.
    """

    method: str
    path: str
    do: Callable[[Visit], Awaitable[Response]]
    signed_in: bool = False
    right: Right | None = None
    staff: bool = False
    """For whoever works here, as whatever."""
