"""A stranger with a keyboard: from the front page over the results to the cart, with scripts and without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import SIZES, check_looks, tab_to

if TYPE_CHECKING:
    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")


def test_a_name_is_found_and_put_in_the_cart_with_the_keyboard(page: Any) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("a brand new name")
    page.keyboard.press("Enter")
    page.wait_for_selector("#others")
    tab_to(page, ".add button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".in-cart")
    assert page.inner_text("#cart-count") == "1"
    page.keyboard.press("Enter")  # the link that took the button's place has the focus
    page.wait_for_url("**/cart")
    tab_to(page, "[id^=remove-]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#undo")
    assert page.evaluate("document.activeElement.id") == "undo"
    page.keyboard.press("Enter")
    page.wait_for_selector(".item")
    assert page.inner_text("#cart-count") == "1"
    assert said == []
    for path, name in (("/", "front"), ("/search?q=taken.com, premium.fr", "search"), ("/cart", "cart")):
        page.goto(path)
        check_looks(page, name)


def test_the_cart_is_filled_without_scripts(chromium: Any, ordain: Installation) -> None:
    context = chromium.new_context(base_url=ordain.url, viewport=SIZES["phone"], java_script_enabled=False)
    page = context.new_page()
    page.goto("/search?q=without-scripts.com")
    page.locator(".add button").first.click()
    page.wait_for_url("**/cart")
    assert page.locator(".item h2").all_inner_texts() == ["without-scripts.com"]
    context.close()
