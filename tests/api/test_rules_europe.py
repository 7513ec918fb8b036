"""Europe's registries over the wire: what a contact has to say before a name can be ordered, up to the dry run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.test_owner_changes import OWNER

if TYPE_CHECKING:
    from tests.world import Answer, World

CODICE, PARTITA = "RCCMNL83S18D969H", "00743110157"
ROMA = {"address": {"city": "Roma", "country": "IT", "line1": "Via dell'Esempio 1", "province": "RM", "zip": "00100"}}
ITALIAN = {**OWNER, **ROMA, "language": "it_IT", "nationality": "IT", "nationalIdentificationNumber": CODICE}
TERMS = {"ACCEPT_CONDITIONS": "true"}


def seated(country: str, **members: Any) -> dict[str, Any]:
    """An organisation there."""
    address = {**OWNER["address"], "country": country}  # type: ignore[dict-item]  # an address
    body = {"legalForm": "corporation", "organisationName": "Example", "birthDay": None, "birthCity": None,
            "birthCountry": None, "birthZip": None}  # fmt: skip
    return {**OWNER, **body, "address": address, **members}


def living(country: str, **members: Any) -> dict[str, Any]:
    """A person there."""
    address = {**OWNER["address"], "country": country}  # type: ignore[dict-item]  # an address
    return {**OWNER, "address": address, **members}


def fields(answer: Answer) -> dict[str, str]:
    """What a refusal says of each field; what begins with "_" is for programs."""
    return {key: said for key, said in answer.body["details"].items() if not key.startswith("_")}


def refused(world: World, name: str, contact: dict[str, Any], way: str = "/domain/contact", **labels: str) -> Any:
    """What the dry run of an order for this owner names, by label and member; {} if it could be ordered."""
    cart_id = world.cart()
    item_id = world.add(cart_id, name)
    owner = world.post(way, contact).ok()["id"]
    for label, value in {"OWNER_CONTACT": f"{way}/{owner}", "OWNER_LEGAL_AGE": "true", **labels}.items():
        world.configure(cart_id, item_id, label, value)
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    if answer.status == 200:
        ordered = world.post(f"/order/cart/{cart_id}/checkout").ok()
        assert ordered["orderId"]
        return {}
    assert (answer.status, answer.body["class"]) == (400, "Client::BadRequest::DOMDOCRuleNotRespected"), answer.raw
    assert world.post(f"/order/cart/{cart_id}/checkout").body["details"] == answer.body["details"]
    return {key.removeprefix(f"{item_id}."): said for key, said in fields(answer).items()}


# --- Italy: the check digits are looked at, which no operator can ---

NUMBER = "OWNER_CONTACT.nationalIdentificationNumber"


@pytest.mark.parametrize("way", ["/domain/contact", "/me/contact"])
def test_an_italian_with_a_wrong_codice_fiscale_learns_so_before_paying(world: World, way: str) -> None:
    wrong = {**ITALIAN, "nationalIdentificationNumber": "RCCMNL83S18D969I"}
    found = refused(world, "esempio.it", wrong, way, **TERMS)
    assert list(found) == [NUMBER]
    assert "nationalIdentificationNumber" in found[NUMBER]
    assert "codice fiscale" in found[NUMBER]
    assert refused(world, "esempio.it", ITALIAN, way, **TERMS) == {}


def test_a_foreigner_in_italy_gives_the_number_of_a_passport(world: World) -> None:
    assert refused(world, "esempio.it", {**ITALIAN, "nationality": "FR",
                                         "nationalIdentificationNumber": "12AB34567"}, **TERMS) == {}  # fmt: skip


def test_everything_that_it_asks_is_named_at_once(world: World) -> None:
    bare = {**OWNER, "address": {**ROMA["address"], "province": "Roma"}}
    assert set(refused(world, "esempio.it", bare, ACCEPT_CONDITIONS="false")) == {
        "OWNER_CONTACT.nationality",
        NUMBER,
        "OWNER_CONTACT.address.province",
        "ACCEPT_CONDITIONS",
    }


@pytest.mark.parametrize(
    ("vat", "country", "accepted"),
    [
        (PARTITA, "IT", True),
        (f"IT{PARTITA}", "IT", True),
        ("00743110158", "IT", False),
        ("743110157", "IT", False),
        (None, "IT", False),
        ("FR40303265045", "FR", True),
        ("FR40303265046", "FR", False),
    ],
)
def test_an_organisation_gives_its_partita_iva(world: World, vat: str | None, country: str, *, accepted: bool) -> None:
    body = seated(country, vat=vat, nationality=country)
    body["address"] = {**body["address"], "province": "RM"}
    found = refused(world, "esempio.it", body, **TERMS)
    assert set(found) == (set() if accepted else {"OWNER_CONTACT.vat"})


def test_the_published_rule_carries_the_shape_and_the_check_route_knows_the_digits(world: World) -> None:
    rule = world.get("/domain/configurationRule", None, action="create", domain="esempio.it").ok()
    owner = next(top for top in rule["and"] if top["label"] == "OWNER_CONTACT")
    number = next(one for one in owner["fields"]["and"] if one["label"] == "nationalIdentificationNumber")
    assert [one["operator"] for one in number["constraints"]] == ["required", "match"]
    assert "numbers" not in number
    path = "/domain/configurationRule/check?action=create&domain=esempio.it"
    for code, wrong in ((CODICE, []), ("RCCMNL83S18D969I", ["owner.national_identification_number"])):
        facts = {"owner": {**ITALIAN, "nationalIdentificationNumber": code}, "extras": {"acceptCondition": True}}
        answer = world.post(path, facts)
        assert answer.status == (400 if wrong else 200), answer.raw
        assert (list(fields(answer)) if wrong else []) == wrong


# --- one line a case: the name, its owner, what is configured, and where it is refused ---

COUNTRY, FORM, COMPANY = ("OWNER_CONTACT." + member for member in
                          ("address.country", "legalFormCategory", "companyNationalIdentificationNumber"))  # fmt: skip
CASES: list[tuple[str, str, dict[str, Any], dict[str, str], set[str]]] = [
    ("a citizen of the Union may live anywhere", "foo.eu", living("US", nationality="DE"), {}, set()),
    ("others live in it", "foo.eu", living("US", nationality="US"), {}, {COUNTRY}),
    ("without citizenship residence is what counts", "foo.eu", living("US"), {}, {COUNTRY}),
    ("whoever lives in it may be from anywhere", "foo.eu", living("NO", nationality="US"), {}, set()),
    ("a body has no citizenship", "foo.eu", seated("US", nationality="DE"), {}, {COUNTRY}),
    ("a person in France", "foo.fr", OWNER, {}, set()),
    ("a person in America", "foo.fr", living("US"), {}, {COUNTRY}),
    ("born nobody knows when", "foo.fr", {**OWNER, "birthDay": None}, {}, {"OWNER_CONTACT.birthDay"}),
    ("born abroad, where no city is asked", "foo.re",
     {**OWNER, "birthCountry": "DE", "birthCity": None, "birthZip": None}, {}, set()),
    ("a company by its SIREN", "foo.fr", seated("FR", companyNationalIdentificationNumber="552008443"), {}, set()),
    ("by its SIRET", "foo.fr", seated("FR", companyNationalIdentificationNumber="73282932000074"), {}, set()),
    ("by a wrong SIREN", "foo.fr", seated("FR", companyNationalIdentificationNumber="552008444"), {}, {COMPANY}),
    ("by its VAT number", "foo.fr", seated("FR", vat="FR40303265045"), {}, set()),
    ("by a wrong VAT number", "foo.fr", seated("FR", vat="FR41303265045"), {}, {"OWNER_CONTACT.vat"}),
    ("an association by its register", "foo.fr", seated("FR", insee="W751000001"), {}, set()),
    ("a company by nothing", "foo.fr", seated("FR"), {}, {COMPANY}),
    ("a personnummer", "foo.se", living("SE", nationalIdentificationNumber="811218-9876"), TERMS, set()),
    ("a wrong personnummer", "foo.se", living("SE", nationalIdentificationNumber="811218-9877"), TERMS, {NUMBER}),
    ("an organisationsnummer", "foo.se", seated("SE", companyNationalIdentificationNumber="556703-7485"), TERMS, set()),
    ("a wrong organisationsnummer", "foo.nu", seated("SE", companyNationalIdentificationNumber="556703-7486"), TERMS,
     {COMPANY}),
    ("a Danish company in Sweden", "foo.se", seated("DK", companyNationalIdentificationNumber="13585628",
                                                  vat="DK13585628"), TERMS, set()),
    ("without its VAT number", "foo.se", seated("DK", companyNationalIdentificationNumber="13585628"), TERMS,
     {"OWNER_CONTACT.vat"}),
    ("without the terms", "foo.se", living("SE", nationalIdentificationNumber="811218-9876"),
     {"ACCEPT_CONDITIONS": "false"}, {"ACCEPT_CONDITIONS"}),
    ("a company of the United Kingdom", "foo.uk",
     seated("GB", legalFormCategory="LTD", companyNationalIdentificationNumber="01234567"), {}, set()),
    ("without its number", "foo.co.uk", seated("GB", legalFormCategory="LTD"), {}, {COMPANY}),
    ("with a number too short", "foo.co.uk",
     seated("GB", legalFormCategory="PLC", companyNationalIdentificationNumber="1234567"), {}, {COMPANY}),
    ("a person", "foo.co.uk", living("GB", legalFormCategory="IND"), {}, set()),
    ("a person of no kind", "foo.uk", living("GB"), {}, {FORM}),
    ("anyone in Switzerland or elsewhere", "foo.ch", living("US"), {}, set()),
    ("an enterprise by its UID", "foo.swiss", seated("CH", enterpriseId="CHE-116.281.710"), {"REASON": "Shop"}, set()),
    ("by a wrong UID", "foo.swiss", seated("CH", enterpriseId="CHE-116.281.711"), {"REASON": "Shop"},
     {"OWNER_CONTACT.enterpriseId"}),
    ("a Swiss abroad", "foo.swiss", living("US", nationality="CH"), {"REASON": "My pages"}, set()),
    ("a stranger abroad", "foo.swiss", living("US", nationality="FR"), {"REASON": "My pages"}, {COUNTRY}),
    ("an orgnr", "foo.no", seated("NO", companyNationalIdentificationNumber="988077917"), TERMS, set()),
    ("a wrong orgnr", "foo.no", seated("NO", companyNationalIdentificationNumber="988077918"), TERMS, {COMPANY}),
    ("a CVR number", "foo.dk", seated("DK", vat="DK13585628"), {}, set()),
    ("a wrong CVR number", "foo.dk", seated("DK", vat="13585629"), {}, {"OWNER_CONTACT.vat"}),
    ("a henkilötunnus", "foo.fi", living("FI", nationalIdentificationNumber="131052-308T"), TERMS, set()),
    ("a wrong henkilötunnus", "foo.fi", living("FI", nationalIdentificationNumber="131052-308U"), TERMS, {NUMBER}),
    ("a CNP", "foo.ro", living("RO", nationalIdentificationNumber="1630615123457"), {}, set()),
    ("a wrong CNP", "foo.ro", living("RO", nationalIdentificationNumber="1630615123458"), {}, {NUMBER}),
    ("a link that has to be told", "foo.barcelona", OWNER, {"REASON": "A guide to the city"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "owner", "labels", "at"), [each[1:] for each in CASES],
                         ids=[f"{each[1]} {each[0]}" for each in CASES])  # fmt: skip
def test_who_may_own_what(world: World, name: str, owner: Any, labels: dict[str, str], at: set[str]) -> None:
    assert set(refused(world, name, owner, **labels)) == at


# --- what accounts have to say ---


def test_spain_asks_a_number_of_the_owner_and_of_the_account_that_administers(world: World) -> None:
    spaniard = living("ES", registrantDocumentType="1", nationalIdentificationNumber="12345678Z", nationality="ES")
    assert set(refused(world, "ejemplo.es", spaniard, **TERMS)) == {"ADMIN_ACCOUNT.nationalIdentificationNumber"}
    world.put("/me", {"nationalIdentificationNumber": "12345678Z"}).ok()
    assert refused(world, "ejemplo.es", spaniard, **TERMS) == {}
    for kind, number in (("1", "12345678A"), ("3", "X2482300A"), ("4", "FR40303265046"), ("1", "AB-1")):
        wrong = {**spaniard, "registrantDocumentType": kind, "nationalIdentificationNumber": number}
        assert set(refused(world, "ejemplo.es", wrong, **TERMS)) == {NUMBER}
    for kind, number in (("3", "X2482300W"), ("4", "FR40303265045"), ("0", "any 1")):
        right = {**spaniard, "registrantDocumentType": kind, "nationalIdentificationNumber": number}
        assert refused(world, "ejemplo.es", right, **TERMS) == {}


def test_portugal_asks_the_tax_number_of_the_technical_account_too(world: World) -> None:
    owner = living("PT", vat="PT501964843")
    assert set(refused(world, "exemplo.pt", owner)) == {"TECH_ACCOUNT.vat"}
    world.put("/me", {"vat": "FR40303265045"}).ok()
    assert refused(world, "exemplo.pt", owner) == {}
    assert set(refused(world, "exemplo.pt", living("PT", vat="PT501964842"))) == {"OWNER_CONTACT.vat"}


def test_ruhr_and_fr_look_where_the_administrative_account_is(world: World) -> None:
    assert set(refused(world, "foo.ruhr", OWNER)) == {"ADMIN_ACCOUNT.address.country"}
    assert refused(world, "foo.ruhr", OWNER, ADMIN_ACCOUNT=world.nics["dieter"]) == {}
    assert refused(world, "foo.fr", OWNER, ADMIN_ACCOUNT=world.nics["dieter"]) == {}
    assert set(refused(world, "foo.fr", OWNER, ADMIN_ACCOUNT=world.nics["ursula"])) == {"ADMIN_ACCOUNT.address.country"}


def test_an_account_that_is_its_own_owner_is_asked_the_same(world: World) -> None:
    """Nobody named: the account is copied, and what it has no member for (nationality) needs a contact."""
    cart_id = world.cart()
    item_id = world.add(cart_id, "esempio.it")
    world.configure(cart_id, item_id, "ACCEPT_CONDITIONS", "true")
    details = fields(world.get(f"/order/cart/{cart_id}/checkout"))
    members = ("nationality", "nationalIdentificationNumber")
    assert set(details) == {f"{item_id}.OWNER_CONTACT.{member}" for member in members}
