"""The connections to a PostgreSQL server, and which of several servers it is that writes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from ordain.store.database import DatabaseError, DatabaseUnavailable
from ordain.store.postgresql_failures import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable

    Connection = asyncpg.Connection[asyncpg.Record]
    Host = tuple[str, int | None]

COMMAND_SECONDS = 60
_CONNECT_SECONDS = 5
_CLOSE_SECONDS = 5
_TAKE_SECONDS = 20
"""How long anybody waits for a connection: all of them are in use, or the server is away."""
_HEAD_START = 0.5
"""Seconds a server has to itself before the next one is asked too."""
_SILENT_SECONDS = 3
"""After which a server that has not answered a statement is asked whether it is there at all."""
_LOOK_EVERY = 1
_CACHED_STATEMENTS = 1000

_SETTINGS = {
    "application_name": "ordain",
    # A statement outside of a transaction can only be a read (see _LoneTx); the server sees to it.
    "default_transaction_read_only": "on",
    "jit": "off",
    # What a process that is gone, or does not go on, has locked is not locked for ever: a transaction waits for nothing
    # but its own statements.
    "idle_in_transaction_session_timeout": "30s",
    # Nor for long for somebody else's row: who does is run again, and its lane serves others meanwhile.
    "lock_timeout": "250ms",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
# A server may be set to acknowledge commits that are not on its disk; to us a commit is a promise.
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

# Sums of BIGINT are NUMERIC and conditions BOOLEAN; on SQLite both are whole numbers, so they are here.
_DECODERS: dict[str, Callable[[str], int]] = {"numeric": int, "bool": lambda text: int(text == "t")}


def hosts(url: str) -> list[Host]:
    """The servers that a URL names, each with its port if it tells one: `//a:5432,b/name`, or `//…/name?host=a,b`."""
    try:
        parts = urlsplit(url)
    except ValueError:  # the driver tells what is wrong with it
        return []
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    named = [_host(unquote(each)) for each in parts.netloc.rpartition("@")[2].split(",") if each]
    named = named or [_host(each) for each in asked.get("host", "").split(",") if each]
    ports = [int(port) for port in asked.get("port", "").split(",") if port.isdecimal()]
    ports = ports * len(named) if len(ports) == 1 else ports
    return [(name, port or (ports[at] if at < len(ports) else None)) for at, (name, port) in enumerate(named)]


def _host(text: str) -> Host:
    """`name`, `name:port`, `[address]:port`, or a socket's folder."""
    name, _, port = text.rpartition(":")
    if text.startswith("/") or not port.isdecimal() or (":" in name and not name.endswith("]")):
        return text.strip("[]"), None
    return name.strip("[]"), int(port)


class Servers:
    """The server, or the several of which the one that writes is looked for anew for each connection."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self._url = url
        named = hosts(url)
        # A single one is left to the driver, which knows more ways to name it.
        self._places: list[Host | None] = [*named] if len(named) > 1 else [None]
        alone = read_only and len(self._places) == 1
        self._wanted = SessionAttribute.any if alone else SessionAttribute.primary

    async def connect(self) -> tuple[Connection, Host | None]:
        """A connection to the one that writes, and which that is. Raises DatabaseUnavailable with what each said."""
        if len(self._places) == 1:
            return await self._at(self._places[0]), self._places[0]
        asked: dict[asyncio.Task[Connection], Host | None] = {}
        chosen: asyncio.Task[Connection] | None = None
        try:
            to_ask = [*self._places]
            while chosen is None and (to_ask or not all(one.done() for one in asked)):
                if to_ask:
                    place = to_ask.pop(0)
                    asked[asyncio.create_task(self._at(place))] = place
                waiting, seconds = [one for one in asked if not one.done()], _HEAD_START if to_ask else None
                ended, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                chosen = next((one for one in ended if one.exception() is None), None)
        finally:
            for one in asked:
                if one is not chosen:
                    one.add_done_callback(_let_go)
                    one.cancel()
        if chosen is None:
            raise DatabaseUnavailable("; ".join(str(one.exception()) for one in asked))
        self._places.sort(key=lambda each: each != asked[chosen])  # it is asked first from now on
        return chosen.result(), asked[chosen]

    async def _at(self, place: Host | None) -> Connection:
        host, port = place or (None, None)
        try:
            connection: Connection = await asyncpg.connect(
                self._url,
                host=host,
                port=port,
                timeout=_CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
                statement_cache_size=_CACHED_STATEMENTS,
                max_cached_statement_lifetime=0,
                server_settings=_SETTINGS,
                target_session_attrs=self._wanted,
            )
            try:
                await connection.execute(_DURABLE)
                for name, decode in _DECODERS.items():
                    await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decode)
            except BaseException:
                connection.terminate()
                raise
        except (*FAILURES, ValueError) as error:
            said = str(error) or type(error).__name__
            raise DatabaseUnavailable(f"{host}: {said}" if host else said) from error
        return connection

    async def answers(self, place: Host | None) -> bool:
        """Whether a server says anything at all, were it that it takes no more connections."""
        host, port = place or (None, None)
        try:
            connection = await asyncpg.connect(self._url, host=host, port=port, timeout=_CONNECT_SECONDS)
        except (*FAILURES, ValueError) as error:
            return isinstance(error, asyncpg.PostgresError)
        connection.terminate()
        return True


def _let_go(ended: asyncio.Task[Connection]) -> None:
    """Close what came too late."""
    if not ended.cancelled() and ended.exception() is None:
        ended.result().terminate()


class Pool:
    """A few connections, opened when first needed. The one given back goes to whoever has waited longest.

    A server that hangs, or whose network is gone, would be waited for as long as a statement may take. So who waits for
    long has it asked whether it is there: connections to one that is not are closed, which ends the waiting.
    """

    def __init__(self, servers: Servers, size: int) -> None:
        self._servers = servers
        self._size = size
        # None is leave to open a connection: there are always `size` of both together, here or with their users.
        self._free: list[Connection | None] = [None] * size
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._places: dict[Connection, Host | None] = {}
        self._lent: dict[Connection, float] = {}
        """Those in use, with the time since when."""
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    async def take(self) -> Connection:
        """One for its taker alone. Raises DatabaseUnavailable when there is no server, or nobody gives one back."""
        if self._closed:
            message = "The database is closed."
            raise DatabaseError(message)
        connection = await self._next()
        if connection is None or connection.is_closed():
            try:
                connection, place = await self._servers.connect()
            except BaseException:
                self.give(None)
                raise
            self._places = {each: at for each, at in self._places.items() if not each.is_closed()}
            self._places[connection] = place
        self._lent[connection] = time.monotonic()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        return connection

    def give(self, connection: Connection | None) -> None:
        """Take one back, or the leave to open one."""
        if connection is not None:
            self._lent.pop(connection, None)
            if connection.is_closed():
                connection = None
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        self._free.append(connection)

    async def close(self) -> None:
        """Wait for every transaction under way, then close."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._size):
            connection = await self._next(COMMAND_SECONDS)
            if connection is not None:
                try:
                    await connection.close(timeout=_CLOSE_SECONDS)
                except FAILURES:
                    connection.terminate()
        if self._watch is not None:
            self._watch.cancel()

    def at_rest(self) -> set[int]:
        """The server's numbers of the connections that nobody uses."""
        return {each.get_server_pid() for each in self._free if each is not None and not each.is_closed()}

    async def _next(self, seconds: float = _TAKE_SECONDS) -> Connection | None:
        if self._free:
            return self._free.pop()
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                return await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():  # it came, and nobody is here any more to use it
                self.give(waiter.result())
            if isinstance(error, TimeoutError):
                message = f"No connection was free for {seconds:g} seconds"
                raise DatabaseUnavailable(message) from error
            raise

    async def _look(self) -> None:
        """While connections are in use: whether the servers that are waited for are there. Ends when none is."""
        while self._lent:
            await asyncio.sleep(_LOOK_EVERY)
            late = time.monotonic() - _SILENT_SECONDS
            for place in {self._places.get(each) for each, since in self._lent.items() if since < late}:
                if not await self._servers.answers(place):
                    self._leave(place, late)

    def _leave(self, place: Host | None, late: float) -> None:
        """Close the connections to a server that does not answer: whoever waits there is told so."""
        for connection, at in self._places.items():
            if at == place and self._lent.get(connection, 0) < late:
                connection.terminate()
