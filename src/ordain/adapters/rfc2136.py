"""A name server told of zones by transfers and dynamic updates (RFC 5936, RFC 2136), signed with a key (RFC 8945).

Each update holds only if the zone's SOA is still the one that was read: two publishers do not mix.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.update
import dns.xfr
import dns.zone
from msgspec import Struct

from ordain.adapters import dns_questions, dns_records
from ordain.adapters.dns_questions import PAUSE, Place, Seen, heard
from ordain.core import zone_plan
from ordain.core.registry import NoAnswer
from ordain.core.zone_plan import SIGNING, SOA, Change, RecordSet, plan, serial, stages, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.registry import Key
    from ordain.core.zone import Zone

AT_ONCE = 8
"""Zones being published at once."""
MOST_SENT = 50_000
"""Octets of changes in one update: a message has 65,535, with its prerequisite and signature."""
MOST_ROUNDS = 5
"""How often what differs is sent: a server may ignore an update, and say that it took it (RFC 2136 §3.4.2.2)."""
PATIENCE = 4
"""How many times the time for one answer a whole publication may take."""
_APEX_NS = ("", "NS")
_Sets = dict[zone_plan.Key, RecordSet]


class Primary(Struct, frozen=True):
    """The server that takes updates, and the key they are signed with."""

    place: Place
    key: dns.tsig.Key

    def sent(self, update: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        """How the server answers an update. Raises NoAnswer for what is not said to the update itself."""
        with heard():
            answer = dns.query.tcp(update, self.place.address, timeout=self.place.within, port=self.place.port)
        return answer.rcode()


class ZoneKeeper(Protocol):
    """How zones come into being at a server, are signed, and end, which RFC 2136 has no words for."""

    @property
    def clears(self) -> bool:
        """A zone that is no longer signed keeps its signatures, until they are deleted by updates."""

    def keep(self, name: str, *, signed: bool) -> None:
        """Have the server serve this zone, whatever is in it. Done twice it is done once. Raises NoAnswer."""

    def end(self, name: str) -> bool:
        """Have the server serve it no more. False for one that is none of ours. Raises NoAnswer."""


class Rfc2136:
    """A NameServer (flows/ports.py) such as Knot and BIND."""

    def __init__(self, primary: Primary, keeper: ZoneKeeper, hosts: tuple[str, ...], *, signs: bool) -> None:
        self.hosts, self.signs = hosts, signs
        self._primary, self._keeper = primary, keeper
        self._patience = PATIENCE * primary.place.within
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="rfc2136")

    async def publish(self, zone: Zone) -> None:
        """Serve this zone: what differs is changed, then looked at again."""
        await self._in_thread(lambda: self._published(zone))

    async def keys(self, name: str) -> tuple[Key, ...]:
        """The keys its registry should vouch for."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, dns_questions.keys, self._primary.place, name
        )

    async def remove(self, name: str) -> None:
        """Serve this zone no more."""
        await self._in_thread(lambda: self._removed(name))

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _published(self, zone: Zone) -> None:
        self._keeper.keep(zone.name, signed=zone.signed)
        served = self._changed(zone.name, dns_records.wanted(zone), signed=zone.signed)
        # By an ordinary question, as resolvers ask: transfers may be answered where those are not.
        expected = Seen(serial(served[SOA]), zone.signed)
        dns_questions.confirm(self._primary.place, zone.name, expected, self._primary.place.within)

    def _removed(self, name: str) -> None:
        if self._keeper.end(name):
            dns_questions.gone(self._primary.place, name, self._primary.place.within)

    def _changed(self, name: str, wanted: _Sets, *, signed: bool) -> _Sets:
        """Have what is wanted served, and transfer it; what it then is. Raises NoAnswer if it does not become so."""
        until, rounds = time.monotonic() + self._patience, 0
        while True:
            served, there = self._transferred(name), {}
            if served is not None:
                stays = frozenset() if self._keeper.clears and not signed else SIGNING
                there = {key: each for key, each in served.items() if key[1] not in stays}
            trouble = _trouble(served, there, wanted, signed=signed)
            if served is not None and not trouble:
                return served
            # Given up after a look, not after sending: of several publishers, whose update is the last one sees it.
            if time.monotonic() >= until or rounds == MOST_ROUNDS:
                message = f"the name server does not serve {name} as it should be; {trouble}"
                raise NoAnswer(message)
            if served is not None and plan(there, wanted):
                rounds += self._sent(name, there, wanted)
            time.sleep(PAUSE)

    def _sent(self, name: str, there: _Sets, wanted: _Sets) -> bool:
        """Whether all that differs was taken, in as many updates as it needs."""
        return all(self._updated(name, changes) for changes in stages(there, wanted, MOST_SENT))

    def _transferred(self, name: str) -> _Sets | None:
        """The zone as it is (AXFR); None if it is not there, or not yet. Raises NoAnswer."""
        zone = dns.zone.Zone(name, relativize=False)
        place = self._primary.place
        with heard():
            query, _ = dns.xfr.make_query(zone, keyring=self._primary.key)
            try:
                dns.query.inbound_xfr(place.address, zone, query, port=place.port, lifetime=place.within)
            except dns.xfr.TransferError as refused:
                if refused.rcode in (dns.rcode.BADKEY, dns.rcode.FORMERR, dns.rcode.NOTIMP):
                    raise
                return None
            served = dns_records.transferred(zone)
        return served if SOA in served else None

    def _updated(self, name: str, changes: tuple[Change, ...]) -> bool:
        """Whether the server took them: not if its SOA is another by now. Raises NoAnswer."""
        update = dns.update.UpdateMessage(name, keyring=self._primary.key)
        with heard():
            _write(update, changes)
        rcode = self._primary.sent(update)
        if rcode == dns.rcode.NOERROR:
            return True
        if rcode in (dns.rcode.NXRRSET, dns.rcode.NOTAUTH, dns.rcode.SERVFAIL):
            return False
        message = f"the name server answers {dns.rcode.to_text(rcode)} to an update of {name}: {told(changes)}"
        raise NoAnswer(message)


def _trouble(served: _Sets | None, there: _Sets, wanted: _Sets, *, signed: bool) -> str:
    """Why a zone is not served as it is wanted yet; empty if it is. `there` is what publishers answer for in it."""
    if served is None:
        return "it has not come into being, or may not be transferred (AXFR)"
    changes = plan(there, wanted)
    if changes:
        return f"what differs: {told(changes)}"
    lacking = _unsigned(served, wanted) if signed else ()
    return f"without a signature: {lacking[0]}" if lacking else ""


def _write(update: dns.update.UpdateMessage, changes: tuple[Change, ...]) -> None:
    """The update: what goes, then what comes, for an update is done in the order of its records (RFC 2136 §3.4.2.7)."""
    for read in changes[-1].before.targets if changes[-1].before else ():
        update.present("@", dns_records.rdata("SOA", read))
    for change in changes:
        if change.before and change.key not in (SOA, _APEX_NS):
            _take_away(update, change, change.before)
    for change in changes:
        if change.after:
            _put(update, change.after, change.before)
    for change in changes:
        # The last of a zone's own name servers cannot be deleted, so that the new ones come first (§3.4.2.4).
        if change.before and change.key == _APEX_NS:
            for target in sorted(change.before.targets - (change.after.targets if change.after else frozenset())):
                update.delete(_name(change), dns_records.rdata("NS", target))


def _take_away(update: dns.update.UpdateMessage, change: Change, before: RecordSet) -> None:
    """The whole set where no record stays as it is, else single records."""
    if change.after is None or change.after.ttl != before.ttl:
        update.delete(_name(change), change.key[1])
        return
    for target in sorted(before.targets - change.after.targets):
        update.delete(_name(change), dns_records.rdata(before.kind, target))


def _put(update: dns.update.UpdateMessage, after: RecordSet, before: RecordSet | None) -> None:
    there = before.targets if before and before.ttl == after.ttl else frozenset()
    for target in sorted(after.targets - there):
        update.add(after.sub_domain or "@", after.ttl, dns_records.rdata(after.kind, target))


def _name(change: Change) -> str:
    return change.key[0] or "@"


def _unsigned(served: _Sets, wanted: _Sets) -> tuple[str, ...]:
    """Names of the zone itself, not delegated ones, without any signature: signing has not come to its end."""
    if SOA not in served or ("", "RRSIG") not in served:
        return ("@",)
    delegated = {name for name, kind in wanted if kind == "NS" and name}
    own = {name for name, _ in wanted if not any(name == cut or name.endswith(f".{cut}") for cut in delegated)}
    return tuple(sorted(name for name in own if (name, "RRSIG") not in served))
