"""Passwords changed by their owner, and set by a link from a mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ordain.flows import sessions
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx
    from tests.world import World

PASSWORD, OTHER = "correct horse battery", "another one entirely"


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Ursula, in front of a fresh browser."""
    world.runner.run(sessions.set_password(world.engine, world.nics["ursula"], PASSWORD, world.now))
    return Visitor(world)


def links(world: World) -> list[str]:
    """The links that were mailed, the latest last."""

    async def load(tx: Tx) -> list[Row]:
        return await tx.fetch("SELECT body FROM mail ORDER BY mail_id")

    bodies = [row[0] for row in world.runner.run(world.database.read(load))]
    found = [re.search(r"http\S+/new-password\S+", body) for body in bodies]
    return [link[0].removeprefix(world.engine.public_url) for link in found if link]


def test_a_password_is_changed_by_who_knows_it(world: World, visitor: Visitor) -> None:
    visitor.sign_in(world.nics["ursula"], PASSWORD)
    elsewhere = Visitor(world)
    elsewhere.sign_in(world.nics["ursula"], PASSWORD)
    page = visitor.open("/account/password")
    path = "/account/password"
    assert visitor.submit(page, path, old="wrong", password=OTHER).status_code == 403
    assert visitor.submit(page, path, old=PASSWORD, password="short").status_code == 400
    assert visitor.submit(page, path, old=PASSWORD, password=OTHER).url.path == "/sign-in"
    assert elsewhere.open("/account").url.path == "/sign-in"
    assert visitor.sign_in(world.nics["ursula"], PASSWORD).status_code == 403
    assert visitor.sign_in(world.nics["ursula"], OTHER).url.path == "/account"


def test_whoever_sits_at_an_open_browser_cannot_guess_it(world: World, visitor: Visitor) -> None:
    visitor.sign_in(world.nics["ursula"], PASSWORD)
    page = visitor.open("/account/password")
    answers = [visitor.submit(page, "/account/password", old=f"{n}", password=OTHER).status_code for n in range(7)]
    assert answers == [403] * 5 + [429] * 2


def test_a_forgotten_password_is_set_by_a_link_good_once(world: World, visitor: Visitor) -> None:
    asked = visitor.submit(visitor.open("/forgotten-password"), "/forgotten-password", email="URSULA@world.example")
    [link] = links(world)
    page = visitor.open(link)
    assert visitor.submit(page, "/new-password", password="short").status_code == 400
    assert visitor.submit(page, "/new-password", password=OTHER, account=world.nics["dieter"]).status_code == 403
    assert visitor.submit(page, "/new-password", password=OTHER).url.path == "/sign-in"
    assert visitor.submit(page, "/new-password", password="yet another one").status_code == 403
    assert visitor.sign_in(world.nics["ursula"], OTHER).url.path == "/account"
    unknown = Visitor(world)
    told = unknown.submit(unknown.open("/forgotten-password"), "/forgotten-password", email="nobody@world.example")
    assert told.status_code == asked.status_code
    told_text, asked_text = (re.sub("[0-9a-f]{64}", "", answer.text) for answer in (told, asked))
    assert told_text == asked_text
    assert links(world) == [link]


def test_a_link_is_good_for_a_day_and_until_the_next(world: World, visitor: Visitor) -> None:
    page = visitor.open("/forgotten-password")
    for _ in range(2):
        visitor.submit(page, "/forgotten-password", email="ursula@world.example")
    first, second = links(world)
    assert visitor.submit(visitor.open(first), "/new-password", password=OTHER).status_code == 403
    world.pass_time(days=1)
    assert visitor.submit(visitor.open(second), "/new-password", password=OTHER).status_code == 403
    assert visitor.submit(visitor.open("/new-password"), "/new-password", password=OTHER).status_code == 403


def test_nobodys_mailbox_is_flooded(world: World, visitor: Visitor) -> None:
    page = visitor.open("/forgotten-password")
    told = [visitor.submit(page, "/forgotten-password", email="ursula@world.example").status_code for _ in range(7)]
    assert told == [200] * 5 + [429] * 2
    assert len(links(world)) == 5
