"""The page where an order's owner, and nobody who only has its link, withdraws from it or waives the right to."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.order import WITHDRAWAL
from ordain.flows import sessions
from tests.flows.shop import bought, placed, story, use
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def shop(world: World) -> World:
    """A shop that waits, in which camille and dieter have passwords."""
    use(world, structs.replace(world.engine, waits_for_right=True))
    for who in ("camille", "dieter"):
        world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
    return world


@pytest.fixture
def owner(shop: World) -> Visitor:
    """The orders' owner, signed in."""
    visitor = Visitor(shop)
    visitor.sign_in("camille@world.example", PASSWORD)
    return visitor


def page_of(order_id: int) -> str:
    return f"/order/{order_id}/withdrawal"


def text(page: httpx.Response) -> str:
    return unescape(page.text)


def test_the_orders_page_says_that_it_waits_and_leads_there(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    visitor = Visitor(shop)
    shown = visitor.open(shop.get(f"/me/order/{order_id}").ok()["url"])
    assert "Payée, livrée à partir du 7 déc. 2026" in text(shown)
    assert f'href="{page_of(order_id)}"' in shown.text
    assert "<form" not in shown.text, "whoever has the link can only read"
    asked = visitor.open(page_of(order_id))
    assert asked.url.path == "/sign-in"
    back = visitor.submit(asked, "/sign-in", name="camille@world.example", password=PASSWORD)
    assert (back.url.path, back.status_code) == (page_of(order_id), 200)


def test_the_owner_waives(shop: World, owner: Visitor) -> None:
    order_id = bought(shop, "foo.fr")
    where = f"{page_of(order_id)}/waive"
    page = owner.open(page_of(order_id))
    assert "jusqu'au 7 déc. 2026" in text(page)
    forgot = owner.submit(page, where)
    assert (forgot.status_code, 'role="alert"' in forgot.text) == (400, True)
    assert "Confirmez que vous savez ce que vous perdez ainsi" in text(forgot)
    assert shop.deliver() == 0
    done = owner.submit(forgot, where, agreed="yes")
    assert (done.status_code, done.url.path) == (200, f"/order/{order_id}")
    assert "Vous avez renoncé à votre droit de rétractation" in text(done)
    shop.deliver()
    assert shop.status(order_id) == "delivered"
    after = text(owner.open(page_of(order_id)))
    assert "Vous avez renoncé à votre droit de rétractation pour cette commande." in after
    assert 'name="reason"' not in after


def test_the_owner_withdraws(shop: World, owner: Visitor) -> None:
    before = shop.balance()
    order_id = bought(shop, "foo.fr")
    where = f"{page_of(order_id)}/withdraw"
    page = owner.open(page_of(order_id))
    assert "<li>foo.fr</li>" in page.text
    assert owner.submit(page, where, reason="regret").status_code == 400
    done = owner.submit(page, where, reason="expensive")
    assert "foo.fr remboursé" in text(done)
    assert (shop.balance(), shop.status(order_id)) == (before, "cancelled")
    assert owner.submit(page, where).status_code == 409
    assert "Vous vous êtes rétracté de cette commande." in text(owner.open(page_of(order_id)))
    assert page_of(order_id) not in done.text


def test_an_unpaid_order_can_be_withdrawn_from_and_waived(shop: World, owner: Visitor) -> None:
    order_id = placed(shop, "foo.fr")
    page = owner.open(page_of(order_id))
    assert "La commande n'est pas payée" in text(page)
    owner.submit(page, f"{page_of(order_id)}/waive", agreed="yes")
    assert story(shop, order_id).standing.right.waived is not None
    other = placed(shop, "baz.fr")
    owner.submit(owner.open(page_of(other)), f"{page_of(other)}/withdraw")
    assert shop.status(other) == "cancelled"


def test_it_is_nobody_elses(shop: World) -> None:
    order_id = bought(shop, "foo.fr")
    stranger = Visitor(shop)
    stranger.sign_in("dieter@world.example", PASSWORD)
    own = stranger.open("/account")
    token = stranger.filled(own, "/sign-out")
    assert stranger.open(page_of(order_id)).status_code == 404
    for verb, form in (("waive", {"agreed": "yes"}), ("withdraw", {"reason": "other"})):
        assert stranger.send(f"{page_of(order_id)}/{verb}", {**token, **form}).status_code == 404
        assert stranger.send(f"{page_of(order_id)}/{verb}", form).status_code == 403, "without the form's token"
        assert Visitor(shop).send(f"{page_of(order_id)}/{verb}", form).status_code == 403
    assert (shop.status(order_id), shop.deliver()) == ("checking", 0)
    right = story(shop, order_id).standing.right
    assert (right.waived, right.retracted) == (None, None)


def test_where_nothing_is_left_it_says_why(shop: World, owner: Visitor) -> None:
    ended = bought(shop, "foo.fr")
    shop.now += WITHDRAWAL * 2
    owner.sign_in("camille@world.example", PASSWORD)
    assert "a pris fin" in text(owner.open(page_of(ended)))
    use(shop, structs.replace(shop.engine, waits_for_right=False))
    delivered = bought(shop, "baz.fr")
    shop.deliver()
    visitor = Visitor(shop)
    visitor.sign_in("camille@world.example", PASSWORD)
    assert "rien ne peut plus en être annulé" in text(visitor.open(page_of(delivered)))
    shop.credit("dieter")
    of_body = shop.order("qux.de", who="dieter", subsidiary="DE")
    visitor = Visitor(shop)
    visitor.sign_in("dieter@world.example", PASSWORD)
    assert "Nur Verbraucher" in text(visitor.open(page_of(of_body)))


def test_of_several_names_the_page_tells_what_is_too_late(world: World) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    cart_id = world.cart()
    for name in ("foo.fr", "refused.fr"):
        world.add(cart_id, name)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    visitor = Visitor(world)
    visitor.sign_in("camille@world.example", PASSWORD)
    shown = text(visitor.open(page_of(order_id)))
    assert shown.index("refused.fr") < shown.index("Trop tard pour être annulé") < shown.index("foo.fr</li>")
    assert 'name="agreed"' not in shown
