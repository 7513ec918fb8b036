"""The cart of a browser: filled, changed, priced, moved to another country, and over."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.core.money import UNIT
from ordain.core.registry import NoAnswer
from ordain.flows import carts, sessions
from ordain.flows.shelf import Shelf
from ordain.web import paging, place
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

PASSWORD = "correct horse battery"
NAME = re.compile(r'<li class="card item".*?<h2><bdi>(.*?)</bdi>', re.DOTALL)


def names(page: Any) -> list[str]:
    """What is in the cart, as its page tells it."""
    return NAME.findall(page.text)


def put(visitor: Visitor, *wanted: str, **filled: str) -> Any:
    """Put names in the cart by the buttons behind them; the page that leads to."""
    page = visitor.open("/cart")
    for name in wanted:
        found = visitor.open(f"/search?q={name}")
        page = visitor.submit(found, "/cart/add", **filled)
    return page


def cart_of(visitor: Visitor) -> str:
    """The cart's id, as the browser's cookie has it."""
    [cookie] = [one for one in visitor.client.cookies.jar if one.name.endswith("cart")]
    return str(cookie.value).strip('"').partition(".")[0]


def total(page: Any) -> str:
    """What is to be paid."""
    return str(re.findall(r'class="total">.*?class="amount">(.*?)<', page.text, re.DOTALL)[-1])


def later(visitor: Visitor) -> Visitor:
    """The same browser, once the world has another engine."""
    again = Visitor(visitor.world)
    again.client.cookies = visitor.client.cookies
    return again


def test_a_name_is_put_in_and_the_page_tells_what_it_costs_and_why(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    page = put(visitor, "brandnew.com")
    assert (page.url.path, names(page)) == ("/cart", ["brandnew.com"])
    assert "brandnew.com - .com demande d&#39;enregistrement - 12 mois" in page.text
    assert "-2,50\xa0€" in page.text
    assert total(page) == "8,99\xa0€"
    assert "France" in page.text
    assert "20" in page.text
    assert "11,99\xa0€ TTC" in page.text  # the next year
    assert "24 nov. 2026" in page.text  # until when prices are held
    assert '<span class="count" id="cart-count">1</span>' in page.text
    assert 'href="/checkout"' in page.text
    again = visitor.open("/search?q=brandnew.com")
    assert "Dans votre panier" in again.text
    summary = world.get(f"/order/cart/{cart_of(visitor)}/summary", who=None).ok()
    assert summary["prices"]["withTax"]["value"] == 8.99


def test_sent_twice_it_is_put_in_once(world: World) -> None:
    visitor = Visitor(world)
    found = visitor.open("/search?q=brandnew.com")
    form = visitor.filled(found, "/cart/add")

    async def both() -> list[Any]:
        client = visitor.client
        return await asyncio.gather(*(client.post("/cart/add", data=form, follow_redirects=False) for _ in range(2)))

    answers = world.runner.run(both())
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, "/cart/added?domain=brandnew.com")}
    assert len({one.headers["set-cookie"] for one in answers}) == 1
    assert names(visitor.send("/cart/add", form)) == ["brandnew.com"]
    assert names(visitor.send("/cart/add", {**form, "once": ""})) == ["brandnew.com"]


def test_a_form_from_elsewhere_puts_nothing_in(world: World) -> None:
    visitor = Visitor(world)
    form = visitor.filled(visitor.open("/search?q=brandnew.com"), "/cart/add")
    assert visitor.send("/cart/add", {**form, "csrf": "x"}).status_code == 403
    assert names(visitor.open("/cart")) == []


def test_a_script_is_shown_that_it_is_in(world: World) -> None:
    visitor = Visitor(world)
    form = visitor.filled(visitor.open("/search?q=brandnew.com"), "/cart/add")
    part = visitor.send("/cart/add", form, **{"hx-request": "true"})
    assert "<html" not in part.text
    assert "In your cart" in part.text
    assert 'hx-swap-oob="true">1</span>' in part.text
    refused = visitor.send("/cart/add", {**form, "domain": "reserved.eu"}, **{"hx-request": "true"})
    assert (refused.status_code, refused.text.startswith('<p class="problem" role="alert">')) == (409, True)


NOT_TO_BE_HAD = ("reserved.eu", "no name", "", "x" * 5000, "brandnew.nosuchextension", "brandnew.com")


def test_what_cannot_be_had_is_refused_in_words(world: World) -> None:
    visitor = Visitor(world)
    form = visitor.filled(visitor.open("/search?q=brandnew.com"), "/cart/add", mode="transfer-default")
    for domain in NOT_TO_BE_HAD:
        page = visitor.send("/cart/add", {**form, "domain": domain})
        assert page.status_code in (400, 409), domain[:40]
        assert "This was not put in your cart" in page.text
        assert page.text.rstrip().endswith("</html>")
    assert names(visitor.open("/cart")) == []


def test_years_options_and_names_are_changed_and_taken_out_and_put_back(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    page = put(visitor, "taken.com", "brandnew.com", years="1")
    assert names(page) == ["taken.com", "brandnew.com"]
    years = visitor.filled(page, "/cart/years", years="3")
    page = visitor.send("/cart/years", years)
    assert "36 mois" in page.text
    assert names(visitor.send("/cart/years", years)) == names(page)
    assert visitor.send("/cart/years", {**years, "years": "77"}).status_code == 400
    page = visitor.submit(page, "/cart/options")
    assert "taken.com - Zone DNS" in page.text
    page = visitor.submit(page, "/cart/remove")  # the option comes first
    assert "taken.com - Zone DNS" not in page.text
    taken_out = visitor.filled(page, "/cart/remove")
    page = visitor.send("/cart/remove", taken_out)
    assert names(page) == ["brandnew.com"]
    assert "taken.com a été retiré." in page.text
    assert names(visitor.send("/cart/remove", {**taken_out, "once": ""})) == ["brandnew.com"]
    back = visitor.filled(page, "/cart/add")
    gone = visitor.send("/cart/add", {**back, "domain": "reserved.eu"}, **{"hx-request": "true"})
    assert (gone.status_code, names(gone), 'class="problems"' in gone.text) == (409, ["brandnew.com"], True)
    part = visitor.send("/cart/add", back, **{"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="cart"')
    page = visitor.open("/cart")
    assert names(page) == ["brandnew.com", "taken.com"]
    assert "a été retiré" not in page.text


def test_what_is_still_needed_is_named_with_the_way_there(world: World) -> None:
    page = put(Visitor(world), "taken.com", "reason.fr")
    assert "Still needed: its auth code." in page.text
    assert re.search(r'href="/cart/items/\d+">Fill in', page.text)
    assert "Fill in what is needed" in page.text
    assert "old enough" not in page.text  # whoever signs in has an account that says so


def test_whoever_is_signed_in_is_asked_what_their_account_does_not_say(world: World) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["ursula"], PASSWORD, world.now))
    visitor = Visitor(world)
    visitor.sign_in("ursula@world.example", PASSWORD)
    page = put(visitor, "brandnew.com")
    assert "Still needed: that its owner is old enough." in page.text
    assert "$" in total(page)


def test_a_coupon_is_used_taken_out_and_refused_at_its_field(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    page = put(visitor, "brandnew.com")
    before = total(page)
    wrong = visitor.submit(page, "/cart/coupons", coupon="nonsense")
    assert (wrong.status_code, "pas de code « nonsense »" in wrong.text) == (400, True)
    assert '<p class="problem" id="coupon-problem">' in wrong.text
    assert visitor.submit(page, "/cart/coupons", coupon="").status_code == 400
    used = visitor.submit(page, "/cart/coupons", coupon="rehearsal")
    assert "Coupon REHEARSAL" in used.text
    assert total(used) < before
    out = visitor.submit(used, "/cart/coupons/remove")
    assert total(out) == before


def test_in_another_country_the_cart_is_made_anew_at_its_prices(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    page = put(visitor, "brandnew.com", "taken.com", years="1")
    first = cart_of(visitor)
    page = visitor.submit(page, "/place", subsidiary="GB", language="fr")
    assert "Vous achetez maintenant dans un autre pays" in page.text
    assert names(page) == ["brandnew.com", "taken.com"]
    assert "£" in total(page)
    assert cart_of(visitor) != first
    assert world.get(f"/order/cart/{cart_of(visitor)}", who=None).ok()["expire"]
    calm = visitor.open("/cart")
    assert "autre pays" not in calm.text
    assert names(calm) == names(page)


def test_a_cart_that_is_over_is_told_kindly_and_forgotten(world: World) -> None:
    visitor = Visitor(world)
    page = put(visitor, "brandnew.com")
    form = visitor.filled(page, "/cart/remove")
    world.pass_time(days=2)
    over = visitor.open("/cart")
    assert "Your last cart is over" in over.text
    assert "last cart" not in visitor.open("/cart").text
    late = visitor.send("/cart/remove", form)
    assert (late.status_code, names(late)) == (409, [])


def test_a_cart_of_nobody_knows_is_an_empty_one(world: World) -> None:
    visitor = Visitor(world)
    visitor.client.cookies.set("cart", "00000000-0000-4000-8000-000000000000.7")
    page = visitor.open("/cart")
    assert "Your cart is empty" in page.text
    assert "cart-count" in page.text
    assert ">7</span>" not in page.text


def test_another_accounts_cart_is_none_and_an_ordered_one_is_told(world: World) -> None:
    visitor = Visitor(world)
    put(visitor, "brandnew.com")
    cart = cart_of(visitor)
    world.post(f"/order/cart/{cart}/assign", who="camille").ok()
    assert names(visitor.open("/cart")) == []
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    visitor.sign_in("camille@world.example", PASSWORD)
    visitor.client.cookies.set("cart", f"{cart}.1")
    assert names(visitor.open("/cart")) == ["brandnew.com"]
    world.post(f"/order/cart/{cart}/checkout", who="camille").ok()
    assert "est devenu une commande" in visitor.open("/cart").text


def test_a_price_that_changed_since_is_told_with_both(world: World) -> None:
    visitor = Visitor(world)
    visitor.submit(visitor.open("/cart"), "/place", subsidiary="FR", language="en")
    page = put(visitor, "brandnew.com", "premium-rising.com")
    assert "rose from" not in page.text
    world.pass_time(minutes=10)
    world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(world.engine.market, promotions=()))))
    page = later(visitor).open("/cart")
    assert "It costs €9.99 today; you keep the price of €7.49." in page.text
    assert re.search(r"Its price rose from €[\d.]+ to €[\d.]+: take it out", page.text)
    assert names(page) == ["brandnew.com", "premium-rising.com"]


def test_silent_registries_hold_up_no_cart(world: World) -> None:
    visitor = Visitor(world)
    put(visitor, "brandnew.com")

    class Silent:
        async def check(self, names: object) -> object:
            raise NoAnswer(str(names))

    silent: Any = dict.fromkeys(world.engine.registries, Silent())
    world.use(structs.replace(world.engine, registries=silent))
    page = later(visitor).open("/cart")
    assert (page.status_code, names(page)) == (200, ["brandnew.com"])


def test_silent_registries_take_no_name_out_of_a_cart_that_goes_to_another_country(world: World) -> None:
    visitor, engine = Visitor(world, "fr-FR"), world.engine
    put(visitor, "brandnew.com", "taken.com", years="1")
    first = cart_of(visitor)

    class Silent:
        async def check(self, names: object) -> object:
            raise NoAnswer(str(names))

    silent: Any = dict.fromkeys(engine.registries, Silent())
    world.use(structs.replace(engine, registries=silent))
    again = later(visitor)
    page = again.submit(again.open("/cart"), "/place", subsidiary="GB", language="en")
    assert (cart_of(again), names(page)) == (first, ["brandnew.com", "taken.com"])
    assert "for not all registries answer" in page.text
    assert "Not to be had there" not in page.text
    world.use(engine)
    page = later(again).open("/cart")
    assert ("these are the prices there" in page.text, "£" in total(page)) == (True, True)
    assert names(page) == ["brandnew.com", "taken.com"]


def test_a_script_gets_the_cart_alone_with_its_total_said(world: World) -> None:
    visitor = Visitor(world)
    page = put(visitor, "brandnew.com")
    form = visitor.filled(page, "/cart/years", years="2")
    part = visitor.send("/cart/years", form, **{"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="cart"')
    assert 'id="cart-said"' in part.text
    assert f"Total: {total(part)} with tax." in part.text
    assert world.engine.market.catalogue.extensions["com"].prices["EUR"].at(world.now).create % UNIT


def test_a_cart_of_many_names_has_pages_and_changes_lead_back_to_the_page(world: World) -> None:
    visitor, cart_id = Visitor(world), world.cart(None)
    for number in range(paging.AT_ONCE + 2):
        wanted = carts.Wanted(domain=f"many-{number}.com")
        world.runner.run(carts.add_domain(world.engine, cart_id, None, wanted, world.now))
    visitor.client.cookies.set(place.CART, f"{cart_id}.1", domain=f"{visitor.client.base_url.host}")
    first = visitor.open("/cart")
    assert (len(names(first)), names(first)[0]) == (paging.AT_ONCE, "many-0.com")
    assert 'href="/cart?page=2"' in first.text
    second = visitor.open("/cart?page=2")
    assert names(second) == ["many-50.com", "many-51.com"]
    assert total(second) == total(first), "the totals are of all of it"
    years = visitor.submit(second, "/cart/years", years="2")
    assert ("24 months" in years.text, names(years)) == (True, names(second))
    assert names(visitor.submit(second, "/cart/years", years="77")) == names(second)
    taken_out = visitor.submit(years, "/cart/remove")
    assert (names(taken_out), "was taken out" in taken_out.text) == (["many-51.com"], True)
    back = visitor.submit(taken_out, "/cart/add")
    assert names(back) == ["many-51.com", "many-50.com"]
    assert len(names(visitor.open("/cart?page=x"))) == paging.AT_ONCE
