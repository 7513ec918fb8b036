"""How many requests an address and an account may send, and how long a body may take."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.api import pace
from ordain.api.pace import Pace
from ordain.core.refusal import Refused
from tests.world import Line

if TYPE_CHECKING:
    from tests.world import World

TOO_MANY = "At most 3 requests a minute: try again in "


@pytest.fixture
def slow(world: World) -> World:
    """A world where three requests a minute are all there are."""
    world.use(structs.replace(world.engine, requests_a_minute=3))
    return world


def test_an_address_that_asks_too_much_is_told_when_to_come_back_and_others_are_not(slow: World) -> None:
    assert [slow.get("/auth/time", None).status for _ in range(3)] == [200] * 3
    for path in ("/auth/time", "/nowhere"):
        answer = slow.get(path, None)
        assert (answer.status, answer.body["class"]) == (429, "Client::TooManyRequests")
        assert answer.body["message"].startswith(TOO_MANY)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["x-ovh-queryid"]
    page = slow.send("GET", "/sign-in")
    assert (page.status, page.raw.decode()[: len(TOO_MANY)]) == (429, TOO_MANY)
    assert 1 <= int(page.headers["retry-after"]) <= 60
    slow.address = "192.0.2.8"
    slow.get("/auth/time", None).ok()
    assert slow.send("GET", "/sign-in").status == 200


def test_an_account_has_one_budget_wherever_it_calls_from(slow: World) -> None:
    for number in range(3):
        slow.address = f"192.0.2.{number}"
        slow.get("/me").ok()
    slow.address = "192.0.2.77"
    assert slow.get("/me").status == 429
    slow.get("/me", "dieter").ok()
    slow.get("/auth/time", None).ok()


def test_a_customer_has_a_whole_network_of_ipv6(slow: World) -> None:
    answers = []
    for number in range(4):
        slow.address = f"2001:db8:1:2::{number}"
        answers.append(slow.get("/auth/time", None).status)
    slow.address = "2001:db8:1:3::1"
    assert [*answers, slow.get("/auth/time", None).status] == [200, 200, 200, 429, 200]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_is_not_counted(slow: World, address: str) -> None:
    slow.address = address
    assert {slow.get(path, who).status for path, who in [("/me", "camille"), ("/auth/time", None)] * 5} == {200}


def test_a_minute_later_there_is_room_again_and_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 59.2, 60.0])
    one = Pace(1, lambda: next(clock))
    one.heard("192.0.2.1")
    for wait in (59, 1):
        with pytest.raises(Refused, match=f"try again in {wait} s"):
            one.heard("192.0.2.1")
    one.heard("192.0.2.1")
    monkeypatch.setattr(pace, "MOST", 10)
    many = Pace(1, lambda: 0.0)
    for number in range(100):
        many.heard(f"192.0.2.{number}")


class Stalled(Line):
    """A client that sends the beginning of a body, and then nothing."""

    async def receive(self) -> Any:
        if self._sent:
            return {"type": "http.request", "body": self._sent.pop(), "more_body": True}
        return await super().receive()


def test_a_body_that_does_not_come_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(pace, "BODY_WITHIN", 0.05)

    def stall(target: str, headers: dict[str, str]) -> Stalled:
        line = Stalled(b'{"ovhSub')
        scope = world.scope("POST", target, b"x" * 100, headers)
        world.runner.run(asyncio.wait_for(world.api(scope, line.receive, line.send), 30))
        return line

    told = stall("/1.0/order/cart", {})
    assert told.start["status"] == 408
    assert (b"connection", b"close") in told.start["headers"]
    assert b"Client::RequestTimeout" in b"".join(told.pieces)
    with caplog.at_level(logging.ERROR):
        page = stall("/sign-in", {"content-type": "application/x-www-form-urlencoded"})
    assert page.start["status"] == 408
    assert (b"connection", b"close") in page.start["headers"]
    assert b"This took too long" in b"".join(page.pieces)
    assert caplog.records == []
