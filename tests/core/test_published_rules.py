"""The two rules that the guides print: ours are the same, member by member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ordain.adapters.catalogue_files import load
from ordain.core import rules

NO_POSTCODES = ["IE", "AZ", "DJ", "LA", "CI", "AN", "HK", "BO", "PA", "HN", "NI", "SV", "CO"]
LOCALES = [
    "fr_FR", "pl_PL", "de_DE", "es_ES", "en_GB", "it_IT", "pt_PT", "nl_NL", "cs_CZ", "en_IE", "lt_LT", "fi_FI",
    "fr_SN", "fr_TN", "fr_MA", "en_AU", "en_CA", "fr_CA", "en_US",
]  # fmt: skip
REQUIRED = {"operator": "required"}
SHORT = {"operator": "maxlength", "value": "255"}


def published(name: str) -> dict[str, Any]:
    """An extension's create rule as it goes over the wire."""
    catalogue = load(Path(__file__).parents[2] / "catalogue")
    rule = rules.active(catalogue.extensions[name].rules["create"], frozenset({"create"}))
    tree: dict[str, Any] = json.loads(msgspec.json.encode(rule))
    return tree


def when(label: str, contact: str = "OWNER_CONTACT", **constraint: Any) -> dict[str, Any]:
    """A condition as the guide nests it."""
    member = {"label": label, "type": "string", "constraints": [constraint, REQUIRED]}
    return {"label": contact, "type": "contact", "fields": member, "constraints": [REQUIRED]}


def field(label: str, what: str, placeholder: str, *constraints: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": label,
        "type": "string",
        "description": f"Represents the {what} of the owner contact.",
        "placeholder": placeholder,
        "constraints": [*constraints, SHORT],
    }


def one_of(*values: str) -> dict[str, Any]:
    return {"operator": "contains", "values": list(values)}


PERSON = {"operator": "required", "conditions": when("legalForm", operator="eq", value="individual")}
BODY = {"operator": "required", "conditions": when("legalForm", operator="ne", value="individual")}
POSTCODE = {
    "operator": "required",
    "conditions": when("address.country", operator="notcontains", values=NO_POSTCODES),
}


def generic(countries: list[str]) -> list[dict[str, Any]]:
    """The members of the generic rule's owner, in the order of the guide."""
    return [
        field("address.city", "city", "lorem", REQUIRED),
        field("address.country", "country", "FR", one_of(*countries), REQUIRED),
        field("email", "email", "lorem", REQUIRED),
        field("firstName", "first name", "lorem", PERSON),
        field("language", "language", "fr_FR", one_of(*LOCALES), REQUIRED),
        field("lastName", "last name", "lorem", PERSON),
        field("legalForm", "legal form", "individual",
              one_of("association", "corporation", "individual", "other"), REQUIRED),
        field("address.line1", "address", "lorem", REQUIRED),
        field("organisationName", "organisation name", "lorem", BODY),
        field("phone", "phone number", "+33.612345678", REQUIRED),
        field("address.zip", "postcode", "12345", POSTCODE),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["com", "net", "org", "info"])
def test_the_generic_rule(name: str) -> None:
    tree = published(name)
    members = tree["and"][0]["fields"]["and"]
    countries = members[1]["constraints"][0]["values"]
    assert len(countries) == len(set(countries)) > 240
    assert tree == {
        "and": [
            {
                "label": "OWNER_CONTACT",
                "type": "contact",
                "description": "Represents the owner contact.",
                "fields": {"and": generic(countries), "constraints": []},
                "constraints": [REQUIRED],
            },
            {
                "label": "OWNER_LEGAL_AGE",
                "type": "bool",
                "description": "Confirms that the owner is of legal age.",
                "constraints": [],
            },
        ],
        "constraints": [],
    }


def elsewhere(contact: str) -> dict[str, Any]:
    """That a contact is not in Berlin, by the newer guide's `or`."""
    return place(contact, "ne")


def place(contact: str, operator: str) -> dict[str, Any]:
    members = (("address.country", "DE"), ("address.city", "Berlin"))
    branches = [{"label": label, "type": "string", "constraints": [{"operator": operator, "value": value}]}
                for label, value in members]  # fmt: skip
    return {
        "label": contact,
        "type": "contact",
        "fields": {"or": branches, "constraints": []},
        "constraints": [REQUIRED],
    }


def test_the_rule_of_berlin() -> None:
    """Owner and admin are each held to Berlin while the other is elsewhere."""
    tree = published("berlin")
    parties = {each["label"]: each for each in tree["and"]}
    admin = {each["label"]: each["constraints"] for each in parties["ADMIN_ACCOUNT"]["fields"]["and"]}
    assert admin == {
        "address.country": [{"operator": "eq", "value": "DE", "conditions": elsewhere("OWNER_CONTACT")}],
        "address.city": [{"operator": "eq", "value": "Berlin", "conditions": elsewhere("OWNER_CONTACT")}],
    }
    owner = {each["label"]: each["constraints"] for each in parties["OWNER_CONTACT"]["fields"]["and"]}
    [listed] = [each for each in owner["address.country"] if each["operator"] == "contains"]
    assert listed["conditions"] == place("ADMIN_ACCOUNT", "eq")
    assert {"operator": "eq", "value": "DE", "conditions": elsewhere("ADMIN_ACCOUNT")} in owner["address.country"]
    assert {"operator": "eq", "value": "Berlin", "conditions": elsewhere("ADMIN_ACCOUNT")} in owner["address.city"]
    rest = [each for each in generic([]) if each["label"] not in ("address.country", "address.city")]
    assert [each for each in parties["OWNER_CONTACT"]["fields"]["and"] if each["label"] not in admin] == rest
