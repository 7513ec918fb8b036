"""What all pages have in common: headers, languages, errors, and what is not taken as a form."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain import app
from ordain.store.database import DatabaseUnavailable, OutcomeUnknown
from ordain.web import site
from tests.failing import Away, Failing
from tests.web.people import signed_in
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

HTMX = f'<script src="{site.STATIC["htmx/htmx.min.js"]}" defer>'
FORM = "application/x-www-form-urlencoded"


def test_every_page_has_the_strict_headers(world: World) -> None:
    visitor = Visitor(world)
    for path in ("/sign-in", "/account", "/contracts/afnic-terms/example-1", "/order/17", "/order/x", "/static/none"):
        answer = visitor.open(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert re.findall("<script[^>]*>", answer.text) == [HTMX]
        assert "style=" not in answer.text


def test_the_stylesheet_may_be_kept(world: World) -> None:
    style = Visitor(world).open(site.STATIC["style.css"])
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in style.headers["cache-control"]
    assert site.STATIC["style.css"] in Visitor(world).open("/sign-in").text


ACCEPTED = {
    "fr": "Se connecter",
    "fr-CA,fr;q=0.9": "Se connecter",
    "pt, FR;q=0.8, en;q=0.7": "Se connecter",
    "de-AT": "Anmelden",
    "es-MX,es;q=0.9,en;q=0.8": "Iniciar sesión",
    "it": "Accedi",
    "en-GB;q=0.9, fr;q=0.8": "Sign in",
    "fr;q=0, en;q=0.1": "Sign in",
    "en; q=0.2, fr ;\tq=0.9": "Se connecter",
    "fr;q=x": "Sign in",
    "pt": "Sign in",
    "*": "Sign in",
    "," * 2000 + "fr": "Sign in",
    "": "Sign in",
}
TITLES = {"Sign in": "en", "Se connecter": "fr", "Anmelden": "de", "Iniciar sesión": "es", "Accedi": "it"}


def test_a_page_is_in_the_language_the_browser_asks_for(world: World) -> None:
    for accepted, title in ACCEPTED.items():
        page = Visitor(world, accepted).open("/sign-in").text
        assert f"<title>{title}</title>" in page, accepted
        assert f'<html lang="{TITLES[title]}">' in page


def test_a_page_that_is_not_there_says_so(world: World) -> None:
    visitor = Visitor(world, "fr")
    for path in ("/sign-in/further", "/order", "/order/x", "/contracts/a", "/static/x.css"):
        page = visitor.open(path)
        assert (page.status_code, "Cette page n'existe pas" in unescape(page.text)) == (404, True), path
    assert visitor.send("/order/17", {}).status_code == 404
    # What does not begin like a page is the API's.
    assert visitor.open("/sign").headers["content-type"] == "application/json; charset=utf-8"


NO_FORMS = (
    (400, "application/json", b"{}"),
    (400, "multipart/form-data; boundary=x", b"--x--"),
    (400, "", b"name=a"),
    (400, FORM, b"name=%ff"),
    (400, FORM, b"\xff=\xfe"),
    (400, FORM, b"name=%00"),
    (400, FORM, b"a=b&" * 201),
    (413, FORM, b"name=" + b"x" * 70_000),
    (403, FORM, b""),
    (403, FORM, b"&&&==="),
    (403, FORM + "; charset=utf-8", b"csrf=%C3%A9"),
)


def test_what_is_no_form_of_ours_is_told(world: World) -> None:
    for status, kind, body in NO_FORMS:
        answer = world.send("POST", "/sign-in", body, {"content-type": kind})
        assert answer.status == status, (kind, body[:20])
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_an_error_nobody_foresaw_tells_a_number_and_nothing_else(world: World) -> None:
    order_id = world.order("foo.fr")
    url = world.get(f"/me/order/{order_id}").ok()["url"].removeprefix(world.engine.public_url)
    world.engine = structs.replace(world.engine, database=Away(world.database, KeyError("secret")))
    world.api = app.api(world.engine)
    page = world.send("GET", url)
    assert page.status == 500
    assert page.headers["content-security-policy"]
    assert "ORDAIN.ext-1." in page.raw.decode()
    assert "KeyError" not in page.raw.decode()


@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        (DatabaseUnavailable, 503, "Nothing was done: we are busy."),
        (OutcomeUnknown, 504, "It is not known whether this was done: look before you do it again."),
    ],
)
def test_a_database_that_is_away_is_told_with_when_to_try_again(
    world: World, how: type[Exception], status: int, told: str
) -> None:
    world.use(structs.replace(world.engine, database=Failing(world.database, how("gone"))))
    visitor = Visitor(world)
    page = visitor.sign_in("camille@world.example", "correct horse battery")
    assert (page.status_code, page.headers["retry-after"]) == (status, "2")
    assert told in page.text


def test_a_page_that_fails_signs_nobody_out(world: World) -> None:
    """Its own form has a token, which is for the browser's cookie: that one is not given anew."""
    visitor = signed_in(world)
    assert visitor.open("/domains/%00").status_code == 404
    assert visitor.open("/account").url.path == "/account"
    engine, kept = world.engine, visitor.cookie
    world.use(structs.replace(engine, database=Away(world.database, DatabaseUnavailable("gone"))))
    busy = Visitor(world)
    busy.client.cookies = visitor.client.cookies
    page = busy.open("/account")
    assert page.status_code == 503
    assert "set-cookie" not in page.headers
    assert busy.cookie == kept
