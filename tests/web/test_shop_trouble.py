"""What hostile, hasty and unlucky visitors do to the shop, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from ordain.api import errors
from ordain.flows import idempotency, sessions
from ordain.flows.idempotency import Asked
from ordain.web import once, place, site
from tests.web.test_checkout import PASSWORD, filled, hold, signed_in, text
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

SCRIPT = {"hx-request": "true"}
HOSTILE = (
    "/search?q=%00",
    "/search?q=%ff%fe&kind=%00&most=1e9&start=99999999",
    "/search?q=foo&all=1&start=4999&sort=price",
    "/search?q=" + "a," * 900,
    "/search?q=" + "%F0%9F%98%80" * 200,
    "/search?q=" + "foo.bar.com%20" * 110,
    "/search?q=" + "http://" * 280,
    "/search?q=%E2%80%AEmoc.foo",
    "/cart?removed=%3Cscript%3E&mode=%22%3E%3Cscript%3E&years=%27",
    "/cart/added?domain=%0d%0aset-cookie:x=y",
    "/sign-in?then=/%09/evil.example",
    "/sign-up?then=//evil.example&country=%00",
    "/orders?q=%00&before=9999999999999999",
    "/order/9999999999999999",
    "/order/1?orderPassword=%00",
    "/cart/items/9999999999999999",
)
COOKIES = ("x", "a" * 4000, "00000000-0000-0000-0000-000000000000.9999", '"><script>')


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Camille's browser, not signed in; she has a password."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    return Visitor(world)


def claimed(world: World, path: str, form: dict[str, str]) -> idempotency.Claim:
    """The form is being heard by a process that is killed over it."""
    said = msgspec.msgpack.encode([path, sorted(form.items())])
    asked = Asked(f"page {form['csrf']}", f"{form['once']}{world.engine.sealer.digest(said)}", said)
    claim = world.runner.run(idempotency.claim(world.engine, asked))
    assert isinstance(claim, idempotency.Claim)
    return claim


def test_every_refusal_has_a_page() -> None:
    assert {status for status, _ in errors.STATUSES.values()} <= set(site.TITLES)


def test_a_form_whose_process_was_killed_says_where_to_look(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "PAUSE", 0.0)
    filled(world, visitor, "foo.com")
    form = visitor.filled(signed_in(visitor), "/checkout", accepted="yes", pay="later")
    visitor.send("/place", {"csrf": form["csrf"], "language": "fr"})
    claim = claimed(world, "/checkout", form)
    page = visitor.send("/checkout", form)
    assert (page.status_code, page.headers["retry-after"]) == (409, "1")
    assert "Ce formulaire est encore en cours de traitement." in text(page)
    assert ('href="/orders"' in page.text, "Idempotency" in page.text) == (True, False)
    part = visitor.send("/checkout", form, **SCRIPT)
    assert (part.status_code, "<html" in part.text, part.headers["hx-retarget"]) == (409, False, "#failed")

    async def write(_: object) -> None:
        """What it came to."""

    world.runner.run(idempotency.marking(world.engine, claim).database.write(write))
    world.pass_time(minutes=3)
    page = visitor.send("/checkout", form)
    assert (page.status_code, "retry-after" in page.headers) == (409, False)
    assert ("sa réponse s'est perdue" in text(page), 'href="/orders"' in page.text) == (True, True)
    assert world.get("/me/order").ok() == []


def test_a_form_whose_process_was_killed_before_it_wrote_is_heard_later(world: World, visitor: Visitor) -> None:
    filled(world, visitor, "foo.com")
    form = visitor.filled(signed_in(visitor), "/checkout", accepted="yes", pay="later")
    claimed(world, "/checkout", form)
    world.pass_time(minutes=3)
    assert visitor.send("/checkout", form).url.path.startswith("/order/")
    assert len(world.get("/me/order").ok()) == 1


def test_the_form_of_an_item_whose_cart_is_over_leads_to_the_cart_that_says_so(world: World, visitor: Visitor) -> None:
    cart_id = filled(world, visitor, "foo.com")
    signed_in(visitor)
    [item] = world.get(f"/order/cart/{cart_id}").ok()["items"]
    path = f"/cart/items/{item}"
    form = visitor.filled(visitor.open(path), path)
    world.pass_time(days=3)
    form["csrf"] = visitor.filled(visitor.sign_in("camille@world.example", PASSWORD, "/orders"), "/place")["csrf"]
    page = visitor.send(path, form)
    assert (page.status_code, page.url.path) == (200, "/cart")
    assert "Votre dernier panier" in text(page)
    hold(visitor, cart_id)
    assert visitor.send(f"{path}/check", form).status_code == 200


def test_a_script_is_told_that_it_failed_without_losing_what_it_shows(world: World, visitor: Visitor) -> None:
    filled(world, visitor, "foo.com")
    page = visitor.open("/cart")
    assert '<div id="failed" role="alert">' in page.text
    form = visitor.filled(page, "/cart/remove", csrf="x")
    part = visitor.send("/cart/remove", form, **SCRIPT)
    assert (part.status_code, "<html" in part.text, part.headers["hx-retarget"]) == (403, False, "#failed")
    assert "go back, reload the page" in part.text


def test_hostile_addresses_and_cookies_break_nothing_and_lead_nowhere_else(visitor: Visitor) -> None:
    visitor.sign_in("camille@world.example", PASSWORD)
    for path in HOSTILE:
        page = visitor.open(path)
        assert page.status_code < 500, path[:60]
        assert page.url.host == visitor.client.base_url.host
        assert "<script>" not in page.text
        assert "x=y" not in str(page.history and page.history[0].headers.get("set-cookie"))
    for cookie in COOKIES:
        for name in (place.CART, place.PLACE):
            visitor.client.cookies.set(name, cookie, domain=f"{visitor.client.base_url.host}")
        for path in ("/", "/cart", "/checkout", "/search?q=foo", "/cart/items/1"):
            assert visitor.open(path).status_code < 500, (cookie[:20], path)
        form = visitor.filled(visitor.open("/search?q=brandnew.com"), "/cart/add")
        assert visitor.send("/cart/add", form).url.path == "/cart"
