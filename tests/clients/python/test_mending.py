"""With the unmodified `ovh`: a transfer with a wrong code and a town's name, corrected by the task's argument."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import ovh
import pytest

if TYPE_CHECKING:
    from tests.clients.driven import Driven

SECONDS = 60


@pytest.fixture
def client(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that may do everything."""
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{driven.told.url}/1.0")
    monkeypatch.setenv("NO_PROXY", "*")
    wide = driven.told.wide
    return ovh.Client("ovh-eu", wide.application_key, wide.application_secret, wide.consumer_key)


def awaited(client: Any, path: str, wanted: Any, **asked: Any) -> Any:
    """What the path answers once it is what is wanted."""
    late = time.monotonic() + SECONDS
    while not wanted(found := client.get(path, **asked)):
        assert time.monotonic() < late, found
        time.sleep(0.1)
    return found


@pytest.mark.parametrize(
    ("domain", "given", "corrected"),
    [
        ("taken-discreet-python.fr", ("AUTH_INFO", "wrong-code"), ("authInfo", "the right one")),
        ("ville-python.fr", ("REASON", "wrong: I like it"), ("legitimacyAfnic", "We are the town hall")),
    ],
)
def test_what_was_refused_is_corrected_and_delivered(
    client: Any, domain: str, given: tuple[str, str], corrected: tuple[str, str]
) -> None:
    (label, wrong), (argument, right) = given, corrected
    cart_id = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart_id}/assign")
    item_id = client.post(f"/order/cart/{cart_id}/domain", domain=domain)["itemId"]
    client.post(f"/order/cart/{cart_id}/item/{item_id}/configuration", label=label, value=wrong)
    order_id = client.post(f"/order/cart/{cart_id}/checkout", waiveRetractationPeriod=True)["orderId"]
    client.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", paymentMean="ovhAccount")
    [number] = awaited(client, "/me/task/domain", bool, domain=domain, status="error")
    task = f"/me/task/domain/{number}"
    assert client.get(task)["canRelaunch"] is True
    assert client.get(f"{task}/argument") == [argument]
    assert client.get(f"{task}/argument/{argument}")["readOnly"] is False
    assert client.put(f"{task}/argument/{argument}", value=right) is None
    assert client.post(f"{task}/relaunch") is None
    awaited(client, f"/me/order/{order_id}/status", lambda status: status == "delivered")
    assert domain in client.get("/domain")


def test_what_is_refused_for_good_is_given_up_and_paid_back(client: Any) -> None:
    cart_id = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart_id}/assign")
    client.post(f"/order/cart/{cart_id}/domain", domain="refused-python.fr")
    order_id = client.post(f"/order/cart/{cart_id}/checkout", waiveRetractationPeriod=True)["orderId"]
    before = client.get("/me/ovhAccount/FR")["balance"]["value"]
    client.post(f"/me/order/{order_id}/payWithRegisteredPaymentMean", paymentMean="ovhAccount")
    [number] = awaited(client, "/me/task/domain", bool, domain="refused-python.fr", status="error")
    client.post(f"/me/task/domain/{number}/cancel")
    assert client.get(f"/me/order/{order_id}/status") == "cancelled"
    assert client.get("/me/ovhAccount/FR")["balance"]["value"] == before
