"""Each wrong input, by form and by API: told in the same words, and nothing of the purchase was changed by it."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from msgspec import structs

from ordain.core.account import acting
from ordain.core.language import IN_ENGLISH
from ordain.flows import item_forms
from ordain.flows.item_forms import Asking
from ordain.flows.shelf import Shelf
from ordain.store import accounts
from tests.flows.test_held_prices import change
from tests.web.test_shop_item import Shopper
from tests.web.wrong_inputs import PAGE, ROWS, Wrong, page

if TYPE_CHECKING:
    from tests.world import Answer, World

OWNER, CONFIG = "OWNER_CONTACT", "DOMAIN_CONFIG"
ZONE = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}


class Buyer(Shopper):
    """Camille, who gets a fresh cart for each row."""

    def begin(self, row: Wrong) -> Buyer:
        """A cart with what the row is about."""
        self.cart_id, self.items = self.world.cart(), {}
        if row.way == "add":
            self.wants()
        elif row.name:
            self.wants(row.name)
        else:
            made = self.world.post(f"/order/cart/{self.cart_id}/dns", ZONE).ok()
            self.items[""] = made["itemId"]
            self.wants()
        return self

    def return_to(self, world: World) -> None:
        """Go on with the engine that the world has now."""
        transport = httpx.ASGITransport(app=world.api, client=("192.0.2.9", 40000))
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url=self.client.base_url,
            headers=self.client.headers,
            cookies=self.client.cookies,
            follow_redirects=True,
        )

    def lacks(self) -> dict[int, list[str]]:
        """What each item of the cart lacks."""
        account = self.world.runner.run(
            self.world.database.read(lambda tx: accounts.load(tx, self.world.nics["camille"]))
        )
        assert account is not None
        asking = Asking(acting(account, self.world.now), IN_ENGLISH, self.world.now)
        found = self.world.runner.run(item_forms.lacking(self.world.engine, self.cart_id, asking))
        return {item: sorted({(one.field or "").partition(".")[0] for one in of}) for item, of in found.items()}


def typed(world: World, row: Wrong) -> dict[str, str]:
    """The fields as they are filled in, rightly and wrongly; boxes that are left open say nothing."""
    boxes = ("OWNER_LEGAL_AGE", "ACCEPT_CONDITIONS", "CLAIMS_NOTICE")
    given = {**row.base, **row.typed}
    known = {name: world.nics[text[1:]] if text.startswith("@") else text for name, text in given.items()}
    return {name: text for name, text in known.items() if text or name not in boxes}


def body(given: dict[str, str]) -> dict[str, Any]:
    """The same as the API takes it."""
    labels = {name: text for name, text in given.items() if not name.startswith((f"{OWNER}", f"{CONFIG}.", "owner-of"))}
    start, many = f"{CONFIG}.", f"{CONFIG}.isFor."
    chosen = [name.removeprefix(many) for name in given if name.startswith(many)]
    config = {name.removeprefix(start): text for name, text in given.items() if name.startswith(start)}
    texts = {name: text for name, text in config.items() if not name.startswith("isFor.")}
    if texts or chosen:
        labels[CONFIG] = json.dumps({**texts, "isFor": chosen})
    if given.get(OWNER) != "new":
        return {"labels": {**labels, **({OWNER: given[OWNER]} if OWNER in given else {})}}
    start = f"{OWNER}."
    return {"labels": labels, "owner": {n.removeprefix(start): t for n, t in given.items() if n.startswith(start)}}


def by_form(buyer: Buyer, row: Wrong, review: httpx.Response | None) -> httpx.Response:
    """The page's answer. `review`: the page that was shown before something happened."""
    given = typed(buyer.world, row)
    if row.way == "item":
        return buyer.submit(buyer.ask(row.name), buyer.path(row.name), **given)
    if row.way == "coupon":
        return buyer.submit(buyer.open("/cart"), "/cart/coupons", **given)
    if row.way == "add":
        csrf = buyer.filled(buyer.open("/account"), "/sign-out")["csrf"]
        return buyer.send("/cart/add", {"csrf": csrf, "domain": row.name, **given})
    if row.way == "order" and review is not None:
        return buyer.submit(review, "/checkout", accepted="yes", pay="ovhAccount")
    return buyer.open("/checkout")


def by_api(buyer: Buyer, row: Wrong, review: httpx.Response | None) -> Answer:
    """The API's."""
    world, given = buyer.world, typed(buyer.world, row)
    cart = f"/order/cart/{buyer.cart_id}"
    if row.way == "item":
        return world.put(f"/ordain/v1{cart}/item/{buyer.items[row.name]}/configuration", body(given))
    if row.way == "coupon":
        return world.post(f"{cart}/coupon", given)
    if row.way == "add":
        years = {"duration": f"P{given['years']}Y"} if "years" in given else {}
        return world.post(f"{cart}/domain", {"domain": row.name, **years})
    if row.way == "order" and review is not None:
        seen = buyer.filled(review, "/checkout")["seen"]
        return world.post(f"/ordain/v1{cart}/review", {"seen": seen, "paymentMean": "ovhAccount"})
    return world.get(f"{cart}/checkout")


def meanwhile(buyer: Buyer, row: Wrong) -> Buyer:
    """What happens between cart and order; the same buyer afterwards."""
    world = buyer.world
    if "taken" in row.told:
        world.pay(world.order(row.name)).ok()
        world.deliver()
    elif "another window" in row.told:
        path = f"/order/cart/{buyer.cart_id}/item/{buyer.items[row.name]}"
        world.put(path, {"duration": "P2Y"}).ok()
    elif "rose" in row.told:
        change(world, 200)
        buyer.return_to(world)
    elif "contracts" in row.told:
        catalogue = world.engine.market.catalogue
        schedules = {name: each.map(lambda one: structs.replace(one, version=f"{one.version}b"))
                     for name, each in catalogue.contracts.items()}  # fmt: skip
        market = structs.replace(world.engine.market, catalogue=structs.replace(catalogue, contracts=schedules))
        world.use(structs.replace(world.engine, shelf=Shelf(market)))
        buyer.return_to(world)
    return buyer


def said(answer: Answer, row: Wrong, buyer: Buyer) -> str:
    """What the API says of the field."""
    details = answer.body.get("details", {})
    if row.way == "item":
        return str(details[row.api or row.at])
    if row.way == "checkout" and row.at:
        told: str = details[f"{buyer.items[row.name]}.{row.at}"]
        return told.removeprefix(f"{row.name}: ")
    return str(answer.body["message"])


@pytest.fixture
def buyer(world: World) -> Buyer:
    """Camille, who reads English."""
    world.put("/me", {"language": "en_GB"}).ok()
    return Buyer(world)


def test_each_is_told_in_the_same_words_by_form_and_by_api_and_changes_nothing(world: World, buyer: Buyer) -> None:
    summer = structs.replace(
        next(one for one in world.engine.market.promotions if one.code), code="SUMMER", name="summer", ends=world.now
    )
    world.sell(summer)
    buyer.return_to(world)
    for row in ROWS:
        buyer.begin(row)
        review = buyer.open("/checkout") if row.way == "order" else None
        buyer = meanwhile(buyer, row) if row.way in ("checkout", "order") else buyer
        orders = world.get("/me/order").ok()
        shown, answer = by_form(buyer, row, review), by_api(buyer, row, review)
        # The review is a page that can be shown, whatever it says.
        assert (shown.status_code, answer.status) == (200 if row.way == "checkout" else row.status, row.status), (
            row.told
        )
        words = unescape(shown.text)
        assert said(answer, row, buyer) == row.words, row.told
        assert row.words in words, row.told
        if row.way == "item":
            assert f'<a href="#{row.at}">{row.words}</a>' in words, row.told
            assert f"What is needed for {row.name or 'DNS zone'}" in words, row.told
            assert "Nothing was saved yet" in words, row.told
        assert world.get("/me/order").ok() == orders, row.told
        stands(buyer, row)


def stands(buyer: Buyer, row: Wrong) -> None:
    """The purchase is where it was, and the cart's page says so."""
    cart = unescape(buyer.open("/cart").text)
    if row.way == "add":
        assert buyer.lacks() == {}, row.told
        return
    item = buyer.items[row.name]
    assert buyer.lacks() == {item: sorted(row.lacks)}, row.told
    assert ("Still needed" in cart) == bool(row.lacks), row.told
    assert f'href="/cart/items/{item}"' in cart, row.told
    assert buyer.values(row.name) == {}, row.told


def test_all_are_different_in_kind() -> None:
    assert len({row.told for row in ROWS}) == len(ROWS) >= 30


def test_the_page_tells_them_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run `python -m tests.web.wrong_inputs`"
