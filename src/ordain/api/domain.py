"""/domain and /domain/zone: names and zones of an account, read (wire-contract §2.5, §2.6)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.refusal import not_found
from ordain.flows import domains

if TYPE_CHECKING:
    from ordain.core import delivery
    from ordain.core import zone as core


class ByOwner(Struct, frozen=True):
    """Filter of GET /domain."""

    whoisOwner: str | None = None


class ByRecord(Struct, frozen=True):
    """Filters of GET /domain/zone/{zoneName}/record."""

    fieldType: Annotated[str, words.enum("domain.zone.RecordTypeEnum")] | None = None
    subDomain: str | None = None


class ContactSummary(Struct, frozen=True):
    """domain.ContactSummary."""

    id: str


class Resource(Struct, frozen=True):
    """iam.ResourceMetadata."""

    displayName: str | None
    id: words.Uuid
    tags: dict[str, str] | None
    urn: str


class ParentService(Struct, frozen=True):
    """domain.ParentService: no name here is part of a bundle."""

    name: str
    type: Annotated[str, words.enum("domain.ParentServiceTypeEnum")]


class NameServer(Struct, frozen=True):
    """domain.nameServer.NameServer."""

    id: int
    ipv4: words.Ipv4 | None
    ipv6: words.Ipv6 | None
    nameServer: str
    nameServerType: Annotated[str, words.enum("domain.nameServer.NameServerTypeEnum")]


class Domain(Struct, frozen=True):
    """domain.DomainServiceWithIAM."""

    contactAdmin: ContactSummary
    contactBilling: ContactSummary
    contactOwner: ContactSummary
    contactTech: ContactSummary
    dnssecState: Annotated[str, words.enum("domain.DnssecStateEnum")]
    dnssecSupported: bool
    domain: str
    expirationDate: words.Instant
    glueRecordIpv6Supported: bool
    glueRecordMultiIpSupported: bool
    hostSupported: bool
    iam: Resource | None
    lastUpdate: words.Instant
    nameServerType: Annotated[str, words.enum("domain.nameServer.NameServerTypeEnum")]
    nameServers: list[NameServer]
    offer: Annotated[str, words.enum("domain.OfferEnum")]
    owoSupported: bool
    parentService: ParentService | None
    renewalDate: words.Instant
    renewalState: Annotated[str, words.enum("domain.RenewalStateEnum")]
    serviceId: int
    state: Annotated[str, words.enum("domain.DomainStateEnum")]
    suspensionState: Annotated[str, words.enum("domain.SuspensionStateEnum")]
    transferLockStatus: Annotated[str, words.enum("domain.LockStatusEnum")]
    whoisOwner: str


class Zone(Struct, frozen=True):
    """domain.ZoneWithIAM."""

    dnssecSupported: bool
    hasDnsAnycast: bool
    iam: Resource | None
    lastUpdate: words.Instant | None
    name: str
    nameServers: list[str]
    dnssecActivated: bool


class Record(Struct, frozen=True):
    """domain.zone.Record."""

    fieldType: Annotated[str, words.enum("domain.zone.RecordTypeEnum")]
    id: int
    subDomain: str | None
    target: str
    ttl: int | None
    zone: str


def _resource(kind: str, name: str) -> Resource:
    """The resource's name in the world: the same at every reading."""
    urn = f"urn:v1:eu:resource:{kind}:{name}"
    return Resource(name, str(uuid.uuid5(uuid.NAMESPACE_URL, urn)), None, urn)


def domain(held: delivery.Domain) -> Domain:
    """A name an account holds."""
    kind = "hosted" if held.hosted else "external"
    return Domain(
        contactAdmin=ContactSummary(held.admin),
        contactBilling=ContactSummary(held.nic),
        contactOwner=ContactSummary(str(held.owner_id)),
        contactTech=ContactSummary(held.tech),
        dnssecState="disabled" if held.dnssec else "not_supported",
        dnssecSupported=held.dnssec,
        domain=held.name,
        expirationDate=wire.instant(held.expires),
        glueRecordIpv6Supported=True,
        glueRecordMultiIpSupported=True,
        hostSupported=True,
        iam=_resource("domain", held.name),
        lastUpdate=wire.instant(held.updated),
        nameServerType=kind,
        nameServers=[
            NameServer(position, None, None, host, kind) for position, host in enumerate(held.name_servers, start=1)
        ],
        offer=wire.OFFER,
        owoSupported=False,
        parentService=None,
        renewalDate=wire.instant(held.expires),
        renewalState="manual_renew",
        serviceId=held.service_id,
        state="ok",
        suspensionState="not_suspended",
        transferLockStatus="unlocked",
        whoisOwner=str(held.owner_id),
    )


async def _list_domains(call: Call) -> list[str]:
    return await domains.names(call.engine, call.caller, call.query.whoisOwner)


async def _read_domain(call: Call) -> Domain:
    return domain(await domains.domain(call.engine, call.caller, call.path["serviceName"]))


async def _list_zones(call: Call) -> list[str]:
    return await domains.zone_names(call.engine, call.caller)


async def _zone(call: Call) -> core.Zone:
    return await domains.zone(call.engine, call.caller, call.path["zoneName"])


async def _read_zone(call: Call) -> Zone:
    held = await _zone(call)
    return Zone(
        dnssecSupported=False,
        hasDnsAnycast=False,
        iam=_resource("dnsZone", held.name),
        lastUpdate=wire.instant(held.created),
        name=held.name,
        nameServers=list(held.name_servers),
        dnssecActivated=False,
    )


async def _list_records(call: Call) -> list[int]:
    wanted: ByRecord = call.query
    return [
        record.record_id
        for record in (await _zone(call)).records
        if wanted.fieldType in (None, record.kind) and wanted.subDomain in (None, record.sub_domain)
    ]


async def _read_record(call: Call) -> Record:
    held = await _zone(call)
    record = next((one for one in held.records if one.record_id == call.path["id"]), None)
    if record is None:
        raise not_found(domains.UNKNOWN)
    return Record(record.kind, record.record_id, record.sub_domain, record.target, record.ttl, held.name)


ROUTES = (
    Route(method="GET", path="/domain", do=_list_domains, told="List your names", query=ByOwner, answer=list[str]),
    Route(method="GET", path="/domain/{serviceName}", do=_read_domain, told="Read a name", answer=Domain),
    Route(method="GET", path="/domain/zone", do=_list_zones, told="List your zones", answer=list[str]),
    Route(method="GET", path="/domain/zone/{zoneName}", do=_read_zone, told="Read a zone", answer=Zone),
    Route(method="GET", path="/domain/zone/{zoneName}/record", do=_list_records, told="List a zone's records",
          query=ByRecord, answer=list[int]),
    Route(method="GET", path="/domain/zone/{zoneName}/record/{id}", do=_read_record, told="Read a record",
          answer=Record),
)  # fmt: skip
