"""What PostgreSQL's failures are in the words of `database`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from ordain.store.database import Conflict, DatabaseBusy, DatabaseError, DatabaseUnavailable, Violation

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, UnicodeError)
"""What the driver raises."""

_RUN_AGAIN = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,  # a batch does not wait for another process's row: others are waiting for the batch
    asyncpg.exceptions.InvalidCachedStatementError,  # the tables were changed since the statement was prepared
)


class Again(DatabaseBusy):
    """PostgreSQL asks for the transaction to be run again."""


def explained_as(error: Exception, connection: Connection) -> Exception:
    """The failure to raise for this one; a connection that is of no use any more is closed."""
    text = str(error) or type(error).__name__
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, UnicodeError):
        return Violation(text)
    if isinstance(error, asyncpg.InternalClientError):  # the wire's state is lost: the server hung up while idle
        connection.terminate()
    if isinstance(error, OSError) or connection.is_closed() or state[:2] == "08" or state[:3] == "57P":
        return DatabaseUnavailable(text)
    if isinstance(error, asyncpg.UniqueViolationError):
        return Conflict(text)
    if isinstance(error, _RUN_AGAIN):
        return Again(text)
    if state[:2] == "23" or isinstance(error, asyncpg.DataError):
        return Violation(text)
    return DatabaseError(text)
