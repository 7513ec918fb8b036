"""OAuth2: clients made and changed, tokens given for their secret, and what a bearer may do (RFC 6749, RFC 6750)."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

import pytest

from ordain.flows import clients

if TYPE_CHECKING:
    from ordain.store.database import Tx
    from tests.world import Answer, World

TOKEN = "/auth/oauth2/token"
WANTED = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
FORM = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
GRANT = {"grant_type": "client_credentials", "scope": "all"}


class Client(NamedTuple):
    """An OAuth2 client's id and secret."""

    id: str
    secret: str

    @property
    def basic(self) -> dict[str, str]:
        """The header that shows who it is."""
        return {"Authorization": f"Basic {b64encode(f'{self.id}:{self.secret}'.encode()).decode()}"}


@pytest.fixture
def client(world: World) -> Client:
    """A client of camille's."""
    made = world.post("/me/api/oauth2/client", WANTED).ok()
    return Client(made["clientId"], made["clientSecret"])


def token_answer(world: World, headers: dict[str, str], form: dict[str, str] | str, path: str = TOKEN) -> Answer:
    """POST of a form to the token URL."""
    raw = form if isinstance(form, str) else urlencode(form)
    return world.send("POST", path, raw.encode(), {**FORM, **headers})


def token(world: World, client: Client) -> str:
    """A new token of a client."""
    text: str = token_answer(world, client.basic, GRANT).ok()["access_token"]
    return text


def bear(world: World, text: str, call: str = "GET /1.0/me", body: bytes = b"") -> Answer:
    """A call with nothing but a token."""
    method, target = call.split(" ")
    return world.send(method, target, body, {"Authorization": f"Bearer {text}"})


def test_a_client_gets_a_token_the_way_every_library_asks_for_it(world: World, client: Client) -> None:
    in_form = {"client_id": client.id, "client_secret": client.secret}
    for path in (TOKEN, f"/1.0{TOKEN}", f"/v1{TOKEN}"):
        answers = [
            token_answer(world, client.basic, GRANT, path),
            token_answer(world, client.basic, {"grant_type": "client_credentials"}, path),
            token_answer(world, {}, GRANT | in_form, path),
            token_answer(world, client.basic, GRANT | {"client_id": client.id}, path),
            world.send_json("POST", path, GRANT, client.basic),
            world.send_json("POST", path, GRANT | in_form),
        ]
        for answer in answers:
            found = answer.ok()
            text = found.pop("access_token")
            assert found == {"token_type": "Bearer", "expires_in": 3599, "scope": "all"}
            assert answer.headers["cache-control"] == "no-store"
            assert bear(world, text).ok()["nichandle"] == world.nics["camille"]


def test_a_bearer_may_do_what_the_account_may(world: World, client: Client) -> None:
    text = token(world, client)
    cart = bear(world, text, "POST /1.0/order/cart", b'{"ovhSubsidiary":"FR"}').ok()["cartId"]
    assert bear(world, text, f"POST /1.0/order/cart/{cart}/assign").ok() is None
    assert bear(world, text, "GET /1.0/order/cart").ok() == [cart]
    assert world.get("/order/cart").ok() == [cart]
    assert bear(world, text, "GET /1.0/auth/time").status == 200
    assert bear(world, text, "GET /1.0/order/cart").headers["x-ovh-queryid"]


def test_a_bearer_is_told_who_it_is(world: World, client: Client) -> None:
    text = token(world, client)
    details = bear(world, text, "GET /1.0/auth/details").ok()
    identity = f"urn:v1:eu:identity:credential:{world.nics['camille']}/oauth2-{client.id}"
    assert details == {
        "account": world.nics["camille"],
        "allowedRoutes": None,
        "description": "acts alone",
        "identities": [identity],
        "method": "oauth2_client_credentials",
        "roles": ["ADMIN"],
        "user": None,
    }
    assert world.get(f"/me/api/oauth2/client/{client.id}").ok()["identity"] == identity
    credential = bear(world, text, "GET /1.0/auth/currentCredential").ok()
    assert credential["expiration"] == "2026-11-23T13:00:00+00:00"
    assert (credential["method"], credential["status"]) == ("oauth2_client_credentials", "validated")


@pytest.mark.parametrize("said", ["", "unknown", "x" * 64, "\xe9", "a b"])
def test_a_token_that_is_none_is_refused_on_every_route(world: World, said: str) -> None:
    for call in ("GET /1.0/me", "GET /1.0/auth/time", "POST /1.0/order/cart"):
        answer = bear(world, said, call)
        assert (answer.status, answer.body["class"]) == (401, "Client::Unauthorized")
        assert answer.body["error"] == "invalid_token"
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_other_ways_to_show_who_one_is_are_none_at_all(world: World, client: Client) -> None:
    for said in ("Basic " + "x" * 8, client.basic["Authorization"], "Bearer", "Digest x", token(world, client)):
        answer = world.send("GET", "/1.0/me", b"", {"Authorization": said})
        assert (answer.status, answer.body) == (
            401, {"class": "Client::Unauthorized", "message": "You must login first"},
        )  # fmt: skip
    assert world.send("GET", "/1.0/me", b"", {"Authorization": f"bearer  {token(world, client)} "}).status == 200


def test_a_token_ends_after_an_hour(world: World, client: Client) -> None:
    text = token(world, client)
    world.pass_time(seconds=3599)
    assert bear(world, text).status == 200
    world.pass_time(seconds=1)
    assert bear(world, text).status == 401
    assert world.get("/me/api/oauth2/token").ok() == []


WRONG_BASIC = {"Authorization": "Basic !!!"}
INVALID_CLIENT, INVALID_REQUEST = (401, "invalid_client"), (400, "invalid_request")


def refusals(client: Client) -> list[tuple[dict[str, str], dict[str, str] | str, tuple[int, str]]]:
    """Headers and form of what is no way to get a token, and what is answered."""
    in_form = {"client_id": client.id, "client_secret": client.secret}
    return [
        ({}, GRANT, INVALID_CLIENT),
        ({}, GRANT | {"client_id": client.id}, INVALID_CLIENT),
        ({}, GRANT | in_form | {"client_secret": "guessed"}, INVALID_CLIENT),
        ({}, GRANT | in_form | {"client_id": "unknown"}, INVALID_CLIENT),
        (WRONG_BASIC, GRANT, INVALID_CLIENT),
        ({"Authorization": "Basic /w=="}, GRANT, INVALID_CLIENT),
        ({"Authorization": "Basic YQBiOmM="}, GRANT, INVALID_CLIENT),  # NUL, as it is
        ({"Authorization": "Basic YSUwMGI6Yw=="}, GRANT, INVALID_CLIENT),  # and as %00
        (Client(client.id, "").basic, GRANT, INVALID_CLIENT),
        (Client("", "").basic, GRANT, INVALID_CLIENT),
        (Client(client.id, client.secret + "x").basic, GRANT, INVALID_CLIENT),
        (Client(client.id.swapcase(), client.secret).basic, GRANT, INVALID_CLIENT),
        (client.basic, GRANT | in_form, INVALID_REQUEST),
        (client.basic, "", INVALID_REQUEST),
        (client.basic, {"scope": "all"}, INVALID_REQUEST),
        (client.basic, urlencode(GRANT) + "&scope=all", INVALID_REQUEST),
        (client.basic, "grant_type=%00", INVALID_REQUEST),
        (client.basic, GRANT | {"scope": "x" * 300}, INVALID_REQUEST),
        (client.basic, GRANT | {"scope": "account"}, (400, "invalid_scope")),
        (client.basic, GRANT | {"scope": "all all"}, (400, "invalid_scope")),
        (client.basic, GRANT | {"grant_type": "password"}, (400, "unsupported_grant_type")),
        (client.basic, GRANT | {"grant_type": "authorization_code"}, (400, "unsupported_grant_type")),
    ]


def test_what_is_no_way_to_get_a_token_is_refused_as_oauth2_clients_read_it(world: World, client: Client) -> None:
    for headers, form, expected in refusals(client):
        answer = token_answer(world, headers, form)
        assert (answer.status, answer.body["error"]) == expected, (headers, form, answer.body)
        assert answer.body["error_description"] == answer.body["message"]
        assert ("www-authenticate" in answer.headers) is (answer.status == 401)
    for raw, said in ((b"{", {}), (b'{"grant_type":7}', {}), (b"\xff=\xff", FORM), (b"[]", {})):
        answer = world.send("POST", TOKEN, raw, {**client.basic, **said})
        assert (answer.status, answer.body["error"]) == INVALID_REQUEST
    assert world.get("/me/api/oauth2/token").ok() == []
    assert world.send("GET", TOKEN).status == 404


def test_secrets_and_tokens_are_kept_as_hashes_only(world: World, client: Client) -> None:
    text = token(world, client)

    async def rows(tx: Tx) -> str:
        return str([await tx.fetch("SELECT * FROM oauth2_client"), await tx.fetch("SELECT * FROM oauth2_token")])

    lying = world.runner.run(world.database.read(rows))
    assert client.id in lying
    assert client.secret not in lying
    assert text not in lying


def test_logging_out_ends_this_token_at_once_and_no_other(world: World, client: Client) -> None:
    first, second = token(world, client), token(world, client)
    assert bear(world, first).status == bear(world, second).status == 200
    assert bear(world, first, "POST /1.0/auth/logout").ok() is None
    assert (bear(world, first).status, bear(world, second).status) == (401, 200)


def test_a_token_is_listed_read_and_withdrawn_by_its_account(world: World, client: Client) -> None:
    text = token(world, client)
    [number] = world.get("/me/api/oauth2/token").ok()
    assert world.get(f"/me/api/oauth2/token/{number}").ok()["lastUsedAt"] is None
    world.pass_time(seconds=7)
    bear(world, text).ok()
    found = world.get(f"/me/api/oauth2/token/{number}").ok()
    assert (found["clientId"], found["clientName"], found["lastUsedAt"]) == (
        client.id, "robot", "2026-11-23T12:00:07+00:00",
    )  # fmt: skip
    assert text not in str(found)
    for path in (f"/me/api/oauth2/token/{number}", "/me/api/oauth2/token/x", "/me/api/oauth2/token/" + "9" * 30):
        assert world.get(path, "dieter").status == world.delete(path, "dieter").status == 404
    assert bear(world, text).status == 200
    assert world.delete(f"/me/api/oauth2/token/{number}").ok() is None
    assert bear(world, text).status == 401
    assert world.delete(f"/me/api/oauth2/token/{number}").status == 404


def test_a_client_is_changed_and_deleted_with_its_tokens(world: World, client: Client) -> None:
    path, text = f"/me/api/oauth2/client/{client.id}", token(world, client)
    bear(world, text).ok()
    assert world.get("/me/api/oauth2/client").ok() == [client.id]
    urls = ["https://shop.example/back"]
    for change, now in (
        ({"name": "android"}, ("android", "acts alone", None)),
        ({"description": "", "callbackUrls": urls}, ("android", "", urls)),
        ({"name": None, "flow": "AUTHORIZATION_CODE", "clientId": "mine"}, ("android", "", urls)),
        ({"callbackUrls": None}, ("android", "", None)),
    ):
        assert world.put(path, change).ok() is None
        found = world.get(path).ok()
        assert (found["name"], found["description"], found["callbackUrls"]) == now
        assert (found["flow"], found["clientId"]) == ("CLIENT_CREDENTIALS", client.id)
    assert world.delete(path).ok() is None
    assert bear(world, text).status == 401
    assert token_answer(world, client.basic, GRANT).body["error"] == "invalid_client"
    assert world.get(path).status == world.delete(path).status == world.put(path, {}).status == 404


def test_another_accounts_clients_do_not_exist(world: World, client: Client) -> None:
    path = f"/me/api/oauth2/client/{client.id}"
    for answer in (
        world.get(path, "dieter"),
        world.put(path, {"name": "mine"}, "dieter"),
        world.delete(path, "dieter"),
    ):
        assert (answer.status, answer.body["message"]) == (404, f"OAuth2 client {client.id} does not exist")
    assert world.get("/me/api/oauth2/client", "dieter").ok() == []
    assert world.get(path).ok()["name"] == "robot"


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("name", {"name": ""}),
        ("name", {"name": " "}),
        ("name", {"name": "x" * 65}),
        ("name", {"name": None}),
        ("description", {"description": "x" * 256}),
        ("description", {"description": "a\tb"}),
        ("flow", {"flow": "PASSWORD"}),
        ("flow", {"flow": None}),
        ("flow", {"flow": "AUTHORIZATION_CODE"}),
        ("callbackUrls[0]", {"callbackUrls": ["javascript:alert(1)"]}),
        ("callbackUrls[1]", {"callbackUrls": ["https://a.example/", "b.example"]}),
        ("callbackUrls", {"callbackUrls": ["https://a.example/"] * 21}),
        ("callbackUrls", {"callbackUrls": "https://a.example/"}),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_client_that_cannot_be_right_is_not_made(world: World, field: str, wanted: dict[str, Any]) -> None:
    answer = world.post("/me/api/oauth2/client", WANTED | wanted)
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert world.get("/me/api/oauth2/client").ok() == []


def test_an_account_has_so_many_clients_and_a_client_so_many_tokens(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MOST", 1)
    assert world.post("/me/api/oauth2/client", WANTED).status == 409
    assert world.post("/me/api/oauth2/client", WANTED, "dieter").status == 200
    monkeypatch.setattr(clients, "MOST_TOKENS", 2)
    texts = []
    for _ in range(3):
        texts.append(token(world, client))
        world.pass_time(seconds=1)
    assert [bear(world, text).status for text in texts] == [401, 200, 200]
