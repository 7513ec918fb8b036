"""Withdrawal from an order, by itself and with everything else that may happen to the order at the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import CENT
from ordain.core.order import WITHDRAWAL
from ordain.core.retraction import Retraction
from ordain.flows import delivery, payments, retractions
from ordain.flows.payments import Chosen
from tests.flows.shop import bought, caller, first_task, follow_up, happened, movements, placed, story, together

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ordain.core.delivery import Task
    from tests.world import Answer, World

GONE = {"reason": "other", "comment": "changed my mind"}


def retract(world: World, order_id: int, who: str = "camille") -> Answer:
    return world.post(f"/me/order/{order_id}/retraction", GONE, who)


def withdrawal(world: World, order_id: int) -> Awaitable[None]:
    return retractions.retract(world.engine, caller(world), order_id, Retraction(world.now, "other"))


def test_a_paid_order_nobody_began_with_is_undone_and_paid_back(world: World) -> None:
    before = world.balance()
    order_id = bought(world, "foo.fr")
    assert retract(world, order_id).ok() is None
    assert world.balance() == before
    assert world.status(order_id) == "cancelled"
    assert world.deliver() == 0
    assert world.get("/domain").ok() == []
    told = story(world, order_id)
    assert [(t.status, t.comment) for t in told.standing.tasks] == [("cancelled", "You withdrew from the order")]
    assert movements(world, order_id, "balance:ovhAccount") == [-599 * CENT, 599 * CENT]
    assert told.mails[-1].subject == f"Vous vous êtes rétracté de votre commande {order_id}"
    assert told.mails[-1].body == "Remboursé sur le solde qui a servi au paiement :\n  foo.fr: 5.99 EUR"
    assert happened(world, told)[-1] == "foo.fr remboursé : Vous vous êtes rétracté de la commande"
    assert world.get(f"/me/order/{order_id}/details/{order_id * 10_000}").ok()["cancelled"] is True
    assert world.imbalance() == []


def test_an_unpaid_order_can_be_paid_no_more(world: World) -> None:
    order_id = placed(world, "foo.fr")
    retract(world, order_id).ok()
    assert world.status(order_id) == "cancelled"
    assert set(follow_up(world, order_id).values()) == {"ERROR"}
    assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok() == []
    assert world.get(f"/me/order/{order_id}/paymentMethods").ok()["registered"] == []
    refused = world.pay(order_id)
    assert (refused.status, refused.body["message"]) == (409, f"Order {order_id} was withdrawn from")
    assert story(world, order_id).mails[-1].body == "Rien n'avait été payé."


def test_of_several_names_those_not_yet_begun_are_undone(world: World) -> None:
    cart_id = world.cart()
    for name in ("foo.fr", "baz.fr"):
        world.add(cart_id, name)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    [begun, _] = world.runner.run(delivery.claim(world.engine, 2))
    world.carry_out(begun)
    # The other was taken up, too: it is being delivered until the registry has answered.
    assert "is being delivered" in retract(world, order_id).body["message"]
    assert world.balance() < 1000 * 100 * CENT


def test_what_was_not_begun_goes_back_though_something_else_was_delivered(world: World) -> None:
    cart_id = world.cart()
    for name in ("foo.fr", "baz.fr"):
        world.add(cart_id, name)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    [begun] = world.runner.run(delivery.claim(world.engine, 1))
    world.carry_out(begun)
    retract(world, order_id).ok()
    world.deliver()
    [refund] = story(world, order_id).standing.refunds
    assert refund.item_id != begun.item_id
    assert world.get("/domain").ok() == [begun.domain]
    assert world.status(order_id) == "delivered"
    body = story(world, order_id).mails
    assert any(f"Trop tard pour être annulé :\n  {begun.domain}" in mail.body for mail in body)
    assert world.imbalance() == []


def test_a_name_the_registry_plainly_refused_can_be_given_up(world: World) -> None:
    order_id = bought(world, "refused.fr")
    world.deliver()
    assert first_task(world, order_id).status == "error"
    retract(world, order_id).ok()
    assert (world.status(order_id), world.deliver()) == ("cancelled", 0)
    assert world.imbalance() == []


def test_what_was_delivered_stays(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.deliver()
    before = world.balance()
    refused = retract(world, order_id)
    assert refused.status == 409
    assert refused.body["message"] == f"Nothing of order {order_id} can be undone any more: foo.fr was delivered"
    assert (world.balance(), world.status(order_id)) == (before, "delivered")


def test_the_right_can_be_waived_at_checkout_and_afterwards(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    waived = world.post(f"/order/cart/{cart_id}/checkout", {"waiveRetractationPeriod": True}).ok()["orderId"]
    later = placed(world, "baz.fr")
    assert world.get(f"/me/order/{waived}").ok()["retractionDate"] is None
    assert world.get(f"/me/order/{later}").ok()["retractionDate"] == "2026-12-07T12:00:00+00:00"
    for _ in range(2):
        assert world.post(f"/me/order/{later}/waiveRetraction").ok() is None
    assert world.get(f"/me/order/{later}").ok()["retractionDate"] is None
    for order_id in (waived, later):
        refused = retract(world, order_id)
        assert refused.status == 403
        assert refused.body["message"] == f"The right to withdraw from order {order_id} was waived"
        world.pay(order_id).ok()


def test_the_right_ends(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.now += WITHDRAWAL * 2
    refused = retract(world, order_id)
    assert refused.status == 403
    assert refused.body["message"] == f"The right to withdraw from order {order_id} ended on 2026-12-07"


def test_withdrawing_again_or_waiving_afterwards_is_refused(world: World) -> None:
    order_id = bought(world, "foo.fr")
    retract(world, order_id).ok()
    before = world.balance()
    for path in ("retraction", "waiveRetraction"):
        refused = world.post(f"/me/order/{order_id}/{path}", GONE)
        assert (refused.status, refused.body["message"]) == (409, f"You withdrew from order {order_id} already")
    assert world.balance() == before


def test_a_strangers_order_is_none(world: World) -> None:
    order_id = bought(world, "foo.fr")
    for path in ("retraction", "waiveRetraction"):
        assert world.post(f"/me/order/{order_id}/{path}", GONE, "dieter").status == 404
    assert world.status(order_id) == "checking"


# --- at the same moment ---


def test_of_payment_and_withdrawal_one_comes_first(world: World) -> None:
    me, before = caller(world), world.balance()
    for number in range(6):
        order_id = placed(world, f"foo{number}.fr")
        deeds = [payments.pay(world.engine, me, order_id, Chosen("ovhAccount"), world.now), withdrawal(world, order_id)]
        done, _ = together(world, deeds if number % 2 else deeds[::-1])
        # Paid first: the withdrawal gives it back. Withdrawn from first: the payment is refused.
        assert len(done) in (1, 2)
        assert world.status(order_id) == "cancelled"
        assert world.balance() == before
        assert sum(movements(world, order_id, "balance:ovhAccount")) == 0
    assert world.deliver() == 0
    assert world.imbalance() == []


def test_of_ten_withdrawals_one_succeeds(world: World) -> None:
    before = world.balance()
    order_id = bought(world, "foo.fr")
    done, refused = together(world, [withdrawal(world, order_id) for _ in range(10)])
    assert (len(done), len(refused)) == (1, 9)
    assert world.balance() == before
    assert [entry.kind for entry in story(world, order_id).entries] == ["payment", "refund"]
    assert world.imbalance() == []


def test_of_waiver_and_withdrawal_one_holds(world: World) -> None:
    me = caller(world)
    for number in range(4):
        order_id = placed(world, f"foo{number}.fr")
        deeds = [retractions.waive(world.engine, me, order_id, world.now), withdrawal(world, order_id)]
        done, refused = together(world, deeds if number % 2 else deeds[::-1])
        assert (len(done), len(refused)) == (1, 1)
        right = story(world, order_id).standing.right
        assert (right.waived is None) is not (right.retracted is None)


def test_a_name_is_either_delivered_or_given_back(world: World) -> None:
    before = world.balance()
    for number in range(6):
        order_id = bought(world, f"foo{number}.fr")
        deeds: list[Awaitable[object]] = [delivery.claim(world.engine, 1), withdrawal(world, order_id)]
        done, refused = together(world, deeds if number % 2 else deeds[::-1])
        claimed: list[Task] = next((each for each in done if each), [])
        assert len(claimed) == len(refused)
        for task in claimed:
            world.carry_out(task)
        world.deliver()
        assert world.status(order_id) == ("delivered" if claimed else "cancelled")
    owned = len(world.get("/domain").ok())
    assert world.balance() == before - owned * 599 * CENT
    assert world.imbalance() == []
