"""Contacts that commands left at the registry: those nothing hangs on go, those a name has stay."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters.epp_contacts import contact_id
from ordain.core.registry import Deletion, Done, Lost, NoAnswer, Pending, Update
from ordain.store.sandbox import SandboxNames
from tests.epp_wire import OWNER, command

if TYPE_CHECKING:
    from ordain.core.registry_life import Kept
    from tests.epp_wire import Wire

CONTACT = contact_id(b"secret", "t-1")


def contacts(wire: Wire) -> set[str]:
    """The ids of the contacts there are."""
    return {number for number, _ in wire.run(wire.place.objects.all("contact"))}


def due(wire: Wire) -> list[timedelta | None]:
    """In how long each command's contact is looked at again."""
    noted = wire.run(wire.notes.of("foo.fr"))
    return [each.contact_due and each.contact_due - wire.now for each in noted]


def cut(wire: Wire, verb: str, asked: Any) -> None:
    """Do something whose command never arrives."""
    wire.wrong("cut-before", verb)
    with pytest.raises(NoAnswer):
        wire.run(asked)
    wire.well()


def registrant(wire: Wire, name: str, contact: str | None) -> None:
    """The registry tells this contact as the name's registrant, or none."""

    def told(kept: Kept | None) -> Kept | None:
        assert kept is not None
        return structs.replace(kept, owner={**(kept.owner or {}), "registrant": contact})

    wire.run(SandboxNames(wire.database).alter(name, told))


def test_a_contact_whose_name_never_came_is_deleted(wire: Wire) -> None:
    registry = wire.client()
    cut(wire, "domain:create", registry.create(command("foo.fr")))
    wire.run(registry.tidy("foo.fr"))
    assert contacts(wire) == {CONTACT}  # the next attempt may need it
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("foo.fr"))
    assert (contacts(wire), due(wire)) == (set(), [None])
    wire.run(registry.tidy("foo.fr"))
    assert wire.server.heard["contact:delete"] == 1


def test_a_contact_that_went_before_is_gone(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("stolen.fr"))), Lost)
    wire.now += timedelta(minutes=20)
    assert contacts(wire) == set()
    wire.run(registry.tidy("stolen.fr"))
    assert wire.run(wire.notes.of("stolen.fr"))[0].contact_due is None


def test_a_contact_that_its_name_has_stays_and_is_looked_at_again(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("foo.fr"))), Done)
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("foo.fr"))
    assert (contacts(wire), due(wire)) == ({CONTACT}, [timedelta(days=90)])
    assert "contact:delete" not in wire.server.heard


def test_a_contact_somebody_elses_order_made_for_the_same_name_goes(wire: Wire) -> None:
    first, second = wire.client(), wire.client()
    cut(wire, "domain:create", first.create(command("foo.fr", "t-1")))
    assert isinstance(wire.run(second.create(command("foo.fr", "t-2"))), Done)
    wire.now += timedelta(minutes=20)
    wire.run(first.tidy("foo.fr"))
    assert contacts(wire) == {contact_id(b"secret", "t-2")}


def test_a_contact_of_a_create_that_is_being_decided_stays(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("slow.fr"))), Pending)
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("slow.fr"))
    assert contacts(wire) == {CONTACT}


def test_a_create_that_was_taken_and_is_never_seen_is_waited_for_a_month(wire: Wire) -> None:
    registry = wire.client()
    cut(wire, "domain:create", registry.create(command("foo.fr")))
    [noted] = wire.run(wire.notes.of("foo.fr"))
    wire.run(wire.notes.settle("foo.fr", noted, "done"))  # 1001, and the registry tells of no name yet
    for days, left in ((1, {CONTACT}), (20, {CONTACT}), (20, set())):
        wire.now += timedelta(days=days)
        wire.run(registry.tidy("foo.fr"))
        assert contacts(wire) == left


def test_a_contact_of_an_owner_change_that_came_to_nothing_goes(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.transfer(command("taken.fr", "t-1", auth_info="right"))), Done)
    registrant(wire, "taken.fr", "anothers")
    cut(wire, "domain:update", registry.change("t-2", "taken.fr", Update(owner=OWNER)))
    assert contacts(wire) == {contact_id(b"secret", "t-2")}
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("taken.fr"))
    assert contacts(wire) == set()
    assert isinstance(wire.run(registry.change("t-3", "taken.fr", Update(owner=OWNER))), Done)
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("taken.fr"))
    assert contacts(wire) == {contact_id(b"secret", "t-3")}


def test_a_contact_stays_where_the_registry_does_not_tell_whose_the_name_is(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("foo.fr"))), Done)
    registrant(wire, "foo.fr", None)
    assert isinstance(wire.run(registry.change("t-2", "foo.fr", Update(owner=OWNER))), Done)
    registrant(wire, "foo.fr", None)
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("foo.fr"))
    assert due(wire) == [timedelta(days=90)] * 2
    assert "contact:delete" not in wire.server.heard


def test_a_contact_something_hangs_on_is_tried_again_later(wire: Wire) -> None:
    """A name that has it may be one that is not told of, such as another registrar's by now."""
    registry = wire.client()
    cut(wire, "domain:create", registry.create(command("foo.fr")))
    wire.run(wire.place.objects.put("link", CONTACT, {"name": "bar.fr"}))
    other = wire.run(wire.client(secret=b"other").create(command("bar.fr", "t-9")))
    assert isinstance(other, Done)
    wire.run(wire.sandbox.change("by-hand", "bar.fr", Update(owner={"registrant": CONTACT})))
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("foo.fr"))
    assert CONTACT in contacts(wire)
    assert due(wire) == [timedelta(days=90)]


def test_a_registry_that_is_silent_is_asked_another_time(wire: Wire) -> None:
    registry = wire.client()
    cut(wire, "domain:create", registry.create(command("foo.fr")))
    wire.now += timedelta(minutes=20)
    cut(wire, "domain:info", registry.tidy("foo.fr"))
    wire.wrong("failed", "contact:delete")
    with pytest.raises(NoAnswer, match="2400"):
        wire.run(registry.tidy("foo.fr"))
    wire.well()
    wire.run(registry.tidy("foo.fr"))
    assert contacts(wire) == set()


def test_the_contact_of_a_name_that_was_deleted_is_looked_at_when_that_is_gone(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("foo.fr"))), Done)
    assert isinstance(wire.run(registry.change("t-2", "foo.fr", Deletion())), Done)
    wire.now += timedelta(minutes=20)
    wire.run(registry.tidy("foo.fr"))
    assert contacts(wire) == {CONTACT}  # it rests in redemption, and can be restored
