"""Bills and credit notes. They are issued after the fact, so that nobody who pays waits for a number without gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import billing
from ordain.core.refusal import not_found
from ordain.flows.orders import order_of
from ordain.store import bills

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from typing import Any

    from ordain.core.account import Caller
    from ordain.core.billing import Bill, CreditNote
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

    Number = Callable[[Tx, Any, str, datetime], Awaitable[bool]]

Span = tuple["datetime | None", "datetime | None"]
"""From and to, each open where it is None."""

AT_ONCE = 50
"""Numbers given in one transaction: it holds the series' row, which is one for everybody."""


async def issue(engine: Engine) -> int:
    """Bill what was paid, then credit what was given back; how many numbers were given. Twice at once is safe."""
    given, of_round = 0, AT_ONCE
    while of_round == AT_ONCE:
        paid = await engine.database.read(lambda tx: bills.to_bill(tx, AT_ONCE))
        of_round = await _number(engine, billing.BILLS, paid, bills.bill)
        given += of_round
    of_round = AT_ONCE
    while of_round == AT_ONCE:
        refunded = await engine.database.read(lambda tx: bills.to_note(tx, AT_ONCE))
        of_round = await _number(engine, billing.NOTES, refunded, bills.note)
        given += of_round
    return given


async def _number(engine: Engine, prefix: str, keys: Sequence[object], number: Number) -> int:
    """Give these the next numbers of a series. One that got a number meanwhile leaves no gap."""
    if not keys:
        return 0
    now = engine.clock()
    name = billing.series(prefix, now)

    async def work(tx: Tx) -> int:
        first = last = await bills.last(tx, name)
        for key in keys:
            last += await number(tx, key, billing.number(name, last + 1), now)
        if last > first:
            await bills.set_last(tx, name, last)
        return last - first

    return await engine.database.write(work)


async def bill_ids(engine: Engine, caller: Caller, issued: Span, order_id: int | None) -> list[str]:
    """The caller's bills issued within these instants, of one order if it is named."""
    found = await engine.database.read(lambda tx: bills.bill_ids(tx, caller.account.nichandle, *issued))
    return [bill_id for bill_id, order in found if order_id in (None, order)]


async def bill(engine: Engine, caller: Caller, bill_id: str) -> Bill:
    """One of the caller's bills."""
    found = await engine.database.read(lambda tx: bills.load_bill(tx, caller.account.nichandle, bill_id))
    if found is None:
        message = f"Bill {bill_id} does not exist"
        raise not_found(message, "billId")
    return found


async def bill_of_order(engine: Engine, caller: Caller, order_id: int) -> str | None:
    """The bill of one of the caller's orders, once there is one."""

    async def work(tx: Tx) -> str | None:
        order = await order_of(tx, caller, order_id)
        return await bills.bill_of_order(tx, order.nic, order_id)

    return await engine.database.read(work)


async def note_ids(engine: Engine, caller: Caller, issued: Span, order_id: int | None) -> list[str]:
    """The caller's credit notes issued within these instants, of one order if it is named."""
    found = await engine.database.read(lambda tx: bills.note_ids(tx, caller.account.nichandle, *issued))
    return [note_id for note_id, order in found if order_id in (None, order)]


async def note(engine: Engine, caller: Caller, note_id: str) -> CreditNote:
    """One of the caller's credit notes."""
    found = await engine.database.read(lambda tx: bills.load_note(tx, caller.account.nichandle, note_id))
    if found is None:
        message = f"Refund {note_id} does not exist"
        raise not_found(message, "refundId")
    return found
