"""The sandbox registry as a process of its own: an EPP server with a database beside the state."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import time
from typing import TYPE_CHECKING

import click

from ordain import app, certificates, registries
from ordain.adapters.sandbox_epp_desk import Messages, Place
from ordain.adapters.sandbox_epp_server import FAULTS, MANNERS, Fault, Server, Terms
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.registry_settings import SANDBOX_PASSWORD
from ordain.settings import SettingError
from ordain.store.database import open_database
from ordain.store.migrate import migrate
from ordain.store.sandbox import SandboxNames, SandboxObjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.settings import Settings

HOW_TO = """\
The sandbox registry speaks EPP at {host}:{port} over TLS.

  login {login}, password {password}, authority {authority}
  with the same password somebody-else takes names away

To have names delivered there: ORDAIN_REGISTRY=epp ordain serve  ·  stop: Ctrl-C
"""
_FAULT = re.compile(r"(?P<kind>[a-z-]+)(?::(?P<verb>[a-z:*]+))?(?:=(?P<percent>\d{1,3}))?")


def fault(text: str) -> Fault:
    """A fault as the command line has it. Raises SettingError for what is none."""
    found = _FAULT.fullmatch(text)
    if not found or found["kind"] not in FAULTS | MANNERS or int(found["percent"] or 100) > 100:
        message = f"--fault {text}: is KIND[:COMMAND][=PERCENT], where KIND is one of {', '.join(FAULTS | MANNERS)}"
        raise SettingError(message)
    return Fault(found["kind"], found["verb"] or "*", int(found["percent"] or 100))


def serve(of: Settings, *, latency: float, idle: float, faults: Sequence[str]) -> None:
    """Serve until stopped. The account is the one `ordain serve` uses by default."""
    terms = Terms(
        login=of.epp_login,
        password=of.epp_password or SANDBOX_PASSWORD,
        latency=latency,
        idle=idle,
        faults=tuple(map(fault, faults)),
    )
    asyncio.run(_serve(of, terms))


async def _serve(of: Settings, terms: Terms) -> None:
    of.state.mkdir(parents=True, exist_ok=True)
    database = await open_database(f"sqlite:{of.state / 'sandbox-registry.db'}")
    try:
        await migrate(database, time.time_ns() // 1000)
        objects, clock = SandboxObjects(database), app.clock(of)
        queue, lives = Messages(objects, clock), registries.lives(app.market(of).catalogue)
        registry = SandboxRegistry(SandboxNames(database), clock, of.sandbox_delay, queue, lives)
        server = Server(Place(registry, objects, terms.login, clock), terms)
        host, port = of.sandbox_listen
        try:
            await server.listen(host, port, certificates.context(of))
        except OSError as error:
            message = f"ORDAIN_SANDBOX_LISTEN: {error.strerror}."
            raise SettingError(message) from error
        kept = certificates.own(of)
        authority = shlex.quote(str(kept.authority if kept else of.tls_certificate))
        known = {"login": terms.login, "password": terms.password, "authority": authority}
        click.echo(HOW_TO.format(host=host, port=port, **known))
        await _stopped()
        await server.close()
    finally:
        await database.close()


async def _stopped() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
