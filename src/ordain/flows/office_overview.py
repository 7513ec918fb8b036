"""What needs a hand now: counts that lead to where it is mended, and what today brought so far."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.delivery import Task
from ordain.core.money import Money
from ordain.flows import measures, office_registries
from ordain.store import office_lists

if TYPE_CHECKING:
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST_ERRORS = 10
PATIENCE = timedelta(minutes=15)
"""After so long a task that is due says that nobody works, or that a registry is silent."""


class Overview(Struct, frozen=True, kw_only=True):
    """How things stand."""

    errors: list[Task]
    """The tasks in error that have waited longest."""
    tasks: dict[str, int]
    """How many there are of each state that is not over."""
    late: timedelta | None
    """For how long the task that is due longest has been so; None where all is in time."""
    grants: int
    """Requests for money that wait for somebody's word."""
    silent: list[str]
    """Registries that tasks wait for because they did not answer."""
    unmatched: int
    """Sums that came by bank transfer and pay for no order."""
    unsent: int
    """Mails that no server will take."""
    imbalance: int
    """Micro-cents by which balances differ from the ledger."""
    orders: int
    """Placed today (UTC)."""
    revenue: list[Money]
    """Paid for them, tax included, by currency."""


async def overview(engine: Engine) -> Overview:
    """How things stand."""
    now = engine.clock()
    today = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo)

    ledger = next(one for one in await measures.families(engine) if one.name == measures.IMBALANCE)
    unheard = sorted(await office_registries.silences(engine))

    async def work(tx: Tx) -> Overview:
        open_tasks = await office_lists.count_tasks(tx)
        due = [since for status, _, since in open_tasks if status == "todo"]
        late = now - due[0] if due and now - due[0] > PATIENCE else None
        orders, revenue = await office_lists.sold_since(tx, today)
        return Overview(
            errors=await office_lists.tasks(tx, "error", None, (MOST_ERRORS, False)),
            tasks={status: count for status, count, _ in open_tasks},
            late=late,
            grants=(await office_lists.waiting_grants(tx))[0],
            silent=unheard,
            unmatched=await office_lists.unmatched(tx),
            unsent=await office_lists.refused_mails(tx),
            imbalance=ledger.samples[0].value,
            orders=orders,
            revenue=revenue,
        )

    return await engine.database.read(work)
