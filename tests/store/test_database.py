"""What both engines promise: durable or refused, isolated, the same answers to the same SQL."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordain.store.database import Conflict, Database, DatabaseError, Suspended, Tx, Violation, open_database
from tests.engines import open_in, run
from tests.store.tally import ids, insert, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.store.tally import Work


class Wrong(Exception):
    """A flow's own exception."""


async def increment(tx: Tx) -> None:
    row = await tx.fetch_one("SELECT n FROM tally WHERE id = $1", 0)
    assert row is not None
    await tx.execute("UPDATE tally SET n = $2 WHERE id = $1", 0, row[0] + 1)


def test_rows_come_back_as_they_were_written(tally: Database, runner: asyncio.Runner) -> None:
    async def work(tx: Tx) -> list[object]:
        counts: list[object] = [
            await tx.execute("INSERT INTO tally(id, n, label) VALUES ($1, $2, $3)", -(2**63), 2**63 - 1, "Ünï¢ode 𐍈"),
            await tx.execute("UPDATE tally SET n = n WHERE id <= $1", 0),
            await tx.execute("WITH few AS (SELECT 5 AS id) UPDATE tally SET n = 1 WHERE id IN (SELECT id FROM few)"),
            await tx.execute("DELETE FROM tally WHERE id = $1", 7),
            await tx.execute("CREATE TABLE other(picture BYTEA)" if tally.engine == "postgresql" else OTHER),
        ]
        await tx.execute_many("INSERT INTO other(picture) VALUES ($1)", ([value] for value in (b"\0\xff", None)))
        return [
            *counts,
            await tx.fetch("SELECT * FROM tally ORDER BY id"),
            await tx.fetch("SELECT picture FROM other ORDER BY picture IS NULL"),
            await tx.fetch_one("SELECT sum(id), count(*), EXISTS (SELECT 1), 3 > 4 FROM tally WHERE id >= 0"),
            await tx.fetch_one("SELECT id FROM tally WHERE label LIKE 'ZERO'"),
        ]

    first = (-(2**63), 2**63 - 1, "Ünï¢ode 𐍈")
    assert runner.run(tally.write(work)) == [
        *(1, 2, 0, 0, 0),
        *([first, (0, 0, "zero")], [(b"\0\xff",), (None,)], (0, 1, 1, 0), None),
    ]


OTHER = "CREATE TABLE other(picture BLOB) STRICT"


def test_a_failing_transaction_fails_alone(tally: Database, runner: asyncio.Runner) -> None:
    async def fail(tx: Tx) -> None:
        await insert(1000)(tx)
        raise Wrong

    works = [fail if n % 10 == 7 else insert(n) for n in range(1, 300)]
    answers = runner.run(outcomes(tally, *works))
    assert [n for n, answer in enumerate(answers, 1) if isinstance(answer, Wrong)] == list(range(7, 300, 10))
    assert runner.run(tally.read(ids)) == [n for n in range(1, 300) if n % 10 != 7]


def test_a_transaction_that_runs_out_of_something_fails_alone(tally: Database, runner: asyncio.Runner) -> None:
    """What no future can be told is told in other words."""

    async def main() -> list[object]:
        async with asyncio.timeout(20):
            return await outcomes(tally, insert(1), lambda _: next(iter(())), insert(2))

    answers = runner.run(main())
    assert [type(answer) for answer in answers] == [int, RuntimeError, int]
    assert runner.run(tally.read(ids)) == [1, 2]


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_concurrent_increments_lose_nothing(tally_url: str, factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def main() -> list[Any]:
        database = await open_database(tally_url)
        await asyncio.gather(*(database.write(increment) for _ in range(100)))
        rows = await database.read(lambda tx: tx.fetch("SELECT n FROM tally"))
        await database.close()
        return rows

    with asyncio.Runner(loop_factory=factory) as runner:
        assert runner.run(main()) == [(100,)]


def test_transactions_are_serializable(tally: Database, runner: asyncio.Runner) -> None:
    """Each reads what the other would write: on any weaker level both would find the table empty."""

    def first_of_all(number: int) -> Work:
        async def work(tx: Tx) -> bool:
            if await tx.fetch("SELECT 1 FROM tally WHERE id > 0"):
                return False
            await insert(number)(tx)
            return True

        return work

    assert sum(runner.run(outcomes(tally, *(first_of_all(n) for n in range(1, 7))))) == 1


def test_a_repeated_key_is_a_conflict(tally: Database, runner: asyncio.Runner) -> None:
    async def twice(tx: Tx) -> None:
        await insert(1)(tx)
        await insert(2, "zero")(tx)

    async def refused(tx: Tx) -> None:
        try:
            await insert(0)(tx)
        except Conflict as error:
            raise Wrong from error

    answers = runner.run(outcomes(tally, twice, insert(0), refused, insert(3)))
    assert [type(answer) for answer in answers] == [Conflict, Conflict, Wrong, int]
    assert runner.run(tally.read(ids)) == [3]


def test_a_conflict_ends_the_transaction_even_when_it_is_caught(tally: Database, runner: asyncio.Runner) -> None:
    async def stubborn(tx: Tx) -> None:
        await insert(1)(tx)
        for _ in range(2):
            with pytest.raises(Conflict):
                await insert(0)(tx)
        with pytest.raises(Conflict):
            await insert(2)(tx)

    with pytest.raises(Conflict):
        runner.run(tally.write(stubborn))
    assert runner.run(tally.read(ids)) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE tally SET n = -1", Violation),
        ("INSERT INTO tally(id, n) VALUES (1, NULL)", Violation),
        ("UPDATE nothing SET n = 1", DatabaseError),
        ("UPDATE tally SET", DatabaseError),
        ("UPDATE tally SET n = $1", DatabaseError),
    ],
)
def test_other_errors(tally: Database, runner: asyncio.Runner, statement: str, kind: type[Exception]) -> None:
    with pytest.raises(DatabaseError) as caught:
        runner.run(tally.write(lambda tx: tx.execute(statement)))
    assert type(caught.value) is kind


def test_values_of_the_wrong_kind_are_refused(tally: Database, runner: asyncio.Runner) -> None:
    def update(value: object) -> Work:
        return lambda tx: tx.execute("UPDATE tally SET n = $1", value)

    for value in ("text", 2**63, b"bytes", object()):
        with pytest.raises(Violation):
            runner.run(tally.write(update(value)))
    for text in ("a\0b", "\ud800"):
        with pytest.raises(Violation):
            runner.run(tally.write(insert(1, text)))
    assert runner.run(tally.read(lambda tx: tx.fetch("SELECT n FROM tally"))) == [(0,)]


def test_a_transaction_is_over_when_its_function_is(tally: Database, runner: asyncio.Runner) -> None:
    kept: list[Tx] = []

    async def late(tx: Tx) -> None:
        await insert(1)(tx)

    async def keep(tx: Tx) -> None:
        kept.append(tx)
        await tx.fetch("SELECT 1")

    runner.run(tally.write(keep))
    runner.run(tally.read(keep))
    runner.run(tally.read_long(keep))
    for tx in kept:
        with pytest.raises(DatabaseError, match="over"):
            runner.run(late(tx))


def test_a_transaction_may_not_use_the_database_itself(tally: Database, runner: asyncio.Runner) -> None:
    uses: list[Work] = [
        lambda _: tally.write(insert(1)),
        lambda _: tally.read(ids),
        lambda _: tally.read_long(ids),
        lambda _: tally.new_ids(),
    ]
    runner.run(tally.new_ids())
    for use in uses:
        for run_it in (tally.write, tally.read):
            with pytest.raises(Suspended):
                runner.run(run_it(use))
    assert runner.run(tally.read(ids)) == []


def test_a_read_changes_nothing(tally: Database, runner: asyncio.Runner) -> None:
    async def after_another(tx: Tx) -> None:
        await tx.fetch("SELECT 1")
        await insert(2)(tx)

    for run_it in (tally.read, tally.read_long):
        for work in (insert(1), after_another):
            with pytest.raises(DatabaseError):
                runner.run(run_it(work))
    assert runner.run(tally.read(ids)) == []


def test_a_read_sees_whole_transactions_only(tally: Database, runner: asyncio.Runner) -> None:
    async def pair(tx: Tx) -> None:
        row = await tx.fetch_one("SELECT max(id) FROM tally")
        assert row is not None
        await insert(row[0] + 1)(tx)
        await insert(row[0] + 2)(tx)

    async def count(tx: Tx) -> tuple[int, int]:
        first = await ids(tx)
        return len(first), len(await ids(tx))

    async def main() -> list[tuple[int, int]]:
        writes = [asyncio.ensure_future(tally.write(pair)) for _ in range(40)]
        seen = []
        while not all(write.done() for write in writes):
            seen += [await tally.read(count), await tally.read_long(count)]
            await asyncio.sleep(0)
        await asyncio.gather(*writes)
        return [*seen, await tally.read(count)]

    seen = runner.run(main())
    assert seen[-1] == (80, 80)
    assert all(first == second and first % 2 == 0 for first, second in seen)


def test_a_cancelled_write_is_whole_or_not_at_all(tally: Database, runner: asyncio.Runner) -> None:
    chance = random.Random(4)

    def pair(number: int) -> Work:
        async def work(tx: Tx) -> None:
            await insert(2 * number)(tx)
            await insert(2 * number + 1)(tx)

        return work

    async def main() -> list[bool]:
        tasks = [asyncio.ensure_future(tally.write(pair(number))) for number in range(1, 61)]
        for task in tasks[::3]:
            await asyncio.sleep(chance.choice([0, 0, 0.0005, 0.002]))
            task.cancel()
        return [isinstance(answer, BaseException) for answer in await asyncio.gather(*tasks, return_exceptions=True)]

    cancelled = runner.run(main())
    written = runner.run(tally.read(ids))
    pairs = [number for number in range(1, 61) if 2 * number in written]
    assert written == sorted(n for number in pairs for n in (2 * number, 2 * number + 1))
    assert set(pairs) >= {number for number, gone in enumerate(cancelled, 1) if not gone}
    assert runner.run(tally.write(insert(1000))) == 1000


def test_closing_waits_for_what_is_under_way(tally_url: str, runner: asyncio.Runner) -> None:
    async def main() -> list[int]:
        database = await open_database(tally_url)
        writes = [asyncio.ensure_future(database.write(insert(number))) for number in range(1, 6)]
        await asyncio.sleep(0)
        await database.close()
        await database.close()
        assert await asyncio.gather(*writes) == [1, 2, 3, 4, 5]
        for use in (database.write, database.read, database.read_long):
            with pytest.raises(DatabaseError, match="closed"):
                await use(ids)
        with pytest.raises(DatabaseError, match="closed"):
            await database.new_ids()
        again = await open_database(tally_url)
        found = await again.read(ids)
        await again.close()
        return found

    assert runner.run(main()) == [1, 2, 3, 4, 5]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_placeholders_come_in_any_order_and_repeat(
    tally: Database, runner: asyncio.Runner, data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.integers(-(2**31), 2**31) | st.none(), min_size=1, max_size=12))
    every = range(1, len(values) + 1)
    order = data.draw(st.permutations([*every, *data.draw(st.lists(st.sampled_from(every), max_size=6))]))
    columns = ", ".join(f"CAST(${n} AS BIGINT) AS \"c$1{n}\", '$1 it''s', /* $9 */ 1" for n in order)

    async def select(tx: Tx) -> list[tuple[object, ...]]:
        return await tx.fetch(f"SELECT {columns} -- $99", *values)

    expected = [column for n in order for column in (values[n - 1], "$1 it's", 1)]
    assert runner.run(tally.read(select)) == [tuple(expected)]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://somewhere", '"database" must be sqlite:PATH or postgresql:'),
        ("", '"database" must be'),
        ("sqlite:", '"database" must be'),
        ("sqlite::memory:", '"database" must be'),
        ("sqlite:{tmp_path}/missing/ordain.db", 'in the setting "database" cannot be opened: No such file'),
        ("sqlite:{tmp_path}", 'in the setting "database" cannot be opened'),
        ("sqlite:{tmp_path}/text", 'in the setting "database" cannot be opened'),
        ("postgresql://me:secret@127.0.0.1:1/ordain", 'the setting "database" cannot be used'),
        ("postgresql:///nothing?host={tmp_path}", 'the setting "database" cannot be used'),
        ("postgresql://[", 'the setting "database" cannot be used'),
    ],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_what_cannot_be_opened_is_told(url: str, words: str, tmp_path: Path, *, read_only: bool) -> None:
    (tmp_path / "text").write_text("This is no database. " * 300)
    with pytest.raises(DatabaseError) as caught:
        run(open_database(url.format(tmp_path=tmp_path), read_only=read_only))
    assert words in str(caught.value) or (read_only and "cannot be opened" in str(caught.value))
    assert "secret" not in str(caught.value)


def test_a_database_that_was_not_migrated_has_no_ids(tmp_path: Path, runner: asyncio.Runner) -> None:
    database = open_in(runner, f"sqlite:{tmp_path}/empty.db")
    with pytest.raises(DatabaseError, match="sequence"):
        runner.run(database.new_ids())
    runner.run(database.close())
    assert (tmp_path / "empty.db").stat().st_mode & 0o077 == 0
