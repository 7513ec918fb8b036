"""VIES over a wire: yes, no, and everything that is neither."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from ordain.adapters.vies_checker import AT_ONCE, LONGEST_TEXT, ViesChecker
from ordain.core.vat_check import Told
from tests.vies import CONSULTATION, INVALID, VALID, Vies, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def vies() -> Vies:
    return Vies()


@pytest.fixture
def url(vies: Vies) -> Iterator[str]:
    with serving(vies) as found:
        yield found


def check(url: str, number: str = VALID, requester: str = "", within: float = 8) -> Told:
    """What VIES tells of a number."""
    return asyncio.run(ViesChecker(url, within).check(number, requester))


def test_a_number_in_use_comes_with_its_name_and_in_the_seller_s_name_a_consultation_number(
    vies: Vies, url: str
) -> None:
    assert check(url, requester="FR40303265045") == Told(
        answer="valid",
        source="VIES",
        consultation=CONSULTATION,
        name="Weber GmbH",
        address="Unter den Linden 1\n10117 Berlin",
    )
    assert vies.asked == [{"countryCode": "DE", "vatNumber": "136695976", "requesterMemberStateCode": "FR",
                           "requesterNumber": "40303265045"}]  # fmt: skip


def test_nobody_s_question_has_no_requester(vies: Vies, url: str) -> None:
    assert check(url).consultation == ""
    assert vies.asked == [{"countryCode": "DE", "vatNumber": "136695976"}]


def test_a_number_that_is_not_in_use_is_invalid(url: str) -> None:
    assert check(url, INVALID) == Told(answer="invalid", source="VIES")


@pytest.mark.parametrize("code", ["MS_UNAVAILABLE", "MS_MAX_CONCURRENT_REQ", "GLOBAL_MAX_CONCURRENT_REQ",
                                   "SERVICE_UNAVAILABLE", "TIMEOUT", "INVALID_REQUESTER_INFO"])  # fmt: skip
@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_is_no_answer(vies: Vies, url: str, code: str, status: int) -> None:
    vies.fault(code, status)
    assert check(url) == Told(answer="unknown", source="VIES", reason=code)


def test_a_no_beside_an_error_is_none(vies: Vies, url: str) -> None:
    vies.say(valid=False, userError="MS_UNAVAILABLE")
    assert check(url) == Told(answer="unknown", source="VIES", reason="MS_UNAVAILABLE")
    vies.say(valid=False, userError="INVALID")
    assert check(url).answer == "invalid"


@pytest.mark.parametrize(
    "instead",
    [
        (500, b""),
        (503, b"<html>busy</html>"),
        (302, b"{}"),
        (200, b""),
        (200, b"\xff\xfe"),
        (200, b"[]"),
        (200, b"null"),
        (200, b'{"valid": "true"}'),
        (200, b'{"valid": 1}'),
        (200, b'{"valid": null}'),
        (200, b'{"valid": true, "vatNumber": "811128135"}'),
        (200, b'{"valid": true, "errorWrappers": ["x"]}'),
        (200, b'{"valid": true, "errorWrappers": [{}]}'),
        (200, b'{"valid": true, "userError": ["x"]}'),
        (200, b'{"valid": true, "actionSucceed": false}'),
        (200, b"[" * 60_000),
        (200, b'{"valid": true, "name": "' + b"x" * 70_000 + b'"}'),
    ],
    ids=lambda instead: f"{instead[0]} {instead[1][:40]!r}",
)
def test_nonsense_is_no_answer(vies: Vies, url: str, instead: tuple[int, bytes]) -> None:
    vies.instead = instead
    told = check(url)
    assert told.answer == "unknown"
    assert told.reason


def test_long_texts_are_cut(vies: Vies, url: str) -> None:
    vies.say(name="x" * 10_000, address=["not a text"], requestIdentifier=None)
    told = check(url)
    assert (told.answer, len(told.name), told.address, told.consultation) == ("valid", LONGEST_TEXT, "", "")


def test_few_questions_are_asked_at_once_and_all_are_answered(vies: Vies, url: str) -> None:
    async def many() -> list[Told]:
        checker = ViesChecker(url)
        return await asyncio.gather(*(checker.check(VALID, "") for _ in range(3 * AT_ONCE)))

    assert {told.answer for told in asyncio.run(many())} == {"valid"}
    assert len(vies.asked) == 3 * AT_ONCE
    assert vies.most <= AT_ONCE


def test_silence_and_nobody_there_are_no_answers(vies: Vies, url: str) -> None:
    vies.slow = 0.3
    assert check(url, within=0.05).answer == "unknown"
    assert "cannot be reached" in check("http://127.0.0.1:1/vies").reason
    assert check(url.replace("/vies/", "/elsewhere/")).reason == "answered 404 with what is no JSON"


@pytest.fixture
def dripping() -> Iterator[tuple[str, list[socket.socket]]]:
    """Somebody whose answer, its head or its body, comes byte by byte and never ends; and whom they talk to."""
    talking: list[socket.socket] = []
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n"
    starts = (head, head + b"\r\n", head + b"Connection: close\r\n\r\n")

    def drip(to: socket.socket, whole: bytes) -> None:
        with to, contextlib.suppress(OSError):
            to.recv(4096)
            to.sendall(whole)
            while True:
                to.sendall(b"x")
                time.sleep(0.02)

    def accept() -> None:
        for turn in range(1000):
            try:
                to, _ = listening.accept()
            except OSError:
                return
            talking.append(to)
            threading.Thread(target=drip, args=(to, starts[turn % 3]), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", talking
        listening.shutdown(socket.SHUT_RDWR)


def test_an_answer_that_never_ends_is_cut_and_holds_up_nobody_else(
    dripping: tuple[str, list[socket.socket]],
) -> None:
    url, talking = dripping

    async def many() -> tuple[set[str], set[str], str]:
        checker = ViesChecker(url, 0.3)
        asked = [asyncio.create_task(checker.check(VALID, "")) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)
        # Threads of others are free, however many of ours are under way.
        name = await asyncio.to_thread(lambda: threading.current_thread().name)
        told = await asyncio.gather(*asked)
        # All turns came back: as many are asked again, of whom each reaches the far end.
        again = await asyncio.gather(*(checker.check(VALID, "") for _ in range(AT_ONCE)))
        return {each.answer for each in told}, {each.answer for each in again}, name

    first, second, name = asyncio.run(many())
    assert (first, second) == ({"unknown"}, {"unknown"})
    assert not name.startswith("vies")
    assert len(talking) == 2 * AT_ONCE
