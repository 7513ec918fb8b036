"""Bills printed in processes of their own: once for whoever asks, a few at a time, and none for ever."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters import bill_press
from ordain.adapters.bill_pdf import Printer
from ordain.adapters.bill_press import KEPT, WAITING, Press
from ordain.core.refusal import Unavailable
from tests.bills import CONTENTS, LANGUAGES

if TYPE_CHECKING:
    from ordain.core.bill_content import Content

CONTENT = CONTENTS["french-consumer"]


def numbered(number: int) -> Content:
    return structs.replace(CONTENT, number=f"2026-{number:06}")


def test_whoever_asks_for_the_same_bill_gets_one_document() -> None:
    async def many() -> tuple[list[bytes], bytes, int]:
        press = Press(LANGUAGES)
        at_once = await asyncio.gather(*(press.pdf(CONTENT) for _ in range(20)))
        return at_once, await press.pdf(CONTENT), press.started

    at_once, later, started = asyncio.run(many())
    assert {*at_once, later} == {Printer(LANGUAGES).printed(CONTENT)}
    assert started == 1


def test_another_content_of_the_same_number_is_another_document() -> None:
    async def two() -> list[bytes]:
        press = Press(LANGUAGES)
        return [await press.pdf(CONTENT), await press.pdf(structs.replace(CONTENT, tax_note="Another."))]

    assert len({*asyncio.run(two())}) == 2


def test_whoever_comes_when_many_wait_is_sent_away() -> None:
    async def many() -> int:
        press = Press(LANGUAGES)
        asked = [asyncio.create_task(press.pdf(numbered(number))) for number in range(WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await press.pdf(numbered(WAITING))
        again = asyncio.create_task(press.pdf(numbered(0)))
        assert await asked[0] == await again
        return press.started

    assert asyncio.run(many()) < WAITING


def test_one_who_goes_away_takes_the_document_from_nobody() -> None:
    async def two() -> bytes:
        press = Press(LANGUAGES)
        first, second = (asyncio.create_task(press.pdf(CONTENT)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(two()).startswith(b"%PDF")


def test_nothing_printed_is_told_and_the_next_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two() -> bytes:
        press = Press(LANGUAGES)
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", "/bin/false")
            with pytest.raises(Unavailable):
                await press.pdf(CONTENT)
            broken.setattr(sys, "executable", "/nowhere")
            with pytest.raises(Unavailable):
                await press.pdf(CONTENT)
        return await press.pdf(CONTENT)

    assert asyncio.run(two()).startswith(b"%PDF")


def test_what_is_kept_is_little(monkeypatch: pytest.MonkeyPatch) -> None:
    async def started(*numbers: int) -> int:
        press = Press(LANGUAGES)
        for number in numbers:
            await press.pdf(numbered(number))
        return press.started

    assert KEPT > 1
    monkeypatch.setattr(bill_press, "KEPT", 1)
    assert asyncio.run(started(0, 1, 1, 0)) == 3
    monkeypatch.setattr(bill_press, "KEPT_BYTES", 1)
    assert asyncio.run(started(0, 0)) == 2
