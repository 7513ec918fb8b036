"""The page where the mails about a name's expiry lead: its holder, and nobody else, orders and pays further years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.flows import sessions
from tests.flows.test_renewals import delivered, held, service_id
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def path(world: World) -> str:
    """The page of Camille's name; she and Dieter have passwords."""
    for who in ("camille", "dieter"):
        world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
    delivered(world)
    return f"/renewal/{service_id(world, 'foo.com')}"


def signed_in(world: World, who: str = "camille") -> Visitor:
    """A person's browser."""
    visitor = Visitor(world)
    visitor.sign_in(f"{who}@world.example", PASSWORD)
    return visitor


def test_its_holder_orders_and_pays_in_one_step(world: World, path: str) -> None:
    before, visitor = held(world, "foo.com").expires, signed_in(world)
    page = visitor.open(path)
    assert "12 mois : 11,99\xa0€" in page.text
    answer = visitor.submit(page, path, years="2")
    assert f"/order/{max(world.get('/me/order').ok())}" in str(answer.url)
    world.deliver()
    assert held(world, "foo.com").expires.year == before.year + 2
    assert "restauration" not in visitor.open(path).text


def test_a_button_pressed_twice_orders_once(world: World, path: str) -> None:
    before, visitor = held(world, "foo.com").expires, signed_in(world)
    form = visitor.filled(visitor.open(path), path, years="1")
    first = visitor.send(path, form)
    world.deliver()  # a quick registry is done before the second click is heard
    orders, money = world.get("/me/order").ok(), world.balance()
    second = visitor.send(path, form)
    world.deliver()
    assert second.url == first.url
    assert (world.get("/me/order").ok(), world.balance()) == (orders, money)
    assert held(world, "foo.com").expires.year == before.year + 1


def test_what_cannot_be_read_orders_nothing(world: World, path: str) -> None:
    visitor, orders = signed_in(world), world.get("/me/order").ok()
    page = visitor.open(path)
    for years in ("", "x", "999", "٣"):
        assert visitor.submit(page, path, years=years).status_code == 400
    assert visitor.submit(page, path, years="10").status_code == 400
    assert world.get("/me/order").ok() == orders


def test_it_is_nobody_elses(world: World, path: str) -> None:
    assert "/sign-in" in str(Visitor(world).open(path).url)
    assert signed_in(world, "dieter").open(path).status_code == 404
