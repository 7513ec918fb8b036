"""What each command in EPP means to the sandbox registry: the same names, scenarios and rules as in process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from ordain.adapters import sandbox_epp_answers as answers
from ordain.adapters.epp_xml import OBJECTS, Element, find, find_all, instant, make, text
from ordain.adapters.sandbox_epp_answers import Said
from ordain.adapters.sandbox_life import CODES
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.adapters.sandbox_scenarios import SPONSOR
from ordain.core.registry import Refusal

if TYPE_CHECKING:
    from ordain.core.registry import Answer

MESSAGE = "message"
EXISTS, GONE = Said(code=2302), Said(code=2303)
NOT_OURS = Said(code=2201, reason="This name has another registrar")


class Objects(Protocol):
    """Where contacts, hosts and messages are kept (store/sandbox.py)."""

    async def get(self, kind: str, object_id: str) -> dict[str, Any] | None:
        """An object as it was put."""

    async def put(self, kind: str, object_id: str, held: dict[str, Any]) -> None:
        """Keep an object."""

    async def remove(self, kind: str, object_id: str) -> bool:
        """Forget an object; False if there was none."""

    async def all(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """All objects of a kind, by their ids."""


class Spoken(Struct, frozen=True):
    """A command: its verb with what it is about, its extensions, and its client transaction id."""

    verb: str
    """`domain:create`; of transfers with what is asked: `domain:transfer:query`."""
    about: Any
    extension: Any
    client_id: str | None
    services: frozenset[str] = frozenset()
    """The extensions its session announced."""

    @property
    def kind(self) -> str:
        """Of the object: domain, contact or host."""
        return self.verb.partition(":")[0]

    @property
    def subject(self) -> str:
        """The name or id of the one object it is about."""
        if self.kind not in OBJECTS:
            return ""
        told = text(self.about, f"{self.kind}:{'id' if self.kind == 'contact' else 'name'}") or ""
        return told if self.kind == "contact" else told.lower()

    def extended(self, name: str) -> Element | None:
        """An extension of the command."""
        return None if self.extension is None else find(self.extension, name)


class Place(Struct, frozen=True):
    """The registry with what it keeps, and the one registrar there is."""

    registry: SandboxRegistry
    objects: Objects
    login: str
    clock: Callable[[], datetime]

    async def addresses(self, host: str) -> tuple[str, ...] | None:
        """A host's addresses: of a name that is ours, or known by itself. None if nobody knows it."""
        parent = await self.parent(host)
        if parent is not None:
            held = await self.registry.kept(parent)
            return next((each.ips for each in held.hosts if each.name == host), None) if held else None
        known = await self.objects.get("host", host)
        return None if known is None else tuple(known["ips"])

    async def parent(self, host: str) -> str | None:
        """The name of ours that a host is below."""
        labels = host.split(".")
        for start in range(1, len(labels) - 1):
            name = ".".join(labels[start:])
            held = await self.registry.kept(name)
            if held is not None and held.sponsor == SPONSOR:
                return name
        return None


class Messages:
    """A Queue (sandbox_registry.py) among the other objects, for those who poll."""

    def __init__(self, objects: Objects, clock: Callable[[], datetime]) -> None:
        self._objects = objects
        self._clock = clock

    async def tell(self, verb: str, name: str, transaction: str | None, seconds: int, **more: str) -> None:
        """Say in the queue, once it is decided, what became of something."""
        due = self._clock() + timedelta(seconds=seconds)
        status = more.get("status", "came about")
        # By their days, so that they are polled in the order in which things happened.
        number = f"{int(due.timestamp() * 1_000_000):020d}-{name}-{more.get('status', verb)}"
        told = {"verb": verb, "name": name, "transaction": transaction, "at": instant(due), **more}
        await self._objects.put(MESSAGE, number, {**told, "words": f"The {verb} of {name}: {status}"})


def refused(answer: Answer) -> Said:
    """A refusal of the registry as a code (RFC 5730 §3)."""
    if not isinstance(answer, Refusal):
        return Said(code=2302, reason=getattr(answer, "reason", None))
    code = CODES.get(answer.reason, 2202 if answer.argument == "authInfo" else 2306)
    return Said(code=code, reason=answer.reason)


async def poll(place: Place, acknowledged: str | None) -> Said:
    """The first message that is due, or how many are left after one was taken off (RFC 5730 §2.9.2.3)."""
    if acknowledged is not None and not await place.objects.remove(MESSAGE, acknowledged):
        return Said(code=2303, reason="There is no such message")
    now = instant(place.clock())
    due = []
    for number, held in await place.objects.all(MESSAGE):
        result = await _told_by(place, held) if held["at"] <= now else None
        if result is not None:
            due.append((number, held, result))
    if not due:
        return Said(code=1300 if acknowledged is None else 1000)
    number, message, result = due[0]
    counted = {"count": str(len(due)), "id": number}
    if acknowledged is not None:
        return Said(queue=make("msgQ", counted))
    queue = make("msgQ", counted, make("qDate", message["at"]), make("msg", message["words"]))
    return Said(code=1301, queue=queue, result=result)


async def _told_by(place: Place, message: dict[str, Any]) -> Element | None:
    """What a message is about; None if it came otherwise than it would have."""
    if message["verb"] != "transfer":
        return answers.decided(message["name"], message["transaction"], message["at"])
    kept = await place.registry.kept(message["name"])
    standing = answers.transfer(kept, place.login) if kept else None
    return standing if standing is not None and text(standing, "domain:trStatus") == message["status"] else None


def listed(about: Element, *path: str) -> tuple[str, ...]:
    """The texts of elements, in small letters."""
    return tuple((each.text or "").strip().lower() for each in find_all(about, *path))
