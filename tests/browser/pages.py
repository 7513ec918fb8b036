"""The pages in a real Chromium: with the keyboard alone, on a phone and wide, light and dark, checked for hindrances.

Not among the tests of `make test`, which run everywhere: `make test-browser` needs a Chromium (CHROMIUM names it).
Pictures of every page are kept in the folder that PICTURES names, if it does.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import ovh
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.api.test_owner_changes import OWNER, PATH
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = {"phone": {"width": 390, "height": 844}, "wide": {"width": 1280, "height": 900}}
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def ordain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server on an empty database, with its demo account, where consumers' orders wait."""
    with installed(tmp_path_factory.mktemp("installation"), "", withdrawal="wait") as installation:
        installation.up()
        yield installation


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "no Chromium was found: CHROMIUM names one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, ordain: Installation) -> Iterator[Any]:
    """A page of a fresh browser, on a phone in daylight."""
    context = chromium.new_context(base_url=ordain.url, viewport=SIZES["phone"], locale="en-GB")
    yield context.new_page()
    context.close()


def password(ordain: Installation) -> tuple[str, str]:
    """The demo account and its password, as the server's greeting tells them."""
    found = re.search(r"account (\S+), password (\S+)", ordain.heard("out"))
    assert found
    return found[1], found[2]


def type_in(page: Any, *texts: str) -> None:
    """Fill in the fields from the focused one on, with Tab between them."""
    for text in texts:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def tab_to(page: Any, selector: str) -> None:
    """Press Tab until something has the focus, which has to be seen there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {selector} is not seen"
            return
    pytest.fail(f"{selector} is not reached with the keyboard")


def sign_in(page: Any, ordain: Installation) -> None:
    """Sign in to the demo account with the keyboard alone."""
    page.goto("/sign-in")
    tab_to(page, "#name")
    type_in(page, *password(ordain))
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")


def check_looks(page: Any, name: str, impacts: tuple[str, ...] = ()) -> None:
    """On every screen and in both lights: nothing that hinders (of these impacts), nothing to scroll sideways for."""
    for size, viewport in SIZES.items():
        for light in ("light", "dark"):
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=light)
            found = Axe().run(page)
            hindering = [v for v in found.response["violations"] if not impacts or v["impact"] in impacts]
            assert hindering == [], f"{name}, {size}, {light}:\n{found.generate_report()}"
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{name} is {wider} px wider than a {size}"
            if folder := os.environ.get("PICTURES"):
                page.screenshot(path=Path(folder) / f"{name}-{size}-{light}.png", full_page=True)


def test_nothing_is_said_to_the_console(page: Any) -> None:
    """A page that wants what the content security policy forbids is told so there."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in ("/sign-in", "/sign-up", "/sign-up?country=FR&legalform=individual", "/forgotten-password"):
        page.goto(path)
    assert said == []


def test_the_skip_link_is_the_first_thing_and_leads_to_the_content(page: Any) -> None:
    page.goto("/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "name"


def test_signing_in_and_out_with_the_keyboard(page: Any, ordain: Installation) -> None:
    page.goto("/sign-in")
    check_looks(page, "sign-in")
    tab_to(page, "#name")
    type_in(page, "somebody", "something wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problems")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "problems"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "name"
    check_looks(page, "sign-in-wrong")
    sign_in(page, ordain)
    check_looks(page, "account")
    tab_to(page, "header button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")


def test_signing_up_with_the_keyboard(page: Any) -> None:
    page.goto("/sign-up")
    check_looks(page, "sign-up-kind")
    tab_to(page, "#country")
    page.keyboard.type("France")
    tab_to(page, "#legalform")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#accepted")
    check_looks(page, "sign-up")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".problems")
    assert page.locator(".problems li").count() == 9
    check_looks(page, "sign-up-wrong")
    tab_to(page, "#email")
    type_in(page, "nora@world.example", "Nora", "Neuve")
    tab_to(page, "#address")
    type_in(page, "1 rue du Test", "59000", "Lille", "+33.320000002", "correct horse battery")
    page.keyboard.press("Space")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")


def test_granting_a_key_with_the_keyboard(page: Any, ordain: Installation) -> None:
    sign_in(page, ordain)
    page.goto("/createApp/")
    check_looks(page, "create-app")
    tab_to(page, "#name")
    type_in(page, "A program", "It rehearses orders")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector("dl")
    check_looks(page, "create-app-made")
    key = page.locator("dd").first.inner_text()
    asked = page.request.post(
        "/1.0/auth/credential",
        headers={"X-Ovh-Application": key},
        data={"accessRules": [{"method": "GET", "path": "/me"}, {"method": "POST", "path": "/order/*"}]},
    )
    page.goto(asked.json()["validationUrl"])
    check_looks(page, "consent")
    tab_to(page, "button[value=accept]")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    check_looks(page, "consent-given")
    page.goto("/keys")
    check_looks(page, "keys")
    page.goto("/createToken/?GET=/me&POST=/order/*")
    check_looks(page, "create-token")


def test_the_console_with_the_keyboard(page: Any, ordain: Installation) -> None:
    said: list[str] = []
    page.on("response", lambda answer: said.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    sign_in(page, ordain)
    page.goto("/console")
    page.wait_for_selector("#operations-tag-me button")
    tab_to(page, "#operations-tag-me button")
    page.keyboard.press("Enter")
    tab_to(page, "#operations-me-getMe button")
    page.keyboard.press("Enter")
    # The viewer reads the operation's references first: executed before that, it finds no operation and says nothing.
    page.wait_for_selector("#operations-me-getMe .responses-inner .example", timeout=60_000)
    tab_to(page, "button.execute")
    page.keyboard.press("Enter")
    answer = page.wait_for_selector(".live-responses-table .response-col_description pre").inner_text()
    assert password(ordain)[0] in answer
    # The viewer is not ours: two marks of its landmarks are left, which hinder nobody much.
    check_looks(page, "console", ("serious", "critical"))
    assert said == []


def test_the_right_to_withdraw_with_the_keyboard(page: Any, ordain: Installation, client: Any) -> None:
    orders = [ordered(client, name) for name in ("waits.com", "withdrawn.com")]
    page.goto(orders[0]["url"])
    check_looks(page, "order-that-waits")
    sign_in(page, ordain)
    page.goto(orders[0]["url"])
    tab_to(page, "main p a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/withdrawal")
    check_looks(page, "withdrawal")
    tab_to(page, "#at-once ~ form button")
    page.keyboard.press("Enter")
    page.wait_for_selector('[role="alert"]')
    check_looks(page, "withdrawal-not-agreed")
    tab_to(page, "#agreed")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/order/*orderPassword=*")
    check_looks(page, "order-waived")
    page.goto(f"/order/{orders[1]['orderId']}/withdrawal")
    tab_to(page, "#withdraw ~ form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/order/*orderPassword=*")
    check_looks(page, "order-withdrawn")
    assert client.get(f"/me/order/{orders[1]['orderId']}/status") == "cancelled"
    page.goto(f"/order/{orders[1]['orderId']}/withdrawal")
    check_looks(page, "withdrawal-over")


def ordered(client: Any, name: str, *, waived: bool = False) -> Any:
    """A name ordered and paid, with the right to withdraw unless it is waived."""
    cart_id = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart_id}/assign")
    client.post(f"/order/cart/{cart_id}/domain", domain=name)
    wish = {"autoPayWithPreferredPaymentMethod": True, "waiveRetractationPeriod": waived}
    return client.post(f"/order/cart/{cart_id}/checkout", **wish)


def becomes(wanted: Any, look: Callable[[], Any]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 20
    while (found := look()) != wanted:
        assert time.monotonic() < until, found
        time.sleep(0.1)


@pytest.fixture
def client(ordain: Installation, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The demo account's program."""
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{ordain.url}/1.0")
    return ovh.Client(config_file=str(ordain.folder / "state" / "ovh.conf"))


def test_renewing_with_the_keyboard(page: Any, ordain: Installation, client: Any) -> None:
    ordered(client, "renewed.com", waived=True)
    becomes(1, lambda: client.get("/domain").count("renewed.com"))
    service = client.get("/domain/renewed.com")
    sign_in(page, ordain)
    page.goto(f"/renewal/{service['serviceId']}")
    check_looks(page, "renewal")
    tab_to(page, "#years")
    page.keyboard.type("24")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/order/*orderPassword=*")
    check_looks(page, "renewal-ordered")
    years = int(service["expirationDate"][:4])
    becomes(years + 2, lambda: int(client.get("/domain/renewed.com")["expirationDate"][:4]))
    page.goto(f"/renewal/{service['serviceId']}")
    check_looks(page, "renewal-again")


def test_an_owner_agrees_with_the_keyboard(page: Any, ordain: Installation, client: Any) -> None:
    ordered(client, "given.com", waived=True)
    becomes(1, lambda: client.get("/domain").count("given.com"))
    cart = f"/order/cart/{client.post('/order/cart', ovhSubsidiary='FR')['cartId']}"
    client.post(f"{cart}/assign")
    offer = {"planCode": "com-trade", "pricingMode": "create-default", "duration": "P0D", "quantity": 1}
    item = client.post(f"{PATH}/given.com", cartId=cart.rpartition("/")[2], **offer)["itemId"]
    contact = client.post("/domain/contact", **OWNER)["id"]
    for label, value in (("OWNER_CONTACT", f"/domain/contact/{contact}"), ("OWNER_LEGAL_AGE", "true")):
        client.post(f"{cart}/item/{item}/configuration", label=label, value=value)
    client.post(f"{cart}/checkout", autoPayWithPreferredPaymentMethod=True, waiveRetractationPeriod=True)
    becomes(1, lambda: len(links(ordain)))
    [link] = links(ordain)
    page.goto(link)
    check_looks(page, "owner-change")
    tab_to(page, "#agree")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice")
    check_looks(page, "owner-change-agreed")
    becomes("Ada", lambda: client.get(f"/domain/contact/{client.get('/domain/given.com')['whoisOwner']}")["firstName"])


def links(ordain: Installation) -> list[str]:
    """Where the links lead that owners were mailed: the account cannot read these mails."""
    with closing(
        apsw.Connection(str(ordain.folder / "state" / "ordain.db"), flags=apsw.SQLITE_OPEN_READONLY)
    ) as database:
        bodies = [row[0] for row in database.execute("SELECT body FROM mail WHERE elsewhere = 1")]
    return [found[0] for body in bodies if (found := re.search(r"/owner-change\?token=\w+", body))]


def test_the_second_factor_with_the_keyboard(page: Any, ordain: Installation) -> None:
    sign_in(page, ordain)
    page.goto("/account/password")
    check_looks(page, "password")
    page.goto("/account/second-factor")
    check_looks(page, "second-factor")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".qr")
    check_looks(page, "second-factor-secret")
    totp = pyotp.TOTP(page.locator("figcaption .code").inner_text().replace(" ", ""))
    tab_to(page, "#code")
    page.keyboard.type(totp.now())
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.code")
    recovery = page.locator("ul.code li").first.inner_text()
    check_looks(page, "recovery-codes")
    page.context.clear_cookies()
    page.goto("/sign-in")
    tab_to(page, "#name")
    type_in(page, *password(ordain))
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code?*")
    check_looks(page, "sign-in-code")
    tab_to(page, "#code")
    page.keyboard.type(recovery)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.goto("/account/second-factor")
    check_looks(page, "second-factor-on")


def test_the_other_pages(page: Any) -> None:
    for path, name in (
        ("/forgotten-password", "forgotten-password"),
        ("/new-password?account=nn1-ordain&key=x", "new-password"),
        ("/contracts/general-terms/example-1", "contract"),
        ("/order/17", "no-such-page"),
    ):
        page.goto(path)
        check_looks(page, name)
