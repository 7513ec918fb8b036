"""Accounts: made, changed, and what they agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

DIFFERENCES: dict[str, str] = {}

NEW = {
    "address": "1 rue du Test",
    "city": "Lille",
    "country": "FR",
    "email": "new@world.example",
    "firstname": "Nora",
    "legalform": "individual",
    "name": "Neuve",
    "ovhCompany": "ovh",
    "ovhSubsidiary": "FR",
    "phone": "+33.320000002",
    "zip": "59000",
}


def visits(world: World) -> Iterator[Visit]:
    """Every route of the area."""
    company = "ovhCompany=ovh&ovhSubsidiary=FR"
    yield Visit("POST /newAccount", "/newAccount", NEW, who=None)
    yield Visit("GET /newAccount/area", "/newAccount/area?country=US", who=None)
    yield Visit("GET /newAccount/contracts", "/newAccount/contracts?company=ovh&subsidiary=FR", who=None)
    yield Visit("GET /newAccount/corporationType", "/newAccount/corporationType?country=FR", who=None)
    yield Visit("GET /newAccount/countries", f"/newAccount/countries?{company}", who=None)
    yield Visit(
        "GET /newAccount/creationRules",
        f"/newAccount/creationRules?country=FR&legalform=corporation&{company}",
        who=None,
    )
    yield Visit("GET /newAccount/legalform", "/newAccount/legalform?country=FR", who=None)
    yield Visit("POST /newAccount/rules", "/newAccount/rules", {"country": "FR", "action": "update"}, who=None)
    yield Visit("PUT /me", "/me", {"phone": "+33.320000001", "fax": None, "language": "en_GB"})
    contact = world.post(
        "/me/contact",
        {
            "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
            "email": "camille@world.example",
            "firstName": "Camille",
            "language": "fr_FR",
            "lastName": "Martin",
            "legalForm": "individual",
        },
    ).ok()["id"]
    yield Visit("GET /me/contact/{contactId}/fields", f"/me/contact/{contact}/fields")
    [todo] = world.get("/me/agreements", "ursula", agreed="todo").ok()
    one = f"/me/agreements/{todo}"
    yield Visit("GET /me/agreements/{id}", one, who="ursula")
    yield Visit("GET /me/agreements/{id}/contract", f"{one}/contract", who="ursula")
    yield Visit("POST /me/agreements/{id}/accept", f"{one}/accept", who="ursula")
    world.order("agreed.fr")
    yield Visit("GET /me/agreements", "/me/agreements")
    for agreement in world.get("/me/agreements").ok():
        yield Visit("GET /me/agreements/{id}", f"/me/agreements/{agreement}")
        yield Visit("GET /me/agreements/{id}/contract", f"/me/agreements/{agreement}/contract")
