"""The zone editor: records, files, history; nothing is written over that somebody has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.test_renewals import delivered
from tests.web.people import at_once, is_guarded, signed_in

if TYPE_CHECKING:
    import httpx

    from tests.web.visitor import Visitor
    from tests.world import World

PATH = "/zones/foo.com"
API = "/domain/zone/foo.com"


@pytest.fixture
def camille(world: World) -> Visitor:
    """Camille, who has the zone foo.com, in her browser."""
    delivered(world)
    return signed_in(world)


def add(camille: Visitor, **fields: str) -> httpx.Response:
    """Fill in the form of a new record."""
    return camille.submit(camille.open(PATH), f"{PATH}/records", **{"kind": "A", "sub": "www", **fields})


def targets(world: World, sub: str = "www") -> list[str]:
    """The records at a name."""
    ids = world.get(f"{API}/record", subDomain=sub).ok()
    return [world.get(f"{API}/record/{number}").ok()["target"] for number in ids]


def edited(camille: Visitor, sub: str = "www") -> str:
    """The page where the record of a name is changed."""
    [number] = camille.world.get(f"{API}/record", subDomain=sub).ok()
    return f"{PATH}/records/{number}"


def test_zones_are_listed_and_found(world: World, camille: Visitor) -> None:
    page = camille.open("/zones")
    assert "foo.com" in page.text
    assert "No zone is like that" in camille.open("/zones?q=bar").text
    is_guarded(world, "/zones")
    is_guarded(world, PATH)
    is_guarded(world, f"{PATH}/publish", {"do": "publish"})
    assert "You have no zone yet" in signed_in(world, "dieter").open("/zones").text


def test_a_record_is_added_once_and_published(world: World, camille: Visitor) -> None:
    form = camille.filled(camille.open(PATH), f"{PATH}/records", kind="A", sub="shop", target="192.0.2.1", ttl="300")
    answers = at_once(camille, f"{PATH}/records", form)
    assert {str(answer.url) for answer in answers} == {f"{world.engine.public_url}{PATH}?done=added"}
    assert targets(world, "shop") == ["192.0.2.1"]
    page = camille.open(PATH)
    assert "There are changes that are not published yet." in page.text
    assert "The zone is being published." in camille.submit(page, f"{PATH}/publish").text
    world.deliver()
    assert "not published yet" not in camille.open(PATH).text
    assert "No record is like that" in camille.open(f"{PATH}?q=nothing").text
    assert "192.0.2.1" in camille.open(f"{PATH}?q=shop&type=A&page=9").text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"target": "not an address"}, "Is no A record"),
        ({"target": "192.0.2.1", "sub": "a b"}, "is not made of letters"),
        ({"target": "192.0.2.1", "ttl": "5"}, "Is from 60 to"),
        ({"target": "192.0.2.1", "ttl": "soon"}, "A TTL is a whole number of seconds"),
        ({"target": "192.0.2.1", "kind": "X"}, "Choose one of the types"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(camille: Visitor, wrong: dict[str, str], told: str) -> None:
    answer = add(camille, **wrong)
    assert answer.status_code == 400
    assert told in answer.text.replace("&#34;", '"')
    assert wrong.get("sub", "www") in answer.text


def test_nobody_writes_over_what_they_have_not_seen(world: World, camille: Visitor) -> None:
    add(camille, sub="shop", target="192.0.2.1")
    path = edited(camille, "shop")
    page = camille.open(path)
    number = path.rpartition("/")[2]
    world.put(f"{API}/record/{number}", {"target": "192.0.2.9"}).ok()
    refused = camille.submit(page, path, target="192.0.2.2")
    assert refused.status_code == 409
    assert all(text in refused.text for text in ("This record was changed meanwhile", "192.0.2.9", "192.0.2.2"))
    assert targets(world, "shop") == ["192.0.2.9"]
    form = camille.filled(page, path) | {"do": "delete"}
    assert camille.send(path, form).status_code == 409
    assert "The change is kept" in camille.submit(refused, path, target="192.0.2.2").text
    assert targets(world, "shop") == ["192.0.2.2"]
    gone = camille.filled(camille.open(path), path) | {"do": "delete"}
    assert "The record is taken away" in camille.send(path, gone).text
    assert targets(world, "shop") == []
    assert camille.open(path).status_code == 404


def test_a_file_is_shown_before_it_is_imported(world: World, camille: Visitor) -> None:
    add(camille, sub="old", target="192.0.2.1")
    file = camille.open(f"{PATH}/export").text.replace("old", "new")
    page = camille.open(f"{PATH}/import")
    bad = camille.submit(page, f"{PATH}/import", file="www A nonsense")
    assert bad.status_code == 400
    assert "line 1" in bad.text
    plan = camille.submit(page, f"{PATH}/import", file=file)
    assert all(text in plan.text for text in ("Records that come", "Records that go", "old", "new"))
    assert targets(world, "old") == ["192.0.2.1"]
    apply = camille.filled(plan, f"{PATH}/import")
    world.post(f"{API}/record", {"fieldType": "A", "subDomain": "else", "target": "192.0.2.3"}).ok()
    late = camille.send(f"{PATH}/import", apply)
    assert late.status_code == 409
    assert "The zone was changed meanwhile" in late.text
    assert "else" in late.text
    answers = at_once(camille, f"{PATH}/import", camille.filled(late, f"{PATH}/import"))
    assert {answer.status_code for answer in answers} == {200}
    assert (targets(world, "old"), targets(world, "new"), targets(world, "else")) == ([], ["192.0.2.1"], [])


def test_a_point_of_history_is_compared_and_brought_back(world: World, camille: Visitor) -> None:
    add(camille, sub="first", target="192.0.2.7")
    camille.submit(camille.open(PATH), f"{PATH}/publish")
    world.pass_time(minutes=1)
    add(camille, sub="shop", target="192.0.2.1")
    world.post(f"{API}/refresh").ok()
    world.pass_time(minutes=1)
    history = camille.open(f"{PATH}/history").text
    first = world.get(f"{API}/history").ok()[0].replace("+00:00", "Z")
    assert f"{PATH}/history/{first}" in history
    number = edited(camille, "shop").rpartition("/")[2]
    world.delete(f"{API}/record/{number}").ok()
    point = camille.open(f"{PATH}/history/{first}")
    assert "What changed then" in point.text
    assert "192.0.2.1" in point.text
    assert "is being restored" in camille.submit(point, f"{PATH}/history/{first}").text
    assert targets(world, "shop") == ["192.0.2.1"]
    stale = camille.submit(point, f"{PATH}/history/{first}", once="")
    assert stale.status_code == 409
    assert camille.open(f"{PATH}/history/2020-01-01T00:00:00Z").status_code == 404
    assert camille.open(f"{PATH}/history/never").status_code == 404


def test_soa_dnssec_and_reset(world: World, camille: Visitor) -> None:
    page = camille.open(f"{PATH}/soa")
    assert camille.submit(page, f"{PATH}/soa", ttl="x").status_code == 400
    assert camille.submit(page, f"{PATH}/soa", refresh="1").status_code == 400
    camille.submit(page, f"{PATH}/soa", ttl="600").raise_for_status()
    assert world.get(f"{API}/soa").ok()["ttl"] == 600
    assert camille.submit(page, f"{PATH}/soa", ttl="700").status_code == 409
    assert camille.submit(camille.open(PATH), f"{PATH}/dnssec").status_code in (200, 403)
    add(camille, sub="shop", target="192.0.2.1")
    reset = camille.submit(camille.open(f"{PATH}/reset"), f"{PATH}/reset")
    assert "began anew" in reset.text
    assert targets(world, "shop") == []
    assert "mail" in camille.open(f"{PATH}/example?kind=MX").text


def test_it_is_nobody_elses(world: World, camille: Visitor) -> None:
    add(camille, sub="shop", target="192.0.2.1")
    path = edited(camille, "shop")
    dieter = signed_in(world, "dieter")
    for page in (PATH, path, f"{PATH}/export", f"{PATH}/import", f"{PATH}/history", f"{PATH}/soa", f"{PATH}/reset"):
        assert dieter.open(page).status_code == 404, page
    token = dieter.filled(dieter.open("/account/password"), "/account/password")["csrf"]
    for page in (path, f"{PATH}/records", f"{PATH}/publish", f"{PATH}/dnssec", f"{PATH}/reset", f"{PATH}/import"):
        form = {"csrf": token, "kind": "A", "target": "192.0.2.1", "file": "", "do": "delete"}
        assert dieter.send(page, form).status_code == 404, page
