"""Who may do what in the back office: each page and each call by its right, and each role with what it comes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.api.routes import OWN_ROUTES
from ordain.core.staff import ROLES, Right
from ordain.flows import staff
from ordain.web import site
from tests.flows.shop import bought
from tests.web.people import signed_in

if TYPE_CHECKING:
    from tests.world import World

PAGES: dict[str, dict[Right | None, tuple[str, ...]]] = {
    "GET": {
        None: ("",),
        "staff": ("/staff",),
        "audit": ("/audit",),
        "registries": ("/registries",),
        "orders": ("/charts", "/charts/{name}.svg", "/orders", "/orders/{id:number}", "/tasks", "/tasks/{id:number}"),
        "customers": ("/customers", "/customers/{nic}"),
        "money": ("/orders/{id:number}/refund/{item:number}", "/refunds"),
        "brand": ("/brand",),
        "catalogue": (
            "/catalogue", "/catalogue/{name}", "/catalogue/{name}/sale", "/catalogue/{name}/rule", "/edits",
            "/promotions", "/promotion", "/margins", "/margin",
        ),
    },
    "POST": {
        "staff": ("/staff", "/staff/let-go"),
        "registries": ("/registries",),
        "orders": (
            "/orders/{id:number}/cancel", "/orders/{id:number}/mail", "/tasks", "/tasks/{id:number}/mend",
            "/tasks/{id:number}/cancel",
        ),
        "customers": tuple(f"/customers/{{nic}}/{what}" for what in ("sign-out", "withdraw", "block", "unblock")),
        "money": ("/customers/{nic}/credit", "/orders/{id:number}/refund/{item:number}"),
        "approve": ("/refunds",),
        "brand": ("/brand",),
        "catalogue": (
            "/catalogue/{name}/price", "/catalogue/{name}/sale", "/catalogue/{name}/rule/try",
            "/edits/{number:number}/withdraw", "/promotion", "/margin",
        ),
    },
}  # fmt: skip
"""Below /office."""

WHY = {"reason": "as a try"}
CALLS: dict[Right | None, dict[str, object]] = {
    None: {"GET /overview": None},
    "orders": {
        "GET /search?q=x": None,
        "GET /orders": None,
        "GET /orders/{orderId}": None,
        "POST /orders/{orderId}/cancel": WHY,
        "POST /customers/{nichandle}/mails/{id}/again": None,
        "GET /tasks": None,
        "GET /tasks/{id}": None,
        "POST /tasks/{id}/relaunch": None,
        "POST /tasks/{id}/argument": {"key": "x", "value": "x"},
        "POST /tasks/{id}/cancel": WHY,
        "GET /charts": None,
    },
    "customers": {
        "GET /customers?q=x": None,
        "GET /customers/{nichandle}": None,
        "POST /customers/{nichandle}/sessions/end": None,
        "DELETE /customers/{nichandle}/credentials/{credentialId}": None,
        "POST /customers/{nichandle}/block": WHY,
        "POST /customers/{nichandle}/unblock": None,
    },
    "money": {
        "GET /requests": None,
        "POST /requests": {**WHY, "nichandle": "x", "kind": "credit", "balance": "x", "amount": 1},
    },
    "approve": {"POST /requests/{id}/approve": None, "POST /requests/{id}/refuse": None},
    "registries": {"GET /registries": None, "POST /registries/{registry}/ask": None},
    "catalogue": {
        "POST /edit/{id}/withdraw": WHY,
        "POST /price": {**WHY, "extension": "x", "currency": "EUR", "action": "create", "price": "1.00"},
        "POST /sale": {**WHY, "extension": "x", "on": True},
        "POST /promotion": {**WHY, "name": "x", "promotion": None},
        "POST /margin": {**WHY, "name": "x", "margin": None},
        "GET /extension": None,
        "GET /extension/{name}": None,
        "GET /extension/{name}/rule/{action}": None,
        "POST /extension/{name}/rule/{action}/try": {"facts": {}},
        "GET /edit": None,
        "GET /edit/{id}": None,
        "GET /promotion": None,
        "GET /margin": None,
    },
    "brand": {"GET /brand": None, "POST /brand": {**WHY, "brand": {"name": ""}}},
    "staff": {
        "GET /staff": None,
        "POST /staff": {"nichandle": "x", "role": "support"},
        "DELETE /staff/{nichandle}": None,
    },
    "audit": {"GET /audit": None, "GET /audit/proof": None},
}
"""Below /ordain/v1/office, with a body that is heard."""
NOBODYS = {
    "{nic}": "x", "{name}": "x", "{id:number}": "1", "{item:number}": "1", "{number:number}": "1", "{orderId}": "1",
    "{nichandle}": "x", "{id}": "1", "{credentialId}": "1", "{registry}": "x", "{action}": "create",
}  # fmt: skip
"""What stands in a path, so that nothing is done to anybody."""


def filled(path: str) -> str:
    for place, value in NOBODYS.items():
        path = path.replace(place, value)
    return path


def test_every_page_and_call_of_the_back_office_is_in_these_tables() -> None:
    office = [page for page in site.PAGES if page.path.startswith("/office")]
    assert {(page.method, page.path, page.right) for page in office} == {
        (method, f"/office{path}", right)
        for method, of in PAGES.items()
        for right, paths in of.items()
        for path in paths
    }
    assert all(page.right or page.staff for page in office)
    assert not [page for page in site.PAGES if (page.right or page.staff) and page not in office]
    told = {f"{route.method} {route.path}" for route in OWN_ROUTES if "/office" in route.path}
    assert told == {
        call.replace(" ", " /ordain/v1/office").partition("?")[0] for calls in CALLS.values() for call in calls
    }


@pytest.mark.parametrize("role", ["", *ROLES])
def test_a_role_opens_what_it_comes_with_and_nothing_else(world: World, role: str) -> None:
    if role:
        world.runner.run(staff.take_on(world.engine, world.nics["ursula"], role, world.now))
    visitor = signed_in(world, "ursula")
    token = visitor.filled(visitor.open("/account/password"), "/account/password")["csrf"]

    def lets_in(right: Right | None) -> bool:
        return bool(role) and (right is None or right in ROLES[role])

    for right, paths in PAGES["GET"].items():
        for path in paths:
            assert (visitor.open(filled(f"/office{path}")).status_code != 403) is lets_in(right), path
    for right, paths in PAGES["POST"].items():
        for path in paths:
            answer = visitor.send(filled(f"/office{path}"), {"csrf": token})
            assert (answer.status_code != 403) is lets_in(right), path
    for right, calls in CALLS.items():
        for call, body in calls.items():
            method, _, path = call.partition(" ")
            path, _, query = filled(path).partition("?")
            asked = dict([query.split("=")]) if query else {}
            said = world.call(method, f"/ordain/v1/office{path}", "ursula", query=asked, body=body)
            assert (said.status != 403) is lets_in(right), (call, said.body)


def test_the_overview_tells_of_customers_to_those_who_may_see_them(world: World) -> None:
    bought(world, "refused.fr")
    world.deliver()
    for role, told in (("support", ["refused.fr"]), ("catalogue", [])):
        world.runner.run(staff.take_on(world.engine, world.nics["ursula"], role, world.now))
        errors = world.get("/ordain/v1/office/overview", "ursula").ok()["errors"]
        assert [task["domain"] for task in errors] == told
        assert ("refused.fr" in signed_in(world, "ursula").open("/office").text) is bool(told)


def test_whoever_is_let_go_is_out_at_once(world: World) -> None:
    nic = world.nics["ursula"]
    world.runner.run(staff.take_on(world.engine, nic, "support", world.now))
    visitor = signed_in(world, "ursula")
    assert visitor.open("/office/orders").status_code == 200
    assert world.get("/ordain/v1/office/orders", "ursula").status == 200
    world.runner.run(staff.let_go(world.engine, nic))
    assert visitor.open("/office/orders").status_code == 403
    assert world.get("/ordain/v1/office/orders", "ursula").status == 403
