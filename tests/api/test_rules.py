"""/domain/configurationRule: what registries demand, published and checked before there is a cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World

PATH = "/domain/configurationRule"


def test_a_rule_is_published_to_anybody(world: World) -> None:
    rule = world.get(PATH, who=None, action="create", domain="foo.com").ok()
    assert [each["label"] for each in rule["and"]] == ["OWNER_CONTACT", "OWNER_LEGAL_AGE"]
    assert rule["constraints"] == []


def test_a_transfer_s_rule_asks_for_the_code(world: World) -> None:
    rule = world.get(PATH, who=None, action="transfer", domain="foo.com").ok()
    assert "AUTH_INFO" in [each["label"] for each in rule["and"]]


def test_an_empty_owner_breaks_the_published_sample_s_seven_constraints(world: World) -> None:
    refused = world.call("POST", f"{PATH}/check", "camille", query={"action": "create", "domain": "foo.com"},
                         body={"owner": {}})  # fmt: skip
    assert refused.status == 400
    assert refused.body["class"] == "Client::BadRequest::DOMDOCRuleNotRespected"
    assert refused.body["message"] == "7 constraints of rules are not respected"
    assert refused.body["details"]["owner.legal_form"] == 'Field "legalForm" is required'
    assert refused.body["details"]["owner.city"] == 'Field "city" is required'


def test_good_data_is_answered_with_null(world: World) -> None:
    owner = {
        "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
        "email": "camille@world.example",
        "firstName": "Camille",
        "lastName": "Martin",
        "language": "fr_FR",
        "legalForm": "individual",
        "phone": "+33.320000000",
    }
    query = {"action": "create", "domain": "foo.com"}
    assert world.call("POST", f"{PATH}/check", "camille", query=query, body={"owner": owner}).ok() is None


def test_the_admin_s_account_is_asked_by_a_contact_s_names(world: World) -> None:
    query = {"action": "create", "domain": "foo.berlin"}
    elsewhere = {
        "owner": {"address": {"city": "Paris", "country": "FR"}},
        "adminAccount": {"city": "Berlin", "country": "DE"},
    }
    refused = world.call("POST", f"{PATH}/check", "camille", query=query, body=elsewhere).body["details"]
    assert not any(key.startswith("admin.") for key in refused)


def test_what_cannot_be_asked_about_is_refused(world: World) -> None:
    assert world.get(PATH, who=None, action="create", domain="foo.nowhere").body["details"].keys() == {"domain"}
    assert world.get(PATH, who=None, action="sell", domain="foo.com").body["details"].keys() == {"action"}
    assert world.get(PATH, who=None, action="create").body == {
        "class": "Client::BadRequest", "message": "domain is required", "details": {"domain": "domain is required"}
    }  # fmt: skip
