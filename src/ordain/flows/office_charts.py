"""The figures that charts show, read beside everything else so that nobody waits for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ordain.core import office_charts as core
from ordain.core.office_charts import PERIODS, Figures
from ordain.core.refusal import invalid
from ordain.store import office_charts as kept

if TYPE_CHECKING:
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def figures(engine: Engine, days: int) -> Figures:
    """Of so many days, today (UTC) the last of them. Raises Refused for another number than PERIODS has."""
    if days not in PERIODS:
        message = f"Charts are of {', '.join(map(str, PERIODS))} days"
        raise invalid(message, "days")
    now = engine.clock()
    until = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
    since = until - timedelta(days=days)

    async def work(tx: Tx) -> Figures:
        sold, cut = await kept.sales(tx, since, until)
        return Figures(
            days=core.by_day(since.date(), days, await kept.orders_by_day(tx, since, until)),
            steps=await kept.steps(tx, since, until),
            extensions=core.by_extension(sold),
            cut=cut,
            durations=core.by_duration(await kept.durations(tx, since, until)),
            failures=await kept.failures(tx, since, until),
        )

    return await engine.database.read_long(work)
