"""Changes of names that are held: asked for, carried out once whatever happens in between, refused in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.core.delivery import MOST_SILENCES
from ordain.core.refusal import Refused
from ordain.core.registry import Change, Deletion, Host, Key, Registration, Renewal, Restoration, Update
from ordain.core.registry_life import years_on
from ordain.flows import changes, delivery, departures, domains, mending
from ordain.store import tasks
from tests.flows.shop import bought, caller, story

if TYPE_CHECKING:
    from ordain.core.delivery import Domain, Task
    from tests.world import World

KEY = Key(257, 13, 2371, "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==")
ELSEWHERE = ("ns1.elsewhere.example", "ns2.elsewhere.example")
GLUE = Host("ns1.foo.fr", ("192.0.2.1", "2001:db8::1"))


def ask(world: World, change: Change, name: str = "foo.fr", who: str = "camille") -> Task:
    return world.runner.run(changes.ask(world.engine, world.nics[who], name, change, world.now))


def task(world: World, asked: Task) -> Task:
    found = world.runner.run(world.database.read(lambda tx: tasks.find(tx, asked.task_id)))
    assert found is not None
    return found


def domain(world: World, name: str = "foo.fr") -> Domain:
    return world.runner.run(domains.domain(world.engine, caller(world), name))


def held(world: World, name: str = "foo.fr") -> Registration:
    found = world.runner.run(world.engine.registries["Afnic"].find(name))
    assert found is not None
    return found


def have(world: World, name: str = "foo.fr") -> int:
    order_id = bought(world, name)
    for _ in range(3):
        world.deliver()
        world.pass_time(minutes=1)
    assert world.status(order_id) == "delivered"
    return order_id


def pass_lease(world: World) -> None:
    world.pass_time(seconds=world.engine.lease.total_seconds())


# --- what becomes so ---


def test_name_servers_keys_glue_and_the_lock_are_held_by_the_registry_and_known_here(world: World) -> None:
    have(world)
    world.pass_time(days=1)
    wishes = (
        Update(name_servers=ELSEWHERE),
        Update(keys=(KEY,)),
        Update(hosts=(GLUE,)),
        Update(locked=True),
        Update(auth_info="another-code"),
        Update(tech="ab12345-ordain"),
    )
    asked = [ask(world, wish) for wish in wishes]
    assert [(each.function, each.status, each.order_id) for each in asked] == [
        (function, "todo", 0)
        for function in (
            "DomainDnsUpdate", "DomainDsUpdate", "DomainHostCreate", "DomainLock", "DomainControl",
            "DomainContactUpdate",
        )
    ]  # fmt: skip
    assert world.deliver() == len(wishes)
    assert {task(world, each).status for each in asked} == {"done"}
    there, here = held(world), domain(world)
    for of in (there, here):
        assert (of.name_servers, of.keys, of.hosts, of.locked, of.tech) == (
            ELSEWHERE, (KEY,), (GLUE,), True, "ab12345-ordain",
        )  # fmt: skip
    assert there.auth_info == "another-code"
    assert (here.hosted, here.updated) == (False, world.now)
    assert ask(world, Update(hosts=(Host("ns1.foo.fr", ("192.0.2.2",)),))).function == "DomainHostUpdate"
    world.deliver()
    assert ask(world, Update(hosts=(Host("ns1.foo.fr", ()),))).function == "DomainHostDelete"
    assert ask(world, Update(locked=False)).function == "DomainUnlock"
    assert ask(world, Update(keys=())).function == "DomainDsUpdate"
    assert ask(world, Update(name_servers=world.engine.name_server.hosts)).function == "DomainDnsUpdate"
    world.deliver()
    here = domain(world)
    assert (here.hosts, here.locked, here.keys, here.hosted) == ((), False, (), True)
    assert (held(world).hosts, held(world).locked, held(world).keys) == ((), False, ())


def test_a_name_is_renewed_given_up_and_restored(world: World) -> None:
    have(world)
    before = domain(world).expires
    assert ask(world, Renewal(2, before)).function == "DomainRenew"
    world.deliver()
    assert domain(world).expires == held(world).expires == years_on(before, 2)
    assert ask(world, Renewal(2, before)).function == "DomainRenew"
    world.deliver()
    assert domain(world).expires == years_on(before, 2), "the years it was asked for are there already"
    world.pass_time(days=6)
    assert ask(world, Deletion()).function == "DomainDelete"
    world.deliver()
    assert (held(world).redemption, domain(world).deleted) == (True, world.now)
    assert ask(world, Restoration()).function == "DomainRestore"
    world.deliver()
    assert (held(world).redemption, domain(world).deleted) == (False, None)


# --- what is refused when it is asked for ---


def test_a_strangers_name_and_an_unknown_one_are_the_same_404(world: World) -> None:
    have(world)
    for who, name in (("dieter", "foo.fr"), ("camille", "baz.fr")):
        with pytest.raises(Refused, match=r"^This service does not exist$") as caught:
            ask(world, Update(locked=True), name, who)
        assert [refusal.kind for refusal in caught.value.refusals] == ["not-found"]
    assert world.deliver() == 0


def test_what_touches_the_same_waits_for_its_turn_and_what_does_not_goes_beside_it(world: World) -> None:
    have(world)
    first = ask(world, Update(locked=True))
    for wish in (Update(locked=False), Update(locked=True)):
        with pytest.raises(Refused, match=f"under way that touches the same: task {first.task_id}") as caught:
            ask(world, wish)
        assert [refusal.kind for refusal in caught.value.refusals] == ["conflict"]
    ask(world, Update(name_servers=ELSEWHERE))
    ask(world, Update(hosts=(GLUE,)))
    ask(world, Update(hosts=(Host("ns2.foo.fr", ("192.0.2.2",)),)))
    with pytest.raises(Refused, match="touches the same"):
        ask(world, Update(name_servers=("ns1.foo.fr", "ns2.foo.fr"), hosts=(GLUE,)))
    assert world.deliver() == 4
    ask(world, Update(locked=False))
    world.deliver()
    assert not domain(world).locked


# --- what the registry refuses ---


def test_a_refusal_is_an_error_with_its_reason_and_a_mail(world: World) -> None:
    have(world)
    before = domain(world)
    asked = ask(world, Update(name_servers=("wrong.elsewhere.example", "ns2.elsewhere.example")))
    world.deliver()
    ended = task(world, asked)
    assert (ended.status, ended.argument) == ("error", "nameServers")
    assert ended.comment == "The name server wrong.elsewhere.example does not answer"
    assert domain(world) == before
    mail = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT body FROM mail ORDER BY mail_id DESC")))
    assert "wrong.elsewhere.example" in mail[0][0]
    assert "foo.fr" in mail[0][0]


def test_a_new_wish_replaces_one_in_error(world: World) -> None:
    have(world)
    failed = ask(world, Update(name_servers=("wrong.elsewhere.example", "ns2.elsewhere.example")))
    world.deliver()
    ask(world, Update(name_servers=ELSEWHERE))
    world.deliver()
    assert (task(world, failed).status, task(world, failed).comment) == ("cancelled", changes.REPLACED)
    assert domain(world).name_servers == ELSEWHERE


def test_a_name_server_below_the_name_needs_an_address(world: World) -> None:
    have(world)
    asked = ask(world, Update(name_servers=("ns1.foo.fr", "ns2.elsewhere.example")))
    world.deliver()
    assert "ns1.foo.fr is below the name" in (task(world, asked).comment or "")
    asked = ask(world, Update(name_servers=("ns1.foo.fr", "ns2.elsewhere.example"), hosts=(GLUE,)))
    world.deliver()
    assert task(world, asked).status == "done"
    asked = ask(world, Update(hosts=(Host("ns1.foo.fr", ()),)))
    world.deliver()
    assert task(world, asked).status == "error"
    assert held(world).hosts == (GLUE,)


def test_an_operator_takes_a_refused_change_up_again_or_gives_it_up(world: World) -> None:
    have(world)
    asked = ask(world, Update(name_servers=("wrong.elsewhere.example", "ns2.elsewhere.example")))
    world.deliver()
    world.runner.run(mending.relaunch(world.engine, asked.task_id))
    world.deliver()
    assert (task(world, asked).status, task(world, asked).attempts) == ("error", 2)
    assert world.runner.run(mending.cancel(world.engine, asked.task_id, "Given up")) is False
    assert (task(world, asked).status, task(world, asked).comment) == ("cancelled", "Given up")
    assert world.imbalance() == []


# --- silence, crashes and late workers ---


@pytest.mark.parametrize(("name", "calls"), [("lost-answer.fr", 2), ("unreachable.fr", 3)])
def test_silence_is_asked_through_and_nothing_is_done_twice(world: World, name: str, calls: int) -> None:
    have(world, name)
    before = domain(world, name).expires
    asked = ask(world, Renewal(1, before), name)
    for _ in range(calls):
        world.deliver()
        world.pass_time(minutes=1)
    assert (task(world, asked).status, task(world, asked).attempts) == ("done", calls)
    assert domain(world, name).expires == held(world, name).expires == years_on(before, 1)


def test_a_step_that_was_cut_off_after_the_registry_heard_it_is_not_done_again(world: World) -> None:
    have(world)
    before = domain(world).expires
    asked = ask(world, Renewal(1, before))
    [taken] = world.runner.run(delivery.claim(world.engine, 16))
    # The registry has done it, and the process is killed before it could write that down.
    world.runner.run(world.engine.registries["Afnic"].change(taken.transaction, "foo.fr", Renewal(1, before)))
    assert (task(world, asked).status, domain(world).expires) == ("doing", before)
    pass_lease(world)
    world.deliver()
    assert task(world, asked).status == "done"
    assert domain(world).expires == held(world).expires == years_on(before, 1)


def test_a_late_workers_word_does_not_count(world: World) -> None:
    have(world)
    asked = ask(world, Update(locked=True))
    [late] = world.runner.run(delivery.claim(world.engine, 16))
    pass_lease(world)
    world.deliver()
    ended = task(world, asked)
    ask(world, Update(locked=False))
    world.deliver()
    world.pass_time(seconds=1)
    world.runner.run(delivery.failed(world.engine, late, "late"))
    assert task(world, asked) == ended
    assert not domain(world).locked


def test_a_change_nobody_hears_of_is_handed_to_people(world: World) -> None:
    have(world)
    asked = ask(world, Update(locked=True))
    for _ in range(MOST_SILENCES):
        for taken in world.runner.run(delivery.claim(world.engine, 16)):
            world.runner.run(delivery.failed(world.engine, taken, "nobody there"))
        world.pass_time(minutes=6)
    assert task(world, asked).status == "error"
    world.runner.run(mending.relaunch(world.engine, asked.task_id))
    world.deliver()
    assert (task(world, asked).status, domain(world).locked) == ("done", True)


def test_a_change_that_was_heard_is_not_given_up(world: World) -> None:
    have(world)
    asked = ask(world, Update(locked=True))
    world.runner.run(world.engine.registries["Afnic"].change("x", "foo.fr", Update(locked=True)))
    for _ in range(MOST_SILENCES):
        for taken in world.runner.run(delivery.claim(world.engine, 16)):
            world.runner.run(delivery.failed(world.engine, taken, "nobody there"))
        world.pass_time(minutes=6)
    with pytest.raises(Refused, match="relaunch it instead"):
        world.runner.run(mending.cancel(world.engine, asked.task_id, "no"))


def test_a_change_of_a_name_that_went_elsewhere_is_cancelled(world: World) -> None:
    order_id = have(world)
    asked = ask(world, Update(locked=True))
    world.runner.run(
        world.database.write(lambda tx: tx.execute("UPDATE sandbox_name SET sponsor = 'else' WHERE name = 'foo.fr'"))
    )
    world.deliver()
    assert (task(world, asked).status, task(world, asked).comment) == ("cancelled", departures.GONE)
    assert story(world, order_id).standing.refunds == ()
