"""Registries' queues: kept before it is acknowledged, heard twice as once, believed as far as the registry says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.sandbox_queue import SandboxQueue
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.money import Money
from ordain.core.registry import Deletion, Done, NoAnswer, NotTold, Registration, Update
from ordain.core.registry_life import Ending, Moving
from ordain.core.registry_message import DECIDES, Message
from ordain.flows import changes, delivery, departures, registry_messages
from ordain.store import renewals
from ordain.store.sandbox import SandboxNames, SandboxObjects
from tests.flows.shop import all_tasks, bought, first_task, together

if TYPE_CHECKING:
    from ordain.core.registry_life import Kept
    from ordain.core.registry_message import Heard
    from tests.world import World


def queue(world: World) -> SandboxQueue:
    return SandboxQueue(SandboxObjects(world.database), lambda: world.now)


def tell(world: World, name: str, status: str, by: str = "rival", seconds: int = 0) -> None:
    """The registry tells about a transfer to somebody else."""
    until = (world.now + timedelta(days=5)).isoformat()
    world.runner.run(queue(world).tell("transfer", name, None, seconds, status=status, by=by, until=until))


def alter(world: World, name: str, **changes: Any) -> None:
    """Something happens to the name at its registry."""

    def how(kept: Kept | None) -> Kept:
        assert kept is not None
        return structs.replace(kept, **changes)

    world.runner.run(SandboxNames(world.database).alter(name, how))


def ask_for(world: World, name: str) -> None:
    """Somebody else asks for the name, and its registry tells."""
    decides = world.now + DECIDES
    moving = Moving(to="rival", transaction=None, asked=world.now, decides=decides, approved=True, fee=Money(0, "EUR"))
    alter(world, name, moving=moving)
    tell(world, name, "pending")


def heard(world: World) -> list[Heard]:
    return world.runner.run(registry_messages.latest(world.engine, 100))


def mails(world: World, who: str = "camille") -> list[str]:
    """The subjects of a person's mails."""
    ids = world.get("/me/notification/email/history", who).ok()
    return [world.get(f"/me/notification/email/history/{one}", who).ok()["subject"] for one in ids]


def test_a_decision_wakes_its_task_which_asks_the_registry_itself(world: World) -> None:
    order_id = bought(world, "slow.fr")
    world.deliver()
    late = structs.replace(first_task(world, order_id), todo_at=world.now + timedelta(hours=9))
    from ordain.store import tasks  # noqa: PLC0415 - to make the wait a long one

    world.runner.run(world.database.write(lambda tx: tasks.save(tx, late, "todo")))
    assert world.hear() == 0
    world.pass_time(seconds=3)
    assert world.deliver() == 0
    assert world.hear() == 1
    world.deliver()
    assert world.status(order_id) == "delivered"
    [one] = heard(world)
    assert f"task {late.task_id} asks again" in one.became
    assert world.hear() == 0


def test_a_message_that_lies_changes_nothing(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    before = world.get("/domain/foo.fr").ok()
    tell(world, "foo.fr", "serverApproved")
    assert world.hear() == 1
    assert world.get("/domain/foo.fr").ok() == before


def test_a_name_asked_for_by_another_registrar_is_told_and_may_stay(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "outgoing_transfer"
    assert world.get("/v2/domain/name/foo.fr").ok()["currentState"]["mainState"] == "PENDING_OUTGOING_TRANSFER"
    assert mails(world)[-1] == "foo.fr va nous quitter"
    mail_id = world.get("/me/notification/email/history").ok()[-1]
    told = world.get(f"/me/notification/email/history/{mail_id}").ok()["body"]
    assert "rival" in told
    assert "2026-11-28" in told
    world.pass_time(days=1)
    alter(world, "foo.fr", moving=None)
    tell(world, "foo.fr", "clientRejected")
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "ok"
    assert mails(world)[-1] == "foo.fr reste chez nous"


def test_a_name_that_left_is_in_the_account_no_longer_and_its_zone_stays(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    world.hear()
    wish = world.runner.run(changes.ask(world.engine, world.nics["camille"], "foo.fr", Update(locked=True), world.now))
    alter(world, "foo.fr", sponsor="somebody-else", moving=None)
    tell(world, "foo.fr", "serverApproved", seconds=1)
    world.pass_time(seconds=1)
    world.hear()
    assert world.get("/domain").ok() == []
    assert world.get("/domain/foo.fr").status == 404
    assert world.get("/domain/zone").ok() == ["foo.fr"]
    [service_id] = world.get("/services").ok()
    assert world.get(f"/services/{service_id}").ok()["resource"]["name"] == "foo.fr"
    assert mails(world)[-1] == "foo.fr nous a quittés"
    kept = next(task for task in all_tasks(world) if task.task_id == wish.task_id)
    assert (kept.status, kept.comment) == ("cancelled", departures.GONE)
    assert world.deliver() == 0
    assert world.imbalance() == []


def test_a_deletion_by_the_registry_is_told(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ending = Ending(began=world.now, redeemable=world.now + DECIDES, purged=world.now + 2 * DECIDES)
    alter(world, "foo.fr", ending=ending)
    world.runner.run(queue(world).tell("update", "foo.fr", None, 0))
    told = len(mails(world))
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "restorable"
    assert mails(world)[-1] == "foo.fr a été supprimé"
    world.look_after()
    assert mails(world)[-1] == "foo.fr a été supprimé", "until when it can be restored is told at once"
    assert len(mails(world)) == told + 2


def test_a_deleted_name_that_is_gone_leaves_with_its_zone(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ending = Ending(began=world.now, redeemable=world.now + DECIDES, purged=world.now + 2 * DECIDES)
    alter(world, "foo.fr", ending=ending)
    world.runner.run(queue(world).tell("update", "foo.fr", None, 0))
    world.hear()
    world.pass_time(days=11)
    world.runner.run(queue(world).tell("update", "foo.fr", None, 0))
    world.hear()
    assert (world.get("/domain").ok(), world.get("/domain/zone").ok()) == ([], [])
    assert mails(world)[-1] == "foo.fr n'est plus à vous"
    ended = world.runner.run(world.database.read(lambda tx: renewals.ended(tx, world.nics["camille"])))
    assert [name for _, name, _ in ended] == ["foo.fr"]


class Talkative(SandboxRegistry):
    """A registry that forgets what was acknowledged, or cannot be asked about names."""

    deaf = False
    silent = False
    discreet: frozenset[str] = frozenset()
    """Names it does not tell about."""

    async def acknowledge(self, message_id: str) -> None:
        """Take it off the queue, unless the line is cut."""
        if self.deaf:
            message = "The connection was cut"
            raise NoAnswer(message)
        await super().acknowledge(message_id)

    async def find(self, name: str) -> Registration | None:
        """Tell, if it can."""
        if self.silent:
            message = "The registry cannot be reached"
            raise NoAnswer(message)
        if name in self.discreet:
            message = f"The registry does not tell about {name}"
            raise NotTold(message)
        return await super().find(name)


@pytest.fixture
def talkative(world: World) -> Talkative:
    registry = Talkative(SandboxNames(world.database), lambda: world.now, 0, queue(world))
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    return registry


def test_a_message_whose_acknowledgement_is_lost_does_nothing_twice(world: World, talkative: Talkative) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    talkative.deaf = True
    for _ in range(3):
        assert world.hear() == 0
    talkative.deaf = False
    assert world.hear() == 1
    assert (len(heard(world)), mails(world).count("foo.fr va nous quitter")) == (1, 1)


def test_two_workers_hear_a_message_once(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    together(world, [registry_messages.drain(world.engine) for _ in range(4)])
    assert (len(heard(world)), mails(world).count("foo.fr va nous quitter")) == (1, 1)


def test_nothing_is_believed_that_the_registry_does_not_confirm(world: World, talkative: Talkative) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    talkative.silent = True
    assert (world.hear(), heard(world)) == (0, [])
    assert world.get("/domain/foo.fr").ok()["state"] == "ok"
    talkative.silent = False
    assert world.hear() == 1


def test_a_name_the_registry_does_not_tell_about_holds_up_no_other(world: World, talkative: Talkative) -> None:
    for name in ("foo.fr", "quux.fr"):
        bought(world, name)
        world.deliver()
        ask_for(world, name)
    talkative.discreet = frozenset({"foo.fr"})
    assert world.hear() == 2
    assert [world.get(f"/domain/{name}").ok()["state"] for name in ("foo.fr", "quux.fr")] == ["ok", "outgoing_transfer"]
    assert {one.became for one in heard(world) if one.message.about and one.message.about.name == "foo.fr"} == {
        registry_messages.UNTOLD
    }


def test_a_request_the_registry_does_not_know_of_is_not_believed(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    tell(world, "foo.fr", "pending")
    assert world.hear() == 1
    assert world.get("/domain/foo.fr").ok()["state"] == "ok"


def test_a_departure_whose_end_is_not_told_ends_when_it_is_due(world: World, talkative: Talkative) -> None:
    bought(world, "foo.fr")
    world.deliver()
    ask_for(world, "foo.fr")
    world.hear()
    alter(world, "foo.fr", moving=None)
    world.pass_time(days=4)
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "outgoing_transfer"
    talkative.silent = True
    world.pass_time(days=1)
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "outgoing_transfer", "nothing is believed of who is silent"
    talkative.silent = False
    world.pass_time(hours=1)
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "ok"
    assert mails(world)[-1] == "foo.fr reste chez nous"


def test_a_deletion_that_was_asked_for_here_is_no_news(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    world.runner.run(changes.ask(world.engine, world.nics["camille"], "foo.fr", Deletion(), world.now))
    [task] = world.runner.run(delivery.claim(world.engine, 16))
    ending = Ending(began=world.now, redeemable=world.now + DECIDES, purged=world.now + 2 * DECIDES)
    alter(world, "foo.fr", ending=ending)
    world.runner.run(queue(world).tell("update", "foo.fr", None, 0))
    assert world.hear() == 1
    world.carry_out(task)
    assert world.get("/domain/foo.fr").ok()["state"] == "restorable"
    assert "foo.fr a été supprimé" not in mails(world)


def test_a_number_that_is_used_again_is_another_message(world: World) -> None:
    from ordain.store import registry_messages as store  # noqa: PLC0415 - one rule of it

    first = Message(message_id="7", at=world.now, words="One")
    second = structs.replace(first, at=world.now + timedelta(days=1))

    async def told(message: Message) -> bool:
        from ordain.core.registry_message import Heard  # noqa: PLC0415 - as above

        known = await world.database.read(lambda tx: store.heard(tx, "A", message))
        kept = Heard(registry="A", message=message, heard=world.now, became="nothing")
        await world.database.write(lambda tx: store.save(tx, kept))
        return known

    assert [world.runner.run(told(message)) for message in (first, first, second, second)] == [False, True, False, True]


# --- somebody takes a name away ---


def leaving(world: World) -> SandboxRegistry:
    """Camille's name, asked for by somebody else who has its code."""
    bought(world, "foo.fr")
    world.deliver()
    registry = world.engine.registries["Afnic"]
    assert isinstance(registry, SandboxRegistry)
    world.pass_time(days=61)
    code = world.get("/domain/foo.fr/authInfo").ok()
    assert isinstance(world.runner.run(registry.take_away("foo.fr", code)), Done)
    world.hear()
    assert world.get("/domain/foo.fr").ok()["state"] == "outgoing_transfer"
    return registry


def test_a_name_nobody_objects_to_losing_is_gone_after_five_days(world: World) -> None:
    leaving(world)
    world.pass_time(days=5)
    world.hear()
    assert world.get("/domain").ok() == []
    assert mails(world)[-1] == "foo.fr nous a quittés"


@pytest.mark.parametrize(("answer", "names"), [("reject", ["foo.fr"]), ("accept", [])])
def test_its_holder_answers_at_once(world: World, answer: str, names: list[str]) -> None:
    registry = leaving(world)
    path = "/domain/foo.fr/outgoingTransfer/approve"
    assert world.post(path, {"approveType": answer}, "dieter").status == 404
    world.post(path, {"approveType": answer, "ident": ""}).ok()
    [task_id] = world.get("/me/task/domain", function="DomainOutgoingTransfer").ok()
    world.deliver()
    assert world.get(f"/me/task/domain/{task_id}").ok()["status"] == "done"
    assert world.get("/domain").ok() == names
    held = world.runner.run(registry.find("foo.fr"))
    assert held is not None
    assert held.ours is bool(names)
    world.pass_time(days=6)
    world.hear()
    assert world.get("/domain").ok() == names
    if names:
        assert world.get("/domain/foo.fr").ok()["state"] == "ok"
        assert world.post(path, {"approveType": "reject"}).status == 409, "nobody asks for it any more"


def test_a_transfer_in_is_followed_to_its_end(world: World) -> None:
    for name, becomes in (("taken-pending.fr", "delivered"), ("taken-rejected.fr", "delivering")):
        order_id = bought(world, name, ("AUTH_INFO", "right"))
        world.deliver()
        assert world.status(order_id) == "delivering"
        world.pass_time(days=5)
        assert world.hear() == 1
        world.deliver()
        assert world.status(order_id) == becomes
    [task_id] = world.get("/me/task/domain", status="error").ok()
    assert world.get(f"/me/task/domain/{task_id}").ok()["domain"] == "taken-rejected.fr"


@pytest.mark.parametrize(
    ("name", "said"), [("taken-locked.fr", "verrouillé"), ("taken-young.com", "60 derniers jours")]
)
def test_what_is_in_the_way_of_a_transfer_is_told_before_it_is_paid(world: World, name: str, said: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, name)
    world.configure(cart_id, item_id, "AUTH_INFO", "right")
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    assert answer.status == 409
    assert said in answer.body["details"][f"{item_id}.domain"]
