"""Bank transfers: an order is told where to, waits, and is paid by the sum that arrives under its reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import bank_transfer as core
from ordain.core import mail
from ordain.core.bank_statement import read
from ordain.core.bank_transfer import Matched, Receipt
from ordain.core.language import Sentence
from ordain.core.ledger import OVH_ACCOUNT, balance_of
from ordain.core.money import payable
from ordain.core.order import Payment
from ordain.core.payment_method import TRANSFER
from ordain.core.plain_xml import Unreadable
from ordain.core.refusal import conflict, invalid, not_found
from ordain.flows import settlement
from ordain.flows.act import Act, write_mail
from ordain.store import accounts, bank_transfers, charges, orders
from ordain.store import ledger as books

if TYPE_CHECKING:
    from datetime import date

    from ordain.core.bank_transfer import Came
    from ordain.core.money import Money
    from ordain.core.order import Order
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MANUAL = "operator"
"""What the name of a sum begins with that the operator told."""
NOT_TAKEN = "bank transfers are not taken here"
NOT_IN = "bank transfers in %(currency)s are not taken from this account"
SENTENCES = (NOT_TAKEN, NOT_IN)


async def obstacle(engine: Engine, tx: Tx, order: Order) -> Sentence | None:
    """Why an order cannot be paid by bank transfer, as the end of a sentence."""
    return await obstacle_of(engine, tx, order.nic, order.price.gross)


async def obstacle_of(engine: Engine, tx: Tx, nic: str, gross: Money) -> Sentence | None:
    """The same of so much that an account is to pay."""
    if engine.bank_account is None:
        return Sentence(NOT_TAKEN)
    held = await books.balances(tx, nic)
    # What comes too late goes to the prepaid account, so it has to be in its currency.
    if not any(b.name == OVH_ACCOUNT and b.amount.currency == gross.currency for b in held):
        return Sentence(NOT_IN, {"currency": gross.currency})
    return None


async def pledge(act: Act, order: Order) -> None:
    """The customer pays this order by transfer: they are told where to, once."""
    bank = act.engine.bank_account
    if await bank_transfers.pledge(act.tx, order.nic, order.order_id, act.now) and bank:
        await write_mail(act, order.order_id, mail.transfer_to(act.language, order, bank))


async def awaited(engine: Engine, order: Order) -> str | None:
    """The reference an order's transfer is awaited under; None if its customer chose no transfer, or it is paid."""

    async def work(tx: Tx) -> bool:
        if await orders.payment(tx, order.nic, order.order_id) or await bank_transfers.pledged(
            tx, order.nic, order.order_id
        ) is None:  # fmt: skip
            return False
        return await settlement.refusal(tx, order, engine.clock()) is None

    return core.reference(order.order_id) if await engine.database.read(work) else None


async def take(engine: Engine, receipt: Receipt) -> Matched:
    """Take in a sum that arrived: it pays the order it names, goes to its customer's balance, or waits."""
    order_id = core.order_of(receipt.text)
    order = await engine.database.read(lambda tx: orders.find(tx, order_id)) if order_id is not None else None
    ids = await engine.database.new_ids(settlement.ids_used(len(order.items) if order else 0))

    async def work(tx: Tx) -> Matched:
        known = await bank_transfers.taken(tx, receipt.entry)
        own = core.told_apart(receipt, known.receipt) if known else receipt
        if own != receipt:
            known = await bank_transfers.taken(tx, own.entry)
        if known:
            return structs.replace(known, again=True)
        same = f"the bank gave another sum the same name: {receipt.entry}" if own != receipt else None
        why = same or core.mismatch(receipt, order)
        if order is None or why:
            matched = Matched(own, "unmatched", why or "", order.order_id if order else None)
        else:
            act = Act(engine, tx, await settlement.account_of(tx, order.nic), iter(ids), engine.clock())
            matched = await _arrived(act, order, receipt)
        await bank_transfers.take(tx, matched, engine.clock())
        return matched

    matched = await engine.database.write(work, in_turn=True)
    if matched.came == "paid" and not matched.again:
        engine.wake()
    return matched


async def _arrived(act: Act, order: Order, receipt: Receipt) -> Matched:
    """The sum of an order arrived: it is paid, unless it was, is being, or can be no more."""
    known = await orders.payment(act.tx, order.nic, order.order_id)
    refused = settlement.already_paid(order) if known else await settlement.refusal(act.tx, order, act.now)
    if refused is None and await charges.open_of_order(act.tx, order.nic, order.order_id):
        refused = conflict(f"Order {order.order_id} is being paid by card")
    paid = Payment(next(act.ids), act.now, TRANSFER, order.price.gross)
    if refused is None and await orders.add_payment(act.tx, order.nic, order.order_id, paid):
        await settlement.settle(act, order, paid)
        return Matched(receipt, "paid", order_id=order.order_id)
    if any(_is_told_otherwise(receipt, one.receipt) for one in await bank_transfers.booked(act.tx, order.order_id)):
        why = "the operator told it already, or a statement did: assign it if it came twice"
        return Matched(receipt, "unmatched", why, order.order_id)
    why = str(refused or settlement.already_paid(order))
    return await _credit(act, Matched(receipt, "credited", why, order.order_id))


def _is_told_otherwise(receipt: Receipt, known: Receipt) -> bool:
    """Whether what is known may be this very sum, once told by a statement and once by hand."""
    return known.amount == receipt.amount and _by_hand(known) != _by_hand(receipt)


def _by_hand(receipt: Receipt) -> bool:
    return receipt.entry.startswith(f"{MANUAL}/")


async def _credit(act: Act, matched: Matched) -> Matched:
    """A sum goes to a customer's prepaid account; it waits for the operator if that is in another currency."""
    amount = matched.receipt.amount
    entry = core.credited(next(act.ids), act.now, balance_of(OVH_ACCOUNT), amount)
    if await books.book(act.tx, act.account.nichandle, entry) is None:
        return structs.replace(matched, came="unmatched")
    await write_mail(act, matched.order_id, mail.transfer_credited(act.language, amount))
    return matched


async def take_file(engine: Engine, xml: str) -> list[Matched]:
    """Take in every sum of a bank's statement (camt.053). Raises Refused for a file that is none, or another account's.

    The same file twice does nothing the second time, and so does a sum that two files hold.
    """
    bank = engine.bank_account
    if bank is None:
        message = "ORDAIN_BANK_ACCOUNT is not set: bank transfers are not taken here"
        raise conflict(message)
    try:
        statements = read(xml)
    except Unreadable as why:
        message = f"The statement {why}"
        raise invalid(message) from why
    strange = [s.iban for s in statements if s.iban.replace(" ", "").upper() != bank.iban]
    if strange:
        message = f"The statement is of {', '.join(strange)}, and transfers go to {bank.iban}: nothing was taken in"
        raise invalid(message)
    return [await take(engine, receipt) for statement in statements for receipt in statement.receipts]


async def received(engine: Engine, order_id: int, amount: Money, on: date) -> Matched:
    """The operator saw a sum on the account: as if a statement told it. Said twice of one day, it counts once."""
    if await engine.database.read(lambda tx: orders.find(tx, order_id)) is None:
        message = f"Order {order_id} does not exist"
        raise not_found(message)
    if amount.ucents <= 0 or payable(amount) != amount:
        message = f"A sum that arrived is above zero, and one that {amount.currency} can pay"
        raise invalid(message, "amount")
    name = f"{MANUAL}/{on.isoformat()}/{order_id}/{amount.ucents}{amount.currency}"
    return await take(engine, Receipt(entry=name, amount=amount, on=on, text=core.reference(order_id)))


async def waiting(engine: Engine) -> list[Matched]:
    """The sums nobody knows the purpose of."""
    return await engine.database.read(bank_transfers.unmatched)


async def dismissed(engine: Engine) -> list[Matched]:
    """The sums that the operator sent back or dismissed."""
    return await engine.database.read(bank_transfers.dismissed)


async def dismiss(engine: Engine, entry: str, why: str, *, returned: bool) -> Matched:
    """A sum that waits waits no more: the operator sent it back, or it is none of ours. Nothing of it is booked."""
    why = " ".join(why.split())
    if not why:
        message = "Say why: it is all that is kept of the reason"
        raise invalid(message)

    async def work(tx: Tx) -> Matched:
        known = await _that_waits(tx, entry)
        came: Came = "returned" if returned else "dismissed"
        ended = structs.replace(known, came=came, why=why, ended=engine.clock())
        await bank_transfers.end_waiting(tx, ended)
        return ended

    return await engine.database.write(work)


async def _that_waits(tx: Tx, entry: str) -> Matched:
    known = await bank_transfers.taken(tx, entry)
    if known is None or known.came != "unmatched":
        message = f"No sum {entry!r} waits"
        raise conflict(message)
    return known


async def assign(engine: Engine, entry: str, nic: str) -> Matched:
    """A sum that waits goes to an account's prepaid balance."""
    ids = await engine.database.new_ids(2)

    async def work(tx: Tx) -> Matched:
        known = await _that_waits(tx, entry)
        account = await accounts.load(tx, nic)
        if account is None:
            message = f"Account {nic} does not exist"
            raise not_found(message)
        act = Act(engine, tx, account, iter(ids), engine.clock())
        why = f"assigned to {nic}"
        matched = await _credit(act, structs.replace(known, came="credited", why=why, order_id=None))
        if matched.came != "credited":
            message = f"The prepaid account of {nic} is not in {known.receipt.amount.currency}"
            raise conflict(message)
        await bank_transfers.end_waiting(tx, matched)
        return matched

    return await engine.database.write(work, in_turn=True)
