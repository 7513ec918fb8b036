"""Options and categories from their files: read, priced in every currency, and every problem named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ordain.core.categories import Categories, asked, ordered
from ordain.core.money import CENT
from ordain.core.other_goods import categories, options
from tests.world import market

SHIPPED = market(Path(__file__).parents[2] / "catalogue").catalogue
ZONE = {"name": "DNS zone", "family": "dns", "brings": "zone", "prices": {"EUR": "1.00", "PLN": "4.00"}}


def problems_of(changes: dict[str, Any]) -> list[str]:
    problems: list[str] = []
    options({"zone.toml": {**ZONE, **changes}}, SHIPPED.subsidiaries, problems)
    return problems


def test_an_option_is_priced_in_every_currency_that_is_sold_in() -> None:
    problems: list[str] = []
    zone = options({"zone.toml": ZONE}, SHIPPED.subsidiaries, problems)["zone"]
    assert (problems, zone.plan, zone.exclusive) == ([], "zone", True)
    assert set(zone.prices) >= {subsidiary.currency for subsidiary in SHIPPED.subsidiaries.values()}
    assert (zone.prices["EUR"], zone.prices["PLN"]) == (100 * CENT, 400 * CENT)
    assert zone.prices["USD"] == 149 * CENT, "as list prices end"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": None}, "name is missing"),
        ({"family": 5}, "family is a text"),
        ({"brings": "happiness"}, "brings is one of zone"),
        ({"prices": {}}, "prices.EUR is missing"),
        ({"prices": {"EUR": "much"}}, "prices.EUR is wrong"),
        ({"prices": {"EUR": "-1.00"}}, "not negative"),
        ({"exclusive": "yes"}, "exclusive is true or false"),
        ({"colour": "red"}, "colour is not a key"),
    ],
)
def test_a_wrong_option_is_told_by_file_and_key(changes: dict[str, Any], said: str) -> None:
    found = problems_of(changes)
    assert any(problem.startswith("options/zone.toml: ") and said in problem for problem in found), found


def test_a_category_names_what_is_sold() -> None:
    problems: list[str] = []
    file = {"thematic": {"Shop": ["shop", "nothing"]}, "geolocalization": {"Asia": "jp"}, "mood": {}}
    categories(file, SHIPPED.extensions, problems)
    assert problems == [
        "categories.toml: thematic.Shop names what is no extension: nothing",
        "categories.toml: geolocalization.Asia is a list of texts",
        "categories.toml: mood is not a key that means anything here",
    ]


def test_every_extension_is_somewhere() -> None:
    known, shipped = SHIPPED.extensions, SHIPPED.categories
    places = [name for of in shipped.geolocalization.values() for name in of]
    themed = {name for of in shipped.thematic.values() for name in of}
    assert len(places) == len(set(places)), "a place is on one continent"
    assert [name for name in known if name not in themed and name not in places] == []
    assert [name for name, extension in known.items() if extension.kind == "cctld" and name not in places] == []
    for kind in (shipped.thematic, shipped.geolocalization):
        assert list(kind) == sorted(kind)
        assert [name for name, of in kind.items() if list(of) != sorted(set(of))] == []


def test_a_country_s_second_levels_are_on_its_continent() -> None:
    where = {name: place for place, of in SHIPPED.categories.geolocalization.items() for name in of}
    countries = {name: name.rpartition(".")[2] for name, extension in SHIPPED.extensions.items()
                 if extension.kind == "cctld"}  # fmt: skip
    assert [name for name, country in countries.items() if where[name] != where.get(country, where[name])] == []


def test_no_file_is_no_categories() -> None:
    problems: list[str] = []
    found = categories({}, SHIPPED.extensions, problems)
    assert (problems, found.first("FR")) == ([], ())


def test_groups_are_asked_for_by_their_names() -> None:
    groups = {"Shop": ("shop", "store"), "Personal": ("me",)}
    assert asked(groups, None) is None
    assert asked(groups, "") == frozenset[str]()
    assert asked(groups, " shop , PERSONAL ") == frozenset({"shop", "store", "me"})


def test_what_is_shown_first_is_first_only_where_trends_are_asked_for() -> None:
    shown = Categories(highlighted={"default": ("com",), "FR": ("fr", "com", "gone")})
    assert (shown.first("FR"), shown.first("DE")) == (("fr", "com", "gone"), ("com",))
    names = ["eu", "com", "fr"]
    assert ordered(names, shown.first("FR"), "alphabetical") == ["com", "eu", "fr"]
    assert ordered(names, shown.first("FR"), "trending") == ["fr", "com", "eu"]
