"""Fixtures every test folder may use: a loop, and a fresh migrated database on each engine."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from tests import stripe_gateway
from tests.engines import ENGINES, PostgreSQLServer, migrated, open_in, run
from tests.needs import LeftOut
from tests.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ordain.store.database import Database
    from tests.stripe_gateway import Gateway


def pytest_configure(config: pytest.Config) -> None:
    """Have tests left out, and counted, that need a program this machine has not (tests/needs.py)."""
    config.addinivalue_line("markers", "needs(name): a program of the machine's, such as PowerDNS")
    config.pluginmanager.register(LeftOut())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLServer]:
    """Start the PostgreSQL server of this test run, or join it."""
    server = PostgreSQLServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "migrated.db"
    run(migrated(f"sqlite:{path}"))
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """Copy a migrated SQLite database."""
    path = tmp_path / "ordain.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:{path}"


@pytest.fixture
def postgresql_url(postgresql_server: PostgreSQLServer) -> Iterator[str]:
    """Create a migrated PostgreSQL database."""
    url = run(postgresql_server.create())
    yield url
    run(postgresql_server.drop(url))


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give a fresh migrated database: the test runs once per engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Keep one event loop for the length of a test: `runner.run(coroutine)`."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def database(database_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    """Open `database_url` in the loop of `runner`: the test runs once per engine."""
    database = open_in(runner, database_url)
    yield database
    runner.run(database.close())


@pytest.fixture
def world(database: Database, runner: asyncio.Runner, tmp_path: Path) -> World:
    """People who call the API of an engine: the test runs once per engine."""
    return World(database, runner, tmp_path)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """Start a gateway that speaks Stripe's API, on a port of this machine."""
    with stripe_gateway.gateway() as state:
        yield state
