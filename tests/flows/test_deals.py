"""Promotions with limits, from offers to orders: who gets them, who no longer does, and how that is said."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ordain.core.promotions import Promotion
from ordain.flows import deals
from ordain.store import promotions
from tests.flows.shop import with_promotions

if TYPE_CHECKING:
    from tests.world import Answer, World

FIRST = Promotion(name="welcome", title="Welcome", extensions=("fr",), percent=50, first_order=True)
ONCE = Promotion(name="once", title="Once each", extensions=("fr",), percent=50, per_customer=1)
FEW = Promotion(name="few", title="Two in all", extensions=("fr",), first_year={"EUR": "0.99"}, quantity=2)
ALWAYS = Promotion(name="always", title="Always", extensions=("fr",), amount={"EUR": "1.00"})
LAST = Promotion(name="last", title="The last one", code="LAST-ONE", percent=100, quantity=1)
MINE = Promotion(name="mine", title="Mine", code="ONCE-EACH", percent=50, per_customer=1)
NEW = Promotion(name="new", title="New", code="FIRST-ORDER", percent=50, first_order=True)


def first_year(world: World, cart_id: str, domain: str, who: str | None = "camille") -> float:
    """What an offer of the cart says is paid for the shortest duration."""
    [offer, *_] = world.get(f"/order/cart/{cart_id}/domain", who, domain=domain).ok()
    return float(next(p["price"]["value"] for p in offer["prices"] if p["label"] == "TOTAL"))


def searched(world: World, domain: str, who: str | None = "camille", subsidiary: str = "FR") -> float:
    """The same as a search says it."""
    asked = {"name": domain, "extensions": "fr", "ovhSubsidiary": subsidiary}
    found = world.get("/ordain/v1/search", who, **asked).ok()["results"]
    [offer] = next(one["offers"] for one in found if one["domain"] == domain)
    return float(offer["total"]["net"])


def net(world: World, cart_id: str) -> float:
    value: float = world.get(f"/order/cart/{cart_id}/summary").ok()["prices"]["withoutTax"]["value"]
    return value


def dry_run(world: World, cart_id: str) -> Answer:
    return world.get(f"/order/cart/{cart_id}/checkout")


def check_out(world: World, cart_id: str) -> Answer:
    return world.post(f"/order/cart/{cart_id}/checkout", {})


def coupon(world: World, cart_id: str, code: str, who: str | None = "camille") -> Answer:
    return world.post(f"/order/cart/{cart_id}/coupon", {"coupon": code}, who)


MISCOUNTED = (
    "SELECT c.promotion, c.used, coalesce(sum(u.uses), 0) FROM promotion_count c LEFT JOIN promotion_use u"
    " ON u.promotion = c.promotion AND u.counted = 1 GROUP BY c.promotion, c.used"
    " HAVING c.used <> coalesce(sum(u.uses), 0)"
)


def used(world: World, name: str) -> int:
    """How often it was used in all, which the uses have to add up to."""
    assert world.runner.run(world.database.read(lambda tx: tx.fetch(MISCOUNTED))) == []
    return world.runner.run(world.database.read(lambda tx: promotions.used(tx, name)))


def test_the_last_coupon_goes_to_one_of_fifty_checkouts_at_the_same_moment(world: World) -> None:
    with_promotions(world, LAST)
    carts = [world.cart() for _ in range(50)]
    for number, cart_id in enumerate(carts):
        world.add(cart_id, f"last-{number}.fr")
        coupon(world, cart_id, "LAST-ONE").ok()

    async def at_once() -> list[Answer]:
        targets = [f"/1.0/order/cart/{cart_id}/checkout" for cart_id in carts]
        return await asyncio.gather(
            *(world.request("POST", to, b"{}", world.signed("POST", to, b"{}", "camille")) for to in targets)
        )

    answers = world.runner.run(at_once())
    won = [answer for answer in answers if answer.status == 200]
    assert [answer.body["prices"]["withTax"]["value"] for answer in won] == [0]
    lost = {(answer.status, answer.body["message"]) for answer in answers if answer.status != 200}
    assert lost == {
        (409, "coupon LAST-ONE is used up: without it the cart costs 8.39 EUR instead of 0.00 EUR, take it out")
    }
    assert used(world, "last") == 1
    assert world.get("/me/order").ok() == [won[0].body["orderId"]]


def test_a_promotion_that_ran_out_meanwhile_is_told_by_the_dry_run_and_by_checkout(world: World) -> None:
    with_promotions(world, FEW, ALWAYS)
    mine = world.cart()
    item_id = world.add(mine, "mine.fr")
    for number in range(2):
        check_out(world, _with(world, f"quick-{number}.fr")).ok()
    told = [ask(world, mine) for ask in (dry_run, check_out)]
    assert {answer.status for answer in told} == {409}
    [message] = {answer.body["message"] for answer in told}
    assert message == ("mine.fr: Two in all is used up: it costs 5.99 EUR instead of 0.99 EUR before tax, add it anew")
    assert net(world, mine) == 0.99
    world.delete(f"/order/cart/{mine}/item/{item_id}").ok()
    world.add(mine, "mine.fr")
    assert check_out(world, mine).ok()["prices"]["withoutTax"]["value"] == 5.99


def _with(world: World, domain: str) -> str:
    cart_id = world.cart()
    world.add(cart_id, domain)
    return cart_id


def test_a_promotion_that_ran_out_is_not_missed_where_another_is_worth_the_same(world: World) -> None:
    with_promotions(
        world, Promotion(name="a-few", title="Few", extensions=("fr",), amount={"EUR": "1.00"}, quantity=1), ALWAYS
    )
    mine, quick = _with(world, "mine.fr"), _with(world, "quick.fr")
    check_out(world, quick).ok()
    assert [ask(world, mine).ok()["prices"]["withoutTax"]["value"] for ask in (dry_run, check_out)] == [5.99, 5.99]
    assert used(world, "a-few") == 1


@pytest.mark.parametrize("limit", ["quantity", "per_customer"])
def test_a_promotion_that_stands_in_for_one_that_ran_out_is_used_itself(world: World, limit: str) -> None:
    limits: Any = {limit: 1}
    one, two = (Promotion(name=of, title=of, extensions=("fr",), percent=50, **limits) for of in ("one", "two"))
    with_promotions(world, one, two)
    carts = [_with(world, f"same-{number}.fr") for number in range(3)]
    answers = [check_out(world, cart_id) for cart_id in carts]
    assert [answer.status for answer in answers] == [200, 200, 409]
    assert "same-2.fr: one " in answers[2].body["message"]
    assert "it costs 6.99 EUR instead of 3.49 EUR before tax, add it anew" in answers[2].body["message"]
    assert [used(world, name) for name in ("one", "two")] == ([1, 1] if limit == "quantity" else [0, 0])


@pytest.mark.parametrize("limit", ["quantity", "per_customer"])
def test_a_coupon_that_stands_in_for_one_that_ran_out_is_used_itself(world: World, limit: str) -> None:
    limits: Any = {limit: 1}
    coupons = [
        Promotion(name=code.lower(), title=code, code=code, percent=50, **limits) for code in ("FRIEND", "SPRING")
    ]
    with_promotions(world, *coupons)
    carts = [_with(world, f"same-{number}.fr") for number in range(3)]
    for cart_id in carts:
        for one in coupons:
            coupon(world, cart_id, one.code or "").ok()
    answers = [check_out(world, cart_id) for cart_id in carts]
    assert [answer.status for answer in answers] == [200, 200, 409]
    for code in ("FRIEND", "SPRING"):
        assert f"coupon {code} " in str(answers[2].body)
    assert "without it the cart costs 8.39 EUR instead of 4.19 EUR, take it out" in answers[2].body["message"]
    assert [used(world, one.name) for one in coupons] == ([1, 1] if limit == "quantity" else [0, 0])


def test_a_first_use_of_more_than_there_are_is_none(world: World) -> None:
    def count(uses: int) -> bool:
        return world.runner.run(world.database.write(lambda tx: promotions.count(tx, "few", uses, 1)))

    assert [count(uses) for uses in (3, 1, 1)] == [False, True, False]
    assert world.runner.run(world.database.read(lambda tx: promotions.used(tx, "few"))) == 1


def test_offers_searches_and_carts_say_the_same_price_until_it_runs_out_and_after(world: World) -> None:
    with_promotions(world, FEW, ALWAYS)
    prices = []
    for number in range(3):
        cart_id, name = world.cart(), f"same-{number}.fr"
        offered = (first_year(world, cart_id, name), searched(world, name), searched(world, name, None))
        world.add(cart_id, name)
        prices.append((*offered, net(world, cart_id), check_out(world, cart_id).ok()["prices"]["withoutTax"]["value"]))
    assert prices == [(0.99,) * 5, (0.99,) * 5, (5.99,) * 5]
    assert used(world, "few") == 2


@pytest.mark.parametrize("subsidiary", ["FR", "DE", "WE", "SN", "TN"])
def test_one_customer_sees_one_price_in_every_subsidiary(world: World, subsidiary: str) -> None:
    with_promotions(
        world,
        ALWAYS,
        FIRST,
        Promotion(name="de", title="DE", extensions=("fr",), percent=60, subsidiaries=("DE", "TN")),
        Promotion(name="all", title="All", first_year={"USD": "1.00", "XOF": "500", "TND": "9.999"}),
        Promotion(name="long", title="Long", percent=90, minimum_years=2),
    )
    cart_id = world.cart(subsidiary=subsidiary)
    seen = {first_year(world, cart_id, "seen.fr"), searched(world, "seen.fr", subsidiary=subsidiary)}
    item_id = world.add(cart_id, "seen.fr")
    shown = world.get(f"/order/cart/{cart_id}/item/{item_id}").ok()["prices"]
    seen |= {next(p["price"]["value"] for p in shown if p["label"] == "TOTAL"), net(world, cart_id)}
    assert seen == {dry_run(world, cart_id).ok()["prices"]["withoutTax"]["value"]}


def test_a_promotion_is_given_as_often_as_it_says_however_many_ask_at_the_same_moment(world: World) -> None:
    with_promotions(world, FEW)
    targets = [f"/1.0/order/cart/{_with(world, f'many-{number}.fr')}/checkout" for number in range(12)]

    async def at_once() -> list[Answer]:
        return await asyncio.gather(
            *(world.request("POST", to, b"{}", world.signed("POST", to, b"{}", "camille")) for to in targets)
        )

    answers = world.runner.run(at_once())
    assert sorted(answer.status for answer in answers) == [200] * 2 + [409] * 10
    assert {a.body["prices"]["withoutTax"]["value"] for a in answers if a.status == 200} == {0.99}
    assert used(world, "few") == 2


def test_names_in_the_cart_count_before_they_are_ordered(world: World) -> None:
    with_promotions(world, ONCE)
    cart_id = world.cart()
    prices = []
    for number in range(2):
        prices.append(first_year(world, cart_id, f"both-{number}.fr"))
        world.add(cart_id, f"both-{number}.fr")
    assert prices == [3.49, 6.99]
    assert check_out(world, cart_id).ok()["prices"]["withoutTax"]["value"] == 10.48


def test_once_per_customer_is_once_for_each_of_them(world: World) -> None:
    with_promotions(world, ONCE)
    one, other = _with(world, "one.fr"), _with(world, "other.fr")
    check_out(world, one).ok()
    refused = check_out(world, other)
    assert refused.status == 409
    assert refused.body["message"] == (
        "other.fr: Once each can only be used once per customer: it costs 6.99 EUR instead of 3.49 EUR before tax,"
        " add it anew"
    )
    assert [searched(world, "third.fr", who) for who in ("camille", "dieter", None)] == [6.99, 3.49, 3.49]


def test_two_checkouts_of_one_customer_at_the_same_moment_are_one_first_order(world: World) -> None:
    with_promotions(world, FIRST)
    targets = [f"/1.0/order/cart/{_with(world, f'first-{number}.fr')}/checkout" for number in range(4)]

    async def at_once() -> list[Answer]:
        return await asyncio.gather(
            *(world.request("POST", to, b"{}", world.signed("POST", to, b"{}", "camille")) for to in targets)
        )

    answers = world.runner.run(at_once())
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert all("is only for a first order" in a.body["message"] for a in answers if a.status == 409)


def test_a_first_order_is_one_before_which_there_is_none_but_cancelled_ones(world: World) -> None:
    with_promotions(world, FIRST)
    assert searched(world, "a.fr") == 3.49
    check_out(world, _with(world, "first.fr")).ok()
    assert searched(world, "a.fr") == 6.99
    world.pass_time(days=15)  # it was not paid, and is cancelled
    assert searched(world, "a.fr") == 3.49
    paid: int = check_out(world, _with(world, "paid.fr")).ok()["orderId"]
    world.pay(paid).ok()
    world.pass_time(days=30)
    assert searched(world, "a.fr") == 6.99


def test_coupons_with_limits_are_refused_when_they_are_put_in(world: World) -> None:
    with_promotions(world, LAST, MINE, NEW)
    for code in ("LAST-ONE", "ONCE-EACH"):
        cart_id = _with(world, f"{code.lower()}.fr")
        coupon(world, cart_id, code).ok()
        check_out(world, cart_id).ok()
    empty = world.cart()
    said = {code: coupon(world, empty, code) for code in ("LAST-ONE", "ONCE-EACH", "FIRST-ORDER")}
    assert {answer.status for answer in said.values()} == {400}
    assert {code: answer.body["details"]["coupon"] for code, answer in said.items()} == {
        "LAST-ONE": "coupon LAST-ONE is used up",
        "ONCE-EACH": "coupon ONCE-EACH can only be used once per customer",
        "FIRST-ORDER": "coupon FIRST-ORDER is only for a first order",
    }
    # Of somebody unknown the best is believed; whose cart it becomes is seen at checkout.
    unknown = world.cart(None)
    assert coupon(world, unknown, "FIRST-ORDER", None).ok() == ["FIRST-ORDER"]
    world.post(f"/order/cart/{unknown}/assign").ok()
    world.add(unknown, "unknown.fr")
    assert dry_run(world, unknown).body["message"] == (
        "coupon FIRST-ORDER is only for a first order: without it the cart costs 8.39 EUR instead of 4.19 EUR,"
        " take it out"
    )
    world.delete(f"/order/cart/{unknown}/coupon?coupon=FIRST-ORDER").ok()
    assert check_out(world, unknown).ok()["prices"]["withTax"]["value"] == 8.39


def test_what_is_used_comes_back_when_the_order_is_cancelled_and_not_when_it_is_paid(world: World) -> None:
    with_promotions(world, LAST, ONCE)
    for paid in (False, True):
        cart_id = _with(world, f"come-{paid}.fr".lower())
        coupon(world, cart_id, "LAST-ONE").ok()
        order_id = check_out(world, cart_id).ok()["orderId"]
        assert used(world, "last") == 1
        assert world.runner.run(deals.sweep(world.engine)) == 0
        if paid:
            world.pay(order_id).ok()
        world.pass_time(days=15)
        # A use by the customer themselves is seen to have come to nothing before it is given back.
        assert searched(world, "again.fr") == (6.99 if paid else 3.49)
        assert world.runner.run(deals.sweep(world.engine)) == (0 if paid else 2)
        assert used(world, "last") == int(paid)
        assert searched(world, "again.fr") == (6.99 if paid else 3.49)


def test_a_use_waits_a_minute_for_who_pays_at_the_last_moment(world: World) -> None:
    """A payment is judged by when it was asked for, and written a little later."""
    with_promotions(world, LAST)
    cart_id = _with(world, "late.fr")
    coupon(world, cart_id, "LAST-ONE").ok()
    check_out(world, cart_id).ok()
    world.pass_time(days=14, seconds=30)
    assert world.runner.run(deals.sweep(world.engine)) == 0
    world.pass_time(minutes=1)
    assert world.runner.run(deals.sweep(world.engine)) == 1


def test_who_withdraws_may_use_a_promotion_again(world: World) -> None:
    with_promotions(world, ONCE)
    order_id = check_out(world, _with(world, "gone.fr")).ok()["orderId"]
    world.post(f"/me/order/{order_id}/retraction", {"reason": "other"}).ok()
    assert searched(world, "gone.fr") == 3.49
    check_out(world, _with(world, "gone.fr")).ok()


def test_uses_of_orders_withdrawn_from_unpaid_come_back_at_once_and_none_is_kept(world: World) -> None:
    with_promotions(world, ONCE, LAST)
    for _ in range(3):
        cart_id = _with(world, "gone.fr")
        coupon(world, cart_id, "LAST-ONE").ok()
        order_id = check_out(world, cart_id).ok()["orderId"]
        assert used(world, "last") == 1
        world.post(f"/me/order/{order_id}/retraction", {"reason": "other"}).ok()
        assert used(world, "last") == 0
    assert world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT * FROM promotion_use"))) == []


def test_the_use_of_an_order_that_was_paid_stays_used_whatever_becomes_of_it(world: World) -> None:
    few = Promotion(name="few", title="Few", extensions=("fr",), percent=50, quantity=2, per_customer=1)
    with_promotions(world, few)
    order_id = check_out(world, _with(world, "paid.fr")).ok()["orderId"]
    world.pay(order_id).ok()
    assert searched(world, "again.fr") == 6.99
    world.post(f"/me/order/{order_id}/retraction", {"reason": "other"}).ok()
    for days in (0, 15):
        world.pass_time(days=days)
        assert world.runner.run(deals.sweep(world.engine)) == 0
        assert used(world, "few") == 1
        assert searched(world, "again.fr") == 3.49  # of the account's own it is none


def test_a_duration_has_its_own_promotion(world: World) -> None:
    long = Promotion(name="long", title="Three years", extensions=("fr",), amount={"EUR": "3.00"}, minimum_years=3)
    exactly = Promotion(name="two", title="Two years", extensions=("fr",), amount={"EUR": "2.00"}, periods=(2,))
    with_promotions(world, ALWAYS, long, exactly)
    cart_id = world.cart()
    item_id = world.add(cart_id, "long.fr")
    seen = {}
    for years in (1, 2, 3, 4):
        item = (
            world.put(f"/order/cart/{cart_id}/item/{item_id}", {"duration": f"P{years}Y"}).ok()
            or world.get(f"/order/cart/{cart_id}/item/{item_id}").ok()
        )
        off = next(p for p in item["prices"] if p["label"] == "DISCOUNT")
        seen[years] = (
            off["price"]["value"],
            off["promotions"][0]["name"],
            round(6.99 * years - net(world, cart_id), 2),
        )
    assert seen == {1: (1, "always", 1), 2: (2, "two", 2), 3: (3, "long", 3), 4: (3, "long", 3)}


def test_promotions_without_limits_touch_no_counter(world: World) -> None:
    with_promotions(world, ALWAYS)
    check_out(world, _with(world, "plain.fr")).ok()
    counts = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT * FROM promotion_count")))
    assert counts == world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT * FROM promotion_use"))) == []


def published(world: World, mode: str = "create-default") -> list[Any]:
    catalogue = json.loads(world.get("/order/catalog/public/domain", None, ovhSubsidiary="FR").raw)
    plan = next(plan for plan in catalogue["plans"] if plan["planCode"] == "fr")
    found: list[Any] = next(p["promotions"] for p in plan["pricings"] if p["mode"] == mode and p["phase"] == 0)
    return found


def test_the_public_catalogue_tells_conditions_and_forgets_what_ran_out(world: World) -> None:
    long = Promotion(
        name="long", title="Long", extensions=("fr",), percent=90, minimum_years=2, per_customer=5, subsidiaries=("FR",)
    )
    with_promotions(world, FEW, ALWAYS, long)
    shown = ("name", "type", "value", "isGlobalQuantityLimited", "globalQuantity", "quantity", "minimumDuration")
    assert [tuple(one[key] for key in shown) for one in published(world)] == [
        ("few", "forced_amount", 99000000, True, 2, None, None),
        ("long", "percentage", 90, False, None, 5, 24),
        ("always", "fixed_amount", 100000000, False, None, None, None),
    ]
    for number in range(2):
        check_out(world, _with(world, f"few-{number}.fr")).ok()
    assert [one["name"] for one in published(world)] == ["always", "long"]


@pytest.mark.parametrize("code", ["LAST-ONE", "ONCE-EACH"])
def test_a_coupon_that_takes_nothing_off_is_not_used(world: World, code: str) -> None:
    with_promotions(world, LAST, MINE, Promotion(name="free", title="Free", extensions=("fr",), percent=100))
    cart_id = _with(world, "free.fr")
    coupon(world, cart_id, code).ok()
    check_out(world, cart_id).ok()
    assert coupon(world, world.cart(), code).ok() == [code]
