"""An order put together from prices alone, for tests that are about its money."""

from __future__ import annotations

from datetime import timedelta

from ordain.core.money import TaxedPrice, total
from ordain.core.order import Order, OrderItem
from tests.world import NOON

PLANS = ("fr", "com", "berlin")


def sold(*prices: TaxedPrice, order_id: int = 7) -> Order:
    """An order with an item for each price, of plans that take turns."""
    currency = prices[0].gross.currency
    net, tax, gross = (total((getattr(p, part) for p in prices), currency) for part in ("net", "tax", "gross"))
    return Order(
        order_id=order_id,
        nic="mc1-ordain",
        cart_id="",
        subsidiary="FR",
        locale="fr_FR",
        placed=NOON,
        expires=NOON + timedelta(days=14),
        lines=(),
        items=tuple(
            OrderItem(item_id=at, kind="domain", domain=f"foo{at}.fr", shown="", price=price, plan=PLANS[at % 3])
            for at, price in enumerate(prices)
        ),
        price=TaxedPrice(net, tax, gross),
        password="",
    )
