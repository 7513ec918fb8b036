"""A database that has been in use: one cart and its order, copied as often as is asked for, each as somebody else's.

The copies are made inside SQLite, column by column as the tables are now. What makes a row its owner's is changed (the
cart's id, the account, and whatever else is unique); documents inside rows stay: nobody reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from ordain.store.shape import tables

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.store.shape import Table

OWNERS = {"cart_id": "WHERE cart_id = ?", "nic": "WHERE nic = ?"}
"""The columns whose rows are copied, and which rows of them."""
LEFT = {"account", "password", "session", "staff", "balance", "ledger_head", "credential", "application"}
"""One row for an account, however many orders it has."""
NUMBERS = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})"
CART = "%08x-0000-4000-8000-%012x"
"""Copies' ids, spread as random ones are."""
AT_ONCE = 50_000
"""Copies of a table's rows in one statement."""


def fill(database: Path, cart_id: str, nic: str, count: int) -> int:
    """Copy the cart, and all that the account has, `count` times; the number of rows that were made."""
    connection = apsw.Connection(str(database))
    made = 0
    try:
        for pragma in ("foreign_keys = OFF", "synchronous = OFF", "cache_size = -400000"):
            connection.execute(f"PRAGMA {pragma}")
        for table in tables():
            owner = next((name for name in OWNERS if name in table.key[:1]), None)
            if owner and table.name not in LEFT:
                made += _copies(connection, table, owner, cart_id if owner == "cart_id" else nic, count)
        connection.execute("PRAGMA optimize")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return made


def _copies(connection: apsw.Connection, table: Table, owner: str, value: str, count: int) -> int:
    unique = _unique(connection, table)
    changed = [_changed(name, table, owner, unique) for name in table.columns]
    numbers = NUMBERS.format(count=min(AT_ONCE, count))
    before = connection.total_changes()
    for start in range(0, count, AT_ONCE):
        some = [text.replace("{n}", f"(n + {start})") for text in changed]
        connection.execute(
            f'{numbers} INSERT INTO "{table.name}" ({", ".join(table.columns)})'  # noqa: S608 - the schema's own names
            f' SELECT {", ".join(some)} FROM "{table.name}", number {OWNERS[owner]} AND n <= ?',
            (value, count - start),
        )
    return connection.total_changes() - before


def _unique(connection: apsw.Connection, table: Table) -> set[str]:
    """The columns that a primary key or another unique index has."""
    rows = connection.execute(
        'SELECT i.name FROM pragma_index_list(?) AS l, pragma_index_info(l.name) AS i WHERE l."unique"', (table.name,)
    )
    return {str(row[0]) for row in rows} | set(table.key)


def _changed(name: str, table: Table, owner: str, unique: set[str]) -> str:
    """A column's value in the copy numbered `{n}`."""
    if name == "cart_id":
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE printf('{CART}', {{n}} * 2654435761 % 4294967296, {{n}}) END"
    if name == owner:
        return "printf('zz%d-bench', {n})"
    if name not in unique:
        return name
    return f"{name} + {{n}} * 1000000" if name in table.numbers else f"{name} || '~' || {{n}}"
