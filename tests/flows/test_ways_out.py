"""A name's end and its renewal at the same time: whatever comes first, nothing that was paid is kept for nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.delivery import MOST_SILENCES
from ordain.core.refusal import Refused
from ordain.core.registry import Deletion, Departure, NoAnswer, Refusal, Renewal, Update
from ordain.core.registry_life import years_on
from ordain.flows import changes, mending
from ordain.store import tasks
from tests.api.termination import token_of
from tests.api.test_owner_changes import OWNER, hold, ordered
from tests.flows.shop import agree, story, use
from tests.flows.test_autorenewal import days
from tests.flows.test_renewals import delivered, held, mails, registered, service_id, wish

if TYPE_CHECKING:
    from ordain.core.delivery import Status, Task
    from ordain.core.registry import Answer as Verdict
    from ordain.core.registry import Change
    from ordain.flows.ports import Engine
    from tests.world import Answer, World


class Stubborn:
    """A registry that will not hear of some changes: it refuses them, or says nothing."""

    def __init__(
        self, real: Any, kinds: tuple[type[Change], ...], *, silent: bool = False, heard: bool = False
    ) -> None:
        self._real, self._kinds, self._silent, self._heard = real, kinds, silent, heard

    def __getattr__(self, name: str) -> Any:
        """Everything else is the real one's."""
        return getattr(self._real, name)

    async def change(self, transaction: str, name: str, wanted: Change) -> Verdict:
        """The real one's, but for these."""
        if not isinstance(wanted, self._kinds):
            answer: Verdict = await self._real.change(transaction, name, wanted)
            return answer
        if self._heard:
            await self._real.change(transaction, name, wanted)
        if self._silent or self._heard:
            raise NoAnswer(name)
        return Refusal("Not now")


def stubborn(world: World, *kinds: type[Change], **how: bool) -> Engine:
    """From now on registries will not hear of such changes; the engine as it was."""
    before = world.engine
    registries = {key: Stubborn(real, kinds, **how) for key, real in before.registries.items()}
    use(world, structs.replace(before, registries=registries))
    return before


def of_kind(world: World, function: str, name: str = "foo.com") -> list[Task]:
    """Camille's tasks of this function, the oldest first."""
    found = world.runner.run(world.database.read(lambda tx: tasks.of_domain(tx, world.nics["camille"], name)))
    return [task for task in found if task.function == function]


def terminated(world: World, name: str = "foo.com") -> Answer:
    """Camille gives the name up, by the link in her mail."""
    number = service_id(world, name)
    world.post(f"/services/{number}/terminate").ok()
    return world.post(f"/services/{number}/terminate/confirm", {"token": token_of(world)})


def paid(world: World, *kinds: type[Change], silent: bool = False) -> tuple[int, Engine]:
    """The order of a renewal that is paid, and came to no good; the engine with a willing registry."""
    number = wish(world, "foo.com").ok()["orderId"]
    before = stubborn(world, *kinds, silent=silent)
    world.pay(number).ok()
    for _ in range(MOST_SILENCES if silent else 1):
        world.deliver()
        world.pass_time(minutes=6)
    return number, before


@pytest.mark.parametrize("how", ["silent", "heard", "refused", "under way"])
def test_a_renewed_name_is_not_kept_out_of_the_dns_by_a_hold_that_came_late(world: World, how: str) -> None:
    delivered(world)
    world.put("/domain/foo.com/serviceInfos", {"renew": {"automatic": False}}).ok()
    days(world, "foo.com", 0)
    before = stubborn(world, Update, silent=how in ("silent", "under way"), heard=how == "heard")
    days(world, "foo.com", 3)
    [hold] = of_kind(world, "DomainHold")
    assert hold.status == ("error" if how == "refused" else "todo")
    if how == "under way":
        doing = structs.replace(hold, status="doing")
        saved(world, doing, "todo")
    world.pay(wish(world, "foo.com").ok()["orderId"]).ok()
    world.deliver()
    use(world, before)
    if how == "under way":  # its step goes on
        world.carry_out(doing)
    world.pass_time(minutes=6)
    world.look_after()
    there = registered(world, "foo.com")
    assert there is not None
    assert (there.hold, held(world, "foo.com").on_hold) == (False, False)
    assert world.get("/domain/foo.com").ok()["suspensionState"] == "not_suspended"
    assert of_kind(world, "DomainHold")[0].settled
    world.pass_time(days=60)
    world.look_after()
    assert len(of_kind(world, "DomainHold")) == 1


def test_a_refused_renewal_is_paid_back_when_the_name_is_given_up_instead(world: World) -> None:
    delivered(world)
    money = world.balance()
    number, _ = paid(world, Renewal)
    [renewal] = of_kind(world, "DomainRenew")
    assert (renewal.status, world.balance() < money) == ("error", True)
    terminated(world).ok()
    world.deliver()
    assert (world.balance(), world.status(number)) == (money, "cancelled")
    assert of_kind(world, "DomainRenew")[0].status == "cancelled"
    assert of_kind(world, "DomainDelete")[0].status == "done"
    assert "Une autre modification" in "".join(mail["body"] for mail in mails(world)[-4:])
    assert world.imbalance() == []


def test_a_refused_renewal_is_paid_back_when_the_name_is_let_go_instead(world: World) -> None:
    delivered(world)
    money = world.balance()
    number, _ = paid(world, Renewal)
    world.runner.run(changes.ask(world.engine, world.nics["camille"], "foo.com", Departure(allowed=True), world.now))
    assert (world.balance(), world.status(number)) == (money, "cancelled")
    assert world.imbalance() == []


def test_a_refused_owner_change_that_was_paid_is_not_lost_to_another_phone_number(world: World) -> None:
    hold(world, "held.fr")
    number = ordered(world, "held.fr", OWNER)
    world.pay(number, "fidelityAccount").ok()
    stubborn(world, Update)
    world.deliver()
    agree(world)
    world.deliver()
    [trade] = of_kind(world, "DomainTrade", "held.fr")
    assert trade.status == "error"
    owner = world.get("/domain/held.fr").ok()["whoisOwner"]
    answer = world.put(f"/domain/contact/{owner}", {"phone": "+33.320000009"})
    assert (answer.status, str(trade.task_id) in answer.body["message"]) == (409, True)
    assert of_kind(world, "DomainTrade", "held.fr") == [trade]
    world.post(f"/me/task/domain/{trade.task_id}/cancel").ok()
    world.put(f"/domain/contact/{owner}", {"phone": "+33.320000009"}).ok()
    assert world.status(number) == "cancelled"


def test_a_renewal_that_may_have_been_heard_is_neither_paid_back_nor_forgotten(world: World) -> None:
    delivered(world)
    number, _ = paid(world, Renewal, silent=True)
    [renewal] = of_kind(world, "DomainRenew")
    assert renewal.status == "error"
    answer = terminated(world)
    assert answer.status == 409
    assert str(renewal.task_id) in answer.body["message"]
    assert (world.status(number), story(world, number).standing.refunds) == ("delivering", ())
    assert of_kind(world, "DomainRenew") == [renewal]


@pytest.mark.parametrize("refused", [False, True], ids=["waits", "refused"])
def test_a_renewal_is_not_paid_while_its_name_is_being_deleted(world: World, *, refused: bool) -> None:
    before = delivered(world)
    number = wish(world, "foo.com").ok()["orderId"]
    if refused:
        stubborn(world, Deletion)
    terminated(world).ok()
    if refused:
        world.deliver()
    [deletion] = of_kind(world, "DomainDelete")
    assert deletion.status == ("error" if refused else "todo")
    money, answer = world.balance(), world.pay(number)
    assert (answer.status, world.balance()) == (409, money)
    assert f"is being deleted by task {deletion.task_id}" in answer.body["message"]
    world.post(f"/me/task/domain/{deletion.task_id}/cancel").ok()
    world.pay(number).ok()
    world.deliver()
    after = held(world, "foo.com")
    assert (after.deleted, after.expires > before.expires) == (None, True)


def test_a_deletion_is_not_taken_up_again_once_its_name_was_paid_for(world: World) -> None:
    delivered(world)
    number = wish(world, "foo.com").ok()["orderId"]
    before = stubborn(world, Deletion)
    terminated(world).ok()
    world.deliver()
    use(world, before)
    [deletion] = of_kind(world, "DomainDelete")
    hidden = structs.replace(deletion, status="cancelled")
    saved(world, hidden, "error")
    world.pay(number).ok()
    world.deliver()
    saved(world, deletion, "cancelled")  # an order could be paid in this state, before this was refused
    assert world.post(f"/me/task/domain/{deletion.task_id}/relaunch").status == 409
    with pytest.raises(Refused, match="was paid for since"):
        world.runner.run(mending.relaunch(world.engine, deletion.task_id))
    assert held(world, "foo.com").deleted is None


def saved(world: World, task: Task, before: Status) -> None:
    """A task as it is from now on."""
    assert world.runner.run(world.database.write(lambda tx: tasks.save(tx, task, before)))


def test_a_restoration_whose_years_are_refused_is_paid_back_and_the_name_can_be_renewed(world: World) -> None:
    """Else it could neither be renewed nor given up, for ever."""
    before = delivered(world)
    world.now = before.expires - timedelta(days=100)
    terminated(world).ok()
    world.deliver()
    money = world.balance()
    number, engine = paid(world, Renewal)
    [years] = of_kind(world, "DomainRenew")
    assert (years.status, of_kind(world, "DomainRestore")[0].status) == ("error", "done")
    assert wish(world, "foo.com").status == 409
    world.post(f"/me/task/domain/{years.task_id}/cancel").ok()
    assert (world.balance(), world.status(number)) == (money, "cancelled")
    use(world, engine)
    days(world, "foo.com", -20)
    after = held(world, "foo.com")
    assert (after.deleted, after.expires > before.expires) == (None, True)
    assert world.imbalance() == []


def test_years_that_came_to_nothing_in_silence_hold_up_neither_renewal_nor_end(world: World) -> None:
    """Such a task was cancelled without a refund by earlier versions."""
    before = delivered(world)
    paid(world, Renewal)
    [years] = of_kind(world, "DomainRenew")
    saved(world, structs.replace(years, status="cancelled"), "error")
    assert wish(world, "foo.com", dryRun=True).status == 200
    world.put("/domain/foo.com/serviceInfos", {"renew": {"deleteAtExpiration": True}}).ok()
    days(world, "foo.com", 0)
    assert held(world, "foo.com").deleted == before.expires


def test_years_that_a_registry_took_back_are_bought_anew_with_the_restoration(world: World) -> None:
    """Of a name that was deleted within five days of its renewal (RFC 3915 §3.1, renewPeriod)."""
    world.credit("camille")
    before = delivered(world)
    world.now = before.created + timedelta(days=100)
    world.pay(wish(world, "foo.com").ok()["orderId"]).ok()
    world.deliver()
    assert held(world, "foo.com").expires > before.expires
    world.pass_time(days=1)
    terminated(world).ok()
    world.deliver()
    there = registered(world, "foo.com")
    assert there is not None
    assert held(world, "foo.com").expires == there.expires == before.expires
    number = wish(world, "foo.com").ok()["orderId"]
    world.pay(number).ok()
    world.deliver()
    there, after = registered(world, "foo.com"), held(world, "foo.com")
    assert there is not None
    assert (world.status(number), after.deleted) == ("delivered", None)
    assert after.expires == there.expires == years_on(before.expires, 1)
    assert wish(world, "foo.com", dryRun=True).status == 200


def test_a_refused_departure_does_not_hold_up_the_renewal(world: World) -> None:
    before = delivered(world)
    stubborn(world, Departure)
    world.runner.run(changes.ask(world.engine, world.nics["camille"], "foo.com", Departure(allowed=True), world.now))
    world.deliver()
    [departure] = of_kind(world, "DomainOutgoingTransfer")
    assert (departure.status, departure.comment) == ("cancelled", "Not now")
    assert "Not now" in mails(world)[-1]["body"]
    saved(world, structs.replace(departure, status="error"), "cancelled")  # it rested there in earlier versions
    days(world, "foo.com", -20)
    assert held(world, "foo.com").expires > before.expires


def test_the_operator_is_told_of_a_name_that_its_registry_does_not_let_go(world: World) -> None:
    world.use(structs.replace(world.engine, operator_mail="ops@world.example"))
    delivered(world)
    stubborn(world, Deletion)
    terminated(world).ok()
    world.deliver()
    [deletion] = of_kind(world, "DomainDelete")
    sent = world.runner.run(world.database.read(lambda tx: tx.fetch(TOLD)))
    assert [subject for (subject,) in sent] == [f"Task {deletion.task_id} needs you"]


TOLD = "SELECT subject FROM mail WHERE recipient = 'ops@world.example'"
