"""/renewal/{serviceId}: where mails about an expiry lead: what further years cost, ordered and paid at once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ordain.core.account import acting
from ordain.core.refusal import Refused
from ordain.flows import domains, payments, renewals, services
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.flows.renewals import Choice
    from ordain.web.page import Visit

PATH = "/renewal/{service:number}"


async def _show(visit: Visit) -> Response:
    return await _shown(visit, {})


async def _shown(visit: Visit, problems: dict[str, str]) -> Response:
    caller = acting(visit.session.account, visit.now)
    service = await services.read(visit.engine, caller, visit.path["service"])
    choices = await renewals.choices(visit.engine, caller, service.service_id, visit.now)
    held = await domains.domain(visit.engine, caller, service.name) if service.kind == "domain" else None
    return visit.show(
        "renewal.html",
        status=400 if problems else 200,
        service=service,
        deleted=held is not None and held.deleted is not None,
        day=visit.texts.day(service.expires(visit.now).date()),
        choices=[(str(choice.years), _told(visit, choice)) for choice in choices],
        problems=problems,
    )


def _told(visit: Visit, choice: Choice) -> str:
    amount = visit.texts.amount(choice.quote.total.gross)
    return visit.language.say("%(months)d months: %(amount)s", months=12 * choice.years, amount=amount)


async def _order(visit: Visit) -> Response:
    """Order, pay with what the account prefers, and show the order: paid, or what its payment waits for."""
    years = visit.form.get("years", "")
    if not (years.isascii() and years.isdigit() and len(years) <= 2):
        return await _shown(visit, {"years": visit.language.say("Choose for how long")})
    caller = acting(visit.session.account, visit.now)
    wanted = renewals.Wanted(services=(visit.path["service"],), years=int(years), address=visit.address)
    placed = await renewals.order(visit.engine, caller, wanted, visit.now, dry_run=False)
    order, chosen = placed.order, await payments.preferred(visit.engine, placed.order.nic)
    with suppress(Refused):  # the order stands, and its page says that it waits
        await payments.pay(visit.engine, caller, order.order_id, chosen, visit.now)
    return visit.go(f"/order/{order.order_id}?orderPassword={order.password}")


PAGES = (
    Page(method="GET", path=PATH, do=_show, signed_in=True),
    Page(method="POST", path=PATH, do=_order, signed_in=True),
)
