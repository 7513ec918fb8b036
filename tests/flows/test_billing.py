"""Bills and credit notes: numbers without gaps whatever happens at once, and the order's own figures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.money import CENT
from ordain.core.refusal import Refused
from ordain.flows import billing
from tests.flows.shop import bought

if TYPE_CHECKING:
    from ordain.core.bill_content import Content
    from ordain.store.database import Tx
    from tests.world import World


def test_a_bill_has_the_orders_figures(world: World) -> None:
    order_id = bought(world, "foo.fr")
    assert world.get("/me/bill").ok() == []
    assert world.get(f"/me/order/{order_id}/associatedObject").ok() == {"id": None, "type": None}
    world.pass_time(minutes=1)
    assert world.bill() == 1
    assert world.get("/me/bill").ok() == ["2026-000001"]
    assert world.get(f"/me/order/{order_id}/associatedObject").ok() == {"id": "2026-000001", "type": "Bill"}
    order, bill = world.get(f"/me/order/{order_id}").ok(), world.get("/me/bill/2026-000001").ok()
    same = ("orderId", "password", "pdfUrl", "priceWithTax", "priceWithoutTax", "tax", "url")
    assert {name: bill[name] for name in same} == {name: order[name] for name in same}
    assert (bill["date"], bill["category"]) == ("2026-11-23T12:01:00+00:00", "purchase-web")
    assert world.send("GET", bill["url"].removeprefix(world.engine.public_url)).status == 200
    details = [
        world.get(f"/me/bill/2026-000001/details/{each}").ok()
        for each in world.get("/me/bill/2026-000001/details").ok()
    ]
    assert sum(each["totalPrice"]["priceInUcents"] for each in details) == bill["priceWithoutTax"]["priceInUcents"]
    assert {each["domain"] for each in details} == {"foo.fr"}
    assert all(set(each["unitPrice"]) == {"currencyCode", "text", "value"} for each in details)
    paid = world.get("/me/bill/2026-000001/payment").ok()
    assert paid == world.get(f"/me/order/{order_id}/payment").ok()
    assert (paid["paymentType"], paid["paymentDate"]) == ("ovhAccount", "2026-11-23T12:00:00+00:00")


def test_what_was_given_back_is_credited(world: World) -> None:
    cart_id = world.cart()
    for name in ("foo.fr", "stolen.com"):
        world.add(cart_id, name)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    assert world.bill() == 2
    assert world.get("/me/refund").ok() == ["R2026-000001"]
    refund = world.get("/me/refund/R2026-000001").ok()
    assert (refund["originalBillId"], refund["orderId"]) == ("2026-000001", order_id)
    parts = [refund[name]["priceInUcents"] for name in ("priceWithoutTax", "tax", "priceWithTax")]
    assert parts[0] + parts[1] == parts[2]
    moved = world.get("/me/fidelityAccount/movements").ok()[-1]
    assert world.get(f"/me/fidelityAccount/movements/{moved}").ok()["amount"] * CENT == parts[2]
    details = [
        world.get(f"/me/refund/R2026-000001/details/{each}").ok()
        for each in world.get("/me/refund/R2026-000001/details").ok()
    ]
    assert sum(each["totalPrice"]["priceInUcents"] for each in details) == parts[0]
    assert {(each["domain"], each["reference"], each["refundId"]) for each in details} == {
        ("stolen.com", "com", "R2026-000001")
    }
    assert world.get("/me/refund/R2026-000001/payment").ok()["paymentType"] == "fidelityPoints"


def test_numbers_have_no_gaps_though_many_give_them_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing, "AT_ONCE", 3)
    for number in range(8):
        bought(world, f"foo{number}.fr")

    async def together() -> list[int]:
        return await asyncio.gather(*(billing.issue(world.engine) for _ in range(5)))

    given = sum(world.runner.run(together()))
    given += world.bill()
    assert given == 8
    assert sorted(world.get("/me/bill").ok()) == [f"2026-{number:06d}" for number in range(1, 9)]
    assert world.bill() == 0


def test_each_year_begins_a_series(world: World) -> None:
    world.now = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    bought(world, "foo.fr")
    world.bill()
    bought(world, "baz.fr")
    world.pass_time(seconds=1)
    world.bill()
    assert world.get("/me/bill").ok() == ["2026-000001", "2027-000001"]


def test_bills_are_found_by_date_order_and_category(world: World) -> None:
    orders = []
    for number in range(2):
        orders.append(bought(world, f"foo{number}.fr"))
        world.bill()
        world.pass_time(days=1)

    def found(**query: object) -> list[str]:
        listed: list[str] = world.call("GET", "/me/bill", "camille", query=query).ok()
        return listed

    assert found(**{"date.from": "2026-11-24T00:00:00Z"}) == ["2026-000002"]
    assert found(**{"date.to": "2026-11-23T12:00:00+00:00"}) == ["2026-000001"]
    assert found(**{"date.to": "2026-11-23T11:59:59"}) == []
    assert found(orderId=orders[1]) == ["2026-000002"]
    assert found(orderId=1) == []
    assert found(category="purchase-web", orderId=orders[0]) == ["2026-000001"]
    assert found(category="autorenew") == []
    assert world.get("/me/refund", orderId=orders[0]).ok() == []


def test_a_strangers_bill_is_none(world: World) -> None:
    bought(world, "stolen.fr")
    world.deliver()
    assert world.bill() == 2
    for path in ("bill/2026-000001", "refund/R2026-000001"):
        for rest in ("", "/details", "/details/1", "/payment"):
            stranger, unknown = world.get(f"/me/{path}{rest}", "dieter"), world.get(f"/me/{path}9{rest}", "dieter")
            assert (stranger.status, unknown.status) == (404, 404)
            assert stranger.body["message"].replace("000001", "0000019") == unknown.body["message"]
    assert world.get("/me/bill", "dieter").ok() == world.get("/me/refund", "dieter").ok() == []
    assert world.get("/me/bill/2026-000001/debt/operation", "dieter").status == 404


def test_what_costs_nothing_is_billed_as_free(world: World) -> None:
    cart_id = world.cart()
    zone = {"duration": "P1Y", "planCode": "zone", "pricingMode": "default", "quantity": 1}
    item_id = world.post(f"/order/cart/{cart_id}/dns", zone).ok()["itemId"]
    world.configure(cart_id, item_id, "zone", "elsewhere.example")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.bill()
    assert world.get("/me/bill/2026-000001").ok()["priceWithTax"]["value"] == 0
    assert world.get(f"/me/order/{order_id}/payment").ok()["paymentType"] == "free"
    assert world.get("/me/payment/transaction").ok() == []


def content(world: World, number: str) -> Content:
    """What a bill or credit note says."""
    return world.runner.run(billing.content(world.engine, number, None))


def test_each_seller_has_its_own_series_though_many_give_numbers_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(billing, "AT_ONCE", 2)
    world.credit("dieter")
    for number in range(5):
        bought(world, f"foo{number}.fr")
        order_id = world.order(f"bar{number}.com", who="dieter", subsidiary="DE")
        world.pay(order_id, who="dieter").ok()

    async def together() -> list[int]:
        return await asyncio.gather(*(billing.issue(world.engine) for _ in range(5)))

    given = sum(world.runner.run(together())) + world.bill()
    assert given == 10
    assert sorted(world.get("/me/bill").ok()) == [f"2026-{number:06d}" for number in range(1, 6)]
    assert sorted(world.get("/me/bill", "dieter").ok()) == [f"DE2026-{number:06d}" for number in range(1, 6)]
    assert content(world, "DE2026-000003").seller.name == "Beispiel Domains GmbH"
    assert content(world, "2026-000003").seller.name == "Exemple Domaines SAS"


def test_a_credit_note_is_numbered_by_the_seller_of_its_bill(world: World) -> None:
    world.credit("dieter")
    order_id = world.order("stolen.com", who="dieter", subsidiary="DE")
    world.pay(order_id, who="dieter").ok()
    world.deliver()
    world.bill()
    assert world.get("/me/refund", "dieter").ok() == ["RDE2026-000001"]
    note = content(world, "RDE2026-000001")
    assert (note.kind, note.corrects, note.seller.prefix) == ("note", "DE2026-000001", "DE")


def test_a_bill_says_for_ever_what_it_said_when_it_was_numbered(world: World) -> None:
    bought(world, "stolen.fr")
    world.bill()
    before = content(world, "2026-000001")
    printed = world.runner.run(world.engine.bill_printer.pdf(before))
    world.put("/me", {"name": "Durand", "city": "Lille", "zip": "59000"}).ok()
    moved = structs.replace(world.engine.sellers["FR"], name="Autre SAS", prefix="X")
    world.use(structs.replace(world.engine, sellers={**world.engine.sellers, "FR": moved}))
    world.pass_time(days=30)
    assert content(world, "2026-000001") == before
    assert world.runner.run(world.engine.bill_printer.pdf(content(world, "2026-000001"))) == printed
    world.deliver()
    world.bill()
    note = content(world, "R2026-000001")
    assert (note.seller, note.customer) == (before.seller, before.customer)


def test_bills_of_an_earlier_version_are_composed_once(world: World) -> None:
    """It gave them a number, and kept nothing else."""
    bought(world, "stolen.fr")
    world.deliver()
    world.bill()
    new = {number: content(world, number) for number in ("2026-000001", "R2026-000001")}
    world.runner.run(world.database.write(forget_contents))
    with pytest.raises(Refused, match="Bill 2026-000001 does not exist"):
        content(world, "2026-000001")
    world.pass_time(days=1)
    assert world.bill() == 0
    assert {number: content(world, number) for number in new} == new


def test_an_order_that_cannot_be_billed_holds_up_nobody(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator took its subsidiary out of the catalogue."""
    monkeypatch.setattr(billing, "AT_ONCE", 1)
    world.credit("dieter")
    order_id = world.order("foo.com", who="dieter", subsidiary="DE")
    world.pay(order_id, who="dieter").ok()
    bought(world, "foo.fr")
    whole = world.engine
    world.use(structs.replace(whole, sellers={"FR": whole.sellers["FR"]}))
    assert world.bill() == 1
    assert caplog.text.count(f"order {order_id} cannot be billed") == 1
    world.use(whole)
    assert world.bill() == 1
    assert world.get("/me/bill", "dieter").ok() == ["DE2026-000001"]


async def forget_contents(tx: Tx) -> None:
    """Leave bills as a version without contents left them."""
    await tx.execute("DELETE FROM bill_content")
    await tx.execute("UPDATE payment SET composed = NULL")
    await tx.execute("UPDATE refund SET composed = NULL")


def test_a_bill_is_told_to_whoever_has_the_password_and_to_the_operator(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.bill()
    password = world.get(f"/me/order/{order_id}").ok()["password"]
    told = world.runner.run(billing.content(world.engine, "2026-000001", password))
    assert told == content(world, "2026-000001")
    for number, guess in (("2026-000001", ""), ("2026-000001", f"{password}x"), ("2026-000002", password)):
        with pytest.raises(Refused, match=f"Bill {number} does not exist"):
            world.runner.run(billing.content(world.engine, number, guess))
