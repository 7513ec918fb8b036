"""Group commit on PostgreSQL: a lane runs many functions in one transaction, and commits once.

A function that finds its lane idle starts at once. What comes while it is busy gathers, and is taken up next: one
function after the other, in one serializable transaction, up to the limits of a batch. Nobody is answered before its
commit. A batch that fails is undone, and its members are run again, each in a transaction of its own (decision 37).
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from contextvars import Context
from typing import TYPE_CHECKING, TypeVar

from ordain.store.answers import Answer
from ordain.store.counted import Sizes
from ordain.store.database import Conflict, DatabaseBusy, DatabaseError, DatabaseUnavailable, OutcomeUnknown
from ordain.store.postgresql_failures import Again
from ordain.store.postgresql_tx import Statements

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg

    from ordain.store.answers import Work
    from ordain.store.counted import Attempts
    from ordain.store.database import Tx
    from ordain.store.postgresql_pool import Pool

    Connection = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")
log = logging.getLogger(__name__)

MOST = 16
"""Members of a batch: all of them run again when one meets another transaction."""
_SECONDS = 0.01
"""For which a batch takes up members: the first waits for so long, for what the last one does, and for the commit."""
_LOOK_EVERY = 1
_BEGIN = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"


class Asked(Answer):
    """A transaction that was asked for."""

    __slots__ = ("alone", "attempts", "met", "since", "told", "until")

    def __init__(self, future: asyncio.Future[T], work: Work) -> None:
        super().__init__(future, work)
        self.alone = False
        """It is run in a transaction of its own: a batch it was in has failed."""
        self.met = False
        """A batch it was in met another transaction."""
        self.attempts = 0
        self.since = time.monotonic()
        self.until = 0.0
        self.told = False


class Lanes:
    """The lanes of one process: one for those that take turns, one for all others; or one for both."""

    def __init__(self, pool: Pool, patience: float, attempts: Attempts, lanes: int) -> None:
        self.pool = pool
        self.patience = patience
        self.attempts = attempts
        self.sizes = Sizes()
        self._in_turn = Lane(self)
        self._others = Lane(self) if lanes > 1 else self._in_turn
        self._under_way = 0
        self._over = asyncio.Event()
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool) -> T:
        """Run `work` in some batch, return when that is on disk."""
        if self._closed:
            message = "The database is closed."
            raise DatabaseError(message)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        asked = Asked(future, work)
        self._under_way += 1
        if self._timer is None:
            self._timer = loop.call_later(_LOOK_EVERY, self._look)
        (self._in_turn if in_turn else self._others).add(asked)
        return await future

    def tell(self, asked: Asked, error: BaseException | None = None) -> None:
        """It is over: with this error, or as it ended. Only the first word counts."""
        if asked.told:
            return
        if error is not None:
            asked.error = error
        asked.give()
        asked.told = True
        self._under_way -= 1
        if not self._under_way:
            self._over.set()

    async def close(self) -> None:
        """Take nothing more, and end what is under way."""
        self._closed = True
        while self._under_way:
            self._over.clear()
            await self._over.wait()
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        """Now and then while something is under way: tell those that have waited for too long."""
        self._timer = asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look) if self._under_way else None
        late = time.monotonic() - self.patience
        for lane in {self._in_turn, self._others}:
            lane.refuse(late, DatabaseBusy(f"Others were in the way for {self.patience:g} seconds"))


class Lane:
    """One batch after the other, while there is something to do."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._running: asyncio.Task[None] | None = None
        self._waiting: deque[Asked] = deque()

    def add(self, asked: Asked) -> None:
        """Run one, after those that wait already."""
        asked.since = time.monotonic()
        self._waiting.append(asked)
        if self._running is None:
            # Of nobody's request: a batch belongs to all of those whose transactions it runs.
            self._running = asyncio.create_task(self._run(), context=Context())

    async def _run(self) -> None:
        try:
            while (first := self._next()) is not None:
                await self._connected(first)
        finally:
            self._running = None

    def refuse(self, before: float, error: DatabaseError) -> None:
        """Tell this to those that wait since before then."""
        late = [asked for asked in self._waiting if asked.since < before]
        for asked in late:
            self._waiting.remove(asked)
        self._tell_all(late, error)

    def _next(self) -> Asked | None:
        while self._waiting:
            asked = self._waiting.popleft()
            if not asked.future.done():
                return asked
            self._lanes.tell(asked)  # cancelled before its time
        return None

    def _joining(self, began: float) -> Asked | None:
        """The next one of a batch that began then: what was asked for later may rest on what the batch does not see."""
        free = self._waiting and not self._waiting[0].alone and self._waiting[0].since <= began
        return self._next() if free else None

    async def _connected(self, first: Asked) -> None:
        started = time.monotonic()
        try:
            connection = await self._lanes.pool.take()
        except DatabaseError as error:
            # Who waits since before that is told so as well, lest they are told one by one, each after such a wait.
            self._lanes.tell(first, error)
            self.refuse(started, error)
            return
        batch: list[Asked] = []
        try:
            await self._batch(connection, first, batch)
        except Exception as error:
            # Nobody waits for ever, and the lane goes on, whatever it was that nobody thought of.
            log.exception("a batch of transactions ended unexpectedly")
            connection.terminate()
            unknown = OutcomeUnknown(f"A transaction ended unexpectedly: {error}")
            self._tell_all(batch, unknown)
        except BaseException:
            connection.terminate()
            raise
        finally:
            self._lanes.pool.give(connection)

    async def _batch(self, connection: Connection, first: Asked, batch: list[Asked]) -> None:
        """Run what is waiting, up to the limits of a batch, and commit. `batch` is for those that are in it."""
        asked, begun, began = first, False, time.monotonic()
        while True:
            batch.append(asked)
            statements = Statements(connection, _BEGIN, begun=begun)
            await _run(statements, asked)
            begun, cause = statements.begun, statements.failure or asked.error
            spoilt = statements.failure is not None or (statements.written and cause is not None)
            if spoilt:
                await statements.roll_back()
            statements.end()
            if spoilt:
                self._undone(batch, cause)
                return
            full = first.alone or len(batch) >= MOST or time.monotonic() > began + _SECONDS
            following = None if full else self._joining(began)
            if following is None:
                break
            asked = following
        await self._commit(statements, batch)

    async def _commit(self, statements: Statements, batch: list[Asked]) -> None:
        try:
            await statements.commit()
        except OutcomeUnknown as error:
            self._tell_all(batch, error)
        except (DatabaseError, Conflict) as error:
            for asked in batch:
                asked.error = error
            self._undone(batch, error)
        else:
            self._lanes.sizes.add(len(batch))
            for asked in batch:
                self._lanes.tell(asked)

    def _undone(self, batch: list[Asked], cause: BaseException | None) -> None:
        """Nothing of the batch was written: its members are run again, each by itself. One alone is told why."""
        asked_again = isinstance(cause, Again)
        if isinstance(cause, DatabaseUnavailable):
            self._tell_all(batch, cause)
        elif len(batch) == 1 and asked_again:
            self._retry(batch[0], cause)
        elif len(batch) == 1:
            self._lanes.tell(batch[0])
        else:
            # Those that met another are run together once more: most of the time it was one of them, and is gone.
            alone = not asked_again or any(asked.met for asked in batch)
            for asked in batch:
                asked.alone, asked.met = alone, True
            self._waiting.extendleft(reversed(batch))
        if asked_again:
            self._lanes.attempts.again += len(batch)

    def _retry(self, asked: Asked, cause: BaseException | None) -> None:
        now = time.monotonic()
        asked.alone = True
        asked.attempts += 1
        asked.until = asked.until or now + self._lanes.patience
        if now > asked.until:
            self._lanes.attempts.given_up += 1
            error = DatabaseBusy(f"Gave up after {asked.attempts} attempts: {cause}")
            error.__cause__ = cause
            self._lanes.tell(asked, error)
            return
        asyncio.get_running_loop().call_later(pause(asked.attempts), self.add, asked)

    def _tell_all(self, batch: list[Asked], error: DatabaseError) -> None:
        for asked in batch:
            own = type(error)(*error.args)  # each is raised elsewhere
            own.__cause__ = error.__cause__
            self._lanes.tell(asked, own)


def pause(attempt: int) -> float:
    """Seconds before a transaction is run again: jittered, so that those who collided do not meet again."""
    return random.uniform(0, min(0.2, 0.002 * 2**attempt))  # noqa: S311 - no secret


async def _run(statements: Statements, asked: Asked) -> None:
    """Run a function, and keep what came of it."""
    asked.result, asked.error = None, None
    try:
        asked.result = await statements.finished(asked.work)
    except BaseException as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # it is not the function that is cancelled: everything ends
            raise
        asked.error = error
