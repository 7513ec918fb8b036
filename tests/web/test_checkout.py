"""From a cart to a delivered order by pages: signed in on the way, ordered once, and only as it was shown."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.cart import Configuration
from ordain.core.money import UNIT
from ordain.flows import accounts, carts, idempotency, items, sessions
from ordain.flows.shelf import Shelf
from ordain.web import place
from tests.flows.cards import register, with_cards
from tests.flows.shop import story
from tests.stripe_gateway import DECLINED
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.stripe_gateway import Gateway
    from tests.world import World

PASSWORD = "correct horse battery"
NEW = {
    "email": "jeanne@world.example",
    "firstname": "Jeanne",
    "name": "Petit",
    "address": "1 place du Capitole",
    "zip": "31000",
    "city": "Toulouse",
    "phone": "+33.561000000",
    "birthDay": "1990-05-17",
    "password": PASSWORD,
    "accepted": "yes",
}


def text(page: httpx.Response) -> str:
    return unescape(page.text)


def filled(world: World, visitor: Visitor, *domains: str, **labels: str) -> str:
    """An anonymous cart with these names, which the browser knows; the labels are put on the last of them."""
    run, engine, cart_id = world.runner.run, world.engine, world.cart(None)
    added = [run(carts.add_domain(engine, cart_id, None, carts.Wanted(domain=one), world.now)) for one in domains]
    for label, value in labels.items():
        run(items.configure(engine, cart_id, None, Configuration(0, added[-1].item_id, label, value), world.now))
    hold(visitor, cart_id, len(added))
    return cart_id


def hold(visitor: Visitor, cart_id: str, count: int = 1) -> None:
    """The browser remembers this cart."""
    visitor.client.cookies.set(place.CART, f"{cart_id}.{count}", domain=f"{visitor.client.base_url.host}")


@pytest.fixture
def visitor(world: World) -> Visitor:
    """Camille's browser, not signed in; she has a password."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    return Visitor(world)


def signed_in(visitor: Visitor, who: str = "camille") -> httpx.Response:
    """Through the page of the checkout, and back to it."""
    asked = visitor.open("/checkout")
    return visitor.submit(asked, "/sign-in", name=f"{who}@world.example", password=PASSWORD)


def orders(world: World) -> list[int]:
    found: list[int] = world.get("/me/order").ok()
    return found


def test_a_stranger_buys_two_names_and_has_the_bill(world: World) -> None:
    visitor = Visitor(world)
    filled(world, visitor, "foo.com", "ville-lannion.fr")
    asked = visitor.open("/checkout")
    assert ("Who orders?" in asked.text, 'value="/checkout"' in asked.text) == (True, True)
    begun = visitor.open("/sign-up?then=/checkout&country=FR&legalform=individual")
    before = visitor.cookie
    review = visitor.submit(begun, "/sign-up", **NEW)
    assert (review.status_code, review.url.path) == (200, "/checkout")
    assert visitor.cookie != before, "what the browser was before, others can have known"
    assert "still needed: the reason why you may have it" in text(review)
    [item] = set(re.findall(r'href="(/cart/items/\d+)', review.text))
    said = {"OWNER_CONTACT.birthCountry": "BE", "REASON": "I am the town's clerk"}
    assert visitor.submit(visitor.open(item), item, **said).status_code == 200
    review = visitor.open("/checkout")
    assert "which is too little" in review.text
    nic = re.findall(r"[a-z]{2}\d+-ordain", review.text)[0]
    world.runner.run(accounts.credit(world.engine, nic, "ovhAccount", 100 * UNIT, world.now))
    review = visitor.open("/checkout")
    assert "It holds €100.00" in text(review)
    for shown in ("foo.com", "ville-lannion.fr", "Tax (20 %, France)", "Order and pay €14.98"):
        assert shown in text(review)
    order = visitor.submit(review, "/checkout", accepted="yes", pay="ovhAccount")
    assert (order.status_code, order.url.path.startswith("/order/"), "€14.98" in text(order)) == (200, True, True)
    assert place.CART not in {cookie.name for cookie in visitor.client.cookies.jar}
    assert "Paid" in order.text
    world.deliver()
    assert world.bill() == 1
    after = visitor.open(order.url.path)
    assert text(after).count(">In your account<") == 2
    assert "sse-connect" not in after.text, "nothing more will change"
    [bill] = re.findall(r'href="(/bill/[^"]+)"', text(after))
    assert visitor.open(bill).content.startswith(b"%PDF")
    assert world.imbalance() == []


@pytest.mark.parametrize("default", [True, False])
def test_a_mail_says_which_card_did_not_pay_what_was_ordered(world: World, gateway: Gateway, *, default: bool) -> None:
    with_cards(world, gateway)
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    visitor = Visitor(world)
    filled(world, visitor, "foo.com")
    card = register(world, gateway, DECLINED, default=default)
    page = visitor.submit(signed_in(visitor), "/checkout", accepted="yes", pay=f"creditCard-{card}")
    assert page.url.path == f"/order/{orders(world)[0]}"
    assert world.status(orders(world)[0]) == "notPaid"
    told = story(world, orders(world)[0]).mails[-1].body
    which = "Votre moyen de paiement par défaut" if default else "Votre carte"
    assert told.startswith(f"{which} n'a pas payé votre commande {orders(world)[0]} : la banque")


def test_the_carts_owner_is_whoever_signs_in_first(world: World, visitor: Visitor) -> None:
    cart_id = filled(world, visitor, "foo.com")
    assert "Order and pay" in text(signed_in(visitor)) or "Commander" in text(visitor.open("/checkout"))
    assert world.get(f"/order/cart/{cart_id}").ok()["cartId"] == cart_id
    other = Visitor(world)
    other.client.cookies.update(dict(visitor.client.cookies))
    other.client.cookies.delete("ordain")
    world.runner.run(sessions.set_password(world.engine, world.nics["dieter"], PASSWORD, world.now))
    assert "Ihr Warenkorb ist leer" in text(signed_in(other, "dieter"))


def test_what_is_missing_is_told_with_the_way_to_its_field(world: World, visitor: Visitor) -> None:
    cart_id = filled(world, visitor, "foo.com", "ville-lannion.fr")
    page = signed_in(visitor)
    item = world.get(f"/order/cart/{cart_id}/item").ok()[-1]
    assert f'href="/cart/items/{item}#REASON"' in page.text
    assert "il manque encore" in text(page)
    assert world.get(f"/order/cart/{cart_id}/checkout").body["message"] in text(page), "in the words of the API"
    assert 'action="/checkout"' not in page.text, "there is nothing to order yet"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"accepted": ""}, 400), ({"pay": ""}, 400), ({"pay": "creditCard-7"}, 400), ({"pay": "bankAccount"}, 400),
     ({"seen": ""}, 400), ({"seen": "x"}, 400), ({"seen": "1.EUR." + "0" * 32 + "." + "0" * 32}, 409),
     ({"csrf": ""}, 403), ({"pay": "fidelityAccount", "accepted": "no"}, 400), ({"pay": "x" * 5000}, 400)],
)  # fmt: skip
def test_what_is_wrong_orders_nothing(world: World, visitor: Visitor, wrong: dict[str, str], status: int) -> None:
    filled(world, visitor, "foo.com")
    form = {"accepted": "yes", "pay": "ovhAccount", **wrong}
    page = visitor.submit(signed_in(visitor), "/checkout", **form)
    assert (page.status_code, orders(world)) == (status, [])
    assert status == 403 or 'role="alert"' in page.text


def test_a_balance_that_is_too_low_is_told_and_cannot_pay(world: World, visitor: Visitor) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["ursula"], PASSWORD, world.now))
    cart_id = world.cart("ursula", "WE")
    item = world.add(cart_id, "foo.com", "ursula")
    path = f"/order/cart/{cart_id}/item/{item}/configuration"
    world.post(path, {"label": "OWNER_LEGAL_AGE", "value": "true"}, "ursula").ok()
    hold(visitor, cart_id)
    page = signed_in(visitor, "ursula")
    assert "which is too little" in page.text
    refused = visitor.submit(page, "/checkout", accepted="yes", pay="ovhAccount")
    assert (refused.status_code, "choose another way" in refused.text) == (400, True)
    later = visitor.submit(page, "/checkout", accepted="yes", pay="later")
    assert "Not paid yet" in text(later)
    assert "/pay" in later.text


def test_a_price_that_changed_meanwhile_is_told_with_the_old_one_and_nothing_is_ordered(
    world: World, visitor: Visitor
) -> None:
    cart_id = filled(world, visitor, "foo.com")
    page = signed_in(visitor)
    [item] = world.get(f"/order/cart/{cart_id}/item").ok()
    world.put(f"/order/cart/{cart_id}/item/{item}", {"duration": "P2Y"}).ok()
    refused = visitor.submit(page, "/checkout", accepted="yes", pay="ovhAccount")
    assert (refused.status_code, orders(world)) == (409, [])
    assert re.search(r"Le prix a changé depuis .* \d+\.\d\d EUR, .* \d+\.\d\d EUR", text(refused))
    done = visitor.submit(refused, "/checkout", accepted="yes", pay="ovhAccount")
    assert done.url.path == f"/order/{orders(world)[0]}"


def test_contracts_with_other_words_than_those_shown_are_not_accepted(world: World, visitor: Visitor) -> None:
    filled(world, visitor, "foo.com")
    page = signed_in(visitor)
    goods = world.engine.market
    changed = {
        name: structs.replace(
            each,
            entries=tuple(
                (at, structs.replace(one, version=f"{one.version}b", text={k: f"{v}!" for k, v in one.text.items()}))
                for at, one in each.entries
            ),
        )
        for name, each in goods.catalogue.contracts.items()
    }
    catalogue = structs.replace(goods.catalogue, contracts=changed)
    world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(goods, catalogue=catalogue))))
    later = Visitor(world)
    later.client.cookies.update(dict(visitor.client.cookies))
    refused = later.submit(page, "/checkout", accepted="yes", pay="ovhAccount")
    assert (refused.status_code, orders(world)) == (409, [])
    assert "Les contrats ont changé" in text(refused)


def test_sent_twice_even_at_the_same_moment_it_orders_once(world: World, visitor: Visitor) -> None:
    filled(world, visitor, "foo.com")
    form = visitor.filled(signed_in(visitor), "/checkout", accepted="yes", pay="ovhAccount")
    cookies = dict(visitor.client.cookies)

    async def together() -> list[Any]:
        sent = [visitor.client.post("/checkout", data=form, follow_redirects=False) for _ in range(3)]
        return await asyncio.gather(*sent)

    answers = world.runner.run(together())
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, f"/order/{orders(world)[0]}")}
    visitor.client.cookies.update(cookies)
    again = visitor.send("/checkout", form)
    assert again.url.path == f"/order/{orders(world)[0]}"
    assert len(orders(world)) == 1
    # Two windows, each with a form of its own: the second leads to the order of the first.
    visitor.client.cookies.update(cookies)
    other = visitor.send("/checkout", {**form, "once": "a" * 32})
    assert (other.url.path, len(orders(world))) == (f"/order/{orders(world)[0]}", 1)
    assert world.imbalance() == []


def test_killed_between_order_and_payment_the_order_page_offers_to_pay(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(world, visitor, "foo.com")
    form = visitor.filled(signed_in(visitor), "/checkout", accepted="yes", pay="later")
    keep = idempotency.keep

    async def killed(*_: object) -> None:
        raise SystemExit

    monkeypatch.setattr(idempotency, "keep", killed)
    with pytest.raises(SystemExit):
        visitor.send("/checkout", form)
    monkeypatch.setattr(idempotency, "keep", keep)
    [order_id] = orders(world)
    back = visitor.open("/checkout")
    assert back.url.path == f"/order/{order_id}"
    page = visitor.open(f"/order/{order_id}/pay")
    paid = visitor.submit(page, f"/order/{order_id}/pay", pay="ovhAccount")
    assert (paid.url.path, world.status(order_id)) == (f"/order/{order_id}", "checking")
    again = visitor.submit(page, f"/order/{order_id}/pay", pay="ovhAccount")
    assert again.url.path == f"/order/{order_id}"


def test_without_a_cart_there_is_nothing_to_order(world: World, visitor: Visitor) -> None:
    assert "Your cart is empty" in visitor.open("/checkout").text
    filled(world, visitor, "foo.com")
    world.pass_time(days=2)
    assert "Votre panier a expiré" in text(signed_in(visitor))
    assert "Votre panier est vide" in text(visitor.open("/checkout"))


def test_who_orders_without_having_opened_the_review_is_shown_it(world: World, visitor: Visitor) -> None:
    """The cart is theirs by then: nothing speaks of assigning one, which only programs do."""
    visitor.sign_in("camille@world.example", PASSWORD)
    cart_id = filled(world, visitor, "foo.com")
    token = re.search(r'name="csrf" value="([^"]+)"', visitor.open("/account/password").text)
    assert token is not None
    answer = visitor.send("/checkout", {"csrf": token[1], "accepted": "yes", "pay": "later"})
    assert answer.status_code == 400
    assert 'action="/checkout"' in answer.text, "the order as it would be, to be looked at"
    assert "assign the cart" not in text(answer)
    assert "Votre commande ne vous a pas encore été montrée : vérifiez-la d" in text(answer)
    assert world.get(f"/order/cart/{cart_id}").ok()["items"]
    assert orders(world) == []


def test_an_order_that_does_not_exist_is_told_in_the_readers_language(visitor: Visitor) -> None:
    visitor.sign_in("camille@world.example", PASSWORD)
    page = visitor.open("/order/999")
    assert page.status_code == 404
    assert "La commande 999 n" in text(page)
    assert "does not exist" not in text(page)
