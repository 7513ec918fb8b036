"""The form of a cart's item: what its extension asks, as it is filled in, saved at once or not at all."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from ordain.flows import sessions
from ordain.web import shop_item_fields
from tests.api.test_reading import CONTACT
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx
    import pytest

    from tests.world import World

PASSWORD = "correct horse battery"
TOWN = "ville-nanterre.fr"
ITALIAN = {"OWNER_CONTACT__nationality": "FR", "OWNER_CONTACT__nationalIdentificationNumber": "AB1234567"}
COMPANY = {
    "OWNER_CONTACT": "new", "owner-of": "new", "OWNER_CONTACT__legalForm": "corporation",
    "OWNER_CONTACT__organisationName": "Exemple SA", "OWNER_CONTACT__email": "sa@world.example",
    "OWNER_CONTACT__phone": "01 23 45 67 89", "OWNER_CONTACT__address__country": "FR",
    "OWNER_CONTACT__address__line1": "1 rue de l'Exemple", "OWNER_CONTACT__address__zip": "59100",
    "OWNER_CONTACT__address__city": "Roubaix", "OWNER_CONTACT__language": "fr_FR",
    "OWNER_CONTACT__companyNationalIdentificationNumber": "303265045", "OWNER_LEGAL_AGE": "true",
}  # fmt: skip


class Shopper(Visitor):
    """Somebody whose browser has a cart."""

    def __init__(self, world: World, who: str | None = "camille") -> None:
        super().__init__(world)
        self.who = who
        self.cart_id = world.cart(None)
        self.items: dict[str, int] = {}
        if who:
            world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
            self.sign_in(f"{who}@world.example", PASSWORD)
            page = self.open("/account")
            self.submit(page, "/place", language="en", then="/account")

    def wants(self, *domains: str) -> Shopper:
        """Put names in the cart."""
        for domain in domains:
            self.items[domain] = self.world.add(self.cart_id, domain)
        self.client.cookies.set("cart", f"{self.cart_id}.{len(self.items)}")
        return self

    def path(self, domain: str) -> str:
        """The page of a name."""
        return f"/cart/items/{self.items[domain]}"

    def ask(self, domain: str) -> httpx.Response:
        """Open it."""
        return self.open(self.path(domain))

    def fill(self, domain: str, page: httpx.Response | None = None, /, **filled: str) -> httpx.Response:
        """Fill it in and save."""
        named = {name.replace("__", "."): text for name, text in filled.items()}
        return self.submit(page or self.ask(domain), self.path(domain), **named)

    def values(self, domain: str) -> dict[str, str]:
        """What the item is configured with."""
        path = f"/order/cart/{self.cart_id}/item/{self.items[domain]}/configuration"
        who = self.who if self.world.get(path, None).status == 404 else None
        found = [self.world.get(f"{path}/{one}", who).ok() for one in self.world.get(path, who).ok()]
        return {one["label"]: one["value"] for one in found}


def contacts(world: World, who: str = "camille") -> list[int]:
    found: list[int] = world.get("/me/contact", who).ok()
    return found


def test_a_town_name_says_why_it_asks_for_a_reason(world: World) -> None:
    shopper = Shopper(world).wants(TOWN)
    page = shopper.ask(TOWN)
    assert "It names a place in France" in page.text
    refused = shopper.fill(TOWN, page)
    assert refused.status_code == 400
    assert '<a href="#REASON">Custom field REASON is mandatory for product fr</a>' in refused.text
    assert shopper.values(TOWN) == {}
    done = shopper.fill(TOWN, page, REASON="We are the town")
    assert done.url.path == "/cart"
    assert shopper.values(TOWN) == {"REASON": "We are the town"}
    assert "We are the town</textarea>" in shopper.ask(TOWN).text


def test_of_an_owner_who_is_known_only_what_is_lacking_is_asked(world: World) -> None:
    shopper = Shopper(world).wants("exemple.it")
    page = shopper.ask("exemple.it")
    named = re.findall(r'name="OWNER_CONTACT\.(\w+)"', page.text.partition("More about the owner")[0])
    assert named == ["nationality", "nationalIdentificationNumber"]
    assert "2 fields are still" not in page.text  # with the conditions, they are three
    assert "3 fields are still to be filled in." in page.text
    done = shopper.fill("exemple.it", page, ACCEPT_CONDITIONS="true", **ITALIAN)
    assert done.url.path == "/cart"
    [number] = contacts(world)
    made = world.get(f"/me/contact/{number}").ok()
    assert (made["lastName"], made["nationality"], made["phone"]) == ("Martin", "FR", "+33.320000000")
    assert shopper.values("exemple.it") == {"ACCEPT_CONDITIONS": "true", "OWNER_CONTACT": f"/me/contact/{number}"}
    assert world.get(f"/order/cart/{shopper.cart_id}", who="dieter").status == 404  # the cart is hers from now on
    assert f'<option value="/me/contact/{number}" selected>Camille Martin, Roubaix' in shopper.ask("exemple.it").text


def test_somebody_new_is_asked_what_their_kind_has_to_say(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr")
    page = shopper.fill("foo.fr", OWNER_CONTACT="new", check="yes")
    assert '<option value="FR" selected>France' in page.text
    assert 'name="OWNER_CONTACT.birthDay"' in page.text
    assert 'name="OWNER_CONTACT.organisationName"' not in page.text
    again = shopper.fill("foo.fr", page, check="yes", OWNER_CONTACT__legalForm="corporation")
    assert 'name="OWNER_CONTACT.organisationName"' in again.text
    assert 'name="OWNER_CONTACT.birthDay"' not in again.text
    assert contacts(world) == []
    assert shopper.fill("foo.fr", **COMPANY).url.path == "/cart"
    made = world.get(f"/me/contact/{contacts(world)[0]}").ok()
    assert (made["organisationName"], made["phone"]) == ("Exemple SA", "+33.123456789")


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_saved(world: World) -> None:
    shopper = Shopper(world).wants(TOWN)
    bad = {**COMPANY, "OWNER_CONTACT__phone": "nope", "OWNER_CONTACT__address__zip": "5910", "DNS": "ns1.example.com"}
    bad["OWNER_CONTACT__companyNationalIdentificationNumber"] = "303265046"
    page = shopper.fill(TOWN, **bad)
    assert page.status_code == 400
    assert set(re.findall(r'<li><a href="#([\w.]+)"', page.text)) == {
        "REASON", "DNS", "OWNER_CONTACT.phone", "OWNER_CONTACT.address.zip",
        "OWNER_CONTACT.companyNationalIdentificationNumber",
    }  # fmt: skip
    for name in re.findall(r'<li><a href="#([\w.]+)"', page.text):
        assert f'id="{name}"' in page.text
    assert 'value="nope"' in page.text
    assert (shopper.values(TOWN), contacts(world)) == ({}, [])


def test_a_new_owner_is_none_that_no_contact_can_be(world: World) -> None:
    """A form can be bent: what a registry does not ask is one of the contract's values, too."""
    shopper = Shopper(world).wants("foo.com")
    strange = {"birthCountry": "QQ", "nationality": "ZZ", "accreditationCountry": "XX", "gender": "x"}
    bent = {**COMPANY, **{f"OWNER_CONTACT__{name}": text for name, text in strange.items()}}
    for more in ({}, {"check": "yes"}):
        page = shopper.fill("foo.com", **bent, **more)
        assert set(re.findall(r'<li><a href="#([\w.]+)"', page.text)) == {f"OWNER_CONTACT.{name}" for name in strange}
        assert "This is one of: female, male" in page.text
        assert page.status_code == (200 if more else 400)
    assert (shopper.values("foo.com"), contacts(world)) == ({}, [])
    right = {"birthCountry": "FR", "nationality": "DE", "accreditationCountry": "IT", "gender": "female"}
    assert shopper.fill("foo.com", **bent | {f"OWNER_CONTACT__{name}": text for name, text in right.items()}).is_success
    assert world.get(f"/me/contact/{contacts(world)[0]}").ok()["nationality"] == "DE"


def test_a_change_brings_only_the_fields_that_look_otherwise(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr")
    page = shopper.fill("foo.fr", OWNER_CONTACT="new", check="yes")
    there = f"{shopper.path('foo.fr')}/check"
    form = shopper.filled(page, shopper.path("foo.fr"), **{"OWNER_CONTACT.birthCountry": "FR"})

    def sent(changed: str, **typed: str) -> tuple[list[str], str]:
        """The places that are sent, and the answer."""
        said = {name.replace("__", "."): text for name, text in typed.items()}
        answer = shopper.send(there, {**form, **said, "changed": changed}, **{"hx-request": "true"}).text
        return sorted(re.findall(r'<div id="([\w-]+)"[^>]* hx-swap-oob', answer)), answer

    born = ["need-OWNER_CONTACT-birthCity", "need-OWNER_CONTACT-birthZip"]
    places, answer = sent("")
    assert places == born
    assert "<html" not in answer
    assert 'id="missing" role="status"' in answer
    assert "is required" not in answer  # nobody had the time to say it
    # What is wrong is told of what was changed, not of what somebody may be writing.
    places, answer = sent("OWNER_CONTACT.phone", OWNER_CONTACT__phone="x", OWNER_CONTACT__email="half")
    assert places == [*born, "need-OWNER_CONTACT-phone"]
    assert "must be a telephone number" in answer
    assert "must be an e-mail address" not in answer


def test_the_same_form_sent_twice_makes_one_contact(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr")
    form = shopper.filled(shopper.ask("foo.fr"), shopper.path("foo.fr"))
    form |= {name.replace("__", "."): text for name, text in COMPANY.items()}

    async def both() -> list[str]:
        sent = [shopper.client.post(shopper.path("foo.fr"), data=form, follow_redirects=False) for _ in range(2)]
        return [answer.headers["location"] for answer in await asyncio.gather(*sent)]

    assert world.runner.run(both()) == ["/cart", "/cart"]
    assert shopper.send(shopper.path("foo.fr"), form).url.path == "/cart"
    assert len(contacts(world)) == 1


def test_the_other_names_get_what_they_ask_and_the_next_that_lacks_something_follows(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr", "exemple.it", "autre.it", TOWN)
    filled = {"ACCEPT_CONDITIONS": "true", "everywhere": "yes", **ITALIAN}
    then = shopper.fill("exemple.it", **filled)
    assert then.url.path == shopper.path(TOWN)
    owner = f"/me/contact/{contacts(world)[0]}"
    assert shopper.values("autre.it") == {"ACCEPT_CONDITIONS": "true", "OWNER_CONTACT": owner}
    assert shopper.values("foo.fr") == {"OWNER_CONTACT": owner}
    assert shopper.fill(TOWN, REASON="We are the town").url.path == "/cart"


def test_what_another_name_cannot_have_it_does_not_get(world: World) -> None:
    shopper = Shopper(world, "dieter").wants("foo.com", "foo.fr")
    page = shopper.fill("foo.com", OWNER_CONTACT="new", check="yes")
    american = {**COMPANY, "OWNER_CONTACT__address__country": "US", "OWNER_CONTACT__address__province": "OR",
                "OWNER_CONTACT__address__zip": "97201", "everywhere": "yes"}  # fmt: skip
    assert shopper.fill("foo.com", page, **american).url.path == shopper.path("foo.fr")
    assert "OWNER_CONTACT" not in shopper.values("foo.fr")


def test_a_stranger_answers_what_is_about_the_name_and_is_asked_to_sign_in(world: World) -> None:
    shopper = Shopper(world, None).wants(TOWN)
    page = shopper.ask(TOWN)
    assert f"/sign-in?then=%2Fcart%2Fitems%2F{shopper.items[TOWN]}" in page.text
    assert 'name="OWNER_CONTACT"' not in page.text
    assert shopper.fill(TOWN, page, REASON="We are the town").url.path == "/cart"
    assert shopper.values(TOWN) == {"REASON": "We are the town"}
    assert shopper.send(f"{shopper.path(TOWN)}/check", shopper.filled(page, shopper.path(TOWN))).status_code == 200


def test_the_notice_of_a_claimed_name_is_shown_and_accepted(world: World) -> None:
    shopper = Shopper(world).wants("claimed-9.app")
    page = shopper.ask("claimed-9.app")
    assert "made up by the sandbox" in page.text
    assert shopper.fill("claimed-9.app", page).status_code == 400
    notice = world.notice("claimed-9.app")
    assert f'value="{notice}"' in page.text
    assert shopper.fill("claimed-9.app", page, CLAIMS_NOTICE=notice).url.path == "/cart"
    assert shopper.values("claimed-9.app") == {"CLAIMS_NOTICE": notice}


def test_a_public_body_says_what_its_name_is_for(world: World) -> None:
    shopper = Shopper(world).wants("council.gov.uk")
    page = shopper.ask("council.gov.uk")
    filled = {"DOMAIN_CONFIG__audience": "citizens", "DOMAIN_CONFIG__represent": "the council"}
    refused = shopper.fill("council.gov.uk", page, **filled)
    assert '<a href="#DOMAIN_CONFIG.isFor">' in refused.text
    chosen = {**filled, "DOMAIN_CONFIG__isFor__emails": "true"}
    again = shopper.fill("council.gov.uk", page, **chosen, check="yes")
    assert '<a href="#DOMAIN_CONFIG.isFor">' not in again.text
    assert 'name="DOMAIN_CONFIG.isFor.emails" type="checkbox" value="true" checked' in again.text


def test_a_wrong_transfer_code_is_told_by_its_field(world: World) -> None:
    shopper = Shopper(world).wants("taken.fr")
    page = shopper.fill("taken.fr", AUTH_INFO="wrong")
    assert page.status_code == 400
    assert '<a href="#AUTH_INFO">' in page.text


def test_a_zone_on_its_own_is_given_its_name(world: World) -> None:
    shopper = Shopper(world)
    zone = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
    shopper.items["zone"] = world.post(f"/order/cart/{shopper.cart_id}/dns", zone, None).ok()["itemId"]
    shopper.wants()
    assert shopper.fill("zone", zone="not a name").status_code == 400
    assert shopper.fill("zone", zone="example.com", template="basic").url.path == "/cart"
    assert shopper.values("zone") == {"template": "basic", "zone": "example.com"}


def test_an_item_is_nobody_elses(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr")
    other = Shopper(world, "dieter").wants("bar.fr")
    assert other.open(shopper.path("foo.fr")).status_code == 404
    assert Visitor(world).open(shopper.path("foo.fr")).status_code == 404
    world.post(f"/order/cart/{shopper.cart_id}/assign").ok()
    other.client.cookies.set("cart", f"{shopper.cart_id}.1")
    assert other.open(shopper.path("foo.fr")).status_code == 404
    assert shopper.send(shopper.path("foo.fr"), {"REASON": "x"}).status_code == 403


def test_another_accounts_contact_is_none(world: World) -> None:
    shopper = Shopper(world).wants("foo.fr")
    shopper.fill("foo.fr", **COMPANY)
    other = Shopper(world, "dieter").wants("bar.fr")
    taken = f"/me/contact/{contacts(world)[0]}"
    refused = other.fill("bar.fr", OWNER_CONTACT=taken)
    assert refused.status_code == 400
    assert f"OWNER_CONTACT: {taken} does not exist" in refused.text
    like = {**COMPANY, "OWNER_CONTACT": taken, "owner-of": taken}
    assert other.fill("bar.fr", **like).status_code == 404


def test_the_owner_that_was_chosen_is_offered_however_many_contacts_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_item_fields, "MOST_CONTACTS", 1)
    shopper = Shopper(world).wants("foo.com")
    first, _, last = (
        world.post("/me/contact", {**CONTACT, "email": f"c{n}@world.example"}).ok()["id"] for n in range(3)
    )
    world.configure(shopper.cart_id, shopper.items["foo.com"], "OWNER_CONTACT", f"/me/contact/{first}")
    page = shopper.ask("foo.com")
    offered = re.findall(r'<option value="/me/contact/(\d+)"( selected)?', page.text)
    assert offered == [(str(last), ""), (str(first), " selected")]
