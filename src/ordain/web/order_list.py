"""/orders: an account's orders, the newest first, found by number or name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ordain.core.account import acting
from ordain.core.order import status
from ordain.core.retraction import waiting
from ordain.flows import orders
from ordain.web.order_live import BADGES, HELD, OF_TASKS, STATUSES
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.order import Standing
    from ordain.web.page import Visit

LONGEST = 100
"""Characters that are searched for."""


def asked(visit: Visit, field: str = "q") -> str:
    """What somebody searches for, as far as it can be part of a name or number."""
    return "".join(sign for sign in visit.query.get(field, "")[:LONGEST] if sign.isprintable()).strip()


def number(visit: Visit, field: str) -> int | None:
    """A number of the address, None for anything else."""
    text = visit.query.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


async def _list(visit: Visit) -> Response:
    wanted = asked(visit)
    found = await orders.search(visit.engine, acting(visit.session.account, visit.now), wanted, number(visit, "before"))
    after = {**({"q": wanted} if wanted else {}), "before": str(found.before)} if found.before else None
    return visit.show(
        "orders.html",
        orders=[(one.order, *_state(visit, one)) for one in found.orders],
        wanted=wanted,
        first=number(visit, "before") is None,
        older=f"/orders?{urlencode(after)}" if after else "",
    )


def _state(visit: Visit, standing: Standing) -> tuple[str, str]:
    """Where an order stands in a word, and how that looks."""
    stands = status(standing, visit.now)
    if any(task.status == "error" for task in standing.tasks):
        return visit.language.say(OF_TASKS["error"][0]), "wrong"
    if waiting(standing):
        return visit.language.say(HELD), "care"
    return visit.language.say(STATUSES[stands]), BADGES.get(stands, "")


PAGES = (Page(method="GET", path="/orders", do=_list, signed_in=True),)
