"""What tests of cards do with a world: a processor at the gateway, cards registered on its pages, messages it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.adapters.stripe_cards import StripeCards
from ordain.flows import card_returns, charges
from ordain.store import charges as rows
from tests.stripe_gateway import GOOD, KEY, SECRET
from tests.world import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.core.charge import Charge, Return
    from tests.stripe_gateway import Gateway
    from tests.world import Answer, World

LINKS = {name: f"https://shop.example/{name}" for name in ("cancel", "error", "failure", "pending", "success")}


def with_cards(world: World, gateway: Gateway) -> None:
    """From now on cards are charged at the gateway."""
    world.use(structs.replace(world.engine, processor=StripeCards(KEY, SECRET, gateway.url)))


def register(world: World, gateway: Gateway, number: str = GOOD, *, who: str = "camille", default: bool = False) -> int:
    """A card that somebody registered on the processor's page."""
    assert who in PEOPLE
    body = {"paymentType": "CREDIT_CARD", "callbackUrl": LINKS, "default": default}
    made = world.post("/me/payment/method", body, who).ok()
    gateway.complete(made["formSessionId"], number)
    method_id: int = made["paymentMethodId"]
    assert world.post(f"/me/payment/method/{method_id}/finalize", {}, who).ok()["status"] == "VALID"
    return method_id


def pay(world: World, order_id: int, card: int, who: str = "camille") -> Answer:
    """Pay an order with a card."""
    body = {"paymentMean": "creditCard", "paymentMeanId": card}
    return world.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", body, who)


def errands(world: World) -> None:
    """What a worker does about cards, until there is nothing to do at this instant."""
    while world.runner.run(charges.look_after(world.engine)) + world.runner.run(card_returns.carry_out(world.engine)):
        pass


def hear(world: World, gateway: Gateway, events: Iterable[dict[str, Any]] | None = None) -> list[int]:
    """The gateway's messages arrive, all of them unless named: the statuses they are answered with."""
    answers = []
    for event in list(gateway.events if events is None else events):
        body, headers = gateway.signed(event, world.now)
        answers.append(world.send("POST", "/ordain/v1/webhooks/stripe", body, headers).status)
    return answers


def charges_of(world: World, order_id: int, who: str = "camille") -> list[Charge]:
    """The charges of an order."""
    return world.runner.run(world.database.read(lambda tx: rows.of_order(tx, world.nics[who], order_id)))


def returns_of(world: World, charge: Charge) -> list[Return]:
    """What of a charge goes back."""
    return world.runner.run(world.database.read(lambda tx: rows.returns_of(tx, charge.nic, charge.charge_id)))
