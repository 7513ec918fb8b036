"""The embedded name server: zones as they were published, kept by Ordain, answered for and signed in this process."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from base64 import b64encode
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

import dns.dnssec
from dns.rcode import Rcode
from dns.rdatatype import RdataType
from msgspec import Struct

from ordain.adapters.own_dns_messages import heard
from ordain.adapters.own_dns_zone import Served, Signer, new_key
from ordain.core.registry import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dns.name import Name

    from ordain.adapters.own_dns_messages import Question
    from ordain.core.zone import Zone

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds for which a zone is answered from without looking whether another process published it anew."""
TELL_EVERY = 60.0
"""Seconds for which no other failure to answer is told in the log."""
MOST_KEPT = 100_000
"""Names in memory: those asked for last, zones or not, and all that is in those zones."""


class Zones(Protocol):
    """What is served, as it is kept: a zone's version is another one after every publication."""

    async def put(self, zone: Zone, version: str, key: bytes | None) -> None:
        """Keep a zone; one that is signed keeps the key it has, or else has this one."""

    async def versions(self, names: Sequence[str]) -> dict[str, str]:
        """Those of these names that are zones served here, each with its version."""

    async def load(self, name: str) -> tuple[str, Zone, bytes | None] | None:
        """A zone with its version and its key; None if it is not served."""

    async def delete(self, name: str) -> None:
        """Forget a zone, and its key."""


class _Known(Struct, frozen=True):
    """What was known of a name when it was looked up; `zone` is None where there is no zone of that name."""

    looked: float
    zone: Served | None

    @property
    def names(self) -> int:
        """How many names it takes to remember."""
        return 1 + len(self.zone.nodes) if self.zone else 1


class OwnNameServer:
    """A NameServer (flows/ports.py), and the answers to what is asked of it."""

    def __init__(self, hosts: tuple[str, ...], zones: Zones, now: Callable[[], datetime], *, signs: bool) -> None:
        """`signs`: somebody listens for questions, so that what is signed can be seen."""
        self.hosts, self.signs = hosts, signs
        self._zones, self._now = zones, now
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._kept = 0
        self._silent_until = 0.0
        self._loading: dict[str, asyncio.Task[Served | None]] = {}

    async def publish(self, zone: Zone) -> None:
        """From now on this is what is answered."""
        await self._zones.put(zone, secrets.token_hex(8), new_key() if zone.signed else None)
        self._forget(zone.name)

    async def keys(self, name: str) -> tuple[Key, ...]:
        """The one key of a zone that is signed."""
        kept = await self._zones.load(name)
        if kept is None or kept[2] is None:
            return ()
        public = Signer(kept[2]).public
        told = Key(public.flags, public.algorithm, dns.dnssec.key_id(public), b64encode(public.key).decode())
        return (told,)

    async def remove(self, name: str) -> None:
        """From now on its names are not ours. Its key goes with it."""
        await self._zones.delete(name)
        self._forget(name)

    # Questions

    async def answer(self, octets: bytes, *, by_tcp: bool) -> bytes | None:
        """The answer to a message; None for what is none."""
        question = heard(octets, by_tcp=by_tcp)
        if question is None or isinstance(question, bytes):
            return question
        if question.refusal is not None:
            return question.refused(question.refusal)
        try:
            zone = await self._zone(question)
        except Exception as error:  # noqa: BLE001 - whatever the database has; a line is enough, for anybody can ask
            if self._tells():
                log.warning("%s: its zone could not be looked up: %r", question.name, error)
            return question.refused(Rcode.SERVFAIL)
        try:
            return question.answered(zone, self._now())
        except Exception:
            if self._tells():
                log.exception("%s %s could not be answered", question.name, question.kind.name)
            return question.refused(Rcode.SERVFAIL)

    def _tells(self) -> bool:
        """Whether a failure is told in the log: after one that was, for a while none is."""
        now = time.monotonic()
        if now < self._silent_until:
            return False
        self._silent_until = now + TELL_EVERY
        return True

    async def _zone(self, question: Question) -> Served | None:
        """The zone a question is answered from: the one that the name is the least below.

        What vouches for a zone's keys is in the zone above it (RFC 4035 §3.1.4.1).
        """
        found = await self._look_up(_ends(question.name))
        if question.kind == RdataType.DS and len(found) > 1 and found[0].origin == question.name:
            return found[1]
        return found[0] if found else None

    async def _look_up(self, names: list[str]) -> list[Served]:
        """The zones among these names: the database is asked for all that were not looked up a moment ago, at once."""
        now, found = time.monotonic(), dict[str, _Known]()
        for name in names:
            known = self._known.get(name)
            if known is not None and known.looked + LOOK_EVERY > now:
                self._known.move_to_end(name)
                found[name] = known
        old = [name for name in names if name not in found]
        versions = await self._zones.versions(old) if old else {}
        for name in old:
            known, version = self._known.get(name), versions.get(name)
            if version is None or (known is not None and known.zone is not None and known.zone.version == version):
                zone = known.zone if version and known else None
            else:
                zone = await self._load(name)
            found[name] = _Known(now, zone)
            self._know(name, found[name])
        self._make_room(names)
        return [zone for zone in (found[name].zone for name in names) if zone is not None]

    async def _load(self, name: str) -> Served | None:
        """Read a zone, once for all who wait for it; a large one takes a while, and is read in a thread."""
        loading = self._loading.get(name)
        if loading is None:
            loading = self._loading[name] = asyncio.create_task(self._read(name))
            loading.add_done_callback(lambda _: self._loading.pop(name, None))
        return await asyncio.shield(loading)

    async def _read(self, name: str) -> Served | None:
        kept = await self._zones.load(name)
        return await asyncio.to_thread(Served, *kept) if kept else None

    def _know(self, name: str, known: _Known) -> None:
        self._forget(name)
        self._known[name] = known
        self._kept += known.names

    def _make_room(self, asked: list[str]) -> None:
        """Forget what was asked for before all else, but nothing of what is being asked: it would be read each time."""
        while self._kept > MOST_KEPT and (first := next(iter(self._known))) not in asked:
            self._forget(first)

    def _forget(self, name: str) -> None:
        known = self._known.pop(name, None)
        self._kept -= known.names if known else 0


def _ends(name: Name) -> list[str]:
    """A name and all that it is below, the longest first, as zones are called: none has a dot or a NUL inside a label.

    PostgreSQL has no texts with NUL.
    """
    labels = name.canonicalize().labels[:-1]
    first = max((at + 1 for at, label in enumerate(labels) if b"." in label or b"\0" in label), default=0)
    return [b".".join(labels[at:]).decode("latin-1") for at in range(first, len(labels))]
