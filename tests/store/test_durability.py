"""Ids and acknowledged writes survive processes that are killed at any instant."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest

from ordain.store.database import ID_BLOCK, Database, DatabaseError, DatabaseUnavailable, Ids, open_database
from tests.engines import run
from tests.store.tally import WRITER, killed_after, start, wait_for_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.store.database import Tx


def test_ids_are_taken_from_blocks_of_any_size(tally: Database, runner: asyncio.Runner) -> None:
    async def main() -> list[int]:
        taken = await asyncio.gather(*(tally.new_ids(count) for count in (1, 3, ID_BLOCK - 2, 3 * ID_BLOCK, 1, 1)))
        assert [len(some) for some in taken] == [1, 3, ID_BLOCK - 2, 3 * ID_BLOCK, 1, 1]
        return [number for some in taken for number in some]

    taken = runner.run(main())
    assert len(set(taken)) == len(taken)
    assert min(taken) > 0


def test_ids_end_below_what_json_can_say(tally: Database, runner: asyncio.Runner) -> None:
    last = 2**53 - ID_BLOCK
    runner.run(tally.write(lambda tx: tx.execute("UPDATE sequence SET next = $1", last)))
    assert runner.run(tally.new_ids(ID_BLOCK))[-1] == 2**53 - 1
    with pytest.raises(DatabaseError, match="every id"):
        runner.run(tally.new_ids())


class Slow:
    """A database whose writes wait until it is let go, or fail if it is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.free = asyncio.Event()
        self.writes = 0
        self.away = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, work: Callable[[Tx], Awaitable[Any]], *, in_turn: bool = False) -> Any:
        self.writes += 1
        await self.free.wait()
        if self.away:
            message = "away"
            raise DatabaseUnavailable(message)
        return await self._database.write(work, in_turn=in_turn)


def test_nobody_waits_for_the_next_block_while_half_of_one_is_left(tally: Database, runner: asyncio.Runner) -> None:
    async def main() -> None:
        slow = Slow(tally)
        ids = Ids(slow)
        slow.free.set()
        taken = await ids.take(ID_BLOCK // 2)
        assert slow.writes == 1
        slow.free.clear()
        for _ in range(ID_BLOCK // 2):  # not one of these waits, though the database answers nobody
            taken += await ids.take(1)
        await asyncio.sleep(0)
        assert slow.writes == 2
        slow.free.set()
        taken += await ids.take(ID_BLOCK // 2)
        assert slow.writes == 2
        assert len(set(taken)) == len(taken)

    runner.run(main())


def test_a_block_that_could_not_be_had_ahead_is_fetched_when_it_is_needed(
    tally: Database, runner: asyncio.Runner
) -> None:
    async def main() -> None:
        slow = Slow(tally)
        ids = Ids(slow)
        slow.free.set()
        taken = await ids.take(ID_BLOCK // 2)
        slow.away = True
        taken += await ids.take(1)
        for _ in range(10):  # what is fetched ahead has failed by then
            await asyncio.sleep(0)
        assert slow.writes == 2
        taken += await ids.take(ID_BLOCK // 2 - 1)
        with pytest.raises(DatabaseUnavailable):
            await ids.take(1)
        slow.away = False
        taken += await ids.take(1)
        assert len(set(taken)) == len(taken) == ID_BLOCK + 1

    runner.run(main())


TAKER = """
import asyncio, sys
from ordain.store.database import open_database

async def main(url):
    database = await open_database(url)
    while True:
        taken = await asyncio.gather(*(database.new_ids(7) for _ in range(40)))
        # In a thread: a full pipe would hold up the loop, and with it a block's transaction that others wait for.
        await asyncio.to_thread(print, *(number for some in taken for number in some), flush=True)

asyncio.run(main(sys.argv[1]))
"""


def test_ids_are_unique_over_processes_and_kills(database_url: str) -> None:
    taken: list[int] = []
    # On SQLite one after the other: a file belongs to one process.
    rounds = 1 if database_url.startswith("postgresql") else 4
    for _ in range(rounds):
        children = [start(TAKER, database_url) for _ in range(4 // rounds)]
        for child in children:
            lines = [wait_for_line(child), *killed_after(child, 0.2)]
            taken += [int(number) for line in lines for number in line.split()]
    assert len(taken) > 4 * 280
    assert len(set(taken)) == len(taken)


@pytest.mark.parametrize("seed", range(4))
def test_what_was_acknowledged_survives_a_kill(tally_url: str, seed: int) -> None:
    acknowledged: list[int] = []
    chance = random.Random(seed)
    for turn in range(3):
        child = start(WRITER, tally_url, str(1 + turn * 10**6))
        lines = [wait_for_line(child), *killed_after(child, chance.uniform(0, 0.3))]
        acknowledged += [int(line) for line in lines]

    async def left() -> list[Any]:
        database = await open_database(tally_url)
        rows = await database.read(lambda tx: tx.fetch("SELECT id, n FROM tally WHERE id > 0"))
        await database.close()
        return rows

    rows = run(left())
    assert acknowledged
    assert {number for number, _ in rows} >= set(acknowledged)
    assert {n for _, n in rows} == {2}
