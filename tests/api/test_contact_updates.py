"""A contact that owns names is told to their registries when it changes; another owner is an order, not an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.test_owner_changes import OWNER, hold

if TYPE_CHECKING:
    from tests.world import World


def owner_id(world: World, name: str = "held.fr") -> str:
    number: str = world.get(f"/domain/{name}").ok()["whoisOwner"]
    return number


def at_registry(world: World, name: str = "held.fr") -> dict[str, Any]:
    held = world.runner.run(world.engine.registries["Afnic"].find(name))
    assert held is not None
    assert held.owner is not None
    return held.owner


def updates(world: World) -> list[dict[str, Any]]:
    found = world.get("/me/task/domain", function="DomainContactUpdate").ok()
    return [world.get(f"/me/task/domain/{number}").ok() for number in found]


@pytest.mark.parametrize("path", ["/me/contact", "/domain/contact"])
def test_an_edit_is_carried_to_the_registry(world: World, path: str) -> None:
    hold(world, "held.fr")
    contact = f"{path}/{owner_id(world)}"
    assert world.put(contact, {"phone": "+33.320000009", "address": {"line1": "3 rue Neuve"}}).ok()
    [task] = updates(world)
    assert (task["domain"], task["status"]) == ("held.fr", "todo")
    assert world.put(contact, {"phone": "+33.320000008"}).status == 409, "one at a time"
    world.deliver()
    assert [task["status"] for task in updates(world)] == ["done"]
    assert at_registry(world)["phone"] == "+33.320000009"
    assert at_registry(world)["address"]["line1"] == "3 rue Neuve"
    assert world.put(contact, {"phone": "+33.320000009"}).ok(), "nothing new is nothing to tell"
    assert len(updates(world)) == 1
    assert owner_id(world) == contact.rsplit("/", 1)[1]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"lastName": "Dupont"}, "lastName"), ({"email": "new@world.example"}, "email"),
     ({"address": {"country": "BE"}}, "address.country"), ({"address": {"zip": ""}}, "address.zip")],
)  # fmt: skip
def test_another_owner_is_no_edit(world: World, change: dict[str, Any], field: str) -> None:
    hold(world, "held.fr")
    contact = f"/domain/contact/{owner_id(world)}"
    before = world.get(contact).ok()
    answer = world.put(contact, change)
    assert answer.status == 400
    assert field in answer.body["details"]
    assert "held.fr" in answer.body["message"]
    assert (world.get(contact).ok(), updates(world)) == (before, [])


def test_a_contact_that_owns_nothing_is_the_customers_own_business(world: World) -> None:
    hold(world, "held.fr")
    template = world.post("/domain/contact", OWNER).ok()["id"]
    world.put(f"/domain/contact/{template}", {"lastName": "Dupont"}).ok()
    assert updates(world) == []


def test_an_edit_that_was_given_up_is_made_good_by_the_next(world: World) -> None:
    hold(world, "held.fr")
    contact = f"/domain/contact/{owner_id(world)}"
    world.put(contact, {"phone": "+33.320000009"}).ok()
    [task] = updates(world)
    world.post(f"/me/task/domain/{task['id']}/cancel").ok()
    world.put(contact, {"phone": "+33.320000010"}).ok()
    world.deliver()
    assert [one["status"] for one in updates(world)] == ["cancelled", "done"]
    assert at_registry(world)["phone"] == "+33.320000010"
