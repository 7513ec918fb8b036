"""What is delivered: the name with its own owner, its name servers, its zone with records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordain.core.registry_life import years_on
from ordain.flows import contacts, delivery
from tests.flows.shop import bought, caller, first_task, placed, story
from tests.steps import carried_out

if TYPE_CHECKING:
    from tests.world import World

CLAUDE = {
    "firstName": "Claude", "lastName": "Durand", "legalForm": "individual", "email": "claude@world.example",
    "phone": "+33.320000001", "language": "fr_FR", "birthDay": "1970-01-01", "birthCity": "Lille",
    "birthCountry": "FR", "birthZip": "59000",
    "address": {"line1": "3 rue Kellermann", "city": "Roubaix", "zip": "59100", "country": "FR"},
}  # fmt: skip
ZONE_PLAN = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}


def records(world: World, zone: str) -> list[tuple[str, str, str, int]]:
    ids = world.get(f"/domain/zone/{zone}/record").ok()
    found = [world.get(f"/domain/zone/{zone}/record/{one}").ok() for one in ids]
    return [(one["fieldType"], one["subDomain"], one["target"], one["ttl"]) for one in found]


NAME_SERVERS = [("NS", "", f"{host}.", 3600) for host in ("ns1.ordain.example", "ns2.ordain.example")]


def test_a_created_name_comes_with_its_zone_and_records(world: World) -> None:
    order_id = bought(world, "foo.fr")
    world.deliver()
    assert world.get("/domain/zone").ok() == ["foo.fr"]
    assert records(world, "foo.fr") == [*NAME_SERVERS, ("CNAME", "www", "foo.fr.", 3600)]
    zone = world.get("/domain/zone/foo.fr").ok()
    assert zone["nameServers"] == ["ns1.ordain.example", "ns2.ordain.example"]
    domain = world.get("/domain/foo.fr").ok()
    assert domain["nameServerType"] == "hosted"
    assert [one["nameServer"] for one in domain["nameServers"]] == zone["nameServers"]
    assert [task.function for task in story(world, order_id).standing.tasks] == ["DomainCreate", "ZoneCreate"]


def test_the_order_is_delivering_between_the_name_and_its_zone(world: World) -> None:
    order_id = bought(world, "foo.fr")
    [task] = world.runner.run(delivery.claim(world.engine, 1))
    zone = world.runner.run(delivery.step(world.engine, task))
    assert world.status(order_id) == "delivering"
    assert world.get("/domain").ok() == ["foo.fr"]
    assert world.get("/domain/zone").ok() == []
    assert len(story(world, order_id).mails) == 2
    assert world.runner.run(carried_out(world.engine, zone)) == 1
    assert world.status(order_id) == "delivered"
    assert len(story(world, order_id).mails) == 3


def test_a_transferred_name_brings_no_zone(world: World) -> None:
    order_id = bought(world, "taken.fr", ("AUTH_INFO", "right"))
    world.deliver()
    assert world.get("/domain").ok() == ["taken.fr"]
    assert world.get("/domain/zone").ok() == []
    assert len(story(world, order_id).standing.tasks) == 1


@pytest.mark.parametrize(("template", "www"), [(None, True), ("basic", True), ("minimized", False)])
def test_a_zone_is_ordered_on_its_own(world: World, template: str | None, *, www: bool) -> None:
    cart_id = world.cart()
    item_id = world.post(f"/order/cart/{cart_id}/dns", ZONE_PLAN).ok()["itemId"]
    world.configure(cart_id, item_id, "zone", "elsewhere.fr")
    if template:
        world.configure(cart_id, item_id, "template", template)
    order = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()
    assert order["prices"]["withTax"]["value"] == 0
    world.pay(order["orderId"]).ok()
    world.deliver()
    assert world.status(order["orderId"]) == "delivered"
    assert (world.get("/domain").ok(), world.get("/domain/zone").ok()) == ([], ["elsewhere.fr"])
    assert records(world, "elsewhere.fr") == NAME_SERVERS + ([("CNAME", "www", "elsewhere.fr.", 3600)] if www else [])


def test_a_zone_ordered_beside_its_domain_is_delivered_once(world: World) -> None:
    cart_id = world.cart()
    zone_id = world.post(f"/order/cart/{cart_id}/dns", ZONE_PLAN).ok()["itemId"]
    world.configure(cart_id, zone_id, "zone", "foo.fr")
    world.configure(cart_id, zone_id, "template", "minimized")
    world.add(cart_id, "foo.fr")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    assert world.status(order_id) == "delivered"
    functions = sorted(task.function for task in story(world, order_id).standing.tasks)
    assert functions == ["DomainCreate", "ZoneCreate"]
    assert records(world, "foo.fr") == NAME_SERVERS


def test_name_servers_elsewhere_are_the_names_own(world: World) -> None:
    bought(world, "foo.fr", ("DNS", "NS1.elsewhere.example., ns2.elsewhere.example"))
    world.deliver()
    domain = world.get("/domain/foo.fr").ok()
    assert domain["nameServerType"] == "external"
    assert [one["nameServer"] for one in domain["nameServers"]] == ["ns1.elsewhere.example", "ns2.elsewhere.example"]


# --- the owner ---


def owner_of(world: World, domain: str) -> Any:
    return world.get(f"/me/contact/{world.get(f'/domain/{domain}').ok()['whoisOwner']}").ok()


def test_each_name_has_a_copy_of_its_owner_that_later_changes_do_not_touch(world: World) -> None:
    contact_id = world.post("/me/contact", CLAUDE).ok()["id"]
    labels = (("OWNER_CONTACT", f"/me/contact/{contact_id}"), ("OWNER_LEGAL_AGE", True))
    for domain in ("foo.fr", "baz.fr"):
        bought(world, domain, *labels)
    late = placed(world, "qux.fr", *labels)
    world.put(f"/me/contact/{contact_id}", {**CLAUDE, "lastName": "Dupont"}).ok()
    world.pay(late).ok()
    world.deliver()
    owners = {domain: owner_of(world, domain) for domain in ("foo.fr", "baz.fr", "qux.fr")}
    assert len({owner["id"] for owner in owners.values()} | {contact_id}) == 4
    assert {owner["lastName"] for owner in owners.values()} == {"Durand"}
    assert world.get(f"/me/contact/{contact_id}").ok()["lastName"] == "Dupont"
    [own] = [domain for domain in owners if world.get("/domain", whoisOwner=owners[domain]["id"]).ok() == ["foo.fr"]]
    assert own == "foo.fr"


def test_without_an_owner_the_account_is_copied(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    owner, domain = owner_of(world, "foo.fr"), world.get("/domain/foo.fr").ok()
    assert (owner["firstName"], owner["lastName"], owner["birthDay"]) == ("Camille", "Martin", "1990-05-17")
    mine = world.nics["camille"]
    assert [domain[f"contact{party}"]["id"] for party in ("Admin", "Tech", "Billing")] == [mine] * 3


def test_another_account_can_be_admin_and_tech(world: World) -> None:
    bought(world, "foo.fr", ("ADMIN_ACCOUNT", world.nics["dieter"]), ("TECH_ACCOUNT", world.nics["ursula"]))
    world.deliver()
    domain = world.get("/domain/foo.fr").ok()
    assert domain["contactAdmin"]["id"] == world.nics["dieter"]
    assert domain["contactTech"]["id"] == world.nics["ursula"]
    assert world.get("/domain", "dieter").ok() == []


def test_somebody_elses_contact_cannot_be_the_owner(world: World) -> None:
    contact_id = world.post("/me/contact", CLAUDE, "dieter").ok()["id"]
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    path = f"/order/cart/{cart_id}/item/{item_id}/configuration"
    assert world.post(path, {"label": "OWNER_CONTACT", "value": f"/me/contact/{contact_id}"}).status == 404
    assert world.runner.run(contacts.ids(world.engine, caller(world))) == []


# --- how long it lasts ---


@pytest.mark.parametrize("years", [1, 3])
def test_a_name_lasts_the_years_that_were_paid(world: World, years: int) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr", duration=f"P{years}Y")
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    assert story(world, order_id).standing.order.price.net.ucents == (499 + (years - 1) * 699) * 1_000_000
    world.pay(order_id).ok()
    world.pass_time(days=2)
    world.deliver()
    expires = years_on(world.now, years).isoformat(timespec="seconds")
    assert world.get("/domain/foo.fr").ok()["expirationDate"] == expires
    assert first_task(world, order_id).done_at == world.now


def test_names_with_accents_are_delivered_in_their_a_label_form(world: World) -> None:
    order_id = bought(world, "Café.FR")
    world.deliver()
    assert world.get("/domain").ok() == world.get("/domain/zone").ok() == ["xn--caf-dma.fr"]
    for typed in ("xn--caf-dma.fr", "caf%C3%A9.fr", "CAFE%CC%81.fr", "XN--CAF-DMA.FR"):
        assert world.get(f"/domain/{typed}").ok()["domain"] == "xn--caf-dma.fr"
        assert world.get(f"/domain/zone/{typed}").ok()["name"] == "xn--caf-dma.fr"
    assert "café.fr (xn--caf-dma.fr)" in "".join(mail.body for mail in story(world, order_id).mails)


def test_names_are_their_owners_alone(world: World) -> None:
    bought(world, "foo.fr")
    world.deliver()
    for path in ("/domain/foo.fr", "/domain/zone/foo.fr", "/domain/zone/foo.fr/record"):
        refused = world.get(path, "dieter")
        assert (refused.status, refused.body["message"]) == (404, "This service does not exist")
