"""Transfers over EPP: what is told before one, why one is refused, and how another registrar's is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.core import transfer
from ordain.core.registry import Departure, Done, Refusal
from ordain.core.registry_message import Transfer
from tests.epp_wire import command

if TYPE_CHECKING:
    from ordain.adapters.epp_registry import EppRegistry
    from tests.epp_wire import Wire


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("taken.fr", "right", None),
        ("taken.fr", None, None),
        ("taken.fr", "wrong-1", Refusal(transfer.WRONG_CODE, "authInfo")),
        ("taken-discreet.fr", "wrong-1", None),
        ("taken-locked.fr", "right", Refusal(transfer.LOCKED)),
        ("nobodys.fr", "right", None),
    ],
)
def test_what_is_in_the_way_is_told_beforehand(wire: Wire, name: str, code: str | None, told: Refusal | None) -> None:
    assert wire.run(wire.client().transfer_obstacle(name, code)) == told
    assert "domain:transfer:request" not in wire.server.heard


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("taken-discreet.fr", "wrong-1", Refusal(transfer.WRONG_CODE, "authInfo")),
        ("taken-locked.fr", "right", Refusal(transfer.LOCKED)),
    ],
)
def test_a_refused_transfer_is_explained(wire: Wire, name: str, code: str, told: Refusal) -> None:
    assert wire.run(wire.client().transfer(command(name, auth_info=code))) == told


def asked_for(wire: Wire) -> EppRegistry:
    """Our name, asked for by somebody else who has its code."""
    registry = wire.client()
    made = wire.run(registry.create(command("foo.fr")))
    assert isinstance(made, Done)
    wire.now += timedelta(days=61)
    assert isinstance(wire.run(wire.sandbox.take_away("foo.fr", str(made.registration.auth_info))), Done)
    return registry


@pytest.mark.parametrize("allowed", [True, False])
def test_another_registrars_request_is_answered_once(wire: Wire, allowed: bool) -> None:  # noqa: FBT001 - both answers
    registry = asked_for(wire)
    assert isinstance(wire.run(registry.change("t-2", "foo.fr", Departure(allowed))), Done)
    if not allowed:  # a lost answer is given again; a name that went is found gone before that
        assert isinstance(wire.run(registry.change("t-2", "foo.fr", Departure(allowed))), Done)
    found = wire.run(registry.find("foo.fr"))
    assert found.ours is not allowed
    assert "pendingTransfer" not in found.statuses


def test_the_queue_tells_who_asks_and_until_when(wire: Wire) -> None:
    registry = asked_for(wire)
    heard = wire.run(registry.message())
    assert heard is not None
    assert isinstance(heard.about, Transfer)
    assert (heard.about.name, heard.about.status, heard.about.here) == ("foo.fr", "pending", False)
    assert heard.about.until == wire.now + timedelta(days=5)
