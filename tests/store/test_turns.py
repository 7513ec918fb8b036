"""Transactions that move an account's money run one after another, in the order they came."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ordain.store.database import Conflict, Tx
from ordain.store.turns import turn_of
from tests.engines import open_in
from tests.store.tally import create_tally, ids, insert

if TYPE_CHECKING:
    from ordain.store.answers import Work
    from ordain.store.database import Database


async def asks(tx: Tx) -> None:
    """Ask for a turn first."""
    await tx.turn("ab1")
    await tx.execute("DELETE FROM tally")


async def asks_late(tx: Tx) -> None:
    """Ask for a turn after a statement."""
    await ids(tx)
    await tx.turn("ab1")


async def asks_for_none(tx: Tx) -> None:
    """Do all there is to a transaction but that."""
    await tx.execute_many("INSERT INTO tally VALUES ($1, 0)", [(1,)])


async def fails(_tx: Tx) -> None:
    """Refuse before anything is asked."""
    raise Conflict


@pytest.mark.parametrize(
    ("work", "nic"),
    [(asks, "ab1"), (asks_late, None), (asks_for_none, None), (fails, None), (lambda tx: tx.fetch("SELECT 1"), None)],
)
def test_whose_turn_a_function_asks_for_first_is_found_by_starting_it(work: Work, nic: str | None) -> None:
    assert turn_of(work) == nic


def test_transactions_in_turn_are_never_run_again(postgresql_url: str, runner: asyncio.Runner) -> None:
    runner.run(create_tally(postgresql_url))
    database = open_in(runner, postgresql_url)
    runs = 0

    async def add(tx: Tx) -> None:
        nonlocal runs
        await tx.turn("ab1")
        runs += 1
        [(highest,)] = await tx.fetch("SELECT coalesce(max(id), 0) FROM tally")
        await insert(highest + 1)(tx)

    async def main() -> list[int]:
        await asyncio.gather(*(database.write(add) for _ in range(50)))
        return await database.read(ids)

    assert runner.run(main()) == list(range(1, 51))
    assert runs == 50
    runner.run(database.close())


def test_who_asks_late_starts_over_with_the_turn(database_url: str, runner: asyncio.Runner) -> None:
    runner.run(create_tally(database_url))
    database = open_in(runner, database_url)

    async def late(tx: Tx) -> None:
        [(highest,)] = await tx.fetch("SELECT coalesce(max(id), 0) FROM tally")
        await tx.turn("ab1")
        await insert(highest + 1)(tx)

    async def main() -> list[int]:
        await asyncio.gather(*(database.write(late) for _ in range(10)))
        return await database.read(ids)

    assert runner.run(main()) == list(range(1, 11))
    runner.run(database.close())


def test_a_refusal_passes_the_turn_on(database: Database, runner: asyncio.Runner) -> None:
    async def refused(tx: Tx) -> None:
        await tx.turn("ab1")
        message = "no"
        raise Conflict(message)

    async def main() -> list[BaseException | None]:
        return await asyncio.gather(*(database.write(refused) for _ in range(5)), return_exceptions=True)

    assert [type(each) for each in runner.run(main())] == [Conflict] * 5
