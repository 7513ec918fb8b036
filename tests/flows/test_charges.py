"""Paying by card: taken once or not at all, whatever is lost on the way, and told in words."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core import charge as core
from ordain.core.charge import Declined, Succeeded
from ordain.core.money import CENT
from ordain.core.refusal import Refused
from ordain.flows import charges, payment_methods, payments, webhooks
from ordain.flows.orders import order_of
from ordain.flows.payments import Chosen
from ordain.store import charges as rows
from ordain.store import payment_methods as methods
from ordain.store.transfers import trial
from tests.flows.cards import charges_of, errands, hear, pay, register, returns_of, with_cards
from tests.flows.shop import caller, movements, story, together
from tests.stripe_gateway import AUTHENTICATE, CHARGE_FAILS, DECLINED, POOR, SLOW, Refusal
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.charge import Charge
    from tests.stripe_gateway import Gateway
    from tests.world import World

GROSS = 599


def begun(world: World, order_id: int, card: int) -> Charge:
    """A charge as a process leaves it that is killed before it asks anybody."""

    async def work() -> Charge:
        me = caller_now
        order = await world.database.read(lambda tx: order_of(tx, me, order_id))
        method = await payment_methods.card(world.engine, me, card)
        return await charges.begin(world.engine, order, method, world.now)

    caller_now = caller(world)
    return world.runner.run(work())


def test_a_card_pays_an_order(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("foo.fr"), world.balance()
    assert {"paymentMean": "creditCard"} in world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok()
    assert pay(world, order_id, card).raw == b"null"
    assert world.status(order_id) == "checking"
    assert gateway.taken == [(gateway.intents()[0], GROSS)]
    payment = world.get(f"/me/order/{order_id}/payment").ok()
    assert payment["paymentType"] == "creditCard"
    assert movements(world, order_id, "clearing:card") == [-GROSS * CENT]
    [transaction] = world.get("/me/payment/transaction", paymentMethodId=card).ok()
    told = world.get(f"/me/payment/transaction/{transaction}").ok()
    assert (told["status"], told["type"], told["amount"]["value"]) == ("SUCCESS", "DEBIT", 5.99)
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert (world.balance(), world.imbalance()) == (before, [])
    again = pay(world, order_id, card)
    assert (again.status, again.body["message"]) == (409, f"Order {order_id} is already paid")


def test_a_declined_card_takes_nothing_and_says_what_would_work(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    good = register(world, gateway)
    for number, why in (
        (CHARGE_FAILS, "the bank declined it, and only tells you why"),
        (DECLINED, "the bank declined it, and only tells you why"),
        (POOR, "there is not enough money on the card's account"),
    ):
        bad, order_id = register(world, gateway, number), world.order(f"foo{number}.fr")
        refused = pay(world, order_id, bad)
        others = [w for w in (good,) if w != bad]
        assert refused.status == 403
        assert refused.body["message"].startswith(
            f"This order can't be paid with 'creditCard': card {bad} (Visa •••• {number[-4:]}): {why}."
            " It can be paid with: fidelityAccount (1000.00 EUR), ovhAccount (1000.00 EUR),"
            f" card {others[0]} (Visa •••• 4242)"
        )
        assert world.status(order_id) == "notPaid"
        assert [charge.status for charge in charges_of(world, order_id)] == ["failed"]
    assert gateway.taken == []
    pay(world, order_id, good).ok()  # it stands, and another card pays it
    assert world.status(order_id) == "checking"
    assert len(gateway.taken) == 1


def test_a_bank_that_wants_its_customer_is_told_as_such_and_then_paid(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway, AUTHENTICATE), world.order("foo.fr")
    refused = pay(world, order_id, card)
    url = refused.body["details"]["_confirmationUrl"]
    assert refused.status == 409
    assert refused.body["message"].endswith(f"waits for you: your bank wants you to confirm it at {url}")
    [mean] = world.get(f"/me/order/{order_id}/availablePaymentMean").ok()
    assert (mean["integration"], mean["url"]) == ("REDIRECT", url)
    [transaction] = world.get("/me/payment/transaction").ok()
    assert world.get(f"/me/payment/transaction/{transaction}").ok()["status"] == "CONFIRMING"
    assert url in story(world, order_id).mails[-1].body
    again = pay(world, order_id, card)
    assert again.body["details"]["_confirmationUrl"] == url
    assert len(gateway.intents()) == 1
    gateway.authenticate(gateway.intents()[0])
    world.pass_time(minutes=1)
    errands(world)
    assert world.status(order_id) == "checking"
    assert len(gateway.taken) == 1
    assert world.get(f"/me/order/{order_id}/availablePaymentMean").ok() == []


def test_whoever_does_not_confirm_can_pay_otherwise(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card = register(world, gateway, AUTHENTICATE)
    refused_there, changed_mind, forgot = (world.order(f"foo{n}.fr") for n in range(3))
    for order_id in (refused_there, changed_mind, forgot):
        assert pay(world, order_id, card).status == 409
    gateway.authenticate(gateway.intents()[0], confirmed=False)
    world.pay(changed_mind).ok()
    assert gateway.objects[gateway.intents()[1]]["status"] == "canceled"
    world.pass_time(hours=2)
    errands(world)
    assert gateway.objects[gateway.intents()[2]]["status"] == "canceled"
    reasons = [charges_of(world, order_id)[0].reason for order_id in (refused_there, changed_mind, forgot)]
    assert reasons == ["not_confirmed", "called_off", "not_confirmed"]
    world.pay(forgot).ok()
    assert [world.status(order_id) for order_id in (refused_there, changed_mind, forgot)] == [
        "notPaid",
        "checking",
        "checking",
    ]
    assert gateway.taken == []


def test_what_waits_for_a_person_goes_on_waiting_when_nothing_else_can_pay(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card = register(world, gateway, AUTHENTICATE)
    dear = world.order("aftermarket1.com", "aftermarket1-2.com")
    url = pay(world, dear, card).body["details"]["_confirmationUrl"]
    for mean in ("ovhAccount", "paypal", "bankAccount"):
        assert world.pay(dear, mean).status in (403, 409)
    gateway.lose("GET /v1/payment_intents/.*", heard=False)
    world.pass_time(minutes=1)
    errands(world)
    [mean] = world.get(f"/me/order/{dear}/availablePaymentMean").ok()
    assert mean["url"] == url
    gateway.authenticate(gateway.intents()[0])
    world.pass_time(minutes=1)
    errands(world)
    assert world.status(dear) == "checking"


def test_one_who_confirmed_just_before_choosing_otherwise_has_paid(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway, AUTHENTICATE), world.order("foo.fr"), world.balance()
    pay(world, order_id, card)
    gateway.authenticate(gateway.intents()[0])
    refused = world.pay(order_id)
    assert (refused.status, refused.body["message"]) == (409, f"Order {order_id} is already paid")
    assert (world.status(order_id), world.balance()) == ("checking", before)


def test_one_whose_confirmed_payment_is_still_decided_cannot_pay_otherwise(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway, AUTHENTICATE), world.order("foo.fr"), world.balance()
    pay(world, order_id, card)
    gateway.objects[gateway.intents()[0]]["status"] = "processing"
    refused = world.pay(order_id)
    assert refused.status == 409
    assert "is being paid by card at this moment" in refused.body["message"]
    gateway.decide(gateway.intents()[0], taken=True)
    world.pass_time(hours=1)
    errands(world)
    assert world.get(f"/me/order/{order_id}/payment").ok()["paymentType"] == "creditCard"
    assert (len(gateway.taken), gateway.returned, world.balance()) == (1, [], before)


def test_coming_back_from_the_bank_shows_the_order_paid(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway, AUTHENTICATE), world.order("foo.fr")
    pay(world, order_id, card)
    password = world.get(f"/me/order/{order_id}").ok()["password"]
    path = f"/order/{order_id}/payment?orderPassword={password}"
    where = gateway.objects[gateway.intents()[0]]["next_action"]["redirect_to_url"]["return_url"]
    assert where.endswith(path)
    page = world.send("GET", f"/order/{order_id}?orderPassword={password}").raw.decode()
    assert "https://hooks.stripe.example/3ds/" in page
    assert world.send("GET", f"/order/{order_id}/payment?orderPassword=wrong").status == 404
    assert world.status(order_id) == "notPaid"
    gateway.authenticate(gateway.intents()[0])
    back = world.send("GET", path)
    assert (back.status, back.headers["location"]) == (303, f"/order/{order_id}?orderPassword={password}")
    assert world.status(order_id) == "checking"


# --- what gets lost ---


def test_a_processor_that_charges_and_then_falls_silent_is_asked_before_anybody_charges_again(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST .*/confirm", heard=True)
    pay(world, order_id, card).ok()  # it was asked at once what is so
    assert len(gateway.taken) == 1
    silent = world.order("baz.fr")
    gateway.lose("POST .*/confirm", heard=True)
    gateway.lose("GET /v1/payment_intents/.*", heard=False)
    unknown = pay(world, silent, card)
    assert unknown.status == 409
    assert "It is not known yet whether" in unknown.body["message"]
    assert "is being paid by card at this moment" in world.pay(silent).body["message"]
    assert world.status(silent) == "notPaid"
    world.pass_time(minutes=1)
    errands(world)
    assert world.status(silent) == "checking"
    assert len(gateway.taken) == 2
    assert world.imbalance() == []


def test_a_processor_that_never_heard_is_told_again_by_a_worker(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST .*/confirm", heard=False)
    assert pay(world, order_id, card).status == 409
    assert gateway.taken == []
    world.pass_time(minutes=1)
    errands(world)
    assert world.status(order_id) == "checking"
    assert len(gateway.taken) == 1


def test_a_processor_that_cannot_be_reached_took_nothing(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST /v1/payment_intents", heard=True)
    refused = pay(world, order_id, card)
    assert refused.status == 403
    assert "could not be reached, nothing was charged" in refused.body["message"]
    world.pay(order_id).ok()
    world.pass_time(days=1)
    errands(world)
    assert gateway.taken == []


def test_silence_lasts_as_long_as_it_lasts(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST .*/confirm", heard=True)
    gateway.lose("GET /v1/payment_intents/.*", heard=False, times=4)
    assert pay(world, order_id, card).status == 409
    looks = 0
    while world.status(order_id) == "notPaid":
        world.pass_time(minutes=11)
        errands(world)
        looks += 1
    assert (looks, len(gateway.taken)) == (4, 1)


# --- processes that are killed ---


def test_killed_before_asking_nothing_is_taken_and_the_order_is_free_again(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    begun(world, order_id, card)
    assert world.pay(order_id).status == 409
    errands(world)
    assert charges_of(world, order_id)[0].status == "created"  # whoever began it has its time
    world.pass_time(minutes=3)
    errands(world)
    assert [charge.reason for charge in charges_of(world, order_id)] == ["interrupted"]
    assert gateway.intents() == []
    pay(world, order_id, card).ok()
    assert len(gateway.taken) == 1


def test_killed_between_the_place_and_the_charge_a_worker_goes_on(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, paid, cancelled = register(world, gateway), world.order("foo.fr"), world.order("baz.fr")
    for order_id in (paid, cancelled):
        placed(world, begun(world, order_id, card))
    withdraw(world, cancelled)
    world.pass_time(minutes=3)
    errands(world)
    assert (world.status(paid), world.status(cancelled)) == ("checking", "cancelled")
    assert len(gateway.taken) == 1
    assert gateway.objects[gateway.intents()[1]]["status"] == "canceled"


def test_killed_between_the_charge_and_its_booking_a_worker_books_it(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, paid, cancelled = register(world, gateway), world.order("foo.fr"), world.order("baz.fr")
    for order_id in (paid, cancelled):
        charge = placed(world, begun(world, order_id, card))
        asked = world.runner.run(charges.asked_of(world.engine, story(world, order_id).standing.order, charge))
        world.runner.run(charges.processor(world.engine).charge(asked, charge.processor_id or ""))
    withdraw(world, cancelled)
    assert len(gateway.taken) == 2
    world.pass_time(minutes=3)
    errands(world)
    assert (world.status(paid), world.status(cancelled)) == ("checking", "cancelled")
    assert gateway.returned == [(gateway.intents()[1], GROSS)]
    assert world.imbalance() == []


def placed(world: World, charge: Charge) -> Charge:
    """A charge whose place was made and stored, by a process killed right then."""
    order = story(world, charge.order_id).standing.order
    asked = world.runner.run(charges.asked_of(world.engine, order, charge))
    place = world.runner.run(charges.processor(world.engine).make_room(asked))
    assert isinstance(place, str)
    told = core.placed(charge, place, world.now)
    assert world.runner.run(world.database.write(lambda tx: rows.save(tx, told, charge)))
    return told


def withdraw(world: World, order_id: int) -> None:
    world.post(f"/me/order/{order_id}/retraction", {"reason": "other"}).ok()


# --- money taken and nothing delivered: never ---


def test_money_for_an_order_that_is_cancelled_meanwhile_goes_back_once(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway, SLOW), world.order("foo.fr")
    assert "not known yet" in pay(world, order_id, card).body["message"]
    world.pass_time(days=15)
    assert world.status(order_id) == "cancelled"
    errands(world)
    gateway.decide(gateway.intents()[0], taken=True)
    for _ in range(3):
        assert hear(world, gateway) == [200] * len(gateway.events)
        world.pass_time(hours=1)
        errands(world)
    assert (gateway.taken, gateway.returned) == ([(gateway.intents()[0], GROSS)],) * 2
    told = story(world, order_id)
    assert (told.standing.payment, told.standing.tasks) == (None, ())
    assert "est en route vers votre carte" in told.mails[-1].body
    assert (sum(movements(world, order_id, "clearing:card")), world.imbalance()) == (0, [])


def test_a_bank_that_decides_late_pays_or_frees_the_order(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, good, bad = register(world, gateway, SLOW), world.order("foo.fr"), world.order("baz.fr")
    for order_id in (good, bad):
        assert pay(world, order_id, card).status == 409
        assert world.pay(order_id).status == 409
    gateway.decide(gateway.intents()[0], taken=True)
    gateway.decide(gateway.intents()[1], taken=False)
    hear(world, gateway)
    assert (world.status(good), world.status(bad)) == ("checking", "notPaid")
    assert charges_of(world, bad)[0].reason == "insufficient_funds"
    world.pay(bad).ok()
    assert len(gateway.taken) == 1


def test_a_success_that_is_told_after_a_failure_is_kept_or_given_back(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, free, paid = register(world, gateway), world.order("foo.fr"), world.order("baz.fr")
    for order_id in (free, paid):
        charge = placed(world, begun(world, order_id, card))
        asked = world.runner.run(charges.asked_of(world.engine, story(world, order_id).standing.order, charge))
        world.runner.run(charges.processor(world.engine).charge(asked, charge.processor_id or ""))
        world.runner.run(charges.settle(world.engine, charge, Declined("interrupted")))
    world.pay(paid).ok()
    for charge in (charges_of(world, free)[0], charges_of(world, paid)[0]):
        for said in (Succeeded(), Succeeded(), Declined("declined")):
            assert world.runner.run(charges.settle(world.engine, charge, said)).status == "succeeded"
    errands(world)
    assert world.get(f"/me/order/{free}/payment").ok()["paymentType"] == "creditCard"
    assert world.get(f"/me/order/{paid}/payment").ok()["paymentType"] == "ovhAccount"
    assert gateway.returned == [(gateway.intents()[1], GROSS)]
    assert world.imbalance() == []


def test_a_success_after_a_failure_is_told_again_until_the_processor_answers(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    charge = placed(world, begun(world, order_id, card))
    asked = world.runner.run(charges.asked_of(world.engine, story(world, order_id).standing.order, charge))
    world.runner.run(charges.processor(world.engine).charge(asked, charge.processor_id or ""))
    world.runner.run(charges.settle(world.engine, charge, Declined("interrupted")))
    [told] = [event for event in gateway.events if event["type"] == "payment_intent.succeeded"]
    gateway.lose("GET /v1/payment_intents/.*", heard=False)
    assert hear(world, gateway, [told, told]) == [503, 200]  # no worker asks about what failed
    assert world.status(order_id) == "checking"


# --- at the same moment ---


def test_of_a_hundred_payments_of_an_order_at_the_same_moment_one_is_kept(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    cards = [register(world, gateway), register(world, gateway), register(world, gateway, AUTHENTICATE)]
    order_id, me, before = world.order("foo.fr"), caller(world), world.balance()
    means = [Chosen("creditCard", method_id=card) for card in cards] + [Chosen("ovhAccount"), Chosen("fidelityAccount")]
    wishes = [means[number % len(means)] for number in range(100)]
    done, refused = together(world, [payments.pay(world.engine, me, order_id, wish, world.now) for wish in wishes])
    if not done:  # the first was the card whose bank wants its customer
        gateway.authenticate(next(i for i in gateway.intents() if gateway.objects[i]["status"] == "requires_action"))
    world.pass_time(minutes=20)
    errands(world)
    assert len(done) <= 1
    assert len(done) + len(refused) == 100
    assert world.status(order_id) == "checking"
    told = story(world, order_id)
    assert [entry.kind for entry in told.entries if entry.kind == "payment"] == ["payment"]
    assert len(told.standing.tasks) == 1
    kept = sum(a for _, a in gateway.taken) - sum(a for _, a in gateway.returned)
    spent = before - world.balance() + before - world.balance(name="fidelityAccount")
    assert kept * CENT + spent == told.standing.order.price.gross.ucents
    assert world.imbalance() == []
    world.deliver()
    assert world.status(order_id) == "delivered"


def test_of_a_worker_a_message_and_a_customer_at_the_same_moment_one_books(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST .*/confirm", heard=True)
    gateway.lose("GET /v1/payment_intents/.*", heard=False)
    pay(world, order_id, card)
    [charge] = charges_of(world, order_id)
    together(world, [charges.look(world.engine, charge) for _ in range(20)])
    told = story(world, order_id)
    assert len(told.standing.tasks) == 1
    assert (len(gateway.taken), len(told.entries), world.imbalance()) == (1, 1, [])


# --- refunds ---


def test_what_cannot_be_delivered_goes_back_to_the_card_item_by_item(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr", "foo.com"), world.balance()
    pay(world, order_id, card).ok()
    world.deliver()
    told = story(world, order_id)
    [refund] = told.standing.refunds
    assert "sont en route vers votre carte" in " ".join(mail.body for mail in told.mails)
    assert gateway.returned == []
    gateway.lose("POST /v1/refunds", heard=True)
    errands(world)
    assert gateway.returned == [(gateway.intents()[0], refund.amount.ucents // CENT)]
    [charge] = charges_of(world, order_id)
    assert [back.status for back in returns_of(world, charge)] == ["due"]
    for _ in range(3):
        world.pass_time(hours=1)
        errands(world)
    assert len(gateway.returned) == 1
    assert [back.status for back in returns_of(world, charge)] == ["done"]
    taken, given = movements(world, order_id, "clearing:card")
    assert (taken, given) == (-told.standing.order.price.gross.ucents, refund.amount.ucents)
    assert (world.balance(), world.imbalance()) == (before, [])


def test_an_order_that_is_withdrawn_from_goes_back_whole(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr", "foo.com")
    pay(world, order_id, card).ok()
    withdraw(world, order_id)
    errands(world)
    assert sum(amount for _, amount in gateway.returned) == sum(amount for _, amount in gateway.taken)
    assert len(gateway.returned) == 2
    assert "Rendu sur votre carte" in story(world, order_id).mails[-1].body
    assert world.imbalance() == []


def test_a_refund_the_bank_refuses_goes_to_the_prepaid_account(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr"), world.balance()
    pay(world, order_id, card).ok()
    world.deliver()
    gateway.pending_refunds = True
    errands(world)
    [charge] = charges_of(world, order_id)
    assert [back.status for back in returns_of(world, charge)] == ["due"]
    refund = next(each for each in gateway.objects.values() if each["object"] == "refund")
    refund["status"] = "failed"
    told = {"id": "evt_late", "object": "event", "type": "refund.failed", "data": {"object": refund}}
    assert hear(world, gateway, [told, told, {**told, "id": "evt_again"}]) == [200] * 3
    assert set(hear(world, gateway)) == {200}  # and what was told of it before comes late
    world.pass_time(days=1)
    errands(world)
    assert [back.status for back in returns_of(world, charge)] == ["refused"]
    assert world.balance() - before == GROSS * CENT
    assert world.imbalance() == []


def test_a_refund_that_fails_after_it_was_done_is_told_again_until_the_processor_answers(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr"), world.balance()
    pay(world, order_id, card).ok()
    world.deliver()
    errands(world)
    [charge] = charges_of(world, order_id)
    assert [back.status for back in returns_of(world, charge)] == ["done"]
    refund = next(each for each in gateway.objects.values() if each["object"] == "refund")
    refund["status"] = "failed"
    told = {"id": "evt_late", "object": "event", "type": "refund.failed", "data": {"object": refund}}
    gateway.lose("GET /v1/refunds", heard=False)
    assert hear(world, gateway, [told, told]) == [503, 200]
    assert [back.status for back in returns_of(world, charge)] == ["refused"]
    assert (world.balance() - before, world.imbalance()) == (GROSS * CENT, [])


def test_a_refund_that_went_to_the_prepaid_account_is_never_asked_of_the_card_again(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr"), world.balance()
    pay(world, order_id, card).ok()
    world.deliver()
    gateway.no_refunds = "balance_insufficient"
    errands(world)
    assert world.balance() - before == GROSS * CENT
    gateway.no_refunds = None
    gateway.answers.clear()  # the processor forgets keys after a day
    told = {"object": "charge", "payment_intent": gateway.intents()[0]}
    event = {"id": "evt_late", "object": "event", "type": "charge.refunded", "data": {"object": told}}
    assert hear(world, gateway, [event]) == [200]
    [charge] = charges_of(world, order_id)
    assert [back.status for back in returns_of(world, charge)] == ["refused"]
    assert (gateway.returned, world.balance() - before) == ([], GROSS * CENT)


def test_a_disputed_charge_is_written_down_and_not_given_back_twice(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr"), world.balance()
    pay(world, order_id, card).ok()
    dispute = gateway.dispute(gateway.intents()[0])
    assert set(hear(world, gateway)) == {200}
    [charge] = charges_of(world, order_id)
    found = world.runner.run(world.database.read(lambda tx: rows.disputes(tx, charge.nic, charge.charge_id)))
    assert [(one.dispute_id, one.reason, one.amount.ucents) for one in found] == [(dispute, "fraudulent", GROSS * CENT)]
    assert movements(world, order_id, "receivable:dispute") == [-GROSS * CENT]
    world.deliver()
    errands(world)
    assert (gateway.returned, world.balance()) == ([], before)
    assert [back.status for back in returns_of(world, charge)] == ["refused"]
    stands = held(world)
    assert (stands.get("clearing:card", 0), stands["receivable:dispute"], world.imbalance()) == (0, 0, [])


def test_a_dispute_that_was_won_is_booked_back_and_an_inquiry_not_at_all(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    pay(world, order_id, card).ok()
    dispute = gateway.objects[gateway.dispute(gateway.intents()[0])]
    told = next(event for event in gateway.events if event["type"] == "charge.dispute.created")
    for number, (status, booked) in enumerate(
        (
            ("warning_needs_response", []),
            ("needs_response", [-GROSS]),
            ("under_review", [-GROSS]),
            ("won", [-GROSS, GROSS]),
            ("won", [-GROSS, GROSS]),
        )
    ):
        dispute["status"] = status
        assert hear(world, gateway, [{**told, "id": f"evt_d{number}"}]) == [200]
        assert movements(world, order_id, "receivable:dispute") == [cents * CENT for cents in booked]
    other = gateway.dispute(gateway.intents()[0])
    hear(world, gateway)
    assert gateway.objects[other]["status"] == "needs_response"
    assert movements(world, order_id, "receivable:dispute") == [-GROSS * CENT, GROSS * CENT]
    assert world.imbalance() == []


@pytest.mark.parametrize(
    ("statuses", "booked"),
    [
        (("needs_response", "warning_needs_response", "needs_response"), [-GROSS]),
        (("needs_response", "won", "under_review", "won"), [-GROSS, GROSS]),
        (("needs_response", "won", "warning_under_review", "won"), [-GROSS, GROSS]),
        (("needs_response", "lost", "under_review", "lost"), [-GROSS]),
        (("needs_response", "lost", "under_review", "won"), [-GROSS, GROSS]),
    ],
)
def test_what_is_heard_of_a_dispute_after_what_came_later_changes_nothing(
    world: World, gateway: Gateway, statuses: tuple[str, ...], booked: list[int]
) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    pay(world, order_id, card).ok()
    dispute = gateway.objects[gateway.dispute(gateway.intents()[0])]
    told = next(event for event in gateway.events if event["type"] == "charge.dispute.created")
    for number, status in enumerate(statuses):
        dispute["status"] = status  # as it was when it was asked about, however late the answer comes
        assert hear(world, gateway, [{**told, "id": f"evt_d{number}"}]) == [200]
    [charge] = charges_of(world, order_id)
    [known] = world.runner.run(world.database.read(lambda tx: rows.disputes(tx, charge.nic, charge.charge_id)))
    assert known.status == statuses[-1]
    assert movements(world, order_id, "receivable:dispute") == [cents * CENT for cents in booked]
    assert world.imbalance() == []


def held(world: World) -> dict[str, int]:
    """What stands on camille's accounts of the ledger, in micro-cents."""
    stands = world.runner.run(world.database.read(lambda tx: trial(tx, world.nics["camille"], None, None)))
    return {account: credits_ - debits for (account, _), (debits, credits_) in stands.items()}


@pytest.mark.parametrize("refused_before", [True, False])
def test_what_a_dispute_kept_from_going_back_goes_to_the_card_once_it_is_won(
    world: World, gateway: Gateway, *, refused_before: bool
) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr", "foo.com"), world.balance()
    pay(world, order_id, card).ok()
    dispute = gateway.dispute(gateway.intents()[0])
    hear(world, gateway)
    world.deliver()
    [refund] = story(world, order_id).standing.refunds
    if refused_before:
        errands(world)
        assert gateway.returned == []
        gateway.end_dispute(dispute, "won")
    else:  # the refusal is on its way while the end of the dispute is heard
        gateway.end_dispute(dispute, "won")
        refusals = iter([True])
        intent = gateway.objects[gateway.intents()[0]]
        gateway.before = lambda call: (
            intent.update(_disputed=next(refusals, False)) if "POST /v1/refunds" in call else None
        )
    assert set(hear(world, gateway)) == {200}
    errands(world)
    hear(world, gateway)
    hear(world, gateway, [{**event, "id": f"{event['id']}-again"} for event in gateway.events])
    world.pass_time(days=1)
    errands(world)
    assert gateway.returned == [(gateway.intents()[0], refund.amount.ucents // CENT)]
    [charge] = charges_of(world, order_id)
    assert [back.status for back in returns_of(world, charge)] == ["done"]
    kept = sum(amount for _, amount in gateway.taken) - sum(amount for _, amount in gateway.returned)
    stands = held(world)
    assert (stands["clearing:card"], stands["receivable:dispute"]) == (-kept * CENT, 0)
    assert (world.balance(), world.imbalance()) == (before, [])


def test_what_the_card_does_not_take_after_a_dispute_was_won_goes_to_the_prepaid_account(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id, before = register(world, gateway), world.order("stolen.fr"), world.balance()
    pay(world, order_id, card).ok()
    dispute = gateway.dispute(gateway.intents()[0])
    hear(world, gateway)
    world.deliver()
    errands(world)
    gateway.end_dispute(dispute, "won")
    gateway.no_refunds = "charge_disputed"
    hear(world, gateway)
    errands(world)
    assert (gateway.returned, world.balance() - before) == ([], GROSS * CENT)
    assert held(world)["receivable:dispute"] == 0
    assert world.imbalance() == []


def test_what_is_told_of_a_refund_asks_about_that_one(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr", "foo.com", "bar.com")
    pay(world, order_id, card).ok()
    withdraw(world, order_id)
    errands(world)
    asked = len(gateway.calls)
    assert set(hear(world, gateway)) == {200}
    assert [call for call in gateway.calls[asked:] if "refunds" in call] == []
    refund = [each for each in gateway.objects.values() if each["object"] == "refund"][1]
    refund["status"] = "failed"
    told = {"id": "evt_late", "object": "event", "type": "refund.failed", "data": {"object": refund}}
    asked = len(gateway.calls)
    assert hear(world, gateway, [told]) == [200]
    assert [call for call in gateway.calls[asked:] if "refunds" in call] == ["GET /v1/refunds"]
    [charge] = charges_of(world, order_id)
    assert sorted(back.status for back in returns_of(world, charge)) == ["done", "done", "refused"]
    assert world.imbalance() == []


# --- messages ---


def test_messages_are_heard_once_in_any_order_and_before_the_answer(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    gateway.lose("POST .*/confirm", heard=True)
    gateway.lose("GET /v1/payment_intents/.*", heard=False)
    pay(world, order_id, card)  # the money is taken, and no answer came
    [told] = [event for event in gateway.events if event["type"] == "payment_intent.succeeded"]
    failed = {**told, "id": "evt_x", "type": "payment_intent.payment_failed"}
    assert hear(world, gateway, [failed, told, told, failed]) == [200] * 4
    assert world.status(order_id) == "checking"
    assert (len(gateway.taken), len(story(world, order_id).entries)) == (1, 1)
    asked = gateway.calls.count(f"GET /v1/payment_intents/{gateway.intents()[0]}")
    assert asked == 1  # what was settled by the first message


def test_a_message_that_comes_before_the_answer_settles_and_the_answer_agrees(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card, order_id, me = register(world, gateway), world.order("foo.fr"), caller(world)
    order = story(world, order_id).standing.order

    async def work() -> Charge:
        method = await payment_methods.card(world.engine, me, card)
        charge = await charges.begin(world.engine, order, method, world.now)
        place = await charges.processor(world.engine).make_room(await charges.asked_of(world.engine, order, charge))
        told = core.placed(charge, str(place), world.now)
        await world.database.write(lambda tx: rows.save(tx, told, charge))
        asked = await charges.asked_of(world.engine, order, told)
        said = await charges.processor(world.engine).charge(asked, str(place))
        for event in gateway.events:
            body, headers = gateway.signed(event, world.now)
            answer = await world.request("POST", "/ordain/v1/webhooks/stripe", body, headers)
            assert answer.status == 200
        await asyncio.sleep(0)
        return await charges.settle(world.engine, told, said)

    assert world.runner.run(work()).status == "succeeded"
    assert (world.status(order_id), len(story(world, order_id).entries)) == ("checking", 1)


def test_a_message_between_asking_the_bank_and_sending_its_customer_there_decides_nothing(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id, me = register(world, gateway, AUTHENTICATE), world.order("foo.fr"), caller(world)
    between, go_on = threading.Event(), threading.Event()

    def wait_at_the_second(call: str) -> None:
        if call.endswith("/confirm") and failures():
            between.set()
            go_on.wait(30)

    def failures() -> list[dict[str, Any]]:
        return [event for event in gateway.events if event["type"] == "payment_intent.payment_failed"]

    async def work() -> tuple[int, BaseException | None]:
        wish = Chosen("creditCard", method_id=card)
        paying = asyncio.create_task(payments.pay(world.engine, me, order_id, wish, world.now))
        await asyncio.to_thread(between.wait, 30)
        body, headers = gateway.signed(failures()[0], world.now)
        answer = await world.request("POST", "/ordain/v1/webhooks/stripe", body, headers)
        go_on.set()
        return answer.status, (await asyncio.gather(paying, return_exceptions=True))[0]

    gateway.before = wait_at_the_second
    status, refused = world.runner.run(work())
    assert status == 200
    assert isinstance(refused, Refused)
    assert "_confirmationUrl" in refused.notes
    gateway.authenticate(gateway.intents()[0])
    hear(world, gateway)
    assert world.status(order_id) == "checking"


def test_killed_between_asking_the_bank_and_sending_its_customer_there_a_worker_frees_the_order(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    card, order_id = register(world, gateway, AUTHENTICATE), world.order("foo.fr")
    charge = placed(world, begun(world, order_id, card))
    with pytest.raises(Refusal):
        gateway.confirm(gateway.objects[charge.processor_id or ""], {"off_session": "true"})
    assert hear(world, gateway) == [200] * len(gateway.events)
    assert [each.status for each in charges_of(world, order_id)] == ["asked"]
    world.pass_time(minutes=3)
    errands(world)
    assert [each.reason for each in charges_of(world, order_id)] == ["not_confirmed"]
    world.pay(order_id).ok()


def test_messages_are_forgotten_when_they_are_told_no_more(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "AT_ONCE", 2)
    with_cards(world, gateway)
    card, order_id = register(world, gateway), world.order("foo.fr")
    pay(world, order_id, card).ok()
    hear(world, gateway)
    told = len(gateway.events)
    assert told > 2
    world.pass_time(days=29)
    late = [{**event, "id": f"{event['id']}-late"} for event in gateway.events]
    hear(world, gateway, late)
    assert world.runner.run(webhooks.sweep(world.engine)) == 0
    world.pass_time(days=2)
    assert world.runner.run(webhooks.sweep(world.engine)) == told
    assert world.runner.run(webhooks.sweep(world.engine)) == 0
    assert set(hear(world, gateway)) == {200}  # an old one that is told after all changes nothing
    assert (len(gateway.taken), len(story(world, order_id).entries), world.imbalance()) == (1, 1, [])


def test_messages_that_are_not_the_processors_change_nothing(world: World, gateway: Gateway) -> None:
    body, headers = gateway.signed({"id": "evt_1", "object": "event", "type": "x", "data": {"object": {}}}, NOON)
    path = "/ordain/v1/webhooks/stripe"
    assert world.send("POST", path, body, headers).status == 404  # there is no processor
    with_cards(world, gateway)
    assert world.send("POST", path, body, headers).status == 200
    forged = world.send("POST", path, body.replace(b"evt_1", b"evt_2"), headers)
    assert (forged.status, forged.body["message"]) == (400, "This is not signed by the payment processor")
    for signature in ("", "t=1,v1=\xe9", "t=\xe9,v1=00", "v1", "t=1"):
        assert world.send("POST", path, body, {"stripe-signature": signature}).status == 400
    assert world.send("POST", path, body, {}).status == 400
    world.pass_time(minutes=6)
    assert world.send("POST", path, body, headers).status == 400


def test_a_message_of_somebody_elses_payment_is_taken_and_ignored(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    strange = gateway._make("pi", "payment_intent", status="succeeded", amount=100, currency="eur")
    for kind in ("payment_intent.succeeded", "charge.refunded"):
        gateway._tell(kind, {**strange, "payment_intent": strange["id"]})  # noqa: SLF001 - as above
    assert set(hear(world, gateway)) == {200}
    assert charges_of(world, 1) == []


# --- autoPayWithPreferredPaymentMethod ---

AUTO = {"autoPayWithPreferredPaymentMethod": True}


def test_a_default_card_pays_what_is_checked_out(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    register(world, gateway, default=True)
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", AUTO).ok()["orderId"]
    assert world.status(order_id) == "checking"
    assert gateway.taken == [(gateway.intents()[0], GROSS)]


def test_with_a_default_card_that_does_not_pay_the_order_stands_and_a_mail_says_so(
    world: World, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    register(world, gateway, POOR, default=True)
    order_ids = []
    for number in range(2):
        cart_id = world.cart()
        world.add(cart_id, f"foo{number}.fr")
        order_ids.append(world.post(f"/order/cart/{cart_id}/checkout", AUTO).ok()["orderId"])
        if number == 0:
            world.pass_time(days=365 * 5)
            cart_id = world.cart()
    assert [world.status(order_id) for order_id in order_ids] == ["cancelled", "notPaid"]
    for order_id, why in zip(order_ids, ("pas assez d'argent", "la carte a expiré"), strict=True):
        assert why in story(world, order_id).mails[-1].body


def test_looking_after_charges_needs_a_processor(world: World) -> None:
    errands(world)
    assert world.engine.processor is None
    assert structs.replace(world.engine).bank_account is None


def test_no_card_number_is_stored(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    card = register(world, gateway)
    held = world.runner.run(world.database.read(lambda tx: methods.of_account(tx, world.nics["camille"])))
    assert [(one.method_id, one.label) for one in held] == [(card, "Visa •••• 4242")]
    assert "42424242" not in repr(held)
