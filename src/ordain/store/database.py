"""The small face in front of SQLite and PostgreSQL: transactions as functions, one SQL text for both.

SQL is written with PostgreSQL's placeholders (`$1, $2`). Values are None, int, str or bytes; a flag is 0 or 1, JSON is
text, an instant is microseconds since the epoch.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import Context, ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ordain.core.refusal import Unavailable, Uncertain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from ordain.core.measure import Family

Row = tuple[Any, ...]
T = TypeVar("T")

ID_BLOCK = 5000
"""Numeric ids taken from the table `sequence` at once; what a process had left when it ended is never used."""

ID_LIMIT = 2**53
"""Ids stay below this: a JSON number is a double to most clients."""


class DatabaseError(Exception):
    """The database, or what was asked of it, is at fault. Nothing was written, save with OutcomeUnknown."""


class DatabaseBusy(DatabaseError, Unavailable):
    """Others are in the way; the same call may succeed later."""


class DatabaseLocked(DatabaseBusy):
    """Another Ordain process is using this SQLite file."""


class DatabaseUnavailable(DatabaseError, Unavailable):
    """The database cannot be reached, or cannot write; the next call tries afresh."""


class OutcomeUnknown(DatabaseError, Uncertain):
    """The answer to COMMIT was lost: the transaction is written wholly or not at all, and only looking tells which."""


class Violation(DatabaseError):
    """A constraint other than a unique one (foreign key, check, not null, type) was violated."""


class Conflict(Exception):
    """A unique constraint was violated; the transaction is over, even if its function goes on."""


class Suspended(RuntimeError):
    """A transaction awaited something other than its `tx`: an outside call inside a transaction."""


inside: ContextVar[bool] = ContextVar("inside", default=False)
"""Whether a transaction's function is running."""


def refuse_inside() -> None:
    """Raise Suspended inside a transaction, where another one would wait for the first, or read past it."""
    if inside.get():
        message = "A transaction uses the database other than through its `tx`."
        raise Suspended(message)


class Tx(Protocol):
    """What a transaction may touch. After an error it is over: every further call repeats that error."""

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        """Return all rows of a query, or of a RETURNING clause."""

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        """Return the first row, or None when there is none."""

    async def execute(self, sql: str, *arguments: object) -> int:
        """Run a statement; the number of rows it inserted, updated or deleted."""

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run the same statement once for each of `rows`."""


class Database(Protocol):
    """One database, used from one event loop. A transaction is a function and may be run more than once."""

    engine: str
    """`sqlite` or `postgresql`."""

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` in a serializable transaction; return when it is durable. Its exception: nothing was written.

        `in_turn` for what moves an account's money, or writes much that is its: in this process such transactions
        follow each other. Those of one account change one row, or what PostgreSQL sees as one, and would have each
        other run again; without it they are right all the same.
        """

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Run `work` on one consistent snapshot of committed data."""

    async def read_long(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Like `read`, for exports: on SQLite in a thread of its own, so that the event loop is not held."""

    async def new_ids(self, count: int = 1) -> list[int]:
        """Ids from 1 to 2⁵³, never handed out twice by any process. Not to be called inside a transaction."""

    async def others(self) -> int:
        """How many sessions beside ours there are at the server. On SQLite none: a file is one process's."""

    def measured(self) -> list[Family]:
        """What was counted since it was opened."""

    async def close(self) -> None:
        """Finish what is under way and let go of the database."""


async def open_database(url: str, *, read_only: bool = False, connections: int = 8, lanes: int = 2) -> Database:
    """Open `sqlite:PATH` or `postgresql://…`; `connections` is the size of PostgreSQL's pool.

    `lanes` is how many batches are written there at once: two, or one where others of our processes write, too.

    Of several servers, `postgresql://USER@HOST,HOST/NAME`, the one that writes is used, whichever it is by then.

    Raises DatabaseError, with one sentence for the operator. A `read_only` SQLite database needs no lock and works
    beside a running server.
    """
    scheme, _, rest = url.partition(":")
    # Imported here so that who uses SQLite does not load (or need) PostgreSQL's driver, and the other way round.
    if scheme == "sqlite" and rest.strip("/") not in ("", ":memory:"):
        from ordain.store.sqlite import open_sqlite  # noqa: PLC0415 - see above

        return open_sqlite(rest, read_only=read_only)
    if scheme in ("postgresql", "postgres") and rest.startswith("//"):
        from ordain.store.postgresql import open_postgresql  # noqa: PLC0415 - see above

        return await open_postgresql(url, read_only=read_only, connections=connections, lanes=lanes)
    message = f'The setting "database" must be sqlite:PATH or postgresql://USER@HOST/NAME, and begins with "{scheme}:".'
    raise DatabaseError(message)


class Ids:
    """Hands out numeric ids from blocks, so that an id costs no transaction.

    The next block is fetched when half of one is left: nobody who takes ids waits for a commit, however many do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next = self._end = 0
        self._spare: tuple[int, int] | None = None
        """The block after this one."""
        self._refill = asyncio.Lock()
        self._ahead: asyncio.Task[None] | None = None
        """Fetches a spare block; kept here so that it goes on."""

    async def take(self, count: int) -> list[int]:
        """Take `count` ids, from a new block where the last one is used up."""
        taken = self._from_block(count)
        while len(taken) < count:
            async with self._refill:
                if self._next == self._end and self._spare is None:
                    self._next, self._end = await self._reserve(max(ID_BLOCK, count - len(taken)))
                taken += self._from_block(count - len(taken))
        if self._end - self._next < ID_BLOCK // 2 and self._spare is None and self._ahead is None:
            # Of nobody's request: the next block is everybody's.
            self._ahead = asyncio.get_running_loop().create_task(self._fetch_ahead(), context=Context())
        return taken

    async def _fetch_ahead(self) -> None:
        """Have the next block ready. Where that fails, whoever needs it fetches it, and is told why there is none."""
        try:
            with suppress(DatabaseError):
                async with self._refill:
                    if self._spare is None:
                        self._spare = await self._reserve(ID_BLOCK)
        finally:
            self._ahead = None

    def _from_block(self, count: int) -> list[int]:
        if self._next == self._end and self._spare is not None:
            (self._next, self._end), self._spare = self._spare, None
        first = self._next
        self._next = min(first + count, self._end)
        return list(range(first, self._next))

    async def _reserve(self, size: int) -> tuple[int, int]:
        async def reserve(tx: Tx) -> int:
            row = await tx.fetch_one("UPDATE sequence SET next = next + $1 WHERE name = 'id' RETURNING next", size)
            if row is None:
                message = "The database has no ids to give: it is not migrated."
                raise DatabaseError(message)
            return int(row[0])

        end = await self._database.write(reserve)
        if end > ID_LIMIT:
            message = "The database has given out every id below 2⁵³."
            raise DatabaseError(message)
        return end - size, end
