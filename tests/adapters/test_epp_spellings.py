"""Registries that spell what they were told in another way: it is the same registrar, contact, and name."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.adapters import sandbox_epp_answers, sandbox_epp_server
from ordain.core.registry import Disclosure, Done, Update
from ordain.core.registry_message import Transfer
from tests import conformance
from tests.epp_wire import OWNER, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.epp_wire import Wire

    Otherwise = Callable[[Callable[[bytes], bytes]], None]

ACE, UNICODE = "xn--caf-dma.fr", "café.fr"


def spelled(tag: str, how: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Frames in which the text of elements of this name is written otherwise."""
    found = re.compile(rf"(<(?:\w+:)?(?:{tag})(?: [^>]*)?>)([^<]+)(?=</)")
    return lambda frame: found.sub(lambda at: at[1] + how(at[2]), frame.decode()).encode()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Otherwise:
    """Have everything the registry says written otherwise: the sandbox has but one way to spell."""

    def otherwise(how: Callable[[bytes], bytes]) -> None:
        monkeypatch.setattr(sandbox_epp_server, "said", lambda *told: how(sandbox_epp_answers.said(*told)))

    return otherwise


@pytest.mark.parametrize("rule", conformance.REGISTRY_RULES, ids=lambda rule: rule.__name__)
def test_a_registrar_is_itself_in_capitals(rule: conformance.Rule, wire: Wire, heard: Otherwise) -> None:
    heard(spelled("clID|reID", str.upper))
    on_trial = conformance.RegistryOnTrial(
        registry=wire.client(), free=("foo.fr", "bar.com"), taken="taken.fr", code="right", owner=OWNER
    )
    wire.run(rule(on_trial))


def test_a_message_about_our_own_transfer_is_known_in_capitals(wire: Wire, heard: Otherwise) -> None:
    heard(spelled("clID|reID", str.upper))
    registry = wire.client()
    wire.run(registry.transfer(command("taken-pending.fr", auth_info="right")))
    wire.now += timedelta(days=5)
    told = wire.run(registry.message())
    assert isinstance(told.about, Transfer)
    assert told.about.here


def test_a_contact_of_ours_is_known_in_small_letters(wire: Wire, heard: Otherwise) -> None:
    """It tells which order a name came by, and is the one to be changed and kept."""
    heard(lambda frame: spelled("registrant|id", str.lower)(spelled("pw", lambda _: "hidden")(frame)))
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("foo.fr", "ordain-1-2"))), Done)
    assert wire.run(registry.find("foo.fr")).transaction == "ordain-1-2"
    shown = Update(disclosed=(Disclosure("owner", ("name", "email")),))
    assert isinstance(wire.run(registry.change("t-2", "foo.fr", shown)), Done)
    anna = Update(owner={**OWNER, "firstName": "Anna", "lastName": "Nowak"})
    created, deleted = wire.listen("contact:create"), wire.listen("contact:delete")
    assert isinstance(wire.run(registry.change("t-3", "foo.fr", anna)), Done)
    wire.now += timedelta(days=1)
    wire.run(registry.tidy("foo.fr"))
    assert (created, deleted) == ([], [])


@pytest.mark.parametrize("told", [UNICODE, ACE.upper(), f"{ACE}."])
def test_a_name_is_known_in_every_writing(wire: Wire, heard: Otherwise, told: str) -> None:
    heard(spelled("name|objID", lambda said: told if said == ACE else said))
    registry = wire.client()
    assert wire.run(registry.check([ACE]))[0].state == "available"
    assert isinstance(wire.run(registry.create(command(ACE))), Done)
    assert wire.run(registry.find(ACE)).ours
    assert isinstance(wire.run(registry.change("t-2", ACE, Update(locked=True))), Done)
