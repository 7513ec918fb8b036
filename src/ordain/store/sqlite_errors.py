"""What SQLite says went wrong, in the words of `database`."""

from __future__ import annotations

import apsw

from ordain.store.database import (
    Conflict,
    DatabaseBusy,
    DatabaseError,
    DatabaseUnavailable,
    OutcomeUnknown,
    Violation,
)

_UNIQUE = (
    apsw.SQLITE_CONSTRAINT_UNIQUE,
    apsw.SQLITE_CONSTRAINT_PRIMARYKEY,
    apsw.SQLITE_CONSTRAINT_ROWID,
)


def explained(error: Exception) -> Exception:
    """An error of apsw's as one of `database`."""
    text = str(error)
    if isinstance(error, apsw.ConstraintError):
        return Conflict(text) if _code(error) in _UNIQUE else Violation(text)
    if isinstance(error, (apsw.MismatchError, OverflowError, TypeError, UnicodeError, Violation)):
        return Violation(text)
    if isinstance(error, apsw.BusyError):
        return DatabaseBusy(text)
    if isinstance(error, (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.CorruptError)):
        return DatabaseUnavailable(text)
    return DatabaseError(text)


def _code(error: BaseException) -> int:
    return int(getattr(error, "extendedresult", 0))


def lost(failure: BaseException) -> Exception:
    """An error for one member of a batch that could not be committed."""
    kind: type[DatabaseError] = DatabaseUnavailable
    if isinstance(failure, apsw.BusyError):
        kind = DatabaseBusy
    elif _code(failure) == apsw.SQLITE_IOERR_FSYNC:  # nobody knows what a crash would now leave on the disk
        kind = OutcomeUnknown
    error = kind(f"The transactions that shared a commit are rolled back: {failure}")
    error.__cause__ = failure
    return error
