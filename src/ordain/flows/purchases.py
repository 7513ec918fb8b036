"""Buying, as one who looks first: a cart as the order it would be, and the order of exactly what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import review
from ordain.core.cart import Cart
from ordain.core.catalogue import Contract
from ordain.core.money import Money
from ordain.core.payment_method import BANK_TRANSFER, CARD, MEANS, TRANSFER, Method
from ordain.core.pricing import Quote
from ordain.core.refusal import Refusal, Refused
from ordain.flows import carts, checkout, items, payments, transfers
from ordain.flows.taxation import Sale
from ordain.store import ledger as books
from ordain.store import payment_methods

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


class Review(Struct, frozen=True):
    """A cart as the order it would be: its price, its contracts, and everything that stands in the way."""

    cart: Cart
    quote: Quote
    contracts: tuple[Contract, ...]
    sale: Sale
    refusals: tuple[Refusal, ...]
    seen: str
    """What says, when it is ordered, what was shown."""


async def look(engine: Engine, cart_id: str, caller: Caller, now: datetime) -> Review:
    """The dry run of `checkout.order`, with the prices where it is refused as well. 404 for another's cart."""
    refusals: tuple[Refusal, ...] = ()
    try:
        prepared = await checkout.preview(engine, cart_id, caller, now)
        cart, quote, contracts, sale = prepared.cart, prepared.quote, prepared.contracts, prepared.sale
    except Refused as refused:
        refusals = tuple(refused.refusals)
        cart = await carts.read(engine, cart_id, caller)
        quote, sale = await items.summary(engine, cart_id, caller, now)
        contracts = checkout.contracts_of(engine, cart, now)
    code = engine.languages.of(caller.account.language).code
    return Review(cart, quote, contracts, sale, refusals, str(review.seen(cart, quote, contracts, code)))


class Way(Struct, frozen=True, kw_only=True):
    """Something that can pay, and what stands in the way of paying so much with it."""

    chosen: payments.Chosen
    held: Money | None = None
    """What a balance holds."""
    card: Method | None = None
    preferred: bool = False
    covers: bool = True

    @property
    def code(self) -> str:
        """One word for it: "ovhAccount", "creditCard-12"."""
        number = self.chosen.method_id if self.card else None
        return self.chosen.mean if number is None else f"{self.chosen.mean}-{number}"


async def ways(engine: Engine, caller: Caller, gross: Money) -> list[Way]:
    """What the caller has to pay so much with, those that cannot among it: the balance, cards, a bank transfer."""
    nic = caller.account.nichandle

    async def work(tx: Tx) -> list[Way]:
        default, methods = await payment_methods.default(tx, nic), {mean: one for one, mean in MEANS.items()}
        balances = [b for b in await books.balances(tx, nic) if b.name in methods or payments.covers(b, gross)]
        found = [
            Way(
                chosen=payments.Chosen(balance.name, method_id=methods.get(balance.name)),
                held=balance.amount,
                preferred=default is None and balance.name in methods,
                covers=payments.covers(balance, gross),
            )
            for balance in balances
        ]
        cards = await payment_methods.of_account(tx, nic) if engine.processor else []
        for card in (card for card in cards if card.usable(engine.clock())):
            able = not (gross.ucents and engine.processor and engine.processor.obstacle(gross))
            chosen = payments.Chosen(CARD, method_id=card.method_id)
            found.append(Way(chosen=chosen, card=card, preferred=card.method_id == default, covers=able))
        if gross.ucents and await transfers.obstacle_of(engine, tx, nic, gross) is None:
            found.append(Way(chosen=payments.Chosen(TRANSFER, method_id=BANK_TRANSFER)))
        return sorted(found, key=lambda way: not way.preferred)

    return await engine.database.read(work)
