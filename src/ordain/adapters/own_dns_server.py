"""Listens for questions of the DNS, by UDP and by TCP (RFC 1035 §4.2, RFC 7766), within limits."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Protocol

    class Answers(Protocol):
        """Whoever answers: a message for a message, or nothing."""

        def __call__(self, octets: bytes, *, by_tcp: bool) -> Awaitable[bytes | None]:
            """The answer to these octets."""


log = logging.getLogger(__name__)

MOST_CONNECTIONS = 100
"""By TCP at once: one more is closed before it says anything."""
MOST_OF_ONE = 10
"""Connections of them that one address may have: an IPv6 network of 64 bits is one address, for anybody has as many."""
IDLE = 10.0
"""Seconds a connection may say nothing, or leave its answer unread."""
MOST_WAITING = 256
"""Questions by UDP that wait for the database: those that come then are lost, and asked again."""


def bound(where: tuple[str, int]) -> tuple[socket.socket, socket.socket]:
    """The sockets, by TCP and UDP, of one address and port; port 0 is any that is free. Raises OSError."""
    by_tcp = _bound(socket.SOCK_STREAM, where)
    try:
        return by_tcp, _bound(socket.SOCK_DGRAM, (where[0], by_tcp.getsockname()[1]))
    except OSError:
        by_tcp.close()
        raise


def _bound(kind: socket.SocketKind, where: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:  # connections of a server before this one may linger
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.settimeout(0)
        made.bind(where)
        if kind == socket.SOCK_STREAM:
            made.listen(MOST_CONNECTIONS)
    except OSError:
        made.close()
        raise
    return made


class DnsServer:
    """Answers what comes to sockets until it is closed."""

    def __init__(self) -> None:
        self._connections: dict[asyncio.Task[None], str] = {}
        self._close: list[Callable[[], None]] = []

    async def listen(self, by_tcp: socket.socket, by_udp: socket.socket, answers: Answers) -> None:
        """Begin: every message is answered with what this gives for it."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(answers), sock=by_udp)
        server = await asyncio.start_server(lambda *streams: self._connected(answers, *streams), sock=by_tcp)
        self._close += [transport.close, server.close]

    async def close(self) -> None:
        """Listen no more; what is being asked by TCP is cut off."""
        for close in self._close:
            close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, answers: Answers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which counts until its socket is closed."""
        task, whose = asyncio.current_task(), _whose(writer.get_extra_info("peername"))
        try:
            if task is not None and self._has_room(whose):
                self._connections[task] = whose
                task.add_done_callback(self._connections.pop)
                # Whoever hangs up, says or reads nothing for too long, or is cut off at the end.
                with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                    await _converse(answers, reader, writer)
        finally:
            writer.transport.abort()  # a close would wait for ever for a client to read what it has not read
            with suppress(OSError):
                await writer.wait_closed()

    def _has_room(self, whose: str) -> bool:
        of_one = sum(1 for each in self._connections.values() if each == whose)
        return len(self._connections) < MOST_CONNECTIONS and of_one < MOST_OF_ONE


def _whose(peer: tuple[str, int] | None) -> str:
    """Whom an address counts for; None is nobody any more."""
    address = ip_address(peer[0].partition("%")[0]) if peer else None
    if address is None or address.version == 4:
        return str(address)
    return str(ip_network((address, 64), strict=False))


async def _converse(answers: Answers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One question after the other, each behind its length (RFC 7766 §8), when the answer before it was taken."""
    writer.transport.set_write_buffer_limits(0)
    while True:
        async with asyncio.timeout(IDLE):
            length = int.from_bytes(await reader.readexactly(2))
            octets = await reader.readexactly(length)
        said = await answers(octets, by_tcp=True)
        if said is None:
            return
        writer.write(len(said).to_bytes(2) + said)
        async with asyncio.timeout(IDLE):
            await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    """Questions by UDP, each answered when it can be."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._waiting: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self._waiting) < MOST_WAITING:
            answering = asyncio.create_task(self._answer(data, addr))
            self._waiting.add(answering)
            answering.add_done_callback(self._waiting.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        try:
            said = await self._answers(data, by_tcp=False)
        except Exception:
            log.exception("a question by UDP could not be answered")
            return
        if said is not None and self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(said, addr)
