"""serviceInfos of domains and zones, the termination of a zone, and the older /service (wire-contract §2.5 to §2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.api.services import KeyValue, route_of
from ordain.core import service as core
from ordain.flows import services

if TYPE_CHECKING:
    from datetime import date, datetime

DOMAIN, ZONE, SERVICE = "/domain/{serviceName}", "/domain/zone/{zoneName}", "/service/{serviceId}"

Interval = Annotated[str, words.enum("service.renew.Interval")]
RenewMode = Annotated[str, words.enum("service.renew.Mode")]
_INTERVALS = words.ENUMERATIONS["service.renew.Interval"]


class RenewType(Struct, frozen=True):
    """service.RenewType. What is not sent stays as it is."""

    automatic: bool | None = None
    deleteAtExpiration: bool | None = None
    forced: bool | None = None
    manualPayment: bool | None = None
    period: int | None = None


class RenewTerms(Struct, frozen=True):
    """service.RenewType."""

    automatic: bool
    deleteAtExpiration: bool
    forced: bool
    manualPayment: bool | None
    period: int | None


class Terms(Struct, frozen=True):
    """services.Service."""

    canDeleteAtExpiration: bool
    contactAdmin: str
    contactBilling: str
    contactTech: str
    creation: words.Day
    domain: str
    engagedUpTo: words.Day | None
    expiration: words.Day
    possibleRenewPeriod: list[int] | None
    renew: RenewTerms | None
    renewalType: Annotated[str, words.enum("service.RenewalTypeEnum")]
    serviceId: int
    status: Annotated[str, words.enum("service.StateEnum")]


class TermsChange(Struct, frozen=True):
    """services.Service."""

    renew: RenewType | None = None


class Farewell(Struct, frozen=True):
    """What POST …/confirmTermination is sent."""

    token: words.Text
    commentary: Annotated[str, Meta(max_length=10_000)] | None = None
    futureUse: Annotated[str, words.enum("service.TerminationFutureUseEnum")] | None = None
    reason: Annotated[str, words.enum("service.TerminationReasonEnum")] | None = None


class PlanProduct(Struct, frozen=True):
    """service.plan.Product."""

    name: str | None


class Plan(Struct, frozen=True):
    """service.Plan."""

    code: str | None
    product: PlanProduct


class Renew(Struct, frozen=True):
    """service.Renew."""

    dayOfMonth: int | None
    interval: Interval | None
    mode: RenewMode
    possibleIntervals: list[Interval] | None
    possibleModes: list[RenewMode]


class Resource(Struct, frozen=True):
    """service.Resource."""

    displayName: str
    name: str | None
    state: Annotated[str, words.enum("service.ResourceStateEnum")] | None


class ServiceRoute(Struct, frozen=True):
    """service.Route."""

    path: str | None
    url: str | None
    vars: list[KeyValue]


class Service(Struct, frozen=True):
    """serviceList.Service."""

    creationDate: words.Day
    details: list[KeyValue]
    engagementDate: words.Day | None
    expirationDate: words.Day | None
    nextBillingDate: words.Day | None
    plan: Plan
    quantity: int
    renew: Renew | None
    resource: Resource
    route: ServiceRoute
    state: Annotated[str, words.enum("service.BillingStateEnum")]


class Renaming(Struct, frozen=True):
    """service.Resource. Only the name shown can be changed."""

    displayName: words.Text | None = None


class ServiceChange(Struct, frozen=True):
    """serviceList.Service."""

    resource: Renaming | None = None


STATES: dict[core.State, str] = {"active": "ok", "ending": "toDelete", "deleted": "deleted"}


def _day(of: date) -> str:
    return of.isoformat()[:10]


def _which(call: Call) -> services.Which:
    """The service that a path speaks of."""
    names: tuple[tuple[str, core.Kind], ...] = (("serviceName", "domain"), ("zoneName", "zone"))
    named = [(kind, call.path[name]) for name, kind in names if name in call.path]
    return named[0] if named else call.path["serviceId"]


async def _terms(call: Call) -> Terms:
    of = await services.read(call.engine, call.caller, _which(call))
    expires = of.expires(call.now)
    return Terms(
        canDeleteAtExpiration=True,
        contactAdmin=of.admin,
        contactBilling=of.nic,
        contactTech=of.tech,
        creation=_day(of.created),
        domain=of.name,
        engagedUpTo=None,
        expiration=_day(expires),
        possibleRenewPeriod=services.periods(call.engine, of, call.now),
        renew=RenewTerms(
            automatic=of.automatic,
            deleteAtExpiration=of.settings.delete_at_expiration,
            forced=False,
            manualPayment=None,
            period=of.settings.period,
        ),
        renewalType="automaticV2016" if of.automatic else "manual",
        serviceId=of.service_id,
        status=_status(of, call.now),
    )


def _status(of: core.Service, now: datetime) -> str:
    if of.renewing:
        return "autorenewInProgress"
    if of.expires(now) <= now:
        return "expired"
    return "unPaid" if of.unpaid else "ok"


async def _change_terms(call: Call) -> None:
    sent: RenewType = call.body.renew or RenewType()
    wanted = core.Renewal(sent.automatic, sent.deleteAtExpiration, sent.forced, sent.period, sent.manualPayment)
    await services.change(call.engine, call.caller, _which(call), wanted)


async def _terminate(call: Call) -> str:
    return await services.terminate(call.engine, call.caller, _which(call), call.now)


async def _confirm(call: Call) -> str:
    sent: Farewell = call.body
    why = core.Farewell(sent.reason, sent.futureUse, sent.commentary)
    ended = await services.confirm(call.engine, call.caller, _which(call), sent.token, why)
    return services.confirmed_in_words(call.engine, call.caller, ended)


async def _list(call: Call) -> list[int]:
    return sorted(one.service_id for one in await services.of_caller(call.engine, call.caller))


async def _read(call: Call) -> Service:
    of = await services.read(call.engine, call.caller, _which(call))
    expires, ends, route = of.expires(call.now), of.settings.delete_at_expiration, route_of(of)
    allowed = [core.duration(months) for months in services.periods(call.engine, of, call.now)]
    set_up = core.duration(of.settings.period) if of.settings.period else None
    return Service(
        creationDate=_day(of.created),
        details=[],
        engagementDate=None,
        expirationDate=_day(expires),
        nextBillingDate=None if ends or of.kind == "zone" else _day(of.renewed_on(call.now)),
        plan=Plan(of.plan, PlanProduct(of.kind)),
        quantity=1,
        renew=Renew(
            dayOfMonth=None,
            interval=set_up if set_up in _INTERVALS else None,
            mode="deleteAtExpiration" if ends else "automaticV2016" if of.automatic else "manual",
            possibleIntervals=[each for each in allowed if each in _INTERVALS],
            possibleModes=[*(["automaticV2016"] if of.kind == "domain" else []), "manual", "deleteAtExpiration"],
        ),
        resource=Resource(of.shown, of.name, STATES[of.state]),
        route=ServiceRoute(route.path, route.url, route.vars),
        state="ok" if expires > call.now else "expired",
    )


async def _rename(call: Call) -> None:
    shown = call.body.resource.displayName if call.body.resource else None
    await services.change(call.engine, call.caller, _which(call), core.Renewal(), shown)


ROUTES = (
    Route(method="GET", path=f"{DOMAIN}/serviceInfos", do=_terms, told="Read a name's terms", answer=Terms),
    Route(method="PUT", path=f"{DOMAIN}/serviceInfos", do=_change_terms, told="Change how a name is renewed",
          body=TermsChange),
    Route(method="GET", path=f"{ZONE}/serviceInfos", do=_terms, told="Read a zone's terms", answer=Terms),
    Route(method="PUT", path=f"{ZONE}/serviceInfos", do=_change_terms, told="Change how a zone is renewed",
          body=TermsChange),
    Route(method="POST", path=f"{ZONE}/terminate", do=_terminate, answer=str,
          told="Ask for a zone's termination: a mail brings the link that confirms it", refuses=("expired",)),
    Route(method="POST", path=f"{ZONE}/confirmTermination", do=_confirm, body=Farewell, answer=str,
          told="Confirm a zone's termination", refuses=("expired",)),
    Route(method="GET", path="/service", do=_list, told="List your services", answer=list[int], standing="BETA"),
    Route(method="GET", path=SERVICE, do=_read, told="Read a service", answer=Service, standing="BETA"),
    Route(method="PUT", path=SERVICE, do=_rename, told="Change the name a service is shown by", body=ServiceChange,
          standing="BETA"),
)  # fmt: skip
