"""Our routes, types and answers are the published contract's, but for the reasoned differences in `visits`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ordain.api.routes import ROUTES
from ordain.api.words import ENUMERATIONS
from tests.api.contract import AREAS, all_faults, contract, differences, misfits, published, visited

if TYPE_CHECKING:
    from tests.world import World


def test_our_routes_are_the_contracts_but_for_the_differences_of_the_tables() -> None:
    found = all_faults()
    assert sorted(found - differences().keys()) == []
    assert sorted(differences().keys() - found) == [], "not different any more"


def test_our_enumerations_are_the_contracts() -> None:
    theirs = {name: each["enum"] for name, each in contract()["enums"].items()}
    assert theirs == ENUMERATIONS


@pytest.mark.parametrize("area", AREAS)
def test_every_answer_is_of_the_contracts_type(area: str, world: World) -> None:
    faults = []
    for visit in visited(area, world):
        method, path = visit.route.split(" ")
        answer = world.call(method, visit.path, visit.who, body=visit.body)
        assert answer.status == 200, f"{visit.route}: {answer.raw.decode()}"
        known = published(method, path)
        assert known is not None, visit.route
        faults += list(misfits(answer.body, known["response"], visit.route))
    assert faults == []


def test_every_route_is_visited(world: World) -> None:
    seen = set()
    for area in AREAS:
        for visit in visited(area, world):
            world.call(visit.route.partition(" ")[0], visit.path, visit.who, body=visit.body)
            seen.add(visit.route)
    offered = {f"{r.method} {r.path}" for r in ROUTES if not r.not_offered}
    assert sorted(offered ^ seen) == []


def test_what_is_not_offered_says_so(world: World) -> None:
    for route in ROUTES:
        if route.not_offered:
            answer = world.call(route.method, re.sub(r"\{\w+\}", "1", route.path), "camille")
            assert (answer.status, answer.body["class"]) == (404, "Client::NotFound"), route.path
            assert route.not_offered in answer.body["message"]
