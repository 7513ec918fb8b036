"""What a payment processor tells by itself. It is a hint: the processor is asked what is so, and that is settled."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ordain.core import charge as core
from ordain.flows import card_returns, operator
from ordain.flows import charges as flow
from ordain.flows import payment_methods as methods
from ordain.flows.charges import processor
from ordain.flows.payment_methods import heard
from ordain.store import charges, orders, payment_methods
from ordain.store import ledger as books

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.charge import Event, Return
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)


async def take(engine: Engine, body: bytes, signature: str, now: datetime) -> None:
    """Do what a message calls for. One that was heard before does nothing; one that failed is told again by them."""
    event = processor(engine).event(body, signature, now)
    if await engine.database.read(lambda tx: charges.heard(tx, event.event_id)):
        return
    match event.about:
        case "charge":
            await _charge(engine, event.reference)
        case "means":
            await _means(engine, event.reference)
        case "dispute":
            await _dispute(engine, event.reference)
        case "return":
            await _return(engine, event)
    await engine.database.write(lambda tx: charges.note_event(tx, event, now))


async def _charge(engine: Engine, place: str) -> None:
    found = await engine.database.read(lambda tx: charges.by_processor(tx, place))
    if found is not None:
        await flow.look(engine, found)


async def _means(engine: Engine, session: str) -> None:
    found = await engine.database.read(lambda tx: payment_methods.by_session(tx, session))
    if found is not None:
        await methods.look(engine, found)


async def _dispute(engine: Engine, dispute_id: str) -> None:
    dispute = await heard(processor(engine).dispute(dispute_id))
    ids = await engine.database.new_ids(2)

    async def work(tx: Tx) -> None:
        found = await charges.by_processor(tx, dispute.processor_id)
        if found is None:
            return
        before = await charges.disputes(tx, found.nic, found.charge_id)
        await charges.note_dispute(tx, found, dispute, engine.clock())
        log.warning("dispute %s of order %s: %s", dispute.dispute_id, found.order_id, dispute)
        paid = await orders.payment(tx, found.nic, found.order_id)
        if paid is None or paid.payment_id != found.charge_id or dispute.amount.currency != found.amount.currency:
            return
        for entry_id, booked in zip(ids, core.dispute_entries(before, dispute), strict=False):
            entry = booked(entry_id, engine.clock(), core.ACCOUNT, found.order_id, dispute.amount)
            await books.book(tx, found.nic, entry)

    await engine.database.write(work)
    disputed = await engine.database.read(lambda tx: charges.by_processor(tx, dispute.processor_id))
    if disputed is not None:
        told = f"{dispute.dispute_id} of order {disputed.order_id} of {disputed.nic}: {dispute}"
        await operator.tell(engine, disputed.nic, f"A payment of order {disputed.order_id} is disputed", told)


async def _return(engine: Engine, event: Event) -> None:
    """Money went back to a card, or did not. What was not decided here is the operator's to book: the log says so."""

    async def work(tx: Tx) -> list[Return]:
        found = await charges.by_processor(tx, event.reference)
        return await charges.returns_of(tx, found.nic, found.charge_id) if found else []

    known = await engine.database.read(work)
    for back in known:
        if back.status != "refused":  # that money went another way, and is asked of no card again
            await card_returns.give_back(engine, back)
    if not known:
        log.warning("%s: the processor gave back money of %s that nobody here decided", event.kind, event.reference)
