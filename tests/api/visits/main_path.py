"""The main path: carts, orders, contacts, names and zones as they are ordered, paid, delivered and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

NEEDED = "a contact without it can own no name; the contract marks every member of every body of /me as optional"
ID = "the type is that of the answer; what is sent as id is not looked at"
PARTLY = "every member is optional: what is not sent stays as it is"
PARTY = "POST /domain/configurationRule/check body"
FACTS = "any object is taken: what is missing in it is what the rule is asked about"
TAGS = "there are no tags to filter by"
SETTINGS = "seen in live answers and in the sample, always with a value"
EMPTY = "never anything but empty or null: promotions are lines of their own (GIFT)"

DIFFERENCES = {
    "GET /domain query iamTags: only the contract has it": TAGS,
    f"{PARTY} adminAccount: ours is map[string]Any, the contract's is nichandle.Nichandle": FACTS,
    f"{PARTY} domain: ours is map[string]Any, the contract's is domain.Data": FACTS,
    f"{PARTY} owner: ours is map[string]Any, the contract's is domain.Contact": FACTS,
    f"{PARTY} techAccount: ours is map[string]Any, the contract's is nichandle.Nichandle": FACTS,
    "POST /me/contact body address: required here": NEEDED,
    "POST /me/contact body email: required here": NEEDED,
    "POST /me/contact body firstName: required here": NEEDED,
    "POST /me/contact body language: required here": NEEDED,
    "POST /me/contact body lastName: required here": NEEDED,
    "POST /me/contact body legalForm: required here": NEEDED,
    "POST /me/contact body id: only ours has it": ID,
    "PUT /me/contact/{contactId} body id: only ours has it": ID,
    "PUT /me/contact/{contactId} body address: ours is AddressChange, the contract's is me.contact.Address": PARTLY,
    "POST /order/cart/{cartId}/item/{itemId}/configuration body value: ours is string | boolean | long | double, "
    "the contract's is text": "clients in the wild send booleans and numbers (wire-contract §8.4)",
    "domain.configuration.rules.Constraint.operator: never null here": "a constraint without an operator says nothing",
    "domain.configuration.rules.Rule.constraints: never null here": "an empty list, as in the published rules",
    "order.OrderDetail.reductions: ours is Any[], the contract's is order.Reduction[]": EMPTY,
    "order.cart.ItemSettings.catalogName: never null here": SETTINGS,
    "order.cart.ItemSettings.domain: never null here": SETTINGS,
    "order.cart.ProductInformation.reason: only ours has it": "why a name cannot be had (docs/divergences.md)",
}
"""Every difference there is, with its reason."""

ROUTES = (
    "GET /me",
    "GET /me/contact",
    "POST /me/contact",
    "GET /me/contact/{contactId}",
    "PUT /me/contact/{contactId}",
    "GET /order/cart",
    "POST /order/cart",
    "GET /order/cart/{cartId}",
    "PUT /order/cart/{cartId}",
    "DELETE /order/cart/{cartId}",
    "POST /order/cart/{cartId}/assign",
    "GET /order/cart/{cartId}/domain",
    "POST /order/cart/{cartId}/domain",
    "GET /order/cart/{cartId}/dns",
    "POST /order/cart/{cartId}/dns",
    "GET /order/cart/{cartId}/item",
    "GET /order/cart/{cartId}/item/{itemId}",
    "PUT /order/cart/{cartId}/item/{itemId}",
    "DELETE /order/cart/{cartId}/item/{itemId}",
    "GET /order/cart/{cartId}/item/{itemId}/requiredConfiguration",
    "GET /order/cart/{cartId}/item/{itemId}/configuration",
    "POST /order/cart/{cartId}/item/{itemId}/configuration",
    "GET /order/cart/{cartId}/item/{itemId}/configuration/{configurationId}",
    "DELETE /order/cart/{cartId}/item/{itemId}/configuration/{configurationId}",
    "GET /order/cart/{cartId}/summary",
    "GET /order/cart/{cartId}/checkout",
    "POST /order/cart/{cartId}/checkout",
    "GET /me/order",
    "GET /me/order/{orderId}",
    "GET /me/order/{orderId}/details",
    "GET /me/order/{orderId}/details/{orderDetailId}",
    "GET /me/order/{orderId}/availableRegisteredPaymentMean",
    "POST /me/order/{orderId}/payWithRegisteredPaymentMean",
    "GET /me/order/{orderId}/status",
    "GET /me/order/{orderId}/followUp",
    "GET /me/task/domain",
    "GET /me/task/domain/{id}",
    "GET /domain",
    "GET /domain/{serviceName}",
    "GET /domain/configurationRule",
    "POST /domain/configurationRule/check",
)


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, in an order in which each has something to answer."""
    contact = {
        "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
        "email": "camille@world.example",
        "firstName": "Camille",
        "language": "fr_FR",
        "lastName": "Martin",
        "legalForm": "individual",
        "birthDay": "1990-05-17",
        "birthCity": "Roubaix",
        "birthCountry": "FR",
        "birthZip": "59100",
        "phone": "+33.320000000",
    }
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    contact_id = world.post("/me/contact", contact).ok()["id"]
    configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    order_id = world.order("delivered.fr", "slow.com")
    world.pay(order_id).ok()
    world.deliver()
    detail_id = world.get(f"/me/order/{order_id}/details").ok()[0]
    task_id = world.get("/me/task/domain").ok()[0]
    zone = {"duration": "P1Y", "planCode": "zone", "pricingMode": "default", "quantity": 1}
    bodies: dict[str, dict[str, Any]] = {
        "POST /order/cart": {"ovhSubsidiary": "FR"},
        "PUT /order/cart/{cartId}": {"description": "another"},
        "POST /order/cart/{cartId}/domain": {"domain": "baz.fr"},
        "POST /order/cart/{cartId}/dns": zone,
        "PUT /order/cart/{cartId}/item/{itemId}": {"duration": "P2Y"},
        "POST /order/cart/{cartId}/item/{itemId}/configuration": {"label": "OWNER_LEGAL_AGE", "value": True},
        "POST /domain/configurationRule/check": {"owner": contact},
        "POST /me/contact": contact,
        "PUT /me/contact/{contactId}": {"phone": "+33.320000001"},
        "POST /me/order/{orderId}/payWithRegisteredPaymentMean": {"paymentMean": "ovhAccount"},
    }
    places = {
        "cartId": cart_id, "itemId": item_id, "configurationId": configuration_id, "contactId": contact_id,
        "orderId": order_id, "orderDetailId": detail_id, "serviceName": "delivered.fr",
    }  # fmt: skip
    # What takes something away comes last, and what takes the whole away at the very end.
    order = {name: (name.startswith("DELETE"), name.endswith("/{cartId}"), -len(name)) for name in ROUTES}
    for name in sorted(ROUTES, key=order.__getitem__):
        method, path = name.split(" ")
        here = {**places, "id": task_id}
        if path.endswith("/payWithRegisteredPaymentMean"):
            here["orderId"] = world.order("paid.fr")
        if path.endswith("/checkout"):
            here["cartId"] = world.cart()
            world.add(here["cartId"], f"{method.lower()}.fr")
        if method == "DELETE" and path.endswith("/{itemId}"):
            here["itemId"] = world.add(cart_id, "leaving.fr")
        asks = name == "GET /order/cart/{cartId}/domain" or "configurationRule" in path
        query = "?action=create&domain=baz.fr" if asks else ""
        yield Visit(name, path.format(**here) + query, bodies.get(name))
