"""Databases with the table `tally`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engines import open_in
from tests.store.tally import create_tally

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from ordain.store.database import Database


@pytest.fixture
def tally_url(database_url: str, runner: asyncio.Runner) -> str:
    """A database with the table `tally`, which has one row."""
    runner.run(create_tally(database_url))
    return database_url


@pytest.fixture
def tally(tally_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    """The same, open."""
    database = open_in(runner, tally_url)
    yield database
    runner.run(database.close())
