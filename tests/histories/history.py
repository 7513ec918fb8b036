"""One customer's history, made up from a seed: orders, payments, refunds, coupons, and what goes wrong in between.

Deeds are the product's own flows. After each stroke of fate the process's memory is thrown away, and another engine
goes on over the same database.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import structs

from ordain.core import ledger
from ordain.core.account import Caller
from ordain.core.cart import Configuration
from ordain.core.money import UNIT
from ordain.core.refusal import Refused, Unavailable
from ordain.core.registry import NoAnswer
from ordain.core.retraction import Retraction
from ordain.flows import (
    accounts,
    billing,
    carts,
    checkout,
    coupons,
    items,
    mending,
    options,
    payments,
    retractions,
)
from ordain.flows import tasks as task_flows
from ordain.flows.remembered import Lasting, Remembered
from ordain.store import orders, tasks
from ordain.store.database import DatabaseError
from ordain.worker import WORK
from tests.histories.fate import Distant, Fate, FragileDatabase, Killed
from tests.histories.verdict import Acknowledged, findings
from tests.world import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from datetime import datetime

    from ordain.core.delivery import Task
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MEANS = ("ovhAccount", "fidelityAccount")
"""What orders are paid with: another mean is one more word."""
WORDS = ("foo", "foo", "stolen", "refused", "slow", "lost-answer", "unreachable", "premium", "taken-discreet",
         "aftermarket1",
         "aftermarket-sold", "aftermarket-lost-answer")  # fmt: skip
"""What names begin with: the sandbox's scenarios (docs/sandbox.md)."""
EXTENSIONS = ("fr", "fr", "com", "eu")
MOST_ROUNDS = 200
BOUNDARIES = {"order": 18, "work": 8, "late_worker": 12, "outage": 12, "pay_at_once": 6, "give_up": 4, "mend": 4}
"""How many there are in a deed, about: two where it does not say."""


class Clock:
    """One instant for everybody, until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Told(NamedTuple):
    """What became of a history."""

    found: list[str]
    story: list[str]
    ends: Counter[str]
    """How tasks and refunds ended, to tell that much happened."""


class History:
    """One account, and what is done with it."""

    def __init__(self, first: Engine, clock: Clock, seed: str) -> None:
        self.first = first
        self.clock = clock
        self.seed = seed
        self.chance = random.Random(seed)
        self.fate = Fate(random.Random(f"{seed} fate"))
        self.engine = self.started()
        self.story: list[str] = []
        self.orders: list[int] = []
        self.names = 0

    def started(self) -> Engine:
        """A process that remembers nothing, over the same database and the same world outside."""
        first = self.first
        return structs.replace(
            first,
            database=FragileDatabase(first.database, self.fate),
            registries={name: Distant(registry, self.fate) for name, registry in first.registries.items()},
            marketplaces={name: Distant(place, self.fate) for name, place in first.marketplaces.items()},
            signers=Remembered(timedelta(seconds=1)),
            uses=Remembered(timedelta(minutes=1)),
            price_lists=Lasting(),
            clock=self.clock,
        )

    async def run(self, deeds: int) -> Told:
        """Live through some deeds, come to rest, and say what is wrong then."""
        await self.begin()
        # Much of delivery and of what people do about it comes once there is something in the worker's hands.
        late = [self.pay, self.work, self.work, self.late_worker, self.mend, self.give_up]
        for deed in [self.order, *self.chance.choices(self.deeds(), k=deeds), *late]:
            await self.lived(deed)
        self.fate.rest()
        await self.settle()
        await self.run_out()
        await billing.issue(self.engine)
        nic, known, now = self.caller.account.nichandle, self.known, self.clock.now
        found = await self.engine.database.read(lambda tx: findings(tx, nic, known, now))
        found += await self.engine.database.read(self.wrong)
        return Told(found, self.story, await self.engine.database.read(self.ends))

    def deeds(self) -> list[Callable[[], Awaitable[None]]]:
        """What may be done, each as often as it is likely."""
        likely = [self.order] * 4 + [self.pay] * 4
        once = [self.pay_at_once, self.top_up, self.withdraw, self.mend, self.give_up, self.late_worker, self.outage]
        return [*likely, *once, self.work, self.work, self.bill, self.pass_time]

    async def run_out(self) -> None:
        """What else comes to its end before the history is judged."""

    async def wrong(self, _: Tx) -> list[str]:
        """What else is wrong then."""
        return []

    async def begin(self) -> None:
        """An account with something on each balance."""
        engine, now = self.engine, self.clock.now
        account = await accounts.create(engine, structs.replace(PEOPLE["camille"]), now)
        self.caller = Caller(account, 1, 1, (), now, None)
        opening: Counter[str] = Counter()
        for mean in MEANS:
            opening[ledger.balance_of(mean)] = ucents = self.chance.choice((5, 40, 1000, 2000)) * UNIT
            await accounts.credit(engine, account.nichandle, mean, ucents, now)
        self.known = Acknowledged(opening, set(), set(), Counter(), Counter())

    async def lived(self, deed: Callable[[], Awaitable[None]]) -> None:
        """One deed, and whatever comes of it: done, refused, failed, or the end of a process."""
        self.clock.now += timedelta(seconds=self.chance.choice((0, 1, 5)))
        self.fate.arm(deed.__name__, BOUNDARIES.get(deed.__name__, 2))
        try:
            await deed()
            self.story.append(f"{deed.__name__}: done")
        except Refused as refused:
            self.story.append(f"{deed.__name__}: refused, {refused}")
        except (DatabaseError, Unavailable, NoAnswer) as error:
            self.story.append(f"{deed.__name__}: {error!r}")
        except Killed as boundary:
            self.story.append(f"{deed.__name__}: killed {boundary}")
            self.engine = self.started()
        nic = self.caller.account.nichandle  # whoever was told nothing looks
        self.orders = await self.first.database.read(lambda tx: orders.of_account(tx, nic, None, None))

    # What customers do

    async def order(self) -> None:
        """Fill a cart and order it, once in a while paid at once."""
        engine, caller, now, chance = self.engine, self.caller, self.clock.now, self.chance
        cart = await carts.create(engine, "FR", "", None, now)
        await carts.assign(engine, cart.cart_id, caller, now)
        for _ in range(chance.choice((1, 1, 2, 3))):
            await self.put(cart.cart_id)
        if chance.random() < 0.4:
            await coupons.add(engine, cart.cart_id, caller, "REHEARSAL", now)
        wish = checkout.Wish(pay=chance.random() < 0.3, waive=chance.random() < 0.5)
        try:
            placed, _ = await checkout.order(engine, cart.cart_id, caller, wish, now)
        except Refused:
            if not wish.pay:
                raise
            placed, _ = await checkout.order(engine, cart.cart_id, caller, structs.replace(wish, pay=False), now)
            wish = structs.replace(wish, pay=False)
        self.known.placed.add(placed.order_id)
        if wish.pay:
            self.known.paid.add(placed.order_id)

    async def put(self, cart_id: str) -> None:
        """A name in the cart, with what it needs."""
        engine, caller, now, chance = self.engine, self.caller, self.clock.now, self.chance
        self.names += 1
        name = f"{chance.choice(WORDS)}-{self.seed}-{self.names}.{chance.choice(EXTENSIONS)}"
        years = chance.choice(("P1Y", "P1Y", "P2Y"))
        item = await carts.add_domain(engine, cart_id, caller, carts.Wanted(domain=name), now)
        if years == "P2Y" and item.offer and 2 in item.offer.years:
            await items.update(engine, cart_id, caller, items.Change(item.item_id, years, 1), now)
        if item.offer and item.offer.action == "transfer":
            if item.offer.flavour == "default":
                code = Configuration(0, item.item_id, "AUTH_INFO", chance.choice(("right", "wrong")))
                await items.configure(engine, cart_id, caller, code, now)
            if chance.random() < 0.5:
                wanted = options.WantedOption(item.item_id, "zone", "default", "P1Y", 1)
                await options.add(engine, cart_id, caller, wanted, now)

    async def pay(self) -> None:
        """Pay one of the orders, whether it was paid or not."""
        if self.orders:
            await self.paid(self.chance.choice(self.orders), self.chance.choice(MEANS))

    async def pay_at_once(self) -> None:
        """Pay one order by several means at the same moment."""
        if not self.orders:
            return
        order_id = self.chance.choice(self.orders)
        await self.at_once([self.paid(order_id, mean) for mean in MEANS * 2])

    async def at_once(self, payings: list[Coroutine[Any, Any, None]]) -> None:
        """All of them; what happened to one of them, the worst first."""
        outcomes = await asyncio.gather(*payings, return_exceptions=True)
        ends = [end for end in outcomes if isinstance(end, BaseException)]
        for end in sorted(ends, key=lambda each: isinstance(each, Refused)):
            raise end

    async def paid(self, order_id: int, mean: str) -> None:
        await payments.pay(self.engine, self.caller, order_id, payments.Chosen(mean), self.clock.now)
        self.known.paid.add(order_id)

    async def withdraw(self) -> None:
        """Withdraw from an order."""
        if self.orders:
            wish = Retraction(self.clock.now, "other")
            await retractions.retract(self.engine, self.caller, self.chance.choice(self.orders), wish)

    async def give_up(self) -> None:
        """The customer gives a task up."""
        found = await self.tasks()
        if found:
            await task_flows.cancel(self.engine, self.caller, self.chance.choice(found).task_id)

    # What operators and workers do

    async def top_up(self) -> None:
        """Put money on a balance."""
        deed = (self.chance.choice(MEANS), self.chance.choice((1, 20, 800)) * UNIT)
        self.known.tried[deed] += 1
        await accounts.credit(self.engine, self.caller.account.nichandle, *deed, self.clock.now)
        self.known.topped_up[deed] += 1

    async def mend(self) -> None:
        """The operator takes a task up again, or gives it up."""
        stuck = [task for task in await self.tasks() if task.status == "error"]
        if stuck:
            task = self.chance.choice(stuck)
            if self.chance.random() < 0.3:
                await mending.relaunch(self.engine, task.task_id)
            else:
                await mending.cancel(self.engine, task.task_id, "Cancelled by the operator")

    async def work(self) -> None:
        """One look of the worker."""
        await self.worked()

    async def worked(self) -> bool:
        """The same; whether there was anything to do. A step that fails is said to have, if that can be said."""
        taken = [(work, task) for work in WORK for task in await work.claim(self.engine, 16)]
        for work, task in taken:
            try:
                await work.step(self.engine, task)
            except Exception:  # noqa: BLE001 - as the worker has it
                with suppress(DatabaseError):
                    await work.failed(self.engine, task, "An unexpected error")
        return bool(taken)

    async def late_worker(self) -> None:
        """A worker is so slow that another takes its tasks up; then it says its word."""
        taken = [(work, task) for work in WORK for task in await work.claim(self.engine, 16)]
        self.clock.now += self.first.lease + timedelta(seconds=1)
        await self.worked()
        for work, task in taken:
            await work.step(self.engine, task)

    async def outage(self) -> None:
        """The lines to the outside are down until workers give up; what was wished for last may have been heard."""
        self.fate.outage = True
        try:
            await self.settle()
        finally:
            self.fate.outage = False
            self.fate.unheard.clear()

    async def bill(self) -> None:
        """Bill what was paid."""
        await billing.issue(self.engine)

    async def pass_time(self) -> None:
        """Some days go by: orders run out, withdrawal ends."""
        self.clock.now += timedelta(days=self.chance.choice((1, 8, 15)))

    async def tasks(self) -> list[Task]:
        """What is not settled of the account's tasks."""
        return await self.engine.database.read(lambda tx: tasks.unsettled(tx, self.caller.account.nichandle))

    async def settle(self) -> None:
        """Let workers do all there is, and time go by where they wait for it."""
        for _ in range(MOST_ROUNDS):
            if await self.worked():
                continue
            waiting = [task for task in await self.tasks() if task.status != "error"]
            if not waiting:
                return
            soonest = min(
                task.todo_at if task.status == "todo" else task.updated + self.first.lease for task in waiting
            )
            self.clock.now = max(self.clock.now, soonest) + timedelta(seconds=1)
        self.story.append("never came to rest")
        raise AssertionError("\n".join(self.story))

    async def ends(self, tx: Tx) -> Counter[str]:
        """How everything ended."""
        nic = self.caller.account.nichandle
        rows = await tx.fetch("SELECT function, status FROM task WHERE nic = $1 AND order_id > 0", nic)
        kinds = await tx.fetch("SELECT kind FROM ledger_transfer WHERE nic = $1 AND position = 0", nic)
        return Counter([*(f"{function} {status}" for function, status in rows), *(kind for (kind,) in kinds)])
