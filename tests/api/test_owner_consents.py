"""An owner change waits for both owners, who answer by mailed links; without them it is paid back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.test_owner_changes import OWNER, hold, ordered
from tests.flows.shop import agree, links

if TYPE_CHECKING:
    from tests.world import World

ANSWERS = "/ordain/v1/ownerChange"


def waiting(world: World) -> tuple[int, int]:
    """An owner change that waits for Ada: its order and its task."""
    hold(world, "held.fr")
    order_id = ordered(world, "held.fr", OWNER)
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    [task_id] = world.get("/me/task/domain", function="DomainTrade").ok()
    return order_id, task_id


def owner(world: World) -> str:
    number = world.get("/domain/held.fr").ok()["whoisOwner"]
    name: str = world.get(f"/domain/contact/{number}").ok()["firstName"]
    return name


def test_the_new_owner_is_asked_and_their_word_is_waited_for(world: World) -> None:
    order_id, task_id = waiting(world)
    task = world.get(f"/me/task/domain/{task_id}").ok()
    assert (task["status"], task["canAccelerate"], task["canCancel"]) == ("todo", False, True)
    assert task["comment"].startswith("Attend l'accord des deux titulaires")
    [side] = world.get(f"{ANSWERS}/{task_id}").ok()
    assert (side["role"], side["email"], side["granted"]) == ("to", "ada@world.example", None)
    assert world.get(f"{ANSWERS}/{task_id}", "dieter").status == 404
    world.pass_time(days=3)
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("delivering", "Camille")
    assert len(links(world)) == 1, "they are asked once"
    assert agree(world) == 1
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("delivered", "Ada")
    [side] = world.get(f"{ANSWERS}/{task_id}").ok()
    assert side["granted"] is True


def test_the_account_cannot_read_the_links_of_others(world: World) -> None:
    waiting(world)
    [(_, token)] = links(world)
    for number in world.get("/me/notification/email/history").ok():
        assert token not in world.get(f"/me/notification/email/history/{number}").ok()["body"]


def test_a_refusal_ends_it_and_the_money_is_back(world: World) -> None:
    before = world.balance(name="fidelityAccount")
    order_id, _ = waiting(world)
    [(address, token)] = links(world)
    assert address == "ada@world.example"
    assert world.post(f"{ANSWERS}/refuse", {"token": token}, None).status == 200
    for again in ("accept", "refuse"):
        assert world.post(f"{ANSWERS}/{again}", {"token": token}, None).status == 409
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("cancelled", "Camille")
    assert world.balance(name="fidelityAccount") == before
    assert world.imbalance() == []


def test_no_answer_in_time_is_a_refusal(world: World) -> None:
    order_id, _ = waiting(world)
    world.pass_time(days=14)
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("cancelled", "Camille")
    [(_, token)] = links(world)
    assert world.post(f"{ANSWERS}/accept", {"token": token}, None).status == 409


def test_a_link_that_is_sent_again_replaces_the_first(world: World) -> None:
    order_id, task_id = waiting(world)
    assert world.post(f"{ANSWERS}/{task_id}/resendEmail").ok() == 1
    (_, first), (_, second) = links(world)
    assert world.post(f"{ANSWERS}/accept", {"token": first}, None).status == 400
    assert world.post(f"{ANSWERS}/accept", {"token": second}, None).status == 200
    assert world.post(f"{ANSWERS}/{task_id}/resendEmail").status == 409
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.post(f"{ANSWERS}/{task_id}/resendEmail", None, "dieter").status == 404


def test_it_is_given_up_while_it_waits(world: World) -> None:
    before = world.balance(name="fidelityAccount")
    order_id, task_id = waiting(world)
    world.post(f"/me/task/domain/{task_id}/cancel").ok()
    assert (world.status(order_id), world.balance(name="fidelityAccount")) == ("cancelled", before)
    assert agree(world) == 0


@pytest.mark.parametrize("token", ["", "x" * 40])
def test_nobody_answers_without_a_link(world: World, token: str) -> None:
    order_id, _ = waiting(world)
    assert world.post(f"{ANSWERS}/accept", {"token": token}, None).status == 400
    assert world.status(order_id) == "delivering"


def owned(world: World, email: str) -> None:
    """A name of Camille's whose owner is somebody else, with an address of their own."""
    cart_id = world.cart()
    item_id = world.add(cart_id, "held.fr")
    present = world.post("/domain/contact", {**OWNER, "email": email}).ok()["id"]
    world.configure(cart_id, item_id, "OWNER_CONTACT", f"/me/contact/{present}")
    world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    world.pay(world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]).ok()
    world.deliver()


def test_what_both_owners_agree_to_is_this_new_owner(world: World) -> None:
    owned(world, "present@world.example")
    order_id = ordered(world, "held.fr", {**OWNER, "firstName": "Grace", "email": "wrong@world.example"})
    world.pay(order_id, "fidelityAccount").ok()
    world.deliver()
    assert agree(world) == 2
    world.deliver()
    [task_id] = world.get("/me/task/domain", status="error").ok()
    # The one who ordered makes themselves the owner: the present owner agreed to somebody else.
    mine = world.post("/domain/contact", {**OWNER, "firstName": "Eve", "email": "camille@world.example"}).ok()["id"]
    world.put(f"/me/task/domain/{task_id}/argument/OWNER_CONTACT", {"value": f"/me/contact/{mine}"}).ok()
    world.post(f"/me/task/domain/{task_id}/relaunch").ok()
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("delivering", "Ada")
    [side] = world.get(f"{ANSWERS}/{task_id}").ok()
    assert (side["role"], side["email"], side["granted"]) == ("from", "present@world.example", None)
    mailed = "SELECT body FROM mail WHERE elsewhere = 1 ORDER BY mail_id"
    bodies = [row[0] for row in world.runner.run(world.database.read(lambda tx: tx.fetch(mailed)))]
    assert [("Grace Durand, wrong@world.example" in body, "Eve Durand" in body) for body in bodies] == [
        (True, False), (True, False), (False, True),
    ]  # fmt: skip
    assert agree(world) == 1
    world.deliver()
    assert (world.status(order_id), owner(world)) == ("delivered", "Eve")
