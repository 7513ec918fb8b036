"""What is SQLite alone: batches that share a commit, and one process per file."""

from __future__ import annotations

import asyncio
import resource
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordain.store.database import (
    Conflict,
    Database,
    DatabaseBusy,
    DatabaseError,
    DatabaseLocked,
    DatabaseUnavailable,
    Suspended,
    Tx,
    open_database,
)
from tests.engines import open_in
from tests.store.tally import WRITER, create_tally, ids, insert, killed_after, outcomes, start, wait_for_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


HOLDER = """
import sys, time, apsw
connection = apsw.Connection(sys.argv[1])
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def sqlite(sqlite_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    """Open a SQLite database with `tally`."""
    runner.run(create_tally(sqlite_url))
    database = open_in(runner, sqlite_url)
    yield database
    runner.run(database.close())


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whatever waits in one batch, however slow the machine is just now."""
    monkeypatch.setattr("ordain.store.sqlite._MAX_SECONDS", 600)


def test_a_transaction_that_awaits_the_outside_is_refused(sqlite: Database, runner: asyncio.Runner) -> None:
    async def calls_out(tx: Tx) -> None:
        await insert(1)(tx)
        try:
            await asyncio.sleep(0)
        finally:
            await insert(2)(tx)
            await asyncio.sleep(0)

    answers = runner.run(outcomes(sqlite, insert(3), calls_out, insert(4)))
    assert [type(answer) for answer in answers] == [int, Suspended, int]
    assert "calls_out" in str(answers[1])
    for run_it in (sqlite.read, sqlite.read_long):
        with pytest.raises(Suspended):
            runner.run(run_it(lambda _: asyncio.sleep(0)))
    assert runner.run(sqlite.read(ids)) == [3, 4]


class Unwanted(Exception):
    """What a transaction refuses with."""


Deed = Literal["writes", "refuses", "refuses after writing", "writes twice", "defines and refuses"]


def transaction(number: int, deed: Deed) -> Callable[[Tx], Awaitable[int]]:
    """One that writes down its number, or fails at some point."""

    async def work(tx: Tx) -> int:
        if deed == "refuses":
            raise Unwanted
        if deed == "defines and refuses":
            await tx.execute(f"CREATE TABLE unwanted_{number} (id INTEGER) STRICT")
            raise Unwanted
        written: int = await insert(number)(tx)
        if deed == "writes twice":
            await insert(number)(tx)
        if deed == "refuses after writing":
            raise Unwanted
        return written

    return work


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(get_args(Deed)), max_size=12))
def test_of_a_batch_those_that_fail_leave_nothing_and_those_that_do_not_everything(
    sqlite: Database, runner: asyncio.Runner, deeds: list[Deed]
) -> None:
    runner.run(sqlite.write(lambda tx: tx.execute("DELETE FROM tally")))
    works = [transaction(number, deed) for number, deed in enumerate(deeds, start=1)]
    answers = runner.run(outcomes(sqlite, *works))
    told: dict[Deed, type] = {"writes": int, "writes twice": Conflict}
    assert [type(answer) for answer in answers] == [told.get(deed, Unwanted) for deed in deeds]
    assert runner.run(sqlite.read(ids)) == [number for number, deed in enumerate(deeds, start=1) if deed == "writes"]
    tables = "SELECT name FROM sqlite_schema WHERE name LIKE 'unwanted%'"
    assert runner.run(sqlite.read(lambda tx: tx.fetch(tables))) == []


def test_a_full_database_fails_the_transaction_and_goes_on(sqlite: Database, runner: asyncio.Runner) -> None:
    async def much(tx: Tx) -> None:
        await tx.execute("INSERT INTO tally(id, n, label) VALUES (9, 9, $1)", "x" * 10_000_000)

    async def limit(tx: Tx) -> None:
        row = await tx.fetch_one("PRAGMA page_count")
        assert row is not None
        await tx.fetch(f"PRAGMA max_page_count={row[0] + 20}")

    runner.run(sqlite.write(limit))
    answers = runner.run(outcomes(sqlite, insert(1), much, insert(2)))
    assert isinstance(answers[1], DatabaseUnavailable)
    written = [answer for answer in answers if isinstance(answer, int)]
    assert runner.run(sqlite.read(ids)) == written
    assert runner.run(sqlite.write(insert(3))) == 3


@pytest.mark.usefixtures("unhurried")
def test_a_transaction_that_ends_the_batch_fails_all_of_it(sqlite: Database, runner: asyncio.Runner) -> None:
    async def give_up(tx: Tx) -> None:
        await tx.execute("ROLLBACK")

    answers = runner.run(outcomes(sqlite, insert(1), give_up, insert(2)))
    assert [type(answer) for answer in answers] == [DatabaseUnavailable, DatabaseError, int]
    assert runner.run(sqlite.read(ids)) == [2]


@pytest.mark.usefixtures("unhurried")
def test_a_failing_commit_fails_every_member(sqlite: Database, sqlite_url: str, runner: asyncio.Runner) -> None:
    log = f"{sqlite_url.removeprefix('sqlite:')}-wal"
    label = "x" * 2000
    with files_no_longer_than(Path(log).stat().st_size + 5000):
        answers = runner.run(outcomes(sqlite, *(insert(number, f"{number}{label}") for number in range(1, 9))))
        assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 8
        assert runner.run(sqlite.read(ids)) == []
    assert runner.run(outcomes(sqlite, insert(1), insert(2))) == [1, 2]
    assert runner.run(sqlite.read(ids)) == [1, 2]


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Make writes past this size fail in this process, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_long_read_keeps_its_snapshot_and_does_not_hold_the_loop(sqlite: Database, runner: asyncio.Runner) -> None:
    started, written = threading.Event(), threading.Event()

    async def slow(tx: Tx) -> tuple[list[int], list[int]]:
        before = await ids(tx)
        started.set()
        assert written.wait(60)
        return before, await ids(tx)

    async def main() -> tuple[list[int], list[int]]:
        reading = asyncio.ensure_future(sqlite.read_long(slow))
        await asyncio.to_thread(started.wait)
        await sqlite.write(insert(1))
        written.set()
        return await reading

    assert runner.run(main()) == ([], [])
    assert runner.run(sqlite.read(ids)) == [1]


def test_a_file_belongs_to_one_process(sqlite_url: str, runner: asyncio.Runner) -> None:
    runner.run(create_tally(sqlite_url))
    child = start(WRITER, sqlite_url, "1")
    wait_for_line(child)
    with pytest.raises(DatabaseLocked, match=rf"Another Ordain process .* \(pid {child.pid}\)"):
        open_in(runner, sqlite_url)
    beside = runner.run(open_database(sqlite_url, read_only=True))
    assert runner.run(beside.read(ids))
    assert runner.run(beside.read_long(ids))
    with pytest.raises(DatabaseError, match="for reading only"):
        runner.run(beside.write(insert(1)))
    killed_after(child, 0)
    runner.run(beside.close())
    runner.run(open_in(runner, sqlite_url).close())


def test_a_file_belongs_to_one_process_by_whatever_name(
    sqlite: Database, sqlite_url: str, runner: asyncio.Runner, tmp_path: Path
) -> None:
    runner.run(sqlite.write(insert(1)))
    other = tmp_path / "current.db"
    other.symlink_to(sqlite_url.removeprefix("sqlite:"))
    with pytest.raises(DatabaseLocked, match="Another Ordain process"):
        open_in(runner, f"sqlite:{other}")
    runner.run(sqlite.close())
    again = open_in(runner, f"sqlite:{other}")
    with pytest.raises(DatabaseLocked, match="Another Ordain process"):
        open_in(runner, sqlite_url)
    runner.run(again.close())


def test_another_program_that_writes_makes_it_busy(sqlite: Database, sqlite_url: str, runner: asyncio.Runner) -> None:
    child = start(HOLDER, sqlite_url.removeprefix("sqlite:"))
    wait_for_line(child)
    answers = runner.run(outcomes(sqlite, insert(1), insert(2)))
    assert [type(answer) for answer in answers] == [DatabaseBusy, DatabaseBusy]
    killed_after(child, 0)
    assert runner.run(sqlite.write(insert(3))) == 3
