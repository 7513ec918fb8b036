"""A year and more of many names, day by day, on the sandbox registry: every date, balance, bill and mail is right.

Two workers look after the names, and on some days one of them dies in the middle. `make year` has 500 names of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.money import CENT
from ordain.flows import accounts, applications, autorenewal, changes
from ordain.store import domains
from tests.flows.test_autorenewal import Died, Mortal, died
from tests.world import PEOPLE
from tests.year.model import FATES, LONGEST, REGISTRIES, Wanted, fits, gross, wanted

if TYPE_CHECKING:
    from ordain.core.delivery import Domain
    from ordain.core.registry import Registration
    from tests.world import World

NAMES = int(os.environ.get("YEAR_NAMES", "40"))
DAY = timedelta(days=1)
SUBJECTS = {
    "est payé jusqu'au": "reminder",
    "a expiré": "expired",
    "n'a pas pu être payé": "unpaid",
    "est renouvelé": "renewed",
    "a été supprimé": "deleted",
    "n'est plus à vous": "ended",
}


class Held(Struct):
    """A name, whose it is, what is done about it, and what it is paid until by the model."""

    name: str
    who: str
    fate: str
    extension: str
    until: datetime
    service_id: int
    plan: Wanted


class Year:
    """The world as its days pass."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.held: list[Held] = []
        self.given: Counter[str] = Counter()
        """What was put on each person's balance, in cents."""
        self.bought: Counter[str] = Counter()
        """What they paid for their orders of names."""

    def person(self, who: str) -> str:
        """An account like Camille's, with nothing on its balance."""
        world = self.world
        account = structs.replace(PEOPLE["camille"], email=f"{who}@world.example")
        made = world.runner.run(accounts.create(world.engine, account, world.now))
        world.nics[who] = made.nichandle
        named = applications.Named(f"{who}'s")
        world.keys[who] = world.runner.run(applications.create(world.engine, made.nichandle, named, world.now))
        return who

    def give(self, who: str, cents: int) -> None:
        """Money comes in."""
        self.given[who] += cents
        paid = accounts.credit(self.world.engine, self.world.nics[who], "ovhAccount", cents * CENT, self.world.now)
        self.world.runner.run(paid)

    def buy(self, number: int) -> None:
        """A name for somebody, who has what it costs, and its fate."""
        world = self.world
        extensions = list(REGISTRIES)
        fate, extension = FATES[number % len(FATES)], extensions[number // len(FATES) % len(extensions)]
        fate = fate if fits(fate, extension) else "automatic"
        name = f"year-{number}.{extension}"
        who = self.person(f"person-{number}")
        cart = world.cart(who)
        world.add(cart, name, who)
        order = world.post(f"/order/cart/{cart}/checkout", {"waiveRetractationPeriod": True}, who).ok()
        cents = order["prices"]["withTax"]["priceInUcents"] // CENT
        self.give(who, cents)
        self.bought[who] += cents
        world.pay(order["orderId"], who=who).ok()
        world.deliver()
        until = datetime.fromisoformat(world.get(f"/domain/{name}", who).ok()["expirationDate"])
        [service_id] = world.get("/services", who, resourceName=name, routes="/domain/{serviceName}").ok()
        held = Held(name, who, fate, extension, until, service_id, wanted(fate, extension, until))
        self.held.append(held)
        self._set_up(held)

    def _set_up(self, held: Held) -> None:
        terms = {
            "automatic": {"automatic": True}, "late money": {}, "no money": {}, "to be deleted":
            {"deleteAtExpiration": True},
        }.get(held.fate, {"automatic": False})  # fmt: skip
        self.world.put(f"/domain/{held.name}/serviceInfos", {"renew": terms}, held.who).ok()
        if held.fate == "automatic":
            self.give(held.who, held.plan.spent)

    def people_act(self) -> None:
        """What holders do on this day."""
        for held in self.held:
            day = (self.world.now - held.until) // DAY
            given_up = REGISTRIES[held.extension].late
            match held.fate:
                case "late money" if day == 5:
                    self.give(held.who, held.plan.spent)
                case "by hand early" if day == -15:
                    self._renew(held, f"P{REGISTRIES[held.extension].longest}Y")
                case "by hand late" if day == 5:
                    self._renew(held, "P1Y")
                case "restored" if day == given_up + 10:
                    self._renew(held, "P1Y")

    def _renew(self, held: Held, duration: str) -> None:
        self.give(held.who, held.plan.spent)
        sent = {"duration": duration, "services": [held.service_id]}
        order = self.world.post(f"/service/{held.service_id}/renew", sent, held.who).ok()
        assert order["priceWithTax"]["priceInUcents"] == held.plan.spent * CENT
        self.world.pay(order["orderId"], who=held.who).ok()

    def workers_work(self) -> None:
        """Two of them; on some days one dies, and what it had begun is done when its lease is over."""
        world = self.world
        if self.chance.random() < 0.1:
            commit, after = self.chance.randrange(1, 12), self.chance.random() < 0.5
            mortal = structs.replace(world.engine, database=Mortal(world.database, commit, after=after))
            with contextlib.suppress(Died):
                world.runner.run(died(mortal))
            world.deliver()
            world.pass_time(minutes=11)

        async def both() -> None:
            await asyncio.gather(autorenewal.look_after(world.engine), autorenewal.look_after(world.engine))

        world.runner.run(both())
        world.look_after()

    def here(self, held: Held) -> Domain | None:
        """A name as its holder has it."""
        nic = self.world.nics[held.who]
        return self.world.runner.run(self.world.database.read(lambda tx: domains.load(tx, nic, held.name)))

    def registered(self, held: Held) -> Registration | None:
        """A name as its registry has it."""
        return self.world.runner.run(changes.registry_of(self.world.engine, held.extension).find(held.name))


def lived(world: World) -> Year:
    """A world in which the names were bought over a month, and all has happened that will."""
    year = Year(world, random.Random(7))
    begun = world.now
    for day in range(int(LONGEST / DAY) + 30):
        world.now = begun + day * DAY
        for number in range(NAMES):
            if number % 30 == day:
                year.buy(number)
        year.people_act()
        year.workers_work()
        if not day % 30:
            world.bill()
    while world.bill():
        pass
    return year


def test_a_year_of_many_names(world: World) -> None:
    year = lived(world)
    assert len(year.held) == NAMES
    for held in year.held:
        plan, here, there = held.plan, year.here(held), year.registered(held)
        told = f"{held.name}, {held.fate}"
        # Dates, here and at the registry, which adds years of its own account to nothing that was given up.
        assert (here.expires if here else None) == plan.until, told
        assert (there.expires if there and there.ours else None) == plan.until, told
        assert not (there and (there.hold or there.redemption)), told
        # Money: what came in was spent on what the model says, to the cent.
        assert world.balance(held.who) == (year.given[held.who] - year.bought[held.who] - plan.spent) * CENT, told
        assert world.balance(held.who) == 0, told
        bills = [world.get(f"/me/bill/{number}", held.who).ok() for number in world.get("/me/bill", held.who).ok()]
        billed = sum(bill["priceWithTax"]["priceInUcents"] for bill in bills)
        assert billed == (year.bought[held.who] + plan.spent) * CENT, told
        assert len(bills) == 1 + bool(plan.spent), told
        # Mails: each the right number of times.
        assert mails_about(world, held) == plan.mails, told
        assert world.get("/domain/zone", held.who).ok() == ([held.name] if plan.until else []), told
    assert world.imbalance() == []


def mails_about(world: World, held: Held) -> Counter[str]:
    """How many mails of each kind its holder got about a name."""
    found: Counter[str] = Counter()
    for number in world.get("/me/notification/email/history", held.who).ok():
        subject = world.get(f"/me/notification/email/history/{number}", held.who).ok()["subject"]
        found.update(kind for part, kind in SUBJECTS.items() if held.name in subject and part in subject)
    return found


def test_the_model_has_the_tax_of_france() -> None:
    assert [gross(cents) for cents in (999, 699, 359, 2029 + 699)] == [1199, 839, 431, 3274]
