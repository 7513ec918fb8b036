"""The specification's table of labels: types, what is required, and what holds where nothing is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import catalogue_files
from ordain.core.account import Account, Contact, as_contact
from ordain.core.cart import Configuration, Item
from ordain.core.configuration import (
    MOST_NAME_SERVERS,
    TEMPLATES,
    TYPES,
    People,
    Requirement,
    age_is_known,
    contact_id,
    facts,
    labels,
    misfit,
    name_servers,
    owner_of,
    requirements,
)
from ordain.core.offer import Offer
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from ordain.core.catalogue import Catalogue, Extension

CAMILLE, DIETER, URSULA = (PEOPLE[name] for name in ("camille", "dieter", "ursula"))
ALWAYS = ["OWNER_LEGAL_AGE", "OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT", "DNS"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_files.load(Path(__file__).parents[2] / "catalogue")


@pytest.fixture
def fr(catalogue: Catalogue) -> Extension:
    return catalogue.extensions["fr"]


def item(*put_on: tuple[str, str], action: Any = "create", flavour: Any = "default", contexts: Any = ()) -> Item:
    offer = Offer(domain="foo.fr", shown="foo.fr", extension="fr", action=action, flavour=flavour, years=(1,),
                  currency="EUR", first=1, renew=1, contexts=contexts)  # fmt: skip
    labelled = tuple(Configuration(number, 1, *label) for number, label in enumerate(put_on))
    return Item(
        item_id=1, kind="domain", domain="foo.fr", shown="foo.fr", years=1, offer=offer, configurations=labelled
    )


ZONE = Item(item_id=2, kind="dns", domain="zone-2", shown="", years=1)


def asked(of: Item, extension: Extension | None, account: Account | None = CAMILLE, **people: Any) -> list[Requirement]:
    return requirements(of, extension, People(account, **people), NOON)


# --- which labels there are, and which are required ---


def test_the_specifications_list_for_an_ordinary_name(fr: Extension) -> None:
    found = asked(item(), fr, None)
    assert [(one.label, one.type) for one in found] == [
        ("OWNER_LEGAL_AGE", "bool"),
        ("OWNER_CONTACT", "/me/contact"),
        ("ADMIN_ACCOUNT", "Nichandle"),
        ("TECH_ACCOUNT", "Nichandle"),
        ("DNS", "String"),
    ]
    assert [one.label for one in found if one.required] == ["OWNER_LEGAL_AGE"]


@pytest.mark.parametrize(
    ("context", "label", "kind"),
    [
        ("accept_conditions", "ACCEPT_CONDITIONS", "bool"),
        ("reason", "REASON", "String"),
        ("claims", "CLAIMS_NOTICE", "String"),
        ("protected_code", "PROTECTED_CODE", "String"),
    ],
)
def test_a_label_of_a_context_is_asked_for_in_it_alone_and_then_required(
    fr: Extension, context: str, label: str, kind: str
) -> None:
    assert label not in [one.label for one in asked(item(), fr)]
    [found] = [one for one in asked(item(contexts=(context,)), fr) if one.label not in ALWAYS]
    assert (found.label, found.type, found.required) == (label, kind, True)


def test_a_transfer_needs_the_auth_code(fr: Extension) -> None:
    [found] = [one for one in asked(item(action="transfer"), fr) if one.label not in ALWAYS]
    assert (found.label, found.required) == ("AUTH_INFO", True)


@pytest.mark.parametrize("flavour", ["aftermarket1", "aftermarket2"])
def test_a_name_bought_from_its_owner_needs_no_auth_code(fr: Extension, flavour: str) -> None:
    assert [one.label for one in asked(item(action="transfer", flavour=flavour), fr)] == ALWAYS


def test_a_zone_on_its_own_needs_its_name() -> None:
    assert asked(ZONE, None) == [
        Requirement("zone", "String", required=True),
        Requirement("template", "String", required=False, allowed=TEMPLATES),
    ]
    assert labels(ZONE, None) == ("zone", "template")


def test_gov_uk_asks_for_its_own_json(catalogue: Catalogue) -> None:
    assert TYPES["DOMAIN_CONFIG"] == "json"
    assert not any("DOMAIN_CONFIG" in labels(item(), catalogue.extensions[name]) for name in ("fr", "com", "de"))


def test_fields_and_allowed_values_come_from_the_rule(fr: Extension) -> None:
    by_label = {one.label: one for one in asked(item(), fr)}
    assert {"email", "address.country", "legalForm"} <= set(by_label["OWNER_CONTACT"].fields)
    assert by_label["OWNER_LEGAL_AGE"].allowed == ("true",)


# --- OWNER_LEGAL_AGE: required unless it can be answered from what is known ---

CHILD = structs.replace(CAMILLE, birthDay="2015-01-01")
STRANGER = structs.replace(as_contact(CAMILLE), firstName="Claude")


@pytest.mark.parametrize(
    ("account", "owner", "known"),
    [
        (CAMILLE, None, True),
        (CAMILLE, as_contact(CAMILLE), True),
        (CAMILLE, STRANGER, False),
        (CHILD, None, False),
        (DIETER, None, True),
        (URSULA, None, False),
        (None, None, False),
        (None, as_contact(CAMILLE), False),
    ],
)
def test_the_legal_age_is_required_where_the_record_does_not_show_it(
    fr: Extension, account: Account | None, owner: Contact | None, *, known: bool
) -> None:
    people = People(account, owner)
    assert age_is_known(fr, people, NOON) is known
    assert requirements(item(), fr, people, NOON)[0] == Requirement(
        "OWNER_LEGAL_AGE", "bool", not known, allowed=("true",)
    )
    assert facts(item(), people, fr, NOON).get("OWNER_LEGAL_AGE") == ("true" if known else None)


def test_what_the_customer_says_of_the_age_stands(fr: Extension) -> None:
    assert facts(item(("OWNER_LEGAL_AGE", "false")), People(CAMILLE), fr, NOON)["OWNER_LEGAL_AGE"] == "false"


# --- defaults ---


def test_without_an_owner_the_account_is_copied_and_with_one_it_is_not(fr: Extension) -> None:
    assert owner_of(People(CAMILLE)) == as_contact(CAMILLE)
    assert owner_of(People(CAMILLE, STRANGER)) == STRANGER
    assert owner_of(People(None)) is None
    known = facts(item(), People(CAMILLE, admin=CAMILLE, tech=DIETER), fr, NOON)
    assert known["OWNER_CONTACT"]["firstName"] == known["ADMIN_ACCOUNT"]["firstName"] == "Camille"
    assert known["TECH_ACCOUNT"]["organisationName"] == "Weber GmbH"
    assert facts(item(), People(None), fr, NOON)["OWNER_CONTACT"] is None


# --- the form of a value ---


@pytest.mark.parametrize(
    ("label", "good", "bad"),
    [
        ("OWNER_LEGAL_AGE", ["true", "false", "TRUE", "1", "0"], ["yes", "", "2"]),
        ("ACCEPT_CONDITIONS", ["true"], ["oui"]),
        ("OWNER_CONTACT", ["/me/contact/1", "/domain/contact/123456"],
         ["1", "/me/contact/", "/me/contact/x", "/me/contact/1/", "/me/contact/-1", "/me/contact/\u0661"]),
        ("ADMIN_ACCOUNT", ["ab12345-ordain", "xx1-ovh"], ["", "me", "AB12345-ovh", "ab12345", "ab12345-"]),
        ("TECH_ACCOUNT", ["ab12345-ordain"], ["tech@x.example"]),
        ("DNS", ["", "ns1.x.example,ns2.x.example", " NS1.x.example. , ns2.x.example "],
         ["ns1.x.example", "ns1.x.example,ns1.x.example", "ns1.x.example,NS1.X.example.", "ns1,ns2",
          "ns1.x.example,-.example", "192.0.2.10,192.0.2.11", "ns1.x.example,n\u017f2.x.example",
          "ns1.x.example,ns2.x.-a", ",".join(f"ns{n}.x.example" for n in range(MOST_NAME_SERVERS + 1))]),
        ("DOMAIN_CONFIG", ["{}", '{"a": 1}'], ["", "{", "a=1"]),
        ("zone", ["foo.fr", "a.b.co.uk", "xn--caf-dma.fr"], ["", "foo", "foo.fr.", "café.fr", "-a.fr", "a b.fr",
         "\u017fhop.fr", "\u212aino.fr", "shop.192", "shop.-a"]),
        ("template", list(TEMPLATES), ["", "big", "Basic"]),
        ("REASON", ["", "a town's name"], []),
        ("AUTH_INFO", ["x"], []),
    ],
)  # fmt: skip
def test_a_value_has_its_labels_form(label: str, good: list[str], bad: list[str]) -> None:
    assert {value: misfit(label, value) for value in good} == dict.fromkeys(good)
    for value in bad:
        found = misfit(label, value)
        assert found
        assert (found.kind, found.field) == ("invalid", label)
        assert found.message.startswith(label)


@given(st.sampled_from(sorted(TYPES)), st.text())
def test_no_value_makes_the_form_fail(label: str, value: str) -> None:
    found = misfit(label, value)
    assert found is None or len(found.message) < 400


@given(st.integers(0, 10**15 - 1), st.sampled_from(["me", "domain"]))
def test_both_kinds_of_contacts_share_their_numbers(number: int, house: str) -> None:
    assert contact_id(f"/{house}/contact/{number}") == number


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        (None, ()),
        ("", ()),
        (" , ", ()),
        ("NS1.x.example., ns2.x.example", ("ns1.x.example", "ns2.x.example")),
    ],
)
def test_name_servers_are_read_in_their_order(value: str | None, hosts: tuple[str, ...]) -> None:
    assert name_servers(value) == hosts
