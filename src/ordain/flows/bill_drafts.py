"""What bills and credit notes are going to say, before they are numbered; or after, where an earlier version did it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from ordain.core import bill_content
from ordain.core.bill_content import Terms
from ordain.core.customer import customer_of
from ordain.core.tax import MILLION, Taxation
from ordain.store import accounts, bills

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.core.bill_content import Content
    from ordain.core.customer import Customer
    from ordain.core.order import Order
    from ordain.flows.ports import Engine
    from ordain.store.bills import GivenBack, Page, Paid, Place
    from ordain.store.database import Tx

    Draft = tuple[Paid | GivenBack, Content]
    """What is billed or credited, and what its bill or credit note says."""
    Drafts = tuple[list[Draft], Place | None]
    """Those of a page, and the place that the next one goes on from; None: there is none."""
    Drafted = Callable[[Engine, Tx, datetime, Page], Awaitable[Drafts]]

log = logging.getLogger(__name__)
Of = TypeVar("Of", "Paid", "GivenBack")


async def of_paid(engine: Engine, tx: Tx, now: datetime, page: Page) -> Drafts:
    """Of payments without a bill."""
    return await _drafts(page, await bills.to_bill(tx, page), lambda paid: _bill(engine, tx, paid, now))


async def of_given_back(_: Engine, tx: Tx, now: datetime, page: Page) -> Drafts:
    """Of refunds without a credit note."""
    return await _drafts(page, await bills.to_note(tx, page), lambda back: _note(tx, back, now))


async def of_bills(engine: Engine, tx: Tx, now: datetime, page: Page) -> Drafts:
    """Of bills that have a number alone."""
    return await _drafts(page, await bills.to_compose(tx, page), lambda paid: _bill(engine, tx, paid, now))


async def of_notes(_: Engine, tx: Tx, now: datetime, page: Page) -> Drafts:
    """Of credit notes that have a number alone."""
    return await _drafts(page, await bills.notes_to_compose(tx, page), lambda back: _note(tx, back, now))


async def _drafts(page: Page, found: list[Of], compose: Callable[[Of], Awaitable[Content]]) -> Drafts:
    """One each, but where the catalogue has lost what an order needs: the others' bills do not wait for it."""
    drafts: list[Draft] = []
    for of in found:
        try:
            drafts.append((of, await compose(of)))
        except (LookupError, ValueError):
            log.exception("order %s cannot be billed", of.order.order_id)
    return drafts, found[-1].place if len(found) == page.most else None


async def _bill(engine: Engine, tx: Tx, paid: Paid, now: datetime) -> Content:
    order, language = paid.order, engine.languages.of(paid.order.locale)
    terms = Terms(
        seller=engine.sellers[order.subsidiary],
        language=language,
        customer=order.customer or await _customer(tx, order.nic),
        taxation=order.taxation or _taxation(engine, order),
        day=engine.bill_printer.day,
    )
    return bill_content.of_bill(order, paid.payment, terms, paid.number or "", paid.issued or now)


async def _customer(tx: Tx, nic: str) -> Customer:
    """Whom the account names now, for an order that does not say."""
    account = await accounts.load(tx, nic)
    if account is None:
        message = f"account {nic} ordered, and is not there"
        raise LookupError(message)
    return customer_of(account)


def _taxation(engine: Engine, order: Order) -> Taxation:
    """The subsidiary's tax of its day, for an order that does not say."""
    subsidiary = engine.market.catalogue.subsidiaries[order.subsidiary]
    millionths = int(subsidiary.tax.at(order.placed) * MILLION)
    return Taxation(country=subsidiary.country, millionths=millionths, treatment="domestic")


async def _note(tx: Tx, back: GivenBack, now: datetime) -> Content:
    bill = await bills.content(tx, back.order.nic, back.bill_id)
    if bill is None:
        message = f"bill {back.bill_id} says nothing"
        raise LookupError(message)
    return bill_content.of_note(bill, back.order, back.refund, back.number or "", back.issued or now)
