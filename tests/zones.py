"""What tests of zones share: a delivered zone, and a name server apart, as an installation with PowerDNS has one."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain import app, settings
from ordain.core.registry import NoAnswer
from ordain.flows.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from types import ModuleType

    from ordain.core.offer import Market
    from ordain.core.registry import Key
    from ordain.core.zone import Zone
    from ordain.flows.ports import NameServer
    from tests.world import World


class Held:
    """A name server of which one publication can be held up, as by a machine that hangs for longer than a lease."""

    def __init__(self, inner: NameServer) -> None:
        self._inner = inner
        self._gates: list[tuple[asyncio.Event, asyncio.Event]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def publish(self, zone: Zone) -> None:
        """Serve it, once it may."""
        if self._gates:
            arrived, gate = self._gates.pop()
            arrived.set()
            await gate.wait()
        await self._inner.publish(zone)

    async def begun(self, world: World, work: ModuleType) -> Callable[[], Coroutine[Any, Any, None]]:
        """Have the one task due taken up; its publication is held up until what is returned is awaited."""
        arrived, gate = asyncio.Event(), asyncio.Event()
        self._gates.append((arrived, gate))
        [task] = await work.claim(world.engine, 5)
        slow = asyncio.ensure_future(work.step(world.engine, task))
        await arrived.wait()

        async def end() -> None:
            gate.set()
            await slow

        return end


class NameServerApart:
    """A NameServer (flows/ports.py) that remembers what it serves, and can be told to be silent."""

    def __init__(self, hosts: tuple[str, ...], *, signs: bool = False) -> None:
        self.hosts, self.signs = hosts, signs
        self.silent = False
        self.serves: dict[str, Zone] = {}
        self.publications = 0

    async def publish(self, zone: Zone) -> None:
        """Serve it, or say nothing."""
        self.publications += 1
        self._hear()
        self.serves[zone.name] = zone

    async def keys(self, name: str) -> tuple[Key, ...]:  # noqa: ARG002 - it has no keys
        """No zone is really signed here."""
        self._hear()
        return ()

    async def remove(self, name: str) -> None:
        """Serve it no more, or say nothing."""
        self._hear()
        self.serves.pop(name, None)

    def _hear(self) -> None:
        if self.silent:
            message = "the name server is silent"
            raise NoAnswer(message)

    def rows(self, zone: str) -> list[tuple[str, str, str]]:
        """(sub-domain, type, target) of what is served, but for the zone's own name servers."""
        return sorted((r.sub_domain, r.kind, r.target) for r in self.serves[zone].records if r.kind != "NS")


def use_name_server(world: World, name_server: NameServer) -> None:
    """Another name server for this world."""
    world.engine = structs.replace(world.engine, name_server=name_server)
    world.api = app.api(world.engine)


@lru_cache(maxsize=1)
def _with_anycast(catalogue: Path, hosts: tuple[str, ...]) -> Market:
    given = {"CATALOGUE": str(catalogue), "SECRET": "any", "ANYCAST_NAME_SERVERS": ",".join(hosts)}
    return app.market(settings.read({f"ORDAIN_{name}": value for name, value in given.items()}))


def offer_anycast(world: World, hosts: tuple[str, ...]) -> None:
    """From now on this world has an anycast network of these name servers."""
    sold = _with_anycast(world.settings.catalogue, hosts)
    world.use(structs.replace(world.engine, shelf=Shelf(sold), anycast=hosts))


def delivered(world: World, *names: str, who: str = "camille") -> None:
    """Names ordered, paid and delivered, each with its zone."""
    world.pay(world.order(*names, who=who, subsidiary="FR"), who=who).ok()
    world.deliver()
