"""PostgreSQL behind the face of `database`: serializable transactions, run again when PostgreSQL asks for it.

Nothing is used that distributed PostgreSQL lacks: no advisory locks, SKIP LOCKED, LISTEN, triggers or sequences.
"""

from __future__ import annotations

import asyncio
import random
import time
from types import CodeType
from typing import TYPE_CHECKING, TypeVar

from ordain.store.counted import Attempts
from ordain.store.database import (
    DatabaseBusy,
    DatabaseError,
    DatabaseUnavailable,
    Ids,
    OutcomeUnknown,
    Row,
    Tx,
    inside,
    refuse_inside,
)
from ordain.store.postgresql_failures import FAILURES, Again, explained_as
from ordain.store.postgresql_pool import COMMAND_SECONDS, Pool, Servers
from ordain.store.turns import NotYet, Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    import asyncpg

    from ordain.core.measure import Family

    Connection = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")

_PATIENCE = 20
"""Seconds a transaction is run again for, and may wait for its account's turn before that."""
_WRITE = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

# Of other users' sessions a user without rights sees no kind; those of the server itself have no user.
_OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend'"
)


class _Several(BaseException):
    """A read turned out to need more than one statement. Not an Exception, so that no read swallows it."""


async def open_postgresql(
    url: str, *, read_only: bool = False, connections: int = 8, patience: float = _PATIENCE
) -> PostgreSQL:
    """Open the database at `url`; raises DatabaseUnavailable when it does not answer."""
    database = PostgreSQL(Pool(Servers(url, read_only=read_only), connections), patience, read_only=read_only)
    try:
        await database.read(_ask)
    except DatabaseError as error:
        message = f'The PostgreSQL server in the setting "database" cannot be used: {error}'
        raise DatabaseUnavailable(message) from error
    return database


async def _ask(tx: Tx) -> None:
    await tx.fetch("SELECT 1")


class PostgreSQL:
    """A `Database` on a PostgreSQL server."""

    engine = "postgresql"

    def __init__(self, pool: Pool, patience: float, *, read_only: bool) -> None:
        self._pool = pool
        self._patience = patience
        self._read_only = read_only
        self._turns = Turns()
        self._ids = Ids(self)
        self._several: set[CodeType] = set()
        self._attempts = Attempts()

    async def write(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` in a serializable transaction, again while PostgreSQL asks for it."""
        refuse_inside()
        if self._read_only:
            message = "The database was opened for reading only."
            raise DatabaseError(message)
        self._attempts.writes += 1
        return await self._repeat(_WRITE, work)

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` on one snapshot."""
        refuse_inside()
        code = getattr(work, "__code__", None)
        # One statement is a snapshot by itself and saves two round trips. Whether a function runs one or several is
        # learnt the first time it runs: a read changes nothing, so it can be started over inside a transaction.
        if isinstance(code, CodeType) and code not in self._several:
            try:
                return await self._read_alone(work)
            except _Several:
                self._several.add(code)
            except (Again, DatabaseUnavailable):  # nothing is lost by asking once more
                pass
        return await self._repeat(_READ, work)

    read_long = read

    async def _read_alone(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        connection = await self._pool.take()
        tx = _LoneTx(connection)
        token = inside.set(True)
        try:
            return await _finished(tx, work)
        except asyncio.CancelledError:
            connection.terminate()
            raise
        except DatabaseUnavailable:
            connection.terminate()
            raise
        finally:
            inside.reset(token)
            tx.end()
            self._pool.give(connection)

    async def _repeat(self, begin: str, work: Callable[[Tx], Awaitable[T]]) -> T:
        turn = Turn(self._turns)
        attempt, until = 0, 0.0
        try:
            while True:
                await turn.wait(self._patience)
                until = until or time.monotonic() + self._patience
                connection = await self._pool.take()
                try:
                    return await _transact(_Tx(connection, begin, turn), work)
                except NotYet:
                    until = 0.0
                    continue
                except Again as error:
                    attempt += 1
                    if time.monotonic() > until:
                        self._attempts.given_up += 1
                        message = f"Gave up after {attempt} attempts: {error}"
                        raise DatabaseBusy(message) from error
                finally:
                    self._pool.give(connection)
                self._attempts.again += 1
                # Jittered, so that those who collided do not meet again.
                await asyncio.sleep(random.uniform(0, min(0.2, 0.002 * 2**attempt)))  # noqa: S311 - no secret
        finally:
            turn.end()

    async def new_ids(self, count: int = 1) -> list[int]:
        """Take ids from the block of this process."""
        refuse_inside()
        return await self._ids.take(count)

    async def others(self) -> int:
        """Sessions of clients at this database beside those of this pool, which must be at rest."""
        found = {row[0] for row in await self.read(lambda tx: tx.fetch(_OTHERS))}
        return len(found - self._pool.at_rest())

    def measured(self) -> list[Family]:
        """How many transactions there were, and how often one was run again or given up."""
        return self._attempts.families()

    async def close(self) -> None:
        """Finish the transactions under way and close the connections."""
        await self._pool.close()


class _Tx:
    """Statements on a connection, in the transaction that begins with the first of them."""

    __slots__ = ("_begin", "_connection", "_turn", "begun", "failure")

    def __init__(self, connection: Connection, begin: str, turn: Turn | None = None) -> None:
        self._connection = connection
        self._begin = begin
        self._turn = turn
        self.begun = False
        self.failure: Exception | None = None

    async def turn(self, nic: str) -> None:
        if self._turn is not None:
            self._turn.ask(nic)

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        await self._ready()
        try:
            return [tuple(record) for record in await self._connection.fetch(sql, *arguments)]
        except FAILURES as error:
            raise self._fail(error) from error

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def execute(self, sql: str, *arguments: object) -> int:
        await self._ready()
        try:
            status = await self._connection.execute(sql, *arguments)
        except FAILURES as error:
            raise self._fail(error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        await self._ready()
        try:
            await self._connection.executemany(sql, rows)
        except FAILURES as error:
            raise self._fail(error) from error

    async def commit(self) -> None:
        """Make it durable. Raises OutcomeUnknown when nobody can tell whether it became so."""
        if not self.begun:
            return
        # One that waits for a replica is not called off after some time, as other statements are: it would then be seen
        # by everybody, and lost with this server.
        late = asyncio.get_running_loop().call_later(COMMAND_SECONDS, self._connection.terminate)
        try:
            await self._connection.execute("COMMIT", timeout=2 * COMMAND_SECONDS)
        except FAILURES as error:
            explained = explained_as(error, self._connection)
            if isinstance(explained, DatabaseUnavailable):
                self._connection.terminate()
                message = f"The connection was lost while a transaction was being committed: {error}"
                raise OutcomeUnknown(message) from error
            raise explained from error
        except BaseException:
            self._connection.terminate()
            raise
        finally:
            late.cancel()

    async def roll_back(self, error: BaseException) -> None:
        """Make the connection fit for the next transaction, or close it, which rolls back as well."""
        if not isinstance(error, (Exception, NotYet)) or isinstance(self.failure, DatabaseUnavailable):
            # Cancelled, or silent for too long: there may be an answer on the wire nobody waits for.
            self._connection.terminate()
            return
        if not self.begun:
            return
        try:
            await self._connection.execute("ROLLBACK")
        except FAILURES:
            self._connection.terminate()
        except BaseException:
            self._connection.terminate()
            raise

    def end(self) -> None:
        """Close the door behind a transaction: its connection now serves others."""
        self.failure = DatabaseError("The transaction is over.")

    async def _ready(self) -> None:
        if self.failure is not None:
            raise self.failure
        if self._begin and not self.begun:
            self.begun = True
            try:
                await self._connection.execute(self._begin)
            except FAILURES as error:
                failure = self._fail(error)
                if isinstance(failure, DatabaseUnavailable):  # it went stale while nobody used it; nothing was begun
                    self._connection.terminate()
                    self.failure = failure = Again(str(failure))
                raise failure from error

    def _fail(self, error: Exception) -> Exception:
        self.failure = explained_as(error, self._connection)
        return self.failure


class _LoneTx(_Tx):
    """One statement outside of a transaction; a second one raises _Several."""

    __slots__ = ("_used",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "")
        self._used = False

    async def _ready(self) -> None:
        await super()._ready()
        if self._used:
            raise _Several
        self._used = True


async def _finished(tx: _Tx, work: Callable[[Tx], Awaitable[T]]) -> T:
    """Return the result of `work`; raise the failure of one of its statements, even if it went on after it."""
    try:
        result = await work(tx)
    except Exception as error:
        if isinstance(tx.failure, Again):  # whatever the function made of it, it is to be run again
            raise tx.failure from error
        raise
    if tx.failure is not None:
        raise tx.failure
    return result


async def _transact(tx: _Tx, work: Callable[[Tx], Awaitable[T]]) -> T:
    token = inside.set(True)
    try:
        result = await _finished(tx, work)
    except BaseException as error:
        await tx.roll_back(error)
        raise
    finally:
        inside.reset(token)
        tx.end()
    await tx.commit()
    return result
