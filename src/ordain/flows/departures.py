"""Names that are held here no longer: what goes with them, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery
from ordain.store import domains, renewals, services, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Domain
    from ordain.store.database import Tx

GONE = "The name is no longer held here"


async def depart(tx: Tx, nic: str, name: str, now: datetime) -> None:
    """The name leaves the account. Its zone stays: it is a service of its own, and may answer for the name on.

    A paid change of it that rests in an error is taken up: it finds the name gone, and gives the money back.
    """
    await domains.release(tx, nic, name)
    await void_wishes(tx, nic, name, now)
    for paid in await tasks.of_domain(tx, nic, name):
        if paid.order_id and paid.change is not None and paid.status == "error":
            await tasks.save(tx, delivery.relaunched(paid, now), "error")


async def end(tx: Tx, domain: Domain, now: datetime) -> None:
    """A name that was given up is anybody's again: it leaves the account with its zone, and is noted as over."""
    await void_wishes(tx, domain.nic, domain.name, now)
    await services.delete_zone(tx, domain.nic, domain.name)
    await renewals.end(tx, domain, now)


async def void_wishes(tx: Tx, nic: str, name: str, now: datetime) -> None:
    """What the account still wished for is void.

    What was ordered is left to its task: that finds the name gone, and gives the money back.
    """
    for wish in await tasks.wishes(tx, nic, name):
        void = delivery.moved(wish, "cancelled", now, comment=GONE)
        await tasks.save(tx, void, wish.status)
