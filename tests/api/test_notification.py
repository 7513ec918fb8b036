"""/me/notification/email/history: what clients wait for after a termination (wire-contract §5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.flows import sessions

if TYPE_CHECKING:
    from tests.world import World

HISTORY = "/me/notification/email/history"


@pytest.mark.parametrize("who", ["camille", "dieter", "ursula"])
def test_a_new_account_has_its_welcome_mail(world: World, who: str) -> None:
    [welcome] = world.get(HISTORY, who).ok()
    mail = world.get(f"{HISTORY}/{welcome}", who).ok()
    assert mail.keys() == {"id", "date", "subject", "body"}
    assert (mail["id"], mail["date"]) == (welcome, "2026-11-23T12:00:00+00:00")
    assert world.nics[who] in mail["body"]


def test_ids_grow(world: World) -> None:
    first = world.get(HISTORY).ok()
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    world.deliver()
    then = world.get(HISTORY).ok()
    assert then == sorted(then)
    assert (then[:1], len(then)) == (first, 4), "welcome, order, payment, delivery"


def test_whoever_may_read_mails_cannot_set_the_password(world: World) -> None:
    """A key for GET /me/* that asks for a new password must not be able to read the link it is set by."""
    world.limit_keys("camille", (("GET", "/me/*"),))
    asked = sessions.send_password_link(world.engine, "camille@world.example", "192.0.2.9", world.now)
    world.runner.run(asked)
    body = world.get(f"{HISTORY}/{world.get(HISTORY).ok()[-1]}").ok()["body"]
    assert f"/new-password?account={world.nics['camille']}&key=…" in body


def test_a_strangers_mail_does_not_exist(world: World) -> None:
    world.order("foo.fr")
    newest = world.get(HISTORY).ok()[-1]
    unknown = world.get(f"{HISTORY}/999999999")
    stranger = world.get(f"{HISTORY}/{newest}", "dieter")
    assert (unknown.status, stranger.status) == (404, 404)
    assert stranger.body["message"].replace(str(newest), "999999999") == unknown.body["message"]


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "9" * 30, "0x10", "%00", "%EF%BC%91"])
def test_what_is_no_number_is_refused(world: World, number: str) -> None:
    answer = world.get(f"{HISTORY}/{number}")
    assert answer.status == 400
    assert "id is a number" in answer.body["message"]


def test_only_for_those_who_sign(world: World) -> None:
    assert (world.get(HISTORY, None).status, world.get(f"{HISTORY}/1", None).status) == (401, 401)
