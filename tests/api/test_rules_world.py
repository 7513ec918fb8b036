"""What registries outside Europe ask, over the wire: what is missing is named before paying, what fits is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from ordain.flows import accounts
from tests.world import PEOPLE

if TYPE_CHECKING:
    from tests.world import World

OWNER, NUMBER = "OWNER_CONTACT.", "nationalIdentificationNumber"
MEMBERS = {
    "email": "owner@world.example",
    "firstName": "Ada",
    "lastName": "Durand",
    "language": "en_GB",
    "legalForm": "individual",
    "phone": "+33.320000001",
    "birthDay": "1985-03-02",
    "line1": "1 Example Street",
    "zip": "12345",
    "city": "Exampleton",
    "country": "FR",
}
BODY = {"legalForm": "corporation", "organisationName": "Example Ltd"}
POSTAL = ("line1", "zip", "city", "country")


class Case(Struct, frozen=True, kw_only=True):
    """What an extension asks beyond the generic rule."""

    lacks: tuple[str, ...]
    """What a customer in France who configures nothing but her age is told."""
    owner: dict[str, Any] = {}
    """Members that fit, beside those of MEMBERS."""
    labels: dict[str, str] = {}
    admin: dict[str, str] = {}
    """Members of the account that has to administer and keep the name, if not any will do."""
    wrong: tuple[tuple[str, str | None], ...] = ()
    """Members of the owner and values that do not fit."""


CASES = {
    "us": Case(
        lacks=("legalFormCategory",),
        owner={"legalFormCategory": "C12", "country": "US"},
        wrong=(("legalFormCategory", "C13"), ("country", "CA")),
    ),
    "ca": Case(
        lacks=(
            "legalFormCategory",
            "ACCEPT_CONDITIONS",
            "ADMIN_ACCOUNT.address.country",
            "TECH_ACCOUNT.address.country",
        ),
        owner={"legalFormCategory": "RES", "country": "CA", "language": "en_CA"},
        labels={"ACCEPT_CONDITIONS": "true"},
        admin={"country": "CA"},
        wrong=(("legalFormCategory", "XYZ"), ("country", "US"), ("language", "de_DE")),
    ),
    "com.au": Case(
        lacks=("address.country", "registrantDocumentType", "companyNationalIdentificationNumber", "legalFormCategory"),
        owner={
            **BODY,
            "country": "AU",
            "registrantDocumentType": "ABN",
            "companyNationalIdentificationNumber": "83914571673",
            "legalFormCategory": "Company",
        },
        wrong=(
            ("companyNationalIdentificationNumber", "8391457167"),
            ("companyNationalIdentificationNumber", "99999999999"),
            ("registrantDocumentType", "SIREN"),
            ("legalFormCategory", "Family"),
        ),
    ),
    "com.br": Case(
        lacks=("address.country", "nationalIdentificationNumber"),
        owner={"country": "BR", "nationalIdentificationNumber": "39053344705"},
        wrong=(
            ("nationalIdentificationNumber", "3905334470"),
            ("nationalIdentificationNumber", "39053344706"),
            ("country", "PT"),
        ),
    ),
    "cn": Case(
        lacks=("registrantDocumentType", "nationalIdentificationNumber"),
        owner={"country": "CN", "registrantDocumentType": "SFZ", "nationalIdentificationNumber": "360426199101010071"},
        wrong=(("registrantDocumentType", "YYZZ"), ("nationalIdentificationNumber", "360426199101010072")),
    ),
    "hk": Case(
        lacks=("registrantDocumentType", "nationalIdentificationNumber", "nationality", "ACCEPT_CONDITIONS"),
        owner={"registrantDocumentType": "PASSNO", "nationalIdentificationNumber": "12AB34567", "nationality": "FR"},
        labels={"ACCEPT_CONDITIONS": "true"},
        wrong=(("registrantDocumentType", "BR"), ("nationalIdentificationNumber", ""), ("nationality", None)),
    ),
    "sg": Case(
        lacks=("ADMIN_ACCOUNT.address.country", "ADMIN_ACCOUNT.nationalIdentificationNumber"),
        owner={**BODY, "country": "SG", "companyNationalIdentificationNumber": "197401143C"},
        admin={"country": "SG", "nationalIdentificationNumber": "S1234567D"},
        wrong=(
            ("companyNationalIdentificationNumber", ""),
            ("companyNationalIdentificationNumber", "197401143D"),
        ),
    ),
    "jp": Case(lacks=("address.country",), owner={"country": "JP"}, wrong=(("country", "KR"),)),
    "asia": Case(
        lacks=("legalFormCategory", "registrantDocumentType", "nationalIdentificationNumber"),
        owner={
            "country": "SG",
            "legalFormCategory": "naturalPerson",
            "registrantDocumentType": "passport",
            "nationalIdentificationNumber": "M1234567",
        },
        wrong=(("legalFormCategory", "person"), ("registrantDocumentType", "library card")),
    ),
    "bank": Case(
        lacks=("legalForm", "PROTECTED_CODE"),
        owner=BODY,
        labels={"PROTECTED_CODE": "TOKEN"},
        wrong=(("legalForm", "individual"),),
    ),
    "law": Case(
        lacks=("ACCEPT_CONDITIONS", "accreditationOrganism", "accreditationId", "accreditationCountry"),
        owner={"accreditationOrganism": "Barreau de Lille", "accreditationId": "1", "accreditationCountry": "FR"},
        labels={"ACCEPT_CONDITIONS": "true"},
        wrong=(("accreditationOrganism", ""), ("accreditationId", " ")),
    ),
    "xxx": Case(
        lacks=("ACCEPT_CONDITIONS", "accreditationId"),
        owner={"accreditationId": "NON-RESOLVING"},
        labels={"ACCEPT_CONDITIONS": "true"},
        wrong=(("accreditationId", ""),),
    ),
    "aero": Case(
        lacks=("accreditationId", "PROTECTED_CODE"),
        owner={"accreditationId": "ENS-1"},
        labels={"PROTECTED_CODE": "KEY"},
        wrong=(("accreditationId", ""),),
    ),
    "nyc": Case(
        lacks=("address.country", "address.zip", "legalFormCategory"),
        owner={"legalFormCategory": "1", "country": "US", "zip": "10001", "city": "New York"},
        wrong=(("legalFormCategory", "3"), ("country", "CA"), ("zip", "10501")),
    ),
}


def contact(world: World, members: dict[str, Any]) -> str:
    """A new contact with these members."""
    address = {name: members[name] for name in POSTAL}
    others = {name: value for name, value in members.items() if name not in POSTAL}
    made = world.post("/domain/contact", {**others, "address": address}).ok()
    return f"/domain/contact/{made['id']}"


def account(world: World, extension: str, members: dict[str, str]) -> str:
    """Another account, as one that has to administer a name."""
    new = structs.replace(PEOPLE["camille"], **{"email": f"{extension}@world.example", **members})
    return world.runner.run(accounts.create(world.engine, new, world.now)).nichandle


def labelled(world: World, extension: str, case: Case) -> dict[str, str]:
    """The labels that fit, but for the owner."""
    admin = (
        dict.fromkeys(("ADMIN_ACCOUNT", "TECH_ACCOUNT"), account(world, extension, case.admin)) if case.admin else {}
    )
    return {"OWNER_LEGAL_AGE": "true", **case.labels, **admin}


def filled(world: World, name: str, labels: dict[str, str]) -> tuple[str, int]:
    """A cart with the name, so configured: its id and the item's."""
    cart_id = world.cart()
    item_id = world.add(cart_id, name)
    for label, value in labels.items():
        world.configure(cart_id, item_id, label, value)
    return cart_id, item_id


def told(world: World, cart_id: str, item_id: int) -> set[str]:
    """The fields a dry run complains about, each with a sentence that names the domain; none if it would be ordered."""
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    if answer.status == 200:
        return set()
    assert answer.status == 400, answer.raw
    sentences = {field: said for field, said in answer.body["details"].items() if field != "_violations"}
    assert all("foo." in said for said in sentences.values())
    return {field.removeprefix(f"{item_id}.") for field in sentences}


def full(field: str) -> str:
    """A field of the owner is written here without its label."""
    return field if field.split(".", maxsplit=1)[0].isupper() else OWNER + field


def test_all_that_is_missing_is_told_at_once(world: World) -> None:
    found = {each: told(world, *filled(world, f"foo.{each}", {"OWNER_LEGAL_AGE": "true"})) for each in CASES}
    assert found == {each: {full(field) for field in case.lacks} for each, case in CASES.items()}


def test_what_is_asked_of_everybody_is_listed_as_required(world: World) -> None:
    for extension, case in CASES.items():
        cart_id, item_id = filled(world, f"foo.{extension}", {})
        asked = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
        [owner] = [each for each in asked if each["label"] == "OWNER_CONTACT"]
        answers = {each["label"] for each in asked if each["required"]} | set(owner["fields"])
        of_some = {"ACCEPT_CONDITIONS"} if extension == "hk" else {NUMBER} if extension == "com.br" else set()
        assert {each for each in case.lacks if "_ACCOUNT." not in each} - of_some <= answers, extension


def test_what_fits_is_accepted_and_each_wrong_answer_named(world: World) -> None:
    for extension, case in CASES.items():
        name, labels = f"foo.{extension}", labelled(world, extension, case)
        fitting = {**MEMBERS, **case.owner}
        owner = contact(world, fitting)
        assert told(world, *filled(world, name, {**labels, "OWNER_CONTACT": owner})) == set(), extension
        for label in case.labels:
            few = {each: value for each, value in labels.items() if each != label}
            assert told(world, *filled(world, name, {**few, "OWNER_CONTACT": owner})) == {label}, extension
        for member, value in case.wrong:
            field = full(f"address.{member}" if member in POSTAL else member)
            stranger = contact(world, {**fitting, member: value})
            assert told(world, *filled(world, name, {**labels, "OWNER_CONTACT": stranger})) == {field}, extension


def test_what_fits_is_delivered(world: World) -> None:
    for extension in ("us", "com.br", "sg", "bank"):
        case, name = CASES[extension], f"foo.{extension}"
        owner = contact(world, {**MEMBERS, **case.owner})
        cart_id, _ = filled(world, name, {**labelled(world, extension, case), "OWNER_CONTACT": owner})
        world.credit("camille", 2000)
        order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
        world.pay(order_id).ok()
        world.deliver()
        assert world.status(order_id) == "delivered"
        owner_id = world.get(f"/domain/{name}").ok()["whoisOwner"]
        held = world.get(f"/domain/contact/{owner_id}").ok()
        answers = {member: value for member, value in case.owner.items() if member not in POSTAL}
        assert {member: held[member] for member in answers} == answers


def test_a_foreign_body_with_business_in_the_states_names_its_country(world: World) -> None:
    members = {**MEMBERS, **BODY, "legalFormCategory": "C31"}
    assert told(
        world, *filled(world, "foo.us", {"OWNER_LEGAL_AGE": "true", "OWNER_CONTACT": contact(world, members)})
    ) == {"OWNER_CONTACT.nationality"}
    named = contact(world, {**members, "nationality": "FR"})
    assert told(world, *filled(world, "foo.us", {"OWNER_LEGAL_AGE": "true", "OWNER_CONTACT": named})) == set()


def test_a_body_in_brazil_or_hong_kong_answers_other_questions_than_a_person(world: World) -> None:
    brazilian = {**MEMBERS, **BODY, "country": "BR", "companyNationalIdentificationNumber": "16727230000197"}
    assert told(world, *filled(world, "foo.com.br", {"OWNER_CONTACT": contact(world, brazilian)})) == {
        "OWNER_LEGAL_AGE"
    }
    body = {**MEMBERS, **BODY, "birthDay": None, "registrantDocumentType": "OTHORG", "nationality": "HK",
            "nationalIdentificationNumber": "1"}  # fmt: skip
    labels = {"OWNER_LEGAL_AGE": "true", "OWNER_CONTACT": contact(world, body)}
    assert told(world, *filled(world, "foo.hk", labels)) == {"OWNER_CONTACT.registrantDocumentTypeOther"}
