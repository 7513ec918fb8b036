"""A backup is one moment of a database that others write to, and is whole or not there."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING, Any

import apsw
import pytest

from ordain.store.backup import back_up
from ordain.store.database import DatabaseError, open_database
from tests.store.tally import create_tally

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.store.database import Database, Tx

WRITERS = 8


async def _count(tx: Tx) -> tuple[int, int]:
    row = await tx.fetch_one("SELECT COUNT(*), SUM(n) FROM tally WHERE id > 0")
    assert row
    return row[0], row[1]


def test_it_is_one_moment_of_a_busy_database(sqlite_url: str, tmp_path: Path) -> None:
    """Every write acknowledged before it began is in it, none of those acknowledged is half in it, nobody waits."""
    path, copy = sqlite_url.removeprefix("sqlite:"), tmp_path / "copy.db"

    async def one(database: Database, number: int) -> None:
        async def both(tx: Tx) -> None:
            await tx.execute("INSERT INTO tally (id, n) VALUES ($1, 0)", number)
            await tx.execute("UPDATE tally SET n = 3 WHERE id = $1", number)

        await database.write(both)

    async def work() -> tuple[int, int, tuple[int, int]]:
        await create_tally(sqlite_url)
        database = await open_database(sqlite_url)
        numbers, over = iter(range(1, 1_000_000)), asyncio.Event()

        async def client() -> None:
            while not over.is_set():
                await one(database, next(numbers))

        clients = [asyncio.create_task(client()) for _ in range(WRITERS)]
        while (await database.read(_count))[0] < 200:
            await one(database, next(numbers))
        before, _ = await database.read(_count)
        await asyncio.to_thread(back_up, path, copy)
        written = (await database.read(_count))[0]
        over.set()
        await asyncio.gather(*clients)
        await database.close()
        restored = await open_database(f"sqlite:{copy}")
        held = await restored.read(_count)
        await one(restored, 1_000_000)  # it is a database like any other
        await restored.close()
        return before, written, held

    before, written, (count, total) = asyncio.run(work())
    assert before <= count <= written
    assert total == 3 * count


def test_it_overwrites_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    there = tmp_path / "there.db"
    there.write_text("mine")
    with pytest.raises(DatabaseError, match="is there already"):
        back_up(sqlite_url.removeprefix("sqlite:"), there)
    assert there.read_text() == "mine"


def test_it_is_for_its_owner_alone(sqlite_url: str, tmp_path: Path) -> None:
    """Customers' data are in it."""
    back_up(sqlite_url.removeprefix("sqlite:"), tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob("copy.db*")] == ["copy.db"]


def test_what_cannot_be_written_is_not_there(sqlite_url: str, tmp_path: Path) -> None:
    """A folder that is not there, or a database that is none: one sentence, and no file."""
    path = sqlite_url.removeprefix("sqlite:")
    with pytest.raises(DatabaseError, match="could not be backed up"):
        back_up(path, tmp_path / "no" / "copy.db")
    (tmp_path / "none.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(DatabaseError, match="could not be backed up"):
        back_up(str(tmp_path / "none.db"), tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_a_file_that_comes_meanwhile_stays(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is another backup's half of a file taken away, which may be under way."""
    there, half = tmp_path / "there.db", tmp_path / "there.db.part"
    half.write_text("another backup's")

    class Late(apsw.Connection):
        """By which what was written is looked through."""

        def __init__(self, *words: Any, **named: Any) -> None:
            super().__init__(*words, **named)
            there.write_text("mine")

    monkeypatch.setattr(apsw, "Connection", Late)
    with pytest.raises(DatabaseError, match="is there already"):
        back_up(sqlite_url.removeprefix("sqlite:"), there)
    assert there.read_text() == "mine"
    assert sorted(tmp_path.glob("there.db*")) == [there, half]
