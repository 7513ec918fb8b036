"""Names that are to come here from other registrars: what their registries say to that before they are paid for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core.cart import frozen
from ordain.core.language import Sentence
from ordain.core.refusal import Refused, invalid
from ordain.core.registry import NoAnswer
from ordain.core.session import Limit
from ordain.flows.sessions import attempt
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.cart import Cart, Configuration, Item
    from ordain.core.registry import Refusal
    from ordain.flows.ports import Engine

LABEL = "AUTH_INFO"
QUESTIONS = Limit(30, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
"""Of one name with a code: who guesses somebody else's code is told no more than the transfer itself tells."""
AT_ONCE = 4
"""Questions under way for one cart: a registry has few sessions, and who waits for one too long is told nothing."""


async def obstacles(engine: Engine, cart: Cart, now: datetime) -> dict[int, Refusal]:
    """Why a cart's names cannot be brought here, by their items' ids. No other cart has anything to ask.

    A registry that does not answer, or does not tell beforehand, is no obstacle: the transfer itself will tell.
    """
    coming = [] if frozen(cart, now) else [item for item in cart.items if _comes(item)]
    if not coming:
        return {}
    gate = asyncio.Semaphore(AT_ONCE)

    async def asked(item: Item) -> Refusal | None:
        async with gate:
            return await _obstacle(engine, item, item.value(LABEL), now)

    found = await asyncio.gather(*map(asked, coming))
    return {item.item_id: why for item, why in zip(coming, found, strict=True) if why is not None}


def _comes(item: Item) -> bool:
    """A name its owner sells is handed over by the platform: its code is not the customer's business."""
    return item.offer is not None and item.offer.action == "transfer" and "aftermarket" not in item.offer.pricing_mode


async def refuse_wrong_code(engine: Engine, item: Item, given: Configuration, now: datetime) -> None:
    """Refuse a code of which the registry says that it is wrong."""
    why = await wrong_code(engine, item, given.value, now)
    if why is not None:
        message = "%(label)s: %(problem)s"
        raise invalid(message, "value", label=LABEL, problem=Sentence(why))


async def wrong_code(engine: Engine, item: Item, code: str, now: datetime) -> str | None:
    """Why the registry says that a code is wrong, in words; None if it does not say so."""
    why = await _obstacle(engine, item, code, now) if _comes(item) else None
    return why.reason if why is not None and why.argument else None


async def _obstacle(engine: Engine, item: Item, code: str | None, now: datetime) -> Refusal | None:
    catalogue = engine.market.catalogue
    extension = catalogue.extensions.get(item.offer.extension) if item.offer else None
    if extension is None:
        return None
    try:
        if code:
            await attempt(engine, {f"code of {hashed(item.domain)}": QUESTIONS}, now)
        return await engine.registry_of(extension.name).transfer_obstacle(item.domain, code)
    except (NoAnswer, Refused):
        return None
