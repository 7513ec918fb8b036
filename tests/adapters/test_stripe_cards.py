"""Stripe's own library against two stand-ins at the far end of its wire: localstripe, and a gateway that misbehaves."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest
from msgspec import structs

from ordain.adapters import stripe_words
from ordain.adapters.stripe_cards import StripeCards
from ordain.core.charge import Asked, Asking, Declined, Event, Pending, Succeeded, Untouched
from ordain.core.money import CENT, UNIT, Money
from ordain.core.payment_method import Card, Registered
from ordain.core.refusal import Refused
from ordain.core.registry import NoAnswer
from tests import conformance_processors as conformance
from tests import stripe_gateway
from tests.conformance_processors import ProcessorOnTrial
from tests.localstripe_process import localstripe
from tests.stripe_gateway import AUTHENTICATE, CHARGE_FAILS, GOOD, KEY, POOR, SECRET, SLOW
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from tests.conformance_processors import Kind
    from tests.stripe_gateway import Gateway

NUMBERS: dict[Kind, str] = {"good": GOOD, "declined": CHARGE_FAILS, "to-confirm": AUTHENTICATE}


def keys() -> Iterator[str]:
    return (f"key-{number}" for number in count())


def cards(gateway: Gateway) -> StripeCards:
    return StripeCards(KEY, SECRET, gateway.url)


def test_it_conforms_at_the_gateway(gateway: Gateway, runner: asyncio.Runner) -> None:
    on_trial = ProcessorOnTrial(
        processor=cards(gateway),
        card=lambda kind, customer: gateway.card(NUMBERS[kind], customer),
        confirm=gateway.authenticate,
        taken=lambda place: sum(intent == place for intent, _ in gateway.taken),
        returned=lambda place: sum(amount for intent, amount in gateway.returned if intent == place),
        keys=keys(),
    )
    runner.run(conformance.check_processor(on_trial))


def test_it_conforms_at_localstripe(runner: asyncio.Runner) -> None:
    with localstripe() as url, httpx.Client(base_url=f"{url}/v1", auth=("sk_test_12345", "")) as far:

        def card(kind: Kind, customer: str) -> str:
            told = {
                "card[number]": NUMBERS[kind],
                "card[exp_month]": "12",
                "card[exp_year]": "2030",
                "card[cvc]": "123",
            }
            made: str = far.post("/payment_methods", data={"type": "card", **told}).json()["id"]
            far.post(f"/payment_methods/{made}/attach", data={"customer": customer}).raise_for_status()
            return made

        def confirm(place: str) -> None:
            secret = far.get(f"/payment_intents/{place}").json()["client_secret"]
            told = {"client_secret": secret, "success": "true"}
            far.post(f"/payment_intents/{place}/_authenticate", data=told).raise_for_status()

        def charges(place: str) -> int:
            found = far.get("/charges", params={"limit": 100}).json()["data"]
            return sum(each["payment_intent"] == place and each["status"] == "succeeded" for each in found)

        def returned(place: str) -> int:
            found = far.get("/refunds", params={"payment_intent": place}).json()["data"]
            return sum(each["amount"] for each in found)

        on_trial = ProcessorOnTrial(
            processor=StripeCards("sk_test_12345", SECRET, url),
            card=card,
            confirm=confirm,
            taken=charges,
            returned=returned,
            keys=keys(),
        )
        webhook = {"secret": SECRET, "events": ["payment_intent.succeeded"]}
        with listening() as (where, heard):
            far.post(f"{url}/_config/webhooks/ours", json=webhook | {"url": where}).raise_for_status()
            runner.run(conformance.check_processor(on_trial))
            body, signature = heard.get(timeout=30)
        told = on_trial.processor.event(body, signature, datetime.now(UTC))
        assert (told.kind, told.about) == ("payment_intent.succeeded", "charge")
        assert runner.run(on_trial.processor.find(told.reference)) == Succeeded()


@contextmanager
def listening() -> Iterator[tuple[str, Queue[tuple[bytes, str]]]]:
    """Where messages can be sent to, and those that arrived, with their signatures."""
    heard: Queue[tuple[bytes, str]] = Queue()

    class Line(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing to standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", heard
    finally:
        server.shutdown()
        server.server_close()


def asked(gateway: Gateway, runner: asyncio.Runner, number: str = GOOD, key: str = "k") -> Asked:
    account = structs.replace(PEOPLE["camille"], nichandle="cm1-ordain")
    customer = runner.run(cards(gateway).customer(account, "c"))
    return Asked(
        key=key,
        nic="cm1-ordain",
        amount=Money(599 * CENT, "EUR"),
        customer=customer,
        means=gateway.card(number, customer),
        told="Order 1",
        return_url="http://127.0.0.1/",
    )


def room(gateway: Gateway, runner: asyncio.Runner, wanted: Asked) -> str:
    place = runner.run(cards(gateway).make_room(wanted))
    assert isinstance(place, str)
    return place


def test_a_lost_answer_is_no_answer_and_asking_tells_what_is_so(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    place = room(gateway, runner, wanted)
    for heard, said in ((False, Untouched()), (True, Succeeded())):
        gateway.lose("POST .*/confirm", heard=heard)
        with pytest.raises(NoAnswer, match="Stripe: APIConnectionError"):
            runner.run(cards(gateway).charge(wanted, place))
        assert runner.run(cards(gateway).find(place)) == said
    assert gateway.taken == [(place, 599)]
    gateway.lose("POST /v1/payment_intents", heard=True)
    again = structs.replace(wanted, key="k2")
    with pytest.raises(NoAnswer):
        runner.run(cards(gateway).make_room(again))
    assert room(gateway, runner, again) in gateway.intents()
    assert len(gateway.intents()) == 2


def test_a_refund_whose_answer_was_lost_is_found_by_its_key(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    place = room(gateway, runner, wanted)
    runner.run(cards(gateway).charge(wanted, place))
    back = Asking(key="back", processor_id=place, amount=Money(200 * CENT, "EUR"))
    gateway.lose("POST /v1/refunds", heard=True)
    with pytest.raises(NoAnswer):
        runner.run(cards(gateway).give_back(back))
    gateway.answers.clear()  # Stripe forgets its keys after a day
    assert runner.run(cards(gateway).give_back(back)).status == "done"
    assert gateway.returned == [(place, 200)]


def test_declines_are_told_in_our_words(gateway: Gateway, runner: asyncio.Runner) -> None:
    poor, slow, strange = (asked(gateway, runner, number, f"k{number}") for number in (POOR, SLOW, GOOD))
    for wanted, said in ((poor, Declined("insufficient_funds")), (slow, Pending())):
        assert runner.run(cards(gateway).charge(wanted, room(gateway, runner, wanted))) == said
    gateway.objects[strange.means]["customer"] = "somebody else"
    assert runner.run(cards(gateway).make_room(strange)) == Declined("refused")
    nobody = structs.replace(strange, means="pm_0", key="k0")
    assert runner.run(cards(gateway).make_room(nobody)) == Declined("gone")
    with pytest.raises(NoAnswer):  # another account's key: nothing is known, so nothing is decided
        runner.run(cards(gateway).find("pi_0"))
    with pytest.raises(NoAnswer):
        runner.run(StripeCards("sk_test_wrong", SECRET, gateway.url).find("pi_0"))


def test_a_card_is_registered_on_a_page_of_stripes(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    processor, urls = cards(gateway), ("https://shop.example/done", "https://shop.example/no")
    session, url = runner.run(processor.registration(wanted.customer, "r", urls))
    assert url.startswith("https://checkout.stripe.example/")
    assert runner.run(processor.registered(session)) == Registered()
    gateway.complete(session)
    found = runner.run(processor.registered(session)).card
    assert found == Card(means=found.means if found else "", brand="visa", last4="4242", year=2030, month=12)
    other, _ = runner.run(processor.registration(wanted.customer, "r2", urls))
    gateway.objects[other]["status"] = "expired"
    assert runner.run(processor.registered(other)) == Registered(failed=True)
    with pytest.raises(Refused, match="Not a valid URL"):
        runner.run(processor.registration(wanted.customer, "r3", ("nowhere", "")))


def test_a_refund_is_found_on_whatever_page_it_is(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    place = room(gateway, runner, wanted)
    runner.run(cards(gateway).charge(wanted, place))
    for number in range(250):
        told = {"payment_intent": place, "amount": 1, "metadata": {stripe_words.KEY: f"back-{number}"}}
        gateway.refund({}, told)
    for number in (0, 149, 150, 249):
        back = Asking(key=f"back-{number}", processor_id=place, amount=Money(CENT, "EUR"))
        assert runner.run(cards(gateway).give_back(back)).status == "done"
    assert len(gateway.returned) == 250
    new = Asking(key="back-250", processor_id=place, amount=Money(CENT, "EUR"))
    assert runner.run(cards(gateway).give_back(new)).status == "done"
    assert len(gateway.returned) == 251


def test_a_disputed_charge_is_not_given_back(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    place = room(gateway, runner, wanted)
    runner.run(cards(gateway).charge(wanted, place))
    told = runner.run(cards(gateway).dispute(gateway.dispute(place)))
    assert (told.processor_id, told.amount, told.reason) == (place, Money(599 * CENT, "EUR"), "fraudulent")
    back = Asking(key="back", processor_id=place, amount=Money(599 * CENT, "EUR"))
    assert runner.run(cards(gateway).give_back(back)).reason == "disputed"


def test_what_was_given_back_elsewhere_is_done(gateway: Gateway, runner: asyncio.Runner) -> None:
    wanted = asked(gateway, runner)
    place = room(gateway, runner, wanted)
    runner.run(cards(gateway).charge(wanted, place))
    gateway.refund({}, {"payment_intent": place})
    back = Asking(key="back", processor_id=place, amount=Money(100 * CENT, "EUR"))
    assert runner.run(cards(gateway).give_back(back)).status == "done"
    assert gateway.returned == [(place, 599)]


# --- what it tells by itself ---


def event(kind: str, **of: object) -> dict[str, object]:
    return {"id": "evt_1", "object": "event", "type": kind, "data": {"object": of}}


@pytest.mark.parametrize(
    ("told", "about", "reference"),
    [
        (event("payment_intent.succeeded", id="pi_1", object="payment_intent"), "charge", "pi_1"),
        (event("charge.failed", id="ch_1", object="charge", payment_intent="pi_1"), "charge", "pi_1"),
        (event("charge.refunded", id="ch_1", object="charge", payment_intent="pi_1"), "return", "pi_1"),
        (event("refund.failed", id="re_1", object="refund", payment_intent="pi_1"), "return", "pi_1"),
        (
            event("refund.failed", id="re_1", object="refund", payment_intent="pi_1", metadata={"ordain_key": "k"}),
            "return",
            "pi_1",
        ),
        (event("charge.dispute.created", id="dp_1", object="dispute", payment_intent="pi_1"), "dispute", "dp_1"),
        (event("checkout.session.completed", id="cs_1", object="checkout.session"), "means", "cs_1"),
        (event("setup_intent.succeeded", id="seti_1", object="setup_intent"), "nothing", "seti_1"),
        (event("charge.succeeded", id="ch_1", object="charge", payment_intent=None), "nothing", "ch_1"),
        (event("balance.available", object="balance"), "nothing", ""),
    ],
)
def test_an_event_says_what_it_is_about(gateway: Gateway, told: dict[str, object], about: str, reference: str) -> None:
    body, headers = gateway.signed(told, NOON)
    read = cards(gateway).event(body, headers["Stripe-Signature"], NOON)
    key = "k" if "metadata" in str(told) else None
    assert read == Event("evt_1", str(told["type"]), about, reference, key)  # type: ignore[arg-type]  # one of its words


def test_only_what_is_signed_now_is_believed(gateway: Gateway) -> None:
    told = event("payment_intent.succeeded", id="pi_1", object="payment_intent")
    body, headers = gateway.signed(told, NOON)
    signature = headers["Stripe-Signature"]
    wrong = gateway.signed(told, NOON, "whsec_other")[1]["Stripe-Signature"]
    for bad_body, bad_signature, now in (
        (body, wrong, NOON),
        (body + b" ", signature, NOON),
        (body, signature, NOON + timedelta(minutes=6)),
        (body, signature, NOON - timedelta(minutes=6)),
        (body, "", NOON),
        (body, "t=now,v1=1", NOON),
        (body, "t=99999999999999999,v1=1", NOON),
        (b"\xff", signature, NOON),
    ):
        with pytest.raises(Refused):
            cards(gateway).event(bad_body, bad_signature, now)
    for junk in (b"", b"[]", b"nonsense", b"{}"):
        digest = stripe_gateway.sign(junk, NOON)
        with pytest.raises(Refused):
            cards(gateway).event(junk, digest, NOON)


# --- amounts ---


@pytest.mark.parametrize(
    ("amount", "minor"),
    [(Money(599 * CENT, "EUR"), 599), (Money(700 * UNIT, "XOF"), 700), (Money(1 * UNIT, "PLN"), 100)],
)
def test_amounts_are_counted_in_the_currencys_smallest(amount: Money, minor: int) -> None:
    assert stripe_words.minor(amount) == minor
    assert stripe_words.money(minor, amount.currency.lower()) == amount


def test_what_cannot_be_charged_is_said_in_words() -> None:
    said = stripe_words.obstacle
    assert said(Money(49 * CENT, "EUR")) == "no card is charged less than 0.50 EUR"
    assert said(Money(199 * CENT, "PLN")) == "no card is charged less than 2.00 PLN"
    assert said(Money(10**6 * UNIT, "EUR")) == "no card is charged more than 999999 at once"
    assert said(Money(5 * UNIT, "TND")) == "no card is charged in TND"
    assert said(Money(700 * UNIT, "XOF")) is None
