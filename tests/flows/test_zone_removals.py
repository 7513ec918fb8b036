"""Zones that end leave the name server: told until it hears, and not where the zone is somebody's again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.flows import zone_removals
from tests.api.termination import token_of
from tests.zones import NameServerApart, delivered, use_name_server

if TYPE_CHECKING:
    from tests.world import World

Z = "/domain/zone/foo.fr"


@pytest.fixture
def serving(world: World) -> NameServerApart:
    """Camille's zone foo.fr at a name server that can be silent."""
    name_server = NameServerApart(world.engine.name_server.hosts)
    use_name_server(world, name_server)
    delivered(world, "foo.fr")
    return name_server


def end(world: World) -> None:
    world.post(f"{Z}/terminate").ok()
    world.post(f"{Z}/confirmTermination", {"token": token_of(world)}).ok()


def look(world: World) -> int:
    """What the worker does every few seconds."""
    return world.runner.run(zone_removals.carry_out(world.engine))


def order_zone(world: World) -> None:
    world.pay(world.post("/order/domain/zone/new", {"zoneName": "foo.fr"}).ok()["orderId"]).ok()


def test_a_zone_that_was_terminated_leaves_the_name_server(world: World, serving: NameServerApart) -> None:
    end(world)
    assert "foo.fr" in serving.serves
    assert look(world) == 1
    assert (serving.serves, look(world)) == ({}, 0)


def test_a_name_server_that_is_silent_is_told_again_until_it_hears(world: World, serving: NameServerApart) -> None:
    serving.silent = True
    end(world)
    for _ in range(20):
        look(world)
        world.pass_time(minutes=6)
    serving.silent = False
    look(world)
    assert (serving.serves, look(world)) == ({}, 0)


def test_a_zone_that_is_ordered_again_stays(world: World, serving: NameServerApart) -> None:
    end(world)
    order_zone(world)
    world.deliver()
    look(world)
    assert "foo.fr" in serving.serves
    assert (look(world), world.deliver()) == (0, 0)


def test_a_zone_that_comes_while_the_former_one_is_being_removed_is_published_once_more(
    world: World, serving: NameServerApart
) -> None:
    serving.silent = True
    end(world)
    look(world)  # told, and not known to be heard
    serving.silent = False
    order_zone(world)
    world.deliver()
    del serving.serves["foo.fr"]  # it was heard after all, late
    world.pass_time(minutes=6)
    look(world)
    world.deliver()
    assert "foo.fr" in serving.serves


def test_a_zone_whose_delivery_has_begun_is_waited_for(world: World, serving: NameServerApart) -> None:
    end(world)
    serving.silent = True
    order_zone(world)
    world.deliver()
    serving.silent = False
    look(world)
    assert "foo.fr" in serving.serves, "nobody knows whether it is the former one or the new one"
    world.pass_time(minutes=1)
    world.deliver()
    look(world)
    assert ("foo.fr" in serving.serves, look(world)) == (True, 0)


def test_a_signed_zone_stays_until_its_registry_vouches_for_it_no_longer(world: World) -> None:
    delivered(world, "foo.fr")
    name_server = world.engine.name_server
    world.post(f"{Z}/dnssec").ok()
    world.deliver()
    end(world)
    look(world)
    assert len(world.runner.run(name_server.keys("foo.fr"))) == 1
    world.deliver()
    world.pass_time(seconds=3)
    look(world)
    world.pass_time(seconds=3)
    look(world)
    assert world.get("/domain/foo.fr").ok()["dnssecState"] == "disabled"
    assert (world.runner.run(name_server.keys("foo.fr")), look(world)) == ((), 0)


def test_a_name_that_begins_anew_has_nobodys_former_zone(world: World, serving: NameServerApart) -> None:
    """Its registry forgot the name; somebody else registers it, and no zone stands for it meanwhile."""
    delivered(world, "foo.com")
    world.credit("ursula")
    world.runner.run(world.database.write(lambda tx: tx.execute("DELETE FROM sandbox_name WHERE name = 'foo.com'")))
    cart_id = world.cart("ursula", "WE")
    item_id = world.add(cart_id, "foo.com", "ursula")
    age = {"label": "OWNER_LEGAL_AGE", "value": "true"}
    world.post(f"/order/cart/{cart_id}/item/{item_id}/configuration", age, "ursula").ok()
    world.pay(world.post(f"/order/cart/{cart_id}/checkout", who="ursula").ok()["orderId"], who="ursula").ok()
    serving.silent = True
    world.deliver()
    assert world.get("/domain/zone").ok() == ["foo.fr"]
    serving.silent = False
    world.pass_time(minutes=6)
    world.deliver()
    look(world)
    assert world.get("/domain/zone", "ursula").ok() == ["foo.com"]
    assert "foo.com" in serving.serves
