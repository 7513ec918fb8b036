"""The EPP client against the sandbox registry over TLS: a registry like every other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import conformance
from tests.engines import open_in
from tests.epp_wire import OWNER, Wire

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


@pytest.mark.parametrize("rule", conformance.REGISTRY_RULES, ids=lambda rule: rule.__name__)
def test_it_is_a_registry(rule: conformance.Rule, wire: Wire) -> None:
    on_trial = conformance.RegistryOnTrial(
        registry=wire.client(), free=("foo.fr", "bar.com"), taken="taken.fr", code="right", owner=OWNER
    )
    wire.run(rule(on_trial))
    assert wire.run(wire.client().check(["never-asked-for.fr"]))[0].state == "available"
