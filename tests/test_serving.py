"""What `ordain serve` puts between uvicorn and the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ordain.serving import _Together


class Wire(asyncio.Transport):
    """The far end: what arrives, write by write."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1)})
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


async def written(*pieces: bytes, close: bool = False) -> list[bytes]:
    wire = Wire()
    together = _Together(wire)
    for piece in pieces:
        together.write(piece)
    if close:
        together.close()
    await asyncio.sleep(0)
    assert wire.closed is close
    assert together.get_extra_info("peername") == ("192.0.2.1", 1)
    return wire.writes


@pytest.mark.parametrize(
    ("pieces", "writes"),
    [
        ((b"head", b"body"), [b"headbody"]),
        ((b"head", b""), [b"head"]),
        ((b"head",), [b"head"]),
        ((b"one", b"its", b"two", b"its"), [b"oneits", b"twoits"]),
        ((b"head", b"first", b"second"), [b"headfirst", b"second"]),
        ((), []),
    ],
)
def test_a_head_leaves_with_its_body_and_nothing_stays(pieces: tuple[bytes, ...], writes: list[bytes]) -> None:
    assert asyncio.run(written(*pieces)) == writes
    assert asyncio.run(written(*pieces, close=True)) == writes


def test_nothing_is_sent_on_a_connection_that_was_cut() -> None:
    async def cut() -> list[bytes]:
        wire = Wire()
        _Together(wire).write(b"head")
        wire.close()
        await asyncio.sleep(0)
        return wire.writes

    assert asyncio.run(cut()) == []
