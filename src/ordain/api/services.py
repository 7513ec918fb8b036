"""/services: domains and zones as services, set up and terminated by the link in a mail (wire-contract §2.8, §5.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core import service as core
from ordain.core.refusal import invalid
from ordain.flows import services

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

SERVICE = "/services/{serviceId}"

Action = Annotated[str, words.enum("services.expanded.Lifecycle.ActionEnum")]
Mode = Annotated[str, words.enum("services.expanded.Renew.ModeEnum")]


class ByResource(Struct, frozen=True):
    """Filters of GET /services, and the order of what they leave."""

    orderBy: str | None = None
    resourceName: str | None = None
    routes: str | None = None
    sort: str | None = None


class KeyValue(Struct, frozen=True):
    """complexType.SafeKeyValue<string>."""

    key: str
    value: str


class LifecycleCapacities(Struct, frozen=True):
    """services.expanded.Lifecycle.Capacities."""

    actions: list[Action]


class LifecycleCurrent(Struct, frozen=True):
    """services.expanded.Lifecycle.Current."""

    creationDate: words.Instant | None
    pendingActions: list[Action]
    state: Annotated[str, words.enum("services.expanded.Lifecycle.StateEnum")]
    terminationDate: words.Instant | None


class Lifecycle(Struct, frozen=True):
    """services.expanded.Lifecycle."""

    capacities: LifecycleCapacities
    current: LifecycleCurrent


class Plan(Struct, frozen=True):
    """services.expanded.Plan."""

    code: str
    invoiceName: str


class RenewCapacities(Struct, frozen=True):
    """services.expanded.Renew.Capacities."""

    mode: list[Mode]


class RenewCurrent(Struct, frozen=True):
    """services.expanded.Renew.Current."""

    mode: Mode | None
    nextDate: words.Instant | None
    period: words.Duration | None


class Renew(Struct, frozen=True):
    """services.expanded.Renew."""

    capacities: RenewCapacities
    current: RenewCurrent


class Billing(Struct, frozen=True):
    """services.expanded.Billing. Nothing is bound for a time, and prices are told where something is ordered."""

    engagement: Annotated[dict[str, Any], words.named("services.expanded.EngagementSummary")] | None
    engagementRequest: Annotated[dict[str, Any], words.named("services.expanded.EngagementRequestSummary")] | None
    expirationDate: words.Instant | None
    group: Annotated[dict[str, Any], words.named("services.expanded.Group")] | None
    lifecycle: Lifecycle | None
    nextBillingDate: words.Instant | None
    plan: Plan | None
    pricing: Annotated[dict[str, Any], words.named("services.billing.Pricing")] | None
    renew: Renew | None


class ServiceContact(Struct, frozen=True):
    """services.expanded.Customer.Contact."""

    customerCode: str
    type: Annotated[str, words.enum("services.expanded.Customer.Contact.TypeEnum")]


class Customer(Struct, frozen=True):
    """services.expanded.Customer."""

    contacts: list[ServiceContact]


class Product(Struct, frozen=True):
    """services.expanded.Product."""

    description: str
    name: str


class Resource(Struct, frozen=True):
    """services.expanded.Resource."""

    displayName: str
    name: str
    product: Product | None
    resellingProvider: Annotated[str, words.enum("services.expanded.ResellingProviderEnum")] | None
    state: Annotated[str, words.enum("services.expanded.Resource.StateEnum")]


class ServiceRoute(Struct, frozen=True):
    """services.expanded.Route."""

    path: str | None
    url: str | None
    vars: list[KeyValue]


class Service(Struct, frozen=True):
    """services.expanded.Service."""

    billing: Billing
    customer: Customer
    parentServiceId: int | None
    resource: Resource
    route: ServiceRoute | None
    serviceId: int
    tags: list[str]


class RenewChange(Struct, frozen=True):
    """services.update.Service.Renew."""

    mode: Mode | None = None
    period: words.Text | None = None


class Change(Struct, frozen=True):
    """services.update.Service."""

    displayName: words.Text | None = None
    renew: RenewChange | None = None
    terminationPolicy: Annotated[str, words.enum("services.expanded.terminationPolicyEnum")] | None = None


class TerminationAnswer(Struct, frozen=True):
    """services.terminate.TerminationAnswer."""

    message: str


class Confirmation(Struct, frozen=True):
    """services.terminate.ConfirmServiceTerminationRequest."""

    token: Annotated[str, Meta(max_length=255, extra={"model": "password"})]


PRODUCTS: dict[core.Kind, Product] = {
    "domain": Product("Domain name", "domain"),
    "zone": Product("DNS zone", "zone"),
}


STATES: dict[core.State, str] = {"active": "active", "ending": "toDelete", "deleted": "deleted"}


def route_of(of: core.Service) -> ServiceRoute:
    """Where in the API a service is found."""
    path, var = core.ROUTES[of.kind]
    return ServiceRoute(path, path.replace(f"{{{var}}}", of.name), [KeyValue(var, of.name)])


def service(of: core.Service, now: datetime) -> Service:
    """A service in full."""
    contacts = (("administrator", of.admin), ("billing", of.nic), ("technical", of.tech))
    return Service(
        billing=_billing(of, now),
        customer=Customer([ServiceContact(nic, kind) for kind, nic in contacts]),
        parentServiceId=None,
        resource=Resource(of.shown, of.name, PRODUCTS[of.kind], None, STATES[of.state]),
        route=route_of(of),
        serviceId=of.service_id,
        tags=[],
    )


def _billing(of: core.Service, now: datetime) -> Billing:
    expires = wire.instant(of.expires(now))
    ends, set_up = of.settings.delete_at_expiration, of.settings.period
    state = _state(of, now)
    pending = [name for name, so in (("terminate", of.state == "ending"), ("terminateAtExpirationDate", ends)) if so]
    return Billing(
        engagement=None,
        engagementRequest=None,
        expirationDate=expires,
        group=None,
        lifecycle=Lifecycle(
            LifecycleCapacities(["terminate", "terminateAtExpirationDate"]),
            LifecycleCurrent(
                creationDate=wire.instant(of.created),
                pendingActions=pending,
                state=state,
                terminationDate=expires if ends else None,
            ),
        ),
        nextBillingDate=None if ends or of.kind == "zone" else wire.instant(of.renewed_on(now)),
        plan=Plan(of.plan, PRODUCTS[of.kind].description if of.kind == "zone" else f".{of.plan}"),
        pricing=None,
        renew=Renew(
            RenewCapacities(["manual"] if of.kind == "zone" else ["automatic", "manual"]),
            RenewCurrent(
                "automatic" if of.automatic else "manual",
                None if ends else wire.instant(of.renewed_on(now)),
                core.duration(set_up) if set_up else None,
            ),
        ),
    )


def _state(of: core.Service, now: datetime) -> str:
    if of.state == "deleted":
        return "terminated"
    if of.expires(now) <= now:
        return "unrenewed"
    return "unpaid" if of.unpaid and not of.renewing else "active"


# What GET /services can be ordered by. The contract takes any text, and does not say which mean something.
_BY: dict[str, Callable[[core.Service, datetime], Any]] = {
    "serviceId": lambda of, _: of.service_id,
    "resourceName": lambda of, _: of.name,
    "creationDate": lambda of, _: of.created,
    "expirationDate": lambda of, now: of.expires(now),
    "nextBillingDate": lambda of, now: of.renewed_on(now),
}
_SORTS = {"ASC": False, "DESC": True}


async def _list(call: Call) -> list[int]:
    wanted: ByResource = call.query
    by, sort = wanted.orderBy or "serviceId", (wanted.sort or "ASC").upper()
    for name, value, known in (("orderBy", by, _BY), ("sort", sort, _SORTS)):
        if value not in known:
            message = f"{name}: Expected one of {', '.join(known)}"
            raise invalid(message, name)
    routes = wanted.routes.split(",") if wanted.routes else None
    found = [
        one
        for one in await services.of_caller(call.engine, call.caller)
        if (wanted.resourceName is None or one.name == wanted.resourceName.lower())
        and (routes is None or core.ROUTES[one.kind][0] in routes)
    ]
    found.sort(key=lambda one: (_BY[by](one, call.now), one.service_id), reverse=_SORTS[sort])
    return [one.service_id for one in found]


async def _read(call: Call) -> Service:
    return service(await services.read(call.engine, call.caller, call.path["serviceId"]), call.now)


def _months(period: str | None) -> int | None:
    if period is None:
        return None
    match = re.fullmatch(r"P([1-9][0-9]?)([YM])", period)
    if match is None:
        message = "renew.period: Expected a duration such as P1Y"
        raise invalid(message, "renew.period")
    return int(match[1]) * (12 if match[2] == "Y" else 1)


async def _change(call: Call) -> None:
    body: Change = call.body
    if body.terminationPolicy == "terminateAtEngagementDate":
        message = "terminationPolicy: nothing here is bound for a time"
        raise invalid(message, "terminationPolicy")
    ends = None if body.terminationPolicy is None else body.terminationPolicy == "terminateAtExpirationDate"
    renew = body.renew or RenewChange()
    automatic = None if renew.mode is None else renew.mode == "automatic"
    sent = core.Renewal(automatic, ends, period=_months(renew.period))
    await services.change(call.engine, call.caller, call.path["serviceId"], sent, body.displayName)


async def _options(call: Call) -> list[Service]:
    await services.read(call.engine, call.caller, call.path["serviceId"])
    return []


async def _periods(call: Call) -> list[str]:
    of = await services.read(call.engine, call.caller, call.path["serviceId"])
    return [core.duration(months) for months in services.periods(call.engine, of, call.now)]


async def _terminate(call: Call) -> TerminationAnswer:
    said = await services.terminate(call.engine, call.caller, call.path["serviceId"], call.now)
    return TerminationAnswer(said)


async def _confirm(call: Call) -> TerminationAnswer:
    which, token = call.path["serviceId"], call.body.token
    ended = await services.confirm(call.engine, call.caller, which, token, core.Farewell())
    return TerminationAnswer(services.confirmed_in_words(call.engine, call.caller, ended))


ROUTES = (
    Route(method="GET", path="/services", do=_list, told="List your services", query=ByResource, answer=list[int],
          standing="BETA"),
    Route(method="GET", path=SERVICE, do=_read, told="Read a service", answer=Service, standing="BETA"),
    Route(method="PUT", path=SERVICE, do=_change, told="Set a service up", body=Change, standing="BETA"),
    Route(method="GET", path=f"{SERVICE}/options", do=_options, told="List a service's options", answer=list[Service],
          standing="BETA"),
    Route(method="GET", path=f"{SERVICE}/renewPeriodCapacities", do=_periods, answer=list[words.Duration],
          told="List what a service can be renewed for", standing="BETA"),
    Route(method="POST", path=f"{SERVICE}/terminate", do=_terminate, answer=TerminationAnswer,
          told="Ask for a service's termination: a mail brings the link that confirms it", standing="BETA",
          refuses=("expired",)),
    Route(method="POST", path=f"{SERVICE}/terminate/confirm", do=_confirm, body=Confirmation, answer=TerminationAnswer,
          told="Confirm a service's termination", standing="BETA", refuses=("expired",)),
)  # fmt: skip
