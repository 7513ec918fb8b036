"""Money of an order's item that goes back, because it could not be delivered or was withdrawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import ledger, mail
from ordain.core.order import Refund
from ordain.core.payment_method import CARD, GOES_BACK
from ordain.flows.act import write_mail
from ordain.flows.charges import back
from ordain.store import charges, orders
from ordain.store import ledger as books

if TYPE_CHECKING:
    from ordain.core.order import Order, OrderItem
    from ordain.flows.act import Act


async def refund(act: Act, order: Order, item: OrderItem, reason: str) -> None:
    """Give back an item's money because it could not be delivered, and say so."""
    mean = await give_back(act, order, item, reason)
    if mean:
        told = mail.refunded(act.language, order, item, act.language.say(reason), mean)
        await write_mail(act, order.order_id, told)


async def give_back(act: Act, order: Order, item: OrderItem, reason: str) -> str | None:
    """An item's money goes back to where it came from: what it was paid with; None if it went back before.

    Money from a card is booked here, and sent by a worker (`flows/card_returns`).
    """
    payment = await orders.payment(act.tx, order.nic, order.order_id)
    if payment is None:
        message = f"order {order.order_id} was never paid"
        raise LookupError(message)
    given_back = Refund(item.item_id, act.now, item.price.gross, reason)
    if not await orders.add_refund(act.tx, order.nic, order.order_id, given_back):
        return None
    entry = ledger.refund(next(act.ids), act.now, GOES_BACK[payment.mean], order, item)
    if not item.price.gross.ucents:
        return payment.mean
    if await books.book(act.tx, order.nic, entry) is None:
        message = f"the refund of order {order.order_id} could not be booked"
        raise LookupError(message)
    if payment.mean == CARD:
        charge = await charges.load(act.tx, order.nic, payment.payment_id)
        if charge is None:
            message = f"the payment of order {order.order_id} has no charge"
            raise LookupError(message)
        await charges.add_return(act.tx, back(act, charge, item.item_id, item.price.gross))
    return payment.mean
