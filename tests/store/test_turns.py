"""Transactions that move an account's money run one after another, in the order they came."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ordain.store.database import Conflict, DatabaseBusy, Tx
from ordain.store.turns import NotYet, Turn, Turns
from tests.engines import open_in, run
from tests.store.tally import create_tally, ids, insert

if TYPE_CHECKING:
    from ordain.store.database import Database


def test_a_turn_is_had_in_the_order_of_coming() -> None:
    async def main() -> list[int]:
        turns, had = Turns(), list[int]()

        async def one(number: int) -> None:
            await turns.wait("ab1", 10)
            had.append(number)
            await asyncio.sleep(0)
            turns.give("ab1")

        await asyncio.gather(*(one(number) for number in range(20)))
        assert turns.take("ab1")  # nobody is left behind
        return had

    assert run(main()) == list(range(20))


def test_who_waits_for_too_long_or_goes_away_leaves_the_line() -> None:
    async def main() -> None:
        turns = Turns()
        assert turns.take("ab1")
        assert turns.take("cd2")
        with pytest.raises(DatabaseBusy, match="ab1"):
            await turns.wait("ab1", 0)
        gone, late = (asyncio.create_task(turns.wait("ab1", 10)) for _ in range(2))
        await asyncio.sleep(0)
        turns.give("ab1")  # it is the first one's now, who does not live to use it
        gone.cancel()
        await late
        assert not turns.take("ab1")
        turns.give("ab1")
        assert turns.take("ab1")

    run(main())


def test_a_transaction_has_one_turn_and_keeps_it() -> None:
    turns = Turns()
    first, second = Turn(turns), Turn(turns)
    first.ask("ab1")
    first.ask("ab1")
    first.ask("cd2")  # is given no other
    second.ask("cd2")
    with pytest.raises(NotYet):
        Turn(turns).ask("ab1")
    first.end()
    first.end()
    Turn(turns).ask("ab1")


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
