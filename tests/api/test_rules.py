"""/domain/configurationRule: what registries demand, published and checked before there is a cart."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.world import Answer, World

PATH = "/domain/configurationRule"
OWNER: dict[str, Any] = {
    "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
    "email": "camille@world.example",
    "firstName": "Camille",
    "lastName": "Martin",
    "language": "fr_FR",
    "legalForm": "individual",
    "phone": "+33.320000000",
}


def check(world: World, domain: str, *, action: str = "create", who: str = "camille", **facts: Any) -> Answer:
    return world.call("POST", f"{PATH}/check", who, query={"action": action, "domain": domain}, body=facts)


def told(answer: Answer) -> dict[str, str]:
    """The sentences by field, without what else is in the details."""
    assert answer.status == 400
    return {field: text for field, text in answer.body["details"].items() if not field.startswith("_")}


def violations(answer: Answer) -> list[dict[str, Any]]:
    """What the details tell programs."""
    found: list[dict[str, Any]] = json.loads(answer.body["details"]["_violations"])
    return found


def test_a_rule_is_published_to_anybody(world: World) -> None:
    rule = world.get(PATH, who=None, action="create", domain="foo.com").ok()
    assert [each["label"] for each in rule["and"]] == ["OWNER_CONTACT", "OWNER_LEGAL_AGE"]
    assert rule["constraints"] == []


def test_a_transfer_s_rule_asks_for_the_code(world: World) -> None:
    rule = world.get(PATH, who=None, action="transfer", domain="foo.com").ok()
    assert "AUTH_INFO" in [each["label"] for each in rule["and"]]


def test_an_empty_owner_breaks_the_published_sample_s_seven_constraints(world: World) -> None:
    """In the contract's English, whoever asks: this is the one sentence it prints (wire-contract §3)."""
    for who in ("camille", "dieter", "ursula"):
        refused = check(world, "foo.com", who=who, owner={})
        assert refused.body["class"] == "Client::BadRequest::DOMDOCRuleNotRespected"
        assert refused.body["message"] == "7 constraints of rules are not respected"
        assert told(refused) == {
            "owner.city": 'Field "city" is required',
            "owner.country": 'Field "country" is required',
            "owner.email": 'Field "email" is required',
            "owner.language": 'Field "language" is required',
            "owner.legal_form": 'Field "legalForm" is required',
            "owner.line1": 'Field "line1" is required',
            "owner.phone": 'Field "phone" is required',
        }
        details = refused.body["details"]
        assert details["_message"] == "Input data does not respect the rule"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+0000 UTC", details["_date"])
        assert len(details["_id"]) == 9
        assert all(isinstance(text, str) for text in details.values()), "go-ovh decodes them as a map of strings"
        assert violations(refused)[0] == {"field": "owner.city", "operator": "required", "expected": []}


def test_good_data_is_answered_with_null(world: World) -> None:
    assert check(world, "foo.com", owner=OWNER).ok() is None


LANGUAGES = {
    "de_DE": "Das Feld „country“ muss einer dieser Werte sein: AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …",
    "en_GB": 'Field "country" must be one of AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …',
    "es_ES": "El campo «country» debe ser uno de estos valores: AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …",
    "fr_CA": "Le champ « country » doit être l'une de ces valeurs : AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …",
    "it_IT": "Il campo «country» deve essere uno di questi valori: AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …",
    "pl_PL": 'Field "country" must be one of AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …',
}


def test_other_sentences_are_in_the_account_s_language(world: World) -> None:
    american = {**OWNER, "address": {**OWNER["address"], "country": "US"}}
    for locale, sentence in LANGUAGES.items():
        world.put("/me", {"language": locale}).ok()
        refused = check(world, "foo.eu", owner=american)
        assert refused.body["message"] == "1 constraint of rules are not respected"
        assert told(refused) == {"owner.country": sentence}, locale
        [violation] = violations(refused)
        assert (violation["field"], violation["operator"]) == ("owner.country", "contains")
        assert {"FR", "DE", "NO"} < set(violation["expected"])
        assert "US" not in violation["expected"]


def test_two_constraints_on_one_field_are_both_told(world: World) -> None:
    refused = check(world, "foo.com", owner={**OWNER, "legalForm": "x" * 300})
    assert refused.body["message"].startswith("3 constraints"), "the third: an organisation has a name"
    assert told(refused)["owner.legal_form"].count("\n") == 1
    assert [(each["field"], each["operator"], each["expected"][-1:]) for each in violations(refused)] == [
        ("owner.legal_form", "contains", ["other"]),
        ("owner.legal_form", "maxlength", ["255"]),
        ("owner.organisation_name", "required", []),
    ]


@pytest.mark.parametrize("owner", ["a text", 7, ["a"], True])
def test_an_owner_that_is_no_object_is_no_owner(world: World, owner: object) -> None:
    assert check(world, "foo.com", owner=owner).body["details"].keys() == {"owner"}


@pytest.mark.parametrize("odd", [[], [[]], {}, {"a": {}}, 10**30, 1.5, "x" * 5000, ["FR", "DE"], True])
def test_odd_members_are_judged_as_they_are(world: World, odd: object) -> None:
    refused = check(world, "foo.com", owner={**OWNER, "legalForm": odd, "address": odd, "phone": odd})
    assert "owner.legal_form" in told(refused)
    assert "owner.city" in told(refused)


def test_the_admin_s_account_is_asked_by_a_contact_s_names(world: World) -> None:
    elsewhere: dict[str, Any] = {"owner": {"address": {"city": "Paris", "country": "FR"}}}
    inside = check(world, "foo.berlin", **elsewhere, adminAccount={"city": "Berlin", "country": "DE"})
    assert not any(key.startswith("admin.") for key in told(inside))
    outside = told(check(world, "foo.berlin", **elsewhere, adminAccount={"city": "Bonn", "country": "DE"}))
    assert {"admin.city": outside["admin.city"], "owner.city": outside["owner.city"]} == {
        "admin.city": "Le champ « city » doit être Berlin",
        "owner.city": "Le champ « city » doit être Berlin",
    }
    assert "admin.country" not in outside


def living(world: World, name: str) -> None:
    """A name that Camille holds."""
    world.pay(world.order(name)).ok()
    world.deliver()


def test_who_is_not_named_for_a_name_one_holds_is_who_stands_behind_it(world: World) -> None:
    """An update of nothing checks the name as it is (wire-contract §4.4); nobody stands behind a stranger's."""
    living(world, "mine.com")
    assert check(world, "mine.com", action="update").ok() is None
    assert check(world, "mine.com", action="trade").ok() is None
    for domain, who in (("mine.com", "dieter"), ("other.com", "camille")):
        assert told(check(world, domain, action="update", who=who)) == {"owner": 'Field "OWNER_CONTACT" is required'}
    assert told(check(world, "mine.com")) == {"owner": 'Field "OWNER_CONTACT" is required'}, "a creation names them"
    assert told(check(world, "mine.com", action="transfer")).keys() == {"AUTH_INFO"}
    assert check(world, "mine.com", action="transfer", extras={"authInfo": "code"}).ok() is None


def test_what_identifies_an_owner_cannot_be_changed_by_an_update(world: World) -> None:
    living(world, "mine.com")
    other = {**OWNER, "lastName": "Other", "phone": "+33.320000009"}
    refused = check(world, "mine.com", action="update", owner=other)
    assert told(refused) == {"owner.last_name": "Le champ « lastName » ne peut pas être modifié"}
    assert violations(refused) == [{"field": "owner.last_name", "operator": "readonly", "expected": []}]
    assert check(world, "mine.com", action="update", owner={**OWNER, "phone": "+33.320000009"}).ok() is None
    assert check(world, "mine.com", action="trade", owner=other).ok() is None


def test_what_cannot_be_asked_about_is_refused(world: World) -> None:
    assert world.get(PATH, who=None, action="create", domain="foo.nowhere").body["details"].keys() == {"domain"}
    assert world.get(PATH, who=None, action="sell", domain="foo.com").body["details"].keys() == {"action"}
    assert world.get(PATH, who=None, action="create").body == {
        "class": "Client::BadRequest", "message": "domain is required", "details": {"domain": "domain is required"}
    }  # fmt: skip
    assert world.call("POST", f"{PATH}/check", None, query={"action": "create", "domain": "a.com"}).status == 401
