"""One process per SQLite file: the lock that says so, and which process has it."""

from __future__ import annotations

import fcntl
import os

from ordain.store.database import DatabaseLocked, DatabaseUnavailable


def lock(path: str) -> int:
    """Take the lock file beside the database, which ends with the process, however it ends.

    A link's lock is that of the file it leads to: by whatever name, it is one file.
    """
    try:
        # Both files are for their owner alone; SQLite gives its log the permissions of the database.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        held = os.open(f"{os.path.realpath(path)}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f'The SQLite file {path} in the setting "database" cannot be opened: {error.strerror}.'
        raise DatabaseUnavailable(message) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.pread(held, 20, 0).decode().strip() or "unknown"
        os.close(held)
        message = f"Another Ordain process is using the SQLite file {path} (pid {pid})."
        raise DatabaseLocked(message) from error
    os.ftruncate(held, 0)
    os.pwrite(held, str(os.getpid()).encode(), 0)
    return held
