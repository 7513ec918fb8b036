"""What a payment processor tells by itself. It is a hint: the processor is asked what is so, and that is settled."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.core import charge as core
from ordain.flows import card_returns, operator, settlement
from ordain.flows import charges as flow
from ordain.flows import payment_methods as methods
from ordain.flows.act import Act
from ordain.flows.charges import processor
from ordain.flows.payment_methods import heard
from ordain.store import charges, orders, payment_methods
from ordain.store import ledger as books

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.charge import Charge, Dispute, Event, Return
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
"""Stripe repeats a message for three days, and lists it for 30, within which people have it sent again by hand."""
AT_ONCE = 500
"""Forgotten in one transaction."""

ENTRIES_OF_A_DISPUTE = 2
"""Most of what is booked of a dispute at once, beside what goes back to the card."""


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


async def sweep(engine: Engine) -> int:
    """Forget what was heard so long ago that it is told no more; how many messages those were."""
    before = engine.machine() - KEPT  # as they were noted: by the processor's time
    gone, of_round = 0, AT_ONCE
    while of_round == AT_ONCE:
        of_round = await engine.database.write(lambda tx: charges.forget_events(tx, before, AT_ONCE))
        gone += of_round
    return gone


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
    about = await engine.database.read(lambda tx: _disputed(tx, dispute))
    ids = await engine.database.new_ids(ENTRIES_OF_A_DISPUTE + about)

    async def work(tx: Tx) -> Charge | None:
        """The charge, where it is news of one."""
        found = await charges.by_processor(tx, dispute.processor_id)
        if found is None:
            return None
        before = await charges.disputes(tx, found.nic, found.charge_id)
        if core.is_overtaken(before, dispute):
            return None
        await charges.note_dispute(tx, found, dispute, engine.clock())
        log.warning("dispute %s of order %s: %s", dispute.dispute_id, found.order_id, dispute)
        if core.is_won_now(before, dispute):
            rest = iter(ids[ENTRIES_OF_A_DISPUTE:])
            act = Act(engine, tx, await settlement.account_of(tx, found.nic), rest, engine.clock())
            await card_returns.reopen(act, found)
        paid = await orders.payment(tx, found.nic, found.order_id)
        if paid is None or paid.payment_id != found.charge_id or dispute.amount.currency != found.amount.currency:
            return found
        for entry_id, booked in zip(ids, core.dispute_entries(before, dispute), strict=False):
            entry = booked(entry_id, engine.clock(), core.ACCOUNT, found.order_id, dispute.amount)
            await books.book(tx, found.nic, entry)
        return found

    disputed = await engine.database.write(work, in_turn=True)
    if disputed is not None:
        told = f"{dispute.dispute_id} of order {disputed.order_id} of {disputed.nic}: {dispute}"
        await operator.tell(engine, disputed.nic, f"A payment of order {disputed.order_id} is disputed", told)


async def _disputed(tx: Tx, dispute: Dispute) -> int:
    """How many returns the charge has that is disputed."""
    found = await charges.by_processor(tx, dispute.processor_id)
    return len(await charges.returns_of(tx, found.nic, found.charge_id)) if found else 0


async def _return(engine: Engine, event: Event) -> None:
    """Money went back to a card, or did not. What was not decided here is the operator's to book: the log says so.

    That a charge was given back to (`charge.refunded`) is no news of what was decided here: the worker asks about each
    until it is done. What fails later is told of one refund, which has our key.
    """

    async def work(tx: Tx) -> list[Return]:
        found = await charges.by_processor(tx, event.reference)
        return await charges.returns_of(tx, found.nic, found.charge_id) if found else []

    known = await engine.database.read(work)
    mine = [back for back in known if back.key == event.key]
    for back in mine:
        if back.status != "refused":  # that money went another way, and is asked of no card again
            await card_returns.give_back(engine, back)
    if not known or (event.kind.startswith("refund.") and not mine):
        log.warning("%s: the processor gave back money of %s that nobody here decided", event.kind, event.reference)
