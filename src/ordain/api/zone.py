"""/domain/zone: zones and their records, SOA, status and DNSSEC (wire-contract §2.6, §2.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import domain, wire, words
from ordain.api.routing import Call, Route, not_offered
from ordain.api.service_terms import RenewTerms, Terms
from ordain.core.names import stored
from ordain.core.refusal import not_found
from ordain.core.zone_rules import LONGEST_TARGET
from ordain.flows import anycast_orders, zone_files, zone_records, zone_soa, zones

if TYPE_CHECKING:
    from ordain.core import zone as core

ZONE = "/domain/zone/{zoneName}"
ANYCAST = "dnsAnycast"
"""The one option there is (domain.DomainOptionEnum)."""

RecordType = Annotated[str, words.enum("domain.zone.RecordTypeEnum")]
Target = Annotated[str, Meta(max_length=LONGEST_TARGET)]


class ByRecord(Struct, frozen=True):
    """Filters of GET /domain/zone/{zoneName}/record."""

    fieldType: RecordType | None = None
    subDomain: words.Text | None = None


class Zone(Struct, frozen=True):
    """domain.ZoneWithIAM."""

    dnssecSupported: bool
    hasDnsAnycast: bool
    iam: domain.Resource | None
    lastUpdate: words.Instant | None
    name: str
    nameServers: list[str]
    dnssecActivated: bool


class Record(Struct, frozen=True):
    """domain.zone.Record."""

    fieldType: RecordType
    id: int
    subDomain: str | None
    target: str
    ttl: int | None
    zone: str


class RecordCreate(Struct, frozen=True):
    """domain.zone.RecordCreate."""

    fieldType: RecordType
    target: Target
    subDomain: words.Text | None = None
    ttl: int | None = None


class RecordUpdate(Struct, frozen=True):
    """domain.zone.RecordUpdate."""

    subDomain: words.Text | None = None
    target: Target | None = None
    ttl: int | None = None


class Capabilities(Struct, frozen=True):
    """domain.zone.Capabilities."""

    dynHost: bool


class Status(Struct, frozen=True):
    """domain.zone.Status."""

    errors: list[str] | None
    isDeployed: bool
    warnings: list[str] | None


class Dnssec(Struct, frozen=True):
    """domain.zone.Dnssec."""

    status: Annotated[str, words.enum("domain.DnssecStatusEnum")]


class Soa(Struct, frozen=True):
    """domain.zone.Soa."""

    email: str
    expire: int
    nxDomainTtl: int
    refresh: int
    serial: int
    server: str
    ttl: int


class SoaUpdate(Struct, frozen=True):
    """domain.zone.Soa, what of it is to change."""

    email: words.Text | None = None
    expire: int | None = None
    nxDomainTtl: int | None = None
    refresh: int | None = None
    serial: int | None = None
    server: words.Text | None = None
    ttl: int | None = None


class ResetRecord(Struct, frozen=True):
    """domain.zone.ResetRecord."""

    fieldType: Annotated[str, words.enum("domain.zone.ResettableNamedResolutionFieldTypeEnum")]
    target: Target


class Reset(Struct, frozen=True):
    """domain.zone.Reset."""

    DnsRecords: Annotated[list[ResetRecord], Meta(max_length=50)] | None = None
    minimized: bool | None = None


class Option(Struct, frozen=True):
    """domain.zone.Option."""

    name: str


async def _list(call: Call) -> list[str]:
    return await zones.names(call.engine, call.caller)


async def _zone(call: Call) -> core.Zone:
    return await zones.read(call.engine, call.caller, call.path["zoneName"])


async def _read(call: Call) -> Zone:
    held = await _zone(call)
    anycast = await anycast_orders.held(call.engine, call.caller, held.name)
    return Zone(
        dnssecSupported=call.engine.name_server.signs,
        hasDnsAnycast=anycast is not None,
        iam=domain.resource("dnsZone", held.name),
        lastUpdate=wire.maybe_instant(held.updated),
        name=held.name,
        nameServers=list(held.name_servers),
        dnssecActivated=held.dnssec == "enabled",
    )


async def _capabilities(call: Call) -> Capabilities:
    await _zone(call)
    return Capabilities(dynHost=True)


async def _status(call: Call) -> Status:
    found = await zones.standing(call.engine, call.caller, call.path["zoneName"])
    return Status(found.errors, found.deployed, found.warnings)


async def _refresh(call: Call) -> None:
    await zones.refresh(call.engine, call.caller, call.path["zoneName"])


async def _reset(call: Call) -> None:
    body: Reset = call.body
    wanted = [(record.fieldType, record.target) for record in body.DnsRecords or ()]
    name, minimized = call.path["zoneName"], bool(body.minimized)
    await zone_files.reset(call.engine, call.caller, name, wanted, minimized=minimized)


async def _read_dnssec(call: Call) -> Dnssec:
    return Dnssec((await _zone(call)).dnssec)


async def _sign(call: Call) -> None:
    await zones.set_dnssec(call.engine, call.caller, call.path["zoneName"], wanted=True)


async def _unsign(call: Call) -> None:
    await zones.set_dnssec(call.engine, call.caller, call.path["zoneName"], wanted=False)


async def _read_soa(call: Call) -> Soa:
    held = await _zone(call)
    soa = held.soa
    return Soa(
        email=held.email,
        expire=soa.expire,
        nxDomainTtl=soa.nx_domain_ttl,
        refresh=soa.refresh,
        serial=held.serial,
        server=f"{held.server}.",
        ttl=soa.ttl,
    )


async def _change_soa(call: Call) -> None:
    body: SoaUpdate = call.body
    wish = zone_soa.SoaChange(
        body.server, body.email, body.serial, body.refresh, body.expire, body.nxDomainTtl, body.ttl
    )  # fmt: skip
    await zone_soa.change(call.engine, call.caller, call.path["zoneName"], wish)


async def _options(call: Call) -> list[str]:
    return [ANYCAST] if await anycast_orders.held(call.engine, call.caller, call.path["zoneName"]) else []


async def _anycast(call: Call) -> core.Anycast:
    """What the option in the path is. Refused, if the zone has none of that name."""
    held = await anycast_orders.held(call.engine, call.caller, call.path["zoneName"])
    if held is None or call.path["name"] != ANYCAST:
        message = f"The zone has no option {call.path['name'][:100]}"
        raise not_found(message, "name")
    return held


async def _option(call: Call) -> Option:
    await _anycast(call)
    return Option(ANYCAST)


async def _option_terms(call: Call) -> Terms:
    held, nic = await _anycast(call), call.caller.account.nichandle
    return Terms(
        canDeleteAtExpiration=True,
        contactAdmin=nic,
        contactBilling=nic,
        contactTech=nic,
        creation=held.created.date().isoformat(),
        domain=stored(call.path["zoneName"]),
        engagedUpTo=None,
        expiration=held.until.date().isoformat(),
        possibleRenewPeriod=[12],
        renew=RenewTerms(automatic=False, deleteAtExpiration=True, forced=False, manualPayment=True, period=None),
        renewalType="manual",
        serviceId=held.service_id,
        status="expired" if held.ending or held.until <= call.now else "ok",
    )


def record(held: core.Record, zone: str) -> Record:
    """A record of a zone."""
    return Record(held.kind, held.record_id, held.sub_domain, held.target, held.ttl, zone)


async def _list_records(call: Call) -> list[int]:
    wanted = zone_records.Wanted(call.query.fieldType, call.query.subDomain)
    return await zone_records.listed(call.engine, call.caller, call.path["zoneName"], wanted)


async def _read_record(call: Call) -> Record:
    name = call.path["zoneName"]
    return record(await zone_records.read(call.engine, call.caller, name, call.path["id"]), stored(name))


async def _add_record(call: Call) -> Record:
    body: RecordCreate = call.body
    name, wish = call.path["zoneName"], zone_records.Wish(body.subDomain, body.target, body.ttl)
    made = await zone_records.add(call.engine, call.caller, name, body.fieldType, wish)
    return record(made, stored(name))


async def _change_record(call: Call) -> None:
    body: RecordUpdate = call.body
    wish = zone_records.Wish(body.subDomain, body.target, body.ttl)
    await zone_records.change(call.engine, call.caller, call.path["zoneName"], call.path["id"], wish)


async def _delete_record(call: Call) -> None:
    await zone_records.delete(call.engine, call.caller, call.path["zoneName"], call.path["id"])


class ContactChange(Struct, frozen=True):
    """Who is to answer for the zone."""

    contactAdmin: words.Text | None = None
    contactBilling: words.Text | None = None
    contactTech: words.Text | None = None


ROUTES = (
    Route(method="GET", path="/domain/zone", do=_list, told="List your zones", answer=list[str]),
    Route(method="GET", path=ZONE, do=_read, told="Read a zone", answer=Zone),
    Route(method="GET", path=f"{ZONE}/capabilities", do=_capabilities, told="Read what a zone can have",
          answer=Capabilities),
    not_offered("POST", f"{ZONE}/changeContact", "a zone has no contacts but its account", body=ContactChange,
                answer=list[int]),
    Route(method="GET", path=f"{ZONE}/dnssec", do=_read_dnssec, told="Read whether a zone is signed", answer=Dnssec),
    Route(method="POST", path=f"{ZONE}/dnssec", do=_sign, told="Have a zone signed"),
    Route(method="DELETE", path=f"{ZONE}/dnssec", do=_unsign, told="Have a zone signed no longer",
          refuses=("conflict",)),
    Route(method="GET", path=f"{ZONE}/option", do=_options, told="List a zone's options", answer=list[str]),
    Route(method="GET", path=f"{ZONE}/option/{{name}}", do=_option, told="Read a zone's option", answer=Option),
    Route(method="GET", path=f"{ZONE}/option/{{name}}/serviceInfos", do=_option_terms, answer=Terms,
          told="Read the terms of a zone's option", standing="BETA"),
    not_offered("PUT", f"{ZONE}/option/{{name}}/serviceInfos", "an option ends with its year unless another is ordered",
                standing="BETA"),
    Route(method="GET", path=f"{ZONE}/record", do=_list_records, told="List a zone's records", query=ByRecord,
          answer=list[int]),
    Route(method="POST", path=f"{ZONE}/record", do=_add_record, told="Stage a new record", body=RecordCreate,
          answer=Record),
    Route(method="GET", path=f"{ZONE}/record/{{id}}", do=_read_record, told="Read a record", answer=Record),
    Route(method="PUT", path=f"{ZONE}/record/{{id}}", do=_change_record, told="Stage a change of a record",
          body=RecordUpdate),
    Route(method="DELETE", path=f"{ZONE}/record/{{id}}", do=_delete_record, told="Stage the end of a record"),
    Route(method="POST", path=f"{ZONE}/refresh", do=_refresh, told="Publish what is staged"),
    Route(method="POST", path=f"{ZONE}/reset", do=_reset, told="Begin a zone anew", body=Reset),
    Route(method="GET", path=f"{ZONE}/soa", do=_read_soa, told="Read a zone's SOA", answer=Soa),
    Route(method="PUT", path=f"{ZONE}/soa", do=_change_soa, told="Stage a change of a zone's SOA", body=SoaUpdate),
    Route(method="GET", path=f"{ZONE}/status", do=_status, told="Read how a zone is served", answer=Status),
)  # fmt: skip
