"""The catalogue's pages in the back office, in a real Chromium: edited with the keyboard, checked for hindrances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import check_looks, sign_in, tab_to

if TYPE_CHECKING:
    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")

PAGES = {
    "office-catalogue": "/office/catalogue?text=co",
    "office-sale": "/office/catalogue/com/sale",
    "office-rule": "/office/catalogue/it/rule",
    "office-promotions": "/office/promotions",
    "office-promotion": "/office/promotion",
    "office-margins": "/office/margins",
    "office-margin": "/office/margin",
    "office-brand": "/office/brand",
    "office-edits": "/office/edits",
}


def test_a_price_is_tried_and_edited_with_the_keyboard(page: Any, ordain: Installation) -> None:
    sign_in(page, ordain)
    page.goto("/office/catalogue/org")
    tab_to(page, "#price")
    page.keyboard.type("12.50")
    tab_to(page, "#reason")
    page.keyboard.type("the registry asks more")
    tab_to(page, "button[value=preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#preview table")
    check_looks(page, "office-extension-tried")
    tab_to(page, "#reason")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=the registry asks more")
    check_looks(page, "office-extension")
    page.locator("#price").fill("1,234")
    page.locator("button[value=save]").click()
    page.wait_for_selector(".problems")
    check_looks(page, "office-extension-wrong")


def test_every_page_can_be_used_by_everybody(page: Any, ordain: Installation) -> None:
    sign_in(page, ordain)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name, path in PAGES.items():
        page.goto(path)
        check_looks(page, name)
    assert said == []


def test_a_brand_can_be_read_in_both_lights(page: Any, ordain: Installation) -> None:
    sign_in(page, ordain)
    page.goto("/office/brand")
    page.locator("#name").fill("Muster")
    page.locator("#accent").fill("#8a1538")
    page.locator("#reason").fill("ours")
    page.locator("main form button").first.click()
    page.wait_for_selector("text=ours")
    check_looks(page, "office-brand-ours")
    page.locator("#name").fill("Ordain")
    page.locator("#accent").fill("")
    page.locator("#reason").fill("as before")
    page.locator("main form button").first.click()
    page.wait_for_selector("text=as before")
