"""Transactions on PostgreSQL that share a commit, and what becomes of them when one of them fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordain.store import postgresql_lanes
from ordain.store.database import Conflict, DatabaseBusy, OutcomeUnknown, Tx
from ordain.store.postgresql import PostgreSQL, open_postgresql
from ordain.store.postgresql_lanes import MOST
from tests.store.tally import create_tally, ids, insert, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.tally import Work


class Refused(Exception):
    """A flow's own exception."""


@pytest.fixture
def lanes(postgresql_url: str, runner: asyncio.Runner) -> Iterator[PostgreSQL]:
    """A PostgreSQL database with `tally` and two lanes."""
    runner.run(create_tally(postgresql_url))
    database = runner.run(open_postgresql(postgresql_url))
    yield database
    runner.run(database.close())


def commits(database: PostgreSQL) -> tuple[int, int, int]:
    """How many commits there were, of how many transactions; and how many of these were run again."""
    told = {family.name: {sample.ending: sample.value for sample in family.samples} for family in database.measured()}
    sizes = told["ordain_group_commit_transactions"]
    return int(sizes["_count"]), int(sizes["_sum"]), int(told["ordain_transaction_retries_total"][""])


class Held:
    """A work that stays in its transaction until it is let go."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.begun, self.free = asyncio.Event(), asyncio.Event()

    async def __call__(self, tx: Tx) -> int:
        """Write a row, and wait."""
        await insert(self._number)(tx)
        self.begun.set()
        await self.free.wait()
        return self._number


def refusing(number: int, *, late: bool) -> Work:
    """A work that refuses, before it has written something or after."""

    async def work(tx: Tx) -> None:
        await ids(tx)
        if late:
            await insert(number)(tx)
        raise Refused(number)

    return work


def test_what_gathers_shares_commits(lanes: PostgreSQL, runner: asyncio.Runner) -> None:
    before, _, _ = commits(lanes)
    assert runner.run(outcomes(lanes, *(insert(number) for number in range(1, 101)))) == [*range(1, 101)]
    assert runner.run(lanes.read(ids)) == [*range(1, 101)]
    count, _, again = commits(lanes)
    assert 100 / MOST <= count - before < 100
    assert again == 0


def test_a_refusal_before_anything_is_written_has_nobody_run_again(lanes: PostgreSQL, runner: asyncio.Runner) -> None:
    runs = 0

    def counted(number: int) -> Work:
        async def work(tx: Tx) -> None:
            nonlocal runs
            await insert(number)(tx)
            runs += 1

        return work

    works = [counted(n) if n % 2 else refusing(n, late=False) for n in range(1, 11)]
    answers = runner.run(outcomes(lanes, *works))
    assert [type(answer) for answer in answers] == [type(None), Refused] * 5
    assert runner.run(lanes.read(ids)) == [1, 3, 5, 7, 9]
    assert runs == 5


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from(["insert", "before", "after", "conflict"]), max_size=40),
    data=st.data(),
)
def test_each_is_written_or_refused_for_itself_whoever_its_mates_are(
    lanes: PostgreSQL, runner: asyncio.Runner, kinds: list[str], data: st.DataObject
) -> None:
    turns = data.draw(st.lists(st.booleans(), min_size=len(kinds), max_size=len(kinds)))

    def work_of(number: int, kind: str) -> Work:
        async def work(tx: Tx) -> int:
            await insert(number)(tx)
            if kind == "conflict":
                await insert(number)(tx)
            return number

        return refusing(number, late=kind == "after") if kind in ("before", "after") else work

    async def main() -> tuple[list[Any], list[int]]:
        await lanes.write(lambda tx: tx.execute("DELETE FROM tally WHERE id > 0"))
        writing = [
            lanes.write(work_of(number, kind), in_turn=in_turn)
            for number, (kind, in_turn) in enumerate(zip(kinds, turns, strict=True), 1)
        ]
        return await asyncio.gather(*writing, return_exceptions=True), await lanes.read(ids)

    answers, written = runner.run(main())
    failures = {"before": Refused, "after": Refused, "conflict": Conflict}
    assert [type(answer) for answer in answers] == [failures.get(kind, int) for kind in kinds]
    assert written == [number for number, kind in enumerate(kinds, 1) if kind not in failures]


def test_a_transaction_sees_what_was_told_before_it_was_asked_for(lanes: PostgreSQL, runner: asyncio.Runner) -> None:
    """A batch that began before does not see it: so it is none of that batch's, though its lane is the same."""
    held = Held(1)

    async def main() -> list[int]:
        first = asyncio.ensure_future(lanes.write(held, in_turn=True))
        await held.begun.wait()
        await lanes.write(insert(2))
        second = asyncio.ensure_future(lanes.write(ids, in_turn=True))
        await asyncio.sleep(0.01)
        held.free.set()
        await first
        return await second

    assert runner.run(main()) == [1, 2]


def test_who_has_the_turn_holds_up_nobody_who_does_not_ask_for_it(lanes: PostgreSQL, runner: asyncio.Runner) -> None:
    held = Held(1)

    async def main() -> None:
        first = asyncio.ensure_future(lanes.write(held, in_turn=True))
        await held.begun.wait()
        assert await lanes.write(insert(2)) == 2
        assert await lanes.read(ids) == [2]
        held.free.set()
        assert await first == 1

    runner.run(main())


def test_a_batch_that_meets_another_transaction_is_run_again_one_by_one(
    lanes: PostgreSQL, postgresql_url: str, runner: asyncio.Runner
) -> None:
    """One of them reads what somebody else changes before it does."""
    met = False

    async def main() -> list[Any]:
        rival = await asyncpg.connect(postgresql_url)

        async def overtaken(tx: Tx) -> int:
            nonlocal met
            [(n,)] = await tx.fetch("SELECT n FROM tally WHERE id = 0")
            if not met:
                met = True
                await rival.execute("UPDATE tally SET n = n + 1 WHERE id = 0")
            await tx.execute("UPDATE tally SET n = $1 WHERE id = 0", n + 1)
            return int(n)

        try:
            return await outcomes(lanes, insert(1), overtaken, insert(2))
        finally:
            await rival.close()

    assert runner.run(main()) == [1, 1, 2]
    assert runner.run(lanes.read(ids)) == [1, 2]
    assert commits(lanes)[2] > 0


def test_a_row_that_somebody_else_holds_is_waited_for_apart(
    lanes: PostgreSQL, postgresql_url: str, runner: asyncio.Runner
) -> None:
    async def change(tx: Tx) -> int:
        return await tx.execute("UPDATE tally SET n = n + 1 WHERE id = 0")

    async def main() -> list[Any]:
        rival = await asyncpg.connect(postgresql_url)
        await rival.execute("BEGIN")
        await rival.execute("UPDATE tally SET n = 5 WHERE id = 0")
        waiting = asyncio.ensure_future(lanes.write(change))
        others = await outcomes(lanes, insert(1), insert(2))
        assert not waiting.done()
        await rival.execute("ROLLBACK")
        await rival.close()
        return [*others, await waiting]

    assert runner.run(main()) == [1, 2, 1]


def test_a_commit_nobody_knows_of_is_unknown_to_all_its_members(
    lanes: PostgreSQL, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To one that refused, too: it may rest on what a mate wrote."""
    monkeypatch.setattr(postgresql_lanes, "_SECONDS", 60)  # one batch, however slow the machine is

    async def cut(tx: Tx) -> None:
        await insert(2)(tx)
        await tx.execute("SET LOCAL idle_in_transaction_session_timeout = 1")
        await asyncio.sleep(0.3)  # the server hangs up

    async def main() -> list[Any]:
        return await outcomes(lanes, insert(1), refusing(3, late=False), cut)

    assert [type(answer) for answer in runner.run(main())] == [OutcomeUnknown] * 3
    assert runner.run(lanes.read(ids)) == []
    assert runner.run(lanes.write(insert(4))) == 4


def test_whatever_happens_to_a_batch_its_members_are_told_and_the_lane_goes_on(
    lanes: PostgreSQL, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = asyncpg.Connection.execute
    broken = True

    async def executed(connection: Any, query: str, *arguments: Any, **options: Any) -> Any:
        nonlocal broken
        if broken and query == "COMMIT":
            broken = False
            message = "nobody thought of this"
            raise RuntimeError(message)
        return await execute(connection, query, *arguments, **options)

    monkeypatch.setattr(asyncpg.Connection, "execute", executed)  # no server can be made to answer so
    monkeypatch.setattr(postgresql_lanes, "_SECONDS", 60)  # one batch, however slow the machine is
    answers = runner.run(outcomes(lanes, insert(1), insert(2)))
    assert [type(answer) for answer in answers] == [OutcomeUnknown] * 2
    assert runner.run(outcomes(lanes, insert(3))) == [3]
    assert runner.run(lanes.read(ids)) == [3]


def test_who_waits_for_too_long_is_told(
    postgresql_url: str, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_lanes, "_LOOK_EVERY", 0.05)  # lest the test takes seconds
    runner.run(create_tally(postgresql_url))

    async def main() -> list[int]:
        database = await open_postgresql(postgresql_url, patience=0.1, lanes=1)
        held = Held(1)
        first = asyncio.ensure_future(database.write(held))
        await held.begun.wait()
        with pytest.raises(DatabaseBusy, match="in the way"):
            await database.write(insert(2))
        held.free.set()
        await first
        found = await database.read(ids)
        await database.close()
        return found

    assert runner.run(main()) == [1]
