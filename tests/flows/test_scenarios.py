"""Every scenario of the sandbox, end to end on both engines: what was ordered, paid, delivered, refused, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordain.core.money import CENT, UNIT
from ordain.flows import payments
from tests.flows.shop import bought, caller, first_task, follow_up, happened, movements, placed, story

if TYPE_CHECKING:
    from tests.flows.shop import Labels
    from tests.world import World

CODE = ("AUTH_INFO", "the right one")
DONE = {"VALIDATING": "DONE", "VALIDATED": "DONE", "DELIVERING": "DONE", "AVAILABLE": "DONE"}

# name, what it is configured with, its pricing mode, net price in cents, the kind of its task
DELIVERED: list[tuple[str, Labels, str, int, str]] = [
    ("taken.fr", (CODE,), "transfer-default", 699, "DomainIncomingTransfer"),
    ("taken-premium.fr", (CODE,), "transfer-premium", 20_000, "DomainIncomingTransfer"),
    ("aftermarket1.fr", (), "transfer-aftermarket1", 75_000, "DomainAfterMarket"),
    ("aftermarket2.fr", (), "transfer-aftermarket2", 190_000, "DomainAfterMarket"),
    ("premium.fr", (), "create-premium", 12_000, "DomainCreate"),
    ("claimed.fr", (), "create-default", 499, "DomainCreate"),
    ("reason.fr", (("REASON", "It is our town"),), "create-default", 499, "DomainCreate"),
    ("conditions.fr", (("ACCEPT_CONDITIONS", True),), "create-default", 499, "DomainCreate"),
    ("protected.fr", (("PROTECTED_CODE", "SANDBOX"),), "create-default", 499, "DomainCreate"),
]  # fmt: skip


def test_what_can_be_had_is_delivered_at_its_price(world: World) -> None:
    world.credit("camille", 9000)
    for domain, labels, mode, net, function in DELIVERED:
        cart_id = world.cart()
        offered, *_ = world.get(f"/order/cart/{cart_id}/domain", domain=domain).ok()
        assert (offered["pricingMode"], offered["orderable"]) == (mode, True)
        accepted = (("CLAIMS_NOTICE", world.notice(domain)),) if domain == "claimed.fr" else ()
        before, order_id = world.balance(), bought(world, domain, *labels, *accepted)
        world.deliver()
        told = story(world, order_id)
        assert world.status(order_id) == "delivered", domain
        assert told.standing.order.price.net.ucents == net * CENT
        assert before - world.balance() == told.standing.order.price.gross.ucents > net * CENT
        assert first_task(world, order_id).function == function
        assert follow_up(world, order_id) == DONE
        assert len(told.mails) == 3  # placed, paid, delivered
    assert world.get("/domain").ok() == sorted(domain for domain, *_ in DELIVERED)
    assert world.imbalance() == []


@pytest.mark.parametrize(
    ("domain", "label"),
    [("claimed.fr", "CLAIMS_NOTICE"), ("reason.fr", "REASON"), ("conditions.fr", "ACCEPT_CONDITIONS"),
     ("protected.fr", "PROTECTED_CODE"), ("taken.fr", "AUTH_INFO")],
)  # fmt: skip
def test_what_a_name_requires_is_asked_for_and_insisted_on(world: World, domain: str, label: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    asked = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    assert label in [one["label"] for one in asked if one["required"]]
    for answer in (world.get(f"/order/cart/{cart_id}/checkout"), world.post(f"/order/cart/{cart_id}/checkout", {})):
        assert answer.status >= 400
        assert f"Custom field {label} is mandatory" in answer.body["message"]
    assert world.get("/me/order").ok() == []


def test_a_reserved_name_is_shown_with_its_reason_and_not_sold(world: World) -> None:
    cart_id = world.cart()
    [offered] = world.get(f"/order/cart/{cart_id}/domain", domain="reserved.fr").ok()
    assert (offered["orderable"], offered["reason"]) == (False, "Reserved by the registry")
    refused = world.post(f"/order/cart/{cart_id}/domain", {"domain": "reserved.fr"})
    assert refused.status >= 400
    assert "Reserved by the registry" in refused.body["message"]
    assert world.get(f"/order/cart/{cart_id}").ok()["items"] == []


# --- the registry refuses: nothing is given back yet, and everybody is told ---


@pytest.mark.parametrize(
    ("domain", "labels", "reason", "argument"),
    [
        ("refused.fr", (), "Policy violation", None),
        ("protected.fr", (("PROTECTED_CODE", "guessed"),), "The code for this protected name is wrong",
         "PROTECTED_CODE"),
    ],
)  # fmt: skip
def test_a_refusal_by_the_registry_is_an_error_with_its_reason(
    world: World, domain: str, labels: Labels, reason: str, argument: str | None
) -> None:
    before, order_id = world.balance(), bought(world, domain, *labels)
    world.deliver()
    task, told = first_task(world, order_id), story(world, order_id)
    assert (task.status, task.comment, task.argument) == ("error", reason, argument)
    assert world.get(f"/me/task/domain/{task.task_id}").ok()["comment"] == reason
    assert world.status(order_id) == "delivering"
    assert follow_up(world, order_id) == {**DONE, "DELIVERING": "ERROR", "AVAILABLE": "TODO"}
    assert reason in happened(world, told)[-1]
    assert reason in told.mails[-1].body
    assert told.standing.refunds == ()
    assert before - world.balance() == told.standing.order.price.gross.ucents
    assert world.get("/domain").ok() == []
    world.pass_time(days=1)
    assert world.deliver() == 0


# --- the registry is slow or silent ---


def test_a_slow_registry_is_waited_for(world: World) -> None:
    order_id = bought(world, "slow.fr")
    assert world.deliver() == 1
    assert (first_task(world, order_id).status, first_task(world, order_id).comment) == ("todo", "The registry decides")
    assert world.status(order_id) == "delivering"
    world.pass_time(seconds=2.9)
    assert world.deliver() == 0
    world.pass_time(seconds=0.1)
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert first_task(world, order_id).comment is None


@pytest.mark.parametrize(("domain", "attempts"), [("lost-answer.fr", 2), ("unreachable.fr", 3)])
def test_silence_is_asked_again_until_the_name_is_ours_once(world: World, domain: str, attempts: int) -> None:
    order_id = bought(world, domain)
    for attempt in range(1, attempts):
        assert world.deliver() == 1
        assert (first_task(world, order_id).status, first_task(world, order_id).attempts) == ("todo", attempt)
        assert world.deliver() == 0
        world.pass_time(seconds=2 ** (attempt - 1))
    world.deliver()
    assert first_task(world, order_id).attempts == attempts
    assert world.status(order_id) == "delivered"
    registry = world.engine.registries["Afnic"]
    held = world.runner.run(registry.find(domain))
    assert held
    assert (held.ours, held.transaction) == (True, first_task(world, order_id).transaction)
    assert len(story(world, order_id).mails) == 3
    assert len(movements(world, order_id, "sales")) == 1


def test_a_registry_that_stays_silent_is_handed_to_people(world: World) -> None:
    order_id = bought(world, "unreachable.fr")
    transaction = first_task(world, order_id).transaction

    async def forget() -> None:
        await world.database.write(
            lambda tx: tx.execute("UPDATE sandbox_call SET calls = 0 WHERE transaction_id = $1", transaction)
        )

    for _ in range(12):
        assert world.deliver() == 1
        world.runner.run(forget())
        world.pass_time(minutes=5)
    task = first_task(world, order_id)
    assert (task.status, task.attempts) == ("error", 12)
    assert "No answer after 12 attempts" in str(task.comment)
    assert follow_up(world, order_id)["DELIVERING"] == "ERROR"
    assert "12" in story(world, order_id).mails[-1].body
    assert world.deliver() == 0


# --- the name is lost between payment and delivery ---


def test_a_stolen_name_is_refunded_exactly_once_and_everywhere_visible(world: World) -> None:
    before, order_id = world.balance(), bought(world, "stolen.fr")
    paid = before - world.balance()
    world.deliver()
    assert world.balance() == before
    told = story(world, order_id)
    lost = "Le nom a été enregistré par quelqu'un d'autre"
    assert [(r.amount.ucents, r.reason) for r in told.standing.refunds] == [
        (paid, "The name was registered by somebody else")
    ]
    assert [entry.kind for entry in told.entries] == ["payment", "refund"]
    assert movements(world, order_id, "balance:ovhAccount") == [-paid, paid]
    for account in ("sales", "tax"):
        out, back = movements(world, order_id, account)
        assert out == -back > 0
    task = first_task(world, order_id)
    assert (task.status, task.comment) == ("cancelled", "The name was registered by somebody else")
    assert world.status(order_id) == "cancelled"
    assert follow_up(world, order_id) == {**DONE, "DELIVERING": "ERROR", "AVAILABLE": "ERROR"}
    assert lost in happened(world, told)[-1]
    assert lost in told.mails[-1].body
    assert "5.99 EUR" in told.mails[-1].body
    assert len(told.mails) == 3  # placed, paid, refunded
    details = [
        world.get(f"/me/order/{order_id}/details/{n}").ok() for n in world.get(f"/me/order/{order_id}/details").ok()
    ]
    assert {detail["cancelled"] for detail in details} == {True}
    world.pass_time(days=1)
    assert world.deliver() == 0
    assert world.balance() == before
    assert world.imbalance() == []


def test_only_what_was_lost_is_refunded_and_to_where_it_was_paid_from(world: World) -> None:
    order_id = world.order("kept.fr", "stolen.fr")
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    told = story(world, order_id)
    kept, stolen = told.standing.order.items
    assert world.status(order_id) == "delivered"
    assert [refund.item_id for refund in told.standing.refunds] == [stolen.item_id]
    assert world.balance(name="fidelityAccount") == 1000 * UNIT - kept.price.gross.ucents
    assert world.balance() == 1000 * UNIT
    details = [
        world.get(f"/me/order/{order_id}/details/{n}").ok() for n in world.get(f"/me/order/{order_id}/details").ok()
    ]
    assert {(line["domain"], line["cancelled"]) for line in details} == {
        ("kept.fr", False), ("*002.001", True), ("*002", True),
    }  # fmt: skip
    assert world.get("/domain").ok() == ["kept.fr"]


def test_a_stolen_name_can_be_had_by_transfer_afterwards(world: World) -> None:
    bought(world, "stolen.fr")
    world.deliver()
    world.pass_time(days=60)  # its registry transfers no name that is younger
    order_id = bought(world, "stolen.fr", CODE)
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert first_task(world, order_id).function == "DomainIncomingTransfer"


def test_the_price_seen_is_the_price_paid_whatever_the_balance_does(world: World) -> None:
    order_id = placed(world, "premium.fr")
    gross = world.get(f"/me/order/{order_id}").ok()["priceWithTax"]
    assert gross["value"] == 144
    means: Any = world.runner.run(payments.ways(world.engine, caller(world), order_id))
    assert [way.mean for way in means] == ["fidelityAccount", "ovhAccount"]
