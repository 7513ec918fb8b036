"""The form of a cart's item, as somebody fills it in: what is asked follows, and nothing that is typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import check_looks, sign_in

if TYPE_CHECKING:
    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")

OWNER = "[id='OWNER_CONTACT.{}']"


def in_cart(page: Any, ordain: Installation, client: Any) -> str:
    """A cart of the browser's with a town's name; the path of its form."""
    cart = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    item = client.post(f"/order/cart/{cart}/domain", domain="ville-nanterre.fr")["itemId"]
    page.context.add_cookies([{"name": "cart", "value": f"{cart}.1", "url": ordain.url}])
    return f"/cart/items/{item}"


def test_the_form_follows_what_is_typed_and_loses_nothing(page: Any, ordain: Installation, client: Any) -> None:
    path = in_cart(page, ordain, client)
    page.goto(path)
    check_looks(page, "item-stranger")
    sign_in(page, ordain)
    page.goto(path)
    page.select_option("#OWNER_CONTACT", "new")
    page.wait_for_selector(OWNER.format("firstName"))
    assert page.evaluate("document.activeElement.id") in ("OWNER_CONTACT", "")
    # Somebody types on while the answer to the change before is under way.
    page.fill(OWNER.format("phone"), "nope")
    page.focus(OWNER.format("email"))
    page.keyboard.type("someone@", delay=40)
    page.wait_for_selector("[id='OWNER_CONTACT.phone-problem']")
    page.keyboard.type("example.com")
    assert page.input_value(OWNER.format("email")) == "someone@example.com"
    page.select_option(OWNER.format("legalForm"), "corporation")
    page.wait_for_selector(OWNER.format("organisationName"))
    assert page.locator(OWNER.format("birthDay")).count() == 0
    assert page.input_value(OWNER.format("email")) == "someone@example.com"
    check_looks(page, "item-new-owner")
    page.click("form#item .actions button >> nth=0")
    page.wait_for_selector(".problems")
    assert page.evaluate("document.activeElement.className") == "problems"
    check_looks(page, "item-refused")


def test_the_form_works_without_scripts(chromium: Any, ordain: Installation, client: Any) -> None:
    context = chromium.new_context(base_url=ordain.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    path = in_cart(page, ordain, client)
    page.goto(path)
    page.fill("#REASON", "We are the town")
    page.click("form#item .actions button >> nth=0")
    page.wait_for_url("**/cart")
    assert page.locator("h1").count() == 1
    context.close()
