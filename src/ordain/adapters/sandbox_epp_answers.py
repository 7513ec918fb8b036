"""What the sandbox's EPP server says, as frames that are held to the schemas (RFC 5730 to 5733 and extensions)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from zlib import crc32

from msgspec import Struct

from ordain.adapters.epp_codes import CODES
from ordain.adapters.epp_frames import Ds, ds_record, server
from ordain.adapters.epp_xml import EXTENSIONS, NAMESPACES, OBJECTS, Element, instant, make, sent
from ordain.adapters.sandbox_life import STANDARD, graces, statuses
from ordain.adapters.sandbox_scenarios import SOMEBODY_ELSE, SPONSOR
from ordain.core.money import Money, decimal_text
from ordain.core.registry import Host

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.registry import Availability, Fees
    from ordain.core.registry_life import Kept, Life

BALANCE = "1000000.00"
"""What the registrar's account holds whatever it buys, and may owe (RFC 8748 §3.5, §3.6)."""
MOST_REASON = 32
"""Letters of a reason in a check (RFC 5730, reasonBaseType)."""


class Said(Struct, frozen=True, kw_only=True):
    """A response: its code, what the code means here, and what was asked for."""

    code: int = 1000
    reason: str | None = None
    result: Any = None
    extensions: tuple[Any, ...] = ()
    queue: Any = None


def said(answer: Said, client_id: str | None) -> bytes:
    """The bytes of a response."""
    reason = None
    if answer.reason:
        reason = make("extValue", make("value", make("undef")), make("reason", answer.reason[:1000], lang="en"))
    words = CODES[answer.code][1].partition(":")[0].capitalize()
    result = make("result", make("msg", words), reason, code=str(answer.code))
    numbers = make("trID", make("clTRID", client_id) if client_id else None, make("svTRID", _number()))
    result_of = make("resData", answer.result) if answer.result is not None else None
    extension = make("extension", *answer.extensions) if answer.extensions else None
    return sent(make("epp", make("response", result, answer.queue, result_of, extension, numbers)))


def roid(name: str) -> str:
    """An object's id in this registry."""
    return f"{crc32(name.encode())}-SANDBOX"


def _number() -> str:
    return f"sandbox-{secrets.token_hex(6)}"


def greeting(now: datetime) -> bytes:
    """Who we are and what we speak."""
    menu = make(
        "svcMenu",
        make("version", "1.0"),
        make("lang", "en"),
        *(make("objURI", NAMESPACES[name]) for name in OBJECTS),
        make("svcExtension", *(make("extURI", NAMESPACES[name]) for name in EXTENSIONS)),
    )
    statement = make(
        "statement",
        make("purpose", make("admin"), make("prov")),
        make("recipient", make("ours"), make("public")),
        make("retention", make("stated")),
    )
    dcp = make("dcp", make("access", make("all")), statement)
    who = make("svID", "Ordain sandbox registry")
    return sent(make("epp", make("greeting", who, make("svDate", instant(now)), menu, dcp)))


def checked(found: list[Availability]) -> Element:
    """Which names can be had."""
    rows = []
    for each in found:
        free = each.state == "available"
        told = each.reason if each.reason and len(each.reason) <= MOST_REASON else "In use"
        reason = None if free else make("domain:reason", told)
        rows.append(make("domain:cd", make("domain:name", each.name, avail=str(int(free))), reason))
    return make("domain:chkData", *rows)


def priced(found: list[Availability], verbs: list[str]) -> Element:
    """What the commands asked about cost: premium names theirs, all others the same (RFC 8748 §3.1)."""
    rows = []
    for each in found:
        fees = [_fee(verb, each.fees) for verb in verbs]
        of_class = each.fees.of_class if each.fees else "standard"
        rows.append(make("fee:cd", make("fee:objID", each.name), make("fee:class", of_class), *fees))
    return make("fee:chkData", make("fee:currency", STANDARD.currency), *rows)


def _fee(verb: str, fees: Fees | None) -> Element:
    verbs = ("create", "renew", "transfer", "restore")
    fee = getattr(fees, verb) if fees and verb in verbs else None
    period = make("fee:period", "1", unit="y") if verb != "restore" else None
    named = {"name": verb} | ({} if fee else {"standard": "1"})
    return make("fee:command", named, period, make("fee:fee", decimal_text(fee or STANDARD)))


def claims(found: list[Availability]) -> Element:
    """Which of the names trademarks claim (RFC 8334 §3.1.1)."""
    rows = [
        make(
            "launch:cd",
            make("launch:name", each.name, exists=str(int(bool(each.claim_key)))),
            make("launch:claimKey", each.claim_key) if each.claim_key else None,
        )
        for each in found
    ]
    return make("launch:chkData", make("launch:phase", "claims"), *rows)


def created(kept: Kept) -> Element:
    """A name that was registered."""
    dates = make("domain:crDate", instant(kept.created)), make("domain:exDate", instant(kept.expires))
    return make("domain:creData", make("domain:name", kept.name), *dates)


def charged(verb: str, fee: Money) -> Element:
    """What a command cost, or gave back if it is less than nothing (RFC 8748 §3.2, §3.4)."""
    amount = make("fee:fee" if fee.ucents >= 0 else "fee:credit", decimal_text(fee))
    standing = make("fee:balance", BALANCE), make("fee:creditLimit", BALANCE)
    return make(f"fee:{verb}", make("fee:currency", fee.currency), amount, *standing)


def renewed(kept: Kept) -> Element:
    """A name that was renewed."""
    return make("domain:renData", make("domain:name", kept.name), make("domain:exDate", instant(kept.expires)))


def told(kept: Kept, life: Life, login: str, now: datetime) -> Element:
    """All there is of a name (RFC 5731 §3.1.2). What this registrar may not see is not in it."""
    mine, owner = kept.sponsor == SPONSOR, kept.owner or {}
    contacts = [make("domain:contact", contact, type=role) for role, contact in owner.get("contacts", ())]
    glue = {host.name: host for host in kept.hosts}
    attributes = owner.get("attributes")
    servers = [server(glue.get(host, Host(host, ())) if attributes else host) for host in kept.name_servers]
    inside = [
        make("domain:registrant", owner["registrant"]) if owner.get("registrant") else None,
        *contacts,
        make("domain:ns", *servers) if servers else None,
        *(make("domain:host", host.name) for host in kept.hosts if not attributes),
    ]
    return make(
        "domain:infData",
        make("domain:name", kept.name),
        make("domain:roid", roid(kept.name)),
        *(make("domain:status", s=status) for status in statuses(kept, life, now)),
        *(inside if mine else ()),
        make("domain:clID", _registrar(kept.sponsor, login)),
        make("domain:crDate", instant(kept.created)),
        make("domain:upDate", instant(kept.changed)) if mine and kept.changed else None,
        make("domain:exDate", instant(kept.expires)),
        make("domain:trDate", instant(kept.transferred)) if mine and kept.transferred else None,
        make("domain:authInfo", make("domain:pw", kept.auth_info)) if mine and kept.auth_info else None,
    )


def _registrar(sponsor: str, login: str) -> str:
    return login if sponsor == SPONSOR else SOMEBODY_ELSE


def grace(kept: Kept, now: datetime) -> Element | None:
    """The periods a name is in (RFC 3915 §4.1.2)."""
    words = graces(kept, now)
    return make("rgp:infData", *(make("rgp:rgpStatus", s=word) for word in words)) if words else None


def signed(kept: Kept) -> Element | None:
    """A name's DS records."""
    records = [Ds(**each) for each in (kept.owner or {}).get("ds", ())]
    return make("secDNS:infData", *map(ds_record, records)) if records else None


def transfer(kept: Kept, login: str) -> Element | None:
    """How the last transfer of a name stands, or how it ended; None if there was none."""
    last = kept.moving or kept.moved
    if last is None:
        return None
    left = kept.sponsor if kept.moving else kept.moved.left if kept.moved else ""
    return make(
        "domain:trnData",
        make("domain:name", kept.name),
        make("domain:trStatus", "pending" if kept.moving or not kept.moved else kept.moved.status),
        make("domain:reID", _registrar(last.to, login)),
        make("domain:reDate", instant(last.asked)),
        make("domain:acID", _registrar(left, login)),
        make(
            "domain:acDate",
            instant(kept.moving.decides if kept.moving else kept.moved.at if kept.moved else last.asked),
        ),
        make("domain:exDate", instant(kept.expires)),
    )


def restoring() -> Element:
    """A restoration that waits for its report (RFC 3915 §4.2.5)."""
    return make("rgp:upData", make("rgp:rgpStatus", s="pendingRestore"))


def decided(name: str, transaction: str, at: str) -> Element:
    """An action that was pending came about (RFC 5731 §3.3)."""
    numbers = make("domain:paTRID", make("clTRID", transaction), make("svTRID", _number()))
    return make("domain:panData", make("domain:name", name, paResult="1"), numbers, make("domain:paDate", at))


def host(name: str, ips: tuple[str, ...], login: str, now: datetime) -> Element:
    """All there is of a host."""
    addresses = [make("host:addr", ip, ip="v6" if ":" in ip else "v4") for ip in ips]
    return make(
        "host:infData",
        make("host:name", name),
        make("host:roid", roid(name)),
        make("host:status", s="ok"),
        *addresses,
        make("host:clID", login),
        make("host:crID", login),
        make("host:crDate", instant(now)),
    )
