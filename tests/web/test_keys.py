"""The pages of keys: consent to what a program asks, keys of one's own, and taking them back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from msgspec import structs

from ordain.flows import sessions
from ordain.flows.applications import Keys
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery staple"
READ_ME = [{"method": "GET", "path": "/me"}]
BACK = "https://shop.example/back?order=7"


@pytest.fixture
def camille(world: World) -> Visitor:
    """Camille, signed in."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    visitor = Visitor(world)
    visitor.client.follow_redirects = False
    assert visitor.sign_in(world.nics["camille"], PASSWORD).status_code == 303
    return visitor


def asked(world: World, **wanted: object) -> tuple[str, str]:
    """What dieter's program asks for; the page's path and its token. The key is the visitor's to be."""
    headers = {"X-Ovh-Application": world.keys["dieter"].application_key}
    body = {"accessRules": READ_ME, **wanted}
    answer = world.send_json("POST", "/1.0/auth/credential", body, headers).ok()
    world.keys["visitor"] = structs.replace(world.keys["dieter"], consumer_key=answer["consumerKey"])
    path: str = answer["validationUrl"].removeprefix(world.engine.public_url)
    return path, path.partition("credentialToken=")[2]


def decide(camille: Visitor, path: str, decision: str = "accept", **filled: str) -> httpx.Response:
    return camille.submit(camille.open(path), "/auth/", decision=decision, **filled)


def test_a_person_signs_in_reads_what_is_asked_and_agrees(world: World) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    path, token = asked(world, accessRules=[*READ_ME, {"method": "POST", "path": "/me/order/*"}])
    visitor = Visitor(world)
    visitor.client.follow_redirects = False
    sent = visitor.open(path)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/sign-in?then={quote(path, safe='')}")
    back = visitor.submit(visitor.open(sent.headers["location"]), "/sign-in", name=world.nics["camille"],
                          password=PASSWORD)  # fmt: skip
    assert back.headers["location"] == path
    page = visitor.open(path).text  # camille is French
    assert "dieter&#39;s demande à agir pour vous" in page
    assert world.nics["dieter"] in page
    assert "Payer des commandes avec votre argent" in page
    assert "<code>POST /me/order/*</code>" in page
    assert token not in visitor.open("/account").text
    done = decide(visitor, path)
    assert (done.status_code, "Vous pouvez fermer cette page" in done.text) == (200, True)
    assert world.get("/me", "visitor").ok()["nichandle"] == world.nics["camille"]


def test_a_person_goes_back_to_the_program_told_what_was_decided(world: World, camille: Visitor) -> None:
    for decision, state in (("accept", "validated"), ("refuse", "refused"), ("nonsense", "refused")):
        path, _ = asked(world, redirection=BACK)
        page = camille.open(path)
        assert "shop.example" in page.text
        assert "form-action 'self' https://shop.example;" in page.headers["content-security-policy"]
        done = decide(camille, path, decision)
        assert (done.status_code, done.headers["location"]) == (303, f"{BACK}&credentialState={state}")
        assert (world.get("/me", "visitor").status == 200) is (state == "validated")


@pytest.mark.parametrize(
    ("redirection", "location"),
    [
        ("http://localhost:8000/", "http://localhost:8000/?credentialState=validated"),
        ("https://shop.example", "https://shop.example?credentialState=validated"),
        ("https://shop.example/a#part", "https://shop.example/a?credentialState=validated#part"),
    ],
)
def test_the_way_back_is_the_programs_with_one_word_more(
    world: World, camille: Visitor, redirection: str, location: str
) -> None:
    path, _ = asked(world, redirection=redirection)
    assert decide(camille, path).headers["location"] == location


def test_a_person_agrees_on_their_own_terms(world: World, camille: Visitor) -> None:
    path, _ = asked(world, allowedIPs=["198.51.100.0/24"])
    assert 'value="198.51.100.0/24"' in camille.open(path).text
    decide(camille, path, validity="1", ips="192.0.2.0/24, 2001:db8::/32;192.0.2.9").raise_for_status()
    [_, number] = world.get("/me/api/credential").ok()
    found = world.get(f"/me/api/credential/{number}").ok()
    assert found["allowedIPs"] == ["192.0.2.0/24", "2001:db8::/32", "192.0.2.9/32"]
    assert found["expiration"] == "2026-11-24T12:00:00+00:00"
    path, _ = asked(world)
    decide(camille, path, validity="", ips="").raise_for_status()
    found = world.get(f"/me/api/credential/{world.get('/me/api/credential').ok()[-1]}").ok()
    assert (found["allowedIPs"], found["expiration"]) == (None, None)


WRONG_TERMS = [
    {"validity": "2"}, {"validity": "-1"}, {"validity": "forever"}, {"ips": "x"}, {"ips": "192.0.2.7/24"},
    {"ips": "192.0.2.0/24 nonsense"}, {"ips": "10.0.0.0/8 " * 101}, {"ips": "<script>"}, {"validity": "", "ips": "::g"},
    {"validity": "x", "ips": "x"},
]  # fmt: skip


def test_terms_that_cannot_be_right_are_said_by_their_field_and_nothing_is_granted(
    world: World, camille: Visitor
) -> None:
    path, _ = asked(world, redirection=BACK)
    for filled in WRONG_TERMS:
        page = decide(camille, path, **filled)
        assert page.status_code == 400
        assert "<title>Erreur" in page.text
        assert 'role="alert"' in page.text
        assert ("validity-problem" in page.text) is (filled.get("validity", "30") not in ("", "30"))
        assert ("ips-problem" in page.text) is ("ips" in filled)
        assert page.text.count("<script") == 1  # htmx
        assert "https://shop.example" in page.headers["content-security-policy"]
    assert world.get("/me", "visitor").status == 403
    assert decide(camille, path).status_code == 303


def test_a_decision_counts_once_and_a_used_link_says_so(world: World, camille: Visitor) -> None:
    for decision, said in (("accept", "Vous avez accepté"), ("refuse", "Vous avez refusé")):
        path, _ = asked(world)
        form = camille.filled(camille.open(path), "/auth/", decision=decision)
        assert camille.send("/auth/", form).status_code == 200
        again = camille.send("/auth/", {**form, "decision": "accept"})
        assert (again.status_code, "déjà été tranchée" in again.text) == (409, True)
        assert said in camille.open(path).text
    path, _ = asked(world)
    world.pass_time(hours=24)
    camille = signed_in_again(world)
    late = camille.open(path)
    assert (late.status_code, "sans réponse trop longtemps" in late.text) == (409, True)
    world.pass_time(days=8)
    assert len(world.get("/me/api/credential").ok()) == 2


def signed_in_again(world: World) -> Visitor:
    visitor = Visitor(world)
    visitor.sign_in(world.nics["camille"], PASSWORD)
    return visitor


def test_what_is_no_request_does_not_exist(world: World, camille: Visitor) -> None:
    _, token = asked(world)
    for query in ("", "?credentialToken=", "?credentialToken=x", f"?credentialToken={token[:-1]}", f"?token={token}",
                  "?credentialToken=%00", f"?credentialToken={'x' * 5000}"):  # fmt: skip
        page = camille.open(f"/auth/{query}")
        assert (page.status_code, "Cette demande n&#39;existe pas" in page.text) == (404, True), query
    form = camille.filled(camille.open(f"/auth/?credentialToken={token}"), "/auth/", decision="accept")
    assert camille.send("/auth/", {**form, "credentialToken": "x"}).status_code == 404
    assert camille.send("/auth/", {**form, "csrf": "x"}).status_code == 403
    assert camille.send("/auth/", {name: text for name, text in form.items() if name != "csrf"}).status_code == 403
    assert camille.send("/auth/", form, **{"sec-fetch-site": "cross-site"}).status_code == 403
    stranger = Visitor(world)
    stranger.client.follow_redirects = False
    assert stranger.send("/auth/", form).status_code == 403
    assert world.get("/me", "visitor").status == 403


def test_what_a_program_says_of_itself_is_text_only(world: World, camille: Visitor) -> None:
    name = '<img src=x onerror="alert(1)">'
    page = camille.submit(camille.open("/createApp/"), "/createApp/", name=name, description=f"{name} {{{{ 7*7 }}}}")
    world.keys["dieter"] = shown(page)
    path, _ = asked(world, accessRules=[{"method": "GET", "path": "/me/'*"}])
    text = camille.open(path).text
    assert "<img" not in text
    assert "{{ 7*7 }}" in text


def shown(page: httpx.Response) -> Keys:
    """The keys a page shows."""
    assert page.status_code == 200, page.text
    codes = re.findall(r"<dd><code>(\w+)</code></dd>", page.text)
    return Keys(codes[0], codes[1], codes[2] if len(codes) > 2 else "")


def test_an_application_is_made_and_asks_for_its_first_key(world: World, camille: Visitor) -> None:
    page = camille.submit(camille.open("/createApp/"), "/createApp/", name=" Ma boutique ", description="")
    keys = shown(page)
    assert (len(keys.application_key), len(keys.application_secret), keys.consumer_key) == (16, 32, "")
    assert page.headers["cache-control"] == "no-store"
    assert keys.application_secret not in camille.open("/keys").text
    application_id = world.get("/me/api/application").ok()[-1]
    found = world.get(f"/me/api/application/{application_id}").ok()
    assert (found["name"], found["description"]) == ("Ma boutique", "Ma boutique")
    assert found["applicationKey"] == keys.application_key
    world.keys["dieter"] = keys
    path, _ = asked(world)
    decide(camille, path)
    assert world.get("/me", "visitor").ok()["nichandle"] == world.nics["camille"]


@pytest.mark.parametrize(
    ("field", "filled"),
    [
        ("name", {"name": ""}), ("name", {"name": "   "}), ("name", {"name": "x" * 65}), ("name", {"name": "a\nb"}),
        ("description", {"name": "x", "description": "y" * 256}), ("description", {"name": "x", "description": "a\tb"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/createApp/", "/createToken/"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_program_without_a_proper_name_gets_no_keys(
    world: World, camille: Visitor, path: str, field: str, filled: dict[str, str]
) -> None:
    page = camille.submit(camille.open(path), path, **filled)
    assert (page.status_code, f'id="{field}-problem"' in page.text) == (400, True)
    assert len(world.get("/me/api/application").ok()) == 1


def test_keys_are_made_in_one_go_with_the_rights_of_the_link(world: World, camille: Visitor) -> None:
    page = camille.open("/createToken/?GET=/me&POST=/order/*&LOOK=/me&GET=/domain/*")
    assert "GET /me\nPOST /order/*\nGET /domain/*</textarea>" in page.text
    made = camille.submit(page, "/createToken/", name="backup", validity="7", ips="192.0.2.7",
                          rules="GET /me\r\n\r\n  post   /order/* \r\n")  # fmt: skip
    world.keys["own"] = shown(made)
    found = world.get("/me/api/credential").ok()[-1]
    credential = world.get(f"/me/api/credential/{found}").ok()
    assert credential["rules"] == [*READ_ME, {"method": "POST", "path": "/order/*"}]
    assert credential["expiration"] == "2026-11-30T12:00:00+00:00"
    assert credential["allowedIPs"] == ["192.0.2.7/32"]
    assert world.get("/me", "own").ok()["nichandle"] == world.nics["camille"]
    assert world.get("/me/order", "own").status == 403


def test_without_wishes_everything_is_proposed(world: World, camille: Visitor) -> None:
    page = camille.open("/createToken/")
    assert "GET /*\nPOST /*\nPUT /*\nDELETE /*</textarea>" in page.text
    made = camille.submit(page, "/createToken/", name="all", rules="GET /*\nPOST /*\nPUT /*\nDELETE /*", validity="")
    world.keys["own"] = shown(made)
    assert world.post("/order/cart", {"ovhSubsidiary": "FR"}, "own").status == 200


@pytest.mark.parametrize(
    "rules",
    ["", "   \n", "/me", "GET", "GET me", "LOOK /me", "GET /me POST", "GET /me\nx", "GET /é", "GET /" + "x" * 255,
     "GET /me\n" * 201, "GET *", "<script> /me"],
)  # fmt: skip
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rights_that_cannot_be_right_make_no_keys(world: World, camille: Visitor, rules: str) -> None:
    page = camille.submit(camille.open("/createToken/"), "/createToken/", name="x", rules=rules)
    assert (page.status_code, 'id="rules-problem"' in page.text) == (400, True)
    assert page.text.count("<script") == 1  # htmx
    assert len(world.get("/me/api/application").ok()) == 1


def test_what_acts_for_the_account_is_shown_and_withdrawn(world: World, camille: Visitor) -> None:
    path, _ = asked(world)
    decide(camille, path, validity="1")
    world.get("/me", "visitor").ok()
    page = camille.open("/keys")
    assert page.text.count("<section") == 2
    assert "2026-11-24" in page.text
    number = str(world.get("/me/api/credential").ok()[-1])
    assert f'value="{number}"' in page.text
    form = camille.filled(page, "/keys", credential=number)
    assert camille.send("/keys", form).headers["location"] == "/keys"
    assert world.get("/me", "visitor").body["errorCode"] == "NOT_CREDENTIAL"
    assert camille.open("/keys").text.count("<section") == 1
    theirs = str(world.get("/me/api/credential", "dieter").ok()[0])
    for wrong in (number, theirs, "", "x", "1" * 40, "-1"):
        assert camille.send("/keys", {**form, "credential": wrong}).status_code == 404
    assert world.get("/me", "dieter").status == 200


def test_whoever_is_not_signed_in_is_asked_to_be(world: World) -> None:
    visitor = Visitor(world)
    visitor.client.follow_redirects = False
    for path in ("/auth/?credentialToken=x", "/createApp/", "/createToken/?GET=/me&POST=/order/*", "/keys"):
        assert visitor.open(path).headers["location"] == f"/sign-in?then={quote(path, safe='')}"
    csrf = visitor.filled(visitor.open("/sign-in"), "/sign-in")["csrf"]
    for path in ("/auth/", "/createApp/", "/createToken/", "/keys"):
        assert visitor.send(path, {"csrf": csrf}).headers["location"].startswith("/sign-in")


def test_the_token_url_is_no_page(world: World) -> None:
    answer = world.send("POST", "/auth/oauth2/token")
    assert answer.body["error"] == "invalid_request"
    assert Visitor(world).open("/auth/oauth2").status_code == 404
