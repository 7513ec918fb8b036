"""Answers that are sent as they come: lines of JSON (NDJSON), or server-sent events, as the client prefers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"
LONGEST = 60.0
"""Seconds an answer may take to be sent: a client that does not read is not waited for."""

Form = Literal["json", "ndjson", "events"]
_FORMS: dict[str, Form] = {"application/json": "json", NDJSON: "ndjson", "application/ndjson": "ndjson",
                           EVENTS: "events"}  # fmt: skip
_encode = msgspec.json.Encoder().encode


class Stream(Struct, frozen=True):
    """What a route answers instead of a value, to have it sent piece by piece."""

    content_type: str
    pieces: AsyncGenerator[bytes, None]
    status: int = 200


class Event(Struct, frozen=True):
    """One line or event. `id` is what a client that lost the connection says it has seen last."""

    name: str
    id: str
    value: Struct


def form_of(accept: str) -> Form:
    """How a client wants to be answered: the first it accepts of what there is, JSON if it does not say."""
    for part in accept[:1000].lower().split(","):
        kind, _, parameters = part.partition(";")
        if kind.strip() in _FORMS and parameters.replace(" ", "") not in ("q=0", "q=0.0"):
            return _FORMS[kind.strip()]
    return "json"


def stream(form: Form, events: AsyncGenerator[Sequence[Event], None]) -> Stream:
    """Events in one of the two forms; none for a while is a heartbeat."""
    if form == "events":
        return Stream(f"{EVENTS}; charset=utf-8", _events(events))
    return Stream(f"{NDJSON}; charset=utf-8", _lines(events))


def ended() -> Stream:
    """What tells a browser's EventSource, which comes back after the last event, that there is nothing more."""
    return Stream(EVENTS, _nothing(), 204)


async def _nothing() -> AsyncGenerator[bytes, None]:
    for piece in tuple[bytes, ...]():
        yield piece


async def _lines(events: AsyncGenerator[Sequence[Event], None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        async for some in events:
            # An empty line is none: readers of NDJSON pass over it.
            yield b"".join(_encode(each.value) + b"\n" for each in some) or b"\n"


async def _events(events: AsyncGenerator[Sequence[Event], None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(events):
        async for some in events:
            yield (
                b"".join(
                    b"event: %b\nid: %b\ndata: %b\n\n" % (each.name.encode(), each.id.encode(), _encode(each.value))
                    for each in some
                )
                or b": still asking\n\n"
            )


async def send_pieces(pieces: AsyncGenerator[bytes, None], receive: Receive, send: Send) -> None:
    """Send until all is sent, or the client hangs up: then whatever makes the pieces is ended."""
    sending = asyncio.ensure_future(_send_all(pieces, send))
    listening = asyncio.ensure_future(_hung_up(receive))
    try:
        await asyncio.wait({sending, listening}, timeout=LONGEST, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, listening):
            task.cancel()
        ended, _ = await asyncio.gather(sending, listening, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended


async def _send_all(pieces: AsyncGenerator[bytes, None], send: Send) -> None:
    async with aclosing(pieces):
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
