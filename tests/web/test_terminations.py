"""The page behind the link of a termination's mail: it shows what will end, and ends it when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.termination import LINK, newest_mail
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

PATH = "/billing/confirmTerminate"


@pytest.fixture
def link(world: World) -> str:
    """The link to end Camille's zone, as it was mailed."""
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    world.post("/domain/zone/foo.fr/terminate").ok()
    found = LINK.search(newest_mail(world))
    assert found is not None
    return found[0]


def test_to_look_at_it_ends_nothing(world: World, link: str) -> None:
    page = Visitor(world).open(link)
    assert page.status_code == 200
    assert "foo.fr" in page.text
    assert world.get("/domain/zone").ok() == ["foo.fr"]


def test_its_button_ends_the_service_once(world: World, link: str) -> None:
    visitor = Visitor(world)
    page = visitor.open(link)
    assert "is confirmed" in visitor.submit(page, PATH).text
    assert world.get("/domain/zone").ok() == []
    assert visitor.submit(page, PATH).status_code == 400
    assert visitor.open(link).status_code == 400


def test_a_name_is_given_up_at_its_registry(world: World, link: str) -> None:
    [number] = world.get("/services", resourceName="foo.fr", routes="/domain/{serviceName}").ok()
    world.post(f"/services/{number}/terminate").ok()
    found = LINK.search(newest_mail(world))
    assert found is not None
    visitor = Visitor(world, language="fr")
    assert "registre" in (page := visitor.open(found[0])).text
    assert "confirmée" in visitor.submit(page, PATH).text
    world.deliver()
    assert world.get(f"/services/{number}").ok()["resource"]["state"] == "deleted"
    assert link != found[0]


NONE = ["", "?id=1", "?id=&token=", "?id=x&token=y", "?id=1&token=y", "?id=%EF%BC%99&token=y",
        f"?id={'9' * 30}&token=y", "?id=1&token=" + "y" * 5000]  # fmt: skip


@pytest.mark.parametrize("query", NONE)
def test_another_link_is_refused(world: World, query: str) -> None:
    assert Visitor(world).open(f"{PATH}{query}").status_code == 400


def test_the_token_of_another_service_is_refused(world: World, link: str) -> None:
    other = link.replace("id=", "id=1")
    assert Visitor(world).open(other).status_code == 400
    assert world.get("/domain/zone").ok() == ["foo.fr"]


def test_a_form_from_elsewhere_ends_nothing(world: World, link: str) -> None:
    found = LINK.search(link)
    assert found is not None
    answer = Visitor(world).send(PATH, {"id": found[1], "token": found[2]})
    assert answer.status_code == 403
    assert world.get("/domain/zone").ok() == ["foo.fr"]
