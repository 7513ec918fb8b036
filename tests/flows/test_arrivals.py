"""Names that come from elsewhere: what they bring is told, and does not stand in the way of what they are to be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters.sandbox_scenarios import registered_elsewhere
from ordain.core.registry import Host, Registration
from ordain.store.sandbox import SandboxNames
from tests.conformance import KEYS

if TYPE_CHECKING:
    from tests.world import World

NAME = "taken.fr"
GLUE = Host(f"ns1.{NAME}", ("192.0.2.53",))


@pytest.fixture
def signed(world: World) -> World:
    """A world in which somebody else's taken.fr is served and signed by name servers below it."""
    elsewhere = registered_elsewhere(NAME, world.now)
    assert elsewhere is not None
    brings = structs.replace(elsewhere, keys=KEYS * 2, hosts=(GLUE,), name_servers=(GLUE.name, "ns2.elsewhere.example"))
    world.runner.run(SandboxNames(world.database).alter(NAME, lambda _: brings))
    return world


def transferred(world: World, *, zone: bool = False) -> None:
    """Camille brings the name here."""
    cart_id = world.cart()
    item_id = world.add(cart_id, NAME)
    world.configure(cart_id, item_id, "AUTH_INFO", "right")
    if zone:
        wanted = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1, "itemId": item_id}
        world.post(f"/order/cart/{cart_id}/domain/options", wanted).ok()
    world.pay(world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]).ok()
    world.deliver()


def at_the_registry(world: World) -> Registration:
    found = world.runner.run(world.engine.registries["Afnic"].find(NAME))
    assert found is not None
    return found


def test_a_name_that_comes_brings_its_keys_and_its_glue(signed: World) -> None:
    transferred(signed)
    assert signed.get(f"/domain/{NAME}").ok()["dnssecState"] == "enabled"
    [number] = signed.get(f"/domain/{NAME}/dsRecord").ok()
    assert signed.get(f"/domain/{NAME}/dsRecord/{number}").ok()["publicKey"] == KEYS[0].public_key
    assert signed.get(f"/domain/{NAME}/glueRecord").ok() == [GLUE.name]
    assert (at_the_registry(signed).keys, at_the_registry(signed).hosts) == (KEYS * 2, (GLUE,))


def test_a_name_that_is_served_here_already_keeps_its_keys(signed: World) -> None:
    """They are those of its zone, which was here before it."""
    names, ours = SandboxNames(signed.database), signed.engine.name_server.hosts
    signed.runner.run(names.alter(NAME, lambda kept: kept and structs.replace(kept, name_servers=ours, hosts=())))
    transferred(signed, zone=True)
    assert at_the_registry(signed).keys == KEYS * 2
    assert signed.get(f"/domain/{NAME}").ok()["nameServerType"] == "hosted"


def test_a_key_the_contract_has_no_word_for_is_not_told(signed: World) -> None:
    strange = structs.replace(KEYS[0], algorithm=16)
    names = SandboxNames(signed.database)
    signed.runner.run(names.alter(NAME, lambda kept: kept and structs.replace(kept, keys=(strange, *KEYS))))
    transferred(signed)
    [number] = signed.get(f"/domain/{NAME}/dsRecord").ok()
    assert signed.get(f"/domain/{NAME}/dsRecord/{number}").ok()["algorithm"] == KEYS[0].algorithm


def test_a_signed_name_is_served_here_once_nobody_expects_the_signatures_it_had(signed: World) -> None:
    """Resolvers hold what our servers say against the DS record that they remember: it has to go before."""
    signed.use(structs.replace(signed.engine, ds_ttl=signed.engine.ds_ttl * 3600))
    transferred(signed, zone=True)
    held = at_the_registry(signed)
    assert (held.keys, held.name_servers) == ((), (GLUE.name, "ns2.elsewhere.example"))
    assert signed.get(f"/domain/{NAME}").ok()["dnssecState"] == "disabled"
    signed.now += signed.engine.ds_ttl - timedelta(seconds=1)
    signed.deliver()
    assert at_the_registry(signed).name_servers == held.name_servers
    signed.now += timedelta(seconds=1)
    signed.deliver()
    assert set(at_the_registry(signed).name_servers) == set(signed.engine.name_server.hosts)
    assert signed.get(f"/domain/{NAME}").ok()["nameServerType"] == "hosted"
