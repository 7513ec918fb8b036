"""A whole database copied into an empty one, of either engine, and shown to be the same."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.store.database import DatabaseError
from ordain.store.migrate import BEING_COPIED, migrate
from ordain.store.shape import Table, tables

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ordain.store.database import Database, Row, Tx

MOST_ROWS = 2_000
"""Read, and written in a transaction, at once."""
_TRIES, _PAUSE = 5, 0.2
_OWN = {"migration", "sequence"}
"""What every database has of its own."""


class Content(Struct, frozen=True):
    """What a table holds: how many rows, the sum of each column of integers, and the SHA-256 of its rows in order."""

    rows: int
    sums: tuple[int, ...]
    sha256: str


async def copy(source: Database, target: Database, now_us: int, told: Callable[[str, int], None]) -> list[str]:
    """Copy everything; where source and target differ in the end, in words. `told` hears of each table and its rows.

    Both are brought up to date first. The target has to be empty, and is good for nothing until the copy has ended.
    Raises DatabaseError.
    """
    await _alone(source)
    await migrate(source, now_us)
    await migrate(target, now_us)
    copied = [table for table in tables() if table.name not in _OWN]
    full = [table.name for table in copied if await _first(target, table)]
    if full:
        message = f"The database to copy to is not empty: there are rows in {', '.join(sorted(full))}."
        raise DatabaseError(message)
    await target.write(lambda tx: _begin(tx, now_us))
    for table in copied:
        told(table.name, await _copy(source, target, table))
    await _copy_sequences(source, target)
    different = await _differences(source, target, copied)
    await _alone(source)  # what was compared first may have changed while the rest was
    if not different:
        await target.write(_end)
    return different


async def _alone(source: Database) -> None:
    """Raises DatabaseError where somebody else has the source open: what they write would be left behind."""
    for _ in range(_TRIES):
        others = await source.others()
        if not others:
            return
        await asyncio.sleep(_PAUSE)  # a session that was just ended is seen for a moment
    message = f"The database to copy from is in use by {others} other sessions: stop every server and worker first."
    raise DatabaseError(message)


async def _begin(tx: Tx, now_us: int) -> None:
    sql = "INSERT INTO migration (name, sha256, applied_at) VALUES ($1, '', $2)"
    await tx.execute(sql, BEING_COPIED, now_us)


async def _end(tx: Tx) -> None:
    await tx.execute("DELETE FROM migration WHERE name = $1", BEING_COPIED)


async def _first(database: Database, table: Table) -> Row | None:
    return await database.read(lambda tx: tx.fetch_one(f"SELECT 1 FROM {table.name} LIMIT 1"))


async def _copy(source: Database, target: Database, table: Table) -> int:
    places = ", ".join(f"${number}" for number in range(1, len(table.columns) + 1))
    sql = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({places})"
    count = 0
    async for page in _pages(source, table):
        await _put(target, sql, page)
        count += len(page)
    return count


async def _put(target: Database, sql: str, rows: list[Row]) -> None:
    await target.write(lambda tx: tx.execute_many(sql, rows))


async def _pages(database: Database, table: Table) -> AsyncIterator[list[Row]]:
    """A table's rows in the order of its primary key, a page at a time."""
    after: Row = ()
    while True:
        page = await _page(database, table, after)
        if page:
            yield page
        if len(page) < MOST_ROWS:
            return
        after = tuple(page[-1][table.columns.index(column)] for column in table.key)


async def _page(database: Database, table: Table, after: Row) -> list[Row]:
    key, places = ", ".join(table.key), ", ".join(f"${number}" for number in range(1, len(after) + 1))
    where = f"WHERE ({key}) > ({places})" if after else ""
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} {where} ORDER BY {key} LIMIT {MOST_ROWS}"
    return await database.read(lambda tx: tx.fetch(sql, *after))


async def _copy_sequences(source: Database, target: Database) -> None:
    """What was handed out there is never handed out here."""
    rows = await source.read(lambda tx: tx.fetch("SELECT name, next FROM sequence"))
    sql = "INSERT INTO sequence (name, next) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET next = excluded.next"
    await _put(target, sql, rows)


async def _differences(source: Database, target: Database, copied: list[Table]) -> list[str]:
    told = []
    for table in copied:
        there, here = await content(source, table), await content(target, table)
        if there.rows != here.rows:
            told.append(f"{table.name}: {there.rows} rows there, {here.rows} here")
        elif there.sums != here.sums:
            sums = zip(table.numbers, there.sums, here.sums, strict=True)
            told += [f"{table.name}.{name}: the sum is {a} there, {b} here" for name, a, b in sums if a != b]
        elif there != here:
            told.append(f"{table.name}: the rows are not the same")
    return told


async def content(database: Database, table: Table) -> Content:
    """What a table holds. The sums are the database's own, so that two ways of reading have to agree."""
    digest, count = hashlib.sha256(), 0
    async for page in _pages(database, table):
        count += len(page)
        for row in page:
            digest.update(repr(tuple(row)).encode())
    added = ", ".join(f"COALESCE(SUM({column} % 1000003), 0)" for column in table.numbers)
    sums = await database.read(lambda tx: tx.fetch_one(f"SELECT {added} FROM {table.name}")) if table.numbers else ()
    return Content(count, tuple(map(int, sums or ())), digest.hexdigest())
