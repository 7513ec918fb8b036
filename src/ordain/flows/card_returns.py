"""Money on its way back to cards: decided and booked elsewhere, carried out here, once, however often it is tried."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import charge as core
from ordain.core import mail
from ordain.core.charge import Asking, Returned
from ordain.core.ledger import OVH_ACCOUNT, balance_of
from ordain.core.refusal import Refusal, Refused
from ordain.core.registry import NoAnswer
from ordain.flows import errands, operator, settlement
from ordain.flows.act import Act, write_mail
from ordain.store import charges
from ordain.store import ledger as books

if TYPE_CHECKING:
    from ordain.core.charge import Charge, Return
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)


async def carry_out(engine: Engine) -> int:
    """Give back what is due; how many were taken up."""
    if engine.processor is None:
        return 0
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: charges.returns_due(tx, now, errands.AT_ONCE))
    return await errands.go(engine, waiting, charges.save_return, give_back, now)


async def give_back(engine: Engine, back: Return) -> None:
    """One attempt. The processor looks for the key among what it gave back before it gives anything.

    Raises Refused for one that is done already, and of which the processor does not say what became of it since.
    """
    charge = await engine.database.read(lambda tx: charges.load(tx, back.nic, back.charge_id))
    if engine.processor is None or charge is None or charge.processor_id is None:
        message = f"return {back.return_id} has no charge"
        raise LookupError(message)
    try:
        said = await engine.processor.give_back(
            Asking(key=back.key, processor_id=charge.processor_id, amount=back.amount)
        )
    except NoAnswer as silence:
        if back.status != "due":  # no worker will ask about it: whoever told of it has to tell it again
            message = "The card processor does not answer: tell it again"
            raise Refused(Refusal("unavailable", message)) from silence
        said = Returned("pending", str(silence)[:200])
    await _end(engine, charge, back, said)


async def _end(engine: Engine, charge: Charge, back: Return, said: Returned) -> None:
    ids = await engine.database.new_ids(2)

    async def work(tx: Tx) -> None:
        now = engine.clock()
        if said.status == back.status:
            return  # what followed from it was booked when it became so
        if said.status == "pending":
            later = structs.replace(back, look_at=now + core.pause(back.looks), reason=said.reason)
            await charges.save_return(tx, later, back)
            return
        disputed = said.reason == core.DISPUTED
        if disputed and core.is_won(await charges.disputes(tx, charge.nic, charge.charge_id)):
            if not core.is_reopened(back):  # it was won just now
                await charges.save_return(tx, core.reopened(back, now), back)
                return
            disputed = False
        if await charges.save_return(tx, structs.replace(back, status=said.status, reason=said.reason), back):
            if disputed and back.item_id:
                await books.book(tx, back.nic, core.settled_by_dispute(ids[0], now, back.amount))
            elif said.status == "refused" and not disputed:
                await _turned_back(Act(engine, tx, await settlement.account_of(tx, back.nic), iter(ids), now), back)
            log.log(
                logging.INFO if said.status == "done" else logging.WARNING,
                "%s of charge %s: %s",
                back.amount,
                charge.charge_id,
                said,
            )

    await engine.database.write(work, in_turn=True)
    if said.status == "refused" and back.status != "refused":
        told = f"{back.amount} of charge {charge.charge_id}, order {charge.order_id} of {back.nic}: {said.reason}"
        await operator.tell(engine, back.nic, f"A card did not take its money back: order {charge.order_id}", told)


async def reopen(act: Act, charge: Charge) -> None:
    """The dispute of a charge is won: what it kept from going back to the card is due again."""
    for back in await charges.returns_of(act.tx, charge.nic, charge.charge_id):
        if back.status != "refused" or back.reason != core.DISPUTED:
            continue
        entry_id = next(act.ids)
        if await charges.save_return(act.tx, core.reopened(back, act.now), back) and back.item_id:
            await books.book(act.tx, back.nic, core.unsettled(entry_id, act.now, back.amount))


async def _turned_back(act: Act, back: Return) -> None:
    """A card did not take its money back: its owner's prepaid account does, if it is in the same currency."""
    held = [b for b in await books.balances(act.tx, back.nic) if b.name == OVH_ACCOUNT]
    if not held or held[0].amount.currency != back.amount.currency:
        log.error("return %s to a card was refused, and there is no balance in its currency", back.return_id)
        return
    await books.book(act.tx, back.nic, core.turned_back(next(act.ids), act.now, balance_of(OVH_ACCOUNT), back.amount))
    await write_mail(act, None, mail.turned_back(act.language, back.amount))
