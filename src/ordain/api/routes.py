"""Every route there is: the declarations of each area, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.api import (
    account,
    agreements,
    auth,
    contact_changes,
    coupons,
    credentials,
    dns_tasks,
    domain,
    domain_configurations,
    domain_contacts,
    domain_keys,
    domain_servers,
    extensions,
    item_forms,
    me,
    money,
    new_account,
    notification,
    oauth2,
    office,
    office_edits,
    office_figures,
    office_market,
    office_people,
    options,
    order,
    owner_change,
    owner_consents,
    price_list,
    purchases,
    rehearsal,
    rules,
    running,
    search,
    service_renewals,
    service_terms,
    services,
    sessions,
    spending,
    tasks,
    trademarks,
    v2,
    webhooks,
    zone,
    zone_extras,
    zone_history,
    zone_orders,
    zone_plans,
)

if TYPE_CHECKING:
    from ordain.api.routing import Route

AREAS = (
    account,
    agreements,
    auth,
    contact_changes,
    coupons,
    credentials,
    dns_tasks,
    domain,
    domain_configurations,
    domain_contacts,
    domain_keys,
    domain_servers,
    extensions,
    me,
    money,
    new_account,
    notification,
    oauth2,
    options,
    order,
    owner_change,
    price_list,
    rules,
    service_renewals,
    service_terms,
    services,
    tasks,
    trademarks,
    v2,
    zone,
    zone_extras,
    zone_history,
    zone_orders,
)

LEFT_OUT = {
    f"{method} /order/cart/{{cartId}}/{path}": "removed from the API in 2022: transfers are ordered by …/domain"
    for path in ("domainTransfer", "domainTransfer/options")
    for method in ("GET", "POST")
}
"""Routes that the contract knows and Ordain has not, each with the reason."""

OWN_AREAS = (
    item_forms, office, office_edits, office_figures, office_market, office_people, owner_consents, purchases,
    rehearsal, running, search, sessions, spending, webhooks, zone_plans,
)  # fmt: skip
"""What the contract knows nothing of, under a prefix of ours."""

OWN_ROUTES: tuple[Route, ...] = tuple(route for area in OWN_AREAS for route in area.ROUTES)
"""Beside those of the contract: described in /openapi.json, and not in the console's pages."""

ROUTES: tuple[Route, ...] = tuple(route for area in AREAS for route in area.ROUTES)
