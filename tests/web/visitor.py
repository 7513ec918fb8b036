"""Somebody with a browser: follows links and redirects, keeps cookies, and fills in the forms that the pages show."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from tests.world import World


class _Forms(HTMLParser):
    """The forms of a page: their actions, and the values their fields have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given["action"], {}))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self.forms[-1][1][self._select] = given["value"]
        elif tag == "input" and given.get("type") not in ("checkbox", "radio"):
            self.forms[-1][1][given["name"]] = given.get("value", "")
        elif tag == "input" and "checked" in given:
            self.forms[-1][1][given["name"]] = given.get("value", "on")


class Visitor:
    """One browser, at one address, in one language."""

    def __init__(self, world: World, language: str = "en", address: str = "192.0.2.9") -> None:
        self.world = world
        transport = httpx.ASGITransport(app=world.api, client=(address, 40000))
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url=world.engine.public_url,
            headers={"accept": "text/html,application/xhtml+xml", "accept-language": language},
            follow_redirects=True,
        )

    def open(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.world.runner.run(self.client.get(path))

    def send(self, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form as it stands."""
        return self.world.runner.run(self.client.post(path, data=form, headers=headers))

    def submit(self, page: httpx.Response, action: str, **filled: str) -> httpx.Response:
        """Fill in the form of the page with this action, and send it."""
        return self.send(action, self.filled(page, action, **filled))

    def filled(self, page: httpx.Response, action: str, **filled: str) -> dict[str, str]:
        """The form of the page with this action, with all it had already."""
        held = next(fields for where, fields in _Forms(page.text).forms if where == action)
        return {**held, **filled}

    def sign_in(self, name: str, password: str, then: str = "/account") -> httpx.Response:
        """Sign in by the page."""
        return self.submit(self.open(f"/sign-in?then={then}"), "/sign-in", name=name, password=password)

    @property
    def cookie(self) -> str:
        """The text of the cookie that tells whose browser it is."""
        return next(cookie.value or "" for cookie in self.client.cookies.jar if cookie.name.endswith("ordain"))
