"""The pages made from the program say what it is now, and no route of the contract is passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ordain import report
from ordain.api.routes import LEFT_OUT, ROUTES
from tests.api.contract import contract, differences

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", sorted(report.pages()))
def test_a_page_is_as_it_would_be_made(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == report.pages()[name], "run `make docs`"


def test_the_readme_has_the_count() -> None:
    words = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert report.coverage() in words


def test_every_route_of_the_contract_is_there_or_left_out_with_a_reason() -> None:
    declared = {f"{route.method} {route.path}" for route in ROUTES}
    known = {f"{route['method']} {route['path']}" for route in contract()["routes"]}
    assert sorted(known - declared - LEFT_OUT.keys()) == []
    assert sorted(declared & LEFT_OUT.keys()) == []
    assert all(LEFT_OUT.values())


def test_every_difference_from_the_contract_stands_among_the_divergences() -> None:
    page = (ROOT / "docs" / "divergences.md").read_text(encoding="utf-8")
    assert sorted(reason for reason in set(differences().values()) if reason not in page) == []
