"""Our refusals as the exceptions of the unmodified `ovh` package, which tell by status and error code."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import ovh
import pytest
from msgspec import structs

from tests.clients.driven import made
from tests.engines import run

if TYPE_CHECKING:
    from ordain.flows.applications import Keys
    from tests.processes import Installation


class Clients:
    """Clients of a running server, with keys that allow everything and keys that allow next to nothing."""

    def __init__(self, installation: Installation, keys: Keys, narrow: Keys) -> None:
        self.installation = installation
        self.narrow = self.client(narrow)
        self.keys = keys
        self.wide = self.client(keys)

    def client(self, keys: Keys) -> Any:
        """A client with these keys, its environment and files left aside."""
        return ovh.Client("ovh-eu", keys.application_key, keys.application_secret, keys.consumer_key)

    def cart(self, **wanted: Any) -> str:
        """A new cart, assigned."""
        cart_id: str = self.wide.post("/order/cart", ovhSubsidiary="FR", **wanted)["cartId"]
        self.wide.post(f"/order/cart/{cart_id}/assign")
        return cart_id

    def order(self, name: str) -> tuple[str, int]:
        """An order for a name; its cart and its id."""
        cart_id = self.cart()
        self.wide.post(f"/order/cart/{cart_id}/domain", domain=name)
        order_id: int = self.wide.post(f"/order/cart/{cart_id}/checkout")["orderId"]
        return cart_id, order_id


@pytest.fixture
def clients(empty: Installation, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of a server that runs. Once per engine."""
    keys, narrow = run(made(empty))
    empty.up()
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{empty.url}/1.0")
    return Clients(empty, keys, narrow)


def test_refusals_become_the_clients_exceptions(clients: Clients) -> None:
    unknown_things(clients)
    bad_parameters(clients)
    conflicts(clients)
    wrong_keys(clients)
    other_refusals(clients)
    expired_cart(clients)


def unknown_things(clients: Clients) -> None:
    get = clients.wide.get
    for path in ("/me/order/999999", "/order/cart/no-such-cart", "/domain/foo.fr", "/no/such/route", "/me/contact/77"):
        with pytest.raises(ovh.exceptions.ResourceNotFoundError) as raised:
            get(path)
        assert raised.value.query_id.startswith("ORDAIN.ext-1.")
    with pytest.raises(ovh.exceptions.ResourceNotFoundError, match="This service does not exist"):
        get("/domain/zone/foo.fr")


def bad_parameters(clients: Clients) -> None:
    post = clients.wide.post
    with pytest.raises(ovh.exceptions.BadParametersError, match="ovhSubsidiary"):
        post("/order/cart", ovhSubsidiary="XX")
    with pytest.raises(ovh.exceptions.BadParametersError, match="quantity"):
        post(f"/order/cart/{clients.cart()}/domain", domain="two.fr", quantity=2)
    wrong = clients.client(structs.replace(clients.keys, application_secret="x" * 32))
    with pytest.raises(ovh.exceptions.BadParametersError, match="Invalid signature"):
        wrong.get("/me")


def conflicts(clients: Clients) -> None:
    post = clients.wide.post
    cart_id, order_id = clients.order("conflict.fr")
    with pytest.raises(ovh.exceptions.ResourceConflictError, match=str(order_id)):
        post(f"/order/cart/{cart_id}/checkout")
    post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", paymentMean="fidelityAccount")
    with pytest.raises(ovh.exceptions.ResourceConflictError, match="already paid"):
        post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", paymentMean="fidelityAccount")


def wrong_keys(clients: Clients) -> None:
    keys = clients.keys
    with pytest.raises(ovh.exceptions.InvalidKey):
        clients.client(structs.replace(keys, application_key="x" * 16)).get("/me")
    with pytest.raises(ovh.exceptions.NotCredential):
        clients.client(structs.replace(keys, consumer_key="x" * 32)).get("/me")
    assert clients.narrow.get("/me")["country"] == "FR"
    with pytest.raises(ovh.exceptions.NotGrantedCall):
        clients.narrow.get("/me/order")


def other_refusals(clients: Clients) -> None:
    with pytest.raises(ovh.exceptions.APIError, match="You must login first"):
        clients.wide.get("/me", _need_auth=False)
    _, order_id = clients.order("paypal.fr")
    with pytest.raises(ovh.exceptions.APIError, match="This order can't be paid with 'paypal'"):
        clients.wide.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", paymentMean="paypal", paymentMeanId=1)


def expired_cart(clients: Clients) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    cart_id = clients.cart(expire=soon.isoformat())
    time.sleep(max(0.0, soon.timestamp() - time.time()) + 0.1)
    with pytest.raises(ovh.exceptions.ResourceExpiredError):
        clients.wide.post(f"/order/cart/{cart_id}/domain", domain="late.fr")
