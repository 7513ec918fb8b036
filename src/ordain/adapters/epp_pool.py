"""A registrar's sessions at one registry: opened when needed, lent one by one, kept awake, replaced when broken."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from ordain.adapters.epp_session import NotLetIn, Session
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from ordain.adapters.epp_answers import Greeting
    from ordain.adapters.epp_session import Account

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSE = 60.0
"""Seconds between a login that was refused and the next one."""


class Pool:
    """At most `account.sessions` sessions. Who finds all of them lent waits as long as for an answer, not longer."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._free = asyncio.Semaphore(account.sessions)
        # One session is left to orders, whoever searches: unless it is the only one, which is lent in turn.
        self._checking = asyncio.Semaphore(max(account.sessions - 1, 1))
        self._resting: list[Session] = []
        self._keeper: asyncio.Task[None] | None = None
        self._greeting: Greeting | None = None
        self._refused = 0.0, ""
        """Until when nobody logs in, and why."""

    async def greeting(self) -> Greeting:
        """What the server announced last. Raises NoAnswer."""
        if self._greeting is None:
            async with self.session(checking=True):
                pass  # to open one is to be greeted
        if self._greeting is None:
            message = "The registry announced nothing"
            raise NoAnswer(message)
        return self._greeting

    @asynccontextmanager
    async def _lent(self, *semaphores: asyncio.Semaphore) -> AsyncIterator[None]:
        """Within, it is our turn by each of these. Raises NoAnswer where that does not come soon."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._account.answering):
                    for semaphore in semaphores:
                        await held.enter_async_context(semaphore)
            except TimeoutError as error:
                message = "All sessions at the registry are busy"
                raise NoAnswer(message) from error
            yield

    @asynccontextmanager
    async def session(self, *, checking: bool = False) -> AsyncIterator[Session]:
        """A session for a few commands in a row; of those that check, one fewer at once. Raises NoAnswer."""
        async with self._lent(*((self._checking,) if checking else ()), self._free):
            session = await self._rested() or await self._opened()
            self._greeting = session.greeting
            if self._keeper is None or self._keeper.done():
                self._keeper = asyncio.create_task(self._keep_awake())
            try:
                yield session
            finally:
                await self._put_back(session)

    async def read(self, work: Callable[[Session], Awaitable[T]], *, checking: bool = False) -> T:
        """What only looks. Where it finds its session cut, it is done again on another."""
        try:
            async with self.session(checking=checking) as session:
                return await work(session)
        except NoAnswer as silence:
            log.info("asking again: %s", silence)
        async with self.session(checking=checking) as session:
            return await work(session)

    async def _opened(self) -> Session:
        clock = asyncio.get_running_loop().time
        if clock() < self._refused[0]:
            raise NoAnswer(self._refused[1])
        try:
            return await Session.open(self._account)
        except NotLetIn as refusal:
            self._refused = clock() + PAUSE, str(refusal)
            raise

    async def _rested(self) -> Session | None:
        while self._resting:
            session = self._resting.pop()
            if session.alive:
                return session
            await session.end(politely=False)
        return None

    async def _put_back(self, session: Session) -> None:
        if session.alive:
            self._resting.append(session)
        else:
            await session.end(politely=False)

    async def _keep_awake(self) -> None:
        """Say hello on every session that was silent for too long."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(self._account.idle / 4)
            for session in [each for each in self._resting if clock() - each.used >= self._account.idle]:
                if session not in self._resting or self._free.locked():
                    continue  # it was lent meanwhile, or somebody is about to need it
                async with self._free:
                    if session in self._resting:
                        self._resting.remove(session)
                        await self._greet(session)

    async def _greet(self, session: Session) -> None:
        try:
            await session.hello()
        except NoAnswer as silence:
            log.info("a session ended while it rested: %s", silence)
        await self._put_back(session)

    async def close(self) -> None:
        """Log out of every session that rests."""
        if self._keeper:
            self._keeper.cancel()
            self._keeper = None
        while self._resting:
            await self._resting.pop().end()
