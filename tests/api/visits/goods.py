"""What is sold: coupons, options, the public catalogue, extensions, trademarks, contacts of names, zones by a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import marks
from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

DIFFERENCES = {
    "PUT /domain/contact/{contactId} body address: ours is AddressChange, the contract's is domain.ContactAddress": (
        "every member is optional: what is not sent stays as it is"
    ),
}

PLAIN = (
    "/order/catalog/formatted",
    "/order/domain/zone",
    "/domain/extensions",
    "/domain/extensions/byCategory",
    "/domain/extensions/highlighted",
    "/domain/extensions/pricingAttributes",
    "/domain/data/extension",
    "/domain/data/smd",
    "/domain/contact",
)
"""Reading that needs nothing more than its path."""

OPTION = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, in an order in which each has something to answer."""
    yield from (Visit(f"GET {path}", path) for path in PLAIN)
    yield from of_carts(world)
    yield from of_zones(world)
    yield from of_owners(world)
    yield from of_extensions()
    yield from of_marks(world)
    contact_id = world.post("/domain/contact", {"legalForm": "individual"}).ok()["id"]
    path = "/domain/contact/{contactId}"
    yield Visit("POST /domain/contact", "/domain/contact", {"firstName": "Ada", "address": {"country": "FR"}})
    yield Visit(f"PUT {path}", f"/domain/contact/{contact_id}", {"lastName": "Martin"})
    yield Visit(f"GET {path}", f"/domain/contact/{contact_id}")


def of_carts(world: World) -> Iterator[Visit]:
    cart_id = world.cart()
    item_id = world.add(cart_id, "taken.fr")
    cart, here = "/order/cart/{cartId}", f"/order/cart/{cart_id}"
    yield Visit(f"POST {cart}/coupon", f"{here}/coupon", {"coupon": "rehearsal"})
    yield Visit(f"GET {cart}/coupon", f"{here}/coupon")
    yield Visit(f"GET {cart}/domain/options", f"{here}/domain/options?domain=taken.fr")
    yield Visit(f"POST {cart}/domain/options", f"{here}/domain/options", {**OPTION, "itemId": item_id})
    yield Visit(f"GET {cart}/dns/options", f"{here}/dns/options?planCode=zone")
    yield Visit(f"GET {cart}/domainRestore", f"{here}/domainRestore?domain=foo.fr")
    yield Visit(f"GET {cart}/domainPacks", f"{here}/domainPacks?domain=foo.fr")
    # With an option and a coupon in it, a cart's own answers are still the contract's.
    [_, option_id] = world.get(f"{here}/item").ok()
    yield Visit(f"GET {cart}/item/{{itemId}}", f"{here}/item/{item_id}")
    yield Visit(f"GET {cart}/item/{{itemId}}", f"{here}/item/{option_id}")
    yield Visit(f"GET {cart}/summary", f"{here}/summary")
    yield Visit(f"DELETE {cart}/coupon", f"{here}/coupon?coupon=REHEARSAL")


def of_zones(world: World) -> Iterator[Visit]:
    zone = "/order/domain/zone"
    yield Visit(f"GET {zone}/new", f"{zone}/new?zoneName=elsewhere.fr&minimized=true")
    yield Visit(f"POST {zone}/new", f"{zone}/new", {"zoneName": "elsewhere.fr", "minimized": True})
    world.pay(world.get("/me/order").ok()[-1]).ok()
    world.deliver()
    yield Visit(f"GET {zone}/{{zoneName}}", f"{zone}/elsewhere.fr")
    yield Visit(f"GET {zone}/{{zoneName}}/dnsAnycast", f"{zone}/elsewhere.fr/dnsAnycast")


def of_owners(world: World) -> Iterator[Visit]:
    world.pay(world.order("held.com")).ok()
    world.deliver()
    path, here = "/order/cartServiceOption/domain", "/order/cartServiceOption/domain/held.com"
    yield Visit(f"GET {path}", path)
    yield Visit(f"GET {path}/{{serviceName}}", here)
    change = {"planCode": "com-trade", "pricingMode": "create-default", "duration": "P0D", "quantity": 1}
    cart_id = world.cart()
    yield Visit(f"POST {path}/{{serviceName}}", here, {"cartId": cart_id, **change})
    yield Visit("GET /order/cart/{cartId}/summary", f"/order/cart/{cart_id}/summary")


def of_extensions() -> Iterator[Visit]:
    catalogue = "/order/catalog/public/domain"
    yield Visit(f"GET {catalogue}", f"{catalogue}?ovhSubsidiary=PL", who=None)
    yield Visit("GET /domain/extensions/{name}", "/domain/extensions/co.uk")
    path = "/domain/extensions/{name}/registryConfigurations"
    yield from (Visit(f"GET {path}", path.format(name=name)) for name in ("fr", "co.uk", "de"))


def of_marks(world: World) -> Iterator[Visit]:
    given = world.post("/domain/data/smd", {"data": marks.smd(marks.xml())}).ok()["id"]
    path, here = "/domain/data/smd/{smdId}", f"/domain/data/smd/{given}"
    yield Visit("GET /domain/data/claimNotice", "/domain/data/claimNotice?domain=claimed.app", who=None)
    yield Visit("POST /domain/data/smd", "/domain/data/smd", {"data": marks.xml("0000002-65535")})
    yield Visit(f"GET {path}", here)
    yield Visit(f"PUT {path}", here, {"data": marks.xml("0000003-65535")})
    yield Visit(f"DELETE {path}", here)
