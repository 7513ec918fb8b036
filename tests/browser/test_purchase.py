"""A stranger buys two names: with scripts and without, and on the smallest phone with the keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import SIZES
from tests.browser.hands import Hands, Keyboard, Mouse, fill_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")

TOWNS = {"scripts": "lannion", "no scripts": "nanterre", "keyboard": "cholet"}
"""Whose names are bought, by who buys."""
SMALL = {"width": 360, "height": 740}
PERSON = {
    "firstname": "Jeanne",
    "name": "Petit",
    "birthDay": "1990-05-17",
    "address": "1 place du Capitole",
    "zip": "31000",
    "city": "Toulouse",
    "phone": "+33.561000000",
    "password": "correct horse battery",
}
DELIVERED = ".cards .badge:text-is('In your account')"


class Stranger:
    """Somebody at a fresh browser, how they use it, and what their browser said and was refused."""

    def __init__(self, page: Any, hands: Hands, town: str, *, scripts: bool) -> None:
        self.page = page
        self.hands = hands
        self.town = town
        self.scripts = scripts
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("response", lambda answer: self.said.append(answer.url) if answer.status >= 400 else None)


@pytest.fixture(params=["scripts", "no scripts", "keyboard"])
def stranger(request: pytest.FixtureRequest, chromium: Any, ordain: Installation) -> Iterator[Stranger]:
    """In France, reading English."""
    scripts, keys = request.param != "no scripts", request.param == "keyboard"
    context = chromium.new_context(
        base_url=ordain.url,
        viewport=SMALL if keys else SIZES["wide"],
        locale="en-FR",
        java_script_enabled=scripts,
        timezone_id="Europe/Paris",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    yield Stranger(page, Keyboard(page) if keys else Mouse(page), TOWNS[request.param], scripts=scripts)
    context.close()


def test_a_stranger_buys_two_names(stranger: Stranger, office: Any) -> None:
    page, hands = stranger.page, stranger.hands
    plain, town = f"brand-new-{stranger.town}.com", f"ville-{stranger.town}.fr"
    page.goto("/")
    put_in_the_cart(stranger, plain)
    page.goto("/")
    put_in_the_cart(stranger, town)
    if stranger.scripts:
        hands.press(".result.typed .in-cart a")
        page.wait_for_url("**/cart")
    assert page.locator(".item h2").all_inner_texts() == [plain, town]
    hands.press(".totals a[href='/checkout']")
    page.wait_for_url("**/checkout")
    sign_up(stranger, f"{stranger.town}@world.example")
    assert "the reason why you may have it" in page.inner_text(".problems")
    gift = {"kind": "credit", "balance": "ovhAccount", "amount": 50, "reason": "Welcome"}
    assert office.post("/office/requests", nichandle=page.inner_text(".who"), **gift)["status"] == "done"
    give_the_reason(stranger)
    order_and_pay(stranger)
    follow_until_delivered(stranger)
    assert page.locator(".cards tbody th").all_inner_texts() == [plain, town]
    download_the_bill(stranger)
    hands.press(".menu a[href='/domains']")
    page.wait_for_url("**/domains")
    assert {plain, town} <= set(re.findall(r"[a-z-]+\.(?:com|fr)", page.inner_text("main")))
    assert stranger.said == []


def put_in_the_cart(stranger: Stranger, name: str) -> None:
    """From the front page by the search."""
    page, hands = stranger.page, stranger.hands
    hands.write("#q", name)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    page.wait_for_selector(".result.typed .add button")
    hands.press(".result.typed .add button")
    if stranger.scripts:
        page.wait_for_selector(".result.typed .in-cart")
    else:
        page.wait_for_url("**/cart")


def sign_up(stranger: Stranger, email: str) -> None:
    """On the way to the order, and back to it."""
    page, hands = stranger.page, stranger.hands
    hands.choose("#country", "France")
    hands.press("form[action='/sign-up'] button")
    page.wait_for_selector("#accepted")
    fill_in(hands, {"email": email} | PERSON)
    hands.tick("#accepted")
    hands.press("main form button")
    page.wait_for_url("**/checkout")


def give_the_reason(stranger: Stranger) -> None:
    """By the link that tells what is missing."""
    page, hands = stranger.page, stranger.hands
    hands.press(".problems a[href$='#REASON']")
    page.wait_for_url("**/cart/items/*")
    if page.locator("[id='OWNER_CONTACT.birthCountry']").count():
        hands.choose("[id='OWNER_CONTACT.birthCountry']", "Belgium")
    hands.write("#REASON", "I am the town's clerk")
    hands.press("form#item .actions button:not([name])")
    page.wait_for_url("**/cart")
    hands.press(".totals a[href='/checkout']")
    page.wait_for_url("**/checkout")


def order_and_pay(stranger: Stranger) -> None:
    """From the balance, to be delivered at once, and for the price that is told."""
    page, hands = stranger.page, stranger.hands
    price = page.inner_text("tfoot .total .amount")
    hands.tick("#accepted")
    hands.tick("#waive")
    assert page.is_checked("#pay-ovhAccount"), "what covers the price is chosen already"
    hands.press("form[action='/checkout'] button")
    page.wait_for_url("**/order/*")
    assert page.inner_text("tfoot .total .amount") == price


def follow_until_delivered(stranger: Stranger) -> None:
    """The page follows by itself; without scripts a link looks again."""
    page, hands = stranger.page, stranger.hands
    bill = page.locator("a[href^='/bill/']")
    if stranger.scripts:
        page.evaluate("window.here = 1")
        bill.wait_for()
        assert page.evaluate("window.here") == 1, "the page was loaded anew"
    for _ in range(100):
        if bill.count():
            break
        page.wait_for_timeout(200)
        with page.expect_navigation():
            hands.press("#live ~ .screen a")
    assert page.locator(DELIVERED).count() == 2


def download_the_bill(stranger: Stranger) -> None:
    """It is a PDF, which the browser shows or keeps."""
    page = stranger.page
    bill = page.request.get(page.get_attribute("a[href^='/bill/']", "href"))
    assert (bill.status, bill.headers["content-type"], bill.body()[:5]) == (200, "application/pdf", b"%PDF-")
