"""What a delivered name cost us, booked with its delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import costs, ledger
from ordain.flows.marketplaces import platform_of
from ordain.store import ledger as books

if TYPE_CHECKING:
    from ordain.core.order import Order, OrderItem
    from ordain.flows.act import Act


async def book(act: Act, order: Order, item: OrderItem) -> None:
    """Owe it to the registry, or to the platform it was bought on. What is not known is no nothing, and not booked."""
    market = act.engine.market
    price = costs.price(item, market.costs, act.now)
    if price is None or not price.ucents:
        return
    supplier = platform_of(item.mode) or market.catalogue.extensions[item.plan].registry
    purchase = ledger.Purchase(order.order_id, item.item_id, supplier, price)
    await books.book(act.tx, order.nic, ledger.cost(next(act.ids), act.now, purchase))
