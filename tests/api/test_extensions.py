"""The public catalogue as it is sent, and the extensions: filters, groups, attributes, what registries allow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.promotions import Promotion
from ordain.flows.shelf import Shelf
from tests.world import NOON

if TYPE_CHECKING:
    from tests.world import World

CATALOGUE = "/order/catalog/public/domain"


def pricings(catalogue: dict[str, Any], plan_code: str) -> dict[tuple[str, int], dict[str, Any]]:
    [plan] = [plan for plan in catalogue["plans"] if plan["planCode"] == plan_code]
    return {(each["mode"], each["phase"]): each for each in plan["pricings"]}


@pytest.mark.parametrize("subsidiary", ["FR", "PL", "SN"])
def test_a_cart_shows_what_was_published(world: World, subsidiary: str) -> None:
    catalogue = world.get(CATALOGUE, None, ovhSubsidiary=subsidiary).ok()
    cart_id = world.cart("camille", subsidiary)
    for name, plan_code, mode in (
        ("foo.com", "com", "create-default"),
        ("taken.com", "com", "transfer-default"),
        ("foo.co.uk", "co.uk", "create-default"),
        ("foo.fr", "fr", "create-default"),
    ):
        [offer] = world.get(f"/order/cart/{cart_id}/domain", domain=name).ok()
        shown = {price["label"]: price["price"]["priceInUcents"] for price in offer["prices"]}
        found = pricings(catalogue, plan_code)
        first = found[mode, 0]
        assert (offer["pricingMode"], shown["PRICE"], shown["RENEW"]) == (mode, first["price"], found[mode, 1]["price"])
        assert shown["DISCOUNT"] == sum(p["discount"]["value"] for p in first["promotions"])
        assert shown["TOTAL"] == (first["promotions"][0]["total"]["value"] if first["promotions"] else first["price"])


def test_the_catalogue_s_figures_by_example(world: World) -> None:
    catalogue = world.get(CATALOGUE, None, ovhSubsidiary="FR").ok()
    assert catalogue["locale"] == {"currencyCode": "EUR", "subsidiary": "FR", "taxRate": 20.0}
    com = pricings(catalogue, "com")["create-default", 0]
    assert (com["price"], com["tax"], com["interval"], com["intervalUnit"]) == (999000000, 199800000, 12, "month")
    [promotion] = com["promotions"]
    assert (promotion["discount"], promotion["type"]) == ({"value": 250000000, "tax": 50000000}, "fixed_amount")
    assert pricings(catalogue, "fr")["restore-default", 1]["price"] == 2029000000
    codes = {plan["planCode"] for plan in catalogue["addons"]}
    assert {"zone", "fr-trade"} <= codes
    assert {family["name"] for family in catalogue["planFamilies"]} == {"dns", "trade"}
    assert {plan["product"] for plan in catalogue["plans"]} <= {product["name"] for product in catalogue["products"]}
    [fr] = [plan for plan in catalogue["plans"] if plan["planCode"] == "fr"]
    assert {code for family in fr["addonFamilies"] for code in family["addons"]} == {"zone", "fr-trade"}
    assert {"OWNER_CONTACT", "CLAIMS_NOTICE", "AUTH_INFO"} <= {each["name"] for each in fr["configurations"]}


def test_the_catalogue_is_made_once_until_a_price_changes(world: World) -> None:
    week = Promotion(
        name="week", title="A week", extensions=("org",), percent=50, begins=NOON + timedelta(days=1),
        ends=NOON + timedelta(days=8),
    )  # fmt: skip
    world.sell(week)
    seen = []
    for days in (0, 0.5, 0.5, 6, 1):
        world.pass_time(days=days)
        answer = world.get(CATALOGUE, None, ovhSubsidiary="FR")
        seen.append((len(pricings(answer.ok(), "org")["create-default", 0]["promotions"]), answer.raw))
    assert [count for count, _ in seen] == [0, 0, 1, 1, 0]
    assert seen[0][1] == seen[4][1]


@pytest.mark.parametrize("subsidiary", ["EU", "XX", "", "fr"])
def test_a_subsidiary_that_sells_nothing_is_refused(world: World, subsidiary: str) -> None:
    answer = world.get(CATALOGUE, None, ovhSubsidiary=subsidiary)
    assert (answer.status, list(answer.body["details"])) == (400, ["ovhSubsidiary"])
    assert world.get(CATALOGUE, None).status == 400


def test_extensions_are_listed_filtered_and_ordered(world: World) -> None:
    path = "/domain/extensions"
    every = world.get(path).ok()
    assert every == sorted(every)
    assert {"fr", "com", "co.uk"} <= set(every)
    oceania = world.get(path, geolocalizations="oceania").ok()
    assert oceania == sorted(oceania)
    assert {"au", "com.au", "nz", "tv", "wf", "sydney"} <= set(oceania) < set(every)
    assert world.get(path, geolocalizations="Oceania", thematics="Digital Media & Online Video").ok() == ["fm", "tv"]
    both = world.get(path, thematics="Shop,Personal").ok()
    assert {"blog", "me", "name", "shop", "store"} <= set(both)
    assert not {"fr", "bank"} & set(both)
    assert world.get(path, thematics="nothing").ok() == []
    trending = world.get(path, orderBy="trending").ok()
    assert (trending[:3], sorted(trending)) == (["fr", "com", "eu"], every)
    assert world.get(path, orderBy="trending", ovhSubsidiary="PL").ok()[:2] == ["pl", "com.pl"]
    for bad in ({"orderBy": "price"}, {"ovhSubsidiary": "EU"}, {"ovhSubsidiary": "ZZ"}, {"thematics": "x" * 300}):
        answer = world.get(path, **bad)
        assert (answer.status, list(answer.body["details"])) == (400, list(bad))
    assert world.get("/domain/data/extension", None, country="FR").ok() == every
    assert world.get("/domain/data/extension", None, country="EU").status == 400


def test_extensions_by_category(world: World) -> None:
    path = "/domain/extensions/byCategory"
    both = world.get(path).ok()
    [asia] = [group["extensions"] for group in both["geolocalization"] if group["name"] == "Asia"]
    assert {"asia", "in", "co.in", "jp", "tokyo"} <= set(asia)
    sold = set(world.get("/domain/extensions").ok())
    assert {name for groups in both.values() for group in groups for name in group["extensions"]} == sold
    one = world.get(path, categoryType="thematic").ok()
    assert (one["geolocalization"], one["thematic"]) == (None, both["thematic"])
    for written in ("['thematic', 'geolocalization']", "thematic,geolocalization"):
        assert world.get(path, categoryType=written).ok() == both
    signed = f"{path}?categoryType=thematic&categoryType=geolocalization"
    assert world.get(signed).ok() == both
    assert world.get(path, categoryType="colour").status == 400


def test_what_is_shown_first_and_what_is_new(world: World) -> None:
    assert world.get("/domain/extensions/highlighted").ok()[0] == "fr", "camille's own subsidiary"
    assert world.get("/domain/extensions/highlighted", ovhSubsidiary="DE").ok()[0] == "de"
    assert world.get("/domain/extensions/highlighted", ovhSubsidiary="SN").ok()[0] == "com", "the default"
    path = "/domain/extensions/pricingAttributes"
    dropped = {each["name"] for each in world.get(path).ok() if each["priceDrop"]}
    assert dropped == {"com", "fr"}, "those with a promotion"
    assert not any(each["priceDrop"] for each in world.get(path, ovhSubsidiary="PL").ok()), "which is in euros"
    assert not any(each["brandNew"] for each in world.get(path).ok())


def test_what_a_registry_allows(world: World) -> None:
    fr = world.get("/domain/extensions/fr/registryConfigurations").ok()
    assert fr["dns"] == {"isDNSSECSupported": True, "minNumber": None, "maxNumber": None}
    assert fr["domain"]["label"] == {"isIDNSupported": True, "minLength": 1, "maxLength": 63}
    cycle = fr["lifecycle"]
    assert cycle["create"]["allowedPeriodsInMonths"] == [12 * years for years in range(1, 11)]
    assert (cycle["renew"]["gracePeriodInDays"], cycle["restore"]["gracePeriodInDays"]) == (27, 30)
    assert cycle["transfer"] == {"allowedPeriodsInMonths": [12], "includeRenew": True}
    at = world.get("/domain/extensions/at/registryConfigurations").ok()["lifecycle"]
    assert (at["order"]["minMonths"], at["order"]["maxMonths"]) == (12, 12)
    assert at["transfer"] == {"allowedPeriodsInMonths": [0], "includeRenew": False}
    assert world.get("/domain/extensions/CO.UK").ok() == {"name": "co.uk"}
    for path in ("nothing", "nothing/registryConfigurations", "x" * 255):
        assert world.get(f"/domain/extensions/{path}").status == 404


def test_what_is_not_orderable_is_in_no_list(world: World) -> None:
    goods = world.engine.market
    fr = structs.replace(goods.catalogue.extensions["fr"], enabled=False)
    extensions = {**goods.catalogue.extensions, "fr": fr}
    changed = structs.replace(goods, catalogue=structs.replace(goods.catalogue, extensions=extensions))
    world.use(structs.replace(world.engine, shelf=Shelf(changed)))
    assert "fr" not in world.get("/domain/extensions").ok()
    assert world.get("/domain/extensions/fr/registryConfigurations").ok()["lifecycle"]["order"]["active"] is False
    plans = {plan["planCode"] for plan in world.get(CATALOGUE, None, ovhSubsidiary="FR").ok()["plans"]}
    assert "fr" not in plans
