"""What a registry says in EPP, read into values (RFC 5730 §2.4, §2.6). Whatever cannot be read raises Unreadable."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ordain.adapters.epp_frames import Ds
from ordain.adapters.epp_keys import told_key
from ordain.adapters.epp_xml import NAMESPACES, Unreadable, find, find_all, text, when
from ordain.core.money import Money, parse_amount
from ordain.core.names import stored
from ordain.core.registry import Host

if TYPE_CHECKING:
    from ordain.adapters.epp_xml import Element


class Greeting(Struct, frozen=True):
    """What a server announces of itself (RFC 5730 §2.4)."""

    server: str
    objects: tuple[str, ...]
    extensions: tuple[str, ...]
    languages: tuple[str, ...]

    def speaks(self, prefix: str) -> bool:
        """Whether it knows an object or an extension, such as `fee`."""
        return NAMESPACES[prefix] in (*self.objects, *self.extensions)


def greeting(root: Element) -> Greeting | None:
    """The greeting a frame is, None if it is another."""
    menu = find(root, "greeting", "svcMenu")
    if menu is None:
        return None

    def told(*path: str) -> tuple[str, ...]:
        return tuple((each.text or "").strip() for each in find_all(menu, *path))

    return Greeting(text(root, "greeting", "svID") or "", told("objURI"), told("svcExtension", "extURI"), told("lang"))


class Reply(Struct, frozen=True):
    """A response (RFC 5730 §2.6)."""

    code: int
    message: str
    reasons: tuple[str, ...]
    """In the registry's words: what it says beside the message."""
    client_id: str | None
    server_id: str | None
    root: Any

    @property
    def good(self) -> bool:
        """The command was carried out, or will be."""
        return self.code < 2000

    @property
    def words(self) -> str:
        """Everything it says, for people."""
        return ": ".join(dict.fromkeys((self.message, *self.reasons)))

    def result(self, name: str) -> Element | None:
        """An element of the result, such as `domain:creData`."""
        return find(self.root, "response", "resData", name)

    def extension(self, name: str) -> Element | None:
        """An element of the extensions, such as `rgp:infData`."""
        return find(self.root, "response", "extension", name)


def reply(root: Element) -> Reply:
    """The response a frame is."""
    results = find_all(root, "response", "result")
    if not results or not results[0].get("code", "").isdigit():
        message = "no response"
        raise Unreadable(message)
    reasons = [text(result, "extValue", "reason") for result in results]
    messages = [text(result, "msg") or "" for result in results]
    return Reply(
        int(results[0].get("code")),
        messages[0],
        tuple(reason for reason in (*messages[1:], *reasons) if reason),
        text(root, "response", "trID", "clTRID"),
        text(root, "response", "trID", "svTRID"),
        root,
    )


EMPTY = 1300
"""The code of a poll that found no message."""


def queued(answer: Reply) -> int | None:
    """How many messages the registry has for us, None where an answer does not tell (RFC 5730 §2.6)."""
    queue = find(answer.root, "response", "msgQ")
    if queue is None:
        return 0 if answer.code == EMPTY else None
    count = queue.get("count", "")
    return int(count) if count.isascii() and count.isdigit() and len(count) <= 9 else None


class Checked(Struct, frozen=True):
    """An answer about one name, or one host."""

    name: str
    free: bool
    reason: str | None


def checked(answer: Reply, kind: str) -> list[Checked]:
    """What a check of `domain`s or `host`s answered."""
    told = answer.result(f"{kind}:chkData")
    rows = [] if told is None else find_all(told, f"{kind}:cd")
    found = []
    for row in rows:
        name = find(row, f"{kind}:name")
        if name is None:
            message = "a check without a name"
            raise Unreadable(message)
        found.append(Checked(stored((name.text or "").strip()), _true(name.get("avail")), text(row, f"{kind}:reason")))
    return found


def _true(written: str | None) -> bool:
    return written in ("1", "true")


class Priced(Struct, frozen=True):
    """What a registry asks for a name (RFC 8748 §3.7): its class, and the fee of each command."""

    of_class: str
    fees: dict[str, Money]
    """Of commands that cost other than the standard."""
    standard: dict[str, Money] = {}
    """Of commands that cost this name what they cost others."""


def priced(answer: Reply) -> dict[str, Priced]:
    """The fees of a check, by name: a name may come once with all commands, or once for each."""
    told = answer.extension("fee:chkData")
    if told is None:
        return {}
    currency = text(told, "fee:currency") or ""
    found: dict[str, Priced] = {}
    for row in find_all(told, "fee:cd"):
        name = stored(text(row, "fee:objID") or "")
        known = found.get(name, Priced("", {}))
        told = [each for each in find_all(row, "fee:command") if find(each, "fee:fee") is not None]
        own, standard = (
            {each.get("name"): _sum(each, currency) for each in told if _true(each.get("standard")) is usual}
            for usual in (False, True)
        )
        of_class = known.of_class or text(row, "fee:class") or ""
        found[name] = Priced(of_class, {**known.fees, **own}, {**known.standard, **standard})
    return found


def _sum(command: Element, currency: str) -> Money:
    """All fees of a command, less the credits, which are negative (RFC 8748 §3.4)."""
    amounts = [*find_all(command, "fee:fee"), *find_all(command, "fee:credit")]
    try:
        return Money(sum(parse_amount((amount.text or "").strip()) for amount in amounts), currency)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def claimed(answer: Reply) -> dict[str, str]:
    """The names a claims check found marks for, with the key of the notice (RFC 8334 §3.1.1)."""
    told = answer.extension("launch:chkData")
    rows = [] if told is None else find_all(told, "launch:cd")
    keys = {stored(text(row, "launch:name") or ""): text(row, "launch:claimKey") for row in rows}
    return {name: key for name, key in keys.items() if key}


class Held(Struct, frozen=True, kw_only=True):
    """A name as its info tells it (RFC 5731 §3.1.2)."""

    name: str
    sponsor: str
    statuses: frozenset[str]
    created: datetime | None
    expires: datetime | None
    transferred: datetime | None
    registrant: str | None
    name_servers: tuple[str, ...]
    hosts: tuple[str, ...]
    auth_info: str | None
    grace: frozenset[str]
    """Its states of grace (RFC 3915 §3.1): addPeriod, redemptionPeriod …"""
    keys: tuple[Ds, ...]
    attributes: tuple[Host, ...] = ()
    """The name servers that are told with their addresses, of a registry that knows no hosts by themselves."""
    updated: datetime | None = None


def held(answer: Reply) -> Held:
    """The name an info is about."""
    told = answer.result("domain:infData")
    if told is None:
        message = "an info without a name"
        raise Unreadable(message)
    grace, secure = answer.extension("rgp:infData"), answer.extension("secDNS:infData")
    name = stored(text(told, "domain:name") or "")
    servers = [*find_all(told, "domain:ns", "domain:hostObj"),
               *find_all(told, "domain:ns", "domain:hostAttr", "domain:hostName")]  # fmt: skip
    return Held(
        name=name,
        sponsor=text(told, "domain:clID") or "",
        statuses=frozenset(each.get("s", "") for each in find_all(told, "domain:status")),
        created=when(text(told, "domain:crDate")),
        expires=when(text(told, "domain:exDate")),
        transferred=when(text(told, "domain:trDate")),
        updated=when(text(told, "domain:upDate")),
        registrant=text(told, "domain:registrant"),
        name_servers=tuple(_lower(each) for each in servers),
        hosts=tuple(_lower(each) for each in find_all(told, "domain:host")),
        auth_info=text(told, "domain:authInfo", "domain:pw"),
        grace=frozenset(each.get("s", "") for each in find_all(grace, "rgp:rgpStatus")) if grace is not None else
        frozenset(),
        keys=_keys(name, secure) if secure is not None else (),
        attributes=tuple(map(attribute, find_all(told, "domain:ns", "domain:hostAttr"))),
    )  # fmt: skip


def _lower(element: Element) -> str:
    return stored((element.text or "").strip())


def _keys(name: str, secure: Element) -> tuple[Ds, ...]:
    records = [ds(each) for each in find_all(secure, "secDNS:dsData")]
    return (*records, *(told_key(name, each) for each in find_all(secure, "secDNS:keyData")))


def attribute(told: Element) -> Host:
    """A name server that is told with its addresses (RFC 5731 §1.1)."""
    name = stored(text(told, "domain:hostName") or "")
    try:
        return Host(name, tuple(str(ip_address(_lower(each))) for each in find_all(told, "domain:hostAddr")))
    except ValueError as error:
        raise Unreadable(str(error)) from error


def ds(told: Element) -> Ds:
    """A DS record (RFC 5910 §4.1)."""
    try:
        flags = text(told, "secDNS:keyData", "secDNS:flags")
        return Ds(
            int(text(told, "secDNS:keyTag") or ""),
            int(text(told, "secDNS:alg") or ""),
            int(text(told, "secDNS:digestType") or ""),
            (text(told, "secDNS:digest") or "").upper(),
            int(flags) if flags else None,
            "".join((text(told, "secDNS:keyData", "secDNS:pubKey") or "").split()) or None,
        )
    except ValueError as error:
        message = "a DS record that cannot be read"
        raise Unreadable(message) from error


class Transfer(Struct, frozen=True):
    """How a transfer stands (RFC 5731 §3.1.3): who asked, and `pending`, `clientApproved` or the like."""

    name: str
    status: str
    asked_by: str
    asked: datetime | None
    until: datetime | None = None
    """When the other side has answered, or has to."""


def transfer(answer: Reply) -> Transfer | None:
    """The transfer an answer or message is about, None if it tells of none."""
    told = answer.result("domain:trnData")
    if told is None:
        return None
    return Transfer(
        stored(text(told, "domain:name") or ""),
        text(told, "domain:trStatus") or "",
        text(told, "domain:reID") or "",
        when(text(told, "domain:reDate")),
        when(text(told, "domain:acDate")),
    )


def addresses(answer: Reply) -> tuple[str, ...]:
    """A host's addresses, as its info tells them."""
    told = answer.result("host:infData")
    try:
        return () if told is None else tuple(str(ip_address(_lower(each))) for each in find_all(told, "host:addr"))
    except ValueError as error:
        raise Unreadable(str(error)) from error


def elsewhere(name: str) -> Held:
    """A name of which no more is told than that somebody else has it."""
    return Held(
        name=name,
        sponsor="",
        statuses=frozenset(),
        created=None,
        expires=None,
        transferred=None,
        registrant=None,
        name_servers=(),
        hosts=(),
        auth_info=None,
        grace=frozenset(),
        keys=(),
    )
