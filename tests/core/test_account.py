"""What a credential may do, who an account is, and whether its holder is old enough."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.account import Account, Caller, as_contact, birth_day, of_age, same_person
from tests.world import NOON, PEOPLE

CAMILLE, DIETER, URSULA = (PEOPLE[name] for name in ("camille", "dieter", "ursula"))


def caller(*rules: tuple[str, str]) -> Caller:
    return Caller(CAMILLE, 1, 1, rules, NOON, None)


@pytest.mark.parametrize(
    ("pattern", "path", "granted"),
    [
        ("/*", "/", True),
        ("/*", "/me/order/1", True),
        ("*", "/me", True),
        ("/me", "/me", True),
        ("/me", "/me/order", False),
        ("/me", "/m", False),
        ("/me/*", "/me", False),
        ("/me/*", "/me/order/1", True),
        ("/me/*", "/men/1", False),
        ("/domain/*/record", "/domain/foo.fr/record", True),
        ("/domain/*/record", "/domain/foo.fr/records", False),
        ("/domain/*/record", "/domain/record", False),
        ("/a*a", "/a", False),
        ("/a*b*c", "/a-c-b-c", True),
        ("/a*b*c", "/a-c-b", False),
        ("/a*bb*b", "/abb", False),
        ("", "/me", False),
    ],
)
def test_a_rule_grants_the_paths_its_pattern_matches(pattern: str, path: str, *, granted: bool) -> None:
    assert caller(("GET", pattern)).may("GET", path) is granted


def test_a_rule_grants_its_own_method_only_and_one_rule_is_enough() -> None:
    one = caller(("GET", "/me"), ("POST", "/order/*"))
    assert one.may("GET", "/me")
    assert one.may("POST", "/order/cart")
    assert not one.may("POST", "/me")
    assert not one.may("DELETE", "/order/cart")
    assert not caller().may("GET", "/me")


@given(st.lists(st.text("ab/", max_size=3), min_size=1, max_size=4), st.lists(st.text("ab/", max_size=3), min_size=4))
def test_a_star_stands_for_anything(parts: list[str], fillings: list[str]) -> None:
    path = parts[0] + "".join(filling + part for filling, part in zip(fillings, parts[1:], strict=False))
    assert caller(("GET", "*".join(parts))).may("GET", path)


def born(day: str | None, **changes: Any) -> Account:
    return structs.replace(CAMILLE, birthDay=day, **changes)


@pytest.mark.parametrize(
    ("day", "now", "enough"),
    [
        ("2008-11-23", datetime(2026, 11, 23, tzinfo=UTC), True),  # today
        ("2008-11-24", datetime(2026, 11, 23, tzinfo=UTC), False),  # tomorrow
        ("2008-02-29", datetime(2026, 2, 28, tzinfo=UTC), False),
        ("2008-02-29", datetime(2026, 3, 1, tzinfo=UTC), True),
        ("2008-12-01", datetime(2027, 1, 1, tzinfo=UTC), True),
        (None, NOON, False),
        ("", NOON, False),
        ("17/05/1990", NOON, False),
        ("1990-13-01", NOON, False),
    ],
)
def test_a_person_is_of_age_from_the_birthday_on_if_there_is_one(
    day: str | None, now: datetime, *, enough: bool
) -> None:
    assert of_age(born(day), 18, now) is enough


@pytest.mark.parametrize("form", ["corporation", "association", "other"])
def test_a_body_is_always_of_age(form: str) -> None:
    assert of_age(born(None, legalform=form), 18, NOON)


def test_the_age_asked_for_counts() -> None:
    assert of_age(born("2008-01-01"), 18, NOON)
    assert not of_age(born("2008-01-01"), 21, NOON)


def test_an_account_is_the_template_of_its_owner() -> None:
    contact = as_contact(CAMILLE)
    assert (contact.firstName, contact.lastName, contact.legalForm) == ("Camille", "Martin", "individual")
    assert (contact.address.line1, contact.address.zip, contact.address.city, contact.address.country) == (
        "2 rue Kellermann", "59100", "Roubaix", "FR",
    )  # fmt: skip
    assert (contact.birthDay, contact.birthCity, contact.birthZip) == (date(1990, 5, 17), "Roubaix", "59100")
    assert contact.id == 0
    assert as_contact(DIETER).organisationName == "Weber GmbH"


def test_what_an_account_does_not_say_its_contact_does_not_either() -> None:
    bare = Account(nichandle="x1-ordain", email="x@y.example", language="fr_FR", ovhSubsidiary="FR", country="FR",
                   legalform="other")  # fmt: skip
    contact = as_contact(bare)
    assert (contact.firstName, contact.lastName, contact.address.line1, contact.birthDay) == ("", "", "", None)
    assert birth_day(bare) is None


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"phone": "+33.999", "email": "other@world.example"}, True),
        ({"firstName": "Claude"}, False),
        ({"lastName": "Durand"}, False),
        ({"birthDay": date(2015, 5, 17)}, False),
        ({"birthDay": None}, False),
        ({"legalForm": "corporation"}, False),
        ({"organisationName": "Martin SARL"}, False),
    ],
)
def test_a_contact_is_the_account_holder_by_name_form_and_birth(changes: dict[str, Any], *, same: bool) -> None:
    assert same_person(structs.replace(as_contact(CAMILLE), **changes), CAMILLE) is same


def test_three_people_are_three() -> None:
    assert not same_person(as_contact(URSULA), CAMILLE)
    assert not same_person(as_contact(CAMILLE), URSULA)
