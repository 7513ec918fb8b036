"""PowerDNS Authoritative, told of zones over its HTTP API (https://doc.powerdns.com/authoritative/http-api/)."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import msgspec
from msgspec import Struct

from ordain.adapters import dns_questions, dns_records
from ordain.adapters.dns_questions import Place, Seen
from ordain.adapters.http_calls import TROUBLE, HttpCall, answered
from ordain.core import zone_plan
from ordain.core.registry import Key, NoAnswer
from ordain.core.zone_plan import SOA, Change, RecordSet, gathered, plan, serial, stages, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.zone import Zone

T = TypeVar("T")
_Sets = dict[zone_plan.Key, RecordSet]

AT_ONCE = 8
"""Zones being published at once."""
LONGEST = 16 << 20
"""Octets of an answer: a zone of 5,000 records has less than two million."""
MOST_SENT = 100_000
"""Octets of changes in one request; the server takes two million, and each has some more in JSON."""
MOST_ROUNDS = 5
"""How often what differs is sent: it may differ for ever, where the server keeps it otherwise than we read it."""
LONGEST_REASON = 300
_OVERTAKEN = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
"""The zone that was there is not, or the other way round."""
_SPELLING = re.compile(rb"Record \S+/([A-Z0-9]+) '([^']*)': Not in expected format \(parsed as '([^']*)'\)")
_SIXTY = re.compile(r"\b(\d+) (\d+) 60\.000\b")
KEY = {"keytype": "csk", "active": True, "published": True, "algorithm": "ecdsap256sha256"}
"""One key that signs everything, of the algorithm every registry takes (RFC 8624 §3.1: 13)."""
_ZONE_KINDS = ("Native", "Master")
_SERIALS = {"Native": "", "Master": "INCEPTION-INCREMENT"}
"""How served serials rise by themselves: with each new week's signatures, where secondaries transfer them."""


class Account(Struct, frozen=True, kw_only=True):
    """How the server is reached, and which of its zones are ours.

    `url` is what stands before `/api/v1`; `owner` is what our zones carry as their account there; `kind` is Native or
    Master; `place`, if given, is where its answers are looked at; `within` is for one request, in seconds.
    """

    url: str
    key: str
    owner: str
    kind: str = "Native"
    place: Place | None = None
    within: float = 5


class _Record(Struct):
    content: str
    disabled: bool = False


class _Set(Struct):
    name: str
    type: str
    ttl: int
    records: list[_Record]


class _Zone(Struct):
    kind: str
    account: str = ""
    dnssec: bool = False
    rrsets: list[_Set] = []


class _CryptoKey(Struct):
    """What is looked at of a key; the answer to a new one holds its private part too."""

    id: int
    active: bool = True
    published: bool = True
    dnskey: str = ""


class PowerDns:
    """A NameServer (flows/ports.py). Zones of the server that do not carry our account are never touched."""

    def __init__(self, account: Account, hosts: tuple[str, ...], *, signs: bool = True) -> None:
        self.hosts, self.signs = hosts, signs
        self._account = account
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="powerdns")
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def publish(self, zone: Zone) -> None:
        """Serve this zone: what differs is changed, then looked at again."""
        await self._in_turn(zone.name, lambda: self._published(zone))

    async def keys(self, name: str) -> tuple[Key, ...]:
        """The keys its registry should vouch for."""
        return await self._in_turn(name, lambda: self._vouched_for(name))

    async def remove(self, name: str) -> None:
        """Serve this zone no more."""
        await self._in_turn(name, lambda: self._removed(name))

    async def _in_turn(self, name: str, work: Callable[[], T]) -> T:
        """One after the other for one zone, in a thread: two at once would each make it a key."""
        turn = self._turns.setdefault(name, asyncio.Lock())
        async with turn:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _published(self, zone: Zone) -> None:
        found, served = self._changed(zone.name, dns_records.wanted(zone))
        if found.kind != self._account.kind:
            self._ask("PUT", f"/zones/{zone.name}.", self._made_as())
        if zone.signed is not found.dnssec:
            self._sign(zone.name) if zone.signed else self._unsign(zone.name)
        # What is remembered of a signed zone outlives its keys otherwise.
        self._ask("PUT", f"/cache/flush?domain={zone.name}.")
        if self._account.place:
            expected = Seen(serial(served[SOA]), zone.signed)
            dns_questions.confirm(self._account.place, zone.name, expected, self._account.within)

    def _made_as(self) -> dict[str, object]:
        """How zones are kept there."""
        return {"kind": self._account.kind, "soa_edit": _SERIALS[self._account.kind]}

    def _changed(self, name: str, wanted: _Sets) -> tuple[_Zone, _Sets]:
        """Have what is wanted served, and read it there: what it then is. Raises NoAnswer if it does not become so."""
        for rounds in range(MOST_ROUNDS + 1):
            found = self._found(name)
            served = _sets(found, name, wanted) if found else {}
            changes = plan(served, wanted)
            if found and not changes:
                return found, served
            there = found is not None
            for part in stages(served, wanted, MOST_SENT) if rounds < MOST_ROUNDS else ():
                there = self._sent(name, part, there=there)
                if not there:
                    break
        message = f"PowerDNS does not take what is to change: {told(changes)}"
        raise NoAnswer(message)

    def _found(self, name: str) -> _Zone | None:
        """The zone there, None if there is none. Raises NoAnswer for one that is not ours to change."""
        found = self._anybodys(name)
        if found is None:
            return None
        if found.account != self._account.owner:
            message = f"PowerDNS serves a zone {name} already that does not belong to Ordain (its account is another)"
            raise NoAnswer(message)
        if found.kind not in _ZONE_KINDS:
            message = f"PowerDNS has {name} as a {found.kind} zone, whose records come from elsewhere"
            raise NoAnswer(message)
        return found

    def _anybodys(self, name: str) -> _Zone | None:
        status, body = self._ask("GET", f"/zones/{name}.", also=(HTTPStatus.NOT_FOUND,))
        return None if status == HTTPStatus.NOT_FOUND else _decoded(body, _Zone)

    def _sent(self, name: str, changes: tuple[Change, ...], *, there: bool) -> bool:
        """One request, done wholly or not at all. False where somebody else removed or made the zone in between."""
        rrsets = _rrsets(name, changes)
        if there:
            return self._took("PATCH", f"/zones/{name}.", {"rrsets": rrsets})
        usual = {"api_rectify": True, "soa_edit_api": "", "account": self._account.owner, **self._made_as()}
        return self._took("POST", "/zones", {"name": f"{name}.", **usual, "rrsets": rrsets})

    def _took(self, method: str, path: str, body: dict[str, Any]) -> bool:
        """The records, in the spelling the server insists on and tells where it refuses (LOC is known for that)."""
        spellings: dict[str, str] = {}
        while True:
            for each in body["rrsets"]:
                for record in each["records"]:
                    record["content"] = spellings.get(record["content"], record["content"])
            status, said = self._ask(method, path, body, also=(*_OVERTAKEN, HTTPStatus.UNPROCESSABLE_ENTITY))
            if status != HTTPStatus.UNPROCESSABLE_ENTITY:
                return status not in _OVERTAKEN
            told = _SPELLING.search(said)
            kind, sent, its_own = [part.decode() for part in told.groups()] if told else ("", "", "")
            if not told or sent in spellings or _spelled(kind, its_own) != dns_records.spelled(kind, sent):
                raise NoAnswer(_refused(status, said))
            spellings[sent] = its_own

    def _sign(self, name: str) -> None:
        """A key for the zone. Of two that two processes made at once the first is kept: the second one sees it."""
        path = f"/zones/{name}./cryptokeys"
        made = _decoded(self._ask("POST", path, KEY)[1], _CryptoKey)
        keys = _decoded(self._ask("GET", path)[1], list[_CryptoKey])
        if any(key.active and key.id < made.id for key in keys):
            self._ask("DELETE", f"{path}/{made.id}")
        self._ask("PUT", f"/zones/{name}./rectify")

    def _unsign(self, name: str) -> None:
        self._ask("PUT", f"/zones/{name}.", {"dnssec": False})

    def _vouched_for(self, name: str) -> tuple[Key, ...]:
        status, body = self._ask("GET", f"/zones/{name}./cryptokeys", also=(HTTPStatus.NOT_FOUND,))
        if status == HTTPStatus.NOT_FOUND:
            return ()
        texts = [key.dnskey for key in _decoded(body, list[_CryptoKey]) if key.active and key.published]
        try:
            found: list[Any] = [dns.rdata.from_text(dns.rdataclass.IN, "DNSKEY", text) for text in texts]
        except (dns.exception.DNSException, ValueError) as bad:
            message = "PowerDNS answered with a key that cannot be read"
            raise NoAnswer(message) from bad
        return dns_records.vouched_for(found)

    def _removed(self, name: str) -> None:
        found = self._anybodys(name)
        if found is None or found.account != self._account.owner:
            return
        self._ask("DELETE", f"/zones/{name}.", also=(HTTPStatus.NOT_FOUND,))
        self._ask("PUT", f"/cache/flush?domain={name}.")
        if self._account.place:
            dns_questions.gone(self._account.place, name, self._account.within)

    def _ask(
        self, method: str, path: str, body: object = None, *, also: tuple[HTTPStatus, ...] = ()
    ) -> tuple[int, bytes]:
        """Status and body of a success, or of one of `also`. Raises NoAnswer with the reason the server gives."""
        url = f"{self._account.url}/api/v1/servers/localhost{path}"
        headers = {"X-API-Key": self._account.key, "Content-Type": "application/json", "Accept": "application/json"}
        sent = b"" if body is None else msgspec.json.encode(body)
        try:
            status, said = answered(HttpCall(method, url, sent, headers), self._account.within, LONGEST)
        except TROUBLE as trouble:
            # A ValueError quotes what it is about, which may be the key.
            told = "" if isinstance(trouble, ValueError) else str(trouble)
            message = f"PowerDNS cannot be reached: {told or type(trouble).__name__}"
            raise NoAnswer(message) from trouble
        if 200 <= status < 300 or status in also:
            return status, said
        raise NoAnswer(_refused(status, said))


def _sets(found: _Zone, name: str, wanted: _Sets) -> _Sets:
    """What the zone there consists of. What is switched off is not served."""
    origin = dns.name.from_text(name)
    # Reading every target of a large zone takes seconds: what is spelled as one that is wanted is not read.
    known = {(kind, target) for (_, kind), each in wanted.items() for target in each.targets}
    try:
        return gathered(
            (dns_records.below(dns.name.from_text(each.name), origin), each.type, each.ttl, spelled)
            for each in found.rrsets
            for record in each.records
            if not record.disabled
            for content in [record.content]
            for spelled in [content if (each.type, content) in known else _spelled(each.type, content)]
        )
    except (dns.exception.DNSException, ValueError) as bad:
        message = "PowerDNS answered with a zone that cannot be read"
        raise NoAnswer(message) from bad


def _rrsets(name: str, changes: tuple[Change, ...]) -> list[dict[str, object]]:
    """The changes as the API has them."""
    return [
        {
            "name": f"{sub_domain}.{name}." if sub_domain else f"{name}.",
            "type": kind,
            "changetype": "REPLACE" if change.after else "DELETE",
            "ttl": change.after.ttl if change.after else 0,
            "records": [{"content": target, "disabled": False} for target in sorted(change.after.targets)]
            if change.after
            else [],
        }
        for change in changes
        for sub_domain, kind in [change.key]
    ]


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        message = "PowerDNS answered with what cannot be read"
        raise NoAnswer(message) from bad


def _spelled(kind: str, content: str) -> str:
    """A target as it is compared. The server rounds a LOC's seconds up to 60.000, and does not carry."""
    if kind == "LOC":
        content = _SIXTY.sub(lambda at: f"{int(at[1]) + (int(at[2]) + 1) // 60} {(int(at[2]) + 1) % 60} 0.000", content)
    return dns_records.spelled(kind, content)


def _refused(status: int, said: bytes) -> str:
    """The words of an error: in JSON, or a line of text (`Conflict`)."""
    try:
        text = str(msgspec.json.decode(said, type=dict[str, object]).get("error", ""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = said.decode("utf-8", "replace")
    line = " ".join(text.split())[:LONGEST_REASON]
    return f"PowerDNS answered {status}" + (f": {line}" if line else "")
