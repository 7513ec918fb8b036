"""Whatever one account has, no page of another's shows or changes: it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.web import site
from tests.flows.shop import first_task
from tests.flows.test_renewals import delivered, service_id
from tests.web.people import signed_in

if TYPE_CHECKING:
    from tests.world import World

OPEN_TO_ALL = (
    "/brand/{version}/logo", "/brand/{version}/style.css", "/contracts/{id}/{version}", "/zone-file/{token}",
    "/zones/{name}/example",
)  # fmt: skip
"""What is nobody's, or opens by a secret in its address."""
NOT_SHOWN = (
    "/bill/{number}.pdf",
    "/cart/items/{item:number}",
    "/order/{id:number}/payment",
    "/order/{id:number}/events",
)
"""What its owner opens with more than its path, or without end."""
FORMS = {"lock": "locked", "automatic": "yes", "why": "x", "session": "x", "record": "1"}


def test_no_page_knows_what_another_account_has(world: World) -> None:
    """Every page with something of an account in its path, with what Camille has, opened and sent by Dieter."""
    delivered(world)
    order_id = world.order("bar.com")
    [paid] = [one for one in world.get("/me/order").ok() if one != order_id]
    task = first_task(world, paid)
    key = world.get("/auth/currentCredential").ok()["credentialId"]
    contact = world.get("/me/contact").ok()[0]
    record = world.get("/domain/zone/foo.com/record").ok()[0]
    known: dict[str, dict[str, object]] = {
        "/contacts/{id:number}": {"{id:number}": contact},
        "/keys/{id:number}": {"{id:number}": key},
        "/zones/{name}/records": {"{id:number}": record},
        "/orders/": {"{id:number}": paid, "{task:number}": task.task_id},
        "/order/": {"{id:number}": order_id},
        "/renewal/": {"{service:number}": service_id(world, "foo.com")},
        "/bill/": {"{number}": "FR1"},
        "/cart/": {"{item:number}": world.add(world.cart(), "baz.com")},
        "/domains/": {},
        "/zones/": {"{at}": "2026-11-23T12:00:00Z"},
    }
    camille, dieter = signed_in(world), signed_in(world, "dieter")
    token = dieter.filled(dieter.open("/account/password"), "/account/password")["csrf"]
    for page in site.PAGES:
        if "{" not in page.path or page.path.startswith("/office") or page.path in OPEN_TO_ALL:
            continue
        values = {"{name}": "foo.com"}
        for start, more in known.items():
            if page.path.startswith(start):
                values |= {place: str(value) for place, value in more.items()}
        there = page.path
        for place, value in values.items():
            there = there.replace(place, value)
        assert "{" not in there, page.path
        if page.method == "GET":
            assert dieter.open(there).status_code == 404, there
            assert page.path in NOT_SHOWN or camille.open(there).status_code == 200, there
        else:
            assert dieter.send(there, {"csrf": token, **FORMS}).status_code == 404, there
