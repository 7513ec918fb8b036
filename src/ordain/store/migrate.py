"""Brings a database's tables up to date from `migrations/NNNN_name.sql`, on both engines, once each and in order.

The files are written for SQLite (STRICT tables of INTEGER, TEXT and BLOB) and translated for PostgreSQL.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ordain.store.database import Conflict, DatabaseError

if TYPE_CHECKING:
    from ordain.store.database import Database, Tx

MIGRATIONS = Path(__file__).parent / "migrations"

BEING_COPIED = "being copied"
"""Stands among the migrations of a database that another one is being copied to."""

_TRIES = 20

# A literal, a quoted name or a comment is passed over whole, so that nothing inside it is taken for SQL.
_PIECE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|;|\w+|[^\w'\";/-]+|.", re.DOTALL)
_TABLE_OPTIONS = re.compile(r"\)(?:\s*,?\s*\b(?:STRICT|WITHOUT\s+ROWID)\b)+\s*$", re.IGNORECASE)
# "C" is the order of the bytes, which is SQLite's: without it ORDER BY would follow the server's language.
_TYPES = {"INTEGER": "BIGINT", "BLOB": "BYTEA", "TEXT": 'TEXT COLLATE "C"'}


def statements(text: str) -> list[str]:
    """Split off the statements of a migration file, without comments and closing semicolons."""
    found = [""]
    for piece in _PIECE.findall(text):
        if piece == ";":
            found.append("")
        elif not piece.startswith(("--", "/*")):
            found[-1] += piece
    return [statement.strip() for statement in found if statement.strip()]


_FIRST = statements(
    """
    CREATE TABLE IF NOT EXISTS migration(
        name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sequence(name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT;
    INSERT INTO sequence(name, next) VALUES ('id', 1) ON CONFLICT (name) DO NOTHING;
    """
)


def for_postgresql(statement: str) -> str:
    """Put a statement written for SQLite in PostgreSQL's words."""
    pieces: list[str] = []
    word = ""
    for piece in _PIECE.findall(_TABLE_OPTIONS.sub(")", statement)):
        before, word = word, piece.upper() if piece.isidentifier() else word
        # CAST(… AS TEXT) takes no collation.
        pieces.append("TEXT" if (before, word) == ("AS", "TEXT") else _TYPES.get(piece.upper(), piece))
    return "".join(pieces)


async def migrate(database: Database, now_us: int, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing, a file per transaction, and return its names. Safe to run from many processes at once.

    Raises DatabaseError when an applied file was changed, or when the database is newer than this program.
    """
    files = _files(folder)
    await _create_tables(database)
    applied: list[str] = []
    for _ in range(len(files) + _TRIES):
        known = await _applied(database)
        missing = _missing(files, known)
        if not missing:
            return applied
        try:
            await _apply(database, missing[0], files[missing[0]], now_us)
        except Conflict:  # another process applied it first
            continue
        applied.append(missing[0])
    message = "The database could not be migrated: other processes kept changing it."
    raise DatabaseError(message)


def _files(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))}


async def not_applied(database: Database) -> list[str]:
    """The migrations of this program that the database lacks; one that is being copied lacks the end of its copy.

    What a newer program has added is no obstacle: the version before it still runs on the result.
    """
    known = await _applied(database)
    copied = [BEING_COPIED] if BEING_COPIED in known else []
    return copied + [path.stem for path in sorted(MIGRATIONS.glob("*.sql")) if path.stem not in known]


async def _create_tables(database: Database) -> None:
    async def create(tx: Tx) -> None:
        for statement in _FIRST:
            await tx.execute(for_postgresql(statement) if database.engine == "postgresql" else statement)

    for attempt in range(_TRIES):
        try:
            return await database.write(create)
        except (Conflict, DatabaseError):  # two processes creating at once: PostgreSQL's IF NOT EXISTS is not atomic
            if attempt == _TRIES - 1:
                raise
    return None


async def _applied(database: Database) -> dict[str, str]:
    async def load(tx: Tx) -> dict[str, str]:
        return dict(await tx.fetch("SELECT name, sha256 FROM migration"))

    return await database.read(load)


def _missing(files: dict[str, str], known: dict[str, str]) -> list[str]:
    if BEING_COPIED in known:
        message = "A copy into this database was begun and did not end well: empty it, and copy anew."
        raise DatabaseError(message)
    for name, digest in sorted(known.items()):
        if name not in files:
            message = f"The database has the migration {name}, which this version of Ordain does not know: upgrade it."
            raise DatabaseError(message)
        if _digest(files[name]) != digest:
            message = f"The migration {name} was changed after it had been applied to this database."
            raise DatabaseError(message)
    missing = [name for name in files if name not in known]
    if missing and known and missing[0] < max(known):
        message = f"The migration {missing[0]} comes before {max(known)}, which the database already has."
        raise DatabaseError(message)
    return missing


async def _apply(database: Database, name: str, text: str, now_us: int) -> None:
    async def apply(tx: Tx) -> None:
        # First, so that of two processes one waits here and then meets a Conflict.
        await tx.execute(
            "INSERT INTO migration(name, sha256, applied_at) VALUES ($1, $2, $3)", name, _digest(text), now_us
        )
        for statement in statements(text):
            await tx.execute(for_postgresql(statement) if database.engine == "postgresql" else statement)

    await database.write(apply)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
