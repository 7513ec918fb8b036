"""The pages of names: found, read, and changed by the flows of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.test_renewals import delivered, held
from tests.web.people import at_once, is_guarded, signed_in

if TYPE_CHECKING:
    from tests.web.visitor import Visitor
    from tests.world import World

PATH = "/domains/foo.com"
KEY = "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ=="


@pytest.fixture
def camille(world: World) -> Visitor:
    """Camille, who has foo.com, in her browser."""
    delivered(world)
    return signed_in(world)


def test_the_list_finds_names_and_shows_their_state(world: World, camille: Visitor) -> None:
    page = camille.open("/domains")
    assert page.status_code == 200
    assert all(text in page.text for text in ("foo.com", "Active", "Renewed automatically", "1 name"))
    assert "foo.com" in camille.open("/domains?q=FOO").text
    assert "No name is like that" in camille.open("/domains?q=bar&show=error&page=99&order=expires").text
    answer = world.runner.run(camille.client.get("/domains?show=soon", headers={"hx-request": "true"}))
    assert "<html" not in answer.text
    world.now = held(world, "foo.com").expires
    assert "foo.com" in signed_in(world).open("/domains?show=soon").text
    is_guarded(world, "/domains")


def test_its_page_tells_its_life(camille: Visitor) -> None:
    page = camille.open(PATH).text
    for text in ("Registered", "First reminder by mail", "Charged and renewed", "Expires", "Deleted, if it is not"):
        assert text in page, text
    assert "See what it costs" in page
    price = camille.world.runner.run(camille.client.get(f"{PATH}/price", headers={"hx-request": "true"}))
    assert "for 12 months" in price.text
    assert "/renewal/" in str(camille.open(f"{PATH}/price").url)


def test_nobody_elses_and_strangers(world: World, camille: Visitor) -> None:
    page = camille.open(PATH)
    dieter = signed_in(world, "dieter")
    assert dieter.open(PATH).status_code == 404
    assert dieter.open("/domains/unknown.com").status_code == 404
    token = dieter.filled(dieter.open("/account/password"), "/account/password")["csrf"]
    for part in ("renewal", "lock", "servers", "keys", "contacts", "departure", "deletion", "task", "code", "owner"):
        assert dieter.send(f"{PATH}/{part}", {"csrf": token}).status_code in (400, 404), part
    is_guarded(world, PATH)
    is_guarded(world, f"{PATH}/lock", {"lock": "locked"})
    assert page.status_code == 200


def test_it_is_renewed_as_its_holder_wishes(world: World, camille: Visitor) -> None:
    for mode, automatic, ends in (("manual", False, False), ("end", False, True), ("automatic", True, False)):
        page = camille.open(PATH)
        answer = camille.submit(page, f"{PATH}/renewal", mode=mode)
        assert "Saved: it is renewed as you wish." in answer.text
        terms = world.get("/domain/foo.com/serviceInfos").ok()["renew"]
        assert (terms["automatic"], terms["deleteAtExpiration"]) == (automatic, ends)
    assert camille.submit(page, f"{PATH}/renewal", mode="never").status_code == 400


def test_it_is_locked_once_however_often_the_form_is_sent(world: World, camille: Visitor) -> None:
    form = camille.filled(camille.open(PATH), f"{PATH}/lock", lock="locked")
    answers = [*at_once(camille, f"{PATH}/lock", form, 3), camille.send(f"{PATH}/lock", form)]
    assert {str(answer.url) for answer in answers} == {str(answers[0].url)}
    assert [task["function"] for task in _tasks(world)].count("DomainLock") == 1
    world.deliver()
    page = camille.open(PATH)
    assert "Locked: nobody can transfer it away." in page.text
    refused = camille.submit(page, f"{PATH}/code")
    assert refused.status_code == 409
    assert "unlock it first" in refused.text


def _tasks(world: World) -> list[dict[str, str]]:
    return [world.get(f"/domain/foo.com/task/{number}").ok() for number in world.get("/domain/foo.com/task").ok()]


def test_the_transfer_code_is_shown_when_it_is_asked_for(world: World, camille: Visitor) -> None:
    page = camille.open(PATH)
    code = world.get("/domain/foo.com/authInfo").ok()
    assert code not in page.text
    assert code in camille.submit(page, f"{PATH}/code").text


def test_name_servers_are_changed_and_what_cannot_be_is_told(world: World, camille: Visitor) -> None:
    page = camille.open(PATH)
    wrong = camille.submit(page, f"{PATH}/servers", servers="ns1.example.net\nno host!")
    assert wrong.status_code == 400
    assert "A name server is a host" in wrong.text
    assert "no host!" in wrong.text
    answer = camille.submit(page, f"{PATH}/servers", servers="ns1.foo.com 192.0.2.1 2001:db8::1\nns2.example.net")
    assert "The registry is being told of the name servers." in answer.text
    world.deliver()
    assert held(world, "foo.com").name_servers == ("ns1.foo.com", "ns2.example.net")
    late = camille.submit(page, f"{PATH}/servers", servers="ns3.example.net\nns4.example.net")
    assert late.status_code == 409
    assert "has changed since" in late.text
    camille.submit(camille.open(PATH), f"{PATH}/servers", use="ours").raise_for_status()
    world.deliver()
    assert held(world, "foo.com").hosted


def test_keys_come_and_go(world: World, camille: Visitor) -> None:
    page = camille.open(PATH)
    assert camille.submit(page, f"{PATH}/keys", keys="a key").status_code == 400
    camille.submit(page, f"{PATH}/keys", keys=f"foo.com. 3600 IN DNSKEY {KEY}").raise_for_status()
    world.deliver()
    [key] = held(world, "foo.com").keys
    assert (key.flags, key.algorithm, key.tag) == (257, 13, 2371)
    page = camille.open(PATH)
    assert "2371" in page.text
    camille.submit(page, f"{PATH}/keys").raise_for_status()
    world.deliver()
    assert held(world, "foo.com").keys == ()


def test_contacts_are_asked_for(world: World, camille: Visitor) -> None:
    page = camille.open(PATH)
    unknown = camille.submit(page, f"{PATH}/contacts", admin="nobody-1")
    assert unknown.status_code == 400
    assert "does not exist" in unknown.text
    answer = camille.submit(page, f"{PATH}/contacts", admin=world.nics["dieter"])
    assert "Those concerned were mailed" in answer.text
    assert len(world.get("/me/task/contactChange").ok()) == 1


def test_another_owner_is_put_in_the_cart_once(camille: Visitor) -> None:
    form = camille.filled(camille.open(PATH), f"{PATH}/owner")
    camille.client.follow_redirects = False
    first, second = camille.send(f"{PATH}/owner", form), camille.send(f"{PATH}/owner", form)
    assert first.status_code == 303
    assert first.headers["location"].startswith("/cart/items/")
    assert second.headers["location"] == first.headers["location"]


def test_another_owner_stays_in_a_cart_that_goes_to_another_country(world: World, camille: Visitor) -> None:
    held = world.post("/order/cart", {"ovhSubsidiary": "GB"}, who=None).ok()["cartId"]
    camille.client.cookies.set("cart", f"{held}.0", domain="127.0.0.1", path="/")
    camille.submit(camille.open(PATH), f"{PATH}/owner")
    camille.open("/cart")
    cart_id = camille.client.cookies["cart"].partition(".")[0]
    assert cart_id != held
    [item_id] = world.get(f"/order/cart/{cart_id}/item").ok()
    item = world.get(f"/order/cart/{cart_id}/item/{item_id}").ok()
    assert (item["settings"]["domain"], item["settings"]["planCode"]) == ("foo.com", "com-trade")
    assert item["prices"][0]["price"]["currencyCode"] == "EUR"


def test_its_deletion_is_mailed(camille: Visitor) -> None:
    answer = camille.submit(camille.open(PATH), f"{PATH}/deletion")
    assert "nothing happens until you use its link" in answer.text


def test_a_departure_nobody_asked_for(camille: Visitor) -> None:
    page = camille.open(PATH)
    token = camille.filled(page, f"{PATH}/lock")["csrf"]
    refused = camille.send(f"{PATH}/departure", {"csrf": token, "allowed": "yes"})
    assert refused.status_code == 409
    assert camille.send(f"{PATH}/task", {"csrf": token, "task": "1", "do": "relaunch"}).status_code == 404
