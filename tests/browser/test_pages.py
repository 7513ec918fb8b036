"""The pages in a real Chromium: with the keyboard alone, on every screen and in both lights, checked for hindrances."""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw
import pyotp
import pytest

from tests.api.test_owner_changes import OWNER, PATH
from tests.browser.browsing import check_looks, password, sign_in, tab_to, type_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.processes import Installation

pytestmark = pytest.mark.needs("Chromium")


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
    with page.expect_navigation():  # the page that was left is loaded all along
        page.keyboard.press("Enter")
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
    page.wait_for_selector(".problems")
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
