"""The back office in a real Chromium: each page on every screen and in both lights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.browsing import check_looks, sign_in

if TYPE_CHECKING:
    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")

PAGES = (
    "",
    "/orders",
    "/tasks",
    "/customers?q=demo",
    "/refunds",
    "/registries",
    "/charts?days=7",
    "/audit?proof=1",
    "/staff",
)


def test_the_pages_of_the_staff(page: Any, ordain: Installation) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, ordain)
    for path in PAGES:
        page.goto(f"/office{path}")
        check_looks(page, f"office{path.partition('?')[0].replace('/', '-')}")
    page.goto("/office/customers?q=demo")
    page.click("tbody th a")
    page.wait_for_url("**/office/customers/*")
    check_looks(page, "office-customer")
    page.fill("#amount", "150")
    page.fill("#reason", "Our fault")
    page.click("form[action$='/credit'] button")
    page.wait_for_url("**/office/refunds**")
    check_looks(page, "office-request")
    assert page.locator("button[value=approve]").count() == 0
    assert said == []
