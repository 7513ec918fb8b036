"""What a name costs us is owed with its delivery, once, and not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.costs import Wholesale
from ordain.core.money import CENT, UNIT
from ordain.flows.shelf import Shelf
from tests.flows.shop import bought, movements, story

if TYPE_CHECKING:
    from tests.world import World

FR = Wholesale(extensions=("fr",), currency="EUR", create="4.60", transfer="4.10")


def with_costs(world: World) -> World:
    world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(world.engine.market, costs=(FR,)))))
    return world


def test_it_is_booked_when_the_name_is_delivered(world: World) -> None:
    order_id = bought(with_costs(world), "foo.fr")
    assert movements(world, order_id, "cost") == []
    world.deliver()
    assert movements(world, order_id, "cost:Afnic") == [-460 * CENT]
    assert movements(world, order_id, "payable:Afnic") == [460 * CENT]
    assert world.imbalance() == []
    [entry] = [entry for entry in story(world, order_id).entries if entry.kind == "cost"]
    assert entry.part == story(world, order_id).standing.order.items[0].item_id


def test_a_transfer_has_its_own(world: World) -> None:
    order_id = bought(with_costs(world), "taken.fr", ("AUTH_INFO", "right"))
    world.deliver()
    assert movements(world, order_id, "cost:Afnic") == [-410 * CENT]


@pytest.mark.parametrize("name", ["stolen.fr", "refused.fr"])
def test_what_is_not_had_costs_nothing(world: World, name: str) -> None:
    order_id = bought(with_costs(world), name)
    world.deliver()
    assert movements(world, order_id, "cost") == []


def test_a_lost_answer_costs_once(world: World) -> None:
    order_id = bought(with_costs(world), "lost-answer.fr")
    world.deliver()
    world.pass_time(minutes=1)
    world.deliver()
    assert movements(world, order_id, "cost:Afnic") == [-460 * CENT]


def test_a_premium_name_costs_its_registry_s_fees(world: World) -> None:
    order_id = bought(with_costs(world), "premium.fr")
    world.deliver()
    assert movements(world, order_id, "cost:Afnic") == [-120 * UNIT]


def test_a_name_bought_from_its_owner_costs_what_they_asked(world: World) -> None:
    order_id = bought(world, "aftermarket1.fr")
    world.deliver()
    assert movements(world, order_id, "payable:aftermarket1") == [750 * UNIT]


def test_what_is_not_known_is_not_booked(world: World) -> None:
    order_id = bought(with_costs(world), "foo.com")
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert movements(world, order_id, "cost") == []
