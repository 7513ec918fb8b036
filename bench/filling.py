"""A database that has been in use: one cart and its order, copied as often as is asked for, each as somebody else's.

The copies are made inside the database, column by column as the tables are now, by statements that both engines read.
What makes a row its owner's is changed (the cart's id, the account, and whatever else is unique); documents inside rows
stay: nobody reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import apsw
import asyncpg
import uvloop

from ordain.store.shape import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ordain.store.shape import Table

OWNERS = ("cart_id", "nic")
"""The columns whose rows are copied."""
LEFT = {"account", "password", "session", "staff", "balance", "ledger_head", "credential", "application"}
"""One row for an account, however many orders it has."""
AT_ONCE = 50_000
"""Copies of a table's rows in one statement, as COPIES has it."""
COPIES = """
    WITH RECURSIVE number (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM number WHERE n < 50000),
    copy (n) AS (SELECT n + $1 FROM number WHERE n <= $2)
"""
"""The numbers of some copies. SQLite counts arguments as they come in the text, so they stand there in their order."""
SPREAD = "(copy.n * 2654435761 % 4294967296)"
"""Copies' ids lie as far apart as random ones do."""


class Copied(NamedTuple):
    """Whose rows are copied, and how often."""

    cart_id: str
    nic: str
    times: int

    def parts(self, owner: str) -> Iterator[tuple[int, int, str]]:
        """The arguments of each statement for a table: how many copies there are, how many are made, the owner."""
        value = self.cart_id if owner == "cart_id" else self.nic
        for start in range(0, self.times, AT_ONCE):
            yield start, min(AT_ONCE, self.times - start), value


def sqlite(database: Path, copied: Copied) -> int:
    """Copy the cart, and all that the account has, in a file; the number of rows that were made.

    Statistics are not gathered: Ordain never does, and statements are planned without.
    """
    connection = apsw.Connection(str(database))
    before = connection.total_changes()
    unique = 'SELECT i.name FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i WHERE l."unique"'
    printed = f"printf('%08x-0000-4000-8000-%012x', {SPREAD}, copy.n)"
    try:
        for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
            connection.execute(f"PRAGMA {pragma}")
        for table, owner in _owned():
            changed = {str(row[0]) for row in connection.execute(unique, (table.name,))}
            for part in copied.parts(owner):
                connection.execute(_statement(table, owner, changed, printed), part)
        made = connection.total_changes() - before
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return made


def postgresql(url: str, copied: Copied) -> int:
    """The same in a database of PostgreSQL's, by its superuser."""
    return uvloop.run(_postgresql(url, copied))


async def _postgresql(url: str, copied: Copied) -> int:
    connection = await asyncpg.connect(url)
    unique = (
        "SELECT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND"
        " a.attnum = ANY (i.indkey) WHERE i.indrelid = $1::text::regclass AND i.indisunique"
    )
    printed = f"lpad(to_hex({SPREAD}), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(copy.n), 12, '0')"
    made = 0
    try:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET session_replication_role = replica")  # foreign keys are not looked up
        for table, owner in _owned():
            changed = {str(row[0]) for row in await connection.fetch(unique, f'"{table.name}"')}
            for part in copied.parts(owner):
                said = await connection.execute(_statement(table, owner, changed, printed), *part)
                made += int(said.rpartition(" ")[2])
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return made


def _owned() -> Iterator[tuple[Table, str]]:
    """The tables with rows of an order, and the column that says whose they are."""
    for table in tables():
        owner = next((name for name in OWNERS if name in table.key[:1]), None)
        if owner and table.name not in LEFT:
            yield table, owner


def _statement(table: Table, owner: str, unique: set[str], cart_id: str) -> str:
    """Copies of an owner's rows; `unique`: the columns an index wants to be so, `cart_id`: how an id is written."""
    changed = ", ".join(_changed(name, table, owner, unique | set(table.key), cart_id) for name in table.columns)
    columns = ", ".join(table.columns)
    return (
        f'{COPIES} INSERT INTO "{table.name}" ({columns})'  # noqa: S608 - the schema's own names
        f' SELECT {changed} FROM "{table.name}" AS kept, copy WHERE kept.{owner} = $3'
    )


def _changed(name: str, table: Table, owner: str, unique: set[str], cart_id: str) -> str:
    """A column's value in a copy."""
    if name == "cart_id":
        return f"CASE WHEN kept.cart_id IS NULL THEN NULL ELSE {cart_id} END"
    if name == owner:
        return "'zz' || copy.n || '-bench'"
    if name not in unique:
        return f"kept.{name}"
    return f"kept.{name} + copy.n * 1000000" if name in table.numbers else f"kept.{name} || '~' || copy.n"
