"""Installations of Ordain for client libraries to drive: real processes, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.driven import Driven, over_tls
from tests.engines import ENGINES, PostgreSQLServer, run
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that was never started: no state, and a database without tables. Once per engine."""
    folder = tmp_path_factory.mktemp("installation")
    if request.param == "sqlite":
        with installed(folder, "") as installation:
            yield installation
        return
    server: PostgreSQLServer = request.getfixturevalue("postgresql_server")
    url = run(server.create("template1"))
    try:
        with installed(folder, url) as installation:
            yield installation
    finally:
        run(server.drop(url))


@pytest.fixture
def ordain(empty: Installation) -> Installation:
    """An installation that runs: the server and, on PostgreSQL, a worker beside it. Once per engine."""
    empty.up()
    return empty


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    """A running server that also listens over TLS, on SQLite, for all the tests of a file."""
    with installed(tmp_path_factory.mktemp("driven"), "", tls_listen=over_tls()) as installation:
        yield Driven(installation)
