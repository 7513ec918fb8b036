"""Real `ordain` processes for tests, on a free loopback port, ended by process id and never left behind."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ordain import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ORDAIN = (str(Path(sys.executable).with_name("ordain")),)
"""The command as it was installed."""

START_SECONDS = 90
STOP_SECONDS = 20


def free_port() -> int:
    """A loopback port nobody listens at.

    Below the ports the kernel gives to outgoing connections: a client that tries to reach a server which is down would
    otherwise, now and then, be given that very port and be connected to itself.
    """
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(20_000, 32_000)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


class Installation:
    """One Ordain: its settings, and the processes that run on them. Use it by `installed`, which ends them all."""

    def __init__(self, folder: Path, database: str, **changed: str) -> None:
        """`database` is a URL, or empty for the default; `changed` are settings, `sandbox_delay="0.2"`."""
        self.folder = folder
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command: Sequence[str] = ORDAIN
        self._changed = changed
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`."""
        return "postgresql" if self.database.startswith("postgres") else "sqlite"

    @property
    def own(self) -> dict[str, str]:
        """The settings, as environment variables."""
        own = {"listen": f"127.0.0.1:{self.port}", "state": str(self.folder / "state"), "database": self.database}
        return {f"ORDAIN_{name.upper()}": value for name, value in (own | self._changed).items() if value}

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: nothing of the tester's own settings or keys is in it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORDAIN_", "OVH_"))}
        paths = os.pathsep.join(path for path in sys.path if path)
        return kept | self.own | {"PYTHONPATH": paths, "HOME": str(self.folder), "COLUMNS": "200"}

    @property
    def settings(self) -> settings.Settings:
        """The settings as `ordain` reads them."""
        return settings.read(self.own)

    def run(self, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run `ordain` with these words to its end; `changed` are settings for this once."""
        return subprocess.run(
            [*self.command, *words],
            env=self.environment | {f"ORDAIN_{name.upper()}": value for name, value in changed.items()},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def told(self, *words: str) -> str:
        """What `ordain` with these words says; AssertionError if it fails."""
        ended = self.run(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `ordain` with these words and leave it running. What it says is kept: see `heard`."""
        stem = self.folder / f"{words[0]}-{len(self._processes)}"
        with stem.with_suffix(".out").open("wb") as out, stem.with_suffix(".err").open("wb") as err:
            started = subprocess.Popen(
                [*self.command, *words], env=self.environment, cwd=self.folder, stdout=out, stderr=err
            )
        self._processes.append(started)
        return started

    @property
    def serving(self) -> tuple[str, ...]:
        """The words that start the server."""
        return ("serve", "--no-worker") if self.engine == "postgresql" else ("serve",)

    def serve(self) -> subprocess.Popen[bytes]:
        """Start the server, with its worker in it on SQLite, and wait until it answers."""
        server = self.start(*self.serving)
        self.wait_for_answer(server)
        return server

    def up(self) -> None:
        """Start all there is: the server and, on PostgreSQL, a worker beside it."""
        self.serve()
        if self.engine == "postgresql":
            self.start("worker")

    def wait_for_answer(self, server: subprocess.Popen[bytes]) -> None:
        """Wait until the server tells the time; AssertionError with what it said if it ends instead."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert server.poll() is None, f"the server ended with {server.returncode}:\n{self.heard()}"
            if self.answers():
                return
            time.sleep(0.02)
        message = f"no answer from the server:\n{self.heard()}"
        raise AssertionError(message)

    def answers(self) -> bool:
        """Whether somebody tells the time at the port."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", "/1.0/auth/time")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def heard(self, *kinds: str) -> str:
        """Everything the started processes said so far; `out` and `err` choose between the two."""
        files = sorted(file for kind in kinds or ("out", "err") for file in self.folder.glob(f"*.{kind}"))
        return "\n".join(f"--- {file.name}\n{text}" for file in files if (text := file.read_text()))

    def ended(self, by: signal.Signals, but: subprocess.Popen[bytes] | None = None) -> list[subprocess.Popen[bytes]]:
        """Send a signal to everything that runs, but one."""
        running = [process for process in self._processes if process.poll() is None and process is not but]
        for process in running:
            end(process, by)
        return running

    def down(self, but: subprocess.Popen[bytes] | None = None) -> list[int]:
        """End everything that runs, but one, politely; the exit codes."""
        return [process.wait(STOP_SECONDS) for process in self.ended(signal.SIGTERM, but)]

    def close(self, but: subprocess.Popen[bytes] | None = None) -> None:
        """Kill whatever still runs, but one."""
        for process in self.ended(signal.SIGKILL, but):
            process.wait(STOP_SECONDS)

    @staticmethod
    def stop(process: subprocess.Popen[bytes]) -> int:
        """End one process politely; its exit code."""
        end(process, signal.SIGTERM)
        return process.wait(STOP_SECONDS)


def end(process: subprocess.Popen[bytes], by: signal.Signals) -> None:
    """Send a signal to a process that runs."""
    if process.poll() is None:
        process.send_signal(by)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with SIGKILL and wait until it is gone."""
    end(process, signal.SIGKILL)
    process.wait(STOP_SECONDS)


@contextmanager
def installed(folder: Path, database: str, **changed: str) -> Iterator[Installation]:
    """An installation whose processes end with it."""
    installation = Installation(folder, database, **changed)
    try:
        yield installation
    finally:
        installation.close()
