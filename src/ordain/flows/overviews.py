"""What an account has and what needs its attention, gathered for its first page and for `/ordain/v1/overview`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.consent import AWAITED
from ordain.core.delivery import Task
from ordain.core.ledger import Balance
from ordain.core.order import Standing as Order
from ordain.core.order import status
from ordain.core.service import Service
from ordain.store import domains as domain_rows
from ordain.store import ledger as books
from ordain.store import orders, services, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

SOON = timedelta(days=30)
"""Before its expiry a name that is not renewed by itself needs attention."""
MOST, LATEST = 20, 20
"""Names and tasks told one by one; orders looked at."""


class Overview(Struct, frozen=True, kw_only=True):
    """Counts, what needs attention (at most `MOST` each, the most urgent first), the latest orders, the balances."""

    domains: int
    zones: int
    expiring: list[Service]
    failed: list[Task]
    awaited: list[Task]
    """Owner changes that wait for somebody's consent."""
    unpaid: list[Order]
    latest: list[Order]
    balances: list[Balance]

    @property
    def calm(self) -> bool:
        """Nothing needs attention."""
        return not (self.expiring or self.failed or self.awaited or self.unpaid)


async def read(engine: Engine, caller: Caller, now: datetime) -> Overview:
    """The caller's account at a glance."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> Overview:
        held = await services.of_account(tx, nic)
        under_way = await tasks.unsettled(tx, nic)
        ids = await orders.latest(tx, nic, LATEST)
        found = [one for number in ids if (one := await orders.standing(tx, nic, number))]
        return Overview(
            domains=sum(one.kind == "domain" for one in held),
            zones=len(await domain_rows.zone_names(tx, nic)),
            expiring=sorted((one for one in held if _expiring(one, now)), key=lambda one: one.expires(now))[:MOST],
            failed=[task for task in under_way if task.status == "error"][:MOST],
            awaited=[task for task in under_way if task.comment == AWAITED][:MOST],
            unpaid=[one for one in found if status(one, now) == "notPaid"],
            latest=found,
            balances=await books.balances(tx, nic),
        )

    return await engine.database.read(work)


def _expiring(one: Service, now: datetime) -> bool:
    """A name that ends soon and is not going to be renewed, though its holder has not said that it may end."""
    if one.until is None or one.state != "active" or one.settings.delete_at_expiration:
        return False
    return one.until - now < SOON and (one.unpaid or not one.automatic or one.until <= now)
