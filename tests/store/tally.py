"""The table the tests of both engines write to, and child processes that are killed while they do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from ordain.store.database import Database, Tx, open_database
from ordain.store.migrate import for_postgresql

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Work = Callable[[Tx], Awaitable[Any]]

TALLY = "CREATE TABLE tally(id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n >= 0), label TEXT UNIQUE) STRICT"

WRITER = """
import asyncio, os, sys
from ordain.store.database import open_database

async def main(url, first):
    database = await open_database(url)

    async def client(number):
        while True:
            async def insert(tx):
                await tx.execute("INSERT INTO tally(id, n) VALUES ($1, $2)", number, 1)
                await tx.execute("UPDATE tally SET n = 2 WHERE id = $1", number)
            await database.write(insert)
            os.write(1, b"%d\\n" % number)
            number += 16

    await asyncio.gather(*(client(first + number) for number in range(16)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def create_tally(url: str) -> None:
    database = await open_database(url)

    async def create(tx: Tx) -> None:
        await tx.execute(for_postgresql(TALLY) if database.engine == "postgresql" else TALLY)
        await tx.execute("INSERT INTO tally(id, n, label) VALUES (0, 0, 'zero')")

    await database.write(create)
    await database.close()


def insert(number: int, label: str | None = None) -> Work:
    async def work(tx: Tx) -> int:
        await tx.execute("INSERT INTO tally(id, n, label) VALUES ($1, $1, $2)", number, label)
        return number

    return work


async def ids(tx: Tx) -> list[int]:
    return [row[0] for row in await tx.fetch("SELECT id FROM tally WHERE id > 0 ORDER BY id")]


async def outcomes(database: Database, *works: Work) -> list[Any]:
    return await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)


def start(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )


def wait_for_line(child: subprocess.Popen[bytes]) -> bytes:
    """Return the next line of a child."""
    assert child.stdout is not None
    return child.stdout.readline()


def killed_after(child: subprocess.Popen[bytes], seconds: float) -> list[bytes]:
    """Kill a child after this time; return the lines it finished since it was last asked for one."""
    assert child.stdout is not None
    with child.stdout:
        timer = threading.Timer(seconds, child.send_signal, [signal.SIGKILL])
        timer.start()
        rest = child.stdout.read()
    timer.join()
    assert child.wait() == -signal.SIGKILL
    return rest.split(b"\n")[:-1]
