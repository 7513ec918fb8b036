"""The long-running processes: the API with its worker, and a worker alone. Both stop cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import asyncio
import gc
import logging
import shlex
import signal
import socket
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ordain import app, demo
from ordain.adapters.own_dns_server import DnsServer, bound
from ordain.adapters.own_name_server import OwnNameServer
from ordain.setting_texts import shown
from ordain.settings import SettingError
from ordain.several import Parent, Share
from ordain.worker import Worker

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from types import FrameType

    from ordain.certificates import Own
    from ordain.flows.ports import Engine
    from ordain.flows.running import Running
    from ordain.settings import Settings

log = logging.getLogger(__name__)

Sockets = tuple[socket.socket, socket.socket | None]
"""What is listened at: plainly, and over TLS where it is."""
Pair = tuple[socket.socket, socket.socket]
"""What is listened at for the DNS: by TCP and by UDP."""

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
DIG = """
Zones of names that were ordered, as their name servers have them:

  dig @{host} -p {port} +dnssec NAME
"""
NO_DIG = """
Nobody answers for zones: ORDAIN_DNS_LISTEN {where}: {why}.
"""
GOODBYE = 3
"""Seconds a client has to say goodbye before a connection over TLS is cut."""

NO_DEMO = "  what `ordain application create NICHANDLE` prints\n"


def _leave_garbage() -> None:
    """Collect garbage seldom: requests make thousands of values and hardly a cycle.

    A third of the server's time went into looking for cycles by the defaults (docs/performance.md).
    """
    gc.set_threshold(50_000, 20, 100)
    gc.disable()  # until what the start makes is set aside


def _keep() -> None:
    """What the start made is there to stay, the catalogue above all: it is never looked through again."""
    gc.freeze()
    gc.enable()


class Given(NamedTuple):
    """What a process is given that is one of several."""

    greeting: str
    """For the first of them that listens to say."""
    zones: Pair | None
    """What the embedded name server listens at."""
    share: Share
    leash: int
    """The end of a pipe that closes when the parent is gone."""


def serve(of: Settings, *, with_worker: bool, processes: int = 1) -> None:
    """Serve the API until stopped. Raises SettingError where nobody could deliver."""
    if of.database.startswith("sqlite:"):
        if not with_worker:
            message = "--no-worker needs PostgreSQL: a SQLite file is one process's, and no other could deliver."
            raise SettingError(message)
        if processes > 1:
            message = "--workers needs PostgreSQL: a SQLite file is one process's."
            raise SettingError(message)
    if processes > 1:
        _serve_together(of, with_worker=with_worker, processes=processes)
    else:
        uvloop.run(_serve(of, None, with_worker=with_worker))


def _serve_together(of: Settings, *, with_worker: bool, processes: int) -> None:
    """In several processes. What is made once, the tables and the demo account, is made before there are any."""
    _leave_garbage()
    for each in filter(None, _sockets(of)):  # a sentence where somebody else listens there
        each.close()

    async def begin() -> tuple[str, Pair | None]:
        async with app.opened(of) as engine:
            zones, told = _sockets_for_zones(of, engine)
            return await _greeting_of(of, engine) + told, zones

    greeting, zones = asyncio.run(begin())
    with tempfile.TemporaryDirectory(prefix="ordain-") as folder:

        def child(number: int, leash: int) -> None:
            given = Given(greeting, zones, Share(Path(folder), number), leash)
            uvloop.run(_serve(of, given, with_worker=with_worker))

        parent = Parent(processes, child)
        _keep()
        parent.run()


async def _serve(of: Settings, given: Given | None, *, with_worker: bool) -> None:
    _leave_garbage()
    worker = Worker()
    async with app.opened(of, worker.wake, several=given is not None) as engine:
        # Before anything is made, so that what cannot be served ends the start with a sentence.
        listening, over_tls = _sockets(of, shared=given is not None)
        server = _Server(_config(of, engine), engine.running, of.drain)
        if over_tls:
            from ordain import certificates  # noqa: PLC0415 - cryptography's certificates are 9 MB

            server.tls = over_tls, certificates.context(of)
        if given:
            zones = given.zones
            _belong(given, server, engine)
        else:
            zones, told = _sockets_for_zones(of, engine)
            server.greeting = await _greeting_of(of, engine) + told
        names = await _answer_for_zones(engine, zones)
        _keep()
        working = asyncio.create_task(worker.run(engine)) if with_worker else None
        if working:
            working.add_done_callback(lambda ended: _end_with(ended, server))
        try:
            await server.serve([listening])
        finally:
            worker.stop()
            if working:
                await working
            await names.close()


def _sockets_for_zones(of: Settings, engine: Engine) -> tuple[Pair | None, str]:
    """What the embedded name server listens at, and where to ask it. The API is served all the same where it cannot."""
    if not isinstance(engine.name_server, OwnNameServer) or of.dns_listen is None:
        return None, ""
    host, port = of.dns_listen
    try:
        return bound(of.dns_listen), DIG.format(host=host, port=port)
    except OSError as error:
        told = NO_DIG.format(where=f"{host}:{port}", why=error.strerror)
        log.warning(told.strip())
        return None, told


async def _answer_for_zones(engine: Engine, zones: Pair | None) -> DnsServer:
    server = DnsServer()
    if zones and isinstance(engine.name_server, OwnNameServer):
        await server.listen(*zones, engine.name_server.answer)
    return server


def _belong(given: Given, server: _Server, engine: Engine) -> None:
    """Be one of several: greet if nobody did, end with the parent, tell the others what was counted here."""
    server.greeting = given.greeting if given.share.first() else ""
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.remove_reader(given.leash)
        server.handle_exit(signal.SIGTERM, None)

    loop.add_reader(given.leash, end)
    engine.running.others = given.share.others
    server.sharing = loop.create_task(given.share.keep(engine.running))


def _end_with(working: asyncio.Task[None], server: uvicorn.Server) -> None:
    """A server whose worker broke down would sell what it does not deliver: it ends, and says why."""
    if not working.cancelled() and working.exception():
        log.critical("the worker broke down", exc_info=working.exception())
        server.should_exit = True


def _listen(setting: str, where: tuple[str, int], *, shared: bool = False) -> socket.socket:
    """Listen there. `shared`: others of ours do too, and the kernel spreads connections evenly among all of them.

    Of one socket that all of them have, whoever wakes first takes every connection that waits.
    """
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        return socket.create_server(where, family=family, backlog=2048, reuse_port=shared)
    except OSError as error:
        message = f"{setting}: {error.strerror}."
        raise SettingError(message) from error


def _sockets(of: Settings, *, shared: bool = False) -> Sockets:
    over_tls = _listen("ORDAIN_TLS_LISTEN", of.tls_listen, shared=shared) if of.tls_listen else None
    return _listen("ORDAIN_LISTEN", of.listen, shared=shared), over_tls


async def _greeting_of(of: Settings, engine: Engine) -> str:
    said = _greeting(of, await demo.client_config(engine, of), await demo.sign_in(engine))
    if of.tls_listen:
        from ordain import certificates  # noqa: PLC0415 - as above

        certificates.context(of)  # made now, if there is none
        said += _greeting_over_tls(of, *of.tls_listen, certificates.own(of))
    return said


def _greeting(of: Settings, conf: str | None, account: str | None) -> str:
    known = {"conf": conf or NO_DEMO, "account": account or NO_ACCOUNT}
    return HOW_TO.format(url=of.public_url, database=shown(of.database), **known)


def _greeting_over_tls(of: Settings, host: str, port: int, kept: Own | None) -> str:
    trust = TRUST.format(authority=shlex.quote(str(kept.authority))) if kept else ""
    return TLS.format(url=of.tls_url, host=host, port=port) + trust


class _Server(uvicorn.Server):
    """Listens over TLS as well, if told to, says how to use it once it listens, and ends by and by."""

    greeting = ""
    tls: tuple[socket.socket, ssl.SSLContext] | None = None
    sharing: asyncio.Task[None] | None = None
    """Kept here so that it goes on."""

    def __init__(self, config: uvicorn.Config, running: Running, drain: float) -> None:
        super().__init__(config)
        self._running = running
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal was heard: from this moment on the process is not ready."""
        self._running.draining = True
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on for as long as others take to notice; then take nothing more, and finish what is under way."""
        self._running.draining = True
        until = time.monotonic() + self._drain
        while time.monotonic() < until and not self.force_exit:  # noqa: ASYNC110 - a signal handler sets it
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)

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
        if self.tls:
            self.servers.append(await self._over_tls(*self.tls))
        if self.greeting:
            click.echo(self.greeting)

    async def _over_tls(self, listening: socket.socket, context: ssl.SSLContext) -> asyncio.Server:
        """A listener of this server: its connections are counted, and ended, with the plain ones."""
        return await asyncio.get_running_loop().create_server(
            lambda: self.config.http_protocol_class(  # type: ignore[call-arg]  # as uvicorn makes them itself
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            ),
            sock=listening,
            ssl=context,
            backlog=self.config.backlog,
            # A client that leaves an idle connection open does not answer a goodbye.
            ssl_shutdown_timeout=GOODBYE,
        )


class _Together:
    """A connection on which an answer's head and body leave together.

    uvicorn writes them one after the other, and each write is a call of the system that wakes the client.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held = b""
        self._soon = asyncio.get_running_loop().call_soon

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else a transport has
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send this with what was held; else hold it until something follows, or nothing did."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        else:
            self._held = data
            self._soon(self._send_held)

    def _send_held(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)

    def close(self) -> None:
        """What is held is sent before."""
        self._send_held()
        self._transport.close()


class _Protocol(HttpToolsProtocol):
    """uvicorn's, over such a connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # that of TCP
        super().connection_made(_Together(transport))  # type: ignore[arg-type]  # it has all that one has


def _config(of: Settings, engine: Engine) -> uvicorn.Config:
    host, port = of.listen
    return uvicorn.Config(
        app.served(engine),
        host=host,
        port=port,
        loop="none",
        http=_Protocol,
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
    _leave_garbage()
    worker = Worker()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, worker.stop)
    async with app.opened(of, worker.wake) as engine:
        _keep()
        log.info("worker started on %s", shown(of.database))
        await worker.run(engine)
