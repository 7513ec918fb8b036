"""Orders over the API whose names are delivered over EPP, on a line that loses answers."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.epp_registry import EppRegistry
from ordain.flows import registry_contacts
from ordain.store.registry_commands import RegistryCommands
from tests.engines import open_in
from tests.epp_wire import Wire
from tests.flows.shop import first_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.world import World


@pytest.fixture
def wire(
    world: World, sqlite_template: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wire]:
    """The world's registry, in another house."""
    file = tmp_path / "sandbox-registry.db"
    shutil.copy(sqlite_template, file)
    beside = open_in(world.runner, f"sqlite:{file}")
    wire = Wire(beside, world.runner, tmp_path_factory.getbasetemp() / "epp")
    client = EppRegistry(wire.account(), DIALECTS["generic"], RegistryCommands(world.database), lambda: world.now)
    wire.clients.append(client)
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, client)))
    yield wire
    wire.close()
    world.runner.run(beside.close())


def test_a_name_is_ordered_paid_and_registered(world: World, wire: Wire) -> None:
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    held = wire.run(wire.sandbox.find("foo.fr"))
    assert set(held.name_servers) == {"ns1.ordain.example", "ns2.ordain.example"}
    kept = wire.run(wire.place.objects.get("contact", held.owner["registrant"]))
    assert kept is not None
    shown = world.get("/domain/foo.fr").ok()
    assert shown["domain"] == "foo.fr"


@pytest.mark.parametrize("kind", ["cut-after", "failed-after", "cut-before"])
def test_a_lost_answer_registers_the_name_once(world: World, wire: Wire, kind: str) -> None:
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    wire.wrong(kind, "domain:create")
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.silences) == ("todo", 1)
    wire.well()
    world.pass_time(seconds=5)
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert wire.server.heard["domain:create"] == (2 if kind == "cut-before" else 1)
    assert world.imbalance() == []


def test_a_name_somebody_else_took_is_paid_back(world: World, wire: Wire) -> None:
    before = world.balance()
    order_id = world.order("stolen.fr")
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "cancelled"
    assert world.balance() == before
    assert wire.server.heard["domain:create"] == 1


def test_a_registry_that_is_down_sells_nothing_and_loses_nothing(world: World, wire: Wire) -> None:
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    wire.run(wire.server.close())
    world.deliver()
    assert first_task(world, order_id).status == "todo"
    wire.run(wire.server.listen("127.0.0.1", wire.port, wire.shown))
    world.pass_time(seconds=5)
    world.deliver()
    assert world.status(order_id) == "delivered"


def test_the_queue_wakes_what_waits_for_the_registry(world: World, wire: Wire) -> None:
    order_id = world.order("slow.fr")
    world.pay(order_id).ok()
    world.deliver()
    assert first_task(world, order_id).comment == "The registry decides"
    assert (world.hear(), world.deliver()) == (0, 0)
    wire.now += timedelta(seconds=5)
    assert world.hear() == 1
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert world.hear() == 0


def test_contacts_of_names_that_never_came_are_swept(world: World, wire: Wire) -> None:
    delivered, given_up = world.order("foo.fr"), world.order("more.fr")
    world.pay(delivered).ok()
    world.deliver()
    world.pay(given_up).ok()
    wire.wrong("cut-before", "domain:create")
    world.deliver()
    sweep = registry_contacts.sweep
    assert world.runner.run(sweep(world.engine)) == 0
    assert len(contacts(wire)) == 2
    world.pass_time(seconds=3600)
    assert world.runner.run(sweep(world.engine)) == 2
    [left] = contacts(wire)
    assert left == wire.run(wire.sandbox.find("foo.fr")).owner["registrant"]
    assert world.runner.run(sweep(world.engine)) == 0
    wire.well()
    world.deliver()  # the task was waiting: what it needs is made anew
    assert world.status(given_up) == "delivered"


def test_a_registry_that_is_down_holds_up_no_other_sweep(world: World, wire: Wire) -> None:
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    wire.wrong("cut-before", "domain:create")
    world.deliver()
    wire.run(wire.server.close())
    world.pass_time(seconds=3600)
    for seconds, looked_at in ((0, 1), (60, 0), (600, 1)):
        world.pass_time(seconds=seconds)
        assert world.runner.run(registry_contacts.sweep(world.engine)) == looked_at


def contacts(wire: Wire) -> list[str]:
    return [number for number, _ in wire.run(wire.place.objects.all("contact"))]
