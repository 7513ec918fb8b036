"""SQLite behind the face of `database`: group commit on the event loop, one process per file.

Every transaction runs to its end, one after the other in the open batch; only COMMIT, the one slow call, runs in a
helper thread, while the next batch gathers. Nobody is answered before the commit of their batch is on disk. Where one
fails that has written something, the batch is undone, and the others are run again (decision 28).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from types import CodeType
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from ordain.store.answers import Answer
from ordain.store.counted import GROUP_COMMIT, Sizes
from ordain.store.database import (
    DatabaseError,
    DatabaseUnavailable,
    Ids,
    Row,
    Suspended,
    Tx,
    Violation,
    inside,
    refuse_inside,
)
from ordain.store.file_lock import lock as lock_file
from ordain.store.sqlite_connection import connect
from ordain.store.sqlite_errors import explained, lost
from ordain.store.sqlite_texts import translated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ordain.core.measure import Family
    from ordain.store.answers import Work

T = TypeVar("T")

_MAX_BATCH = 128
_MAX_SECONDS = 0.004  # how long a batch may hold the event loop, give or take one transaction

_WRITER_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=4000")


def open_sqlite(path: str, *, read_only: bool = False) -> Sqlite:
    """Open or create the database at `path`; raises DatabaseError, DatabaseLocked while another process has it."""
    lock = None if read_only else lock_file(path)
    try:
        writer = None if read_only else _Writer(connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE))
        return Sqlite(path, writer, lock)
    except apsw.Error as error:
        if lock is not None:
            os.close(lock)
        message = f'The SQLite file {path} in the setting "database" cannot be opened: {error}.'
        raise DatabaseUnavailable(message) from error


class Sqlite:
    """A `Database` in one file. The lock is held as long as it is open."""

    engine = "sqlite"

    def __init__(self, path: str, writer: _Writer | None, lock: int | None) -> None:
        self._path = path
        self._writer = writer
        self._lock = lock
        self._reader: apsw.Connection | None = connect(path, apsw.SQLITE_OPEN_READONLY)
        self._several: set[CodeType] = set()
        self._ids = Ids(self)

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:  # noqa: ARG002 - all take turns
        """Run `work` in the next batch; return when the batch is on disk."""
        refuse_inside()
        if self._writer is None:
            raise DatabaseError(_CLOSED if self._reader is None else "The database was opened for reading only.")
        return await self._writer.run(work)

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` at once, on the read connection."""
        refuse_inside()
        if self._reader is None:
            raise DatabaseError(_CLOSED)
        code = getattr(work, "__code__", None)
        # One statement is a snapshot by itself, and without BEGIN and COMMIT costs half. Whether a function runs one or
        # several is learnt the first time it runs: a read changes nothing, so it can be started over.
        if isinstance(code, CodeType) and code not in self._several:
            try:
                return _run_to_end(work, _LoneTx(self._reader))
            except _Several:
                self._several.add(code)
        return _read(self._reader, work)

    async def read_long(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` in a thread, on a connection of its own."""
        refuse_inside()
        if self._reader is None:
            raise DatabaseError(_CLOSED)
        return await asyncio.to_thread(self._read_apart, work)

    def _read_apart(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        connection = connect(self._path, apsw.SQLITE_OPEN_READONLY)
        try:
            return _read(connection, work)
        finally:
            connection.close()

    async def new_ids(self, count: int = 1) -> list[int]:
        """Take ids from the block of this process."""
        refuse_inside()
        return await self._ids.take(count)

    async def others(self) -> int:
        """Nobody else has the file."""
        return 0

    def measured(self) -> list[Family]:
        """How many transactions each commit carried."""
        sizes = self._writer.sizes if self._writer else Sizes()
        return [sizes.family(*GROUP_COMMIT)]

    async def close(self) -> None:
        """Finish the batches under way and give the file free."""
        writer, self._writer = self._writer, None
        reader, self._reader = self._reader, None
        lock, self._lock = self._lock, None
        # The reader first: the last connection to close folds the write-ahead log into the file.
        if reader is not None:
            reader.close()
        if writer is not None:
            await writer.close()
        if lock is not None:
            os.close(lock)


_NUL = "A text contains the character NUL, which PostgreSQL could not store."
_CLOSED = "The database is closed."


class _Several(BaseException):
    """A read turned out to need more than one statement. Not an Exception, so that no read swallows it."""


class _Tx:
    """Runs statements at once: nothing here waits."""

    __slots__ = ("_connection", "failure", "written")

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.failure: Exception | None = None
        self.written = False
        """Something else than a SELECT was run."""

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        return self._rows(sql, arguments)

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        rows = self._rows(sql, arguments)
        return rows[0] if rows else None

    async def execute(self, sql: str, *arguments: object) -> int:
        rows = self._rows(sql, arguments)
        return self._connection.changes() if translated(sql).changes else len(rows)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self._rows(sql, row)

    def _rows(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        if self.failure is not None:
            raise self.failure
        try:
            for argument in arguments:
                if type(argument) is str and "\0" in argument:
                    raise Violation(_NUL)  # noqa: TRY301 - told like what SQLite refuses
            statement = translated(sql)
            if not statement.reads:
                self.written = True
            return self._connection.execute(statement.text, arguments).fetchall()
        except (apsw.Error, OverflowError, TypeError, UnicodeError, Violation) as error:
            self.failure = explained(error)
            raise self.failure from error


class _Writer:
    """The one write connection, and the transactions waiting for the next batch."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        for pragma in _WRITER_PRAGMAS:
            connection.execute(pragma)
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiting: deque[tuple[asyncio.Future[Any], Work]] = deque()
        self._busy = False
        self._idle = asyncio.Event()
        self.sizes = Sizes()
        # Of nobody's request: a batch belongs to all of those whose transactions it runs.
        self._apart = Context()

    async def run(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((future, work))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            loop.call_soon(self._run_batch, context=self._apart)
        return await future

    async def close(self) -> None:
        if self._busy:
            await self._idle.wait()
        self._committer.shutdown()
        self._connection.close()

    def _run_batch(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.Error as error:
            batch = [Answer(future, work) for future, work in self._waiting]
            self._waiting.clear()
            return self._finish(batch, error)
        batch = self._gather()
        if not self._connection.in_transaction:
            return self._finish(batch, batch[-1].error)
        commit = asyncio.get_running_loop().run_in_executor(self._committer, self._connection.execute, "COMMIT")
        commit.add_done_callback(lambda done: self._finish(batch, done.exception()))
        return None

    def _gather(self) -> list[Answer]:
        """Run what is waiting, up to the limits of a batch, or until SQLite has rolled the whole batch back."""
        batch: list[Answer] = []
        until, run = time.monotonic() + _MAX_SECONDS, self._run_one
        while self._waiting and len(batch) < _MAX_BATCH and self._connection.in_transaction:
            future, work = self._waiting.popleft()
            if not future.done():  # else cancelled before its turn
                answer = Answer(future, work)
                if run(answer):
                    self._run_again(batch)
                    run = self._run_apart
                batch.append(answer)
            if time.monotonic() > until:
                break
        return batch

    def _run_one(self, answer: Answer) -> bool:
        """Run a transaction; whether it failed and left something to be undone."""
        tx = _Tx(self._connection)
        try:
            answer.result = _run_to_end(answer.work, tx)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked; the batch goes on
            answer.error = explained(error) if isinstance(error, apsw.Error) else error
            return tx.written and self._connection.in_transaction
        if not self._connection.in_transaction:
            answer.error = DatabaseError("A transaction ended the batch that it was one of.")
        return False

    def _run_again(self, batch: list[Answer]) -> None:
        """Undo what the batch did by now, and do it again without the one that failed after these."""
        self._roll_back()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except apsw.Error:  # without a transaction the whole batch is told so
            return
        for answer in batch:
            if answer.error is None:
                self._run_apart(answer)

    def _run_apart(self, answer: Answer) -> bool:
        """Run a transaction so that it leaves nothing to be undone."""
        try:
            self._connection.execute("SAVEPOINT one")
            answer.result = _run_to_end(answer.work, _Tx(self._connection))
            self._connection.execute("RELEASE one")
        except BaseException as error:  # noqa: BLE001 - as above
            answer.error = explained(error) if isinstance(error, apsw.Error) else error
            self._undo_one()
        return False

    def _undo_one(self) -> None:
        try:
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
        except apsw.Error:  # after an error such as a full disk SQLite may have rolled everything back itself
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with suppress(apsw.Error):
                self._connection.execute("ROLLBACK")

    def _finish(self, batch: list[Answer], failure: BaseException | None) -> None:
        """Answer every member; `failure` is why the batch as a whole is not on disk."""
        if failure is not None:
            self._roll_back()
        else:
            self.sizes.add(len(batch))
        for answer in batch:
            if failure is not None and answer.error is not failure:
                answer.error = lost(failure)
            answer.give()
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._run_batch)
        else:
            self._busy = False
            self._idle.set()


class _LoneTx(_Tx):
    """Runs one statement outside of any transaction; raises _Several at the second."""

    __slots__ = ("_used",)

    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self._used = False

    def _rows(self, sql: str, arguments: Sequence[Any]) -> list[Row]:
        if self._used and self.failure is None:
            raise _Several
        self._used = True
        return super()._rows(sql, arguments)


def _run_to_end(work: Callable[[Tx], Awaitable[T]], tx: _Tx) -> T:
    """Step a transaction's function to its end in one go; raises Suspended when it awaits anything but its `tx`."""
    token = inside.set(True)
    try:
        try:
            steps = work(tx).__await__()
        except StopIteration as end:  # no future can be told it: whoever waits would wait for ever, and all after them
            message = f"{getattr(work, '__qualname__', work)} ran out of something."
            raise RuntimeError(message) from end
        try:
            next(steps)
        except StopIteration as end:
            if tx.failure is not None:  # swallowed by the function; PostgreSQL could not commit it either
                raise tx.failure from None
            result: T = end.value
            return result
        with suppress(RuntimeError):  # a function that awaits again while it is being closed
            steps.close()
        message = f"{getattr(work, '__qualname__', work)} awaits something other than its transaction."
        raise Suspended(message)
    finally:
        inside.reset(token)
        tx.failure = DatabaseError("The transaction is over.")


def _read(connection: apsw.Connection, work: Callable[[Tx], Awaitable[T]]) -> T:
    try:
        connection.execute("BEGIN")
        return _run_to_end(work, _Tx(connection))
    except apsw.Error as error:
        raise explained(error) from error
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")
