"""One connection to an SQLite file, as all of ours are set."""

from __future__ import annotations

import apsw

_CACHED_STATEMENTS = 512

# The setting of the last line makes LIKE tell upper from lower case, as PostgreSQL's does.
_PRAGMAS = (
    "PRAGMA busy_timeout=2000",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-32000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA case_sensitive_like=ON",
)


def connect(path: str, flags: int) -> apsw.Connection:
    """A connection; `flags` are SQLite's for opening."""
    connection = apsw.Connection(path, flags=flags, statementcachesize=_CACHED_STATEMENTS)
    # Plans do not depend on the values: without this, statements are planned anew when their parameters change.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    for pragma in _PRAGMAS:
        connection.execute(pragma)
    return connection
