"""Over the wire: every way to have a name, chosen and paid for as it was offered; names that registries keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters.sandbox_scenarios import SCENARIOS
from ordain.core.money import UNIT
from ordain.core.special import Margins, SpecialNames
from ordain.flows.shelf import Shelf
from tests.flows.shop import first_task, story

if TYPE_CHECKING:
    from tests.world import World

WAYS: list[tuple[str, list[tuple[str, str, float, float]]]] = [
    ("aftermarkets.fr", [("transfer-aftermarket1", "fr-transfer", 750, 6.99),
                         ("transfer-aftermarket2", "fr-transfer-aftermarket2", 1900, 6.99),
                         ("transfer-default", "fr-transfer-default", 6.99, 6.99)]),
    ("aftermarket-premium.fr", [("transfer-aftermarket1", "fr-transfer", 750, 6.99),
                                ("transfer-aftermarket2", "fr-transfer-aftermarket2", 1900, 6.99),
                                ("transfer-premium", "fr-transfer-premium", 200, 6.99)]),
    ("aftermarket1.fr", [("transfer-aftermarket1", "fr-transfer", 750, 6.99),
                         ("transfer-default", "fr-transfer-default", 6.99, 6.99)]),
    ("aftermarket2.fr", [("transfer-aftermarket2", "fr-transfer", 1900, 6.99),
                         ("transfer-default", "fr-transfer-default", 6.99, 6.99)]),
    ("aftermarket-silent.fr", [("transfer-default", "fr-transfer", 6.99, 6.99)]),
    ("taken.fr", [("transfer-default", "fr-transfer", 6.99, 6.99)]),
    ("taken-premium.fr", [("transfer-premium", "fr-transfer", 200, 200)]),
    ("premium.fr", [("create-premium", "fr-create", 120, 120)]),
    ("premium-standard.fr", [("create-premium", "fr-create", 120, 6.99)]),
]  # fmt: skip


def offered(world: World, domain: str, subsidiary: str = "FR") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.get(f"/order/cart/{world.cart(None, subsidiary)}/domain", domain=domain).ok()
    return found


def prices(shown: dict[str, Any]) -> dict[str, float]:
    return {each["label"]: each["price"]["value"] for each in shown["prices"]}


def added(world: World, domain: str, subsidiary: str = "FR", **wanted: object) -> dict[str, Any]:
    cart_id = world.cart("camille", subsidiary)
    made: dict[str, Any] = world.post(f"/order/cart/{cart_id}/domain", {"domain": domain, **wanted}).ok()
    return made


@pytest.mark.parametrize(("domain", "ways"), WAYS, ids=[domain for domain, _ in WAYS])
def test_every_way_is_offered_and_chosen_by_its_mode_or_its_offer_id(
    world: World, domain: str, ways: list[tuple[str, str, float, float]]
) -> None:
    found = offered(world, domain)
    assert [(o["pricingMode"], o["offerId"], prices(o)["PRICE"], prices(o)["RENEW"]) for o in found] == ways
    assert all(o["orderable"] and o["action"] == o["pricingMode"].partition("-")[0] for o in found)
    for offer in found:
        action, _, flavour = offer["pricingMode"].partition("-")
        for wanted in (
            {"pricingMode": offer["pricingMode"], "duration": "P1Y", "quantity": 1},
            {"pricingMode": f"{flavour}-{action}"},
            {"offerId": offer["offerId"]},
            {"offerId": f"fr-{offer['pricingMode']}"},
            {"pricingMode": flavour, "offerId": f"fr-{action}"},  # the pair of old
        ):
            item = added(world, domain, **wanted)
            assert item["settings"]["pricingMode"] == offer["pricingMode"], wanted
            assert prices(item) == {label: price for label, price in prices(offer).items() if label != "DISCOUNT"}
    assert added(world, domain)["settings"]["pricingMode"] == ways[0][0]


def test_what_is_not_on_offer_is_refused_with_what_is(world: World) -> None:
    path = f"/order/cart/{world.cart()}/domain"
    both = "'transfer-aftermarket1' or 'transfer-aftermarket2' or 'transfer-default'"
    for wrong in ("create-default", "transfer-premium", "create-premium", "transfer-aftermarket3", "gold", "-",
                  "x" * 99, "transfer", "transfer-aftermarket1-x", "TRANSFER-DEFAULT", "transfer default"):  # fmt: skip
        answer = world.post(path, {"domain": "aftermarkets.fr", "pricingMode": wrong})
        if wrong in ("transfer", "-"):  # they leave open which
            assert answer.ok()["settings"]["pricingMode"] == "transfer-aftermarket1"
            world.delete(f"{path.removesuffix('/domain')}/item/{answer.body['itemId']}").ok()
            continue
        assert answer.status == 400
        assert answer.body["message"] == f"pricingMode {wrong!r} is not on offer for this name: {both} is"
        assert list(answer.body["details"]) == ["pricingMode"]
    for wrong in ("fr-create", "fr-transfer-premium", "com-transfer", "fr-transfer-", "fr"):
        answer = world.post(path, {"domain": "aftermarkets.fr", "offerId": wrong})
        assert answer.status == 400
        assert "'fr-transfer' or 'fr-transfer-aftermarket2' or 'fr-transfer-default'" in answer.body["message"]
    refused: tuple[dict[str, object], ...] = (
        {"pricingMode": 5},
        {"offerId": []},
        {"pricingMode": "x" * 256},  # it would be said back
        {"offerId": "x" * 256},
        {"planCode": "x" * 256},
        {"pricingMode": "transfer-default", "offerId": "fr-create"},
        {"pricingMode": "transfer-aftermarket1", "duration": "P2Y"},
        {"quantity": 2},
    )
    for wanted in refused:
        answer = world.post(path, {"domain": "aftermarkets.fr", **wanted})
        assert (answer.status, len(answer.body["message"]) < 200) == (400, True), wanted
    assert world.get(path.removesuffix("/domain")).ok()["items"] == []


def test_a_platform_that_is_silent_is_told_to_whoever_wants_its_offer(world: World) -> None:
    path = f"/order/cart/{world.cart()}/domain"
    for wanted in ({"pricingMode": "transfer-aftermarket1"}, {"offerId": "fr-transfer-aftermarket1"}):
        answer = world.post(path, {"domain": "aftermarket-silent.fr", **wanted})
        assert answer.status == 503
        assert "aftermarket1 does not answer, try again later" in answer.body["message"]
    assert world.post(path, {"domain": "aftermarket-silent.fr"}).ok()["settings"]["pricingMode"] == "transfer-default"


@pytest.mark.parametrize("mode", ["transfer-aftermarket1", "transfer-aftermarket2", "transfer-premium"])
def test_each_way_is_delivered_at_its_price(world: World, mode: str) -> None:
    world.credit("camille", 9000)
    cart_id = world.cart()
    item_id = world.add(cart_id, "aftermarket-premium.fr", pricingMode=mode)
    path = f"/order/cart/{cart_id}"
    asked = [one["label"] for one in world.get(f"{path}/item/{item_id}/requiredConfiguration").ok() if one["required"]]
    assert ("AUTH_INFO" in asked) == (mode == "transfer-premium")  # whoever sells the name hands it over
    if mode == "transfer-premium":
        assert world.get(f"{path}/checkout").status == 400
        world.configure(cart_id, item_id, "AUTH_INFO", "the right one")
    shown, before = world.get(f"{path}/summary").ok(), world.balance()
    assert shown["details"] == world.get(f"{path}/checkout").ok()["details"]
    order_id = world.post(f"{path}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    bought = mode != "transfer-premium"
    assert first_task(world, order_id).function == ("DomainAfterMarket" if bought else "DomainIncomingTransfer")
    net = {"transfer-aftermarket1": 750, "transfer-aftermarket2": 1900, "transfer-premium": 200}[mode]
    assert story(world, order_id).standing.order.price.net.ucents == net * UNIT
    assert before - world.balance() == round(shown["prices"]["withTax"]["value"] * UNIT)
    assert world.get("/domain").ok() == ["aftermarket-premium.fr"]
    [again] = offered(world, "aftermarket-premium.fr")
    assert (again["orderable"], again["reason"]) == (False, "This name is registered here already")


def test_a_name_that_was_sold_meanwhile_is_told_before_it_is_paid(world: World) -> None:
    world.credit("camille", 9000)
    world.credit("dieter", 9000)
    carts = {who: world.cart(who) for who in ("camille", "dieter")}
    for who, cart_id in carts.items():
        world.add(cart_id, "aftermarket1.com", who)
    late = world.cart("dieter")
    world.add(late, "aftermarket1.com", "dieter", pricingMode="transfer-default")
    order_id = world.post(f"/order/cart/{carts['camille']}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    for cart_id in (carts["dieter"], late):
        answer = world.post(f"/order/cart/{cart_id}/checkout", {}, "dieter")
        assert answer.status == 409
        assert "can no longer be ordered: This name is registered here already" in answer.body["message"]


def test_a_registrys_price_that_rose_is_told_and_one_that_fell_is_not_charged_more(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "premium-rising.com", duration="P3Y")
    noon = 120 + 12 * 60
    assert prices(world.get(f"/order/cart/{cart_id}/item/{item_id}").ok())["PRICE"] == 3 * noon
    assert world.get(f"/order/cart/{cart_id}/checkout").status == 200
    world.pass_time(minutes=1)
    for answer in (world.get(f"/order/cart/{cart_id}/checkout"), world.post(f"/order/cart/{cart_id}/checkout", {})):
        assert answer.status == 409
        assert f"Its price rose from {3 * noon}.00 to {3 * noon + 3}.00 EUR" in answer.body["message"]
    world.pass_time(hours=11, minutes=59)  # midnight: it fell. The price seen is the price paid
    told = world.get(f"/order/cart/{cart_id}/checkout").ok()
    assert told["prices"]["withoutTax"]["value"] == 3 * noon


def test_a_fee_that_rose_after_the_order_is_refused_by_the_registry_not_charged(world: World) -> None:
    order_id = world.order("premium-rising.com")
    world.pass_time(minutes=5)
    world.pay(order_id, "fidelityAccount")
    world.credit("camille", 1000)
    world.pay(order_id)
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.comment) == ("error", "The fee is 845.00 EUR by now")
    world.post(f"/me/task/domain/{task.task_id}/cancel").ok()
    assert len(story(world, order_id).standing.refunds) == 1
    assert world.imbalance() == []


def test_a_margin_over_the_registrys_fee_is_taken_and_held_when_it_changes(world: World) -> None:
    def sell(percent: int) -> None:
        goods = world.engine.market
        special = SpecialNames(goods.special.lists, Margins(of_extension={"fr": percent}))  # type: ignore[dict-item]  # a whole number is a fraction
        world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(goods, special=special))))

    sell(10)
    [premium] = offered(world, "premium.fr")
    assert (prices(premium)["PRICE"], prices(premium)["RENEW"]) == (132, 132)
    [standard] = offered(world, "premium-standard.fr")
    assert (prices(standard)["PRICE"], prices(standard)["RENEW"]) == (132, 6.99)
    assert prices(offered(world, "premium.com")[0])["PRICE"] == 120
    assert prices(offered(world, "aftermarket1.fr")[0])["PRICE"] == 750
    cart_id = world.cart()
    world.add(cart_id, "premium.fr")
    sell(50)
    assert world.get(f"/order/cart/{cart_id}/checkout").ok()["prices"]["withoutTax"]["value"] == 132


@pytest.mark.parametrize("subsidiary", ["GB", "PL", "WE", "SN", "TN"])
def test_every_subsidiary_sells_every_way_in_its_own_currency(world: World, subsidiary: str) -> None:
    for domain, ways in WAYS[:3] + WAYS[-2:]:
        found = offered(world, domain, subsidiary)
        assert [o["pricingMode"] for o in found] == [mode for mode, *_ in ways]
        currency = world.engine.market.catalogue.subsidiaries[subsidiary].currency
        for offer in found:
            assert {each["price"]["currencyCode"] for each in offer["prices"]} == {currency}
            item = added(world, domain, subsidiary, pricingMode=offer["pricingMode"])
            assert prices(item)["TOTAL"] == prices(offer)["TOTAL"] > 0


# --- names that registries keep ---


@pytest.mark.parametrize("domain", ["ville-nanterre.fr", "nanterre.re", "paris.fr", "l-hay-les-roses.fr",
                                    "lhaylesroses.fr", "saint-étienne.fr"])  # fmt: skip
def test_a_name_under_prior_review_needs_a_reason_and_is_delivered_with_one(world: World, domain: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    path = f"/order/cart/{cart_id}"
    asked = {one["label"]: one["required"] for one in world.get(f"{path}/item/{item_id}/requiredConfiguration").ok()}
    assert asked["REASON"] is True
    for answer in (world.get(f"{path}/checkout"), world.post(f"{path}/checkout", {})):
        assert answer.status == 400
        assert f"{domain}: Custom field REASON is mandatory" in answer.body["message"]
    world.configure(cart_id, item_id, "REASON", "We are this town's administration")
    assert world.get(f"{path}/checkout").status == 200
    order_id = world.post(f"{path}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("abbadia-cerreto.it", "kept for its administration"), ("abbadiacerreto.it", "kept for its administration"),
        ("cerveteri.it", "kept for its administration"), ("example.shop", "Specification 5"),
        ("www.xyz", "Specification 5"), ("olympic.app", "Specification 5"), ("france.berlin", "Specification 5"),
        ("côte-d-ivoire.shop", "Specification 5"), ("redcross.club", "Specification 5"),
    ],
)  # fmt: skip
def test_a_kept_name_is_refused_in_words(world: World, domain: str, words: str) -> None:
    [offer] = offered(world, domain)
    assert offer["orderable"] is False
    assert words in offer["reason"]
    path = f"/order/cart/{world.cart()}"
    for wanted in ({}, {"pricingMode": "create-default"}):
        answer = world.post(f"{path}/domain", {"domain": domain, **wanted})
        assert answer.status == 409
        assert words in answer.body["message"]
    assert world.get(path).ok()["items"] == []


def test_places_whose_names_are_public_suffixes_are_refused_as_such(world: World) -> None:
    for domain in ("roma.it", "laspezia.it", "emilia-romagna.it"):
        answer = world.post(f"/order/cart/{world.cart()}/domain", {"domain": domain})
        assert answer.status == 400
        assert answer.body["message"] == f'"{domain}" is a public suffix that is not sold here: nobody can hold it'


def test_a_code_releases_an_estonian_name(world: World) -> None:
    item_id = world.add(cart_id := world.cart(), "abja.ee")
    asked = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    assert "PROTECTED_CODE" in [one["label"] for one in asked if one["required"]]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    word=st.sampled_from(["", *SCENARIOS]),
    extension=st.sampled_from(["fr", "com", "de", "shop", "berlin"]),
    subsidiary=st.sampled_from(["FR", "PL", "WE", "TN"]),
    years=st.integers(1, 3),
)
def test_an_item_costs_what_its_offer_said(
    world: World, word: str, extension: str, subsidiary: str, years: int
) -> None:
    """Whatever is on offer: modes and offer ids tell offers apart, the first is steady, and the sum is the sum."""
    domain = f"{word or 'plain'}-x.{extension}"
    found = offered(world, domain, subsidiary)
    assert found == offered(world, domain, subsidiary)
    modes, ids = [o["pricingMode"] for o in found], [o["offerId"] for o in found]
    assert (len(set(modes)), len(set(ids))) == (len(found), len(found))
    for offer in (o for o in found if o["orderable"]):
        duration = f"P{years}Y" if f"P{years}Y" in offer["duration"] else offer["duration"][0]
        item = added(world, domain, subsidiary, pricingMode=offer["pricingMode"], duration=duration)
        one, many = prices(offer), prices(item)
        length = int(duration[1:-1])
        assert many["PRICE"] == pytest.approx(one["PRICE"] + (length - 1) * one["RENEW"])
        assert many["TOTAL"] == pytest.approx(many["PRICE"] + many["FEE"] - many.get("DISCOUNT", 0))
        assert many.get("DISCOUNT", 0) == one["DISCOUNT"]
        assert many["RENEW"] == one["RENEW"]
