"""Mails, services, their terms and their termination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.contract import Visit
from tests.api.termination import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

PARTLY = "every member is optional: what is not sent stays as it is"

DIFFERENCES: dict[str, str] = {}
"""Every difference there is, with its reason."""


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, in an order in which each has something to answer."""
    name = "terminated.fr"
    world.pay(world.order(name)).ok()
    world.deliver()
    [mail_id, *_] = world.get("/me/notification/email/history").ok()
    [of_domain] = world.get("/services", resourceName=name, routes="/domain/{serviceName}").ok()
    [of_zone] = world.get("/services", resourceName=name, routes="/domain/zone/{zoneName}").ok()
    yield Visit("GET /me/notification/email/history", "/me/notification/email/history")
    yield Visit("GET /me/notification/email/history/{id}", f"/me/notification/email/history/{mail_id}")
    terms: dict[str, Any] = {"renew": {"automatic": False, "deleteAtExpiration": True, "forced": False, "period": 12}}
    for what, path in (
        ("/domain/{serviceName}", f"/domain/{name}"),
        ("/domain/zone/{zoneName}", f"/domain/zone/{name}"),
    ):
        yield Visit(f"PUT {what}/serviceInfos", f"{path}/serviceInfos", terms)
        yield Visit(f"GET {what}/serviceInfos", f"{path}/serviceInfos")
    for old in ("/service", "/services"):
        change = {"displayName": "Our name"}
        yield Visit(f"GET {old}", old)
        yield Visit(
            f"PUT {old}/{{serviceId}}", f"{old}/{of_domain}", {"resource": change} if old == "/service" else change
        )
        yield Visit(f"GET {old}/{{serviceId}}", f"{old}/{of_domain}")
    yield Visit("GET /service/{serviceId}/renew", f"/service/{of_domain}/renew")
    renewal = {"duration": "P2Y", "services": [of_domain], "dryRun": False}
    yield Visit("POST /service/{serviceId}/renew", f"/service/{of_domain}/renew", renewal)
    yield Visit("PUT /me/autorenew", "/me/autorenew", {"active": True, "renewDay": 1})
    yield Visit("GET /services/{serviceId}/options", f"/services/{of_zone}/options")
    yield Visit("GET /services/{serviceId}/renewPeriodCapacities", f"/services/{of_zone}/renewPeriodCapacities")
    yield Visit("POST /services/{serviceId}/terminate", f"/services/{of_domain}/terminate")
    token = {"token": token_of(world)}
    yield Visit("POST /services/{serviceId}/terminate/confirm", f"/services/{of_domain}/terminate/confirm", token)
    yield Visit("POST /domain/zone/{zoneName}/terminate", f"/domain/zone/{name}/terminate")
    farewell = {"token": token_of(world), "reason": "OTHER", "futureUse": "OTHER", "commentary": "Thank you"}
    yield Visit("POST /domain/zone/{zoneName}/confirmTermination", f"/domain/zone/{name}/confirmTermination", farewell)
