"""The raw loop of durable commits that engines are measured by: a row of one number, committed, one after the other.

SQLite and PostgreSQL as Ordain has them: `synchronous=FULL` on a write-ahead log, `synchronous_commit` as by default.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

import apsw
import asyncpg
import uvloop

from bench.clocks import postgresql_seconds

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "CREATE TABLE IF NOT EXISTS bench_commits (n INTEGER)"


class Commits(NamedTuple):
    """What came of a loop."""

    seconds: float
    cpu: float
    """Processor seconds of the process that commits …"""
    postgresql_cpu: float
    """… and of PostgreSQL's processes."""
    times: list[int]
    """Of each commit, in microseconds."""


def sqlite(folder: Path, seconds: float) -> Commits:
    """So many seconds of commits to a file in this folder."""
    connection = apsw.Connection(str(folder / "commits.db"))
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
        connection.execute(statement)
    times: list[int] = []
    start, cpu = time.perf_counter(), time.process_time()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter_ns()
        connection.execute("INSERT INTO bench_commits VALUES (?)", (len(times),))
        times.append((time.perf_counter_ns() - before) // 1000)
    found = Commits(time.perf_counter() - start, time.process_time() - cpu, 0, times)
    connection.close()
    return found


def postgresql(url: str, postmaster: int, seconds: float) -> Commits:
    """So many seconds of commits by one connection to this database; `postmaster`: PostgreSQL's first process."""
    return uvloop.run(_postgresql(url, postmaster, seconds))


async def _postgresql(url: str, postmaster: int, seconds: float) -> Commits:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLE)
        inserting = await connection.prepare("INSERT INTO bench_commits VALUES ($1)")
        times: list[int] = []
        start, cpu, theirs = time.perf_counter(), time.process_time(), postgresql_seconds(postmaster)
        while time.perf_counter() - start < seconds:
            before = time.perf_counter_ns()
            await inserting.fetch(len(times))
            times.append((time.perf_counter_ns() - before) // 1000)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        return Commits(seconds, cpu, postgresql_seconds(postmaster) - theirs, times)
    finally:
        async with asyncio.timeout(5):
            await connection.close()
