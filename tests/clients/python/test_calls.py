"""The habits of the unmodified `ovh`: what its calls send, and what it makes of answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import ovh
import pytest
import requests

if TYPE_CHECKING:
    from tests.clients.driven import Driven


@pytest.fixture
def client(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that may do everything, its environment and files left aside."""
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{driven.told.url}/1.0")
    monkeypatch.setenv("NO_PROXY", "*")
    wide = driven.told.wide
    return ovh.Client("ovh-eu", wide.application_key, wide.application_secret, wide.consumer_key)


@pytest.fixture
def cart(client: Any) -> str:
    """A new cart that is the account's."""
    cart_id: str = client.post("/order/cart", ovhSubsidiary="FR", description="a cart")["cartId"]
    assert client.post(f"/order/cart/{cart_id}/assign") is None
    return cart_id


def test_keyword_arguments_of_a_get_are_a_query(client: Any, cart: str) -> None:
    [offer] = client.get(f"/order/cart/{cart}/domain", domain="query.fr")
    assert client.get(f"/order/cart/{cart}/domain?domain=query.fr") == [offer]
    assert client.get(f"/order/cart/{cart}/domain?unasked=1", domain="query.fr") == [offer]
    wanted = "a cart & more = 100% + été 日本 🜁"
    client.put(f"/order/cart/{cart}", description=wanted)
    assert client.get("/order/cart", description=wanted) == [cart]


def test_nothing_in_a_query_is_the_text_null(client: Any, cart: str) -> None:
    """None is sent as `null`, which is no description to look for."""
    assert cart in client.get("/order/cart", description=None)


def test_truths_lists_and_keywords_in_a_query(client: Any, cart: str) -> None:
    """True is sent as `true`, a list as Python writes it, and `_from` as `from`: what nobody asked for is ignored."""
    assert client.get(f"/order/cart/{cart}", yes=True, no=False, several=["a", 1], _from="here", _class=None)
    assert client.get("/me/order", **{"date.from": "2020-01-01T00:00:00+00:00", "date.to": None}) == []
    with pytest.raises(ovh.exceptions.BadParametersError, match="date"):
        client.get("/me/order", **{"date.from": ["2020-01-01T00:00:00Z"]})


def test_a_call_without_arguments_has_no_body(client: Any, cart: str) -> None:
    client.post(f"/order/cart/{cart}/domain", domain="bodiless.fr")
    sent = client.raw_call("POST", f"/order/cart/{cart}/checkout").request
    assert (sent.body, sent.headers.get("Content-Type"), sent.headers["Content-Length"]) == (None, None, "0")


def test_none_in_a_body_is_null(client: Any, cart: str) -> None:
    item = client.post(f"/order/cart/{cart}/domain", domain="null.fr", duration=None, offerId=None, quantity=None)
    assert item["duration"] == "P1Y"
    assert client.post("/order/cart", ovhSubsidiary="FR", description=None, expire=None)["description"] == ""


def test_a_call_is_sent_again_with_its_key(client: Any, cart: str) -> None:
    """`raw_call` is where the client takes headers; its signature does not cover them."""
    path, headers = f"/order/cart/{cart}/domain", {"Idempotency-Key": "the one name"}
    refused = client.raw_call("POST", path, {"domain": "again.fr"}, headers=dict(headers))
    assert (refused.status_code, list(refused.json()["details"])) == (400, ["Idempotency-Key"])
    headers["Idempotency-Key"] = "the-one-name"
    first, again = (client.raw_call("POST", path, {"domain": "again.fr"}, headers=dict(headers)) for _ in range(2))
    assert (first.json(), first.status_code) == (again.json(), 200)
    assert [each.headers.get("Idempotent-Replayed") for each in (first, again)] == [None, "true"]
    assert client.get(f"/order/cart/{cart}/item") == [first.json()["itemId"]]
    seen = client.raw_call("GET", f"/order/cart/{cart}").headers["ETag"]
    known = client.raw_call("GET", f"/order/cart/{cart}", headers={"If-None-Match": seen})
    assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", seen)
    late = client.raw_call("PUT", f"/order/cart/{cart}", {"description": "late"}, headers={"If-Match": '"before"'})
    assert late.status_code == 412
    assert seen in late.json()["message"]


def test_texts_beyond_ascii(client: Any, cart: str) -> None:
    wanted = "Été à Orléans <&> “日本” 🜁"
    assert client.put(f"/order/cart/{cart}", description=wanted)["description"] == wanted
    assert client.get(f"/order/cart/{cart}")["description"] == wanted
    assert client.get(f"/order/cart/{cart}/domain", domain="café.fr")


def test_unsigned_calls(client: Any) -> None:
    cart = client.post("/order/cart", ovhSubsidiary="FR", _need_auth=False)["cartId"]
    assert client.get(f"/order/cart/{cart}", _need_auth=False)["readOnly"] is False
    assert client.put(f"/order/cart/{cart}", description="b", _need_auth=False)["description"] == "b"
    with pytest.raises(ovh.exceptions.APIError, match="You must login first"):
        client.delete(f"/order/cart/{cart}", _need_auth=False)


def test_the_time(client: Any) -> None:
    assert abs(client.get("/auth/time", _need_auth=False) - time.time()) < 5
    assert abs(client.time_delta) < 5


def test_version_prefixes(client: Any) -> None:
    assert client.get("/v1/me") == client.get("/me")


def test_deleting_twice(client: Any, cart: str) -> None:
    assert client.delete(f"/order/cart/{cart}") is None
    with pytest.raises(ovh.exceptions.ResourceNotFoundError):
        client.delete(f"/order/cart/{cart}")


def test_a_raw_call_keeps_the_answer(client: Any, cart: str) -> None:
    answer = client.raw_call("GET", f"/order/cart/{cart}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Ovh-QueryID"].startswith("ORDAIN.ext-1.")


def test_a_refusal_knows_its_query_and_answer(client: Any) -> None:
    with pytest.raises(ovh.exceptions.ResourceNotFoundError) as raised:
        client.get("/domain/never-bought.fr")
    assert "This service does not exist" in str(raised.value)
    assert raised.value.query_id in str(raised.value)
    assert isinstance(raised.value.response, requests.Response)
    assert raised.value.response.json()["class"] == "Client::NotFound"
