"""/order/{id}?orderPassword=…: an order for whoever has its link, to read or print."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from ordain.core.money import Money, decimal_text
from ordain.core.order import status
from ordain.core.progress import history
from ordain.flows import orders
from ordain.web.page import html, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.flows.ports import Engine
    from ordain.web.page import Answer


PATH = re.compile(r"/order/\d{1,15}")


async def page(engine: Engine, path: Sequence[str], query: Mapping[str, str]) -> Answer:
    """The order's lines, totals and status. A wrong password and an unknown order are the same to the reader."""
    story = await orders.story(engine, None, int(path[0]))
    password = query.get("orderPassword", "")
    if not hmac.compare_digest(story.standing.order.password.encode(), password.encode()):
        raise orders.unknown(int(path[0]))
    order = story.standing.order
    language = engine.languages.of(order.locale)

    def amount(money: Money) -> str:
        return engine.price_texts[money.currency].replace("{amount}", decimal_text(money))

    say = language.say
    title = say("Your order %(order)d", order=order.order_id)
    lines = [(line.description, amount(line.price)) for line in order.lines]
    sums = [
        (say("Total without tax"), amount(order.price.net)),
        (say("Tax"), amount(order.price.tax)),
        (say("Total"), amount(order.price.gross)),
    ]
    stands = say(STATUSES[status(story.standing, engine.clock())])
    happened = [(f"{h.at:%Y-%m-%d %H:%M} UTC", h.description) for h in history(story.standing, language)]
    return html(
        title,
        [
            ("h1", title),
            ("p", f"{order.placed.date().isoformat()} · {stands}"),
            table(say("What you ordered"), (say("Description"), say("Price")), [*lines, *sums], sums=True),
            table(say("What happened"), (say("When"), say("What")), happened),
        ],
        language.code,
    )


STATUSES = {
    "cancelled": "Cancelled",
    "cancelling": "Being cancelled",
    "checking": "Paid, being checked",
    "delivered": "Delivered",
    "delivering": "Being delivered",
    "documentsRequested": "Documents are needed",
    "notPaid": "Not paid yet",
    "unknown": "Unknown",
}
