"""A database whose writes are watched: what else has to hold, or to be noted, in the transactions of one request.

Flows own their transactions. What the edge has to say about all of them is said here, so that no flow knows of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.measure import Family
    from ordain.store.database import Database, Tx

T = TypeVar("T")


class Watched:
    """A `Database` that is another one. Who watches overrides `write`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.engine = database.engine

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """As the database does."""
        return await self._database.write(work, in_turn=in_turn)

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """As the database does."""
        return await self._database.read(work)

    async def read_long(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """As the database does."""
        return await self._database.read_long(work)

    async def new_ids(self, count: int = 1) -> list[int]:
        """As the database does."""
        return await self._database.new_ids(count)

    async def others(self) -> int:
        """As the database does."""
        return await self._database.others()

    def measured(self) -> list[Family]:
        """As the database does."""
        return self._database.measured()

    async def close(self) -> None:
        """As the database does."""
        await self._database.close()
