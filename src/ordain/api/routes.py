"""Every route there is: the declarations of each area, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.api import (
    account,
    auth,
    coupons,
    credentials,
    domain,
    domain_contacts,
    extensions,
    me,
    money,
    oauth2,
    options,
    order,
    owner_change,
    price_list,
    rules,
    trademarks,
    zone,
    zone_extras,
    zone_history,
    zone_orders,
)

if TYPE_CHECKING:
    from ordain.api.routing import Route

AREAS = (
    account,
    auth,
    coupons,
    credentials,
    domain,
    domain_contacts,
    extensions,
    me,
    money,
    oauth2,
    options,
    order,
    owner_change,
    price_list,
    rules,
    trademarks,
    zone,
    zone_extras,
    zone_history,
    zone_orders,
)

ROUTES: tuple[Route, ...] = tuple(route for area in AREAS for route in area.ROUTES)
