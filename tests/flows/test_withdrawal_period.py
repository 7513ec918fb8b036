"""Delivery that waits for the end of the right to withdraw: until when, for whom, and what ends the wait earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.money import CENT
from ordain.core.order import WITHDRAWAL
from ordain.core.promotions import Promotion
from ordain.core.retraction import Retraction
from ordain.flows import delivery, payments, retractions
from ordain.flows.payments import Chosen
from tests.flows.shop import (
    bought,
    caller,
    first_task,
    follow_up,
    happened,
    movements,
    placed,
    story,
    together,
    use,
    with_promotions,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ordain.core.delivery import Task
    from tests.world import Answer, World

GONE = {"reason": "other"}
MOMENT = timedelta(microseconds=1)
ENDS = "2026-12-07"


@pytest.fixture
def shop(world: World) -> World:
    """A shop that waits."""
    use(world, structs.replace(world.engine, waits_for_right=True))
    return world


def waive(world: World, order_id: int, who: str = "camille") -> Answer:
    return world.post(f"/me/order/{order_id}/waiveRetraction", who=who)


def waived(world: World, domain: str) -> int:
    cart_id = world.cart()
    world.add(cart_id, domain)
    body = {"autoPayWithPreferredPaymentMethod": True, "waiveRetractationPeriod": True}
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout", body).ok()["orderId"]
    return order_id


def end(world: World, order_id: int) -> datetime:
    return story(world, order_id).standing.order.placed + WITHDRAWAL


def test_a_consumers_name_is_delivered_when_the_right_has_ended(shop: World) -> None:
    shop.pass_time(minutes=1)
    order_id = placed(shop, "foo.fr")
    shop.pass_time(days=3)
    shop.pay(order_id).ok()
    shop.now = end(shop, order_id) - MOMENT
    assert shop.deliver() == 0
    assert (shop.status(order_id), shop.get("/domain").ok()) == ("checking", [])
    shop.now += MOMENT
    assert shop.deliver() > 0
    assert (shop.status(order_id), shop.get("/domain").ok()) == ("delivered", ["foo.fr"])
    assert first_task(shop, order_id).comment is None


def test_what_waits_says_so_everywhere(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    task = shop.get(f"/me/task/domain/{first_task(shop, order_id).task_id}").ok()
    assert task["comment"] == "Attend la fin du droit de rétractation de la commande"
    assert (task["status"], task["todoDate"], task["canAccelerate"]) == ("todo", f"{ENDS}T12:00:00+00:00", False)
    assert task["canCancel"] is True
    assert follow_up(shop, order_id) == {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": "TODO",
                                         "AVAILABLE": "TODO"}  # fmt: skip
    said = happened(shop, story(shop, order_id))
    assert said[2:] == [
        "Paiement confirmé",
        f"foo.fr sera commandé le {ENDS}, à la fin de votre droit de rétractation, sauf si vous y renoncez",
    ]
    url = f"{shop.engine.public_url}/order/{order_id}/withdrawal"
    mails = [mail.body for mail in story(shop, order_id).mails]
    assert len(mails) == 2
    assert all(f"jusqu'au {ENDS}" in body and url in body for body in mails)


@pytest.mark.parametrize("paid_first", [True, False])
def test_a_waiver_makes_it_due_at_once(shop: World, *, paid_first: bool) -> None:
    order_id = bought(shop, "foo.fr") if paid_first else placed(shop, "foo.fr")
    shop.pass_time(days=1)
    assert waive(shop, order_id).ok() is None
    if not paid_first:
        shop.pay(order_id).ok()
    waive(shop, order_id).ok()  # repeated
    assert (shop.deliver() > 0, shop.status(order_id)) == (True, "delivered")
    told = story(shop, order_id)
    assert "Vous avez renoncé à votre droit de rétractation" in happened(shop, told)
    subject = f"Vous avez renoncé à votre droit de rétractation pour votre commande {order_id}"
    assert [mail.subject for mail in told.mails].count(subject) == 1
    assert shop.get(f"/me/order/{order_id}").ok()["retractionDate"] is None


def test_a_waiver_at_checkout_waits_for_nothing(shop: World) -> None:
    order_id = waived(shop, "foo.fr")
    shop.deliver()
    assert shop.status(order_id) == "delivered"
    assert "Vous avez renoncé à votre droit de rétractation : " in story(shop, order_id).mails[0].body


def test_to_hurry_is_not_to_waive(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    task_id = first_task(shop, order_id).task_id
    refused = shop.post(f"/me/task/domain/{task_id}/accelerate")
    assert refused.status == 409
    assert refused.body["message"] == (
        f"Task {task_id} waits until {ENDS}, when your right to withdraw from order {order_id} ends: waive it (POST"
        f" /me/order/{order_id}/waiveRetraction) to have it carried out at once"
    )
    assert shop.deliver() == 0


def test_who_withdraws_meanwhile_gets_everything_back_once(shop: World) -> None:
    before = shop.balance()
    cart_id = shop.cart()
    for name in ("foo.fr", "baz.fr"):
        shop.add(cart_id, name)
    zone = shop.post(f"/order/cart/{cart_id}/dns", {"planCode": "zone", "pricingMode": "default", "duration": "P1Y",
                                                    "quantity": 1}).ok()["itemId"]  # fmt: skip
    shop.configure(cart_id, zone, "zone", "foo.fr")
    order_id = shop.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    shop.pay(order_id).ok()
    shop.now = end(shop, order_id) - MOMENT
    assert shop.deliver() == 0, "its zone waits for the name"
    shop.post(f"/me/order/{order_id}/retraction", GONE).ok()
    assert shop.post(f"/me/order/{order_id}/retraction", GONE).status == 409
    shop.pass_time(days=2)
    assert (shop.deliver(), shop.balance(), shop.status(order_id)) == (0, before, "cancelled")
    assert shop.get("/domain").ok() == shop.get("/domain/zone").ok() == []
    assert sum(movements(shop, order_id, "balance:ovhAccount")) == 0
    assert shop.imbalance() == []


def test_points_come_back_as_points(shop: World) -> None:
    before = shop.balance(name="fidelityAccount")
    order_id = placed(shop, "foo.fr")
    shop.pay(order_id, "fidelityAccount").ok()
    assert shop.balance(name="fidelityAccount") < before
    shop.post(f"/me/order/{order_id}/retraction", GONE).ok()
    assert shop.balance(name="fidelityAccount") == before
    assert movements(shop, order_id, "balance:ovhAccount") == []
    assert shop.imbalance() == []


def test_what_cost_nothing_is_given_up_without_a_booking(shop: World) -> None:
    with_promotions(shop, Promotion(name="gift", title="Free", extensions=("fr",), percent=100))
    order_id = bought(shop, "foo.fr")
    shop.post(f"/me/order/{order_id}/retraction", GONE).ok()
    told = story(shop, order_id)
    assert (shop.status(order_id), told.entries, len(told.standing.refunds)) == ("cancelled", [], 1)
    assert shop.deliver() == 0
    assert shop.imbalance() == []


def test_one_name_given_up_by_itself_is_not_paid_back_again(shop: World) -> None:
    before = shop.balance()
    cart_id = shop.cart()
    for name in ("foo.fr", "baz.fr"):
        shop.add(cart_id, name)
    order_id = shop.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    shop.pay(order_id).ok()
    shop.post(f"/me/task/domain/{first_task(shop, order_id).task_id}/cancel").ok()
    shop.post(f"/me/order/{order_id}/retraction", GONE).ok()
    assert (shop.balance(), shop.status(order_id)) == (before, "cancelled")
    assert [entry.kind for entry in story(shop, order_id).entries] == ["payment", "refund", "refund"]
    assert shop.imbalance() == []


def test_an_organisation_has_no_right_and_waits_for_nothing(shop: World) -> None:
    shop.credit("dieter")
    order_id = shop.order("foo.de", who="dieter", subsidiary="DE")
    assert shop.get(f"/me/order/{order_id}", "dieter").ok()["retractionDate"] is None
    refused = shop.post(f"/me/order/{order_id}/retraction", GONE, "dieter")
    assert (refused.status, refused.body["message"]) == (
        403,
        f"Only consumers may withdraw: order {order_id} is that of an organisation",
    )
    assert waive(shop, order_id, "dieter").ok() is None
    shop.pay(order_id, who="dieter").ok()
    shop.deliver()
    assert shop.status(order_id, "dieter") == "delivered"
    assert len(story(shop, order_id).mails) == 3, "ordered, paid, delivered: nothing of a right"


def test_a_zone_on_its_own_does_not_wait(shop: World) -> None:
    order_id = shop.post("/order/domain/zone/new", {"zoneName": "foo.fr"}).ok()["orderId"]
    shop.pay(order_id).ok()
    shop.deliver()
    assert shop.get("/domain/zone").ok() == ["foo.fr"]


def test_an_order_keeps_what_was_told_when_the_operator_changes_their_mind(shop: World) -> None:
    waits = placed(shop, "foo.fr")
    use(shop, structs.replace(shop.engine, waits_for_right=False))
    at_once = placed(shop, "baz.fr")
    for order_id in (waits, at_once):
        shop.pay(order_id).ok()
    shop.deliver()
    assert [shop.status(order_id) for order_id in (waits, at_once)] == ["checking", "delivered"]


def test_a_waiver_after_the_right_ended_says_nothing(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    shop.now = end(shop, order_id) + MOMENT
    waive(shop, order_id).ok()
    assert story(shop, order_id).standing.right.waived is None
    assert shop.post(f"/me/order/{order_id}/retraction", GONE).status == 403


def test_a_strangers_waiver_is_none(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    assert waive(shop, order_id, "ursula").status == 404
    assert shop.deliver() == 0


def test_where_nobody_waits_the_right_stays_and_what_was_delivered_too(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.get(f"/me/order/{order_id}").ok()["retractionDate"] == f"{ENDS}T12:00:00+00:00"
    assert world.post(f"/me/order/{order_id}/retraction", GONE).status == 409


# --- at the same moment ---


def test_at_the_end_either_the_worker_or_the_customer_comes_first(shop: World) -> None:
    before, me = shop.balance(), caller(shop)
    for number in range(4):
        order_id = bought(shop, f"foo{number}.fr")
        shop.now = end(shop, order_id)
        withdrawal = retractions.retract(shop.engine, me, order_id, Retraction(shop.now, "other"))
        deeds: list[Awaitable[object]] = [delivery.claim(shop.engine, 1), withdrawal]
        done, refused = together(shop, deeds if number % 2 else deeds[::-1])
        claimed: list[Task] = next((each for each in done if each), [])
        assert len(claimed) == len(refused)
        for task in claimed:
            shop.carry_out(task)
        shop.deliver()
        assert shop.status(order_id) == ("delivered" if claimed else "cancelled")
    assert shop.balance() == before - len(shop.get("/domain").ok()) * 599 * CENT
    assert shop.imbalance() == []


def test_of_payment_and_waiver_at_once_both_count(shop: World) -> None:
    me = caller(shop)
    for number in range(4):
        order_id = placed(shop, f"foo{number}.fr")
        deeds = [
            payments.pay(shop.engine, me, order_id, Chosen("ovhAccount"), shop.now),
            retractions.waive(shop.engine, me, order_id, shop.now),
        ]
        done, _ = together(shop, deeds if number % 2 else deeds[::-1])
        assert len(done) == 2
        shop.deliver()
        assert shop.status(order_id) == "delivered"


def test_of_waiver_and_withdrawal_while_it_waits_one_holds(shop: World) -> None:
    me = caller(shop)
    for number in range(4):
        order_id = bought(shop, f"foo{number}.fr")
        deeds = [
            retractions.waive(shop.engine, me, order_id, shop.now),
            retractions.retract(shop.engine, me, order_id, Retraction(shop.now, "other")),
        ]
        done, refused = together(shop, deeds if number % 2 else deeds[::-1])
        assert (len(done), len(refused)) == (1, 1)
        shop.deliver()
        right = story(shop, order_id).standing.right
        assert shop.status(order_id) == ("delivered" if right.waived else "cancelled")
    assert shop.imbalance() == []
