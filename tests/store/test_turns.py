"""Transactions that move an account's money run one after another, in the order they came."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ordain.store.database import Conflict, Tx
from tests.engines import open_in
from tests.store.tally import create_tally, ids, insert

if TYPE_CHECKING:
    from ordain.store.database import Database


def test_transactions_in_turn_are_never_run_again(postgresql_url: str, runner: asyncio.Runner) -> None:
    runner.run(create_tally(postgresql_url))
    database = open_in(runner, postgresql_url)
    runs = 0

    async def add(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        [(highest,)] = await tx.fetch("SELECT coalesce(max(id), 0) FROM tally")
        await insert(highest + 1)(tx)

    async def main() -> list[int]:
        await asyncio.gather(*(database.write(add, in_turn=True) for _ in range(50)))
        return await database.read(ids)

    assert runner.run(main()) == list(range(1, 51))
    assert runs == 50
    runner.run(database.close())


def test_a_refusal_passes_the_turn_on(database: Database, runner: asyncio.Runner) -> None:
    async def refused(_tx: Tx) -> None:
        message = "no"
        raise Conflict(message)

    async def main() -> list[BaseException | None]:
        return await asyncio.gather(*(database.write(refused, in_turn=True) for _ in range(5)), return_exceptions=True)

    assert [type(each) for each in runner.run(main())] == [Conflict] * 5
