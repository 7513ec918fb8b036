"""The account's first page, its details, contacts, sign-ins, and what its keys may spend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.flows import sessions
from tests.flows.test_renewals import delivered, held
from tests.web.people import PASSWORD, at_once, is_guarded, signed_in
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World


# The first page and details


def test_the_first_page_tells_what_needs_attention(world: World) -> None:
    delivered(world)
    camille = signed_in(world)
    assert "Nothing. All is well." in camille.open("/account").text
    order = world.order("bar.com")
    world.put("/domain/foo.com/serviceInfos", {"renew": {"automatic": False, "deleteAtExpiration": False,
                                                         "forced": False}}).ok()  # fmt: skip
    page = camille.open("/account").text
    assert f"Order {order}" in page
    assert "not paid yet" in page
    world.now = held(world, "foo.com").expires
    page = signed_in(world).open("/account").text
    assert "expires on" in page
    assert "Renew it" in page
    is_guarded(world, "/account")


def test_details_are_changed_by_the_rules_of_the_country(world: World) -> None:
    camille = signed_in(world)
    page = camille.open("/account/details")
    wrong = camille.submit(page, "/account/details", zip="no code", city="")
    assert wrong.status_code == 400
    assert "no code" in wrong.text
    assert 'href="#zip"' in wrong.text
    assert "Saved." in camille.submit(page, "/account/details", city="Lyon").text
    assert world.get("/me").ok()["city"] == "Lyon"
    is_guarded(world, "/account/details", {"city": "Paris"})


def test_what_no_form_offers_is_kept_by_none(world: World) -> None:
    camille, me = signed_in(world), world.get("/me").ok()
    page = camille.open("/account/details")
    for name, value in (("country", "XX"), ("legalform", "weird")):
        wrong = camille.submit(page, "/account/details", **{name: value})
        assert (wrong.status_code, f'href="#{name}"' in wrong.text, "This is one of: " in wrong.text) == (
            400,
            True,
            True,
        )
    camille.submit(page, "/account/details", language="xx_YY", phoneCountry="QQ")  # what the page does not ask
    assert world.get("/me").ok() == me
    page = camille.open("/contacts/new?country=FR&legalForm=individual")
    usual = {"firstName": "Ada", "lastName": "Durand", "email": "ada@world.example", "line1": "1 rue", "zip": "59000",
             "city": "Lille", "phone": "+33.320000001"}  # fmt: skip
    for name, value in (("country", "XX"), ("legalForm", "weird"), ("birthCountry", "QQ")):
        assert camille.submit(page, "/contacts/new", **{**usual, name: value}).status_code == 400
    assert world.get("/me/contact").ok() == []
    made = camille.submit(page, "/contacts/new", **usual)
    assert camille.submit(made, made.url.path, country="XX").status_code == 400
    [number] = world.get("/me/contact").ok()
    assert world.get(f"/me/contact/{number}").ok()["address"]["country"] == "FR"


# Sign-ins


def test_sign_ins_are_listed_and_ended(world: World) -> None:
    first = signed_in(world)
    second = Visitor(world, address="198.51.100.7")
    second.client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    second.sign_in("camille@world.example", PASSWORD)
    second.open("/account")
    page = first.open("/account/sessions")
    assert all(text in page.text for text in ("Firefox, Linux", "198.51.100.7", "This one", "192.0.2.9"))
    first.submit(page, "/account/sessions").raise_for_status()
    assert "/sign-in" in str(second.open("/account").url)
    assert "/sign-in" not in str(first.open("/account").url)
    is_guarded(world, "/account/sessions", {"session": "others"})


def test_all_others_are_signed_out_and_nobody_elses(world: World) -> None:
    camille, dieter = signed_in(world), signed_in(world, "dieter")
    other = Visitor(world)
    other.sign_in("camille@world.example", PASSWORD)
    page = camille.open("/account/sessions")
    forms = camille.filled(page, "/account/sessions")
    theirs = dieter.filled(dieter.open("/account/password"), "/account/password") | {"session": forms["session"]}
    assert dieter.send("/account/sessions", theirs).status_code == 404
    camille.send("/account/sessions", forms | {"session": "others", "once": ""}).raise_for_status()
    assert "/sign-in" in str(other.open("/account").url)
    assert "/sign-in" not in str(dieter.open("/account").url)
    account = world.runner.run(sessions.find(world.engine, camille.cookie, world.now))
    assert account is not None


# Contacts

FILLED = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "line1": "1 rue des Lilas",
    "zip": "75001",
    "city": "Paris",
    "email": "ada@world.example",
    "phone": "+33.123456789",
}


def test_a_contact_is_made_once_and_changed(world: World) -> None:
    camille = signed_in(world)
    before = world.get("/me/contact").ok()
    page = camille.open("/contacts/new?country=FR&legalForm=individual")
    missing = camille.submit(page, "/contacts/new", **{**FILLED, "city": ""})
    assert missing.status_code == 400
    assert 'href="#city"' in missing.text
    answers = at_once(camille, "/contacts/new", camille.filled(page, "/contacts/new", **FILLED))
    assert len({str(answer.url) for answer in answers}) == 1
    [new] = set(world.get("/me/contact").ok()) - set(before)
    assert "Ada Lovelace" in camille.open("/contacts?q=ada").text
    path = f"/contacts/{new}"
    assert "Saved." in camille.submit(camille.open(path), path, city="Lyon").text
    assert world.get(f"/me/contact/{new}").ok()["address"]["city"] == "Lyon"
    assert world.get(f"/me/contact/{new}").ok()["phone"] == FILLED["phone"]
    assert signed_in(world, "dieter").open(path).status_code == 404
    is_guarded(world, path, {"city": "Nice"})


def test_the_owner_of_a_name_is_told_to_its_registry_and_stays_who_it_is(world: World) -> None:
    delivered(world)
    camille = signed_in(world)
    path = f"/contacts/{held(world, 'foo.com').owner_id}"
    page = camille.open(path)
    assert "What you change here is told to the registries" in page.text
    camille.submit(page, path, city="Lyon").raise_for_status()
    functions = [
        world.get(f"/domain/foo.com/task/{n}").ok()["function"] for n in world.get("/domain/foo.com/task").ok()
    ]
    assert "DomainContactUpdate" in functions


# What a key may spend


def test_a_key_is_limited_and_no_more(world: World) -> None:
    camille = signed_in(world)
    key = world.get("/auth/currentCredential").ok()["credentialId"]
    path = f"/keys/{key}/limit"
    page = camille.open(path)
    for wrong in ("a lot", "-1", "1.005", "99999999"):
        answer = camille.submit(page, path, perDay=wrong)
        assert answer.status_code == 400, wrong
        assert 'href="#perDay"' in answer.text
    assert "€10.00 a day" in camille.submit(page, path, perDay="10,00", perMonth="").text
    assert world.get(f"/ordain/v1/credentials/{key}/limit").ok()["perDay"]["value"] == 10
    assert "What there is" in camille.submit(camille.open(path), path, perDay="", perMonth="").text
    assert world.get(f"/ordain/v1/credentials/{key}/limit").status == 404
    assert signed_in(world, "dieter").open(path).status_code == 404
    is_guarded(world, path, {"perDay": "1"})


def test_a_telephone_number_is_read_as_its_country_writes_it(world: World) -> None:
    stranger, known = Visitor(world), signed_in(world)
    page = stranger.open("/sign-up?country=FR&legalform=individual")
    named = {"email": "nora@world.example", "firstname": "Nora", "name": "Neuve", "address": "1 rue du Test"}
    where = {"zip": "59000", "city": "Lille", "phone": "03 20 00 00 02", "password": PASSWORD, "accepted": "yes"}
    assert stranger.submit(page, "/sign-up", **named, **where).url.path == "/account"
    assert "+33.320000002" in stranger.open("/account/details").text
    changed = stranger.submit(stranger.open("/account/details"), "/account/details", phone="(0)320 00-00-03")
    assert changed.status_code == 200
    assert "+33.320000003" in stranger.open("/account/details").text
    made = known.submit(known.open("/contacts/new"), "/contacts/new", **{**FILLED, "phone": "01 23 45 67 89"})
    contact = int(made.url.path.rpartition("/")[2])
    assert world.get(f"/me/contact/{contact}").ok()["phone"] == "+33.123456789"
