"""Spending limits of keys: set by other keys of the account, kept whatever happens at the same moment."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import charge as charge_core
from ordain.core.charge import Declined, Pending, Succeeded
from ordain.core.money import UNIT
from ordain.flows import charges, payments
from ordain.flows.payments import Chosen
from ordain.store import charges as charge_rows
from ordain.store import payment_methods
from tests.flows.cards import register, with_cards
from tests.flows.shop import caller, story, together
from tests.flows.test_renewals import delivered, service_id
from tests.stripe_gateway import DECLINED

if TYPE_CHECKING:
    from ordain.core.charge import Charge, Said
    from tests.stripe_gateway import Gateway
    from tests.world import World


def second_key(world: World) -> int:
    """Camille has another key with every right; its id. `robot` calls with it."""
    world.limit_keys("camille", tuple((method, "/*") for method in ("GET", "POST", "PUT", "DELETE")))
    world.keys["robot"], world.nics["robot"] = world.keys["camille"], world.nics["camille"]
    robot: int = world.get("/auth/currentCredential", "robot").ok()["credentialId"]
    world.limit_keys("camille", tuple((method, "/*") for method in ("GET", "POST", "PUT", "DELETE")))
    return robot


def cents(world: World, order_id: int) -> int:
    """What an order costs."""
    return story(world, order_id).standing.order.price.gross.ucents


def limit(world: World, key: int, **amounts: str | None) -> None:
    """Set it, by another key."""
    world.put(f"/ordain/v1/credentials/{key}/limit", amounts).ok()


def decimal(ucents: int) -> str:
    """Euros."""
    return f"{ucents // UNIT}.{ucents % UNIT // 1_000_000:02d}"


def test_of_twenty_payments_at_once_as_many_succeed_as_the_limit_has_room_for(world: World) -> None:
    key = second_key(world)
    orders = [world.order(f"foo{number}.com", who="robot") for number in range(20)]
    price = cents(world, orders[0])
    limit(world, key, perDay=decimal(3 * price))
    me = caller(world, "robot")
    assert me.limited
    done, refused = together(
        world, [payments.pay(world.engine, me, order_id, Chosen("ovhAccount"), world.now) for order_id in orders]
    )
    assert (len(done), len(refused)) == (3, 17)
    assert all("This key may spend" in one.refusals[0].message for one in refused)
    assert world.balance() == 1000 * UNIT - 3 * price
    shown = world.get(f"/ordain/v1/credentials/{key}/limit").ok()
    assert shown["spentToday"]["priceInUcents"] == shown["spentThisMonth"]["priceInUcents"] == 3 * price
    assert world.imbalance() == []


def test_the_words_and_the_next_day(world: World) -> None:
    key = second_key(world)
    first, second = world.order("foo.com", who="robot"), world.order("bar.com", who="robot")
    price = decimal(cents(world, first))
    limit(world, key, perDay=price, perMonth=None)
    world.pay(first, who="robot").ok()
    refused = world.pay(second, who="robot")
    assert refused.status == 403
    told = f"This key may spend {price} EUR a day: {price} EUR are spent, {price} EUR are wanted"
    assert refused.body["message"] == told
    assert world.status(second, "robot") == "notPaid"
    world.pass_time(days=1)
    world.pay(second, who="robot").ok()


def test_a_checkout_that_pays_is_limited_and_orders_nothing(world: World) -> None:
    key = second_key(world)
    limit(world, key, perMonth="1.00")
    cart = world.cart("robot")
    world.add(cart, "foo.com", "robot")
    before = world.get("/me/order").ok()
    refused = world.post(f"/order/cart/{cart}/checkout", {"autoPayWithPreferredPaymentMethod": True}, "robot")
    assert (refused.status, "This key may spend 1.00 EUR a month" in refused.body["message"]) == (403, True)
    assert world.get("/me/order").ok() == before


def test_a_limited_key_gets_around_it_in_no_way(world: World) -> None:
    key = second_key(world)
    limit(world, key, perDay="1.00")
    path = f"/ordain/v1/credentials/{key}/limit"
    assert world.put(path, {"perDay": "9.00"}, "robot").status == 403
    assert world.delete(path, "robot").status == 403
    client = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
    assert world.post("/me/api/oauth2/client", client, "robot").status == 403
    world.delete(path).ok()
    assert world.get(path).status == 404
    order = world.order("foo.com", who="robot")
    world.pay(order, who="robot").ok()


def test_a_renewal_that_a_limited_key_orders_is_limited(world: World) -> None:
    delivered(world)
    key = second_key(world)
    limit(world, key, perDay="1.00")
    before, number = world.balance(), service_id(world, "foo.com")
    wish = {"duration": "P1Y", "services": [number]}
    order = world.post(f"/service/{number}/renew", wish, "robot").ok()["orderId"]
    refused = world.pay(order, who="robot")
    assert (refused.status, "This key may spend 1.00 EUR a day" in refused.body["message"]) == (403, True)
    assert world.balance() == before
    limit(world, key, perDay=decimal(cents(world, order)))
    world.pay(order, who="robot").ok()
    other = world.order("bar.com", who="robot")
    assert world.pay(other, who="robot").status == 403


def test_a_card_that_declines_after_midnight_gives_nothing_of_the_new_day_back(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, key = register(world, gateway, DECLINED), second_key(world)
    by_card, first, second = (world.order(f"foo{number}.com", who="robot") for number in range(3))
    price = cents(world, first)
    limit(world, key, perDay=decimal(price))
    me = caller(world, "robot")
    world.pass_time(seconds=(world.now.replace(hour=23, minute=59, second=59) - world.now).total_seconds())
    asked, paid = threading.Event(), threading.Event()

    def wait_past_midnight(call: str) -> None:
        if call.endswith("/confirm"):
            asked.set()
            assert paid.wait(10)

    async def pay_with_balance() -> None:
        await asyncio.to_thread(asked.wait, 10)
        world.now += timedelta(seconds=2)
        await payments.pay(world.engine, me, first, Chosen("ovhAccount"), world.now)
        paid.set()

    gateway.before = wait_past_midnight
    declined = payments.pay(world.engine, me, by_card, Chosen("creditCard", method_id=card), world.now)
    done, [refused] = together(world, [declined, pay_with_balance()])
    assert "can't be paid with 'creditCard'" in str(refused)
    shown = world.get(f"/ordain/v1/credentials/{key}/limit").ok()
    assert (done, shown["spentToday"]["priceInUcents"]) == ([None], price)
    assert world.pay(second, who="robot").status == 403


def begun(world: World, key: int, order_id: int, card: int) -> Charge:
    """A charge of an order, by a key whose limit counts it."""
    method = world.runner.run(world.database.read(lambda tx: payment_methods.load(tx, world.nics["camille"], card)))
    assert method
    order = story(world, order_id).standing.order
    return world.runner.run(charges.begin(world.engine, order, method, world.now, key))


def said(world: World, charge: Charge, *words: Said) -> None:
    """The processor has these words, one after the other."""
    moved = charge_core.placed(charge, f"pi_{charge.charge_id}", world.now)
    world.runner.run(world.database.write(lambda tx: charge_rows.save(tx, moved, charge)))
    for one in words:
        world.runner.run(charges.settle(world.engine, charge, one))


def spent(world: World, key: int) -> int:
    """What a key spent today."""
    shown = world.get(f"/ordain/v1/credentials/{key}/limit").ok()
    found: int = shown["spentToday"]["priceInUcents"]
    assert shown["spentThisMonth"]["priceInUcents"] == found
    return found


def test_what_a_card_pays_after_all_is_counted(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, key = register(world, gateway), second_key(world)
    late, other = world.order("foo.com", who="robot"), world.order("bar.com", who="robot")
    price = cents(world, late)
    limit(world, key, perDay=decimal(price))
    charge = begun(world, key, late, card)
    assert spent(world, key) == price
    said(world, charge, Declined("interrupted"), Declined("interrupted"))
    assert spent(world, key) == 0
    said(world, charge, Succeeded(), Succeeded())
    assert (world.status(late, "robot"), spent(world, key)) == ("checking", price)
    assert world.pay(other, who="robot").status == 403


def test_what_a_card_gives_back_at_once_is_not(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, key = register(world, gateway), second_key(world)
    order_id = world.order("foo.com", who="robot")
    limit(world, key, perDay="100.00")
    charge = begun(world, key, order_id, card)
    said(world, charge, Declined("interrupted"))
    world.pay(order_id, who="robot").ok()
    said(world, charge, Succeeded())
    assert spent(world, key) == cents(world, order_id)


def test_what_a_worker_finds_declined_is_counted_no_more(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, key = register(world, gateway), second_key(world)
    order_id = world.order("foo.com", who="robot")
    limit(world, key, perDay="100.00")
    said(world, begun(world, key, order_id, card), Pending(), Declined("declined"))
    assert spent(world, key) == 0


def test_what_is_no_limit_and_whose(world: World) -> None:
    key = second_key(world)
    path = f"/ordain/v1/credentials/{key}/limit"
    for body in ({}, {"perDay": None}, {"perDay": "-1"}, {"perDay": "1.005"}, {"perDay": "9999999"}, {"perDay": 5}):
        assert world.put(path, body).status == 400, body
    assert world.put(path, {"perDay": "1.00"}, "dieter").status == 404
    assert world.get(path, "dieter").status == 404
    assert world.get("/ordain/v1/credentials/1/limit").status == 404


def test_a_key_that_is_withdrawn_takes_its_limit_along(world: World) -> None:
    key = second_key(world)
    limit(world, key, perDay="1.00")
    world.delete(f"/me/api/credential/{key}").ok()
    rows = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT * FROM spending_limit")))
    assert rows == []


def test_an_order_that_a_card_may_not_pay_for_a_limited_key_says_so(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    register(world, gateway, default=True)
    key = second_key(world)
    limit(world, key, perMonth="1.00")
    cart = world.cart("robot")
    world.add(cart, "foo.com", "robot")
    order = world.post(f"/order/cart/{cart}/checkout", {"autoPayWithPreferredPaymentMethod": True}, "robot").ok()
    told = story(world, order["orderId"]).mails[-1].body
    assert "c'est plus que ce que la clé qui l'a passée peut dépenser." in told
    assert (gateway.taken, world.status(order["orderId"], "robot")) == ([], "notPaid")
