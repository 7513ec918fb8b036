"""A running Ordain, plain and over TLS, for client programs in any language to drive, and the keys they do it with."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cached_property
from threading import Timer
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ordain import app, certificates, demo
from ordain.core.credential import Grant
from ordain.flows import accounts, applications, sessions
from ordain.flows.applications import Keys, Named
from tests.clients.person import PASSWORD, Person
from tests.engines import run
from tests.processes import Installation, free_port

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LITTLE = (("GET", "/me"), ("GET", "/order/cart/*"))
"""What the narrow keys are allowed."""

SECONDS = 120
"""How long a program may take."""


class Told(Struct, frozen=True, rename="camel"):
    """What a program reads in `ordain.json`, in the folder it is started in."""

    url: str
    tls_url: str
    tls_host: str
    tls_port: int
    wide: Keys
    """Keys that allow everything."""
    narrow: Keys
    """Keys that allow next to nothing."""


class Driven:
    """A server that runs, and a folder for programs that call it."""

    def __init__(self, installation: Installation) -> None:
        """Start it, with the demo account and its keys."""
        self.installation = installation
        keys, narrow = run(made(installation))
        self.settings = installation.settings
        host, port = self.settings.tls_listen or ("", 0)
        self.told = Told(installation.url, self.settings.tls_url, host, port, keys, narrow)
        self.folder = installation.folder / "client"
        self.folder.mkdir()
        (self.folder / "ovh.conf").write_text(demo.ovh_conf(self.settings, keys))
        (self.folder / "ordain.json").write_bytes(msgspec.json.encode(self.told))
        installation.up()

    @property
    def authority(self) -> Path:
        """What clients are told to trust."""
        kept = certificates.own(self.settings)
        assert kept
        return kept.authority

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program: nothing of the tester's own keys or proxies, and the authority trusted."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ORDAIN_", "OVH_"))}
        trusting = dict.fromkeys(("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(self.authority))
        return kept | trusting | {"HOME": str(self.folder), "NO_PROXY": "*", "no_proxy": "*"}

    @cached_property
    def person(self) -> Person:
        """The holder of the account, at their browser."""
        [nic] = self.installation.told("account", "list").split()
        return Person(self.told.url, nic)

    def run(self, command: Sequence[str | Path], folder: Path | None = None, **environment: str) -> str:
        """What a program says, started in the folder; AssertionError with all of it if it fails.

        Where it says the address of a page that asks for consent, the person opens that and agrees, or refuses if the
        line says so. The program then reads a line: where the page leads back to.
        """
        heard: list[str] = []
        complaints = self.folder / "stderr"
        with (
            complaints.open("w") as err,
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                cwd=folder or self.folder,
                env=self.environment | environment,
                text=True,
            ) as program,
        ):
            assert program.stdin
            assert program.stdout
            late = Timer(SECONDS, program.kill)
            late.daemon = True
            late.start()
            for line in program.stdout:
                heard.append(line)
                if asked := re.search(r"http\S+/auth/\?credentialToken=\w+", line):
                    answer = self.person.decide(asked[0], "refuse" if "refuse" in line else "accept")
                    program.stdin.write(answer.headers.get("location", "") + "\n")
                    program.stdin.flush()
            code = program.wait()
            late.cancel()
        said = "".join(heard)
        assert code == 0, f"{said[-8000:]}\n{complaints.read_text()[-4000:]}\n{self.installation.heard('err')}"
        return said


async def made(installation: Installation) -> tuple[Keys, Keys]:
    """The demo account's keys with all rights, and others with few."""
    settings = installation.settings
    async with app.opened(settings) as engine:
        await demo.client_config(engine, settings)
        [nic] = await accounts.names(engine)
        await sessions.set_password(engine, nic, PASSWORD, engine.clock())
        keys = await applications.create(engine, nic, Named("everything"), engine.clock())
        return keys, await applications.create(engine, nic, Named("little"), engine.clock(), Grant(LITTLE))


def over_tls() -> str:
    """An address for the TLS listener."""
    return f"127.0.0.1:{free_port()}"
