"""/domain: names of an account, read (wire-contract §2.5)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.flows import domains

if TYPE_CHECKING:
    from ordain.core import delivery


class ByOwner(Struct, frozen=True):
    """Filter of GET /domain."""

    whoisOwner: str | None = None


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


def resource(kind: str, name: str) -> Resource:
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
        iam=resource("domain", held.name),
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


ROUTES = (
    Route(method="GET", path="/domain", do=_list_domains, told="List your names", query=ByOwner, answer=list[str]),
    Route(method="GET", path="/domain/{serviceName}", do=_read_domain, told="Read a name", answer=Domain),
)  # fmt: skip
