"""/ordain/v1/credentials/{credentialId}/limit: what a consumer key may spend. The contract knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.flows import spending
from ordain.flows.carts import subsidiary_of

if TYPE_CHECKING:
    from ordain.core.spending import Spending

PATH = "/ordain/v1/credentials/{credentialId}/limit"


class LimitToHave(Struct, frozen=True):
    """Amounts in the account's currency, as "25.00"; null is no limit for that time. At least one is given."""

    perDay: words.Text | None = None
    perMonth: words.Text | None = None


class SpendingLimit(Struct, frozen=True):
    """What a credential may spend a day and a month (both of UTC), and what it spent since it has a limit."""

    credentialId: int
    currency: str
    perDay: wire.Price | None
    perMonth: wire.Price | None
    spentThisMonth: wire.Price
    spentToday: wire.Price


def _shown(call: Call, found: Spending) -> SpendingLimit:
    texts, limit = call.engine.price_texts, found.limit
    return SpendingLimit(
        credentialId=call.path["credentialId"],
        currency=limit.currency,
        perDay=wire.price(limit.per_day, texts) if limit.per_day else None,
        perMonth=wire.price(limit.per_month, texts) if limit.per_month else None,
        spentThisMonth=wire.price(found.this_month(call.now), texts),
        spentToday=wire.price(found.of_today(call.now), texts),
    )


async def _read(call: Call) -> SpendingLimit:
    found = await spending.read(call.engine, call.caller.account.nichandle, call.path["credentialId"])
    return _shown(call, found)


async def _limit(call: Call) -> SpendingLimit:
    body: LimitToHave = call.body
    currency = subsidiary_of(call.engine, call.caller.account.ovhSubsidiary).currency
    wanted = spending.read_limit(currency, body.perDay, body.perMonth)
    return _shown(call, await spending.limit(call.engine, call.caller, call.path["credentialId"], wanted))


async def _lift(call: Call) -> None:
    await spending.lift(call.engine, call.caller, call.path["credentialId"])


ROUTES = (
    Route(method="GET", path=PATH, do=_read, told="What a credential may spend, and what it spent",
          answer=SpendingLimit),
    Route(method="PUT", path=PATH, do=_limit, told="Have a credential spend no more than this a day or a month",
          body=LimitToHave, answer=SpendingLimit, refuses=("forbidden",)),
    Route(method="DELETE", path=PATH, do=_lift, told="Have a credential spend what there is", refuses=("forbidden",)),
)  # fmt: skip
