"""/service/{serviceId}/renew and /me/autorenew: further years of names, ordered or had automatically (§2.7, §2.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import me, wire, words
from ordain.api.routing import Call, Route, not_offered
from ordain.core.cart import duration_of, years_of
from ordain.core.refusal import Refusal, Refused, invalid, not_found
from ordain.flows import autorenewal, domains, renewals, services

if TYPE_CHECKING:
    from ordain.flows.renewals import Choice

RENEW = "/service/{serviceId}/renew"
RENEW_DAY = 1
"""The contract's renewDay is the day of a month: there is none here, each name has its own."""
ANY_YEARS = range(1, 100)
LONGEST_ID = 18
"""Digits of a number that every database holds."""


class WithOptions(Struct, frozen=True):
    """Filter of GET /service/{serviceId}/renew. No option of a name is paid for by the year."""

    includeOptions: bool | None = None


class RenewedService(Struct, frozen=True):
    """service.renew.Service."""

    serviceId: int
    serviceName: str
    serviceType: str


class RenewPrice(Struct, frozen=True):
    """service.renew.RenewStrategy."""

    price: wire.Price
    priceInUcents: int
    services: list[int]
    servicesDetails: list[RenewedService]


class RenewDescription(Struct, frozen=True):
    """service.renew.RenewDescription."""

    renewPeriod: words.Duration
    strategies: list[RenewPrice]


class Wanted(Struct, frozen=True):
    """What POST /service/{serviceId}/renew is sent."""

    duration: words.Duration
    services: list[int]
    dryRun: bool = False


class RenewOrder(me.Order, frozen=True):
    """service.renew.RenewOrder."""


class Autorenewal(Struct, frozen=True):
    """nichandle.NicAutorenewInfos."""

    active: bool
    lastRenew: words.Instant | None
    renewDay: int


class AutorenewalChange(Struct, frozen=True):
    """nichandle.NicAutorenewInfos. What is not sent stays as it is."""

    active: bool | None = None
    renewDay: int | None = None


def _number(call: Call) -> int:
    """The contract has this id as a text."""
    service_id: str = call.path["serviceId"]
    if not (service_id.isascii() and service_id.isdigit() and len(service_id) <= LONGEST_ID):
        raise not_found(domains.UNKNOWN)
    return int(service_id)


def _described(choice: Choice, patterns: wire.Patterns) -> RenewDescription:
    net, service = choice.quote.total.net, choice.service
    details = [RenewedService(service.service_id, service.name, service.kind)]
    one = RenewPrice(wire.price(net, patterns), net.ucents, [service.service_id], details)
    return RenewDescription(duration_of(choice.years), [one])


async def _choices(call: Call) -> list[RenewDescription]:
    found = await renewals.choices(call.engine, call.caller, _number(call), call.now)
    return [_described(choice, call.engine.price_texts) for choice in found]


async def _renew(call: Call) -> RenewOrder:
    body: Wanted = call.body
    service_id = (await services.read(call.engine, call.caller, _number(call))).service_id
    if service_id not in body.services:
        message = f"services: has to name service {service_id} itself"
        raise invalid(message, "services")
    years = years_of(body.duration, ANY_YEARS)
    if isinstance(years, Refusal):
        message = "duration: Expected years, such as P1Y"
        raise Refused(Refusal("invalid", message, "duration"))
    wanted = renewals.Wanted(services=tuple(body.services), years=years, address=call.address)
    placed = await renewals.order(call.engine, call.caller, wanted, call.now, dry_run=body.dryRun)
    order, texts = placed.order, call.engine.price_texts
    url = "" if body.dryRun else wire.order_url(call.engine.public_url, order)
    return RenewOrder(
        date=wire.instant(order.placed),
        expirationDate=wire.instant(order.expires),
        orderId=0 if body.dryRun else order.order_id,
        password="" if body.dryRun else order.password,
        pdfUrl=url,
        priceWithTax=wire.price(order.price.gross, texts),
        priceWithoutTax=wire.price(order.price.net, texts),
        retractionDate=None,
        tax=wire.price(order.price.tax, texts),
        url=url,
    )


async def _autorenewal(call: Call) -> Autorenewal:
    active, last = await autorenewal.of_account(call.engine, call.caller)
    return Autorenewal(active=active, lastRenew=wire.maybe_instant(last), renewDay=RENEW_DAY)


async def _set_autorenewal(call: Call) -> None:
    body: AutorenewalChange = call.body
    if body.renewDay not in (None, RENEW_DAY):
        message = "renewDay: every name is renewed in time before its own expiry, on no particular day of the month"
        raise invalid(message, "renewDay")
    if body.active is not None:
        await autorenewal.set_active(call.engine, call.caller, call.now, active=body.active)


ROUTES = (
    Route(method="GET", path=RENEW, do=_choices, query=WithOptions, answer=list[RenewDescription],
          told="What a service can be renewed for, and what that costs; out of redemption with its restoration",
          standing="BETA", texts=frozenset({"serviceId"}), refuses=("conflict",)),
    Route(method="POST", path=RENEW, do=_renew, body=Wanted, answer=RenewOrder,
          told="Order further years of services; of one in redemption its restoration too", standing="BETA",
          texts=frozenset({"serviceId"}), refuses=("conflict",)),
    Route(method="GET", path="/me/autorenew", do=_autorenewal, answer=Autorenewal,
          told="Whether your services are renewed automatically, unless they are set otherwise"),
    Route(method="PUT", path="/me/autorenew", do=_set_autorenewal, body=AutorenewalChange,
          told="Have your services renewed automatically, or none of them"),
    not_offered("POST", "/me/autorenew",
                "there is no day of the month: every name is renewed in time before its own expiry"),
)  # fmt: skip
