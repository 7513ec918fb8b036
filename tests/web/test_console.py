"""The API console's page: who it is for, what it may load, and the token its calls bear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ordain.flows import sessions
from ordain.web import site
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World


PASSWORD = "correct horse battery staple"


@pytest.fixture
def camille(world: World) -> Visitor:
    """Camille's browser, signed in."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    visitor = Visitor(world)
    visitor.sign_in(world.nics["camille"], PASSWORD)
    return visitor


def csrf(visitor: Visitor) -> str:
    found = re.search(r'data-csrf="([^"]+)"', visitor.open("/console").text)
    assert found
    return found[1]


def test_strangers_sign_in_first(world: World) -> None:
    asked = Visitor(world).open("/console")
    assert (asked.url.path, asked.url.params["then"]) == ("/sign-in", "/console")


def test_the_page_loads_from_here_alone(world: World, camille: Visitor) -> None:
    page = camille.open("/console")
    assert page.status_code == 200
    assert "script-src 'self'; connect-src 'self'" in page.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert Visitor(world).open(address).status_code == 200, address
    assert "https://" not in page.text


def test_its_token_calls_for_the_account_that_is_signed_in(world: World, camille: Visitor) -> None:
    given = camille.send("/console/token", {"csrf": csrf(camille)}).json()
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    answer = world.send("GET", "/1.0/me", headers=headers)
    assert answer.ok()["nichandle"] == world.nics["camille"]
    assert given["expires_in"] == 3599
    # A second one is of the same client, which the account sees, and can end.
    camille.send("/console/token", {"csrf": csrf(camille)})
    [client] = world.get("/me/api/oauth2/client").ok()
    world.delete(f"/me/api/oauth2/client/{client}").ok()
    assert world.send("GET", "/1.0/me", headers=headers).status == 401


@pytest.mark.parametrize("how", ["signed out", "another password"])
def test_its_token_ends_with_the_session(world: World, camille: Visitor, how: str) -> None:
    form = {"csrf": csrf(camille)}
    headers = {"Authorization": f"Bearer {camille.send('/console/token', form).json()['access_token']}"}
    assert world.send("GET", "/1.0/me", headers=headers).status == 200
    if how == "signed out":
        camille.send("/sign-out", form)
    else:
        world.runner.run(sessions.set_password(world.engine, world.nics["camille"], "another one entirely", world.now))
    assert world.send("GET", "/1.0/me", headers=headers).status == 401


def test_a_token_is_given_to_the_page_alone(world: World, camille: Visitor) -> None:
    assert camille.send("/console/token", {"csrf": "guessed"}).status_code == 403
    assert Visitor(world).send("/console/token", {"csrf": "guessed"}).status_code == 403


def test_the_description_is_there_for_everybody(world: World) -> None:
    answer = Visitor(world).open(site.OPENAPI)
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["servers"] == [{"url": "/"}]
