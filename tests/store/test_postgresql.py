"""What is PostgreSQL alone: a wire that breaks, and transactions that are run again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from ordain.store.database import (
    Database,
    DatabaseBusy,
    DatabaseError,
    DatabaseUnavailable,
    OutcomeUnknown,
    Tx,
    open_database,
)
from ordain.store.postgresql import open_postgresql
from tests.engines import open_in
from tests.store.tally import create_tally, ids, insert

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def postgresql(postgresql_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    """Open a PostgreSQL database with `tally`."""
    runner.run(create_tally(postgresql_url))
    database = open_in(runner, postgresql_url)
    yield database
    runner.run(database.close())


def test_a_read_keeps_its_snapshot_and_sees_nothing_uncommitted(postgresql: Database, runner: asyncio.Runner) -> None:
    inserted, read = asyncio.Event(), asyncio.Event()

    async def write(tx: Tx) -> None:
        await insert(1)(tx)
        inserted.set()
        await read.wait()

    async def twice(tx: Tx) -> list[list[int]]:
        before = await ids(tx)
        read.set()
        await writing
        return [before, await ids(tx)]

    async def main() -> list[list[int]]:
        await inserted.wait()
        return [await postgresql.read(ids), *await postgresql.read(twice), await postgresql.read(ids)]

    writing = runner.get_loop().create_task(postgresql.write(write))
    # `twice` is started over once it turns out to read twice, and then finds the row.
    assert runner.run(main()) == [[], [1], [1], [1]]


def test_a_transaction_that_never_gets_through_is_given_up(
    postgresql: Database, postgresql_url: str, runner: asyncio.Runner
) -> None:
    runner.run(postgresql.close())
    impatient = runner.run(open_postgresql(postgresql_url, patience=1))
    attempts = 0

    async def main() -> None:
        rival = await asyncpg.connect(postgresql_url)

        async def overtaken(tx: Tx) -> None:
            nonlocal attempts
            attempts += 1
            await tx.fetch("SELECT n FROM tally")
            await rival.execute("UPDATE tally SET n = n + 1")
            await tx.execute("UPDATE tally SET n = 0")

        try:
            await impatient.write(overtaken)
        finally:
            await rival.close()

    with pytest.raises(DatabaseBusy, match="Gave up"):
        runner.run(main())
    assert attempts > 1
    assert runner.run(impatient.read(lambda tx: tx.fetch("SELECT n FROM tally"))) == [(attempts,)]
    runner.run(impatient.close())


def test_a_lost_connection_fails_one_call(postgresql: Database, postgresql_url: str, runner: asyncio.Runner) -> None:
    async def end_all() -> None:
        killer = await asyncpg.connect(postgresql_url)
        # Of this test's database alone: other tests share the server.
        await killer.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'ordain' AND datname = current_database()"
        )
        await killer.close()

    async def cut(tx: Tx) -> None:
        await insert(1)(tx)
        await end_all()
        await insert(2)(tx)

    with pytest.raises(DatabaseUnavailable):
        runner.run(postgresql.write(cut))
    assert runner.run(postgresql.write(insert(3))) == 3
    runner.run(end_all())
    assert runner.run(postgresql.read(ids)) == [3]


@pytest.mark.parametrize("arrives", [True, False])
def test_a_lost_answer_to_commit_is_told_apart(postgresql_url: str, runner: asyncio.Runner, *, arrives: bool) -> None:
    runner.run(create_tally(postgresql_url))
    path = f"{postgresql_url.rpartition('host=')[2]}/.s.PGSQL.5432"
    name = postgresql_url.partition("?")[0].rpartition("/")[2]

    async def main() -> list[int]:
        wire = Wire(path, arrives=arrives)
        listening = await asyncio.start_server(wire, "127.0.0.1")
        port = listening.sockets[0].getsockname()[1]
        database = await open_database(f"postgresql://postgres@127.0.0.1:{port}/{name}", connections=1)
        with pytest.raises(OutcomeUnknown):
            await database.write(insert(1))
        found: list[int] = await database.read(ids)
        await database.close()
        listening.close()
        await asyncio.gather(*wire.over)
        return found

    assert runner.run(main()) == ([1] if arrives else [])


class Wire:
    """Stands before the server's socket; hangs up at COMMIT, whether it `arrives` at the server or not."""

    def __init__(self, path: str, *, arrives: bool) -> None:
        self._path, self._arrives = path, arrives
        self._cut = False
        self._committed = asyncio.Event()
        self.over: list[asyncio.Future[None]] = []

    async def __call__(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over.append(over)
        server, to_server = await asyncio.open_unix_connection(self._path)
        answers = asyncio.ensure_future(self._answers(server, to_client))
        while asked := await client.read(65536):
            self._cut = b"COMMIT" in asked
            if self._arrives or not self._cut:
                to_server.write(asked)
            if self._cut:
                break
        if self._cut and self._arrives:
            await self._committed.wait()
        to_server.close()
        to_client.close()
        await answers
        over.set_result(None)

    async def _answers(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while answer := await server.read(65536):
            if self._cut:
                self._committed.set()
            else:
                to_client.write(answer)
        to_client.close()


def test_a_read_only_database_refuses_writes(postgresql_url: str, runner: asyncio.Runner) -> None:
    database = runner.run(open_database(postgresql_url, read_only=True))
    with pytest.raises(DatabaseError, match="for reading only"):
        runner.run(database.write(insert(1)))
    runner.run(database.close())
