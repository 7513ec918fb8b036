"""Signing in and out by the pages, as a browser does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain import app
from ordain.core.refusal import Refused
from ordain.flows import sessions
from ordain.web.session import local
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx
    from tests.world import World

PASSWORD = "correct horse battery"
WRONG = "The account or the password is wrong"


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Somebody who knows camille's password, in front of a fresh browser."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    return Visitor(world)


def test_one_signs_in_by_name_or_address_and_out_again(world: World, visitor: Visitor) -> None:
    for name in (world.nics["camille"], "camille@world.example", " Camille@World.Example "):
        page = visitor.sign_in(name, PASSWORD)
        assert (page.url.path, page.status_code) == ("/account", 200)
        assert f"Votre compte {world.nics['camille']}" in page.text  # the account's language, not the browser's
        assert visitor.submit(page, "/sign-out").url.path == "/sign-in"
        assert visitor.open("/account").url.path == "/sign-in"


def test_a_wrong_password_and_an_unknown_account_are_the_same(visitor: Visitor, world: World) -> None:
    pages = [
        visitor.sign_in(name, password)
        for name, password in (
            (world.nics["camille"], "wrong"),
            ("camille@world.example", "wrong"),
            (world.nics["camille"], ""),
            (world.nics["dieter"], ""),  # has no password
            (world.nics["dieter"], "anything"),
            ("nobody@world.example", PASSWORD),
            ("xx1-ordain", PASSWORD),
            ("", ""),
            ("%", PASSWORD),
            ("é" * 300, "é" * 300),
        )
    ]
    assert {page.status_code for page in pages} == {403}
    assert all(WRONG in page.text for page in pages)
    assert all('role="alert"' in page.text for page in pages)
    assert visitor.open("/account").url.path == "/sign-in"


def test_the_session_is_another_one_after_signing_in(visitor: Visitor, world: World) -> None:
    visitor.open("/sign-in")
    before = visitor.cookie
    visitor.sign_in(world.nics["camille"], PASSWORD)
    after = visitor.cookie
    assert before != after
    thief = Visitor(world)
    thief.client.cookies.set("ordain", before)
    assert thief.open("/account").url.path == "/sign-in"


def test_a_session_ends_with_its_time_its_sign_out_and_its_password(visitor: Visitor, world: World) -> None:
    nic = world.nics["camille"]
    visitor.sign_in(nic, PASSWORD)
    stolen = visitor.cookie
    other = Visitor(world)
    other.client.cookies.set("ordain", stolen)
    assert other.open("/account").url.path == "/account"
    visitor.submit(visitor.open("/account"), "/sign-out")
    assert other.open("/account").url.path == "/sign-in"
    visitor.sign_in(nic, PASSWORD)
    world.pass_time(hours=12)
    assert visitor.open("/account").url.path == "/sign-in"
    visitor.sign_in(nic, PASSWORD)
    world.runner.run(sessions.set_password(world.engine, nic, "another one entirely", world.now))
    assert visitor.open("/account").url.path == "/sign-in"
    assert visitor.sign_in(nic, PASSWORD).status_code == 403
    assert visitor.sign_in(nic, "another one entirely").url.path == "/account"


def test_whoever_fails_often_has_to_wait_even_with_the_right_password(visitor: Visitor, world: World) -> None:
    for name in (world.nics["camille"], "nobody@world.example"):
        answers = [visitor.sign_in(name, "wrong").status_code for _ in range(7)]
        assert answers == [403] * 5 + [429] * 2
    page = visitor.sign_in(world.nics["camille"], PASSWORD)
    assert (page.status_code, "Too many attempts" in page.text) == (429, True)
    world.pass_time(seconds=6)
    assert visitor.sign_in(world.nics["camille"], "wrong").status_code == 403
    world.pass_time(seconds=6)
    assert visitor.sign_in(world.nics["camille"], PASSWORD).status_code == 429  # the wait has doubled
    world.pass_time(minutes=2)
    assert visitor.sign_in(world.nics["camille"], PASSWORD).url.path == "/account"


def test_an_address_that_tries_many_accounts_has_to_wait(visitor: Visitor, world: World) -> None:
    answers = [visitor.sign_in(f"xx{number}-ordain", "guess").status_code for number in range(32)]
    assert answers == [403] * 30 + [429] * 2
    assert Visitor(world, address="192.0.2.10").sign_in(world.nics["camille"], PASSWORD).url.path == "/account"
    neighbours = [Visitor(world, address=f"2001:db8:0:1::{number}") for number in range(32)]
    answers = [one.sign_in(f"yy{at}-ordain", "guess").status_code for at, one in enumerate(neighbours)]
    assert answers == [403] * 30 + [429] * 2


def test_many_attempts_at_once_are_no_way_around(world: World, visitor: Visitor) -> None:
    page = visitor.open("/sign-in")

    async def all_at_once() -> list[int]:
        forms = [visitor.filled(page, "/sign-in", name=world.nics["camille"], password=f"{n}") for n in range(20)]
        answers = await asyncio.gather(*(visitor.client.post("/sign-in", data=form) for form in forms))
        return [answer.status_code for answer in answers]

    assert sorted(world.runner.run(all_at_once())) == [403] * 5 + [429] * 15


def test_after_signing_in_one_is_where_one_wanted_to_be(visitor: Visitor, world: World) -> None:
    page = visitor.open("/account?a=b%26c")
    assert page.url.path == "/sign-in"
    landed = visitor.submit(page, "/sign-in", name=world.nics["camille"], password=PASSWORD)
    assert str(landed.url).endswith("/account?a=b%26c")
    assert str(visitor.open("/sign-in?then=/account?x=y").url).endswith("/account?x=y")


@pytest.mark.parametrize(
    "where",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "", "here",
     "/\t/evil.example", "/\n/evil.example", " //evil.example", "/é", "/\x00"],
)  # fmt: skip
def test_one_is_never_led_elsewhere(where: str) -> None:
    assert local(where) == "/account"


@pytest.mark.parametrize("where", ["/", "/account", "/auth/?credentialToken=abc%2F..", "/a//b"])
def test_one_is_led_on_here(where: str) -> None:
    assert local(where) == where


def test_a_form_is_heard_only_with_its_own_token(visitor: Visitor, world: World) -> None:
    form = {"name": world.nics["camille"], "password": PASSWORD}
    foreign = Visitor(world).filled(Visitor(world).open("/sign-in"), "/sign-in", **form)
    page = visitor.open("/sign-in")
    own = visitor.filled(page, "/sign-in", **form)
    assert visitor.send("/sign-in", form).status_code == 403
    assert visitor.send("/sign-in", {**form, "csrf": ""}).status_code == 403
    assert visitor.send("/sign-in", foreign).status_code == 403
    assert visitor.send("/sign-in", own, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert visitor.open("/account").url.path == "/sign-in"
    assert visitor.send("/sign-in", own, **{"sec-fetch-site": "same-origin"}).url.path == "/account"
    assert visitor.send("/sign-out", form).status_code == 403
    assert visitor.open("/account").url.path == "/account"


def test_the_cookie_is_for_us_alone(world: World, visitor: Visitor) -> None:
    [cookie] = visitor.open("/sign-in").headers.get_list("set-cookie")
    assert cookie.startswith("ordain=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    world.engine = structs.replace(world.engine, public_url="https://shop.example")
    world.api = app.api(world.engine)
    [cookie] = Visitor(world).open("/sign-in").headers.get_list("set-cookie")
    assert cookie.startswith("__Host-ordain=")
    assert "Secure" in cookie.split("; ")


def test_what_is_over_is_forgotten(world: World, visitor: Visitor) -> None:
    visitor.sign_in(world.nics["camille"], PASSWORD)
    Visitor(world).sign_in("xx1-ordain", "wrong")
    world.pass_time(days=3)
    world.runner.run(sessions.sweep(world.engine))

    async def left(tx: Tx) -> list[Row]:
        return await tx.fetch("SELECT 1 FROM session UNION ALL SELECT 2 FROM attempt")

    assert world.runner.run(world.database.read(left)) == []


def test_a_password_has_its_length(world: World) -> None:
    for password in ("", "short", "x" * 11, "x" * 201):
        with pytest.raises(Refused, match="12 to 200"):
            world.runner.run(sessions.set_password(world.engine, world.nics["camille"], password, world.now))


def test_an_unknown_account_gets_no_password(world: World) -> None:
    with pytest.raises(Refused, match="does not exist"):
        world.runner.run(sessions.set_password(world.engine, "xx1-ordain", PASSWORD, world.now))
