"""The long-running processes: the API with its worker, and a worker alone. Both stop cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import logging
import shlex
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import uvicorn
import uvloop

from ordain import app, certificates, demo
from ordain.settings import SettingError
from ordain.worker import Worker

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from ordain.api.server import Api
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
TLS = """
Over TLS: {url}/1.0  (docs/clients.md). node-ovh speaks nothing else:

  ovh({{ host: "{host}", port: {port}, appKey: "<application_key>", appSecret: "<application_secret>",
        consumerKey: "<consumer_key>" }})
"""
TRUST = """
Clients trust it when told to, in the environment they start with:

  node    export NODE_EXTRA_CA_CERTS={authority}
  go      export SSL_CERT_FILE={authority}
  python  export REQUESTS_CA_BUNDLE={authority}
"""
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
        listening = _listening(of)
        api = app.api(engine)
        servers = [_Server(_config(of, api, tls)) for _, tls in listening]

        def stop(number: int) -> None:
            for server in servers:
                server.handle_exit(number, None)

        _on_signals(stop)
        # The last to start tells of all.
        servers[-1].greeting = _greeting(of, await demo.client_config(engine, of))
        _leave_garbage()
        working = asyncio.create_task(worker.run(engine)) if with_worker else None
        if working:
            working.add_done_callback(lambda ended: _end_with(ended, servers))
        try:
            await asyncio.gather(*(server.serve([at]) for server, (at, _) in zip(servers, listening, strict=True)))
        finally:
            worker.stop()
            if working:
                await working


def _end_with(working: asyncio.Task[None], servers: Iterable[uvicorn.Server]) -> None:
    """A server whose worker broke down would sell what it does not deliver: it ends, and says why."""
    if not working.cancelled() and working.exception():
        log.critical("the worker broke down", exc_info=working.exception())
        for server in servers:
            server.should_exit = True


def _listening(of: Settings) -> list[tuple[socket.socket, ssl.SSLContext | None]]:
    """Listen before anything is made, so that a port in use ends the start with a sentence."""
    listening: list[tuple[socket.socket, ssl.SSLContext | None]] = [(_listen("ORDAIN_LISTEN", of.listen), None)]
    if of.tls_listen:
        listening.append((_listen("ORDAIN_TLS_LISTEN", of.tls_listen), certificates.context(of)))
    return listening


def _listen(setting: str, where: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        return socket.create_server(where, family=family, backlog=2048)
    except OSError as error:
        message = f"{setting}: {error.strerror}."
        raise SettingError(message) from error


def _greeting(of: Settings, conf: str | None) -> str:
    said = HOW_TO.format(url=of.public_url, database=of.database, conf=conf or NO_DEMO)
    if of.tls_listen:
        host, port = of.tls_listen
        said += TLS.format(url=of.tls_url, host=host, port=port)
        kept = certificates.own(of)
        said += TRUST.format(authority=shlex.quote(str(kept.authority))) if kept else ""
    return said


def _on_signals(do: Callable[[int], object]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, do, number)


class _Server(uvicorn.Server):
    """Says how to use it once it listens."""

    greeting = ""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: they are for all servers, and the worker's steps and the database come after these."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.greeting:
            click.echo(self.greeting)


def _config(of: Settings, api: Api, tls: ssl.SSLContext | None) -> uvicorn.Config:
    return uvicorn.Config(
        api,
        ssl_context_factory=(lambda *_: tls) if tls else None,
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
    _on_signals(lambda _: worker.stop())
    async with app.opened(of, worker.wake) as engine:
        _leave_garbage()
        log.info("worker started on %s", of.database)
        await worker.run(engine)
