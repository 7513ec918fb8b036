"""Ids and acknowledged writes survive processes that are killed at any instant."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from ordain.store.database import ID_BLOCK, Database, DatabaseError, open_database
from tests.engines import run
from tests.store.tally import WRITER, killed_after, start, wait_for_line


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


TAKER = """
import asyncio, sys
from ordain.store.database import open_database

async def main(url):
    database = await open_database(url)
    while True:
        taken = await asyncio.gather(*(database.new_ids(7) for _ in range(40)))
        print(*(number for some in taken for number in some), flush=True)

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
