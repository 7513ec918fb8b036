"""Signing up by the page: the rules of the API, in words; what is wrong is told at once, and nobody of others."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from ordain.api.words import ENUMERATIONS
from ordain.flows import accounts
from ordain.web.sign_up import FIELDS, LOCALES, countries
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

NORA = {
    "email": "nora@world.example",
    "firstname": "Nora",
    "name": "Neuve",
    "address": "1 rue du Test",
    "zip": "59000",
    "city": "Lille",
    "phone": "+33.320000002",
    "password": "correct horse battery",
    "accepted": "yes",
}
PERSON = "/sign-up?country=FR&legalform=individual"


def fill(visitor: Visitor, path: str = PERSON, **changed: str) -> httpx.Response:
    """Open the form and send it filled in as Nora would."""
    return visitor.submit(visitor.open(path), "/sign-up", **{**NORA, **changed})


def told(page: httpx.Response) -> dict[str, str]:
    """The summary of problems: by the field it leads to."""
    found = re.findall(r'<li><a href="#(\w+)">(.*?)</a></li>', page.text)
    return {name: unescape(text) for name, text in found}


def test_one_signs_up_and_is_signed_in(world: World) -> None:
    visitor = Visitor(world, "fr")
    start = visitor.open("/sign-up?then=/order/17")
    assert '<option value="FR" selected>France</option>' in start.text
    page = visitor.open(f"{PERSON}&then=/account?x=y")
    landed = visitor.submit(page, "/sign-up", **NORA)
    assert str(landed.url).endswith("/account?x=y")
    nic = accounts_of(world)[-1]
    assert re.fullmatch(r"nn\d{5,}-ordain", nic)
    assert f"Votre compte {nic}" in landed.text
    again = Visitor(world)
    assert again.sign_in("nora@world.example", NORA["password"]).url.path == "/account"


def test_a_button_pressed_twice_makes_one_account(world: World) -> None:
    visitor, again, before = Visitor(world), Visitor(world), len(accounts_of(world))
    form = visitor.filled(visitor.open(PERSON), "/sign-up", **NORA)
    again.client.cookies.update(visitor.client.cookies)  # the second click, before the first one's answer is there
    pages = [each.send("/sign-up", form) for each in (visitor, again)]
    assert len(accounts_of(world)) == before + 1
    nic = accounts_of(world)[-1]
    assert [(page.url.path, nic in page.text) for page in pages] == [("/account", True)] * 2


def accounts_of(world: World) -> list[str]:
    return world.runner.run(accounts.names(world.engine))


def test_everything_that_is_wrong_is_told_at_once_in_the_readers_language(world: World) -> None:
    before = accounts_of(world)
    page = fill(Visitor(world, "fr"), email="nora", zip="5900", phone="x", firstname=" ", password="short", accepted="")
    assert page.status_code == 400
    assert told(page) == {
        "email": "Adresse e-mail : À écrire autrement, par exemple : camille@mail.example",
        "firstname": "Prénom : À remplir",
        "zip": "Code postal : À écrire autrement, par exemple : 59100",
        "phone": "Téléphone : À écrire autrement, par exemple : +33.123456789",
        "password": "Un mot de passe compte de 12 à 200 caractères",
        "accepted": "Acceptez les contrats pour continuer",
    }
    assert 'value="Neuve"' in page.text  # what was right is still there
    assert "short" not in page.text  # but never a password
    assert accounts_of(world) == before


def test_ten_wrong_inputs(world: World) -> None:
    visitor = Visitor(world)
    for field, value, sentence in (
        ("name", "x" * 256, "at most 255"),
        ("city", "", "required"),
        ("address", "\t ", "required"),
        ("email", "a@b@c", "not written"),
        ("zip", "59 000", "not written"),
        ("phone", "+33" * 20, "at most 30"),
        ("birthDay", "1990-02-30", "no such day"),
        ("birthDay", "2099-01-01", "still to come"),
        ("birthDay", "17.05.1990", "not written"),
        ("firstname", "", "required"),
    ):
        page = fill(visitor, **{field: value})
        assert (page.status_code, list(told(page))) == (400, [field]), (field, value)
        assert sentence in told(page)[field]


def test_what_is_asked_depends_on_country_and_kind(world: World) -> None:
    visitor = Visitor(world)

    def asked(country: str, legalform: str) -> set[str]:
        page = visitor.open(f"/sign-up?country={country}&legalform={legalform}")
        return set(visitor.filled(page, "/sign-up")) & FIELDS.keys()

    person = asked("FR", "individual")
    assert {"birthDay", "zip"} <= person
    assert not {"organisation", "vat", "area"} & person
    company = asked("FR", "corporation")
    assert {"organisation", "corporationType", "companyNationalIdentificationNumber", "vat"} <= company
    assert "birthDay" not in company
    assert "area" in asked("US", "individual")
    assert "nationalIdentificationNumber" in asked("IT", "individual")
    american = fill(visitor, "/sign-up?country=US&legalform=individual", zip="97201", area="ZZ")
    assert list(told(american)) == ["area"]
    assert fill(visitor, "/sign-up?country=US&legalform=individual", zip="97201", area="OR").url.path == "/account"


def test_a_vat_number_that_cannot_be_right_is_told(world: World) -> None:
    path = "/sign-up?country=DE&legalform=corporation"
    german = {"organisation": "Neuve GmbH", "zip": "10117", "city": "Berlin", "phone": "+49.300000000"}
    assert told(fill(Visitor(world, "fr"), path, **german, vat="DE136695977")) == {
        "vat": "Numéro de TVA : Ce n'est pas un numéro de TVA : sa forme ou ses chiffres de contrôle sont faux"
    }
    assert fill(Visitor(world), path, **german, vat="DE136695976").url.path == "/account"


def test_a_strange_country_or_kind_begins_anew(world: World) -> None:
    visitor = Visitor(world)
    for query in (
        "country=XX&legalform=individual",
        "country=FR&legalform=king",
        "country=UNKNOWN&legalform=other",
        "",
    ):
        assert "depends on where you are" in visitor.open(f"/sign-up?{query}").text
    page = visitor.open(PERSON)
    assert visitor.submit(page, "/sign-up", **{**NORA, "country": "XX"}).url.path == "/sign-up"
    assert visitor.send("/sign-up", NORA).status_code == 403  # no token


def test_who_has_an_account_is_not_told(world: World) -> None:
    first = fill(Visitor(world))
    second = fill(Visitor(world))
    assert first.url.path == second.url.path == "/account"
    stranger = fill(Visitor(world), password="another one entirely")
    assert stranger.url.path == "/account"
    # An address leads to the oldest account that has it: nobody gets into one by signing up with its address.
    assert Visitor(world).sign_in("nora@world.example", "another one entirely").status_code == 403
    assert Visitor(world).sign_in("nora@world.example", NORA["password"]).url.path == "/account"


def test_nobody_makes_accounts_without_end(world: World) -> None:
    answers = [fill(Visitor(world), email=f"n{number}@world.example").status_code for number in range(12)]
    assert answers == [200] * 10 + [429] * 2
    others = [Visitor(world, address=f"198.51.100.{number}") for number in range(4)]
    assert [fill(other).status_code for other in others] == [200] * 3 + [429]


def test_whoever_is_signed_in_needs_no_account(world: World) -> None:
    visitor = Visitor(world)
    fill(visitor)
    assert visitor.open("/sign-up").url.path == "/account"


def test_the_countries_are_the_contracts() -> None:
    for code in LOCALES:
        assert {key for key, _ in countries(code)} == set(ENUMERATIONS["nichandle.CountryEnum"]) - {"UNKNOWN"}
