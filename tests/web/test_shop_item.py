"""The form of a cart's item: what its extension asks, as it is filled in, saved at once or not at all."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from ordain.flows import sessions
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    import httpx

    from tests.world import World

PASSWORD = "correct horse battery"
OWN = "/ordain/v1/order/cart/{}/item/{}/configuration"


class Shopper(Visitor):
    """Somebody whose browser has a cart."""

    def __init__(self, world: World, who: str | None = "camille") -> None:
        super().__init__(world)
        self.who = who
        self.cart_id = world.cart(None)
        self.items: dict[str, int] = {}
        if who:
            world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
            self.sign_in(f"{who}@world.example", PASSWORD)
            page = self.open("/account")
            self.submit(page, "/place", language="en", then="/account")

    def wants(self, *domains: str, **wanted: object) -> Shopper:
        """Put names in the cart."""
        for domain in domains:
            self.items[domain] = self.world.add(self.cart_id, domain, **wanted)
        self.client.cookies.set("cart", f"{self.cart_id}.{len(self.items)}")
        return self

    def path(self, domain: str) -> str:
        """The page of a name."""
        return f"/cart/items/{self.items[domain]}"

    def ask(self, domain: str) -> httpx.Response:
        """Open it."""
        return self.open(self.path(domain))

    def fill(self, domain: str, page: httpx.Response | None = None, **filled: str) -> httpx.Response:
        """Fill it in and save."""
        named = {name.replace("__", "."): text for name, text in filled.items()}
        return self.submit(page or self.ask(domain), self.path(domain), **named)

    def values(self, domain: str) -> dict[str, str]:
        """What the item is configured with."""
        path = f"/order/cart/{self.cart_id}/item/{self.items[domain]}/configuration"
        who = self.who if self.world.get(path, None).status == 404 else None
        found = [self.world.get(f"{path}/{one}", who).ok() for one in self.world.get(path, who).ok()]
        return {one["label"]: one["value"] for one in found}


def test_a_town_name_says_why_it_asks_for_a_reason(world: World) -> None:
    shopper = Shopper(world).wants("ville-nanterre.fr")
    page = shopper.ask("ville-nanterre.fr")
    print(page.text)
    assert page.status_code == 200
    assert 'name="REASON"' in page.text
    refused = shopper.fill("ville-nanterre.fr", page)
    assert refused.status_code == 400
    assert "Custom field REASON is mandatory for product fr" in refused.text
    assert shopper.values("ville-nanterre.fr") == {}
    done = shopper.fill("ville-nanterre.fr", page, REASON="We are the town")
    assert done.url.path == "/cart"
    assert shopper.values("ville-nanterre.fr") == {"REASON": "We are the town"}
