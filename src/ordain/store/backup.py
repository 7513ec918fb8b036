"""A copy of an SQLite database that is in use: one moment of it, in one file."""

from __future__ import annotations

import os
import secrets
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
    part = Path(f"{to}.{secrets.token_hex(8)}.part")  # of this backup alone: another one may be under way
    try:
        with closing(apsw.Connection(path, flags=apsw.SQLITE_OPEN_READONLY)) as source:
            os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))  # it holds customers' data
            source.execute("VACUUM INTO ?", (str(part),))
        _look_through(part)
        os.link(part, to)  # unlike a rename it refuses where a file has come meanwhile
    except FileExistsError as error:
        message = f"{to} is there already: a backup overwrites nothing."
        raise DatabaseError(message) from error
    except (apsw.Error, OSError) as error:
        message = f"{path} could not be backed up to {to}: {error}."
        raise DatabaseError(message) from error
    finally:
        part.unlink(missing_ok=True)
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
