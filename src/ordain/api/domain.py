"""/domain: names of an account (wire-contract §2.5)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct, structs

from ordain.api import wire, words
from ordain.api.routing import Call, Route, not_offered
from ordain.core import change, servers
from ordain.core.names import stored
from ordain.core.refusal import invalid, not_found
from ordain.core.service import renewal_state
from ordain.flows import anycast, anycast_orders, changes, domains

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.zone import Anycast
    from ordain.flows.domains import Standing


NAME = "/domain/{serviceName}"
ServerType = Annotated[str, words.enum("domain.nameServer.NameServerTypeEnum")]
Lock = Annotated[str, words.enum("domain.LockStatusEnum")]
OptionName = Annotated[str, words.enum("domain.DomainOptionEnum")]
NO_TAGS = "names under .uk are not handed over by tag"
ANYCAST = "dnsAnycast"
"""The one option there is (domain.DomainOptionEnum): the name's zone has it."""


NO_OPTION = "The name does not have this option"


class Option(Struct, frozen=True):
    """domain.Option."""

    expirationDate: words.Instant
    option: OptionName
    state: Annotated[str, words.enum("domain.DomainOptionStateEnum")]


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
    nameServerType: ServerType


class DomainToHave(Struct, frozen=True):
    """domain.DomainService, what of it can be written."""

    nameServerType: ServerType | None = None
    transferLockStatus: Lock | None = None


class Domain(Struct, frozen=True, kw_only=True):
    """domain.DomainService."""

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
    lastUpdate: words.Instant
    nameServerType: ServerType
    nameServers: list[NameServer]
    offer: Annotated[str, words.enum("domain.OfferEnum")]
    owoSupported: bool
    parentService: ParentService | None
    renewalDate: words.Instant
    renewalState: Annotated[str, words.enum("domain.RenewalStateEnum")]
    serviceId: int
    state: Annotated[str, words.enum("domain.DomainStateEnum")]
    suspensionState: Annotated[str, words.enum("domain.SuspensionStateEnum")]
    transferLockStatus: Lock
    whoisOwner: str


class DomainWithIam(Domain, frozen=True, kw_only=True):
    """domain.DomainServiceWithIAM."""

    iam: Resource | None


class Approval(Struct, frozen=True):
    """domain.outgoingTransfer.Approve. `ident` is not looked at: at most one transfer of a name is under way."""

    approveType: Annotated[str, words.enum("domain.ApproveTypeEnum")] | None = None
    ident: words.Text | None = None


class ServiceOption(Struct, frozen=True):
    """domain.ServiceOption."""

    serviceName: str


class ServiceOptions(Struct, frozen=True):
    """domain.ServiceOptions."""

    hosting: ServiceOption | None
    offer: ServiceOption | None
    zone: ServiceOption | None


def resource(kind: str, name: str) -> Resource:
    """The resource's name in the world: the same at every reading."""
    urn = f"urn:v1:eu:resource:{kind}:{name}"
    return Resource(name, str(uuid.uuid5(uuid.NAMESPACE_URL, urn)), None, urn)


def domain(standing: Standing, kind: str, now: datetime) -> Domain:
    """A name an account holds."""
    held = standing.domain
    return Domain(
        contactAdmin=ContactSummary(held.admin),
        contactBilling=ContactSummary(held.nic),
        contactOwner=ContactSummary(str(held.owner_id)),
        contactTech=ContactSummary(held.tech),
        dnssecState="enabled" if held.keys else "disabled" if held.dnssec else "not_supported",
        dnssecSupported=held.dnssec,
        domain=held.name,
        expirationDate=wire.instant(held.expires),
        glueRecordIpv6Supported=True,
        glueRecordMultiIpSupported=True,
        hostSupported=True,
        lastUpdate=wire.instant(held.updated),
        nameServerType=kind,
        nameServers=[_name_server(host, servers.addresses(held, host), kind) for host in held.name_servers],
        offer=wire.OFFER,
        owoSupported=False,
        parentService=None,
        renewalDate=wire.instant(standing.service.renewed_on(now)),
        renewalState=renewal_state(standing.service),
        serviceId=held.service_id,
        state=domains.state_of(standing, now),
        suspensionState="suspended" if held.on_hold else "not_suspended",
        transferLockStatus=change.lock_status(held, standing.under_way),
        whoisOwner=str(held.owner_id),
    )


def _name_server(host: str, ips: tuple[str, ...], kind: str) -> NameServer:
    ipv4, ipv6 = (next((ip for ip in ips if (":" in ip) is six), None) for six in (False, True))
    return NameServer(servers.number(host), ipv4, ipv6, host, kind)


async def _list_domains(call: Call) -> list[str]:
    return await domains.names(call.engine, call.caller, call.query.whoisOwner)


async def _shown(call: Call) -> Domain:
    standing = await domains.standing(call.engine, call.caller, call.path["serviceName"])
    return domain(standing, changes.server_type(call.engine, standing.domain), call.now)


async def _read_domain(call: Call) -> DomainWithIam:
    shown = await _shown(call)
    return DomainWithIam(**structs.asdict(shown), iam=resource("domain", shown.domain))


async def _write_domain(call: Call) -> Domain:
    wanted = changes.Settings(call.body.nameServerType, call.body.transferLockStatus)
    await changes.edit(call.engine, call.caller.account.nichandle, call.path["serviceName"], wanted, call.now)
    return await _shown(call)


async def _answer_departure(call: Call) -> None:
    if call.body.approveType is None:
        message = "approveType says whether the name may go: accept or reject"
        raise invalid(message, "approveType")
    allowed = call.body.approveType == "accept"
    nic, name = call.caller.account.nichandle, call.path["serviceName"]
    await changes.answer_departure(call.engine, nic, name, call.now, allowed=allowed)


async def _auth_info(call: Call) -> str:
    return await changes.auth_info(call.engine, call.caller.account.nichandle, call.path["serviceName"])


async def _anycast(call: Call) -> Anycast | None:
    name = (await domains.domain(call.engine, call.caller, call.path["serviceName"])).name
    has_zone = await domains.has_zone(call.engine, call.caller, name)
    return await anycast_orders.held(call.engine, call.caller, name) if has_zone else None


async def _list_options(call: Call) -> list[OptionName]:
    return [ANYCAST] if await _anycast(call) else []


async def _option(call: Call) -> Anycast:
    held = await _anycast(call)
    if held is None or call.path["option"] != ANYCAST:
        raise not_found(NO_OPTION, "option")
    return held


async def _read_option(call: Call) -> Option:
    held = await _option(call)
    return Option(wire.instant(held.until), ANYCAST, "released" if held.ending else "subscribed")


async def _release_option(call: Call) -> None:
    await _option(call)
    await anycast.release(call.engine, call.caller, call.path["serviceName"])


async def _options(call: Call) -> ServiceOptions:
    name = stored(call.path["serviceName"])
    zone = ServiceOption(name) if await domains.has_zone(call.engine, call.caller, name) else None
    return ServiceOptions(None, None, zone)


ROUTES = (
    Route(method="GET", path="/domain", do=_list_domains, told="List your names", query=ByOwner, answer=list[str]),
    Route(method="GET", path=NAME, do=_read_domain, told="Read a name", answer=DomainWithIam),
    Route(method="PUT", path=NAME, do=_write_domain, told="Lock a name against transfers, have it served here",
          body=DomainToHave, answer=Domain),
    Route(method="GET", path=f"{NAME}/authInfo", do=_auth_info, told="The code a name can be taken elsewhere with",
          answer=words.Secret, refuses=("conflict",)),
    Route(method="GET", path=f"{NAME}/option", do=_list_options, told="List a name's options",
          answer=list[OptionName]),
    Route(method="GET", path=f"{NAME}/options", do=_options, told="What is sold beside the name",
          answer=ServiceOptions),
    Route(method="GET", path=f"{NAME}/option/{{option}}", do=_read_option, told="Read a name's option", answer=Option),
    Route(method="DELETE", path=f"{NAME}/option/{{option}}", do=_release_option,
          told="End a name's option, before what was paid for it is over"),
    Route(method="POST", path=f"{NAME}/outgoingTransfer/approve", do=_answer_departure, body=Approval,
          told="Let a name go that another registrar asked for, or refuse it", refuses=("conflict",)),
    not_offered("GET", f"{NAME}/ukRegistrars", NO_TAGS),
    not_offered("POST", f"{NAME}/ukOutgoingTransfer", NO_TAGS),
)  # fmt: skip
