"""The tables as the migrations make them, whichever engine they are on: columns, primary keys, who refers to whom."""

from __future__ import annotations

from graphlib import TopologicalSorter
from operator import itemgetter

import apsw
from msgspec import Struct

from ordain.store.migrate import MIGRATIONS, statements


class Table(Struct, frozen=True):
    """A table. `key` is its primary key, `numbers` are its columns that hold integers."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    numbers: tuple[str, ...]


def tables() -> list[Table]:
    """All of them, each after those its foreign keys refer to."""
    made = apsw.Connection(":memory:")
    try:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            for statement in statements(file.read_text("utf-8")):
                made.execute(statement)
        names = [row[0] for row in made.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        needs = {name: _referred_to(made, name) - {name} for name in names}
        return [_table(made, name) for name in TopologicalSorter(needs).static_order()]
    finally:
        made.close()


def _referred_to(made: apsw.Connection, name: str) -> set[str]:
    return {row[0] for row in made.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (name,))}


def _table(made: apsw.Connection, name: str) -> Table:
    told = made.execute("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    rows = [(str(column), kind, place) for column, kind, place in told]
    return Table(
        name,
        tuple(column for column, _, _ in rows),
        tuple(column for column, _, place in sorted(rows, key=itemgetter(2)) if place),
        tuple(column for column, kind, _ in rows if kind == "INTEGER"),
    )
