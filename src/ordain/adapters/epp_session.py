"""One session with an EPP server: TLS, frames with their length before them, one command at a time (RFC 5734)."""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
import time
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.adapters import epp_frames
from ordain.adapters.epp_answers import Greeting, Reply, greeting, queued, reply
from ordain.adapters.epp_codes import ENDING, WRONG_LOGIN, meaning
from ordain.adapters.epp_tally import TALLY, command
from ordain.adapters.epp_xml import Malformed, Unreadable, received, violations
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ordain.adapters.epp_frames import Asked

log = logging.getLogger(__name__)

HEADER = 4
"""Bytes of a frame's length, which counts them too (RFC 5734 §4)."""
LONGEST = 1 << 20
"""Bytes of a frame: a registry that announces more has lost its place."""


class Account(Struct, frozen=True, kw_only=True):
    """A registrar's account at a registry's server, and how patient it is with it. Times are in seconds."""

    host: str
    port: int
    login: str
    password: str
    tls: ssl.SSLContext
    secret: bytes
    """What auth codes are derived from."""
    currency: str = "EUR"
    """What fees are asked for in (RFC 8748 §3.2)."""
    sessions: int = 2
    connecting: float = 10
    answering: float = 30
    idle: float = 50
    """After so long without a command a session says hello: registries cut silent ones after two minutes, some."""


class NotLetIn(NoAnswer):
    """The registry refused the login: whoever goes on trying is locked out, at some."""


class Session:
    """A session that is logged in. Whatever breaks it is NoAnswer; then `broken` says so, and it is not used again."""

    def __init__(self, account: Account, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.greeting = Greeting("", (), (), ())
        self.broken = False
        self._ended = False
        self.used = 0.0
        """When it was spoken on last, by the loop's clock."""
        self._account = account
        self._reader = reader
        self._writer = writer
        # No two sessions of any process may number alike: some registries keep client ids apart, and drop who does.
        self._own = f"o-{secrets.token_hex(5)}"
        self._number = count(1)

    @classmethod
    async def open(cls, account: Account) -> Session:
        """Connect, hear the greeting, log in. Raises NoAnswer, and NotLetIn for a login that was refused."""
        try:
            async with asyncio.timeout(account.connecting):
                reader, writer = await asyncio.open_connection(
                    account.host, account.port, ssl=account.tls, server_hostname=account.host, limit=LONGEST
                )
        except (OSError, ssl.SSLError, TimeoutError) as error:
            message = f"The registry cannot be reached: {_told(error)}"
            raise NoAnswer(message) from error
        session = cls(account, reader, writer)
        TALLY.session(account.host, 1)
        try:
            await session._begin()
        except BaseException:
            await session.end(politely=False)
            raise
        return session

    async def _begin(self) -> None:
        async with self._speaking(self._account.connecting):
            greeted = greeting(await self._read())
            if greeted is None:
                message = "no greeting"
                raise Unreadable(message)
            self.greeting = greeted
        try:
            answer = await self.ask(epp_frames.login(self._account.login, self._account.password, self.greeting))
        except Malformed as error:
            message = f"The login for the registry is not one EPP allows: {error}"
            raise NotLetIn(message) from error
        if not answer.good:
            message = f"The registry does not let us in: {answer.code} {answer.words}"
            passing = meaning(answer.code) == "again" and answer.code != WRONG_LOGIN
            raise (NoAnswer if passing else NotLetIn)(message)

    @property
    def alive(self) -> bool:
        """As far as can be told without asking."""
        return not (self.broken or self._reader.at_eof() or self._writer.is_closing())

    async def ask(self, asked: Asked, transaction: str | None = None) -> Reply:
        """Send a command and read its answer. Raises NoAnswer, or epp_xml.Malformed for what cannot be sent."""
        transaction = transaction or f"{self._own}-{next(self._number)}"
        frame = asked.frame(transaction)
        since, outcome = time.perf_counter_ns(), "silence"
        try:
            answer = await self._exchange(frame, transaction)
            outcome = str(answer.code)
        finally:
            took = (time.perf_counter_ns() - since) // 1000
            TALLY.add(self._account.host, command(asked.verb), outcome, took)
        if (messages := queued(answer)) is not None:
            TALLY.queued(self._account.host, messages)
        if answer.code in ENDING:
            self.broken = True
        return answer

    async def _exchange(self, frame: bytes, transaction: str) -> Reply:
        async with self._speaking(self._account.answering):
            await self._write(frame)
            answer = reply(await self._read())
            told = answer.client_id
            # A server that could not read the command may not know its id (RFC 5730 §2.6).
            if told != transaction and (told is not None or answer.good):
                message = f"an answer to {told!r}, not to {transaction!r}"
                raise Unreadable(message)
        return answer

    async def hello(self) -> None:
        """Show that we are still there. Raises NoAnswer."""
        async with self._speaking(self._account.answering):
            await self._write(epp_frames.hello())
            if greeting(await self._read()) is None:
                message = "no greeting"
                raise Unreadable(message)

    @asynccontextmanager
    async def _speaking(self, seconds: float) -> AsyncIterator[None]:
        """Within, whatever goes wrong breaks the session: the next answer on it might be this one's."""
        self.broken = True
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            message = f"The registry did not answer within {seconds:g} seconds"
            raise NoAnswer(message) from error
        except Unreadable as error:
            message = f"The registry's answer cannot be read: {error}"
            raise NoAnswer(message) from error
        except (OSError, EOFError) as error:
            message = f"The connection to the registry was cut: {_told(error)}"
            raise NoAnswer(message) from error
        self.broken = False
        self.used = asyncio.get_running_loop().time()

    async def _write(self, frame: bytes) -> None:
        self._writer.write(framed(frame))
        await self._writer.drain()

    async def _read(self) -> object:
        frame = await read_frame(self._reader)
        root = received(frame)
        problems = violations(root)
        if problems:
            # Real registries err in details, and what was done is done: heard all the same, and noted.
            log.warning("%s sent a frame against the schemas: %s", self._account.host, "; ".join(problems)[:500])
        return root

    async def end(self, *, politely: bool = True) -> None:
        """Log out, if there is still somebody to say it to, and hang up."""
        if politely and self.alive:
            with suppress(NoAnswer):
                await self.ask(epp_frames.logout())
        if not self._ended:
            self._ended = True
            TALLY.session(self._account.host, -1)
        self.broken = True
        self._writer.close()
        with suppress(OSError, ssl.SSLError, TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._writer.wait_closed()


_GOODBYE = 1.0


def framed(frame: bytes) -> bytes:
    """A frame as it goes over the wire (RFC 5734 §4)."""
    return (len(frame) + HEADER).to_bytes(HEADER) + frame


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The next frame. Raises EOFError where it breaks off, Unreadable for a length no frame has."""
    length = int.from_bytes(await reader.readexactly(HEADER))
    if not HEADER < length <= LONGEST:
        message = f"a frame of {length} bytes"
        raise Unreadable(message)
    return await reader.readexactly(length - HEADER)


def _told(error: BaseException) -> str:
    return str(error) or type(error).__name__
