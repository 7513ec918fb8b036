"""An account's payment methods: which there are, which is the default; cards registered at their processor and removed.

A card's number is typed on the processor's page and never comes here: a registration is the address of such a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.language import Sentence
from ordain.core.payment_method import BANK_TRANSFER, DEFAULT, MEANS, PREPAID_ACCOUNT, Method
from ordain.core.refusal import Refused, conflict, invalid, not_found, refusal
from ordain.core.registry import NoAnswer
from ordain.flows.charges import processor
from ordain.store import charges, payment_methods

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime
    from typing import TypeVar

    from ordain.core.account import Caller
    from ordain.core.charge import Charge
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

    T = TypeVar("T")

THE_BALANCE, THE_TRANSFER = "the prepaid account", "the bank transfer"
SENTENCES = (THE_BALANCE, THE_TRANSFER)


class Known(Struct, frozen=True):
    """What an account can name by an id, and which of it is the default."""

    ids: list[int]
    default: int
    cards: list[Method]


async def known(engine: Engine, caller: Caller) -> Known:
    """The caller's payment methods, but for those that were removed or never came to be."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> Known:
        cards = [c for c in await payment_methods.of_account(tx, nic) if c.status not in ("CANCELED", "FAILED")]
        built_in = [*MEANS, *([BANK_TRANSFER] if engine.bank_account else [])]
        default = await payment_methods.default(tx, nic)
        return Known([*built_in, *(card.method_id for card in cards)], default or DEFAULT, cards)

    return await engine.database.read(work)


def unknown(method_id: int, field: str = "paymentMethodId") -> Refused:
    """There is no such method, or not for whoever asks."""
    return not_found("Payment method %(method)s does not exist", field, method=method_id)


async def card(engine: Engine, caller: Caller, method_id: int) -> Method:
    """One of the caller's cards, a removed one too: payments name it."""
    return await engine.database.read(lambda tx: _card(tx, caller.account.nichandle, method_id))


async def _card(tx: Tx, nic: str, method_id: int) -> Method:
    found = await payment_methods.load(tx, nic, method_id)
    if found is None:
        raise unknown(method_id)
    return found


class Wish(Struct, frozen=True, kw_only=True):
    """A card to be registered: where its owner is sent afterwards, and what they say of it."""

    done: str
    called_off: str
    default: bool = False
    description: str | None = None


async def register(engine: Engine, caller: Caller, wish: Wish, now: datetime) -> Method:
    """Have the processor make a page on which the caller registers a card."""
    at, nic = processor(engine), caller.account.nichandle
    [method_id] = await engine.database.new_ids()
    customer = await engine.database.read(lambda tx: payment_methods.customer(tx, nic))
    if customer is None:
        made = await heard(at.customer(caller.account, f"ordain-{engine.unique_id()}"))
        customer = await engine.database.write(lambda tx: _first(tx, nic, made))
    urls = (wish.done, wish.called_off)
    session, url = await heard(at.registration(customer, f"ordain-{engine.unique_id()}", urls))
    new = Method(
        nic=nic,
        method_id=method_id,
        created=now,
        updated=now,
        session=session,
        url=url,
        description=wish.description,
        wanted_default=wish.default,
    )
    await engine.database.write(lambda tx: payment_methods.add(tx, new))
    return new


async def _first(tx: Tx, nic: str, made: str) -> str:
    """Of two customers made at the same moment the first counts."""
    customer = await payment_methods.customer(tx, nic)
    if customer is None:
        await payment_methods.set_customer(tx, nic, made)
    return customer or made


async def heard(asking: Awaitable[T]) -> T:
    """What the processor answers, where nothing is lost by asking again."""
    try:
        return await asking
    except NoAnswer as silence:
        message = "The card processor does not answer: try again later (%(silence)s)"
        raise Refused(refusal("unavailable", message, silence=silence)) from silence


async def look(engine: Engine, method: Method) -> Method:
    """Ask what became of a registration, and write it down."""
    if method.status != "CREATING":
        return method
    told = await heard(processor(engine).registered(method.session))

    async def work(tx: Tx) -> Method:
        now = engine.clock()
        current = await payment_methods.load(tx, method.nic, method.method_id) or method
        if current.status != "CREATING" or not (told.card or told.failed):
            return current
        after = structs.replace(current, status="VALID" if told.card else "FAILED", card=told.card, updated=now, url="")
        await payment_methods.save(tx, after)
        if told.card and after.wanted_default:
            await payment_methods.set_default(tx, method.nic, method.method_id)
        return after

    return await engine.database.write(work)


async def finalize(engine: Engine, caller: Caller, method_id: int) -> Method:
    """A registration whose page its owner says is done."""
    method = await look(engine, await card(engine, caller, method_id))
    if method.status == "CREATING":
        message = f"Payment method {method_id} is not registered yet: its owner does so at {method.url}"
        raise conflict(message)
    return method


async def describe(engine: Engine, caller: Caller, method_id: int, description: str | None) -> None:
    """What its owner calls a card."""
    await card(engine, caller, method_id)
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        method = await payment_methods.load(tx, nic, method_id)
        if method:
            await payment_methods.save(tx, structs.replace(method, description=description, updated=now))

    await engine.database.write(work)


async def make_default(engine: Engine, caller: Caller, method_id: int) -> None:
    """What autoPayWithPreferredPaymentMethod pays with."""
    nic, now = caller.account.nichandle, engine.clock()
    if method_id == BANK_TRANSFER and engine.bank_account:
        message = "A bank transfer cannot be the default: it waits for somebody to make it"
        raise conflict(message, "default")

    async def work(tx: Tx) -> None:
        found = await _card(tx, nic, method_id) if method_id != PREPAID_ACCOUNT else None
        if found and not found.usable(now):
            message = "Payment method %(method)s is %(status)s: only a valid one can be the default"
            raise conflict(message, "default", method=method_id, status=Sentence(found.status_at(now)))
        await payment_methods.set_default(tx, nic, found.method_id if found else None)

    await engine.database.write(work)


async def remove(engine: Engine, caller: Caller, method_id: int) -> Method:
    """Pay with a card no more; the prepaid account becomes the default if the card was it."""
    if method_id in (PREPAID_ACCOUNT, BANK_TRANSFER):
        name = THE_BALANCE if method_id == PREPAID_ACCOUNT else THE_TRANSFER
        raise Refused(refusal("not-found", "This is not offered here: %(name)s cannot be removed", name=Sentence(name)))
    nic = caller.account.nichandle

    async def work(tx: Tx) -> Method:
        method = await _card(tx, nic, method_id)
        busy = await charges.busy_with(tx, nic, method_id)
        if busy:
            message = "Order %(order)s is being paid with this card: see what becomes of it first"
            raise conflict(message, order=busy.order_id)
        gone = structs.replace(method, status="CANCELED", updated=engine.clock(), url="")
        await payment_methods.save(tx, gone)
        if await payment_methods.default(tx, nic) == method_id:
            await payment_methods.set_default(tx, nic, None)
        return gone

    # From here on nobody charges it; the processor forgets it as well, now or when it is removed again.
    gone = await engine.database.write(work)
    if gone.card:
        await heard(processor(engine).forget(gone.card.means))
    return gone


async def charges_of(engine: Engine, caller: Caller) -> list[Charge]:
    """The caller's charges to cards, oldest first."""
    return await engine.database.read(lambda tx: charges.of_account(tx, caller.account.nichandle))


async def charge_of(engine: Engine, caller: Caller, charge_id: int) -> Charge | None:
    """One of the caller's charges."""
    return await engine.database.read(lambda tx: charges.load(tx, caller.account.nichandle, charge_id))


def refuse_order(order_id: int | None) -> None:
    """A registration pays nothing on the side."""
    if order_id is not None:
        message = "A card is registered first, and pays the order then: leave orderId out"
        raise invalid(message, "orderId")
