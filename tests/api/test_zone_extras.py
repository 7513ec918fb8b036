"""Redirections and dynHosts: what a zone has beside records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import app
from tests.zones import NameServerApart, delivered, use_name_server

if TYPE_CHECKING:
    from tests.world import World

Z = "/domain/zone/foo.fr"
OLD = {"subDomain": "old", "target": "https://new.example/path?x=1", "type": "visiblePermanent"}


@pytest.fixture
def serving(world: World) -> NameServerApart:
    """Camille's zone foo.fr at a name server whose answers can be looked at."""
    name_server = NameServerApart(world.engine.name_server.hosts)
    use_name_server(world, name_server)
    delivered(world, "foo.fr")
    return name_server


def published(world: World, serving: NameServerApart) -> list[tuple[str, str, str]]:
    world.post(f"{Z}/refresh").ok()
    world.deliver()
    return [row for row in serving.rows("foo.fr") if row[0] != "www"]


def test_a_redirection_brings_its_records(world: World, serving: NameServerApart) -> None:
    made = world.post(f"{Z}/redirection", {**OLD, "title": "Moved"}).ok()
    assert made == {
        **OLD, "description": None, "id": made["id"], "keywords": None, "title": "Moved", "zone": "foo.fr",
    }  # fmt: skip
    assert published(world, serving) == [("old", "A", "192.0.2.80"), ("old", "AAAA", "2001:db8::80")]
    assert world.get(f"{Z}/record", subDomain="old").ok() == [], "they are the redirection's, not edited by themselves"
    assert world.get(f"{Z}/redirection", subDomain="old").ok() == [made["id"]]
    assert world.get(f"{Z}/redirection", subDomain="new").ok() == []
    assert world.put(f"{Z}/redirection/{made['id']}", {"target": "http://a.example", "type": None}).ok() is None
    assert world.get(f"{Z}/redirection/{made['id']}").ok() == {**made, "target": "http://a.example"}
    assert world.delete(f"{Z}/redirection/{made['id']}").ok() is None
    assert published(world, serving) == []
    assert world.delete(f"{Z}/redirection/{made['id']}").status == 404


def test_a_redirected_name_has_no_addresses_of_its_own(world: World, serving: NameServerApart) -> None:
    world.post(f"{Z}/redirection", OLD).ok()
    assert world.post(f"{Z}/redirection", OLD).body["message"] == "old is redirected already"
    beside = world.post(f"{Z}/record", {"fieldType": "A", "subDomain": "old", "target": "192.0.2.1"})
    assert (beside.status, beside.body["message"]) == (409, "old is redirected: delete the redirection first")
    assert world.post(f"{Z}/redirection", {**OLD, "subDomain": "www"}).status == 409, "www is a CNAME"
    assert world.post(f"{Z}/redirection", {**OLD, "subDomain": None}).ok()["subDomain"] == ""
    assert len(published(world, serving)) == 4


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": "new.example"}, "target"),
        ({"target": "ftp://new.example/"}, "target"),
        ({"target": "https://"}, "target"),
        ({"target": "https://new.example/a b"}, "target"),
        ({"target": "https://user@new.example/"}, "target"),
        ({"target": f"https://new.example/{'x' * 2000}"}, "target"),
        ({"type": "sideways"}, "type"),
        ({"subDomain": "a..b"}, "subDomain"),
        ({"title": "x" * 256}, "title"),
        ({"target": None}, "target"),
    ],
)
def test_a_wrong_redirection_is_refused_by_its_field(world: World, body: dict[str, Any], field: str) -> None:
    answer = world.post(f"{Z}/redirection", {**OLD, **body})
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert world.get(f"{Z}/redirection").ok() == []


@pytest.mark.usefixtures("serving")
def test_without_a_server_for_them_redirections_are_not_offered(world: World) -> None:
    world.engine = structs.replace(world.engine, redirection_addresses=())
    world.api = app.api(world.engine)
    refused = world.post(f"{Z}/redirection", OLD)
    assert (refused.status, "not offered here" in refused.body["message"]) == (403, True)


def test_a_dyn_host_is_an_address_that_moves(world: World, serving: NameServerApart) -> None:
    made = world.post(f"{Z}/dynHost/record", {"ip": "192.0.2.9", "subDomain": "home"}).ok()
    assert made == {"id": made["id"], "ip": "192.0.2.9", "subDomain": "home", "ttl": 60, "zone": "foo.fr"}
    assert world.get(f"{Z}/record", subDomain="home").ok() == []
    assert world.get(f"{Z}/record/{made['id']}").status == 404
    assert world.get(f"{Z}/dynHost/record", subDomain="home").ok() == [made["id"]]
    world.put(f"{Z}/dynHost/record/{made['id']}", {"ip": "2001:db8::9"}).ok()
    assert published(world, serving) == [("home", "AAAA", "2001:db8::9")]
    world.delete(f"{Z}/dynHost/record/{made['id']}").ok()
    assert published(world, serving) == []
    for wrong in ({}, {"ip": "home"}, {"ip": "192.0.2.9", "subDomain": "a..b"}, {"ip": "192.0.2.9" * 9}):
        assert world.post(f"{Z}/dynHost/record", wrong).status == 400
    assert world.post(f"{Z}/dynHost/record", {"ip": "192.0.2.9", "subDomain": "www"}).status == 409


@pytest.mark.usefixtures("serving")
def test_a_login_is_named_after_its_zone(world: World) -> None:
    sent = {"loginSuffix": "box", "password": "long enough", "subDomain": "home"}
    made = world.post(f"{Z}/dynHost/login", sent).ok()
    assert made == {"login": "foo.fr-box", "subDomain": "home", "zone": "foo.fr"}
    assert world.post(f"{Z}/dynHost/login", sent).status == 409
    path = f"{Z}/dynHost/login/foo.fr-box"
    assert world.get(path).ok() == made
    assert world.put(path, {"subDomain": "*"}).ok() is None
    assert world.get(f"{Z}/dynHost/login", subDomain="*").ok() == ["foo.fr-box"]
    assert world.get(f"{Z}/dynHost/login", login="other").ok() == []
    assert world.post(f"{path}/changePassword", {"password": "short"}).status == 400
    assert world.post(f"{path}/changePassword", {"password": "long enough too"}).ok() is None
    assert world.delete(path).ok() is None
    assert [world.delete(path).status, world.get(path).status, world.put(path, {}).status] == [404, 404, 404]
    for wrong in ({"loginSuffix": "Box!"}, {"loginSuffix": ""}, {"password": "short"}, {"subDomain": "a..b"}):
        assert world.post(f"{Z}/dynHost/login", {**sent, **wrong}).status == 400
