"""Paying an order: what can, why something cannot and what would, and the way each mean goes.

From a prepaid balance the money moves in the transaction that makes the order due for delivery; a card is charged by
`flows/charges`; a bank transfer is waited for (`flows/transfers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import ledger, mail, payment_method
from ordain.core.charge import REASONS, reason
from ordain.core.language import Sentence, listed
from ordain.core.money import decimal_text
from ordain.core.order import Order, Payment, Right
from ordain.core.payment_method import ALIASES, BANK_TRANSFER, CARD, MEANS, SOURCES, TRANSFER, Method
from ordain.core.refusal import Refused, forbidden, invalid, not_found
from ordain.flows import charges, settlement, spending, transfers
from ordain.flows.act import Act, write_mail
from ordain.flows.orders import order_of, placed, unknown
from ordain.store import charges as charge_rows
from ordain.store import ledger as books
from ordain.store import orders, payment_methods

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.charge import Charge
    from ordain.core.money import Money
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

ids_used = settlement.ids_used


class Way(Struct, frozen=True):
    """Something an order can be paid with now. `method_id` is None where it goes by its name alone."""

    mean: str
    method_id: int | None
    told: Sentence


class Chosen(Struct, frozen=True):
    """What an order is to be paid with, and the members of the request that say so."""

    mean: str
    field: str = "paymentMean"
    method_id: int | None = None
    id_field: str = "paymentMeanId"


PREFERRED = "autoPayWithPreferredPaymentMethod"
"""The member of a checkout that pays with the account's default payment method (wire-contract §4.7)."""


PREPAID = Chosen(MEANS[payment_method.DEFAULT], PREFERRED)
"""The default of whoever made nothing else so."""


async def ways(engine: Engine, caller: Caller, order_id: int) -> list[Way]:
    """What can pay this order now; nothing, once it is paid, or can be no more."""

    async def work(tx: Tx) -> list[Way]:
        order = await order_of(tx, caller, order_id)
        if await orders.payment(tx, order.nic, order_id) or await settlement.refusal(tx, order, engine.clock()):
            return []
        return await _ways(engine, tx, order)

    return await engine.database.read(work)


async def _ways(engine: Engine, tx: Tx, order: Order) -> list[Way]:
    gross, methods = order.price.gross, {mean: method_id for method_id, mean in MEANS.items()}
    held = [b for b in await books.balances(tx, order.nic) if b.name in ledger.PREPAID and covers(b, gross)]
    found = [
        Way(
            b.name, methods.get(b.name), _told("%(name)s (%(amount)s)", name=Sentence(b.name), amount=_amount(b.amount))
        )
        for b in held
    ]
    if engine.processor and not (gross.ucents and engine.processor.obstacle(gross)):
        cards = await payment_methods.of_account(tx, order.nic)
        usable = [card for card in cards if card.usable(engine.clock())]
        found += [Way(CARD, card.method_id, _told(ONE_CARD, card=card.method_id, label=card.label)) for card in usable]
    if await transfers.obstacle(engine, tx, order) is None:
        found.append(Way(TRANSFER, BANK_TRANSFER, Sentence(BY_TRANSFER)))
    return found


def _told(text: str, **values: object) -> Sentence:
    return Sentence(text, values)


def covers(balance: ledger.Balance, gross: Money) -> bool:
    """Whether so much can be paid from a balance."""
    return gross.ucents == 0 or (balance.amount.currency == gross.currency and balance.amount.ucents >= gross.ucents)


def _amount(amount: Money) -> str:
    return f"{decimal_text(amount)} {amount.currency}"


async def pay(engine: Engine, caller: Caller, order_id: int, chosen: Chosen, now: datetime) -> None:
    """Pay an order. Of several at the same moment exactly one succeeds."""
    order = await placed(engine, caller.account.nichandle, order_id)
    if order is None:
        raise unknown(order_id)
    mean = ALIASES.get(chosen.mean)
    if mean == CARD and order.price.gross.ucents:
        await _by_card(engine, caller, order, chosen)
        return
    waiting = await charges.waiting(engine, order) if engine.processor else None
    if waiting and any(way.mean == mean for way in await ways(engine, caller, order_id)):
        await charges.make_way(engine, waiting)
    ids = await engine.database.new_ids(ids_used(len(order.items)))

    async def work(tx: Tx) -> None:
        act = Act(engine, tx, caller.account, iter(ids), now, caller.spender)
        if mean == TRANSFER and order.price.gross.ucents:
            await _by_transfer(act, order, chosen)
        else:
            await pay_now(act, order, chosen)

    await engine.database.write(work, in_turn=True)
    engine.wake()


async def payment_of(engine: Engine, caller: Caller, order_id: int) -> Payment:
    """The payment of one of the caller's orders."""

    async def work(tx: Tx) -> Payment | None:
        order = await order_of(tx, caller, order_id)
        return await orders.payment(tx, order.nic, order_id)

    found = await engine.database.read(work)
    if found is None:
        message = f"Order {order_id} is not paid"
        raise not_found(message)
    return found


async def pay_now(act: Act, order: Order, chosen: Chosen) -> None:
    """Pay an order from a balance, or one that costs nothing, within a transaction; whoever refuses ends it."""
    mean = ALIASES.get(chosen.mean, chosen.mean)
    # The payment is written first, and with the transaction undone by every refusal: its key decides between two.
    paid = Payment(next(act.ids), act.now, mean, order.price.gross)
    await _payable(act, order, paid)
    if mean not in SOURCES or (order.price.gross.ucents and mean not in ledger.PREPAID):
        raise await _cannot(act, order, chosen, Sentence(NOTHING_SUCH))
    if act.spender:
        await spending.spend(act.tx, order.nic, act.spender, order.price.gross, act.now)
    moved = await settlement.settle(act, order, paid)
    if moved is None:
        raise await _too_little(act, order, chosen)
    for balance in moved:
        if balance.fell_low(order.price.gross):
            await write_mail(act, None, mail.low(act.language, balance.name, balance.amount))


async def _payable(act: Act, order: Order, paid: Payment | None = None) -> None:
    """Raise Refused for an order that is paid, or cannot be any more, or is being charged to a card."""
    if paid is not None and await orders.add_first_payment(act.tx, order.nic, order.order_id, paid):
        refused = await settlement.refusal(act.tx, order, act.now, Right())
        if refused:
            raise refused
        return
    if paid is not None and not await orders.add_payment(act.tx, order.nic, order.order_id, paid):
        raise settlement.already_paid(order)
    if paid is None and await orders.payment(act.tx, order.nic, order.order_id):
        raise settlement.already_paid(order)
    right, being_charged = await orders.in_the_way(act.tx, order.nic, order.order_id)
    refused = await settlement.refusal(act.tx, order, act.now, right)
    if refused:
        raise refused
    if being_charged:
        raise await charges.under_way(act.tx, order)


async def _too_little(act: Act, order: Order, chosen: Chosen) -> Refused:
    mean = ALIASES.get(chosen.mean)
    held = next((b.amount for b in await books.balances(act.tx, order.nic) if b.name == mean), None)
    said = {"held": _amount(held) if held else "", "needed": _amount(order.price.gross)}
    have = TOO_LOW if held else NO_BALANCE
    return await _cannot(act, order, chosen, Sentence(have, said))


async def _cannot(act: Act, order: Order, chosen: Chosen, why: Sentence) -> Refused:
    """It cannot be paid so: why, and what would do."""
    return _said(chosen, why, await _ways(act.engine, act.tx, order))


ONE_CARD = "card %(card)s (%(label)s)"
BY_TRANSFER = "bankAccount (by bank transfer)"
DECLINED = "card %(card)s (%(label)s): %(why)s"
NOT_USABLE = "card %(card)s is %(status)s"
NO_SUCH_CARD = "there is no card %(card)s"
NO_CARD, NO_CARDS = "no card is registered", "cards are not taken here"
NOTHING_SUCH = "nothing of this kind can be registered here"
TOO_LOW = "the balance holds %(held)s, %(needed)s are needed"
NO_BALANCE = "the balance does not exist, %(needed)s are needed"
KEY_LIMIT = "it is more than the key that ordered it may spend"
NO_WAY = "This order can't be paid with '%(mean)s': %(why)s"
OTHER_WAYS = "This order can't be paid with '%(mean)s': %(why)s. It can be paid with: %(others)s"
SENTENCES = (
    *(ONE_CARD, BY_TRANSFER, DECLINED, NOT_USABLE, NO_SUCH_CARD, NO_CARD, NO_CARDS, NOTHING_SUCH),
    *(TOO_LOW, NO_BALANCE, KEY_LIMIT, NO_WAY, OTHER_WAYS),
    *ledger.PREPAID,
    CARD,
    TRANSFER,
)
"""Names of means, too: they are told as what they are wherever it is not programs that read."""


def _said(chosen: Chosen, why: Sentence, others: list[Way]) -> Refused:
    said = {"mean": Sentence(chosen.mean), "why": why}
    if others:
        said["others"] = listed([way.told for way in others], ", ")
    return forbidden(Sentence(OTHER_WAYS if others else NO_WAY, said), chosen.field)


async def _by_transfer(act: Act, order: Order, chosen: Chosen) -> None:
    """The order waits for its transfer; its customer is told where to."""
    await _payable(act, order)
    why = await transfers.obstacle(act.engine, act.tx, order)
    if why:
        raise await _cannot(act, order, chosen, why)
    await transfers.pledge(act, order)


async def _by_card(engine: Engine, caller: Caller, order: Order, chosen: Chosen) -> None:
    now = engine.clock()
    method = await _card(engine, order, chosen, now)
    waiting = await charges.waiting(engine, order)
    if waiting and waiting.method_id != method.method_id:
        await charges.make_way(engine, waiting)
    charge = await charges.begin(engine, order, method, now, caller.spender)
    charge = await charges.carry_out(engine, order, charge)
    paid = await engine.database.read(lambda tx: orders.payment(tx, order.nic, order.order_id))
    refused = charges.outcome(charge, kept=paid is not None and paid.payment_id == charge.charge_id)
    if refused and charge.status == "failed":
        raise await _declined(engine, order, chosen, (method, charge))
    if refused:
        raise refused


async def _declined(engine: Engine, order: Order, chosen: Chosen, tried: tuple[Method, Charge]) -> Refused:
    method, charge = tried
    others = await engine.database.read(lambda tx: _ways(engine, tx, order))
    why = _told(DECLINED, card=method.method_id, label=method.label, why=Sentence(reason(charge)))
    return _said(chosen, why, [way for way in others if way.method_id != method.method_id])


async def _card(engine: Engine, order: Order, chosen: Chosen, now: datetime) -> Method:
    """The card that is meant. Raises Refused where it cannot pay the order."""

    async def work(tx: Tx) -> Method:
        # What is paid, or cannot be any more, needs no card to say so.
        if await orders.payment(tx, order.nic, order.order_id):
            raise settlement.already_paid(order)
        gone = await settlement.refusal(tx, order, now)
        if gone:
            raise gone
        cards = await payment_methods.of_account(tx, order.nic) if engine.processor else []
        method = _meant(cards, chosen, await payment_methods.default(tx, order.nic), now)
        why = method if isinstance(method, Sentence) else _obstacle(engine, method, order, now)
        if isinstance(method, Sentence) or why:
            why = why if why and engine.processor else Sentence(NO_CARDS)
            raise _said(chosen, why, await _ways(engine, tx, order))
        return method

    return await engine.database.read(work)


def _meant(cards: list[Method], chosen: Chosen, default: int | None, now: datetime) -> Method | Sentence:
    """The card of that id; without one the default, or the only one. A sentence: why there is none."""
    known = [card for card in cards if card.status != "CANCELED"]
    if chosen.method_id is not None:
        found = next((card for card in known if card.method_id == chosen.method_id), None)
        return found or _told(NO_SUCH_CARD, card=chosen.method_id)
    usable = [card for card in known if card.usable(now)]
    first = next((card for card in usable if card.method_id == default), None)
    if first or len(usable) == 1:
        return first or usable[0]
    if usable:
        told = ", ".join(f"{card.method_id} ({card.label})" for card in usable)
        message = "%(id_field)s is required: your cards are %(cards)s"
        raise invalid(message, chosen.id_field, id_field=chosen.id_field, cards=told)
    return Sentence(NO_CARD)


def _obstacle(engine: Engine, method: Method, order: Order, now: datetime) -> Sentence | None:
    if not method.usable(now):
        return _told(NOT_USABLE, card=method.method_id, status=Sentence(method.status_at(now)))
    why = engine.processor.obstacle(order.price.gross) if engine.processor else None
    return Sentence(why) if why else None


# autoPayWithPreferredPaymentMethod


async def preferred(engine: Engine, nic: str) -> Chosen:
    """What the account's default payment method is."""
    method_id = await engine.database.read(lambda tx: payment_methods.default(tx, nic))
    if method_id is None:
        return PREPAID
    return Chosen(CARD, PREFERRED, method_id, PREFERRED)


async def pay_if_possible(engine: Engine, caller: Caller, order: Order, chosen: Chosen) -> None:
    """Pay an order that stands whether or not this succeeds: a refusal is told by mail."""
    try:
        await pay(engine, caller, order.order_id, chosen, engine.clock())
    except Refused:
        [mail_id] = await engine.database.new_ids()

        async def work(tx: Tx) -> None:
            act = Act(engine, tx, caller.account, iter([mail_id]), engine.clock(), caller.spender)
            why = await why_not_paid(act, order, chosen)
            if why:
                default = await payment_methods.default(tx, order.nic) == chosen.method_id
                told = mail.not_paid(act.language, order, why, default=default)
                await write_mail(act, order.order_id, told)

        await engine.database.write(work)


async def why_not_paid(act: Act, order: Order, chosen: Chosen) -> str | None:
    """Why the default card did not pay: the end of a sentence.

    None where a mail of its own asks for what is missing, or nothing is known yet.
    """
    charged = (await charge_rows.of_order(act.tx, order.nic, order.order_id))[-1:]
    if charged and charged[0].status != "failed":
        return None
    card = await payment_methods.load(act.tx, order.nic, chosen.method_id or 0)
    if card is not None and card.status_at(act.now) == "EXPIRED":  # whatever it said of an earlier attempt
        return REASONS["expired_card"]
    if charged:
        return reason(charged[0])
    if act.spender and not await spending.may(act.tx, order.nic, act.spender, order.price.gross, act.now):
        return KEY_LIMIT
    return REASONS["not_supported"]
