"""Migrations: applied once, in order, by whichever process comes first, and never changed afterwards."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from ordain.store.database import Database, DatabaseError, Tx, Violation, open_database
from ordain.store.migrate import MIGRATIONS, for_postgresql, migrate, statements
from tests.engines import PostgreSQLServer, run

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_750_000_000_000_000

FIRST = """-- People; a semicolon in a comment;
CREATE TABLE person(
  name TEXT NOT NULL,  -- as they write it; freely
  age INTEGER NOT NULL DEFAULT 0 CHECK (age >= 0),
  picture BLOB,
  note TEXT NOT NULL DEFAULT 'an INTEGER; a TEXT',
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
INSERT INTO person(name, picture) VALUES ('it''s;', NULL);
"""
SECOND = "CREATE INDEX person_age ON person(age);\nALTER TABLE person ADD COLUMN size INTEGER;\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the project's own migrations, which the databases of tests have, to add to them."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def put(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.sql").write_text(text, encoding="utf-8")


async def people(tx: Tx) -> list[tuple[object, ...]]:
    return await tx.fetch("SELECT name, age, picture, note FROM person")


def test_files_are_applied_once_and_in_order(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9002_more", SECOND)
    put(folder, "9001_people", FIRST)
    assert runner.run(migrate(database, NOW, folder)) == ["9001_people", "9002_more"]
    assert runner.run(migrate(database, NOW + 1, folder)) == []
    assert runner.run(database.read(people)) == [("it's;", 0, None, "an INTEGER; a TEXT")]

    async def recorded(tx: Tx) -> list[tuple[object, ...]]:
        return await tx.fetch("SELECT name FROM migration WHERE applied_at = $1 ORDER BY name", NOW)

    assert runner.run(database.read(recorded)) == [("9001_people",), ("9002_more",)]


def test_the_types_are_those_of_the_file(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    runner.run(migrate(database, NOW, folder))

    async def insert(tx: Tx) -> list[tuple[object, ...]]:
        await tx.execute("INSERT INTO person(name, age, picture) VALUES ($1, $2, $3)", "b", 2**53, b"\0\xff")
        return await tx.fetch("SELECT age, picture FROM person WHERE name = $1", "b")

    async def wrong(tx: Tx) -> None:
        await tx.execute("INSERT INTO person(name, age) VALUES ($1, $2)", "c", "old")

    assert runner.run(database.write(insert)) == [(2**53, b"\0\xff")]
    with pytest.raises(Violation):
        runner.run(database.write(wrong))


def test_text_is_ordered_by_its_bytes(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    runner.run(migrate(database, NOW, folder))
    names = ["É", "Z", "a", "b-c", "bc", "é", "z", "𐍈", "\uffff"]

    async def insert(tx: Tx) -> list[tuple[object, ...]]:
        await tx.execute("DELETE FROM person")
        await tx.execute_many("INSERT INTO person(name) VALUES ($1)", [(name,) for name in names])
        return await tx.fetch("SELECT name FROM person ORDER BY name")

    assert runner.run(database.write(insert)) == [(name,) for name in sorted(names, key=str.encode)]


def test_a_changed_file_is_refused(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    runner.run(migrate(database, NOW, folder))
    put(folder, "9001_people", FIRST.replace("age >= 0", "age > 0"))
    put(folder, "9002_more", SECOND)
    with pytest.raises(DatabaseError, match="9001_people was changed"):
        runner.run(migrate(database, NOW, folder))


def test_a_newer_database_is_refused(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    runner.run(migrate(database, NOW, folder))
    with pytest.raises(DatabaseError, match="9001_people, which this version of Ordain does not know"):
        runner.run(migrate(database, NOW))


def test_a_file_before_an_applied_one_is_refused(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9002_people", FIRST)
    runner.run(migrate(database, NOW, folder))
    put(folder, "9001_late", "CREATE TABLE late(id INTEGER PRIMARY KEY) STRICT;")
    with pytest.raises(DatabaseError, match="9001_late comes before 9002_people"):
        runner.run(migrate(database, NOW, folder))


def test_a_failing_file_leaves_nothing_behind(database: Database, runner: asyncio.Runner, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    put(
        folder,
        "9002_broken",
        "CREATE TABLE half(id INTEGER PRIMARY KEY) STRICT;\nCREATE TABLE person(a TEXT) STRICT;\n",
    )
    with pytest.raises(DatabaseError, match="already exists"):
        runner.run(migrate(database, NOW, folder))
    put(folder, "9002_broken", "CREATE TABLE half(id INTEGER PRIMARY KEY) STRICT;\n")
    assert runner.run(migrate(database, NOW, folder)) == ["9002_broken"]


def test_many_processes_may_migrate_an_empty_database(postgresql_server: PostgreSQLServer, folder: Path) -> None:
    put(folder, "9001_people", FIRST)
    put(folder, "9002_more", SECOND)

    async def all_at_once(url: str) -> list[str]:
        databases = [await open_database(url) for _ in range(4)]
        applied = await asyncio.gather(*(migrate(database, NOW, folder) for database in databases))
        for database in databases:
            await database.close()
        return sorted(name for names in applied for name in names)

    url = run(postgresql_server.create("template1"))
    assert run(all_at_once(url)) == sorted(path.stem for path in folder.glob("*.sql"))
    run(postgresql_server.drop(url))


def test_statements_are_split_outside_of_literals_and_comments() -> None:
    assert statements("-- a;\nSELECT ';--' AS \"x;\"; /* b;\n c */ SELECT 1 - 2 / 1;\n;") == [
        "SELECT ';--' AS \"x;\"",
        "SELECT 1 - 2 / 1",
    ]


def test_translation_leaves_literals_names_and_casts_alone() -> None:
    text = "CREATE TABLE \"TEXT\"(a TEXT, b INTEGER, c BLOB, CHECK (a <> 'INTEGER' || CAST(b AS TEXT))) STRICT"
    assert for_postgresql(text) == (
        'CREATE TABLE "TEXT"(a TEXT COLLATE "C", b BIGINT, c BYTEA, CHECK (a <> \'INTEGER\' || CAST(b AS TEXT)))'
    )
    assert for_postgresql("CREATE TABLE a(b INTEGER) WITHOUT ROWID,\n STRICT") == "CREATE TABLE a(b BIGINT)"


def test_every_table_of_ours_is_strict() -> None:
    for path in MIGRATIONS.glob("*.sql"):
        for statement in statements(path.read_text(encoding="utf-8")):
            if re.match(r"CREATE\s+TABLE", statement, re.IGNORECASE):
                assert re.search(r"\)[^)]*\bSTRICT\b[^)]*$", statement), f"{path.name}: {statement[:60]}"


def test_the_names_of_our_files_are_numbered() -> None:
    numbers = [path.name[:5] for path in MIGRATIONS.glob("*.sql")]
    assert all(re.fullmatch(r"\d{4}_", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
