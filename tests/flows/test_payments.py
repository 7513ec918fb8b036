"""Payment: once, in full, in time, and only from what is there. Whatever happens at the same moment."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.core.money import CENT, UNIT
from ordain.core.order import PAYABLE_FOR
from ordain.core.progress import history
from ordain.core.promotions import Promotion
from ordain.flows import checkout, payments
from ordain.flows.checkout import Wish
from ordain.flows.payments import Chosen
from tests.flows.shop import (
    all_tasks,
    bought,
    caller,
    follow_up,
    movements,
    placed,
    story,
    together,
    with_promotions,
)

if TYPE_CHECKING:
    from tests.world import World

FREE = Promotion(name="gift", title="Free", extensions=("fr",), percent=100)
MOMENT = timedelta(microseconds=1)


def test_of_twenty_payments_at_the_same_moment_one_succeeds(world: World) -> None:
    order_id, me, before = placed(world, "foo.fr"), caller(world), world.balance()
    means = ["ovhAccount", "fidelityAccount"] * 10
    done, refused = together(
        world, [payments.pay(world.engine, me, order_id, Chosen(mean), world.now) for mean in means]
    )
    assert (len(done), len(refused)) == (1, 19)
    assert {refusal.refusals[0].kind for refusal in refused} == {"conflict"}
    told = story(world, order_id)
    assert [entry.kind for entry in told.entries] == ["payment"]
    assert len(told.standing.tasks) == 1
    assert [h.label for h in history(told.standing, world.engine.languages.of("en"))] == [
        "ORDER_STARTED",
        "PAYMENT_RECEIVED",
        "PAYMENT_CONFIRMED",
    ]
    spent = before - world.balance() + 1000 * UNIT - world.balance(name="fidelityAccount")
    assert spent == told.standing.order.price.gross.ucents
    assert world.imbalance() == []


def test_a_balance_that_covers_one_of_several_orders_pays_one(world: World) -> None:
    orders = [world.order(f"foo{number}.com", who="dieter", subsidiary="DE") for number in range(4)]
    gross = story(world, orders[0]).standing.order.price.gross.ucents
    world.credit("dieter", 10)
    assert gross < 10 * UNIT < 2 * gross
    me = caller(world, "dieter")
    done, refused = together(
        world, [payments.pay(world.engine, me, order_id, Chosen("ovhAccount"), world.now) for order_id in orders]
    )
    assert (len(done), len(refused)) == (1, 3)
    assert all("are needed" in str(refusal) for refusal in refused)
    assert world.balance("dieter") == 10 * UNIT - gross
    assert sorted(world.status(order_id, "dieter") for order_id in orders) == ["checking"] + ["notPaid"] * 3
    assert world.imbalance() == []


def test_an_order_is_paid_once(world: World) -> None:
    order_id = bought(world, "foo.fr")
    before = world.balance()
    again = world.pay(order_id)
    assert again.status >= 400
    assert "already paid" in again.body["message"]
    assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok() == []
    assert world.balance() == before


def test_too_little_is_said_with_what_is_there_and_needed(world: World) -> None:
    order_id = world.order("foo.com", who="dieter", subsidiary="DE")
    refused = world.pay(order_id, who="dieter")
    assert refused.status >= 400
    assert "holds 0.00 EUR, 8.91 EUR are needed" in refused.body["message"]
    assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean", "dieter").ok() == []
    assert world.status(order_id, "dieter") == "notPaid"
    assert story(world, order_id).entries == []


def test_a_balance_in_another_currency_does_not_pay(world: World) -> None:
    order_id = world.order("foo.com", who="camille", subsidiary="WE")
    refused = world.pay(order_id)
    assert refused.status >= 400
    assert "holds 1000.00 EUR" in refused.body["message"]
    assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok() == []


def test_an_order_is_paid_by_its_own_account(world: World) -> None:
    order_id = placed(world, "foo.fr")
    world.credit("dieter")
    assert world.pay(order_id, who="dieter").status == 404
    assert world.status(order_id) == "notPaid"


# --- time ---


def test_an_order_can_be_paid_until_its_time_is_up_and_no_longer(world: World) -> None:
    in_time, too_late = placed(world, "foo.fr"), placed(world, "baz.fr")
    before = world.balance()
    world.now += PAYABLE_FOR - MOMENT
    world.pay(in_time).ok()
    spent = before - world.balance()
    world.now += MOMENT
    assert world.status(too_late) == "cancelled"
    assert set(follow_up(world, too_late).values()) == {"ERROR"}
    assert world.get(f"/me/order/{too_late}/availableRegisteredPaymentMean").ok() == []
    refused = world.pay(too_late)
    assert refused.status >= 400
    assert "cancelled" in refused.body["message"]
    assert before - world.balance() == spent
    assert [task.order_id for task in all_tasks(world)] == [in_time]


# --- an order that costs nothing ---


@pytest.mark.parametrize("mean", ["ovhAccount", "fidelityAccount"])
def test_an_order_that_costs_nothing_is_paid_and_delivered(world: World, mean: str) -> None:
    with_promotions(world, FREE)
    before, order_id = world.balance(), placed(world, "foo.fr")
    assert world.get(f"/me/order/{order_id}").ok()["priceWithTax"]["value"] == 0
    assert world.status(order_id) == "notPaid"
    available = world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok()
    assert {"paymentMean": mean} in available
    world.pay(order_id, mean).ok()
    assert world.status(order_id) == "checking"
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.balance() == before
    assert story(world, order_id).entries == []
    assert world.imbalance() == []


def test_an_account_without_money_can_have_what_costs_nothing_and_lose_it_again(world: World) -> None:
    with_promotions(world, FREE, Promotion(name="net", title="Free", extensions=("net",), percent=100))
    order_id = world.order("stolen.net", who="dieter", subsidiary="DE")
    world.pay(order_id, who="dieter").ok()
    world.deliver()
    told = story(world, order_id)
    assert world.status(order_id, "dieter") == "cancelled"
    assert [refund.amount.ucents for refund in told.standing.refunds] == [0]
    assert (told.entries, world.balance("dieter")) == ([], 0)


# --- autoPayWithPreferredPaymentMethod ---

AUTO = {"autoPayWithPreferredPaymentMethod": True, "waiveRetractationPeriod": True}


def test_checking_out_with_enough_money_pays_at_once(world: World) -> None:
    cart_id, before = world.cart(), world.balance()
    world.add(cart_id, "foo.fr")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", AUTO).ok()["orderId"]
    assert world.status(order_id) == "checking"
    assert before - world.balance() == 599 * CENT
    assert movements(world, order_id, "balance:ovhAccount") == [-599 * CENT]
    assert len(story(world, order_id).mails) == 2
    world.deliver()
    assert world.status(order_id) == "delivered"


def test_only_the_default_payment_method_is_tried(world: World) -> None:
    first, second = world.cart(), world.cart()
    world.add(first, "aftermarket1.com")
    world.add(second, "aftermarket1-3.com")  # 900 € each: the prepaid account holds 1000, the fidelity points as much
    world.post(f"/order/cart/{first}/checkout", AUTO).ok()
    refused = world.post(f"/order/cart/{second}/checkout", AUTO)
    assert refused.status == 403
    said = "This order can't be paid with 'ovhAccount': the balance holds 100.00 EUR, 900.00 EUR are needed"
    said += ". It can be paid with: fidelityAccount (1000.00 EUR)"
    assert refused.body["details"] == {"autoPayWithPreferredPaymentMethod": said}
    assert (world.balance(), world.balance(name="fidelityAccount")) == (100 * UNIT, 1000 * UNIT)


def test_without_enough_money_nothing_is_placed_and_the_cart_stays_open(world: World) -> None:
    cart_id = world.cart("dieter", "DE")
    world.add(cart_id, "foo.com", "dieter")
    refused = world.post(f"/order/cart/{cart_id}/checkout", AUTO, "dieter")
    assert refused.status >= 400
    assert "8.91 EUR" in refused.body["message"]
    assert world.get("/me/order", "dieter").ok() == []
    assert all_tasks(world, "dieter") == []
    cart = world.get(f"/order/cart/{cart_id}", "dieter").ok()
    assert (cart["readOnly"], len(cart["items"])) == (False, 1)
    world.add(cart_id, "bar.com", "dieter")
    world.credit("dieter", 100)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", AUTO, "dieter").ok()["orderId"]
    assert len(story(world, order_id).standing.order.items) == 2
    assert [mail.order_id for mail in story(world, order_id).mails] == [order_id, order_id]


# --- checkout ---


def test_of_ten_checkouts_of_a_cart_at_the_same_moment_one_places_the_order(world: World) -> None:
    cart_id, me = world.cart(), caller(world)
    world.add(cart_id, "foo.fr")
    done, refused = together(
        world, [checkout.order(world.engine, cart_id, me, Wish(pay=True), world.now) for _ in range(10)]
    )
    assert (len(done), len(refused)) == (1, 9)
    assert world.get("/me/order").ok() == [done[0][0].order_id]
    assert all(str(done[0][0].order_id) in str(refusal) for refusal in refused)
    assert world.get(f"/order/cart/{cart_id}").ok()["readOnly"] is True
    assert world.balance() == 1000 * UNIT - 599 * CENT


def test_a_dry_run_saves_nothing(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    preview = world.get(f"/order/cart/{cart_id}/checkout").ok()
    assert preview["orderId"] is None
    assert world.get("/me/order").ok() == []
    assert world.get(f"/order/cart/{cart_id}").ok()["readOnly"] is False
    order = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()
    assert (order["prices"], order["contracts"]) == (preview["prices"], preview["contracts"])
    assert order["contracts"] != []


def test_what_was_accepted_is_kept_with_the_order(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", AUTO).ok()["orderId"]
    order = story(world, order_id).standing.order
    contracts = {each: of.at(world.now) for each, of in world.engine.market.catalogue.contracts.items()}
    assert [each.contract_id for each in order.contracts] == ["general-terms", "domain-terms", "afnic-terms"]
    assert all(each.version == contracts[each.contract_id].version for each in order.contracts)
    assert all(each.name == contracts[each.contract_id].name["fr"] for each in order.contracts)
    texts = [contracts[each.contract_id].text["fr"] for each in order.contracts]
    assert [each.digest for each in order.contracts] == [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    assert {each.language for each in order.contracts} == {"fr"}
    assert (order.accepted_from, order.placed, order.waived) == ("192.0.2.7", world.now, True)


def test_a_price_holds_in_the_cart_whatever_is_on_offer_later(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    with_promotions(world)
    [offered] = world.get(f"/order/cart/{cart_id}/domain", domain="baz.fr").ok()
    assert {p["label"]: p["price"]["value"] for p in offered["prices"]}["TOTAL"] == 6.99
    assert world.get(f"/order/cart/{cart_id}/checkout").ok()["prices"]["withoutTax"]["value"] == 4.99
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    assert story(world, order_id).standing.order.price.net.ucents == 499 * CENT
    assert story(world, order_id).standing.tasks == ()
    assert world.deliver() == 0
