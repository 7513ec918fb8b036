"""The sandbox registry over EPP and clients of it, in one loop: what tests of EPP stand on."""

from __future__ import annotations

import ssl
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lxml import etree
from msgspec import structs

from ordain import certificates, settings
from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.epp_session import Account
from ordain.adapters.sandbox_epp_desk import Messages, Place, Spoken
from ordain.adapters.sandbox_epp_server import Fault, Server, Terms
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.registry import Command
from ordain.core.registry_life import Life
from ordain.store.registry_commands import RegistryCommands
from ordain.store.sandbox import SandboxNames, SandboxObjects
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from ordain.store.database import Database

LOGIN, PASSWORD = "ordain", "Sandbox-1234"
HOST = "127.0.0.1"

OWNER: dict[str, Any] = {
    "firstName": "Zoé",
    "lastName": "Lefèvre",
    "email": "zoe@example.test",
    "phone": "+33.123456789",
    "address": {"line1": "12 allée des Tilleuls", "city": "Évry", "zip": "91000", "country": "FR"},
    "language": "fr_FR",
    "legalForm": "individual",
}


@lru_cache(maxsize=1)
def tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows, and what its clients trust."""
    of = settings.read({"ORDAIN_STATE": str(folder)})
    shown, kept = certificates.context(of), certificates.own(of)
    assert kept
    return shown, ssl.create_default_context(cafile=str(kept.authority))


class Wire:
    """A server with a database of its own, whose clock is moved by hand, and clients of it."""

    def __init__(self, database: Database, runner: asyncio.Runner, folder: Path) -> None:
        self.now = NOON
        self.database = database
        self.runner = runner
        self.shown, self.trusted = tls(folder)
        self.life = Life()
        """How names are treated as time passes."""
        objects = SandboxObjects(database)
        queue = Messages(objects, lambda: self.now)
        self.sandbox = SandboxRegistry(SandboxNames(database), lambda: self.now, queue=queue, lives=lambda _: self.life)
        self.place = Place(self.sandbox, objects, LOGIN, lambda: self.now)
        self.server = Server(self.place, Terms(login=LOGIN, password=PASSWORD, idle=30))
        self.port = runner.run(self.server.listen(HOST, 0, self.shown))
        self.notes = RegistryCommands(database)
        self.clients: list[EppRegistry] = []

    def account(self, **changed: Any) -> Account:
        """The registrar's account."""
        usual = Account(host=HOST, port=self.port, login=LOGIN, password=PASSWORD, tls=self.trusted, secret=b"secret",
                        connecting=10, answering=10)  # fmt: skip
        return structs.replace(usual, **changed)

    def client(self, **changed: Any) -> EppRegistry:
        """A client of its own, with sessions of its own."""
        made = EppRegistry(self.account(**changed), DIALECTS["generic"], self.notes, lambda: self.now)
        self.clients.append(made)
        return made

    def run(self, work: Any) -> Any:
        """Run something to its end."""
        return self.runner.run(work)

    def wrong(self, kind: str, verb: str = "*", percent: int = 100) -> None:
        """From now on this goes wrong, and nothing else."""
        self.server.faults = [Fault(kind, verb, percent)]

    def well(self) -> None:
        """From now on nothing goes wrong."""
        self.server.faults = []

    def listen(self, verb: str) -> list[str]:
        """The frames of one kind of command that come from now on, as text."""
        heard: list[str] = []
        fault = self.server.fault

        def listening(spoken: Spoken) -> str | None:
            if spoken.verb == verb:
                heard.append(etree.tostring(spoken.about.getroottree(), encoding="unicode"))
            return fault(spoken)

        self.server.fault = listening  # type: ignore[method-assign]  # to hear what comes
        return heard

    def close(self) -> None:
        """End everything."""
        for client in self.clients:
            self.runner.run(client.close())
        self.runner.run(self.server.close())


def command(name: str, transaction: str = "t-1", **changes: Any) -> Command:
    """A command for one year, with an owner."""
    servers = ("ns1.ordain.example", "ns2.ordain.example")
    usual: dict[str, Any] = {"years": 1, "owner": OWNER, "name_servers": servers}
    return Command(transaction=transaction, name=name, **{**usual, **changes})
