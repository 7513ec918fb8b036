"""Group commit on PostgreSQL: a few lanes, each of which runs many functions in one transaction and commits once.

A function that finds an idle lane starts at once. What comes while all are busy gathers, and the next lane that is done takes
it up: one function after the other, in one serializable transaction, up to the limits of a batch. Nobody is answered before
its commit. A batch that fails is undone, and its members are run again, each in a transaction of its own (decision 37).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ordain.store.answers import Answer
from ordain.store.counted import Sizes
from ordain.store.database import Conflict, DatabaseBusy, DatabaseError, DatabaseUnavailable, OutcomeUnknown
from ordain.store.postgresql_failures import Again
from ordain.store.postgresql_tx import Statements
from ordain.store.turns import NotYet, Turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg

    from ordain.store.answers import Work
    from ordain.store.counted import Attempts
    from ordain.store.database import Tx
    from ordain.store.postgresql_pool import Pool

    Connection = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")
import os
LANES = int(os.environ.get("LANES", "3"))
"""Batches under way at once. While one waits for the disk others go on; the more there are, the more they meet."""
MOST = int(os.environ.get("MOST", "16"))
"""Members of a batch: all of them run again when one meets another transaction."""
SECONDS = float(os.environ.get("SECS","0.01"))
"""For which a batch takes up members: the first of them waits for so long, and for the end of the last one's statements."""
_LOOK_EVERY = 1
_BEGIN = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"


class Asked(Answer):
    """A transaction that was asked for."""

    __slots__ = ("alone", "attempts", "lane", "nic", "since", "until")

    def __init__(self, future: asyncio.Future[object], work: Work) -> None:
        super().__init__(future, work)
        self.nic = ""
        """Whose turn it has asked for: it is run in that account's lane. Who has one turn is given no other."""
        self.lane: Lane | None = None
        self.alone = False
        """A batch it was in has failed."""
        self.attempts = 0
        self.since = time.monotonic()
        self.until = 0.0


class Lanes:
    """The lanes of one process, and the transactions that wait for any of them."""

    def __init__(self, pool: Pool, patience: float, attempts: Attempts) -> None:
        self.pool = pool
        self.patience = patience
        self.attempts = attempts
        self.sizes = Sizes()
        self.turns: Turns[Lane] = Turns()
        self.waiting: deque[Asked] = deque()
        self.most = MOST
        self._lanes = [Lane(self) for _ in range(LANES)]
        self._under_way = 0
        self._over = asyncio.Event()
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` in some batch; return when that is on disk."""
        if self._closed:
            message = "The database is closed."
            raise DatabaseError(message)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self.waiting.append(Asked(future, work))
        self._under_way += 1
        if self._timer is None:
            self._timer = loop.call_later(_LOOK_EVERY, self._look)
        for lane in self._lanes:
            if lane.start():
                break
        return await future

    def tell(self, asked: Asked, error: BaseException | None = None) -> None:
        """It is over: with this error, or as it ended."""
        if error is not None:
            asked.error = error
        asked.give()
        if asked.nic:
            self.turns.give(asked.nic)
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
        message = f"Others were in the way for {self.patience:g} seconds"
        for queue in (self.waiting, *(lane.own for lane in self._lanes)):
            self.refuse(queue, time.monotonic() - self.patience, DatabaseBusy(message))

    def refuse(self, queue: deque[Asked], before: float, error: DatabaseError) -> None:
        """Tell this to those of a queue that wait since before then."""
        late = [asked for asked in queue if asked.since < before]
        for asked in late:
            queue.remove(asked)
            self.tell(asked, error)


class Lane:
    """One batch after the other, while there is something to do."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._running: asyncio.Task[None] | None = None
        self.own: deque[Asked] = deque()
        """What is to be run in this lane, before anything that may be run in any."""

    def start(self) -> bool:
        """Begin, unless it is under way."""
        if self._running is not None:
            return False
        # Of nobody's request: a batch belongs to all of those whose transactions it runs.
        self._running = asyncio.create_task(self._run(), context=Context())
        return True

    def add(self, asked: Asked) -> None:
        """One that is to be run here, after those that are already."""
        asked.since = time.monotonic()
        self.own.append(asked)
        self.start()

    async def _run(self) -> None:
        try:
            while (first := self._next()) is not None:
                await self._connected(first)
        finally:
            self._running = None

    def _next(self, *, joining: bool = False) -> Asked | None:
        """The next transaction; for a batch that is under way already, only one that may join it."""
        for queue in (self.own, self._lanes.waiting):
            while queue:
                if joining and queue[0].alone:
                    return None
                asked = queue.popleft()
                if not asked.future.done():
                    return asked
                self._lanes.tell(asked)  # cancelled before its time
        return None

    async def _connected(self, first: Asked) -> None:
        started = time.monotonic()
        try:
            connection = await self._lanes.pool.take()
        except DatabaseError as error:
            # Whoever has waited meanwhile is told so as well, lest they are told one by one, each after such a wait.
            self._lanes.tell(first, error)
            for queue in (self.own, self._lanes.waiting):
                self._lanes.refuse(queue, started, error)
            return
        try:
            await self._batch(connection, first)
        except BaseException:
            connection.terminate()
            raise
        finally:
            self._lanes.pool.give(connection)

    async def _batch(self, connection: Connection, first: Asked) -> None:
        """Run what is waiting, up to the limits of a batch, and commit."""
        batch: list[Asked] = []
        until, asked, begun = time.monotonic() + SECONDS, first, False
        while True:
            statements = Statements(connection, _BEGIN, begun=begun, asks=partial(self._ask, asked))
            stays = await _run(statements, asked)
            if stays:
                batch.append(asked)
            begun, cause = statements.begun, statements.failure or asked.error
            spoilt = statements.failure is not None or (statements.written and (cause is not None or not stays))
            if spoilt:
                await statements.roll_back()
            statements.end()
            if not stays and asked.lane is not None:
                asked.lane.add(asked)
            if spoilt:
                self._undone(batch, cause)
                return
            full = first.alone or len(batch) >= self._lanes.most or time.monotonic() > until
            following = None if full else self._next(joining=True)
            if following is None:
                break
            asked = following
        await self._commit(statements, batch)

    def _ask(self, asked: Asked, nic: str) -> None:
        """Have the account's turn, or raise NotYet. Who has one already gets no other."""
        if asked.lane is not None:
            return
        asked.nic, asked.lane = nic, self._lanes.turns.take(nic, self)
        if asked.lane is not self:
            raise NotYet

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
            if batch:
                self._lanes.sizes.add(len(batch))
            for asked in batch:
                self._lanes.tell(asked)

    def _undone(self, batch: list[Asked], cause: BaseException | None) -> None:
        """Nothing of the batch was written: its members are run again, each by itself; one that was alone is told why."""
        asked_again = isinstance(cause, Again)
        if isinstance(cause, DatabaseUnavailable):
            self._tell_all(batch, cause)
        elif len(batch) == 1 and asked_again:
            self._retry(batch[0], cause)
        elif len(batch) == 1:
            self._lanes.tell(batch[0])
        else:
            for asked in batch:
                asked.alone = True
            self.own.extendleft(reversed(batch))
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


async def _run(statements: Statements, asked: Asked) -> bool:
    """Run a function; whether it is done here, and not to be run in another lane."""
    asked.result, asked.error = None, None
    try:
        asked.result = await statements.finished(asked.work)
    except NotYet:
        return False
    except BaseException as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # it is not the function that is cancelled: everything ends
            raise
        asked.error = error
    return True
