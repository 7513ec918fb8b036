"""What the sandbox's EPP server says, as frames that are held to the schemas (RFC 5730 to 5733 and extensions)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from zlib import crc32

from msgspec import Struct

from ordain.adapters.epp_codes import CODES
from ordain.adapters.epp_frames import Ds, ds_record
from ordain.adapters.epp_xml import EXTENSIONS, NAMESPACES, OBJECTS, Element, instant, make, sent
from ordain.core.money import UNIT, Money, decimal_text

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.registry import Availability, Fees, Registration

ELSEWHERE = "somebody-else"
"""The registrar of every name that is not ours."""
MOST_REASON = 32
"""Letters of a reason in a check (RFC 5730, reasonBaseType)."""
STANDARD = Money(8 * UNIT, "EUR")
"""What a year of an ordinary name costs at the sandbox."""


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
    premium = {"create": fees.create, "renew": fees.renew, "transfer": fees.transfer} if fees else {}
    fee = premium.get(verb)
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


def created(held: Registration) -> Element:
    """A name that was registered."""
    dates = make("domain:crDate", instant(held.created)), make("domain:exDate", instant(held.expires))
    return make("domain:creData", make("domain:name", held.name), *dates)


def charged(verb: str, fee: Money) -> Element:
    """What a command cost (RFC 8748 §3.2)."""
    return make(f"fee:{verb}", make("fee:currency", fee.currency), make("fee:fee", decimal_text(fee)))


def renewed(held: Registration) -> Element:
    """A name that was renewed."""
    return make("domain:renData", make("domain:name", held.name), make("domain:exDate", instant(held.expires)))


def told(held: Registration, login: str) -> Element:
    """All there is of a name (RFC 5731 §3.1.2). What this registrar may not see is not in it."""
    kept = held.owner or {}
    coming = held.pending and "transferred" in kept
    mine = held.ours and not coming
    contacts = [make("domain:contact", contact, type=role) for role, contact in kept.get("contacts", ())]
    servers = [make("domain:hostObj", host) for host in held.name_servers]
    inside = [
        make("domain:registrant", kept["registrant"]) if kept.get("registrant") else None,
        *contacts,
        make("domain:ns", *servers) if servers else None,
        *(make("domain:host", host.name) for host in held.hosts),
    ]
    return make(
        "domain:infData",
        make("domain:name", held.name),
        make("domain:roid", roid(held.name)),
        *(make("domain:status", s=status) for status in statuses(held)),
        *(inside if mine else ()),
        make("domain:clID", login if mine else ELSEWHERE),
        make("domain:crDate", instant(held.created)),
        make("domain:exDate", instant(held.expires)),
        make("domain:trDate", kept["transferred"]) if mine and kept.get("transferred") else None,
        make("domain:authInfo", make("domain:pw", held.auth_info)) if mine and held.auth_info else None,
    )


def statuses(held: Registration) -> list[str]:
    """A name's statuses (RFC 5731 §2.3)."""
    if held.pending:
        return ["pendingTransfer" if "transferred" in (held.owner or {}) else "pendingCreate"]
    found = ["pendingDelete"] if held.redemption else []
    found += ["clientTransferProhibited"] if held.locked else []
    found += ["clientHold"] if held.hold else []
    return found or ["ok"]


def grace(held: Registration, *, restoring: bool) -> Element | None:
    """A name's state of grace (RFC 3915 §4.1.2)."""
    if not held.redemption:
        return None
    state = "pendingRestore" if restoring else "redemptionPeriod"
    return make("rgp:infData", make("rgp:rgpStatus", s=state))


def signed(held: Registration) -> Element | None:
    """A name's DS records."""
    records = [Ds(**each) for each in (held.owner or {}).get("ds", ())]
    return make("secDNS:infData", *map(ds_record, records)) if records else None


def transfer(held: Registration, login: str) -> Element:
    """How the transfer stands that brought a name here, or will."""
    since, status = instant(held.created), "pending" if held.pending else "serverApproved"
    return make(
        "domain:trnData",
        make("domain:name", held.name),
        make("domain:trStatus", status),
        make("domain:reID", login),
        make("domain:reDate", since),
        make("domain:acID", ELSEWHERE),
        make("domain:acDate", since),
        make("domain:exDate", instant(held.expires)),
    )


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
