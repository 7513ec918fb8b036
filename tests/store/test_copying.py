"""A database copied to another engine: everything is there, nothing is half there, and what differs is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from msgspec import structs

from ordain.store import copying
from ordain.store.copying import copy
from ordain.store.database import DatabaseError
from ordain.store.migrate import migrate
from ordain.store.shape import Table, tables
from tests.engines import open_in
from tests.zones import delivered

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

    from ordain.store.database import Database, Tx
    from tests.world import World

OTHER = {"sqlite": "postgresql_url", "postgresql": "sqlite_url"}


@pytest.fixture
def other(request: pytest.FixtureRequest, database: Database, runner: asyncio.Runner) -> Iterator[Database]:
    """An empty database of the other engine."""
    opened = open_in(runner, request.getfixturevalue(OTHER[database.engine]))
    yield opened
    runner.run(opened.close())


def copied(world: World, target: Database) -> list[str]:
    return world.runner.run(copy(world.database, target, 0, lambda *_: None))


def held(world: World, database: Database, table: Table) -> copying.Content:
    return world.runner.run(copying.content(database, table))


def test_an_installation_goes_on_where_it_was(world: World, other: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders, balances, zones and keys are those of before; ids that were handed out are not handed out again."""
    monkeypatch.setattr(copying, "MOST_ROWS", 3)  # many pages, and one that is just full
    delivered(world, "moving.fr", "moving.com")
    paths = ("/me", "/me/order", "/me/ovhAccount/FR", "/domain", "/domain/zone", "/me/bill", "/me/task/domain")
    before = {path: world.get(path).ok() for path in paths}
    assert copied(world, other) == []
    several = [table for table in tables() if held(world, other, table).rows > 3]
    assert several
    used = world.runner.run(world.database.new_ids())
    world.use(structs.replace(world.engine, database=other))
    assert {path: world.get(path).ok() for path in paths} == before
    assert world.runner.run(other.new_ids()) > used
    delivered(world, "moved.fr")
    assert set(world.get("/domain").ok()) == {"moving.fr", "moving.com", "moved.fr"}


def test_the_target_has_to_be_empty(world: World, other: Database) -> None:
    """Nothing is written to a database that somebody else may use."""
    assert copied(world, other) == []
    with pytest.raises(DatabaseError, match="not empty: there are rows in account, "):
        copied(world, other)


def test_half_a_copy_is_good_for_nothing(world: World, other: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an interrupted copy left is served by nobody, and copied into by nobody."""
    whole, written = copying._copy, 0  # noqa: SLF001 - to be cut off in its middle

    async def cut_off(source: Database, target: Database, table: Table) -> int:
        nonlocal written
        written += 1
        if written == 20:
            message = "the network is gone"
            raise OSError(message)
        return await whole(source, target, table)

    monkeypatch.setattr(copying, "_copy", cut_off)
    with pytest.raises(OSError, match="the network is gone"):
        copied(world, other)
    with pytest.raises(DatabaseError, match="A copy into this database was begun"):
        world.runner.run(migrate(other, 0))
    with pytest.raises(DatabaseError, match="A copy into this database was begun"):
        copied(world, other)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE account SET created = created + 1", "account.created: the sum is "),
        ("UPDATE account SET nic = nic WHERE 1 = 0", None),
        ("DELETE FROM sandbox_name", "sandbox_name: 1 rows there, 0 here"),
        ("UPDATE sandbox_name SET transaction_id = 'x'", "sandbox_name: the rows are not the same"),
    ],
)
def test_what_differs_in_the_end_is_told(
    world: World, other: Database, monkeypatch: pytest.MonkeyPatch, sql: str, told: str | None
) -> None:
    """A table is compared by its count, its sums and its rows, read again from both sides."""
    delivered(world, "moving.com")

    async def and_then(source: Database, target: Database) -> None:
        await sequences(source, target)
        await target.write(lambda tx: tx.execute(sql))

    sequences = copying._copy_sequences  # noqa: SLF001 - the last step before the comparison
    monkeypatch.setattr(copying, "_copy_sequences", and_then)
    different = copied(world, other)
    assert [line for line in different if told and line.startswith(told)] == different
    assert bool(different) is bool(told)


def test_every_table_comes_after_those_it_refers_to() -> None:
    """So that no row is written before the one it refers to."""
    names = [table.name for table in tables()]
    assert len(names) == len(set(names)) > 50
    assert names.index("account") < names.index("placed_order") < names.index("payment") < names.index("refund")
    assert all(table.key and set(table.key) <= set(table.columns) for table in tables())


async def _rows(tx: Tx) -> list[str]:
    return [row[0] for row in await tx.fetch("SELECT name FROM migration ORDER BY name")]


def test_nothing_of_the_copying_is_left(world: World, other: Database) -> None:
    """Both sides have the same list of migrations in the end."""
    assert copied(world, other) == []
    there, here = (world.runner.run(each.read(_rows)) for each in (world.database, other))
    assert here == there


@pytest.mark.parametrize("late", [False, True])
def test_a_source_that_others_have_open_is_not_copied(
    world: World, other: Database, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    """What they write while it is copied would be left behind, and told by nobody."""
    if world.database.engine == "sqlite":  # whose file nobody else can open
        assert world.runner.run(world.database.others()) == 0
        return
    source, target = world.database, other
    opened: list[asyncpg.Connection[asyncpg.Record]] = []

    async def come(*_: object) -> list[str]:
        opened.append(await asyncpg.connect(postgresql_url))
        return []

    if late:
        monkeypatch.setattr(copying, "_differences", come)
    else:
        world.runner.run(come())
    with pytest.raises(DatabaseError, match="in use by 1 other sessions: stop every server and worker first"):
        world.runner.run(copy(source, target, 0, lambda *_: None))
    half = world.runner.run(target.read(lambda tx: tx.fetch("SELECT name FROM migration WHERE name = 'being copied'")))
    assert len(half) == late
    world.runner.run(opened[0].close())
