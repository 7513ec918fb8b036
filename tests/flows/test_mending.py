"""What people can do about tasks in error, and what the engine does about errors nobody foresaw."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.account import Signer
from ordain.core.delivery import MOST_SILENCES
from ordain.core.refusal import Refused
from ordain.flows import contacts, delivery, mending, signers, tasks
from ordain.flows.corrections import Correction
from ordain.flows.remembered import Remembered
from ordain.store.sealing import Sealer
from tests.flows.shop import bought, caller, first_task, meanwhile, story

if TYPE_CHECKING:
    from ordain.core.delivery import Task
    from tests.world import World


def test_a_task_in_error_is_taken_up_again(world: World) -> None:
    order_id = bought(world, "refused.fr")
    world.deliver()
    task = first_task(world, order_id)
    world.runner.run(mending.relaunch(world.engine, task.task_id))
    assert first_task(world, order_id).status == "todo"
    world.deliver()
    again = first_task(world, order_id)
    assert (again.status, again.attempts) == ("error", 2)


def test_what_a_customer_corrects_while_the_operator_takes_their_task_up_again_is_kept(world: World) -> None:
    order_id, me = bought(world, "ville-nanterre.fr", ("REASON", "wrong: I like the name")), caller(world)
    world.deliver()
    task = first_task(world, order_id)
    correction = Correction("legitimacyAfnic", "We are the town", "192.0.2.7")
    at_once = meanwhile(world, lambda: tasks.correct(world.engine, me, task.task_id, correction))
    world.runner.run(mending.relaunch(at_once, task.task_id))
    again = first_task(world, order_id)
    assert (again.status, again.corrections) == ("todo", {"legitimacyAfnic": "We are the town"})


def test_a_task_given_up_is_refunded_once(world: World) -> None:
    before, order_id = world.balance(), bought(world, "refused.fr")
    world.deliver()
    task = first_task(world, order_id)
    world.runner.run(mending.cancel(world.engine, task.task_id, "Not allowed"))
    assert world.balance() == before
    assert world.status(order_id) == "cancelled"
    assert "Not allowed" in story(world, order_id).mails[-1].body
    with pytest.raises(Refused, match="is cancelled, not in error"):
        world.runner.run(mending.cancel(world.engine, task.task_id, "again"))
    assert world.imbalance() == []


def silent(world: World, order_id: int) -> Task:
    """The order's last task, in error after nobody was heard."""
    for _ in range(MOST_SILENCES):
        for task in world.runner.run(delivery.claim(world.engine, 16)):
            world.runner.run(delivery.failed(world.engine, task, "nobody there"))
        world.pass_time(minutes=6)
    last = story(world, order_id).standing.tasks[-1]
    assert last.status == "error"
    return last


def test_a_zone_given_up_costs_nobody_the_delivered_name(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [task] = world.runner.run(delivery.claim(world.engine, 16))
    world.runner.run(delivery.step(world.engine, task))  # its zone, which is claimed with that, is left alone
    world.pass_time(minutes=6)
    before, zone = world.balance(), silent(world, order_id)
    assert zone.function == "ZoneCreate"
    assert world.runner.run(mending.cancel(world.engine, zone.task_id, "no zone")) is False
    assert (world.balance(), story(world, order_id).standing.refunds) == (before, ())
    assert world.get("/domain").ok() == ["foo.fr"]
    assert world.status(order_id) == "delivered"


def test_a_name_the_registry_holds_is_not_given_up(world: World) -> None:
    order_id = bought(world, "lost-answer.fr")
    [task] = world.runner.run(delivery.claim(world.engine, 16))
    world.carry_out(task)
    before, stuck = world.balance(), silent(world, order_id)
    with pytest.raises(Refused, match="relaunch it instead"):
        world.runner.run(mending.cancel(world.engine, stuck.task_id, "too long"))
    assert world.balance() == before
    world.runner.run(mending.relaunch(world.engine, stuck.task_id))
    world.deliver()
    assert world.status(order_id) == "delivered"


def test_only_a_task_in_error_can_be_mended(world: World) -> None:
    task = first_task(world, bought(world, "foo.fr"))
    for number, said in ((task.task_id, "is todo"), (task.task_id + 999, "does not exist")):
        with pytest.raises(Refused, match=said):
            world.runner.run(mending.relaunch(world.engine, number))


def test_an_error_nobody_foresaw_ends_in_front_of_people(world: World) -> None:
    order_id = bought(world, "foo.fr")
    for _ in range(MOST_SILENCES):
        [task] = world.runner.run(delivery.claim(world.engine, 16))
        world.runner.run(delivery.failed(world.engine, task, "An unexpected error"))
        world.pass_time(minutes=6)
    assert first_task(world, order_id).status == "error"
    assert "An unexpected error" in story(world, order_id).mails[-1].body


def test_waiting_for_a_registry_is_no_silence(world: World) -> None:
    order_id = bought(world, "slow.fr")
    for _ in range(MOST_SILENCES + 3):
        for task in world.runner.run(delivery.claim(world.engine, 16)):
            world.carry_out(task)
        world.pass_time(seconds=0.5)
    assert first_task(world, order_id).silences == 0
    world.pass_time(seconds=10)
    world.deliver()
    assert world.status(order_id) == "delivered"


def test_changes_of_a_contact_at_the_same_moment_are_both_kept(world: World) -> None:
    address = {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann"}
    new = {"address": address, "email": "a@world.example", "firstName": "A", "lastName": "B", "language": "fr_FR",
           "legalForm": "individual"}  # fmt: skip
    contact_id, me = world.post("/me/contact", new).ok()["id"], caller(world)

    async def both() -> None:
        await asyncio.gather(
            contacts.update(world.engine, me, contact_id, {"phone": "+33.1"}),
            contacts.update(world.engine, me, contact_id, {"email": "b@world.example"}),
        )

    world.runner.run(both())
    kept = world.get(f"/me/contact/{contact_id}").ok()
    assert (kept["phone"], kept["email"]) == ("+33.1", "b@world.example")


def test_keys_sealed_with_another_secret_cannot_sign(world: World) -> None:
    keys = world.keys["camille"]
    astray = structs.replace(
        world.engine, sealer=Sealer("another secret"), signers=Remembered[Signer](timedelta(seconds=1))
    )
    with pytest.raises(Refused) as refused:
        world.runner.run(signers.signer(astray, keys.application_key, keys.consumer_key, world.now))
    assert refused.value.refusals[0].code == "INVALID_CREDENTIAL"


def test_a_target_that_is_no_path_is_answered_in_the_contract_s_form(world: World) -> None:
    answer = world.send("OPTIONS", "*")
    assert (answer.status, answer.body["class"]) == (404, "Client::NotFound")
    assert answer.headers["x-ovh-queryid"]


def to_operator(world: World) -> list[tuple[str, str]]:
    """What the operator was mailed: (subject, body)."""
    sql = "SELECT subject, body FROM mail WHERE recipient = 'ops@world.example' ORDER BY mail_id"
    return [tuple(row) for row in world.runner.run(world.database.read(lambda tx: tx.fetch(sql)))]


def test_the_operator_hears_of_what_no_customer_can_mend_and_of_nothing_else(world: World) -> None:
    world.use(structs.replace(world.engine, operator_mail="ops@world.example"))
    bought(world, "refused.fr")
    world.deliver()
    assert to_operator(world) == [], "the registry's policy is its customer's business"
    order_id = bought(world, "foo.fr")
    for _ in range(MOST_SILENCES):
        [task] = world.runner.run(delivery.claim(world.engine, 16))
        world.runner.run(delivery.failed(world.engine, task, "An unexpected error"))
        world.pass_time(minutes=6)
    [(subject, body)] = to_operator(world)
    assert subject == f"Task {task.task_id} needs you"
    assert "An unexpected error" in body
    assert f"ordain task relaunch {task.task_id}" in body
    own = [
        world.get(f"/me/notification/email/history/{n}").ok() for n in world.get("/me/notification/email/history").ok()
    ]
    assert subject not in [mail["subject"] for mail in own]
    assert world.status(order_id) == "delivering"
