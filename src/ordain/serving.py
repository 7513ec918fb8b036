"""The long-running processes: the API with its worker, and a worker alone. Both stop cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

import click
import uvicorn
import uvloop

from ordain import app, demo
from ordain.worker import Worker

if TYPE_CHECKING:
    import socket

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

go-ovh and terraform: OVH_ENDPOINT={url}/1.0  ·  the configuration again: ordain client-config  ·  stop: Ctrl-C
"""


def serve(of: Settings, *, with_worker: bool) -> None:
    """Serve the API until stopped."""
    uvloop.run(_serve(of, with_worker=with_worker))


async def _serve(of: Settings, *, with_worker: bool) -> None:
    worker = Worker()
    async with app.opened(of, worker.wake) as engine:
        conf = await demo.client_config(engine, of)
        server = _Server(_config(of, engine))
        server.greeting = HOW_TO.format(url=of.public_url, database=of.database, conf=conf)
        working = asyncio.create_task(worker.run(engine)) if with_worker else None
        try:
            await server.serve()
        finally:
            worker.stop()
            if working:
                await working


class _Server(uvicorn.Server):
    """Says how to use it once it listens."""

    greeting = ""

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
        log.info("worker started on %s", of.database)
        await worker.run(engine)
