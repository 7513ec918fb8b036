"""A copy of an SQLite database that is in use: one moment of it, in one file."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import apsw

from ordain.store.database import DatabaseError


def back_up(path: str, to: Path) -> None:
    """Write the database at `path` as it is now to a new file, wholly or not at all. Raises DatabaseError.

    It is read in one transaction, which keeps nobody from writing, and what was written is looked through.
    """
    if to.exists():
        message = f"{to} is there already: a backup overwrites nothing."
        raise DatabaseError(message)
    part = Path(f"{to}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)) as source:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))  # it holds customers' data
            source.execute("VACUUM INTO ?", (str(part),))
        _look_through(part)
    except (apsw.Error, OSError) as error:
        part.unlink(missing_ok=True)
        message = f"{path} could not be backed up to {to}: {error}."
        raise DatabaseError(message) from error
    part.replace(to)
    _to_disk(to.parent)


def _look_through(part: Path) -> None:
    with closing(apsw.Connection(str(part), flags=apsw.SQLITE_OPEN_READONLY)) as written:
        found = [row[0] for row in written.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise OSError("; ".join(found[:3]))
    _to_disk(part)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
