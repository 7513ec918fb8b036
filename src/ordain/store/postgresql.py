"""PostgreSQL behind the face of `database`: serializable transactions, run again when PostgreSQL asks for it.

Nothing is used that distributed PostgreSQL lacks: no advisory locks, SKIP LOCKED, LISTEN, triggers or sequences.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from types import CodeType
from typing import TYPE_CHECKING, TypeVar

import asyncpg

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
from ordain.store.postgresql_failures import Again, explained_as

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ordain.core.measure import Family

    Connection = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")

_TRIES, _SECONDS = 25, 10
_COMMAND_SECONDS = 60
_CONNECT_SECONDS = 10
_CLOSE_SECONDS = 5
_CACHED_STATEMENTS = 1000

_WRITE = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

# A statement outside of a transaction can only be a read (see _LoneTx); the server sees to it.
_SETTINGS = {"application_name": "ordain", "default_transaction_read_only": "on", "jit": "off"}
# A server may be set to acknowledge commits that are not on its disk; to us a commit is a promise.
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

# Of other users' sessions a user without rights sees no kind; those of the server itself have no user.
_OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend'"
)

# Sums of BIGINT are NUMERIC and conditions BOOLEAN; on SQLite both are whole numbers, so they are here.
_DECODERS: dict[str, Callable[[str], int]] = {"numeric": int, "bool": lambda text: int(text == "t")}

_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, UnicodeError)


class _Several(BaseException):
    """A read turned out to need more than one statement. Not an Exception, so that no read swallows it."""


async def open_postgresql(url: str, *, read_only: bool = False, connections: int = 8) -> PostgreSQL:
    """Open the database at `url`; raises DatabaseUnavailable when it does not answer."""
    database = PostgreSQL(url, read_only=read_only, connections=connections)
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

    def __init__(self, url: str, *, read_only: bool, connections: int) -> None:
        self._pool = _Pool(url, connections)
        self._read_only = read_only
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
        finally:
            inside.reset(token)
            tx.end()
            self._pool.give(connection)

    async def _repeat(self, begin: str, work: Callable[[Tx], Awaitable[T]]) -> T:
        until = time.monotonic() + _SECONDS
        for attempt in range(_TRIES):
            connection = await self._pool.take()
            try:
                return await _transact(connection, begin, work)
            except Again as error:
                if time.monotonic() > until or attempt == _TRIES - 1:
                    self._attempts.given_up += 1
                    message = f"Gave up after {attempt + 1} attempts: {error}"
                    raise DatabaseBusy(message) from error
            finally:
                self._pool.give(connection)
            self._attempts.again += 1
            # Jittered, so that those who collided do not meet again.
            await asyncio.sleep(random.uniform(0, min(0.2, 0.002 * 2**attempt)))  # noqa: S311 - no secret
        raise AssertionError

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
    """Statements on a connection that is in a transaction."""

    __slots__ = ("_connection", "failure")

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.failure: Exception | None = None

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        self._check()
        try:
            return [tuple(record) for record in await self._connection.fetch(sql, *arguments)]
        except _FAILURES as error:
            raise self._fail(error) from error

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def execute(self, sql: str, *arguments: object) -> int:
        self._check()
        try:
            status = await self._connection.execute(sql, *arguments)
        except _FAILURES as error:
            raise self._fail(error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._check()
        try:
            await self._connection.executemany(sql, rows)
        except _FAILURES as error:
            raise self._fail(error) from error

    def end(self) -> None:
        """Close the door behind a transaction: its connection now serves others."""
        self.failure = DatabaseError("The transaction is over.")

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _fail(self, error: Exception) -> Exception:
        self.failure = explained_as(error, self._connection)
        return self.failure


class _LoneTx(_Tx):
    """One statement outside of a transaction; a second one raises _Several."""

    __slots__ = ("_used",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._used = False

    def _check(self) -> None:
        super()._check()
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


async def _transact(connection: Connection, begin: str, work: Callable[[Tx], Awaitable[T]]) -> T:
    tx = _Tx(connection)
    token = inside.set(True)
    try:
        await _begin(tx, begin)
        result = await _finished(tx, work)
    except BaseException as error:
        await _roll_back(connection, error)
        raise
    finally:
        inside.reset(token)
        tx.end()
    await _commit(connection)
    return result


async def _begin(tx: _Tx, begin: str) -> None:
    try:
        await tx.execute(begin)
    except DatabaseUnavailable as error:  # the connection went stale while it was not used; nothing was begun
        raise Again(str(error)) from error


async def _commit(connection: Connection) -> None:
    try:
        await connection.execute("COMMIT")
    except _FAILURES as error:
        explained = explained_as(error, connection)
        if isinstance(explained, DatabaseUnavailable):
            connection.terminate()
            message = f"The connection was lost while a transaction was being committed: {error}"
            raise OutcomeUnknown(message) from error
        raise explained from error
    except BaseException:
        connection.terminate()
        raise


async def _roll_back(connection: Connection, error: BaseException) -> None:
    """Make the connection fit for the next transaction, or close it, which rolls back as well."""
    if not isinstance(error, Exception):  # cancelled: there may be an answer on the wire nobody waits for
        connection.terminate()
        return
    try:
        await connection.execute("ROLLBACK")
    except _FAILURES:
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise


class _Pool:
    """A few connections, opened when first needed. The one given back goes to whoever has waited longest."""

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._size = size
        # None is leave to open a connection: there are always `size` of both together, here or with their users.
        self._free: list[Connection | None] = [None] * size
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closed = False

    async def take(self) -> Connection:
        if self._closed:
            message = "The database is closed."
            raise DatabaseError(message)
        connection = await self._next()
        if connection is not None and not connection.is_closed():
            return connection
        try:
            return await _connect(self._url)
        except BaseException:
            self.give(None)
            raise

    def give(self, connection: Connection | None) -> None:
        if connection is not None and connection.is_closed():
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
            connection = await self._next()
            if connection is not None:
                try:
                    await connection.close(timeout=_CLOSE_SECONDS)
                except _FAILURES:
                    connection.terminate()

    def at_rest(self) -> set[int]:
        """The server's numbers of the connections that nobody uses."""
        return {each.get_server_pid() for each in self._free if each is not None and not each.is_closed()}

    async def _next(self) -> Connection | None:
        if self._free:
            return self._free.pop()
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():  # it came, and nobody is here any more to use it
                self.give(waiter.result())
            raise


async def _connect(url: str) -> Connection:
    try:
        connection: Connection = await asyncpg.connect(
            url,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            statement_cache_size=_CACHED_STATEMENTS,
            max_cached_statement_lifetime=0,
            server_settings=_SETTINGS,
        )
        try:
            await connection.execute(_DURABLE)
            for name, decode in _DECODERS.items():
                await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=decode)
        except BaseException:
            connection.terminate()
            raise
    except (*_FAILURES, ValueError) as error:
        raise DatabaseUnavailable(str(error) or type(error).__name__) from error
    return connection
