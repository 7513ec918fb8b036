"""The pages of the catalogue: staff look, try, edit and withdraw; all others are kept out; a form twice is one edit."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.core.edit import PriceChange, PromotionChange, Wish
from ordain.core.money import UNIT
from ordain.core.promotions import Promotion
from ordain.flows import market_edits, sessions, staff
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery"
COM = "/office/catalogue/com"
PRICE = {"what": "create", "price": "12.50", "reason": "the registry asks more"}
LATER = "2026-11-23T13:00:00"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#123456"/></svg>'


def signed_in(world: World, who: str = "camille", role: str | None = "catalogue", language: str = "en") -> Visitor:
    nic = world.nics[who]
    world.runner.run(sessions.set_password(world.engine, nic, PASSWORD, world.now))
    if role:
        world.runner.run(staff.take_on(world.engine, nic, role, world.now))
    visitor = Visitor(world, language)
    page = visitor.sign_in(nic, PASSWORD)
    visitor.submit(page, "/place", language=language)
    return visitor


@pytest.fixture
def clerk(world: World) -> Visitor:
    """Camille, who keeps the catalogue, in her browser."""
    return signed_in(world)


def edit(visitor: Visitor, **filled: str) -> httpx.Response:
    """The form of a price, filled in and sent."""
    return visitor.submit(visitor.open(COM), f"{COM}/price", **{**PRICE, "do": "save", **filled})


def test_a_price_is_tried_and_scheduled_and_changes_at_its_instant(world: World, clerk: Visitor) -> None:
    tried = edit(clerk, begins=LATER, do="preview")
    assert (tried.status_code, "What this price means" in tried.text, "€12.00" in tried.text) == (200, True, True)
    assert world.engine.shelf.edits == ()
    form = clerk.filled(tried, f"{COM}/price", **PRICE, do="preview")
    part = clerk.send(f"{COM}/price", form, **{"hx-request": "true"}).text
    assert ("<html" in part, "What this price means" in part) == (False, True)
    wrong = clerk.send(f"{COM}/price", {**form, "price": "0"}, **{"hx-request": "true"}).text
    assert ("<html" in wrong, "price is above zero" in wrong) == (False, True)
    page = edit(clerk, begins=LATER)
    assert page.url.path == COM
    assert "edit 1 of" in page.text
    assert "the registry asks more" in page.text
    net = [world.engine.market.catalogue.prices("com", "EUR", world.now + timedelta(seconds=at)).create
           for at in (3599, 3600)]  # fmt: skip
    assert net == [999 * UNIT // 100, 1250 * UNIT // 100]


def test_a_form_sent_twice_is_one_edit(world: World, clerk: Visitor) -> None:
    form = clerk.filled(clerk.open(COM), f"{COM}/price", **PRICE, do="save")
    one, two = (clerk.send(f"{COM}/price", form) for _ in range(2))
    assert (one.status_code, one.url) == (two.status_code, two.url)
    assert len(world.engine.shelf.edits) == 1


def test_what_is_wrong_is_said_at_its_field_and_kept(world: World, clerk: Visitor) -> None:
    refused = edit(clerk, price="1,234", reason="", begins="2020-01-01T00:00")
    assert refused.status_code == 400
    for told in ("price is a multiple of 0.01 EUR", "reason: say why", "begins is in the past"):
        assert told in refused.text
    assert 'value="1,234"' in refused.text
    for wrong, told in (
        ({"price": "", "purchase": ""}, "Give either the price"),
        ({"price": "1", "purchase": "1"}, "Give either the price"),
        ({"price": "much"}, "Write an amount such as 6.99"),
        ({"begins": "soon"}, "Write a day and time"),
        ({"what": "dance"}, "Choose one of these"),
    ):
        again = edit(clerk, **wrong)
        assert (again.status_code, told in again.text) == (400, True), wrong
    assert world.engine.shelf.edits == ()


def test_a_purchase_price_becomes_a_price(world: World, clerk: Visitor) -> None:
    edit(clerk, price="", purchase="10.00")
    assert world.engine.market.catalogue.prices("com", "EUR", world.now).create == 1299 * UNIT // 100


def test_what_another_edited_meanwhile_is_told_and_not_overwritten(world: World, clerk: Visitor) -> None:
    form = clerk.filled(clerk.open(COM), f"{COM}/price", **PRICE, do="save")
    other = Wish(by="dd1-ordain", change=PriceChange("com", "EUR", "renew", 11 * UNIT), reason="a deal")
    world.runner.run(market_edits.make(world.engine, other, world.now))
    refused = clerk.send(f"{COM}/price", form)
    assert (refused.status_code, "meanwhile dd1-ordain edited this (a deal)" in refused.text) == (400, True)
    assert len(world.engine.shelf.edits) == 1
    again = clerk.submit(refused, f"{COM}/price", do="save")  # the form that was shown again knows it
    assert (again.status_code, len(world.engine.shelf.edits)) == (200, 2)


def test_an_edit_that_has_not_begun_is_withdrawn(world: World, clerk: Visitor) -> None:
    page = edit(clerk, begins=LATER)
    back = clerk.submit(page, "/office/edits/1/withdraw", reason="it does not")
    assert back.url.path == COM
    assert "Edit 1 is withdrawn" in back.text
    assert world.engine.market is world.engine.shelf.files
    assert "/office/edits/1/withdraw" not in back.text
    gone = clerk.send("/office/edits/1/withdraw", clerk.filled(back, f"{COM}/price", reason="again"))
    assert "there is no edit 1 that counts" in gone.text
    assert clerk.send("/office/edits/9/withdraw", clerk.filled(back, f"{COM}/price")).status_code == 404


def test_an_extension_is_taken_off_sale_and_found_so(world: World, clerk: Visitor) -> None:
    form = clerk.filled(clerk.open(f"{COM}/sale"), f"{COM}/sale", why="Its registry moves", reason="maintenance")
    form.pop("on")
    page = clerk.send(f"{COM}/sale", form)
    assert "Its registry moves" in page.text
    assert world.engine.market.catalogue.extensions["com"].closed(world.now) == "Its registry moves"
    listed = clerk.open("/office/catalogue?text=com&state=off").text
    assert f'href="{COM}"' in listed
    assert f'href="{COM}"' not in clerk.open("/office/catalogue?text=com&state=on").text
    assert "gov" in clerk.open("/office/catalogue?text=gov").text
    back = clerk.submit(clerk.open("/office/catalogue/gov/sale"), "/office/catalogue/gov/sale", on="yes", reason="x")
    assert (back.status_code, "has no prices, so it cannot be sold" in back.text) == (400, True)


def test_a_long_list_goes_on(clerk: Visitor) -> None:
    first = clerk.open("/office/catalogue")
    assert "after=" in first.text
    assert f'href="{COM}"' in clerk.open("/office/catalogue?after=co").text


def test_a_promotion_is_made_edited_and_taken_away(world: World, clerk: Visitor) -> None:
    form = {"name": "spring", "title": "Spring", "benefit": "amount", "value": "2.50 EUR, 2.20 GBP", "code": "spring",
            "extensions": ".com fr", "periods": "1, 2", "quantity": "10", "reason": "spring"}  # fmt: skip
    page = clerk.submit(clerk.open("/office/promotion"), "/office/promotion", **form, do="save")
    assert page.url.path == "/office/promotions"
    assert "2.50 EUR, 2.20 GBP" in page.text
    [made] = [one for one in world.engine.market.promotions if one.name == "spring"]
    assert made == Promotion(
        name="spring", title="Spring", amount={"EUR": "2.50", "GBP": "2.20"}, code="SPRING",
        extensions=("com", "fr"), periods=(1, 2), quantity=10, begins=world.now,
    )  # fmt: skip
    shown = clerk.open("/office/promotion?name=spring")
    assert 'value="2.50 EUR, 2.20 GBP"' in shown.text
    world.pass_time(hours=1)
    clerk.submit(shown, "/office/promotion", benefit="percent", value="20", reason="more", do="save")
    running = [one for one in world.engine.market.promotions if one.name == "spring" and one.runs(world.now)]
    assert [one.percent for one in running] == [20]
    world.pass_time(hours=1)
    clerk.submit(clerk.open("/office/promotion?name=spring"), "/office/promotion", reason="over", do="remove")
    assert [one for one in world.engine.market.promotions if one.name == "spring" and one.runs(world.now)] == []


def test_a_promotion_that_cannot_be_is_told_at_its_field(world: World, clerk: Visitor) -> None:
    page = clerk.open("/office/promotion")
    good = {"name": "spring", "title": "Spring", "benefit": "percent", "value": "20", "reason": "spring"}
    for wrong, told in (
        ({"value": "200"}, "percent is between 0 and 100"),
        ({"value": "much"}, "Write a whole number"),
        ({"benefit": "amount", "value": "2.50"}, "Write amounts with their currencies"),
        ({"benefit": "amount", "value": "much EUR"}, "is not an amount"),
        ({"benefit": "none"}, "Choose one of these"),
        ({"extensions": "nowhere"}, "extensions: nowhere is not known here"),
        ({"name": "Spring!"}, "is called by at most 63"),
        ({"code": "x"}, "a code is 4 to 32"),
        ({"quantity": "0"}, "quantity is 1 or more"),
        ({"reason": ""}, "reason: say why"),
    ):
        refused = clerk.submit(page, "/office/promotion", **{**good, **wrong}, do="save")
        assert (refused.status_code, told in refused.text) == (400, True), wrong
    assert world.engine.shelf.edits == ()


def test_a_margin_is_made_and_taken_away(world: World, clerk: Visitor) -> None:
    form = {"name": "cheap", "extensions": "com *.uk", "currencies": "eur", "percent": "5", "reason": "a deal"}
    page = clerk.submit(clerk.open("/office/margin"), "/office/margin", **form, do="save")
    assert (page.url.path, "com, *.uk" in page.text) == ("/office/margins", True)
    refused = clerk.submit(clerk.open("/office/margin"), "/office/margin", **{**form, "percent": "-5"}, do="save")
    assert (refused.status_code, "sells below cost" in refused.text) == (400, True)
    world.pass_time(hours=1)
    clerk.submit(clerk.open("/office/margin"), "/office/margin", name="cheap", reason="over", do="remove")
    assert world.engine.market.margins.at(world.now) == world.engine.shelf.files.margins.at(world.now)


def test_a_rule_is_read_and_tried(clerk: Visitor) -> None:
    page = clerk.open("/office/catalogue/fr/rule")
    assert "has to be given, when OWNER_CONTACT.legalForm is individual" in page.text
    tried = clerk.submit(page, "/office/catalogue/fr/rule/try", **{"of-OWNER_CONTACT.legalForm": "individual"})
    assert "The rule is not respected" in tried.text
    assert "OWNER_CONTACT.birthDay: Field &#34;birthDay&#34; is required" in tried.text
    alone = {"of-OWNER_CONTACT.address.country": "DE"}
    assert 'value="DE"' in clerk.submit(page, "/office/catalogue/fr/rule/try", **alone).text
    assert clerk.open("/office/catalogue/fr/rule?action=dance").status_code == 404


def test_a_brand_is_on_every_page(world: World, clerk: Visitor) -> None:
    form = {"name": "Muster & Söhne", "accent": "#7a1f5c", "logo": SVG, "reason": "ours",
            "texts.en.footer": "Muster GmbH, Berlin"}  # fmt: skip
    page = clerk.submit(clerk.open("/office/brand"), "/office/brand", **form)
    assert (page.status_code, "Muster GmbH, Berlin" in page.text) == (200, True)
    stranger = Visitor(world)
    seen = stranger.open("/sign-in").text
    assert 'alt="Muster &amp; Söhne"' in seen
    where = seen.partition('href="/brand/')[2].partition("/style.css")[0]
    style = stranger.open(f"/brand/{where}/style.css")
    assert (style.headers["content-type"], "#7a1f5c" in style.text) == ("text/css; charset=utf-8", True)
    logo = stranger.open(f"/brand/{where}/logo")
    assert (logo.headers["content-type"], logo.text) == ("image/svg+xml", SVG)
    assert "sandbox" in logo.headers["content-security-policy"]
    assert stranger.open("/brand/000000000000/style.css").status_code == 404
    refused = clerk.submit(page, "/office/brand", accent="#ffff00", reason="x")
    assert (refused.status_code, "make it darker" in refused.text) == (400, True)
    world.pass_time(hours=1)
    png = base64.b64encode(b"no picture").decode()
    assert "logo is no PNG" in clerk.submit(page, "/office/brand", logo=png, reason="x", seen="").text
    clerk.submit(clerk.open("/office/brand"), "/office/brand", remove_logo="yes", reason="none")
    assert "Muster &amp; Söhne</a>" in stranger.open("/sign-in").text


LOOKS = ("/office/catalogue", COM, f"{COM}/sale", f"{COM}/rule", "/office/promotions", "/office/promotion",
         "/office/margins", "/office/margin", "/office/brand", "/office/edits")  # fmt: skip
SENT = (f"{COM}/price", f"{COM}/sale", f"{COM}/rule/try", "/office/promotion", "/office/margin", "/office/brand",
        "/office/edits/1/withdraw")  # fmt: skip


def test_nobody_else_sees_or_sends_any_of_it(world: World) -> None:
    stranger, customer = Visitor(world), signed_in(world, role=None)
    support = signed_in(world, "dieter", "support")
    csrf = customer.filled(customer.open("/account"), "/sign-out")
    theirs = support.filled(support.open("/account"), "/sign-out")
    for path in LOOKS:
        assert stranger.open(path).url.path == "/sign-in"
        assert (customer.open(path).status_code, support.open(path).status_code) == (403, 403)
    for path in SENT:
        assert customer.send(path, {**csrf, **PRICE}).status_code == 403
        assert support.send(path, {**theirs, **PRICE}).status_code == 403
    assert world.engine.shelf.edits == ()


def test_every_page_is_there_for_who_may_and_in_their_language(world: World) -> None:
    clerk = signed_in(world, language="de")
    world.runner.run(
        market_edits.make(
            world.engine,
            Wish(by="x", change=PromotionChange("a", Promotion(name="a", title="A", percent=5)), reason="r"),
            world.now,
        )
    )
    for path in LOOKS:
        page = clerk.open(path)
        assert (page.status_code, '<html lang="de">' in page.text) == (200, True), path
        assert "Katalog" in page.text
    assert clerk.open("/office/catalogue/nowhere").status_code == 404


def test_without_its_token_a_form_is_not_heard(world: World, clerk: Visitor) -> None:
    form = clerk.filled(clerk.open(COM), f"{COM}/price", **PRICE, do="save", csrf="guessed")
    assert clerk.send(f"{COM}/price", form).status_code == 403
    assert world.engine.shelf.edits == ()
