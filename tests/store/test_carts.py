"""Carts as they are read: the same object as long as they do not change, unless they are large."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.core.cart import LONGEST_REMEMBERED, Cart, Configuration, Item
from ordain.store import carts
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio

    from ordain.store.database import Database, Tx

ITEM = Item(item_id=1, kind="domain", domain="foo.com", shown="foo.com", years=1)


@pytest.mark.parametrize(("characters", "remembered"), [(LONGEST_REMEMBERED, True), (LONGEST_REMEMBERED + 1, False)])
def test_a_cart_is_remembered_unless_somebody_filled_it_with_much(
    database: Database, runner: asyncio.Runner, characters: int, *, remembered: bool
) -> None:
    cart = Cart(cart_id=f"c{characters}", subsidiary="FR", created=NOON, expires=NOON + timedelta(days=1))
    label = Configuration(2, 1, "REASON", "x" * characters)

    async def write(tx: Tx) -> None:
        await carts.add(tx, cart)
        await carts.add_item(tx, cart.cart_id, ITEM)
        await carts.add_configurations(tx, cart.cart_id, [label])

    runner.run(database.write(write))
    first, second = (runner.run(database.read(lambda tx: carts.load(tx, cart.cart_id))) for _ in range(2))
    assert first is not None
    assert first.items[0].configurations == (label,)
    assert first == second
    assert (first is second) is remembered
