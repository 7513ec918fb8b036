"""Carts from creation to checkout: what they hold, what they require, what they cost, and whose they are."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ordain.flows import orders

if TYPE_CHECKING:
    from tests.world import Answer, World

ZONE = {"duration": "P1Y", "planCode": "zone", "pricingMode": "default", "quantity": 1}
ALWAYS = ["OWNER_LEGAL_AGE", "OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT", "DNS"]
CAMILLE = {
    "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
    "email": "camille@world.example",
    "firstName": "Camille",
    "language": "fr_FR",
    "lastName": "Martin",
    "legalForm": "individual",
    "birthDay": "1990-05-17",
    "birthCity": "Roubaix",
    "birthCountry": "FR",
    "birthZip": "59100",
    "phone": "+33.320000000",
}


def lines(order: Any) -> list[tuple[str, str, str, float]]:
    """An order's lines as (number, kind, description, total)."""
    return [(d["domain"], d["detailType"], d["description"], d["totalPrice"]["value"]) for d in order["details"]]


def texts(order: Any) -> dict[str, str]:
    """An order's totals as they are written."""
    return {name: price["text"] for name, price in order["prices"].items()}


def required(world: World, domain: str, who: str = "camille") -> dict[str, bool]:
    """What an item can be configured with, and whether it must be."""
    cart_id = world.cart(who)
    path = f"/order/cart/{cart_id}/item/{world.add(cart_id, domain, who)}/requiredConfiguration"
    return {each["label"]: each["required"] for each in world.get(path, who).ok()}


def zone(world: World, cart_id: str, name: str | None = None) -> int:
    """A DNS zone in the cart, of its own."""
    item_id: int = world.post(f"/order/cart/{cart_id}/dns", ZONE).ok()["itemId"]
    if name:
        world.configure(cart_id, item_id, "zone", name)
    return item_id


class TestCarts:
    def test_a_cart_lives_for_a_day_unless_another_expiry_is_asked_for(self, world: World) -> None:
        made = world.post("/order/cart", {"ovhSubsidiary": "FR"}, who=None).ok()
        assert made["expire"] == "2026-11-24T12:00:00+00:00"
        asked = {
            "2026-11-23T12:00:01Z": "2026-11-23T12:00:01+00:00",
            "2026-12-23T12:00:00+00:00": "2026-12-23T12:00:00+00:00",
            "2026-11-25T00:30:00+02:00": "2026-11-24T22:30:00+00:00",
        }
        for expire, shown in asked.items():
            made = world.post("/order/cart", {"ovhSubsidiary": "FR", "expire": expire}, who=None).ok()
            assert made["expire"] == shown
            assert world.get(f"/order/cart/{made['cartId']}", who=None).ok() == made

    def test_null_leaves_the_defaults(self, world: World) -> None:
        body = {"ovhSubsidiary": "FR", "description": None, "expire": None, "unknown": {"to": "us"}}
        made = world.post("/order/cart", body, who=None).ok()
        assert (made["description"], made["expire"]) == ("", "2026-11-24T12:00:00+00:00")

    def test_description_and_expiry_are_changed_each_on_its_own(self, world: World) -> None:
        path = f"/order/cart/{world.cart()}"
        first = world.get(path).ok()
        described = world.put(path, {"description": "café ☕ \U0001f600"}).ok()
        assert described == {**first, "description": "café ☕ \U0001f600"}
        prolonged = world.put(path, {"expire": "2026-12-01T00:00:00+01:00"}).ok()
        assert prolonged == {**described, "expire": "2026-11-30T23:00:00+00:00"}
        assert world.put(path, {}).ok() == prolonged
        assert world.put(path, {"description": None, "expire": None}).ok() == prolonged
        assert world.put(path, {"description": ""}).ok()["description"] == ""
        assert world.get(path).ok() == {**prolonged, "description": ""}

    def test_a_prolonged_cart_holds_its_price_until_it_expires(self, world: World) -> None:
        cart_id = world.cart()
        item = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}"
        before = world.get(item).ok()
        world.put(f"/order/cart/{cart_id}", {"expire": "2026-12-20T12:00:00Z"}).ok()
        world.pass_time(days=20)
        assert world.get(item).ok() == before
        assert world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"] > 0

    def test_a_deleted_cart_is_gone_with_all_in_it(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        assert world.delete(f"/order/cart/{cart_id}").raw == b"null"
        for path in ("", "/item", f"/item/{item_id}", "/summary"):
            assert world.get(f"/order/cart/{cart_id}{path}").status == 404
        assert world.get("/order/cart").ok() == []
        assert world.delete(f"/order/cart/{cart_id}").status == 404

    def test_an_account_lists_its_own_carts_and_finds_them_by_description(self, world: World) -> None:
        mine = [world.cart(), world.cart(), world.cart()]
        world.cart("dieter")
        world.cart(None)
        world.put(f"/order/cart/{mine[1]}", {"description": "for the shop"}).ok()
        assert sorted(world.get("/order/cart").ok()) == sorted(mine)
        assert world.get("/order/cart", description="for the shop").ok() == [mine[1]]
        assert world.get("/order/cart", description="for the").ok() == []
        assert world.get("/order/cart", description="FOR THE SHOP").ok() == []
        assert sorted(world.get("/order/cart", description="").ok()) == sorted([mine[0], mine[2]])
        assert sorted(world.get("/order/cart", description="null").ok()) == sorted(mine)

    def test_the_carts_are_listed_in_the_order_they_were_made(self, world: World) -> None:
        made = []
        for _ in range(3):
            made.append(world.cart())
            world.pass_time(seconds=1)
        assert world.get("/order/cart").ok() == made


class TestWhose:
    def test_anybody_who_knows_it_fills_a_cart_that_is_not_assigned(self, world: World) -> None:
        cart_id = world.cart(None)
        cart = f"/order/cart/{cart_id}"
        item_id = world.add(cart_id, "foo.fr", "dieter")
        assert world.get(cart, who=None).ok()["items"] == [item_id]
        assert world.put(cart, {"description": "ours"}, who=None).ok()["description"] == "ours"
        item = f"{cart}/item/{item_id}"
        assert world.put(item, {"duration": "P2Y"}, who=None).ok()["duration"] == "P2Y"
        made = world.post(f"{item}/configuration", {"label": "OWNER_LEGAL_AGE", "value": "true"}, who=None).ok()
        assert world.get(f"{item}/configuration/{made['id']}", who="ursula").ok() == made
        assert world.delete(f"{item}/configuration/{made['id']}", who=None).ok() is None
        assert world.get(f"{cart}/summary", who=None).ok()["orderId"] is None
        assert world.delete(item, who=None).ok() is None
        assert world.get("/order/cart", who="dieter").ok() == []

    def test_an_assigned_cart_is_its_owners_alone_and_keeps_what_was_in_it(self, world: World) -> None:
        cart_id = world.cart(None)
        cart = f"/order/cart/{cart_id}"
        item_id = world.add(cart_id, "foo.fr", "dieter")
        assert world.post(f"{cart}/assign", who="camille").raw == b"null"
        assert world.get(cart, who="camille").ok()["items"] == [item_id]
        assert [world.get(cart, who=who).status for who in ("dieter", "ursula", None)] == [404] * 3
        assert world.post(f"{cart}/assign", who="dieter").status == 404
        assert world.get("/order/cart").ok() == [cart_id]

    def test_assigning_a_cart_again_changes_nothing(self, world: World) -> None:
        cart_id = world.cart()
        before = world.get(f"/order/cart/{cart_id}").ok()
        for body in (None, {}, {"cartId": cart_id}):
            assert world.post(f"/order/cart/{cart_id}/assign", body).ok() is None
        assert world.get(f"/order/cart/{cart_id}").ok() == before

    def test_of_two_who_assign_a_cart_at_the_same_moment_one_has_it(self, world: World) -> None:
        cart_id = world.cart(None)
        target = f"/1.0/order/cart/{cart_id}/assign"

        async def both() -> list[Answer]:
            calls = [
                world.request("POST", target, b"", world.signed("POST", target, b"", w)) for w in ("camille", "dieter")
            ]
            return list(await asyncio.gather(*calls))

        assert sorted(answer.status for answer in world.runner.run(both())) == [200, 404]
        assert sorted(world.get(f"/order/cart/{cart_id}", who=who).status for who in ("camille", "dieter")) == [
            200,
            404,
        ]

    def test_a_cart_of_an_account_is_that_accounts_whatever_subsidiary_it_is_of(self, world: World) -> None:
        cart_id = world.cart("dieter", "PL")
        world.add(cart_id, "foo.fr", "dieter")
        assert texts(world.get(f"/order/cart/{cart_id}/summary", "dieter").ok())["withoutTax"] == "32.49 zł"


class TestItems:
    def test_items_are_listed_in_the_order_they_were_added(self, world: World) -> None:
        cart_id = world.cart()
        added = [world.add(cart_id, name) for name in ("foo.fr", "bar.com", "baz.de")]
        assert world.get(f"/order/cart/{cart_id}/item").ok() == added
        assert world.get(f"/order/cart/{cart_id}").ok()["items"] == added
        assert world.delete(f"/order/cart/{cart_id}/item/{added[1]}").raw == b"null"
        assert world.get(f"/order/cart/{cart_id}/item").ok() == [added[0], added[2]]
        assert world.get(f"/order/cart/{cart_id}/item/{added[1]}").status == 404
        assert world.add(cart_id, "bar.com") > added[2]

    def test_an_item_of_one_cart_is_not_found_in_another(self, world: World) -> None:
        first, second = world.cart(), world.cart()
        item_id = world.add(first, "foo.fr")
        assert world.get(f"/order/cart/{second}/item/{item_id}").status == 404
        assert world.delete(f"/order/cart/{second}/item/{item_id}").status == 404
        assert world.get(f"/order/cart/{first}/item/{item_id}").status == 200

    def test_another_duration_has_another_price(self, world: World) -> None:
        cart_id = world.cart()
        item = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}"
        total = {
            price["label"]: price["price"]["value"] for price in world.put(item, {"duration": "P3Y"}).ok()["prices"]
        }
        assert total == {"TOTAL": 18.97, "FEE": 0, "RENEW": 6.99, "PRICE": 20.97, "DISCOUNT": 2}
        assert world.get(item).ok()["duration"] == "P3Y"
        assert world.put(item, {"quantity": 1}).ok()["duration"] == "P3Y"
        assert world.put(item, {}).ok() == world.get(item).ok()

    def test_of_the_same_name_added_twice_at_the_same_moment_one_is_in(self, world: World) -> None:
        cart_id = world.cart()
        target, raw = f"/1.0/order/cart/{cart_id}/domain", b'{"domain":"foo.fr"}'

        async def both() -> list[Answer]:
            calls = [world.request("POST", target, raw, world.signed("POST", target, raw, "camille")) for _ in range(4)]
            return list(await asyncio.gather(*calls))

        answers = world.runner.run(both())
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        assert len(world.get(f"/order/cart/{cart_id}/item").ok()) == 1

    def test_a_cart_of_a_name_sold_by_its_owner_names_the_asking_price(self, world: World) -> None:
        cart_id = world.cart()
        prices = {}
        for name in ("aftermarket1.com", "aftermarket2.com", "premium.com", "taken-premium.com"):
            item = world.get(f"/order/cart/{cart_id}/item/{world.add(cart_id, name)}").ok()
            prices[name] = {each["label"]: each["price"]["value"] for each in item["prices"]}
        assert prices == {
            "aftermarket1.com": {"TOTAL": 750, "FEE": 0, "RENEW": 9.99, "PRICE": 750},
            "aftermarket2.com": {"TOTAL": 1900, "FEE": 0, "RENEW": 9.99, "PRICE": 1900},
            "premium.com": {"TOTAL": 120, "FEE": 0, "RENEW": 120, "PRICE": 120},
            "taken-premium.com": {"TOTAL": 200, "FEE": 0, "RENEW": 200, "PRICE": 200},
        }


class TestConfigurations:
    def test_a_configuration_is_made_listed_read_and_removed(self, world: World) -> None:
        cart_id = world.cart()
        path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}/configuration"
        age = world.post(path, {"label": "OWNER_LEGAL_AGE", "value": "true"}).ok()
        dns = world.post(path, {"label": "DNS", "value": "ns1.example.net,ns2.example.net", "cartId": cart_id}).ok()
        assert world.get(path).ok() == [age["id"], dns["id"]]
        assert world.get(path, label="DNS").ok() == [dns["id"]]
        assert world.get(path, label="dns").ok() == []
        assert world.get(path, label="NOPE").ok() == []
        assert world.get(path.removesuffix("/configuration")).ok()["configurations"] == [age["id"], dns["id"]]
        assert world.get(f"{path}/{dns['id']}").ok() == dns
        assert world.delete(f"{path}/{age['id']}").raw == b"null"
        assert world.get(path).ok() == [dns["id"]]
        assert world.get(f"{path}/{age['id']}").status == 404

    def test_booleans_and_numbers_are_taken_where_the_contract_has_texts(self, world: World) -> None:
        cart_id = world.cart()
        path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'protected.com')}/configuration"
        for sent, kept in ((True, "true"), (1, "1"), ("1", "1"), ("true", "true")):
            assert world.post(path, {"label": "OWNER_LEGAL_AGE", "value": sent}).ok()["value"] == kept
        assert world.post(path, {"label": "PROTECTED_CODE", "value": 12345}).ok()["value"] == "12345"

    def test_both_resources_of_a_contact_name_it(self, world: World) -> None:
        contact_id = world.post("/me/contact", CAMILLE).ok()["id"]
        for resource in ("me", "domain"):
            cart_id = world.cart()
            item_id = world.add(cart_id, "foo.fr")
            world.configure(cart_id, item_id, "OWNER_CONTACT", f"/{resource}/contact/{contact_id}")
            assert world.get(f"/order/cart/{cart_id}/checkout").status == 200

    def test_the_conditions_of_an_extension_are_accepted_in_every_form_of_true(self, world: World) -> None:
        for yes in (True, 1, "1", "true", "True", "TRUE"):
            cart_id = world.cart()
            world.configure(cart_id, world.add(cart_id, "foo.paris"), "ACCEPT_CONDITIONS", yes)
            answer = world.get(f"/order/cart/{cart_id}/checkout")
            assert answer.status == 200, (yes, answer.body)

    def test_a_cart_without_any_configuration_can_be_checked_out(self, world: World) -> None:
        for who, subsidiary in (("camille", "FR"), ("dieter", "DE")):
            cart_id = world.cart(who, subsidiary)
            world.add(cart_id, "foo.com", who)
            assert world.get(f"/order/cart/{cart_id}/checkout", who).status == 200


class TestRequired:
    def test_it_depends_on_the_action(self, world: World) -> None:
        assert list(required(world, "foo.com")) == ALWAYS
        assert list(required(world, "taken.com")) == [*ALWAYS, "AUTH_INFO"]
        assert required(world, "taken.com")["AUTH_INFO"] is True
        # Whoever sells the name hands it over: there is no code to know.
        assert list(required(world, "aftermarket1.com")) == ALWAYS

    def test_it_depends_on_the_extension(self, world: World) -> None:
        assert required(world, "foo.paris") == {**required(world, "foo.fr"), "ACCEPT_CONDITIONS": True}
        assert required(world, "council.gov.uk")["DOMAIN_CONFIG"] is True

    def test_it_depends_on_what_the_registry_says_of_the_name(self, world: World) -> None:
        asked = {
            "claimed.com": "CLAIMS_NOTICE",
            "reason.com": "REASON",
            "protected.com": "PROTECTED_CODE",
            "conditions.com": "ACCEPT_CONDITIONS",
        }
        for name, label in asked.items():
            found = required(world, name)
            assert list(found) == [*ALWAYS, label]
            assert found[label] is True
            cart_id = world.cart()
            item_id = world.add(cart_id, name)
            refused = world.get(f"/order/cart/{cart_id}/checkout")
            said = f"{name}: Custom field {label} is mandatory for product com"
            assert (refused.status, refused.body["details"]) == (400, {f"{item_id}.{label}": said})
            world.configure(cart_id, item_id, label, world.notice(name) if label == "CLAIMS_NOTICE" else "true")
            assert world.get(f"/order/cart/{cart_id}/checkout").status == 200

    def test_the_owners_age_is_asked_for_where_the_account_does_not_tell(self, world: World) -> None:
        # Camille's date of birth is on record, a body has no age, and of Ursula nothing is known.
        for name in ("foo.fr", "foo.com", "taken.de", "premium.com"):
            asked = {who: required(world, name, who)["OWNER_LEGAL_AGE"] for who in ("camille", "dieter", "ursula")}
            assert asked == {"camille": False, "dieter": False, "ursula": True}

    def test_the_owners_age_is_asked_for_in_a_cart_that_is_nobodys(self, world: World) -> None:
        cart_id = world.cart(None)
        path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}/requiredConfiguration"
        assert world.get(path, who=None).ok()[0]["required"] is True
        world.post(f"/order/cart/{cart_id}/assign").ok()
        assert world.get(path).ok()[0]["required"] is False

    def test_the_owners_age_is_asked_for_when_the_owner_is_somebody_else(self, world: World) -> None:
        somebody = {**CAMILLE, "firstName": "Alix"}
        asked = []
        for contact in (CAMILLE, somebody):
            owner = f"/me/contact/{world.post('/me/contact', contact).ok()['id']}"
            cart_id = world.cart()
            item_id = world.add(cart_id, "foo.fr")
            world.configure(cart_id, item_id, "OWNER_CONTACT", owner)
            found = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
            asked.append(found[0]["required"])
            expected = 400 if found[0]["required"] else 200
            assert world.get(f"/order/cart/{cart_id}/checkout").status == expected
        assert asked == [False, True]

    @pytest.mark.parametrize(
        ("who", "own"),
        [
            ("camille", {"firstName", "lastName", "birthDay", "birthCountry", "birthCity", "birthZip", "address.zip"}),
            ("dieter", {"organisationName", "companyNationalIdentificationNumber", "address.zip"}),
        ],
    )
    def test_the_members_a_contact_needs_are_named(self, world: World, who: str, own: set[str]) -> None:
        """Those of whoever is to own the name: a person born in France, a company."""
        cart_id = world.cart(who)
        item_id = world.add(cart_id, "foo.fr", who=who)
        found = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration", who).ok()
        fields = {each["label"]: each["fields"] for each in found if each["fields"]}
        wanted = {"address.city", "address.country", "address.line1", "email", "language", "legalForm", "phone"}
        assert {label: set(names) for label, names in fields.items()} == {"OWNER_CONTACT": wanted | own}

    def test_a_zone_needs_its_name(self, world: World) -> None:
        cart_id = world.cart()
        found = world.get(f"/order/cart/{cart_id}/item/{zone(world, cart_id)}/requiredConfiguration").ok()
        assert [(each["label"], each["required"], each["allowedValues"]) for each in found] == [
            ("zone", True, None),
            ("template", False, ["basic", "minimized", "redirect"]),
        ]


class TestSummary:
    def test_every_item_has_its_number_and_its_zone_a_number_below(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        world.add(cart_id, "testdomainorder.com", duration="P3Y")
        world.add(cart_id, "taken.fr")
        summary = world.get(f"/order/cart/{cart_id}/summary").ok()
        assert lines(summary) == [
            ("*001.001", "DURATION", "foo.fr - Zone DNS", 0),
            ("*001.001", "INSTALLATION", "DNS zone", 0),
            ("*001", "DURATION", "foo.fr - .fr demande d'enregistrement - 12 mois", 6.99),
            ("*001", "INSTALLATION", "Domain .fr", 0),
            ("*001", "GIFT", ".FR Create Prix barre", -2),
            ("*002.001", "DURATION", "testdomainorder.com - Zone DNS", 0),
            ("*002.001", "INSTALLATION", "DNS zone", 0),
            ("*002", "DURATION", "testdomainorder.com - .com demande d'enregistrement - 36 mois", 29.97),
            ("*002", "INSTALLATION", "Domain .com", 0),
            ("*002", "GIFT", ".COM Create Prix barre", -2.5),
            ("*003", "DURATION", "taken.fr - .fr demande de transfert - 12 mois", 6.99),
            ("*003", "INSTALLATION", "Domain .fr", 0),
        ]
        assert texts(summary) == {
            "originalWithoutTax": "39.45 €",
            "reduction": "0.00 €",
            "tax": "7.89 €",
            "withTax": "47.34 €",
            "withoutTax": "39.45 €",
        }

    def test_several_years_cost_the_first_and_the_renewals(self, world: World) -> None:
        # .eu: 5.09 to begin with, 4.79 a year from then on.
        cart_id = world.cart()
        world.add(cart_id, "foo.eu", duration="P10Y")
        summary = world.get(f"/order/cart/{cart_id}/summary").ok()
        assert lines(summary)[2] == ("*001", "DURATION", "foo.eu - .eu demande d'enregistrement - 120 mois", 48.20)
        assert texts(summary)["withTax"] == "57.84 €"

    def test_a_zone_in_the_cart_takes_the_place_of_the_one_that_would_come_with_the_name(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        item_id = zone(world, cart_id)
        path = f"/order/cart/{cart_id}/summary"
        assert [line[0] for line in lines(world.get(path).ok())][:2] == ["*001.001"] * 2
        configuration_id = world.configure(cart_id, item_id, "zone", "FOO.fr")
        assert lines(world.get(path).ok()) == [
            ("*001", "DURATION", "foo.fr - .fr demande d'enregistrement - 12 mois", 6.99),
            ("*001", "INSTALLATION", "Domain .fr", 0),
            ("*001", "GIFT", ".FR Create Prix barre", -2),
            ("*002", "DURATION", "foo.fr - Zone DNS", 0),
            ("*002", "INSTALLATION", "DNS zone", 0),
        ]
        assert world.get(f"/order/cart/{cart_id}/item/{item_id}").ok()["settings"]["domain"] == "foo.fr"
        world.delete(f"/order/cart/{cart_id}/item/{item_id}/configuration/{configuration_id}").ok()
        world.configure(cart_id, item_id, "zone", "other.fr")
        assert [line[0] for line in lines(world.get(path).ok())][:2] == ["*001.001"] * 2

    def test_a_zone_costs_nothing_and_says_so(self, world: World) -> None:
        cart_id = world.cart("dieter", "PL")
        [plan] = world.get(f"/order/cart/{cart_id}/dns", "dieter").ok()
        assert plan["planCode"] == "zone"
        assert plan["prices"][0]["price"] == {"currencyCode": "PLN", "text": "0.00 zł", "value": 0, "priceInUcents": 0}

    def test_an_empty_cart_costs_nothing(self, world: World) -> None:
        summary = world.get(f"/order/cart/{world.cart()}/summary").ok()
        assert (summary["details"], summary["contracts"]) == ([], [])
        assert set(texts(summary).values()) == {"0.00 €"}

    def test_nothing_is_checked(self, world: World) -> None:
        cart_id = world.cart("ursula")
        world.add(cart_id, "claimed.fr", "ursula")
        assert world.get(f"/order/cart/{cart_id}/checkout", "ursula").status == 400
        assert world.get(f"/order/cart/{cart_id}/summary", "ursula").status == 200

    def test_currency_and_tax_are_the_subsidiarys(self, world: World) -> None:
        # testdomainorder.com and foo.fr, which are in promotion where they are paid in euros.
        expected = {
            "FR": ("12.48 €", "2.50 €", "14.98 €"),
            "DE": ("12.48 €", "2.37 €", "14.85 €"),
            "IE": ("12.48 €", "2.87 €", "15.35 €"),
            "GB": ("£15.48", "£3.10", "£18.58"),
            "PL": ("78.98 zł", "18.16 zł", "97.14 zł"),
            "WE": ("$19.48 USD", "$0.00 USD", "$19.48 USD"),
            "CA": ("$25.48 CAD", "$0.00 CAD", "$25.48 CAD"),
            "IN": ("₹1568.00", "₹282.24", "₹1850.24"),
            # No cents, and a thousandth.
            "SN": ("11170 F CFA", "2011 F CFA", "13181 F CFA"),
            "TN": ("58.480 DT", "10.526 DT", "69.006 DT"),
        }
        found = {}
        for code in expected:
            cart_id = world.cart(None, code)
            for name in ("testdomainorder.com", "foo.fr"):
                world.add(cart_id, name)
            said = texts(world.get(f"/order/cart/{cart_id}/summary", who=None).ok())
            found[code] = (said["withoutTax"], said["tax"], said["withTax"])
        assert found == expected

    def test_the_words_are_the_customers_else_the_subsidiarys(self, world: World) -> None:
        french = ["foo.fr - Zone DNS", "foo.fr - .fr demande d'enregistrement - 12 mois"]
        english = ["foo.fr - DNS zone", "foo.fr - .fr registration request - 12 months"]
        german = ["foo.fr - DNS-Zone", "foo.fr - .fr Registrierungsauftrag - 12 Monate"]
        spanish = ["foo.fr - Zona DNS", "foo.fr - Solicitud de registro .fr - 12 meses"]
        italian = ["foo.fr - Zona DNS", "foo.fr - Richiesta di registrazione .fr - 12 mesi"]
        for code, nobody in (
            ("FR", french), ("MA", french), ("QC", french), ("GB", english), ("PL", english), ("DE", german),
            ("ES", spanish), ("IT", italian),
        ):  # fmt: skip
            cart_id = world.cart(None, code)
            world.add(cart_id, "foo.fr")
            words = {}
            for who in (None, "camille", "ursula"):
                found = lines(world.get(f"/order/cart/{cart_id}/summary", who=who).ok())
                words[who] = [found[0][2], found[2][2]]
            assert words == {None: nobody, "camille": french, "ursula": english}


class TestCheckout:
    def test_the_dry_run_is_the_order_but_for_its_number_and_saves_nothing(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr", duration="P2Y")
        world.add(cart_id, "testdomainorder.com")
        cart, path = world.get(f"/order/cart/{cart_id}").ok(), f"/order/cart/{cart_id}/checkout"
        preview = world.get(path).ok()
        assert world.get(path).ok() == preview
        assert world.get(f"/order/cart/{cart_id}").ok() == cart
        assert world.get("/me/order").ok() == []
        placed = world.post(path).ok()
        assert (preview["orderId"], preview["url"]) == (None, None)
        assert world.get("/me/order").ok() == [placed["orderId"]]
        password = world.get(f"/me/order/{placed['orderId']}").ok()["password"]
        assert placed["url"].endswith(f"/order/{placed['orderId']}?orderPassword={password}")
        assert {**placed, "orderId": None, "url": None} == preview
        assert world.get(f"/order/cart/{cart_id}").ok() == {**cart, "readOnly": True}

    def test_all_problems_are_told_at_once_item_by_item(self, world: World) -> None:
        cart_id = world.cart("ursula", "WE")
        items = {name: world.add(cart_id, name, "ursula") for name in ("foo.eu", "claimed.com", "taken.de", "fine.com")}
        for item_id in (items["claimed.com"], items["fine.com"]):
            path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
            world.post(path, {"label": "OWNER_LEGAL_AGE", "value": "true"}, "ursula").ok()
        mandatory = "{0}: Custom field {1} is mandatory for product {2}".format
        eu, com, de = items["foo.eu"], items["claimed.com"], items["taken.de"]
        countries = "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …"
        told = {
            f"{eu}.OWNER_LEGAL_AGE": mandatory("foo.eu", "OWNER_LEGAL_AGE", "eu"),
            f"{eu}.OWNER_CONTACT.address.country": f'foo.eu: OWNER_CONTACT: Field "country" must be one of {countries}',
            f"{com}.CLAIMS_NOTICE": mandatory("claimed.com", "CLAIMS_NOTICE", "com"),
            f"{de}.OWNER_LEGAL_AGE": mandatory("taken.de", "OWNER_LEGAL_AGE", "de"),
            f"{de}.AUTH_INFO": mandatory("taken.de", "AUTH_INFO", "de"),
        }
        for method in ("GET", "POST"):
            refused = world.call(method, f"/order/cart/{cart_id}/checkout", "ursula")
            assert refused.status == 400
            assert refused.body["class"] == "Client::BadRequest"
            details = refused.body["details"]
            [broken] = json.loads(details.pop("_violations"))
            assert (broken["field"], broken["operator"]) == (f"{eu}.OWNER_CONTACT.address.country", "contains")
            assert len(broken["expected"]) == 30
            assert details == told
            assert refused.body["message"].splitlines() == list(told.values())
        assert world.get("/me/order", "ursula").ok() == []

    def test_every_contract_comes_once_in_the_customers_language(self, world: World) -> None:
        names = {}
        for who, subsidiary in (("camille", "FR"), ("dieter", "DE")):
            cart_id = world.cart(who, subsidiary)
            for name in ("foo.eu", "foo.com", "bar.com"):
                world.add(cart_id, name, who)
            contracts = world.get(f"/order/cart/{cart_id}/checkout", who).ok()["contracts"]
            names[who] = [contract["name"] for contract in contracts]
            assert len({contract["url"] for contract in contracts}) == 4
            for contract in contracts:
                assert contract["content"].startswith(f"# {contract['name']}")
                page = world.send("GET", re.sub(r"^https?://[^/]+", "", contract["url"]))
                assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert names["dieter"][0] == "Allgemeine Verkaufsbedingungen"
        assert names["camille"] != names["dieter"]
        assert len(names["camille"]) == len(names["dieter"]) == 4

    def test_what_was_accepted_is_kept_with_the_order(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        body = {"autoPayWithPreferredPaymentMethod": False, "waiveRetractationPeriod": True}
        placed = world.post(f"/order/cart/{cart_id}/checkout", body).ok()
        story = world.runner.run(orders.story(world.engine, None, placed["orderId"]))
        order = story.standing.order
        assert [accepted.name for accepted in order.contracts] == [each["name"] for each in placed["contracts"]]
        assert all(accepted.version for accepted in order.contracts)
        assert (order.placed, order.nic, order.accepted_from) == (world.now, world.nics["camille"], "192.0.2.7")
        assert order.waived is True

    def test_the_period_of_retraction_is_only_shown_to_who_did_not_waive_it(self, world: World) -> None:
        dates = {}
        for waived in (True, False, None):
            cart_id = world.cart()
            world.add(cart_id, f"waived-{waived}.fr".lower())
            body = {"waiveRetractationPeriod": waived}
            order_id = world.post(f"/order/cart/{cart_id}/checkout", body).ok()["orderId"]
            dates[waived] = world.get(f"/me/order/{order_id}").ok()["retractionDate"]
        assert dates[True] is None
        assert dates[False] == dates[None] == "2026-12-07T12:00:00+00:00"

    def test_an_order_that_is_to_be_paid_at_once_is(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        before = world.balance()
        body = {"autoPayWithPreferredPaymentMethod": True, "waiveRetractationPeriod": True}
        order_id = world.post(f"/order/cart/{cart_id}/checkout", body).ok()["orderId"]
        assert before - world.balance() == 599000000
        world.deliver()
        assert world.status(order_id) == "delivered"

    def test_of_two_checkouts_at_the_same_moment_one_places_the_order(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        target = f"/1.0/order/cart/{cart_id}/checkout"

        async def both() -> list[Answer]:
            calls = [world.request("POST", target, b"", world.signed("POST", target, b"", "camille")) for _ in range(4)]
            return list(await asyncio.gather(*calls))

        answers = world.runner.run(both())
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
        [order_id] = world.get("/me/order").ok()
        refused = {answer.body["message"] for answer in answers if answer.status == 409}
        assert refused == {f"Cart {cart_id} is read-only: it was checked out as order {order_id}"}

    def test_a_zone_of_its_own_is_ordered_and_delivered(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        zone(world, cart_id, "foo.fr")
        order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
        world.pay(order_id).ok()
        world.deliver()
        assert world.status(order_id) == "delivered"
        assert (world.get("/domain").ok(), world.get("/domain/zone").ok()) == (["foo.fr"], ["foo.fr"])


class TestEdge:
    def test_both_prefixes_and_a_slash_at_the_end_lead_to_the_same(self, world: World) -> None:
        cart_id = world.cart(None)
        expected = world.get(f"/order/cart/{cart_id}", who=None).ok()
        for target in (f"/1.0/order/cart/{cart_id}", f"/v1/order/cart/{cart_id}", f"/1.0/order/cart/{cart_id}/"):
            assert world.send("GET", target).ok() == expected
            headers = world.signed("GET", target, b"", "camille")
            assert world.send("GET", target, b"", headers).ok() == expected
        made = world.send("POST", "/v1/order/cart/", b'{"ovhSubsidiary":"FR"}').ok()
        assert made["items"] == []

    def test_every_answer_has_a_query_id_of_its_own(self, world: World) -> None:
        answers = [
            world.get("/auth/time", who=None),
            world.get("/me"),
            world.get("/me", who=None),
            world.get("/nothing"),
            world.post("/order/cart", {}),
            world.send("GET", "/"),
            world.send("GET", "/order/1"),
        ]
        assert [answer.status for answer in answers] == [200, 200, 401, 404, 400, 200, 303]
        ids = [answer.headers["x-ovh-queryid"] for answer in answers]
        assert all(re.fullmatch(r"ORDAIN\.ext-1\.[A-Za-z0-9]{8}\.\d+", each) for each in ids)
        assert len(set(ids)) == len(ids)

    def test_every_answer_of_the_api_is_json(self, world: World) -> None:
        answers = [world.get("/auth/time", who=None), world.get("/nothing"), world.post("/order/cart", {})]
        assert {answer.headers["content-type"] for answer in answers} == {"application/json; charset=utf-8"}

    def test_a_body_is_read_whatever_its_content_type(self, world: World) -> None:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-8", ""):
            raw = b'{"ovhSubsidiary":"FR"}'
            assert world.send("POST", "/1.0/order/cart", raw, {"Content-Type": kind}).status == 200

    def test_the_time_is_the_worlds(self, world: World) -> None:
        assert world.get("/auth/time", who=None).raw == str(int(world.now.timestamp())).encode()
