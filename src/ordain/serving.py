"""The long-running processes: the API with its worker, and a worker alone. Both stop cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import uvicorn
import uvloop

from ordain import app, demo
from ordain.settings import SettingError
from ordain.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.flows.ports import Engine
    from ordain.settings import Settings

log = logging.getLogger(__name__)

HOW_TO = """\
Ordain serves {url}/1.0  ({database})
To order with python-ovh (`pip install ovh`), put this into ./ovh.conf:

{conf}
and begin your program with:

  import ovh
  ovh.client.ENDPOINTS["ovh-eu"] = "{url}/1.0"

In a browser: {url}/sign-in  ({account})
go-ovh and terraform: OVH_ENDPOINT={url}/1.0  ·  the configuration again: ordain client-config  ·  stop: Ctrl-C
"""
NO_ACCOUNT = "a password: ordain account password NICHANDLE"
NO_DEMO = "  what `ordain application create NICHANDLE` prints\n"


def _leave_garbage() -> None:
    """Collect garbage seldom: requests make thousands of values and hardly a cycle, and the catalogue is there to stay.

    A third of the server's time went into looking for cycles by the defaults (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def serve(of: Settings, *, with_worker: bool) -> None:
    """Serve the API until stopped. Raises SettingError where nobody could deliver."""
    if not with_worker and of.database.startswith("sqlite:"):
        message = "--no-worker needs PostgreSQL: a SQLite file is one process's, and no other could deliver."
        raise SettingError(message)
    uvloop.run(_serve(of, with_worker=with_worker))


async def _serve(of: Settings, *, with_worker: bool) -> None:
    worker = Worker()
    async with app.opened(of, worker.wake) as engine:
        listening = _listen(of.listen)
        conf = await demo.client_config(engine, of)
        server = _Server(_config(of, engine))
        _leave_garbage()
        account = await demo.sign_in(engine) or NO_ACCOUNT
        server.greeting = HOW_TO.format(url=of.public_url, database=of.database, conf=conf or NO_DEMO, account=account)
        working = asyncio.create_task(worker.run(engine)) if with_worker else None
        if working:
            working.add_done_callback(lambda ended: _end_with(ended, server))
        try:
            await server.serve([listening])
        finally:
            worker.stop()
            if working:
                await working


def _end_with(working: asyncio.Task[None], server: uvicorn.Server) -> None:
    """A server whose worker broke down would sell what it does not deliver: it ends, and says why."""
    if not working.cancelled() and working.exception():
        log.critical("the worker broke down", exc_info=working.exception())
        server.should_exit = True


def _listen(where: tuple[str, int]) -> socket.socket:
    """Listen before anything is made, so that a port in use ends the start with a sentence."""
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        return socket.create_server(where, family=family, backlog=2048)
    except OSError as error:
        message = f"ORDAIN_LISTEN: {error.strerror}."
        raise SettingError(message) from error


class _Server(uvicorn.Server):
    """Says how to use it once it listens."""

    greeting = ""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but without ending the process afterwards: the worker's steps and the database come last."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            click.echo(self.greeting)


def _config(of: Settings, engine: Engine) -> uvicorn.Config:
    host, port = of.listen
    return uvicorn.Config(
        app.api(engine),
        host=host,
        port=port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        # Only where a proxy is in front: then it stands at the public address and tells who is calling.
        proxy_headers=of.proxied,
        log_config=None,
        timeout_graceful_shutdown=10,
    )


def work(of: Settings) -> None:
    """Work on due tasks until stopped."""
    uvloop.run(_work(of))


async def _work(of: Settings) -> None:
    worker = Worker()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.stop)
    async with app.opened(of, worker.wake) as engine:
        _leave_garbage()
        log.info("worker started on %s", of.database)
        await worker.run(engine)
