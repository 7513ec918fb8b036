"""What staff edit over the API: looked at, tried, made, withdrawn; by nobody else; refused with field and reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ordain.flows import staff
from tests.world import NOON

if TYPE_CHECKING:
    from tests.world import World

OFFICE = "/ordain/v1/office"
LATER = "2026-11-23T13:00:00Z"
PRICE = {
    "extension": "com",
    "currency": "EUR",
    "action": "create",
    "price": "12.50",
    "reason": "the registry asks more",
}


@pytest.fixture
def shop(world: World) -> World:
    """A world where Camille keeps the catalogue."""
    world.runner.run(staff.take_on(world.engine, world.nics["camille"], "catalogue", world.now))
    return world


def test_a_price_is_tried_made_read_and_withdrawn(shop: World) -> None:
    tried = shop.post(f"{OFFICE}/price", {**PRICE, "begins": LATER, "dryRun": True}).ok()
    assert shop.get(f"{OFFICE}/edit").ok() == []
    made = shop.post(f"{OFFICE}/price", {**PRICE, "begins": LATER}).ok()
    assert made["previews"] == tried["previews"]
    french = next(each for each in made["previews"] if each["subsidiary"] == "FR")
    assert french == {
        "subsidiary": "FR", "before": "9.99", "price": "12.50", "promotion": french["promotion"], "discount": "2.50",
        "net": "10.00", "tax": "2.00", "gross": "12.00", "cost": french["cost"], "earned": french["earned"],
        "belowCost": False,
    }  # fmt: skip
    assert made["edit"] == {
        "id": 1, "about": "extension com", "at": "2026-11-23T12:00:00+00:00", "by": shop.nics["camille"],
        "begins": "2026-11-23T13:00:00+00:00", "ends": None, "reason": "the registry asks more", "counts": True,
        "change": {"type": "price", "extension": "com", "currency": "EUR", "action": "create", "price": 1250000000},
        "before": {"type": "price", "extension": "com", "currency": "EUR", "action": "create", "price": 999000000},
    }  # fmt: skip
    sold = shop.get(f"{OFFICE}/extension/com").ok()
    create = [(each["price"], each["state"], each["edit"]) for each in sold["prices"] if each["action"] == "create"]
    assert create == [("9.99", "now", None), ("12.50", "to come", 1)]
    assert sold["seen"] == 1
    away = shop.post(f"{OFFICE}/edit/1/withdraw", {"reason": "it does not", "seen": 1}).ok()
    assert away["edit"]["change"] == {"type": "withdrawal", "number": 1}
    assert shop.get(f"{OFFICE}/edit/1").ok()["counts"] is False
    assert [each["id"] for each in shop.get(f"{OFFICE}/edit", about="extension com").ok()] == [2, 1]
    assert [each["id"] for each in shop.get(f"{OFFICE}/edit", before=2).ok()] == [1]


def test_a_purchase_price_becomes_a_list_price_by_the_margin_in_force(shop: World) -> None:
    wish = {key: value for key, value in PRICE.items() if key != "price"}
    made = shop.post(f"{OFFICE}/price", {**wish, "purchase": "10.00", "dryRun": True}).ok()
    assert made["edit"]["change"]["price"] == 1299000000  # 20 % on top, and raised to the next .99
    margin = {"name": "com", "margin": {"extensions": ["com"], "percent": "50"}, "reason": "for a change"}
    shop.post(f"{OFFICE}/margin", margin).ok()
    made = shop.post(f"{OFFICE}/price", {**wish, "purchase": "10.00", "dryRun": True}).ok()
    assert made["edit"]["change"]["price"] == 1500000000
    assert shop.get(f"{OFFICE}/margin").ok()[-1]["percent"] == "50"


def test_an_extension_a_promotion_and_the_brand_are_edited(shop: World) -> None:
    off = {"extension": ".COM", "on": False, "why": "Its registry moves", "reason": "maintenance"}
    shop.post(f"{OFFICE}/sale", off).ok()
    [com] = [each for each in shop.get(f"{OFFICE}/extension", text="com", state="off").ok() if each["name"] == "com"]
    assert com["closed"] == "Its registry moves"
    one = {"name": "spring", "title": "Spring", "percent": 10, "code": "SPRING", "periods": [1, 2]}
    shop.post(f"{OFFICE}/promotion", {"name": "spring", "promotion": one, "reason": "spring"}).ok()
    assert one["code"] in [each.get("code") for each in shop.get(f"{OFFICE}/promotion").ok()]
    brand = {"name": "Muster", "accent": "#0b57d0", "texts": {"en": {"headline": "Names for everybody"}}}
    shop.post(f"{OFFICE}/brand", {"brand": brand, "reason": "ours"}).ok()
    assert shop.get(f"{OFFICE}/brand").ok() == brand


WRONG: list[tuple[str, dict[str, Any], int, dict[str, str]]] = [
    ("price", {**PRICE, "extension": "nowhere"}, 400, {"extension": "extension: there is no extension .nowhere"}),
    ("price", {**PRICE, "price": "0"}, 400, {"price": "price is above zero"}),
    ("price", {**PRICE, "price": "1,5"}, 400, {}),
    ("price", {**PRICE, "purchase": "1.5"}, 400, {"price": "price: give either price or purchase"}),
    ("price", {**PRICE, "reason": "", "begins": "2020-01-01T00:00:00Z"}, 400, {
            "reason": "reason: say why, in at most 200 characters",
            "begins": "begins is in the past: leave it empty to begin at once",
        }),
    ("price", {"purchase": "-1.00", **{key: PRICE[key] for key in PRICE if key != "price"}}, 400,
         {"purchase": "what it costs to buy is above zero"}),
    ("price", {**PRICE, "more": 1}, 400, {}),
    ("sale", {"extension": "gov", "on": True, "reason": "x"}, 400,
         {"on": "on: .gov has no prices, so it cannot be sold"}),
    ("promotion", {"name": "x", "promotion": {"name": "x", "title": "X"}, "reason": "x"}, 400, {}),
    ("brand", {"brand": {"accent": "#ffff00"}, "reason": "x"}, 400, {"accent": "make it darker"}),
    ("edit/7/withdraw", {"reason": "x"}, 404, {"number": "there is no edit 7 that counts"}),
    ("extension/nowhere/rule/create/try", {"facts": {}}, 404, {"name": "There is no extension nowhere"}),
    ("extension/com/rule/dance/try", {"facts": {}}, 404, {"action": "There is no rule for dance"}),
]  # fmt: skip


def test_what_cannot_be_is_refused_with_its_field(shop: World) -> None:
    for path, body, status, details in WRONG:
        refused = shop.post(f"{OFFICE}/{path}", body)
        assert refused.status == status, (path, body)
        for field, told in details.items():
            assert told in refused.body["details"][field]
    assert shop.engine.shelf.edits == ()


def test_an_instant_without_a_time_zone_is_told(shop: World) -> None:
    """Also where other edits have begun and are to begin."""
    shop.post(f"{OFFICE}/price", PRICE).ok()
    margin = {"name": "com", "margin": {"extensions": ["com"], "percent": "50"}, "reason": "x", "begins": LATER}
    shop.post(f"{OFFICE}/margin", margin).ok()
    off = {"extension": "com", "on": False, "reason": "x", "begins": LATER}
    shop.post(f"{OFFICE}/sale", off).ok()
    by_cost = {"purchase": "10.00", **{key: PRICE[key] for key in PRICE if key != "price"}}
    one = {"name": "spring", "title": "Spring", "percent": 10}
    wishes: list[tuple[str, dict[str, Any]]] = [
        ("price", PRICE), ("price", by_cost), ("sale", off), ("margin", margin),
        ("promotion", {"name": "spring", "promotion": one, "reason": "x"}),
        ("brand", {"brand": {"name": "Muster"}, "reason": "x"}),
    ]  # fmt: skip
    for path, body in wishes:
        for field in ("begins", "ends"):
            refused = shop.post(f"{OFFICE}/{path}", {**body, field: LATER.removesuffix("Z")})
            assert (refused.status, list(refused.body["details"])) == (400, [field]), path


def test_what_is_not_there_is_told(shop: World) -> None:
    paths = ("extension/nowhere", "edit/9", "extension/com?currency=JPY")
    assert [shop.get(f"{OFFICE}/{path}").status for path in paths] == [404, 404, 400]


def test_of_two_who_saw_the_same_the_second_is_told(shop: World) -> None:
    shop.post(f"{OFFICE}/price", {**PRICE, "seen": 0}).ok()
    again = shop.post(f"{OFFICE}/sale", {"extension": "com", "on": False, "reason": "x", "seen": 0})
    assert again.status == 409
    assert "meanwhile" in again.body["message"]


def test_a_call_repeated_with_its_key_is_one_edit(shop: World) -> None:
    key = {"Idempotency-Key": "one-and-the-same"}
    one, two = (shop.call_with(key, "POST", f"{OFFICE}/price", PRICE) for _ in range(2))
    assert one.body == two.body
    assert len(shop.engine.shelf.edits) == 1


def test_a_rule_is_told_in_words_and_tried(shop: World) -> None:
    asked = {each["place"]: each for each in shop.get(f"{OFFICE}/extension/fr/rule/create").ok()}
    assert asked["OWNER_CONTACT.address.country"]["demanded"] is True
    [said] = [each for each in asked["OWNER_CONTACT.birthDay"]["told"] if "OWNER_CONTACT.legalForm" in each]
    assert "individual" in said
    found = shop.post(
        f"{OFFICE}/extension/fr/rule/create/try", {"facts": {"OWNER_CONTACT": {"legalForm": "individual"}}}
    )
    broken = {each["place"] for each in found.ok()}
    assert {"OWNER_CONTACT.birthDay", "OWNER_CONTACT.address.city"} <= broken


LOOKS = ("extension", "extension/com", "extension/nowhere", "edit", "edit/1", "promotion", "margin", "brand",
         "extension/com/rule/create")  # fmt: skip


def test_nobody_else_looks(shop: World) -> None:
    for path in LOOKS:
        assert shop.get(f"{OFFICE}/{path}", None).status == 401
        assert shop.get(f"{OFFICE}/{path}", "dieter").status == 403


def test_nobody_else_edits_and_whoever_is_let_go_does_not_any_more(shop: World) -> None:
    assert shop.post(f"{OFFICE}/price", PRICE, "dieter").status == 403
    shop.runner.run(staff.take_on(shop.engine, shop.nics["dieter"], "support", NOON))
    assert shop.post(f"{OFFICE}/price", PRICE, "dieter").status == 403
    shop.runner.run(staff.let_go(shop.engine, shop.nics["camille"]))
    assert shop.post(f"{OFFICE}/price", PRICE).status == 403
    assert shop.engine.shelf.edits == ()


def test_the_price_that_is_told_is_the_price_that_is_asked(shop: World) -> None:
    made = shop.post(f"{OFFICE}/price", {**PRICE, "begins": LATER}).ok()
    net = next(each["net"] for each in made["previews"] if each["subsidiary"] == "FR")
    shop.now += timedelta(hours=1)
    cart = shop.cart()
    shop.add(cart, "priced-name.com")
    summary = shop.get(f"/order/cart/{cart}/summary").ok()
    assert f"{summary['prices']['withoutTax']['value']:.2f}" == net
