"""The ends of names' terms: what was done about each, and when a name is looked at next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.renewal import Ending, deletion
from ordain.core.renewal import outdated as outdated_by
from ordain.core.service import Settings
from ordain.store import domains, tasks
from ordain.store.columns import instant, maybe_instant, micros, pack, unpack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Domain
    from ordain.core.order import Order
    from ordain.store.database import Tx


Mark = tuple[str, str, int]
"""(nic, name, when it is looked at): who takes a name up compares it."""


def mark(nic: str, name: str, at: datetime) -> Mark:
    """That a name is looked at then."""
    return nic, name, micros(at)


async def due(tx: Tx, now: datetime, most: int) -> list[Mark]:
    """Names to be looked at, the longest waiting first."""
    sql = "SELECT nic, name, look_at FROM domain WHERE look_at <= $1 ORDER BY look_at LIMIT $2"
    return [(nic, name, at) for nic, name, at in await tx.fetch(sql, micros(now), most)]


async def take(tx: Tx, looked: Mark, again: datetime) -> bool:
    """Look at a name again then; False if somebody else looked at it since its mark was read."""
    sql = "UPDATE domain SET look_at = $4 WHERE nic = $1 AND name = $2 AND look_at = $3"
    return await tx.execute(sql, *looked, micros(again)) == 1


async def look(tx: Tx, nic: str, name: str, again: datetime) -> None:
    """Look at a name again then, whatever was planned."""
    await tx.execute("UPDATE domain SET look_at = $3 WHERE nic = $1 AND name = $2", nic, name, micros(again))


async def look_at_all(tx: Tx, nic: str, now: datetime) -> None:
    """Look at all of an account's names."""
    await tx.execute("UPDATE domain SET look_at = $2 WHERE nic = $1", nic, micros(now))


async def settings(tx: Tx, nic: str, name: str) -> Settings:
    """What the customer set for a name."""
    row = await tx.fetch_one("SELECT settings FROM domain WHERE nic = $1 AND name = $2", nic, name)
    return unpack_once(row[0], Settings) if row else Settings()


async def load(tx: Tx, nic: str, service_id: int, until: datetime) -> Ending | None:
    """What was done about the end of a term."""
    row = await tx.fetch_one(
        "SELECT order_id, automatic, attempts, told FROM renewal WHERE nic = $1 AND service_id = $2 AND until = $3",
        nic,
        service_id,
        micros(until),
    )
    if row is None:
        return None
    told = frozenset(unpack(row[3], list[str]))
    return Ending(nic, service_id, until, order_id=row[0], automatic=bool(row[1]), attempts=row[2], told=told)


async def save(tx: Tx, ending: Ending) -> None:
    """What was done about the end of a term. Only `order` gives it another order."""
    await tx.execute(
        "INSERT INTO renewal (nic, service_id, until, automatic, attempts, told) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (nic, service_id, until) DO UPDATE SET attempts = excluded.attempts, told = excluded.told",
        ending.nic,
        ending.service_id,
        micros(ending.until),
        int(ending.automatic),
        ending.attempts,
        pack(sorted(ending.told)),
    )


async def order(tx: Tx, ending: Ending, before: int | None) -> bool:
    """The order a term's end is renewed by, in place of the one before; False if it is another one's place by now."""
    if before is None:
        written = await tx.execute(
            "INSERT INTO renewal (nic, service_id, until, order_id, automatic) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (nic, service_id, until) DO UPDATE SET order_id = excluded.order_id,"
            " automatic = excluded.automatic WHERE renewal.order_id IS NULL",
            ending.nic,
            ending.service_id,
            micros(ending.until),
            ending.order_id,
            int(ending.automatic),
        )
    else:
        written = await tx.execute(
            "UPDATE renewal SET order_id = $4, automatic = $5"
            " WHERE nic = $1 AND service_id = $2 AND until = $3 AND order_id = $6",
            ending.nic,
            ending.service_id,
            micros(ending.until),
            ending.order_id,
            int(ending.automatic),
            before,
        )
    return written == 1


async def reopen(tx: Tx, domain: Domain, since: datetime) -> None:
    """What was done about the ends of a name's terms since then is void: its registry took the years back."""
    sql = "DELETE FROM renewal WHERE nic = $1 AND service_id = $2 AND until >= $3"
    await tx.execute(sql, domain.nic, domain.service_id, micros(since))


async def outdated(tx: Tx, order: Order) -> str | None:
    """Why an order that was not paid renews nothing any more, in words; None if it does, or is of other things."""
    held: dict[int, Domain | None] = {}
    named: dict[int, int | None] = {}
    for item in order.items if order.keeps else ():
        if item.until is None:
            continue
        held[item.service_id] = await domains.load(tx, order.nic, item.domain)
        given_up = deletion(await tasks.of_domain(tx, order.nic, item.domain))
        if given_up is not None:
            return f"{item.shown} is being deleted by task {given_up.task_id}"
        ending = await load(tx, order.nic, item.service_id, item.until)
        named[item.service_id] = ending.order_id if ending else None
    return outdated_by(order, held, named) if held else None


async def is_active(tx: Tx, nic: str) -> tuple[bool, datetime | None]:
    """Whether the account's services are renewed automatically, unless they are set otherwise; when one was last."""
    row = await tx.fetch_one("SELECT active, last FROM autorenewal WHERE nic = $1", nic)
    return (bool(row[0]), maybe_instant(row[1])) if row else (True, None)


async def set_active(tx: Tx, nic: str, *, active: bool) -> None:
    """Renew the account's services automatically, or none of them."""
    await tx.execute(
        "INSERT INTO autorenewal (nic, active) VALUES ($1, $2) ON CONFLICT (nic) DO UPDATE SET active = $2",
        nic,
        int(active),
    )


async def renewed(tx: Tx, nic: str, now: datetime) -> None:
    """A service was renewed automatically."""
    await tx.execute(
        "INSERT INTO autorenewal (nic, active, last) VALUES ($1, 1, $2) ON CONFLICT (nic) DO UPDATE SET last = $2",
        nic,
        micros(now),
    )


async def end(tx: Tx, domain: Domain, now: datetime) -> None:
    """A name leaves its account: what it was stays in `ended_service`."""
    await tx.execute(
        "INSERT INTO ended_service (nic, service_id, name, plan, created, expires, ended)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (nic, service_id) DO NOTHING",
        domain.nic,
        domain.service_id,
        domain.name,
        domain.extension,
        micros(domain.created),
        micros(domain.expires),
        micros(now),
    )
    await tx.execute("DELETE FROM domain WHERE nic = $1 AND name = $2", domain.nic, domain.name)


async def ended(tx: Tx, nic: str) -> list[tuple[int, str, datetime]]:
    """The account's services that are over: (service id, name, since when)."""
    sql = "SELECT service_id, name, ended FROM ended_service WHERE nic = $1 ORDER BY service_id"
    return [(service_id, name, instant(at)) for service_id, name, at in await tx.fetch(sql, nic)]
