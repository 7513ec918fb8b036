"""The pages a person sees: an order by its link, a contract by its version."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.world import World


def test_an_order_is_shown_to_whoever_has_its_link(world: World) -> None:
    order_id = world.order("foo.fr")
    url = world.get(f"/me/order/{order_id}").ok()["url"].removeprefix(world.engine.public_url)
    page = world.send("GET", url)
    text = unescape(page.raw.decode())
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert f"Votre commande {order_id}" in text
    assert "foo.fr - .fr demande d'enregistrement - 12 mois" in text
    assert "5,99\xa0€" in text
    assert "Pas encore payée" in text
    assert "DNS zone" not in text, "a line that costs nothing, and that no other page tells"


def test_without_its_password_an_order_does_not_exist(world: World) -> None:
    order_id = world.order("foo.fr")
    for path in (f"/order/{order_id}", f"/order/{order_id + 1}"):
        page = world.send("GET", path)
        assert (page.status, page.headers["location"]) == (303, f"/sign-in?then=%2Forder%2F{path[7:]}")
    for path in (f"/order/{order_id}?orderPassword=guessed", f"/order/{order_id + 1}?orderPassword=",
                 f"/order/{'9' * 30}", f"/order/{'9' * 5000}", "/order/abc", "/order/%EF%BC%91"):  # fmt: skip
        page = world.send("GET", path)
        assert page.status == 404
        assert b"foo.fr" not in page.raw


def test_a_contract_is_shown_where_checkout_says_it_is(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    contracts = world.get(f"/order/cart/{cart_id}/checkout").ok()["contracts"]
    assert len(contracts) == 3
    for contract in contracts:
        page = world.send("GET", contract["url"].removeprefix(world.engine.public_url))
        assert page.status == 200
        assert page.raw.decode().count(f">{contract['name']}<") == 2  # the title and the heading
        assert "# " not in page.raw.decode()
    assert world.send("GET", "/contracts/afnic-terms/of-yore").status == 404


def test_what_a_page_is_told_is_escaped(world: World) -> None:
    page = world.send("GET", "/contracts/afnic-terms/example-1?language=%22%3E%3Cscript%3E")
    assert page.status == 200
    assert b"><script>" not in page.raw
    assert page.raw.count(b"<script") == 1  # htmx
