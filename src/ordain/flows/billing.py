"""Bills and credit notes. They are issued after the fact, so that nobody who pays waits for a number without gaps."""

from __future__ import annotations

import hmac
from functools import partial
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import billing
from ordain.core.refusal import not_found
from ordain.flows import bill_drafts
from ordain.flows.orders import order_of
from ordain.store import bills
from ordain.store.bills import START, Page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from typing import Any

    from ordain.core.account import Caller
    from ordain.core.bill_content import Content
    from ordain.core.billing import Bill, CreditNote
    from ordain.core.order import Order
    from ordain.flows.bill_drafts import Draft, Drafted, Drafts
    from ordain.flows.ports import Engine
    from ordain.store.bills import Place
    from ordain.store.database import Tx

    Number = Callable[[Tx, Any, str, datetime], Awaitable[bool]]

Span = tuple["datetime | None", "datetime | None"]
"""From and to, each open where it is None."""

AT_ONCE = 50
"""Numbers given in one transaction: it holds the series' row, which is one for everybody."""


async def issue(engine: Engine) -> int:
    """Bill what was paid, then credit what was given back; how many numbers were given. Twice at once is safe."""
    await _complete(engine, bill_drafts.of_bills)
    await _complete(engine, bill_drafts.of_notes)
    given = await _issue(engine, billing.BILLS, bill_drafts.of_paid, bills.bill)
    return given + await _issue(engine, billing.NOTES, bill_drafts.of_given_back, bills.note)


async def _issue(engine: Engine, kind: str, drafted: Drafted, number: Number) -> int:
    given = 0
    after: Place | None = START
    while after:
        now = engine.clock()
        drafts, after = await _drafts(engine, drafted, now, after)
        by_series: dict[str, list[Draft]] = {}
        for draft in drafts:
            by_series.setdefault(billing.series(kind, draft[1].seller.prefix, now), []).append(draft)
        for name, of_series in by_series.items():
            given += await _number(engine, name, of_series, number)
    return given


async def _drafts(engine: Engine, drafted: Drafted, now: datetime, after: Place) -> Drafts:
    return await engine.database.read(lambda tx: drafted(engine, tx, now, Page(after, AT_ONCE)))


async def _number(engine: Engine, name: str, drafts: Sequence[Draft], number: Number) -> int:
    """Give these the next numbers of a series. One that got a number meanwhile leaves no gap."""

    async def work(tx: Tx) -> int:
        first = await bills.last(tx, name)
        said: list[tuple[str, Content]] = []
        for of, draft in drafts:
            numbered = structs.replace(draft, number=billing.number(name, first + len(said) + 1))
            if await number(tx, of, numbered.number, draft.issued):
                said.append((of.order.nic, numbered))
        if said:
            await bills.add_contents(tx, said)
            await bills.set_last(tx, name, first + len(said))
        return len(said)

    return await engine.database.write(work)


async def _complete(engine: Engine, drafted: Drafted) -> None:
    """Keep what is said by those that an earlier version gave a number alone."""
    after: Place | None = START
    while after:
        drafts, after = await _drafts(engine, drafted, engine.clock(), after)
        if drafts:
            await engine.database.write(partial(_keep, drafts=drafts))


async def _keep(tx: Tx, drafts: Sequence[Draft]) -> None:
    for of, draft in drafts:
        await bills.complete(tx, of.order.nic, draft)


async def bill_ids(engine: Engine, caller: Caller, issued: Span, order_id: int | None) -> list[str]:
    """The caller's bills issued within these instants, of one order if it is named."""
    found = await engine.database.read(lambda tx: bills.bill_ids(tx, caller.account.nichandle, *issued))
    return [bill_id for bill_id, order in found if order_id in (None, order)]


async def of_category(engine: Engine, caller: Caller, bill_ids: list[str], wanted: str) -> list[str]:
    """Those of the caller's bills that are of this category."""

    async def work(tx: Tx) -> list[str]:
        found = [await bills.load_bill(tx, caller.account.nichandle, bill_id) for bill_id in bill_ids]
        return [bill.bill_id for bill in found if bill and billing.category(bill.order) == wanted]

    return await engine.database.read(work)


async def bill(engine: Engine, caller: Caller, bill_id: str) -> Bill:
    """One of the caller's bills."""
    found = await engine.database.read(lambda tx: bills.load_bill(tx, caller.account.nichandle, bill_id))
    if found is None:
        message = "Bill %(bill)s does not exist"
        raise not_found(message, "billId", bill=bill_id)
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
        message = "Refund %(note)s does not exist"
        raise not_found(message, "refundId", note=note_id)
    return found


async def number_of(engine: Engine, order: Order) -> str | None:
    """The number of an order's bill, once there is one."""
    return await engine.database.read(lambda tx: bills.bill_of_order(tx, order.nic, order.order_id))


async def content(engine: Engine, number: str, password: str | None) -> Content:
    """What anybody's bill or credit note says, to whoever has its order's password; None is the operator."""

    async def work(tx: Tx) -> Content | None:
        order = await bills.order_of(tx, number)
        if order is None or not (password is None or hmac.compare_digest(order.password.encode(), password.encode())):
            return None
        return await bills.content(tx, order.nic, number)

    found = await engine.database.read(work)
    if found is None:
        message = "Bill %(number)s does not exist"
        raise not_found(message, "billId", number=number)
    return found
