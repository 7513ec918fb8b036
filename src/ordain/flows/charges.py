"""Paying an order by card: the charge is written down, its processor asked with no transaction open, the word booked.

Whoever is asking, a customer, a worker or the processor's own message, what became of a charge is always settled by
`settle`: the one transaction in which a charge moves to `succeeded` pays the order, or sends the money back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import charge as core
from ordain.core import mail
from ordain.core.charge import Asked, Charge, Declined, Return, Untouched
from ordain.core.language import Sentence
from ordain.core.order import Payment
from ordain.core.payment_method import CARD
from ordain.core.refusal import Refusal, Refused, conflict, forbidden, refusal
from ordain.core.registry import NoAnswer
from ordain.flows import errands, settlement, spending
from ordain.flows.act import Act, write_mail
from ordain.store import charges, orders, payment_methods

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.charge import Said
    from ordain.core.money import Money
    from ordain.core.order import Order
    from ordain.core.payment_method import Method
    from ordain.flows.ports import Engine, PaymentProcessor
    from ordain.store.database import Tx

NO_PROCESSOR = "there is no payment processor; orders are paid from the prepaid account"
CONFIRM = "The payment of order %(order)s waits for you: your bank wants you to confirm it"
CONFIRM_AT = "The payment of order %(order)s waits for you: your bank wants you to confirm it at %(url)s"
NOT_KNOWN = (
    "It is not known yet whether order %(order)s was charged to the card: it is being found out, do not pay it again"
)
SENTENCES = (NO_PROCESSOR, CONFIRM, CONFIRM_AT, NOT_KNOWN)


def processor(engine: Engine) -> PaymentProcessor:
    """The processor of cards; Refused where there is none."""
    if engine.processor is None:
        raise Refused(refusal("not-found", "This is not offered here: %(why)s", why=Sentence(NO_PROCESSOR)))
    return engine.processor


async def begin(engine: Engine, order: Order, method: Method, now: datetime, spender: int = 0) -> Charge:
    """Write down that an order is to be charged to a card. Raises Refused where it is not to be.

    `spender`: the credential whose spending limit counts it, 0 for nobody's.
    """
    [charge_id] = await engine.database.new_ids()
    new = Charge(
        charge_id=charge_id,
        nic=order.nic,
        order_id=order.order_id,
        method_id=method.method_id,
        amount=order.price.gross,
        key=f"ordain-{engine.unique_id()}",
        created=now,
        updated=now,
        look_at=now + core.LEASE,
        spender=spender,
    )

    async def work(tx: Tx) -> None:
        if await orders.payment(tx, order.nic, order.order_id):
            raise settlement.already_paid(order)
        refused = await settlement.refusal(tx, order, now)
        if refused:
            raise refused
        card = await payment_methods.load(tx, order.nic, method.method_id) or method
        if not card.usable(now):  # its owner removed it since it was chosen
            message = "Payment method %(method)s is %(status)s: only a valid one can pay"
            raise conflict(message, method=method.method_id, status=Sentence(card.status_at(now)))
        if not await charges.add(tx, new):
            raise await under_way(tx, order)
        if spender:
            await spending.spend(tx, order.nic, spender, new.amount, now)

    await engine.database.write(work)
    return new


async def under_way(tx: Tx, order: Order) -> Refused:
    """An order is being charged at this moment: nothing else may pay it."""
    other = await charges.open_of_order(tx, order.nic, order.order_id)
    if other is not None and other.status == "action-required":
        return action_required(other)
    return conflict(
        "Order %(order)s is being paid by card at this moment: see what becomes of it first", order=order.order_id
    )


def action_required(charge: Charge) -> Refused:
    """A person has to confirm the payment with the bank."""
    notes = {"_confirmationUrl": charge.url} if charge.url else {}
    said = refusal("conflict", CONFIRM_AT if charge.url else CONFIRM, order=charge.order_id, url=charge.url)
    return Refused(said, notes=notes)


async def carry_out(engine: Engine, order: Order, charge: Charge) -> Charge:
    """Have the processor take the money of a charge just begun, and settle it. What is not known is found out later."""
    asked = await asked_of(engine, order, charge)
    try:
        place = await processor(engine).make_room(asked)
    except NoAnswer:
        return await settle(engine, charge, Declined("silent"))  # nobody was told to take anything
    if isinstance(place, Declined):
        return await settle(engine, charge, place)
    told = core.placed(charge, place, engine.clock())
    if not await engine.database.write(lambda tx: charges.save(tx, told, charge)):
        return await reload(engine, charge)
    return await take(engine, asked, told)


async def take(engine: Engine, asked: Asked, charge: Charge) -> Charge:
    """Tell the processor to take the money; after a lost answer ask it what is so, before anybody tells it again."""
    place = charge.processor_id or ""
    try:
        said = await processor(engine).charge(asked, place)
    except NoAnswer:
        try:
            said = await processor(engine).find(place)
        except NoAnswer as silence:
            return await silent(engine, charge, str(silence))
    return await settle(engine, charge, said)


async def asked_of(engine: Engine, order: Order, charge: Charge) -> Asked:
    """What the processor is asked."""

    async def work(tx: Tx) -> Asked:
        method = await payment_methods.load(tx, charge.nic, charge.method_id)
        customer = await payment_methods.customer(tx, charge.nic)
        return Asked(
            key=charge.key,
            nic=charge.nic,
            amount=charge.amount,
            customer=customer or "",
            means=method.card.means if method and method.card else "",
            told=f"Order {order.order_id}",
            return_url=f"{engine.public_url}/order/{order.order_id}/payment?orderPassword={order.password}",
        )

    return await engine.database.read(work)


async def reload(engine: Engine, charge: Charge) -> Charge:
    """The charge as it is now."""
    return await engine.database.read(lambda tx: charges.load(tx, charge.nic, charge.charge_id)) or charge


async def silent(engine: Engine, charge: Charge, why: str) -> Charge:
    """Nobody knows what became of a charge: a worker asks again."""

    async def work(tx: Tx) -> Charge:
        known = await charges.load(tx, charge.nic, charge.charge_id) or charge
        later = core.unknown(known, why[:200], engine.clock())
        return later if await charges.save(tx, later, known) else known

    return await engine.database.write(work)


async def settle(engine: Engine, charge: Charge, said: Said) -> Charge:
    """Write down what a processor said of a charge, and what follows from it: the charge as it is then."""
    order = await engine.database.read(lambda tx: orders.load(tx, charge.nic, charge.order_id))
    if order is None:
        message = f"charge {charge.charge_id} has no order"
        raise LookupError(message)
    ids = await engine.database.new_ids(settlement.ids_used(len(order.items)))

    async def work(tx: Tx) -> Charge:
        known = await charges.load(tx, charge.nic, charge.charge_id) or charge
        now = engine.clock()
        after = core.after(known, said, now)
        if after == known or not await charges.save(tx, after, known):
            return known
        act = Act(engine, tx, await settlement.account_of(tx, charge.nic), iter(ids), now)
        kept = after.status == "succeeded" and await _succeeded(act, order, after)
        await spending.follow(act, known, after, kept=kept)
        if after.status == "action-required" != known.status:
            await write_mail(act, order.order_id, mail.confirm_payment(act.language, order, after.url or ""))
        return after

    settled = await engine.database.write(work, in_turn=True)
    if settled.status == "succeeded":
        engine.wake()
    return settled


async def _succeeded(act: Act, order: Order, charge: Charge) -> bool:
    """The money is there: whether it pays the order. It goes back if that was paid or cancelled meanwhile.

    What goes back at once is not booked: it changed nothing of what anybody has or owes.
    """
    refused = await settlement.refusal(act.tx, order, act.now)
    paid = Payment(charge.charge_id, act.now, CARD, charge.amount)
    if refused is None and await orders.add_payment(act.tx, order.nic, order.order_id, paid):
        await settlement.settle(act, order, paid)
        return True
    await charges.add_return(act.tx, back(act, charge, 0, charge.amount))
    await write_mail(act, order.order_id, mail.charged_in_vain(act.language, order, charge.amount))
    return False


def back(act: Act, charge: Charge, item_id: int, amount: Money) -> Return:
    """Money of a charge that a worker is to give back."""
    return_id = next(act.ids)
    return Return(
        return_id=return_id,
        nic=charge.nic,
        charge_id=charge.charge_id,
        item_id=item_id,
        amount=amount,
        key=f"{charge.key}-back-{item_id}",
        created=act.now,
        look_at=act.now,
    )


def outcome(charge: Charge, *, kept: bool) -> Refused | None:
    """What whoever wanted to pay is told, if the order is not paid."""
    match charge.status:
        case "succeeded" if kept:
            return None
        case "succeeded":
            message = "Order %(order)s was paid or cancelled meanwhile: the card gets its money back"
            return conflict(message, order=charge.order_id)
        case "action-required":
            return action_required(charge)
        case "failed":
            return forbidden(core.reason(charge))
        case _:
            return conflict(NOT_KNOWN, order=charge.order_id)


# What a worker, the processor's messages and the customer's return have found out.


async def look_after(engine: Engine) -> int:
    """Find out what became of the charges that are not decided, and settle them; how many were taken up."""
    if engine.processor is None:
        return 0
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: charges.due(tx, now, errands.AT_ONCE))
    return await errands.go(engine, waiting, charges.save, look, now)


async def look(engine: Engine, charge: Charge) -> Charge:
    """Ask what became of a charge, and settle it."""
    if charge.status == "succeeded":
        return charge
    if charge.processor_id is None:
        # Whoever began it never came to store where its place is: nobody was told to take the money.
        return await settle(engine, charge, Declined("interrupted")) if charge.open else charge
    try:
        said = await processor(engine).find(charge.processor_id)
        if isinstance(said, Untouched) and charge.open:
            return await _take_up(engine, charge)
        if isinstance(said, core.ActionRequired) and core.is_forgotten(charge, engine.clock()):
            said = await _call_off(engine, charge, "not_confirmed")
    except NoAnswer as silence:
        if not charge.open:  # no worker will ask about it: whoever told of it has to tell it again
            message = "The card processor does not answer: tell it again"
            raise Refused(Refusal("unavailable", message)) from silence
        return await silent(engine, charge, str(silence))
    if isinstance(said, Declined) and charge.status == "asked" and not charge.looks:
        # Whoever began it may be about to send the customer to their bank. If they died, a worker decides.
        return charge
    return await settle(engine, charge, said)


async def _take_up(engine: Engine, charge: Charge) -> Charge:
    """There is room for a charge and nobody took the money: as its customer wished, if the order still waits for it."""
    order = await engine.database.read(lambda tx: orders.load(tx, charge.nic, charge.order_id))
    payable = order is not None and await engine.database.read(lambda tx: _waits(tx, order, engine.clock()))
    if order is None or not payable:
        return await settle(engine, charge, await _call_off(engine, charge, "interrupted"))
    return await take(engine, await asked_of(engine, order, charge), charge)


async def _waits(tx: Tx, order: Order, now: datetime) -> bool:
    paid = await orders.payment(tx, order.nic, order.order_id)
    return paid is None and await settlement.refusal(tx, order, now) is None


async def _call_off(engine: Engine, charge: Charge, why: str) -> Said:
    """Never take the money of a charge, unless it was taken, or its bank is deciding at this moment."""
    said = await processor(engine).call_off(charge.processor_id or "")
    return Declined(why) if isinstance(said, Declined) else said


async def waiting(engine: Engine, order: Order) -> Charge | None:
    """The charge of an order that waits for a person."""
    found = await engine.database.read(lambda tx: charges.open_of_order(tx, order.nic, order.order_id))
    return found if found and found.status == "action-required" else None


async def make_way(engine: Engine, charge: Charge) -> None:
    """Call off a charge that waits for a person, because the order is to be paid otherwise now."""
    try:
        said = await _call_off(engine, charge, "called_off")
    except NoAnswer as silence:
        message = "The payment of order %(order)s that waits for its confirmation cannot be called off now"
        raise conflict(message, order=charge.order_id) from silence
    await settle(engine, charge, said)


async def come_back(engine: Engine, order: Order) -> None:
    """Somebody came back from their bank's page: see what became of it. Silence is left to a worker."""
    charge = await waiting(engine, order)
    if charge is not None and engine.processor is not None:
        await look(engine, charge)
