"""New accounts by the API, accounts changed, and what they agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain import app
from ordain.core.agreement import number
from ordain.core.schedule import always
from ordain.flows.shelf import Shelf
from tests.api.visits.people import NEW

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx
    from tests.world import Answer, World


def make(world: World, **changed: Any) -> Answer:
    """POST /newAccount with what is changed; None leaves a member out."""
    body = {name: value for name, value in {**NEW, **changed}.items() if value is not None}
    return world.post("/newAccount", body, who=None)


def mails(world: World) -> list[tuple[str, str]]:
    async def load(tx: Tx) -> list[Row]:
        return await tx.fetch("SELECT recipient, body FROM mail ORDER BY mail_id")

    return [(row[0], row[1]) for row in world.runner.run(world.database.read(load))]


def test_an_account_is_made_and_greeted_with_a_link(world: World) -> None:
    made = make(world).ok()
    assert made == {"consumerKey": None, "ovhIdentifier": made["ovhIdentifier"]}
    assert made["ovhIdentifier"].startswith("nn")
    recipient, body = mails(world)[-1]
    assert recipient == "new@world.example"
    assert f"/new-password?account={made['ovhIdentifier']}&key=" in body


def test_wrong_accounts_are_refused_member_by_member(world: World) -> None:
    before = len(mails(world))
    for changed, member in (
        ({"country": "XX"}, "country"),
        ({"country": "UNKNOWN"}, "country"),
        ({"country": None}, "country"),
        ({"legalform": "king"}, "legalform"),
        ({"email": "new"}, "email"),
        ({"email": None}, "email"),
        ({"ovhCompany": "kimsufi"}, "ovhCompany"),
        ({"ovhSubsidiary": "EU"}, "ovhSubsidiary"),
        ({"zip": "1234"}, "zip"),
        ({"zip": None}, "zip"),
        ({"phone": "no"}, "phone"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"legalform": "corporation", "companyNationalIdentificationNumber": "42476141900045"}, "organisation"),
        ({"birthDay": "1990-02-30"}, "birthDay"),
        ({"language": "xx_XX"}, "language"),
        ({"vat": 5}, "vat"),
        ({"country": "US", "zip": "97201", "area": "ZZ"}, "area"),
    ):
        answer = make(world, **changed)
        assert (answer.status, list(answer.body["details"])) == (400, [member]), changed
    both = make(world, name=None, city=None)
    assert set(both.body["details"]) == {"name", "city"}
    assert len(mails(world)) == before


def test_rules_are_those_that_accounts_are_judged_by(world: World) -> None:
    query = {"country": "US", "legalform": "corporation", "ovhCompany": "ovh", "ovhSubsidiary": "US"}
    rules = world.get("/newAccount/creationRules", None, **query).ok()
    assert rules["area"]["mandatory"]
    assert rules["area"]["in"] == world.get("/newAccount/area", None, country="US").ok()
    assert rules["organisation"]["mandatory"]
    assert rules["zip"]["regularExpression"] == "^[0-9]{5}(-[0-9]{4})?$"
    french = world.get("/newAccount/creationRules", None, **{**query, "country": "FR", "legalform": "individual"}).ok()
    assert not french["organisation"]["mandatory"]
    assert french["area"]["in"] is None
    listed = world.post("/newAccount/rules", {"country": "US", "action": "create"}, None).ok()
    assert {rule["fieldName"] for rule in listed} == rules.keys()
    writable = {rule["fieldName"] for rule in world.post("/newAccount/rules", {"action": "update"}, None).ok()}
    assert "email" not in writable
    assert "phone" in writable


def test_other_brands_sell_nothing(world: World) -> None:
    assert world.get("/newAccount/countries", None, ovhCompany="kimsufi", ovhSubsidiary="FR").ok() == []
    assert world.get("/newAccount/contracts", None, company="ovh", subsidiary="EU").ok() == []
    assert world.get("/newAccount/area", None, country="FR").ok() == []
    assert world.get("/newAccount/area", None).status == 400


def test_an_account_is_changed_at_once_and_only_where_told(world: World) -> None:
    before = world.get("/me").ok()
    assert world.put("/me", {"phone": "+33.320000009", "fax": None, "sex": None}).ok() is None
    after = world.get("/me").ok()
    assert after == {**before, "phone": "+33.320000009"}
    # What clients read they send back whole; what cannot be written is not looked at.
    assert world.put("/me", {**after, "city": "Lille", "nichandle": "other", "email": "x", "state": 7}).status == 200
    assert world.get("/me").ok() == {**after, "city": "Lille"}
    assert world.put("/me", {}).status == 200


def test_an_account_without_a_language_has_its_subsidiarys(world: World) -> None:
    assert world.put("/me", {"language": "de_DE"}).ok() is None
    assert world.put("/me", {"language": None}).ok() is None
    assert world.get("/me").ok()["language"] == "fr_FR"


def test_what_an_account_needs_cannot_be_taken_away(world: World) -> None:
    before = world.get("/me").ok()
    for changes, member in (
        ({"name": None}, "name"),
        ({"firstname": " "}, "firstname"),
        ({"zip": "1"}, "zip"),
        ({"phone": "x"}, "phone"),
        ({"country": None}, "country"),
        ({"country": "XX"}, "country"),
        ({"legalform": "king"}, "legalform"),
        ({"legalform": "association"}, "organisation"),
        ({"birthDay": "2099-01-01"}, "birthDay"),
        ({"address": "x" * 256}, "address"),
        ({"country": "US", "zip": "97201"}, "area"),
    ):
        answer = world.put("/me", changes)
        assert (answer.status, list(answer.body["details"])) == (400, [member]), changes
    assert world.get("/me").ok() == before
    # Ursula's account was made before her state was asked for: what she does not touch is let be.
    assert world.put("/me", {"city": "Salem"}, "ursula").status == 200
    assert world.put("/me", {"area": "ZZ"}, "ursula").status == 400


def test_the_members_of_a_contact(world: World) -> None:
    address = {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann"}
    contact = {"address": address, "email": "a@world.example", "firstName": "A", "language": "fr_FR", "lastName": "B"}
    made = world.post("/me/contact", {**contact, "legalForm": "individual"}).ok()["id"]
    fields = {each["fieldName"]: each for each in world.get(f"/me/contact/{made}/fields").ok()}
    assert {name for name, each in fields.items() if each["mandatory"]} == {
        "address.city", "address.country", "address.line1", "email", "firstName", "language", "lastName", "legalForm",
    }  # fmt: skip
    assert [name for name, each in fields.items() if each["readOnly"]] == ["id"]
    assert world.get(f"/me/contact/{made}/fields", "dieter").status == 404
    assert world.get(f"/me/contact/{made + 1}/fields").status == 404


def test_an_order_agrees_to_its_contracts_once(world: World) -> None:
    [todo] = world.get("/me/agreements", agreed="todo").ok()
    world.order("foo.fr")
    world.pass_time(days=1)
    world.order("baz.fr")
    found = [world.get(f"/me/agreements/{each}").ok() for each in world.get("/me/agreements").ok()]
    assert {each["agreed"] for each in found} == {"ok"}
    assert len(found) == 3
    assert {each["date"] for each in found} == {"2026-11-23T12:00:00+00:00"}
    assert todo in {each["contractId"] for each in found}
    assert world.get("/me/agreements", contractId=todo, agreed="ok").ok() == [todo]
    assert world.get("/me/agreements", agreed="ko").ok() == []
    said = world.get(f"/me/agreements/{todo}/contract").ok()
    assert (said["active"], said["name"]) == (True, "Conditions générales de vente")


def test_a_new_version_is_to_be_agreed_to_and_the_old_one_stays_readable(world: World) -> None:
    [first] = world.get("/me/agreements").ok()
    assert world.post(f"/me/agreements/{first}/accept").ok() == "ok"
    assert world.post(f"/me/agreements/{first}/accept").ok() == "ok"  # repeated
    text = world.get(f"/me/agreements/{first}/contract").ok()["text"]
    catalogue = world.engine.market.catalogue
    terms = structs.replace(catalogue.contracts["general-terms"].at(world.now), version="second",
                            text={"en": "Anew", "fr": "Autre"})  # fmt: skip
    changed = structs.replace(catalogue, contracts={**catalogue.contracts, "general-terms": always(terms)})
    world.engine = structs.replace(world.engine, shelf=Shelf(structs.replace(world.engine.market, catalogue=changed)))
    world.api = app.api(world.engine)
    second = number("general-terms", "second")
    assert world.get("/me/agreements").ok() == [first, second]
    assert world.get("/me/agreements", agreed="obsolete").ok() == [first]
    assert world.get("/me/agreements", agreed="todo").ok() == [second]
    old = world.get(f"/me/agreements/{first}/contract").ok()
    assert (old["active"], old["text"]) == (False, text)
    assert world.get(f"/me/agreements/{second}/contract").ok()["text"] == "Autre"
    assert world.send("GET", old["pdf"].removeprefix(world.engine.public_url)).status == 200
    assert world.post(f"/me/agreements/{first}/accept").status == 409
    assert world.post(f"/me/agreements/{second}/accept").ok() == "ok"
    assert world.get("/me/agreements", agreed="todo").ok() == []


def test_anothers_agreements_and_unknown_ones_are_the_same(world: World) -> None:
    world.order("foo.fr")
    own = world.get("/me/agreements").ok()
    [todo] = world.get("/me/agreements", "ursula").ok()
    [theirs, *_] = [each for each in own if each != todo]
    for path in ("", "/contract"):
        stranger = world.get(f"/me/agreements/{theirs}{path}", "ursula")
        unknown = world.get(f"/me/agreements/5{path}", "ursula")
        assert (stranger.status, unknown.status) == (404, 404)
        assert stranger.body["message"].replace(str(theirs), "5") == unknown.body["message"]
    assert world.post(f"/me/agreements/{theirs}/accept", who="ursula").status == 404
    assert world.post("/me/agreements/x/accept").status == 400
    assert world.get("/me/agreements", agreed="perhaps").status == 400


def test_whoever_signs_up_agreed(world: World) -> None:
    nic = make(world).ok()["ovhIdentifier"]

    async def load(tx: Tx) -> list[Row]:
        return await tx.fetch("SELECT contract_id, address FROM agreement WHERE nic = $1", nic)

    version = world.engine.market.catalogue.contracts["general-terms"].at(world.now).version
    assert world.runner.run(world.database.read(load)) == [(number("general-terms", version), "192.0.2.7")]
