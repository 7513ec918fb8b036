"""Histories in which orders are paid by card too, at a processor behind HTTP: answers lost, late words, disputes.

Beside what every history must leave in order: of each order's price the processor holds what was not given back, once.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.adapters.stripe_cards import StripeCards
from ordain.core.money import CENT
from ordain.core.payment_method import CARD
from ordain.flows import card_returns, charges, payment_methods, payments, webhooks
from ordain.store import charges as rows
from ordain.store import orders
from ordain.store.transfers import trial
from tests.histories.fate import Distant
from tests.histories.history import MEANS, MOST_ROUNDS, History
from tests.stripe_gateway import AUTHENTICATE, DECLINED, GOOD, KEY, SECRET, SLOW

if TYPE_CHECKING:
    from ordain.core.charge import Event
    from ordain.core.money import Money
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx
    from tests.histories.fate import Fate
    from tests.histories.history import Clock
    from tests.stripe_gateway import Gateway

NUMBERS = (GOOD, GOOD, AUTHENTICATE, SLOW, DECLINED)


class DistantCards(Distant):
    """The processor: what its adapter says without asking anybody is never lost."""

    def __init__(self, real: StripeCards, fate: Fate) -> None:
        super().__init__(real, fate)
        self._here = real

    def obstacle(self, amount: Money) -> str | None:
        """Nobody is asked."""
        return self._here.obstacle(amount)

    def event(self, body: bytes, signature: str, now: Any) -> Event:
        """Nobody is asked."""
        return self._here.event(body, signature, now)


class CardHistory(History):
    """One account with a few cards."""

    def __init__(self, first: Engine, clock: Clock, seed: str, far: Gateway) -> None:
        self.far = far
        self.cards: list[int] = []
        self.real = StripeCards(KEY, SECRET, far.url)
        super().__init__(first, clock, seed)

    def started(self) -> Engine:
        """The same with a processor."""
        return structs.replace(super().started(), processor=DistantCards(self.real, self.fate))

    async def begin(self) -> None:
        """An account that registered its cards."""
        await super().begin()
        page = payment_methods.Wish(done="https://shop.example/done", called_off="https://shop.example/no")
        for number in [*self.chance.sample(NUMBERS, 2), GOOD]:
            made = await payment_methods.register(self.engine, self.caller, page, self.clock.now)
            self.far.complete(made.session or "", number)
            await payment_methods.finalize(self.engine, self.caller, made.method_id)
            self.cards.append(made.method_id)

    def deeds(self) -> list[Any]:
        """Cards are paid with as often as everything else together."""
        by_card = [self.pay_by_card] * 6 + [self.pay_at_once_by_card, self.decide, self.decide, self.hear]
        return [*super().deeds(), *by_card, *[self.dispute] * 3, self.look, self.look, self.withdraw]

    # What customers and their banks do

    async def pay_by_card(self) -> None:
        """Pay one of the orders with one of the cards."""
        if self.orders:
            await self.charged(self.chance.choice(self.orders), self.chance.choice(self.cards))

    async def pay_at_once_by_card(self) -> None:
        """Pay one order by card and otherwise at the same moment."""
        if self.orders:
            order_id = self.chance.choice(self.orders)
            await self.at_once([*(self.charged(order_id, card) for card in self.cards), self.paid(order_id, MEANS[0])])

    async def charged(self, order_id: int, card: int) -> None:
        chosen = payments.Chosen(CARD, method_id=card)
        await payments.pay(self.engine, self.caller, order_id, chosen, self.clock.now)
        self.known.paid.add(order_id)

    async def decide(self) -> None:
        """A customer confirms at the bank, or does not; a slow bank decides."""
        for place in self.intents():
            status = self.far.objects[place]["status"]
            if status == "requires_action" and self.chance.random() < 0.7:
                self.far.authenticate(place, confirmed=self.chance.random() < 0.7)
            elif status == "processing":
                self.far.decide(place, taken=self.chance.random() < 0.6)

    async def dispute(self) -> None:
        """What was charged is disputed. The disputes are won when all comes to rest."""
        paid = [place for place in self.intents() if self.far.objects[place]["status"] == "succeeded"]
        new = [place for place in paid if "_disputed" not in self.far.objects[place] and not self.returned(place)]
        for place in new:
            self.far.dispute(place)

    def end_disputes(self) -> None:
        """All are won."""
        mine = set(self.intents())
        for name, of in list(self.far.objects.items()):
            if of["object"] == "dispute" and of["payment_intent"] in mine and of["status"] != "won":
                self.far.end_dispute(name, "won")

    # What the processor tells, and workers ask

    async def hear(self) -> None:
        """Some of what the processor has to tell arrives, in any order, some of it again."""
        mine = {*self.intents()}
        told = [event for event in self.far.events if self.about(event) in mine]
        for event in self.chance.sample(told, min(len(told), 6)):
            body, headers = self.far.signed(event, self.clock.now)
            await webhooks.take(self.engine, body, headers["Stripe-Signature"], self.clock.now)

    @staticmethod
    def about(event: dict[str, Any]) -> str:
        of = event["data"]["object"]
        return str(of.get("payment_intent") or of["id"])

    async def look(self) -> None:
        """A worker's errands."""
        await charges.look_after(self.engine)
        await card_returns.carry_out(self.engine)

    async def settle(self) -> None:
        """The same until nothing is open at the processor either."""
        await super().settle()
        if self.fate.outage:
            return
        for _ in range(MOST_ROUNDS):
            await self.look()
            nic = self.caller.account.nichandle
            soonest = await self.engine.database.read(lambda tx, nic=nic: waits(tx, nic))  # type: ignore[misc]  # a lambda's defaults have no types
            if soonest is None:
                break
            await self.decide()
            self.clock.now = max(self.clock.now, soonest) + timedelta(seconds=1)
        await super().settle()

    async def run_out(self) -> None:
        """All is decided and told before the history is judged."""
        self.end_disputes()
        for _ in range(2):
            for event in [each for each in self.far.events if self.about(each) in set(self.intents())]:
                body, headers = self.far.signed(event, self.clock.now)
                await webhooks.take(self.engine, body, headers["Stripe-Signature"], self.clock.now)
            await self.settle()

    # What must be true

    def intents(self) -> list[str]:
        """This account's places at the processor."""
        nic = self.caller.account.nichandle
        return [p for p in self.far.intents() if self.far.objects[p]["metadata"]["ordain_account"] == nic]

    def taken(self, place: str) -> int:
        """How often money was taken there."""
        return sum(1 for at, _ in self.far.taken if at == place)

    def returned(self, place: str) -> int:
        """How much went back, in cents."""
        return sum(amount for at, amount in self.far.returned if at == place)

    async def wrong(self, tx: Tx) -> list[str]:
        """What is wrong between the processor and the books."""
        nic, found = self.caller.account.nichandle, []
        held: Counter[int] = Counter()
        for place in self.intents():
            order_id = int(self.far.objects[place]["metadata"]["ordain_order"].removeprefix("Order "))
            if self.taken(place) > 1:
                found.append(f"{place} took money {self.taken(place)} times")
            amount = self.far.objects[place]["amount"]
            held[order_id] += (amount * self.taken(place) - self.returned(place)) * CENT
        for order_id in await orders.of_account(tx, nic, None, None):
            standing = await orders.standing(tx, nic, order_id)
            due = 0
            if standing and standing.payment and standing.payment.mean == CARD:
                due = standing.payment.amount.ucents - sum(refund.amount.ucents for refund in standing.refunds)
            if held[order_id] != due:
                found.append(f"order {order_id}: the processor holds {held[order_id]}, not {due}")
        stands = await trial(tx, nic, None, None)
        booked = {account: credits_ - debits for (account, _), (debits, credits_) in stands.items()}
        if -booked.get("clearing:card", 0) != sum(held.values()):
            found.append(f"the books have {booked.get('clearing:card', 0)} at the processor, it {sum(held.values())}")
        if booked.get("receivable:dispute", 0):
            found.append(f"disputes left {booked['receivable:dispute']}")
        return found


async def waits(tx: Tx, nic: str) -> Any:
    """When the next charge or return of an account is to be looked at; None if all are decided."""
    known = await rows.of_account(tx, nic)
    open_ = [charge.look_at for charge in known if charge.open]
    due = [back.look_at for charge in known for back in await rows.returns_of(tx, nic, charge.charge_id)
           if back.status == "due"]  # fmt: skip
    return min([*open_, *due], default=None)
