"""PostgreSQL behind the face of `database`: serializable transactions, run again when PostgreSQL asks for it.

Nothing is used that distributed PostgreSQL lacks: no advisory locks, SKIP LOCKED, LISTEN, triggers or sequences.
"""

from __future__ import annotations

import asyncio
import time
from types import CodeType
from typing import TYPE_CHECKING, TypeVar

from ordain.store.counted import GROUP_COMMIT, Attempts
from ordain.store.database import DatabaseBusy, DatabaseError, DatabaseUnavailable, Ids, Tx, refuse_inside
from ordain.store.postgresql_failures import Again
from ordain.store.postgresql_lanes import Lanes, pause
from ordain.store.postgresql_pool import Pool, Servers
from ordain.store.postgresql_tx import LoneStatement, Several, Statements

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.measure import Family

T = TypeVar("T")

_PATIENCE = 20
"""Seconds a transaction waits for its lane, and is run again for after that."""
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

# Of other users' sessions a user without rights sees no kind; those of the server itself have no user.
_OTHERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usesysid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend'"
)


async def open_postgresql(
    url: str, *, read_only: bool = False, connections: int = 8, lanes: int = 2, patience: float = _PATIENCE
) -> PostgreSQL:
    """Open the database at `url`; raises DatabaseUnavailable when it does not answer."""
    pool = Pool(Servers(url, read_only=read_only), connections)
    database = PostgreSQL(pool, patience, read_only=read_only, lanes=lanes)
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

    def __init__(self, pool: Pool, patience: float, *, read_only: bool, lanes: int) -> None:
        self._pool = pool
        self._patience = patience
        self._read_only = read_only
        self._ids = Ids(self)
        self._several: set[CodeType] = set()
        self._attempts = Attempts()
        self._lanes = Lanes(pool, patience, self._attempts, lanes)

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` in a serializable transaction, with others or by itself, again while PostgreSQL asks for it."""
        refuse_inside()
        if self._read_only:
            message = "The database was opened for reading only."
            raise DatabaseError(message)
        self._attempts.writes += 1
        return await self._lanes.run(work, in_turn=in_turn)

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` on one snapshot."""
        refuse_inside()
        code = getattr(work, "__code__", None)
        # One statement is a snapshot by itself and saves two round trips. Whether a function runs one or several is
        # learnt the first time it runs: a read changes nothing, so it can be started over inside a transaction.
        if isinstance(code, CodeType) and code not in self._several:
            try:
                return await self._read_alone(work)
            except Several:
                self._several.add(code)
            except (Again, DatabaseUnavailable):  # nothing is lost by asking once more
                pass
        return await self._read_again(work)

    read_long = read

    async def _read_alone(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        connection = await self._pool.take()
        statements = LoneStatement(connection)
        try:
            return await statements.finished(work)
        except DatabaseUnavailable:
            connection.terminate()
            raise
        finally:
            statements.end()
            self._pool.give(connection)

    async def _read_together(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """One attempt in a transaction."""
        connection = await self._pool.take()
        statements = Statements(connection, _READ)
        try:
            result = await statements.finished(work)
            await statements.commit()
        except Exception:
            await statements.roll_back()
            raise
        except BaseException:  # cancelled: there may be an answer on the wire nobody waits for
            connection.terminate()
            raise
        finally:
            statements.end()
            self._pool.give(connection)
        return result

    async def _read_again(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        attempt, until = 0, time.monotonic() + self._patience
        while True:
            try:
                return await self._read_together(work)
            except Again as error:
                attempt += 1
                if time.monotonic() > until:
                    self._attempts.given_up += 1
                    message = f"Gave up after {attempt} attempts: {error}"
                    raise DatabaseBusy(message) from error
            self._attempts.again += 1
            await asyncio.sleep(pause(attempt))

    async def new_ids(self, count: int = 1) -> list[int]:
        """Take ids from the block of this process."""
        refuse_inside()
        return await self._ids.take(count)

    async def others(self) -> int:
        """Sessions of clients at this database beside those of this pool, which must be at rest."""
        found = {row[0] for row in await self.read(lambda tx: tx.fetch(_OTHERS))}
        return len(found - self._pool.at_rest())

    def measured(self) -> list[Family]:
        """How many transactions there were, how often one was run again or given up, and how many shared a commit."""
        return [*self._attempts.families(), self._lanes.sizes.family(*GROUP_COMMIT)]

    async def close(self) -> None:
        """Finish the transactions under way and close the connections."""
        await self._lanes.close()
        await self._pool.close()
