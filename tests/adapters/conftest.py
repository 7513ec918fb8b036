"""What tests of EPP share: a server and its clients in one loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engines import open_in
from tests.epp_wire import Wire

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator


@pytest.fixture
def wire(sqlite_url: str, runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    database = open_in(runner, sqlite_url)
    wire = Wire(database, runner, tmp_path_factory.getbasetemp() / "epp")
    yield wire
    wire.close()
    runner.run(database.close())
