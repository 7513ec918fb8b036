"""Which of several PostgreSQL servers is used, and what becomes of who waits for one that is silent."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ordain.store import postgresql_pool
from ordain.store.database import DatabaseError, DatabaseUnavailable, Tx, open_database
from ordain.store.postgresql_pool import hosts
from tests.engines import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("postgresql://me:a,b@one/ordain", [("one", None)]),
        ("postgresql://me@one,two/ordain", [("one", None), ("two", None)]),
        ("postgresql://me@one:5433,two:5434/ordain?target_session_attrs=read-write", [("one", 5433), ("two", 5434)]),
        ("postgresql://me@[::1],[::2]:7/ordain", [("::1", None), ("::2", 7)]),
        ("postgresql://me@/ordain?host=one,two&port=1,2", [("one", 1), ("two", 2)]),
        ("postgresql://me@/ordain?host=one,two&port=7", [("one", 7), ("two", 7)]),
        ("postgresql://me:@/ordain?host=/run/postgresql", [("/run/postgresql", None)]),
        ("postgresql:///ordain", []),
        ("postgresql://[", []),
    ],
)
def test_a_url_names_one_server_or_several(url: str, named: list[tuple[str, int | None]]) -> None:
    assert hosts(url) == named


class Relay:
    """Stands before a server's socket, and falls silent when told: it still takes connections, as hung ones do."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._ends: list[asyncio.StreamWriter] = []
        self.silent = False

    async def open(self) -> int:
        """Begin; the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1")
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(self._path)
        self._ends += (to_client, to_server)
        await asyncio.gather(self._pass(client, to_server), self._pass(server, to_client))

    async def _pass(self, come: asyncio.StreamReader, go: asyncio.StreamWriter) -> None:
        try:
            while said := await come.read(65536):
                if not self.silent:
                    go.write(said)
        except OSError:
            return
        go.close()


def way_to(url: str) -> tuple[str, str]:
    """The socket of a server, and the name of the database there."""
    return f"{url.rpartition('host=')[2]}/.s.PGSQL.5432", url.partition("?")[0].rpartition("/")[2]


@contextmanager
def nobody() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def one(tx: Tx) -> int:
    """Something to ask."""
    [(found,)] = await tx.fetch("SELECT 1")
    return int(found)


async def one_in_a_transaction(tx: Tx) -> int:
    """Something to ask in a transaction."""
    await one(tx)
    return await one(tx)


def test_whoever_waits_for_a_silent_server_is_told_and_the_other_one_is_used(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_pool, "_SILENT_SECONDS", 0.2)
    monkeypatch.setattr(postgresql_pool, "_LOOK_EVERY", 0.1)
    monkeypatch.setattr(postgresql_pool, "_CONNECT_SECONDS", 0.5)
    path, name = way_to(postgresql_url)

    async def main() -> list[object]:
        first, second = Relay(path), Relay(path)
        ports = [await first.open(), await second.open()]
        places = ",".join(f"127.0.0.1:{port}" for port in ports)
        database = await open_database(f"postgresql://postgres@{places}/{name}", connections=2)
        assert await database.write(one_in_a_transaction) == 1
        first.silent = True
        waited = await asyncio.gather(database.write(one), database.write(one), return_exceptions=True)
        assert await database.read(one) == 1
        second.silent, first.silent = True, False
        await asyncio.gather(database.write(one), database.write(one), return_exceptions=True)
        found = await database.write(one_in_a_transaction)
        await database.close()
        await first.close()
        await second.close()
        return [found, *waited]

    found, *waited = run(main())
    assert found == 1
    # A transaction that had not begun yet goes on at the other server; one that had is not run there unasked.
    assert all(each == 1 or isinstance(each, DatabaseError) for each in waited)


def test_a_server_that_is_gone_is_not_asked_first_any_more(postgresql_url: str) -> None:
    path, name = way_to(postgresql_url)

    async def main() -> int:
        relay = Relay(path)
        port = await relay.open()
        with nobody() as gone:
            url = f"postgresql://postgres@127.0.0.1:{gone},127.0.0.1:{port}/{name}?target_session_attrs=read-write"
            database = await open_database(url)
            found: int = await database.write(one_in_a_transaction)
            await database.close()
        await relay.close()
        return found

    assert run(main()) == 1


def test_what_each_of_several_servers_said_is_told() -> None:
    with nobody() as first, nobody() as second, pytest.raises(DatabaseUnavailable) as caught:
        run(open_database(f"postgresql://me:secret@127.0.0.1:{first},127.0.0.1:{second}/ordain"))
    assert str(caught.value).count("127.0.0.1") >= 2
    assert "secret" not in str(caught.value)
