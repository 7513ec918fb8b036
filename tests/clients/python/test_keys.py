"""Consumer keys and OAuth2 as the unmodified `ovh` package asks for them, and a person agrees by the pages."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import ovh
import pytest
from ovh.exceptions import (
    APIError,
    BadParametersError,
    InvalidCredential,
    InvalidKey,
    NotCredential,
    NotGrantedCall,
    ResourceNotFoundError,
)

from ordain import app, demo
from ordain.flows import accounts, applications, sessions
from ordain.flows.applications import Named
from tests.clients.person import PASSWORD, Person
from tests.engines import run
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ordain.flows.applications import Keys


async def _made(of: Installation) -> tuple[str, Keys, Keys]:
    """The demo account's name and keys, and an application that nobody granted anything yet."""
    async with app.opened(of.settings) as engine:
        await demo.client_config(engine, of.settings)
        [nic] = await accounts.names(engine)
        await sessions.set_password(engine, nic, PASSWORD, engine.clock())
        own = await applications.create(engine, nic, Named("own"), engine.clock())
        return nic, own, await applications.create(engine, nic, Named("shop"), engine.clock(), None)


class Shop:
    """A running server, a person, and clients that have no consumer key yet."""

    def __init__(self, of: Installation, made: tuple[str, Keys, Keys]) -> None:
        self.nic, self.own, self.keys = made
        self.person = Person(of.url, self.nic)
        self.account = self.client(self.own.consumer_key, self.own)

    def client(self, consumer_key: str | None = None, keys: Keys | None = None) -> Any:
        """A client of the shop's application, or of other keys."""
        keys = keys or self.keys
        return ovh.Client("ovh-eu", keys.application_key, keys.application_secret, consumer_key)


@pytest.fixture
def shop(empty: Installation, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop's program in front of a server that runs. Once per engine."""
    made = run(_made(empty))
    empty.up()
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{empty.url}/1.0")
    monkeypatch.setitem(ovh.client.OAUTH2_TOKEN_URLS, "ovh-eu", f"{empty.url}/auth/oauth2/token")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the server is on loopback, without TLS
    return Shop(empty, made)


def test_a_program_is_granted_a_consumer_key(shop: Shop) -> None:
    client = shop.client()
    request = client.new_consumer_key_request()
    request.add_rules(ovh.API_READ_ONLY, "/me")
    request.add_recursive_rules(ovh.API_READ_WRITE, "/order")
    asked = request.request("http://localhost:1/back")
    assert asked["state"] == "pendingValidation"
    with pytest.raises(InvalidCredential):
        client.get("/me")
    back = shop.person.decide(asked["validationUrl"], "accept")
    assert back.headers["location"] == "http://localhost:1/back?credentialState=validated"
    assert client.get("/me")["nichandle"] == shop.nic
    assert client.post("/order/cart", ovhSubsidiary="FR")["items"] == []
    with pytest.raises(NotGrantedCall):
        client.get("/me/order")
    with pytest.raises(NotGrantedCall):
        client.post("/auth/logout")
    withdrawn_by_its_account(shop, client)
    refused(shop)
    bound_to_addresses(shop)
    logged_out(shop)


def withdrawn_by_its_account(shop: Shop, client: Any) -> None:
    numbers = shop.account.get("/me/api/credential", status="validated")
    found = [shop.account.get(f"/me/api/credential/{number}") for number in numbers]
    [credential] = [one for one in found if {"method": "GET", "path": "/order"} in one["rules"]]
    assert credential["lastUse"]
    shop.account.put(f"/me/api/credential/{credential['credentialId']}", allowedIPs=["192.0.2.0/24"])
    with pytest.raises(NotGrantedCall, match=r"from the address 127\.0\.0\.1"):
        client.get("/me")
    shop.account.put(f"/me/api/credential/{credential['credentialId']}", allowedIPs=["127.0.0.0/8"])
    assert client.get("/me")["nichandle"] == shop.nic
    shop.account.delete(f"/me/api/credential/{credential['credentialId']}")
    with pytest.raises(NotCredential):
        client.get("/me")


def refused(shop: Shop) -> None:
    client = shop.client()
    asked = client.request_consumerkey([{"method": "GET", "path": "/*"}])
    assert shop.person.decide(asked["validationUrl"], "refuse").status_code == 200
    with pytest.raises(InvalidCredential):
        client.get("/me")


def bound_to_addresses(shop: Shop) -> None:
    """The program asks for no more than it needs; the person leaves it at that."""
    rules = [{"method": "GET", "path": "/me"}]
    for addresses, works in ((["192.0.2.0/24"], False), (["192.0.2.7/32", "127.0.0.1/32"], True)):
        client = shop.client()
        asked = client.request_consumerkey(rules, allowedIPs=addresses)
        shop.person.decide(asked["validationUrl"], "accept")
        if works:
            assert client.get("/me")["nichandle"] == shop.nic
        else:
            with pytest.raises(NotGrantedCall, match=r"from the address 127\.0\.0\.1"):
                client.get("/me")


def logged_out(shop: Shop) -> None:
    client = shop.client()
    rules = [{"method": method, "path": "/*"} for method in ("GET", "POST", "PUT", "DELETE")]
    shop.person.decide(client.request_consumerkey(rules)["validationUrl"], "accept")
    assert client.get("/auth/details")["account"] == shop.nic
    assert client.get("/auth/currentCredential")["status"] == "validated"
    client.post("/auth/logout")
    with pytest.raises(NotCredential):
        client.get("/me")


WRONG_WISHES: list[dict[str, Any]] = [
    {"access_rules": []},
    {"access_rules": None},
    {"access_rules": "GET /me"},
    {"access_rules": [{"method": "GET"}]},
    {"access_rules": [{"method": "PATCH", "path": "/me"}]},
    {"access_rules": [{"method": "GET", "path": "me"}]},
    {"access_rules": [{"method": "GET", "path": "/me?x"}]},
    {"access_rules": [{"method": "GET", "path": "/"}] * 201},
    {"redirect_url": "javascript:alert(1)"},
    {"redirect_url": "shop.example/back"},
    {"allowedIPs": ["192.0.2.7/24"]},
    {"allowedIPs": "192.0.2.0/24"},
    {"allowedIPs": ["localhost"]},
]


def test_wrong_wishes_and_keys_become_the_clients_exceptions(shop: Shop) -> None:
    right = {"access_rules": [{"method": "GET", "path": "/me"}]}
    for wish in WRONG_WISHES:
        with pytest.raises(BadParametersError):
            shop.client().request_consumerkey(**{**right, **wish})
    with pytest.raises(InvalidKey):
        ovh.Client("ovh-eu", "x" * 16, "x" * 32).request_consumerkey(**right)
    with pytest.raises(NotCredential):
        shop.client("x" * 32).get("/me")
    for path in ("/me/api/application/1", "/me/api/credential/1", "/me/api/credential/1/application",
                 "/me/api/oauth2/client/x", "/me/api/oauth2/token/x"):  # fmt: skip
        with pytest.raises(ResourceNotFoundError):
            shop.account.get(path)


def bearer(client_id: str, client_secret: str) -> Any:
    return ovh.Client("ovh-eu", client_id=client_id, client_secret=client_secret)


def test_an_oauth2_client_orders_with_its_token(shop: Shop) -> None:
    wanted = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
    made = shop.account.post("/me/api/oauth2/client", **wanted)
    client = bearer(made["clientId"], made["clientSecret"])
    assert client.get("/me")["nichandle"] == shop.nic
    assert client.get("/auth/details")["method"] == "oauth2_client_credentials"
    cart = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart}/assign")
    client.post(f"/order/cart/{cart}/domain", domain="robot.fr")
    assert client.post(f"/order/cart/{cart}/checkout")["orderId"] in shop.account.get("/me/order")
    assert client.get("/auth/time", _need_auth=False) > 0
    with pytest.raises(ResourceNotFoundError):
        client.get("/me/order/1")
    with pytest.raises(BadParametersError):
        client.post("/order/cart", ovhSubsidiary="XX")
    no_way_in(made)
    tokens_are_fetched_anew(shop, made)
    unsigned_calls(made)
    changed_and_gone(shop, made, client)


def tokens_are_fetched_anew(shop: Shop, made: dict[str, str]) -> None:
    client = bearer(made["clientId"], made["clientSecret"])
    before = len(shop.account.get("/me/api/oauth2/token"))
    with pytest.MonkeyPatch.context() as an_hour_later:
        client.get("/me")
        client.get("/me")
        an_hour_later.setattr(time, "time", lambda now=time.time: now() + 3600)
        assert client.get("/me")["nichandle"] == shop.nic
        client.get("/me")
    assert len(shop.account.get("/me/api/oauth2/token")) == before + 2
    # Logging out ends this client's token, and the client does not ask for another before the hour is over.
    other = bearer(made["clientId"], made["clientSecret"])
    other.get("/me")
    assert client.post("/auth/logout") is None
    with pytest.raises(APIError, match="This access token is not valid") as ended:
        client.get("/me")
    assert ended.value.response.status_code == 401
    assert other.get("/me")["nichandle"] == shop.nic


def unsigned_calls(made: dict[str, str]) -> None:
    """`_need_auth=False` leaves out the token, and there is no application key to send instead."""
    client = bearer(made["clientId"], made["clientSecret"])
    assert client.get("/auth/time", _need_auth=False) > 0
    cart = client.post("/order/cart", _need_auth=False, ovhSubsidiary="FR")["cartId"]
    assert cart not in client.get("/order/cart")
    client.post(f"/order/cart/{cart}/assign")
    assert cart in client.get("/order/cart")
    with pytest.raises(APIError, match="You must login first"):
        client.get("/me", _need_auth=False)
    with pytest.raises(InvalidKey):
        client.request_consumerkey([{"method": "GET", "path": "/me"}])


def no_way_in(made: dict[str, str]) -> None:
    for client_id, secret in (
        (made["clientId"], "x"),
        (made["clientId"], made["clientSecret"][:-1]),
        (made["clientId"], made["clientId"]),
        ("x", made["clientSecret"]),
        (made["clientId"].upper(), made["clientSecret"]),
        (f"{made['clientId']}:", made["clientSecret"]),
        ("é", "é"),
    ):
        with pytest.raises(ovh.exceptions.OAuth2FailureError, match="invalid_client"):
            bearer(client_id, secret).get("/me")


def changed_and_gone(shop: Shop, made: dict[str, str], client: Any) -> None:
    path = f"/me/api/oauth2/client/{made['clientId']}"
    shop.account.put(path, description="still alone")
    assert shop.account.get(path)["description"] == "still alone"
    wrong: list[Callable[[], Any]] = [
        lambda: shop.account.put(path, name=""),
        lambda: shop.account.put(path, callbackUrls=["x"]),
        lambda: shop.account.post("/me/api/oauth2/client", name="x", description="", flow="AUTHORIZATION_CODE"),
        lambda: shop.account.post("/me/api/oauth2/client", name="x"),
    ]
    for call in wrong:
        with pytest.raises(BadParametersError):
            call()
    shop.account.delete(path)
    with pytest.raises(APIError, match="This access token is not valid"):
        client.get("/me")
    with pytest.raises(ovh.exceptions.OAuth2FailureError, match="invalid_client"):
        bearer(made["clientId"], made["clientSecret"]).get("/me")


@pytest.mark.parametrize(("public_url", "status"), [("", 403), ("http://shop.localhost", 200)])
def test_only_a_proxy_of_ours_is_believed_where_a_call_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public_url: str, status: int
) -> None:
    with installed(tmp_path, "", public_url=public_url) as of:
        _, own, _ = run(_made(of))
        of.up()
        monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{of.url}/1.0")
        client = ovh.Client("ovh-eu", own.application_key, own.application_secret, own.consumer_key)
        number = client.get("/auth/currentCredential")["credentialId"]
        client.put(f"/me/api/credential/{number}", allowedIPs=["192.0.2.7"])
        answer = client.raw_call("GET", "/me", headers={"X-Forwarded-For": "192.0.2.7"})
        assert answer.status_code == status
