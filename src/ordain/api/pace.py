"""How fast anybody may call, and how slowly: so many requests a minute of an address and an account, a body in time.

Both are kept in this process, and by the machine's own clock: the sandbox's may have been moved.
"""

from __future__ import annotations

import asyncio
import time
from math import ceil
from typing import TYPE_CHECKING

from ordain.api import errors
from ordain.core.refusal import Refusal, Refused
from ordain.flows.answers import place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
    from typing import Any

    from ordain.core.account import Caller

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

MINUTE = 60
BODY_WITHIN = 60.0
"""Seconds for a whole body: the longest that is taken, a megabyte, over the slowest line."""
TOO_SLOW = "The request did not come to its end in time"
MOST = 100_000
"""Callers that are counted: of more in one minute, all begin anew."""


class Pace:
    """The requests of this minute, by address and by account. Whoever calls from this machine itself is not counted.

    Behind a proxy that is not believed everybody would: they would share one budget.
    """

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._now = now
        self._counts: dict[str, int] = {}
        self._end = 0.0

    def heard(self, address: str, caller: Caller | None = None) -> None:
        """One more request from this address, or of this caller there. Raises Refused for one too many."""
        if address.startswith("127.") or address == "::1":
            return
        if caller:
            self._count(caller.account.nichandle)
        else:
            self._count(place(address) if ":" in address else address)

    def _count(self, who: str) -> None:
        now = self._now()
        if now >= self._end or len(self._counts) >= MOST:
            self._counts, self._end = {}, now + MINUTE
        count = self._counts[who] = self._counts.get(who, 0) + 1
        if count > self._a_minute:
            wait = max(1, ceil(self._end - now))
            message = f"At most {self._a_minute} requests a minute: try again in {wait} s"
            raise Refused(Refusal("too-many", message, seconds=wait))

    async def page(
        self, page: Callable[[Message, Receive, Send], Awaitable[None]], scope: Message, receive: Receive, send: Send
    ) -> None:
        """A page instead of the API: counted alike, its form in time."""
        try:
            self.heard((scope.get("client") or ("",))[0])
        except Refused as refused:
            plain = [(b"content-type", b"text/plain; charset=utf-8"), *errors.headers(refused)]
            await send({"type": "http.response.start", "status": errors.answer(refused)[0], "headers": plain})
            await send({"type": "http.response.body", "body": str(refused).encode()})
            return
        line = _Line(receive, send)
        await page(scope, line.receive, line.send)


async def in_time(body: Coroutine[Any, Any, bytes]) -> bytes:
    """A body that comes in pieces, if all of them come soon enough. Raises Refused; the connection is closed then.

    Most are there already, with their head: no clock is set for those.
    """
    try:
        awaited = body.send(None)
    except StopIteration as end:
        whole: bytes = end.value
        return whole
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _Rest(body, awaited)
    except TimeoutError as late:
        raise Refused(Refusal("too-slow", TOO_SLOW)) from late


class _Rest:
    """A coroutine that was begun, and what it awaits."""

    def __init__(self, begun: Coroutine[Any, Any, bytes], awaited: object) -> None:
        self._begun, self._awaited = begun, awaited

    def __await__(self) -> Generator[Any, Any, bytes]:
        try:
            yield self._awaited
        except BaseException:
            self._begun.close()
            raise
        return (yield from self._begun.__await__())


class _Line:
    """A page's connection: raises Refused while its form does not come in time, and is closed then."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._until: float | None = asyncio.get_running_loop().time() + BODY_WITHIN
        self._late = False

    async def receive(self) -> Message:
        """The next piece. After the last one there is all the time in the world for somebody to hang up."""
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as late:
            self._late = True
            raise Refused(Refusal("too-slow", TOO_SLOW)) from late
        if not message.get("more_body", False):
            self._until = None
        return message

    async def send(self, message: Message) -> None:
        """A piece of the answer."""
        if self._late and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *errors.CLOSED]}
        await self._send(message)
