"""The page of balances, cards and vouchers."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from ordain.core.money import UNIT, Money
from ordain.flows import sessions, vouchers
from tests.flows.cards import register, with_cards
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.stripe_gateway import Gateway
    from tests.world import World

PASSWORD = "correct horse battery"
PATH = "/account/payment"


@pytest.fixture
def owner(world: World) -> Visitor:
    """Camille's browser, signed in, in English."""
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    return signed_in(world)


def signed_in(world: World) -> Visitor:
    visitor = Visitor(world)
    visitor.submit(visitor.sign_in("camille@world.example", PASSWORD), "/place", language="en")
    return visitor


def text(page: httpx.Response) -> str:
    return unescape(page.text)


def test_a_voucher_is_redeemed_once_and_leads_back(world: World, owner: Visitor) -> None:
    [code] = world.runner.run(vouchers.create(world.engine, Money(25 * UNIT, "EUR"), 1, None))
    page = owner.open(f"{PATH}?then=/orders")
    assert "€1,000.00" in text(page)
    form = owner.filled(page, f"{PATH}/voucher", code=code)
    assert {owner.send(f"{PATH}/voucher", form).url.path for _ in range(2)} == {"/orders"}
    assert world.balance() == 1025 * UNIT
    again = owner.submit(owner.open(PATH), f"{PATH}/voucher", code=code)
    assert (again.status_code >= 400, 'href="#code"' in again.text) == (True, True)
    assert "Voucher redeemed" in text(owner.open(PATH))


@pytest.mark.parametrize("code", ["", "x", "é" * 500, "ABCD-EFGH"])
def test_what_is_no_voucher_is_told_at_its_field(world: World, owner: Visitor, code: str) -> None:
    page = owner.submit(owner.open(PATH), f"{PATH}/voucher", code=code)
    assert (page.status_code in (400, 404, 409), 'id="code-problem"' in page.text) == (True, True)
    assert world.balance() == 1000 * UNIT


def test_it_leads_nowhere_else(owner: Visitor) -> None:
    page = owner.open(f"{PATH}?then=https://elsewhere.example/")
    assert 'name="then" value="https:' not in page.text
    assert owner.open(f"{PATH}?card=&then=//elsewhere.example/").url.host == page.url.host


def test_movements_are_shown_page_by_page_with_their_orders(world: World, owner: Visitor) -> None:
    made = [world.order(f"name{number}.com") for number in range(16)]
    for order_id in made:
        world.pay(order_id).ok()
    page = owner.open(PATH)
    assert (f"/order/{made[-1]}" in page.text, f'"/order/{made[0]}"' in page.text) == (True, False)
    assert f'"/order/{made[0]}"' in owner.open(f"{PATH}?page=2").text


def test_cards_are_added_preferred_and_removed(world: World, owner: Visitor, gateway: Gateway) -> None:
    assert "Cards" not in owner.open(PATH).text
    with_cards(world, gateway)
    owner = signed_in(world)
    first, other = register(world, gateway, default=True), register(world, gateway)
    page = owner.open(PATH)
    assert page.text.count("•••• 4242") >= 2
    owner.send(f"{PATH}/default", {**owner.filled(page, f"{PATH}/default"), "method": str(other)})
    assert world.get(f"/me/payment/method/{other}").ok()["default"]
    for method in (first, other):
        owner.send(f"{PATH}/remove", {**owner.filled(owner.open(PATH), f"{PATH}/remove"), "method": str(method)})
    assert "You have registered no card." in owner.open(PATH).text
    wrong = owner.send(f"{PATH}/remove", {**owner.filled(page, f"{PATH}/default"), "once": "c" * 32, "method": "x"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (404, True)


def test_a_card_is_registered_on_the_processors_page_and_one_is_back_where_one_was(
    world: World, owner: Visitor, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    owner = signed_in(world)
    page = owner.submit(owner.open(f"{PATH}?then=/checkout"), f"{PATH}/card")
    assert "Not registered yet" in text(page)
    assert gateway.url in text(page) or "https://" in text(page)
    [session] = [name for name, each in gateway.objects.items() if each["object"] == "checkout.session"]
    gateway.complete(session, "4242424242424242")
    back = owner.open(f"{PATH}?card=&then=/checkout")
    assert back.url.path == "/checkout"
    assert "Not registered yet" not in text(owner.open(PATH))
