"""Each of the specification's nine labels demanded, refused and accepted over the wire, in an order up to its delivery.

"Below is the exhaustive list of required configurations for a domain name" (Order a Domain Name).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.world import Answer, World

RULE = "Client::BadRequest::DOMDOCRuleNotRespected"
PERSON: dict[str, Any] = {
    "address": {"city": "Lyon", "country": "FR", "line1": "1 rue du Test", "zip": "69001"},
    "email": "owner@world.example",
    "firstName": "Olga",
    "lastName": "Owner",
    "language": "fr_FR",
    "legalForm": "individual",
    "phone": "+33.400000000",
}
COUNCIL = {
    **PERSON,
    "address": {"city": "Exampleton", "country": "GB", "line1": "1 Example Street", "zip": "SW1A 2AA"},
    "legalForm": "other",
    "organisationName": "Exampleton Council",
    "organisationType": "local authority",
    "organisationRole": "council",
    "organisationFunding": "public",
    "organisationStaffStatus": "public servants",
    "organisationAccountable": "the council",
}
COUNCIL_CONFIG = {"audience": "citizens", "isFor": ["information_website"], "represent": "the council"}


class Asked(NamedTuple):
    """One label with a name that needs it: what the dry run says without it, what is refused, and what is taken."""

    label: str
    domain: str
    missing: str
    wrong: tuple[tuple[Any, str], ...]
    right: Any
    who: str = "camille"
    beside: tuple[tuple[str, Any], ...] = ()
    """What else is configured from the beginning."""

    @property
    def required(self) -> bool:
        """Whether requiredConfiguration says so; the others are asked for by the registry's rule, by facts."""
        return self.missing.startswith("Custom field")


def mandatory(label: str, extension: str) -> str:
    return f"Custom field {label} is mandatory for product {extension}"


TABLE = (
    Asked("OWNER_LEGAL_AGE", "age.com", mandatory("OWNER_LEGAL_AGE", "com"),
          (("perhaps", "is true or false"), (False, "old enough"), ("0", "old enough"), ("", "is true or false")),
          "true", who="ursula"),
    Asked("OWNER_CONTACT", "owner.eu", 'OWNER_CONTACT: Field "country" must be one of AT, BE',
          (("the king", "has the form /me/contact/1234"), ("/me/contact/1", "does not exist"),
           ({**PERSON, "address": {**PERSON["address"], "country": "US"}}, 'Field "country" must be one of AT')),
          PERSON, who="ursula", beside=(("OWNER_LEGAL_AGE", True),)),
    Asked("ADMIN_ACCOUNT", "admin.berlin", "ADMIN_ACCOUNT: Le champ « city » doit être Berlin",
          (("somebody", "is an account's name"), ("ab12345-ordain", "does not exist"), ("@ursula", "doit être DE")),
          "@dieter"),
    Asked("TECH_ACCOUNT", "tech.pt", "TECH_ACCOUNT: Le champ « vat » est obligatoire",
          (("somebody", "is an account's name"), ("ab12345-ordain", "does not exist"), ("@ursula", "« vat »")),
          "@dieter", beside=(("OWNER_CONTACT", {**PERSON, "vat": "FR40303265045"}), ("OWNER_LEGAL_AGE", True))),
    Asked("DOMAIN_CONFIG", "exampleton.gov.uk", mandatory("DOMAIN_CONFIG", "gov.uk"),
          (("citizens", "is the text of a JSON object"), ("[]", "DOMAIN_CONFIG is an object"),
           ('{"isFor": "a council"}', "DOMAIN_CONFIG is an object"), ("{}", "Le champ « audience » est obligatoire"),
           (json.dumps({**COUNCIL_CONFIG, "isFor": ["a party"]}), "Le champ « isFor » doit être")),
          json.dumps(COUNCIL_CONFIG),
          beside=(("OWNER_CONTACT", COUNCIL), ("OWNER_LEGAL_AGE", True))),
    Asked("ACCEPT_CONDITIONS", "conditions.fr", mandatory("ACCEPT_CONDITIONS", "fr"),
          (("perhaps", "is true or false"), ("false", "Le champ « ACCEPT_CONDITIONS » doit être accepté"),
           (0, "Le champ « ACCEPT_CONDITIONS » doit être accepté")),
          "true"),
    Asked("REASON", "reason.fr", mandatory("REASON", "fr"),
          (("x" * 4001, "4000"), ("   ", "REASON")), "It is our town"),
    Asked("CLAIMS_NOTICE", "claimed.com", mandatory("CLAIMS_NOTICE", "com"),
          ((" ", "CLAIMS_NOTICE"), ("deadbeef1", "CLAIMS_NOTICE"), ("true", "is no notice that was shown here")),
          "the notice"),
    Asked("PROTECTED_CODE", "protected.fr", mandatory("PROTECTED_CODE", "fr"),
          (("", "PROTECTED_CODE"),), "SANDBOX"),
)  # fmt: skip


class Item:
    """One name in a cart of its buyer's."""

    def __init__(self, world: World, asked: Asked) -> None:
        self.world, self.who, self.asked = world, asked.who, asked
        self.cart_id = world.cart(asked.who, {"ursula": "WE"}.get(asked.who, "FR"))
        self.item_id = world.add(self.cart_id, asked.domain, asked.who)
        self.path = f"/order/cart/{self.cart_id}/item/{self.item_id}"
        for label, value in asked.beside:
            self.configure(label, value).ok()

    def value(self, value: Any) -> Any:
        """A contact is made first, an account named, and a notice looked up."""
        if isinstance(value, dict):
            return f"/domain/contact/{self.world.post('/domain/contact', value, self.who).ok()['id']}"
        if value == "the notice":
            return self.world.notice(self.asked.domain)
        return self.world.nics[value[1:]] if str(value).startswith("@") else value

    def configure(self, label: str, value: Any) -> Answer:
        return self.world.post(f"{self.path}/configuration", {"label": label, "value": self.value(value)}, self.who)

    def required(self) -> dict[str, dict[str, Any]]:
        found = self.world.get(f"{self.path}/requiredConfiguration", self.who).ok()
        return {each["label"]: each for each in found}

    def refused(self) -> str:
        """What dry run and order say alike."""
        dry = self.world.get(f"/order/cart/{self.cart_id}/checkout", self.who)
        real = self.world.post(f"/order/cart/{self.cart_id}/checkout", {}, self.who)
        assert (dry.status, dry.body) == (real.status, real.body)
        assert dry.status == 400
        where = f"{self.item_id}.{self.asked.label}"
        assert any(field.startswith(where) for field in dry.body["details"]), dry.body
        if dry.body["class"] == RULE:
            told = json.loads(dry.body["details"]["_violations"])
            assert all(each["field"] in dry.body["details"] and each["operator"] for each in told)
        message: str = dry.body["message"]
        return message

    def delivered(self) -> None:
        self.world.get(f"/order/cart/{self.cart_id}/checkout", self.who).ok()
        order_id = self.world.post(f"/order/cart/{self.cart_id}/checkout", {}, self.who).ok()["orderId"]
        self.world.pay(order_id, who=self.who).ok()
        self.world.deliver()
        assert self.world.status(order_id, self.who) == "delivered"
        assert self.world.get(f"/domain/{self.asked.domain}", self.who).ok()["domain"] == self.asked.domain


@pytest.mark.parametrize("asked", TABLE, ids=lambda asked: asked.label)
def test_a_label_is_demanded_refused_and_accepted_up_to_delivery(world: World, asked: Asked) -> None:
    world.put("/me", {"vat": "DE136695976"}, "dieter").ok()
    world.credit(asked.who)
    item = Item(world, asked)
    assert item.required()[asked.label]["required"] is asked.required
    assert asked.missing in item.refused()
    for value, said in asked.wrong:
        answer = item.configure(asked.label, value)
        if answer.status == 200:
            assert said in item.refused(), value
            world.delete(f"{item.path}/configuration/{answer.body['id']}", asked.who).ok()
        else:
            assert answer.status in (400, 404)
            assert said in answer.body["message"], value
    assert world.get("/me/order", asked.who).ok() == []
    item.configure(asked.label, asked.right).ok()
    item.delivered()


def test_the_table_has_every_label_of_the_specification() -> None:
    assert {asked.label for asked in TABLE} == {
        "ADMIN_ACCOUNT", "TECH_ACCOUNT", "OWNER_CONTACT", "DOMAIN_CONFIG", "ACCEPT_CONDITIONS", "REASON",
        "CLAIMS_NOTICE", "PROTECTED_CODE", "OWNER_LEGAL_AGE",
    }  # fmt: skip


def test_a_wrong_code_is_the_registry_s_to_refuse_and_can_be_corrected(world: World) -> None:
    """What only the registry knows is told after it was asked, and mended without another order."""
    item = Item(world, next(asked for asked in TABLE if asked.label == "PROTECTED_CODE"))
    item.configure("PROTECTED_CODE", "guessed").ok()
    order_id = world.post(f"/order/cart/{item.cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivering"
    [task_id] = world.get("/me/task/domain", domain="protected.fr").ok()
    task = world.get(f"/me/task/domain/{task_id}").ok()
    assert (task["status"], task["canRelaunch"]) == ("error", True)
    [argument] = world.get(f"/me/task/domain/{task_id}/argument").ok()
    world.put(f"/me/task/domain/{task_id}/argument/{argument}", {"value": "SANDBOX"}).ok()
    world.post(f"/me/task/domain/{task_id}/relaunch").ok()
    world.deliver()
    assert world.status(order_id) == "delivered"


BERLIN: dict[str, Any] = {
    **PERSON,
    "address": {"city": "Berlin", "country": "DE", "line1": "Unter den Linden 1", "zip": "10117"},
}


@pytest.mark.parametrize(
    ("owner", "admin", "refused"),
    [
        (BERLIN, None, []),
        (None, "@dieter", []),
        (BERLIN, "@dieter", []),
        (None, None, ["ADMIN_ACCOUNT.address.city", "ADMIN_ACCOUNT.address.country", "OWNER_CONTACT.address.city",
                      "OWNER_CONTACT.address.country"]),
        ({**BERLIN, "address": {**BERLIN["address"], "city": "Bonn"}}, None,
         ["ADMIN_ACCOUNT.address.city", "ADMIN_ACCOUNT.address.country", "OWNER_CONTACT.address.city"]),
    ],
    ids=["owner", "admin", "both", "neither", "in Germany"],
)  # fmt: skip
def test_berlin_takes_an_owner_or_an_admin_there(world: World, owner: Any, admin: Any, refused: list[str]) -> None:
    """The page: either the owner or the admin contact must be based in Berlin."""
    beside = [("OWNER_LEGAL_AGE", True), ("OWNER_CONTACT", owner), ("ADMIN_ACCOUNT", admin)]
    given = tuple((label, value) for label, value in beside if value)
    item = Item(world, Asked("OWNER_CONTACT", "haus.berlin", "", (), None, beside=given))
    if not refused:
        item.delivered()
        return
    item.refused()
    dry = world.get(f"/order/cart/{item.cart_id}/checkout").body
    told = json.loads(dry["details"]["_violations"])
    assert sorted(each["field"].removeprefix(f"{item.item_id}.") for each in told) == refused
    assert {(each["operator"], *each["expected"]) for each in told} <= {("eq", "DE"), ("eq", "Berlin")}


def test_a_citizen_of_the_union_may_live_elsewhere(world: World) -> None:
    abroad = {**PERSON, "address": {"city": "Portland", "country": "US", "line1": "1 Main Street", "zip": "97201"}}
    for nationality, accepted in (("FR", True), ("US", False), (None, False)):
        owner = abroad | ({"nationality": nationality} if nationality else {})
        beside = (("OWNER_CONTACT", owner), ("OWNER_LEGAL_AGE", True))
        item = Item(world, Asked("OWNER_CONTACT", f"from-{nationality}.eu".lower(), "", (), None, beside=beside))
        if accepted:
            item.delivered()
        else:
            assert "« country »" in item.refused()


ITALIAN = {
    **PERSON,
    "address": {"city": "Roma", "country": "IT", "line1": "Via del Test 1", "zip": "00100", "province": "RM"},
    "nationality": "IT",
}


def test_an_italian_s_codice_fiscale_is_held_to_its_check_character(world: World) -> None:
    world.put("/me", {"language": "it_IT"}).ok()
    accept = ("ACCEPT_CONDITIONS", True)
    for number, accepted in (("RCCMNL83S18D969H", True), ("RCCMNL83S18D969I", False), ("RCCMNL83S18D96", False)):
        owner = ("OWNER_CONTACT", {**ITALIAN, "nationalIdentificationNumber": number})
        beside = (owner, accept, ("OWNER_LEGAL_AGE", True))
        item = Item(world, Asked("OWNER_CONTACT", f"casa-{number[-2:]}.it".lower(), "", (), None, beside=beside))
        if accepted:
            item.delivered()
        else:
            assert "Il campo «nationalIdentificationNumber»" in item.refused()


def test_requirements_carry_the_members_and_values_that_the_rule_tells(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.eu")
    asked = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    found = {each["label"]: each for each in asked}
    assert found["OWNER_LEGAL_AGE"]["allowedValues"] == ["true"]
    needed = {"address.city", "address.country", "address.line1", "email", "language", "legalForm", "phone"}
    needed |= {"firstName", "lastName", "address.zip"}
    assert set(found["OWNER_CONTACT"]["fields"]) == needed
    portuguese = world.add(cart_id, "foo.pt")
    asked = world.get(f"/order/cart/{cart_id}/item/{portuguese}/requiredConfiguration").ok()
    found = {each["label"]: each for each in asked}
    assert found["TECH_ACCOUNT"]["fields"] == ["vat"]
    assert "vat" in found["OWNER_CONTACT"]["fields"]
