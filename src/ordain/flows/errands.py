"""Errands at the card processor: each is taken up by one worker at a time, and one that fails holds up no other."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from ordain.core.charge import LEASE, Charge, Return

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

AT_ONCE = 20

Errand = TypeVar("Errand", Charge, Return)


async def go(
    engine: Engine,
    waiting: Sequence[Errand],
    save: Callable[[Tx, Errand, Errand], Awaitable[bool]],
    do: Callable[[Engine, Errand], Awaitable[object]],
    now: datetime,
) -> int:
    """Take these up, by compare-and-set, and do those that nobody else took; how many those were."""
    taken = [claimed for one in waiting if (claimed := await _claimed(engine, one, save, now)) is not None]
    for failed in await asyncio.gather(*(do(engine, one) for one in taken), return_exceptions=True):
        if isinstance(failed, BaseException):
            log.error("a card could not be looked after; it is tried again later", exc_info=failed)
    return len(taken)


async def _claimed(
    engine: Engine, one: Errand, save: Callable[[Tx, Errand, Errand], Awaitable[bool]], now: datetime
) -> Errand | None:
    claimed = structs.replace(one, looks=one.looks + 1, look_at=now + LEASE)
    return claimed if await engine.database.write(lambda tx: save(tx, claimed, one)) else None
