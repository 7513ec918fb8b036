"""Every page that there is, with content, in both lights: nothing that hinders, nothing that moves, nothing large.

With PICTURES its pictures are kept in that folder (`make pictures`: docs/images).
"""

from __future__ import annotations

import base64
import gzip
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ordain.web.site import PAGES
from tests.browser.browsing import SIZES, sign_in
from tests.browser.conftest import program
from tests.browser.furnished import Furniture, furnish
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.needs("Chromium")

SHOP = {
    "/": "/",
    "/search": "/search?q=corner-shop",
    "/cart": "/cart",
    "/cart/items/{item:number}": "/cart/items/{form}",
    "/checkout": "/checkout",
    "/order/{id:number}": "/order/{order}",
    "/order/{id:number}/pay": "/order/{unpaid}/pay",
}
"""Pages of which there is a picture from a phone, too."""
STRANGERS = {
    "/sign-in": "/sign-in",
    "/sign-up": "/sign-up?country=FR&legalform=corporation",
    "/forgotten-password": "/forgotten-password",
    "/new-password": "/new-password?account={me}&key=x",
    "/owner-change": "{owner-change}",
    "/billing/confirmTerminate": "{termination}",
}
OTHERS = {
    "/account": "/account",
    "/account/details": "/account/details",
    "/account/password": "/account/password",
    "/account/payment": "/account/payment",
    "/account/second-factor": "/account/second-factor",
    "/account/sessions": "/account/sessions",
    "/auth/": "{consent}",
    "/bills": "/bills",
    "/console": "/console",
    "/contacts": "/contacts",
    "/contacts/new": "/contacts/new",
    "/contacts/{id:number}": "/contacts/{contact}",
    "/contracts/{id}/{version}": "/contracts/general-terms/example-1",
    "/createApp/": "/createApp/",
    "/createToken/": "/createToken/?GET=/me&POST=/order/*",
    "/domains": "/domains",
    "/domains/{name}": "/domains/the-bakery.fr",
    "/keys": "/keys",
    "/keys/{id:number}/limit": "/keys/{key}/limit",
    "/order/{id:number}/withdrawal": "/order/{waits}/withdrawal",
    "/orders": "/orders",
    "/orders/{id:number}/tasks/{task:number}": "/orders/{wrong}/tasks/{task}",
    "/renewal/{service:number}": "/renewal/{service}",
    "/zones": "/zones",
    "/zones/{name}": "/zones/the-bakery.fr",
    "/zones/{name}/history": "/zones/the-bakery.fr/history",
    "/zones/{name}/history/{at}": "/zones/the-bakery.fr/history/{at}",
    "/zones/{name}/import": "/zones/the-bakery.fr/import",
    "/zones/{name}/records/{id:number}": "/zones/the-bakery.fr/records/{record}",
    "/zones/{name}/reset": "/zones/the-bakery.fr/reset",
    "/zones/{name}/soa": "/zones/the-bakery.fr/soa",
}
OFFICE = {
    "/office": "/office",
    "/office/audit": "/office/audit?proof=1",
    "/office/brand": "/office/brand",
    "/office/catalogue": "/office/catalogue?text=co",
    "/office/catalogue/{name}": "/office/catalogue/com",
    "/office/catalogue/{name}/rule": "/office/catalogue/fr/rule",
    "/office/catalogue/{name}/sale": "/office/catalogue/com/sale",
    "/office/charts": "/office/charts?days=7",
    "/office/customers": "/office/customers?q=demo",
    "/office/customers/{nic}": "/office/customers/{me}",
    "/office/edits": "/office/edits",
    "/office/margin": "/office/margin",
    "/office/margins": "/office/margins",
    "/office/orders": "/office/orders",
    "/office/orders/{id:number}": "/office/orders/{stuck}",
    "/office/orders/{id:number}/refund/{item:number}": "/office/orders/{order}/refund/{item}",
    "/office/promotion": "/office/promotion",
    "/office/promotions": "/office/promotions",
    "/office/refunds": "/office/refunds",
    "/office/registries": "/office/registries",
    "/office/staff": "/office/staff",
    "/office/tasks": "/office/tasks",
    "/office/tasks/{id:number}": "/office/tasks/{error}",
}
LOOKED_AT = SHOP | STRANGERS | OTHERS | OFFICE
"""Which path stands for which page; {…} is a piece of furniture."""
NO_PAGES = {
    "/bill/{number}.pdf": "a file",
    "/brand/{version}/logo": "a file",
    "/brand/{version}/style.css": "a file",
    "/cart/added": "a part of another page",
    "/domains/{name}/price": "a part of another page",
    "/office/charts/{name}.svg": "a picture",
    "/order/{id:number}/events": "a stream",
    "/order/{id:number}/payment": "leads on to the order",
    "/sign-in/code": "between two others: tests/browser/test_pages.py looks at it",
    "/zone-file/{token}": "a file",
    "/zones/{name}/example": "a part of another page",
    "/zones/{name}/export": "a file",
}
LARGEST = 60_000
"""Bytes of a page with all it loads, compressed."""
OF_OTHERS = ("/console",)
"""What is the viewer's of the API's description is larger, and is built when the page is there already."""
SHIFTS = """() => new Promise(told => {
    let moved = 0
    new PerformanceObserver(list => { for (const one of list.getEntries()) moved += one.value })
        .observe({type: "layout-shift", buffered: true})
    requestAnimationFrame(() => setTimeout(() => told(moved), 50))
})"""
LOADED = "() => performance.getEntriesByType('resource').map(one => one.name).filter(one => /[.](css|js)$/.test(one))"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Furniture]]:
    """A server of its own, with what its pages are to show."""
    with (
        installed(tmp_path_factory.mktemp("house"), "", withdrawal="wait") as ordain,
        pytest.MonkeyPatch.context() as set_,
    ):
        ordain.up()
        yield ordain, furnish(ordain, program(ordain, set_, "/1.0"), program(ordain, set_, "/ordain/v1"))


@pytest.fixture(scope="module")
def visited(chromium: Any, house: tuple[Installation, Furniture]) -> Iterator[tuple[Any, Any]]:
    """The page of a stranger, and that of somebody signed in, who has a cart."""
    ordain, furniture = house
    contexts = [chromium.new_context(base_url=ordain.url, locale="en-FR") for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    sign_in(pages[1], ordain)
    cookies = {"cart": furniture.cart, "place": "en.FR"}
    contexts[1].add_cookies([{"name": name, "value": text, "url": ordain.url} for name, text in cookies.items()])
    pages[1].goto("/zones/the-bakery.fr/history")
    furniture.places["at"] = pages[1].get_attribute(".timeline a", "href").rpartition("/")[2]
    pages[1].goto(f"/office/orders/{furniture.places['order']}")
    furniture.places["item"] = pages[1].get_attribute("a[href*='/refund/']", "href").rpartition("/")[2]
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


def test_each_page_is_looked_at() -> None:
    there = {page.path for page in PAGES if page.method == "GET"}
    assert there == LOOKED_AT.keys() | NO_PAGES.keys()


@pytest.mark.parametrize("path", LOOKED_AT)
def test_a_page_hinders_nobody_stands_still_and_is_small(
    path: str, visited: tuple[Any, Any], house: tuple[Installation, Furniture]
) -> None:
    page = visited[path not in STRANGERS]
    page.set_viewport_size(SIZES["wide"])
    page.emulate_media(color_scheme="light")
    answer = page.goto(LOOKED_AT[path].format_map(house[1].places))
    assert answer.status == 200, page.inner_text("main")
    if path not in OF_OTHERS:
        assert page.evaluate(SHIFTS) == 0
        loaded = [answer.body(), *(page.request.get(url).body() for url in set(page.evaluate(LOADED)))]
        assert sum(len(gzip.compress(each)) for each in loaded) < LARGEST
    if path == "/console":
        page.wait_for_selector("#operations-tag-me button")
    name = re.sub(r":\w+|[{}]", "", path).strip("/").replace("/", "-") or "front"
    for size, light in (("wide", "light"), ("wide", "dark"), ("phone", "light")):
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=light)
        if (size, light) != ("wide", "light"):
            hinders_nobody(page, f"{path}, {size}, {light}")
        if size == "wide" or path in SHOP:
            keep_picture(page, f"{name}-{light}" if size == "wide" else f"{name}-phone")


def hinders_nobody(page: Any, where: str) -> None:
    """Nothing serious, and nothing to scroll sideways for."""
    found = Axe().run(page)
    serious = [one["id"] for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert serious == [], f"{where}:\n{found.generate_report()}"
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{where} is {wider} px too wide"


def keep_picture(page: Any, name: str) -> None:
    """As WebP, which Playwright has no word for; the whole page, up to some length."""
    folder = os.environ.get("PICTURES")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    session = page.context.new_cdp_session(page)
    size = session.send("Page.getLayoutMetrics")["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 1400), "scale": 0.8}
    wish = {"format": "webp", "quality": 50, "captureBeyondViewport": True, "clip": clip}
    taken = session.send("Page.captureScreenshot", wish)
    session.detach()
    (Path(folder) / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))
