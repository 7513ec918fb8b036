"""A transaction's statements on a connection to PostgreSQL, its beginning and its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from ordain.store.database import DatabaseError, DatabaseUnavailable, OutcomeUnknown, Row, Tx, inside
from ordain.store.postgresql_failures import FAILURES, Again, explained_as
from ordain.store.postgresql_pool import COMMAND_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

T = TypeVar("T")


class Several(BaseException):
    """A read turned out to need more than one statement. Not an Exception, so that no read swallows it."""


class Statements:
    """The `Tx` of one function. Its transaction begins with the first statement, unless a mate's began it before."""

    __slots__ = ("_begin", "_connection", "begun", "failure", "written")

    def __init__(self, connection: Connection, begin: str, *, begun: bool = False) -> None:
        self._connection = connection
        self._begin = begin
        self.begun = begun
        self.written = False
        """Something else than a SELECT was run."""
        self.failure: Exception | None = None

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        """All rows of a query."""
        await self._ready(sql)
        try:
            return [tuple(record) for record in await self._connection.fetch(sql, *arguments)]
        except FAILURES as error:
            raise self._fail(error) from error

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        """The first row, or None."""
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def execute(self, sql: str, *arguments: object) -> int:
        """The number of rows a statement changed."""
        await self._ready(sql)
        try:
            status = await self._connection.execute(sql, *arguments)
        except FAILURES as error:
            raise self._fail(error) from error
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each of `rows`."""
        await self._ready(sql)
        try:
            await self._connection.executemany(sql, rows)
        except FAILURES as error:
            raise self._fail(error) from error

    async def finished(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """The result of `work`; raises the failure of one of its statements, even if it went on after it."""
        token = inside.set(True)
        try:
            result = await work(self)
        except Exception as error:
            if isinstance(self.failure, Again):  # whatever the function made of it, it is to be run again
                raise self.failure from error
            raise
        except asyncio.CancelledError:  # there may be an answer on the wire nobody waits for
            self._connection.terminate()
            raise
        finally:
            inside.reset(token)
        if self.failure is not None:
            raise self.failure
        return result

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

    async def roll_back(self) -> None:
        """Make the connection fit for the next transaction, or close it, which rolls back as well."""
        if isinstance(self.failure, DatabaseUnavailable):  # there may be an answer on the wire nobody waits for
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
        """Close the door behind a function: the connection now serves others."""
        self.failure = DatabaseError("The transaction is over.")

    async def _ready(self, sql: str) -> None:
        if self.failure is not None:
            raise self.failure
        if not sql.startswith("SELECT"):
            self.written = True
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


class LoneStatement(Statements):
    """One statement outside of a transaction; a second one raises Several."""

    __slots__ = ("_used",)

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "")
        self._used = False

    async def _ready(self, sql: str) -> None:
        await super()._ready(sql)
        if self._used:
            raise Several
        self._used = True
