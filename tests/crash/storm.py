"""What crash tests share: accounts that order, processes that are killed, and the story of what went wrong.

The instants follow from a seed, which a failure names; ORDAIN_CRASH_SEED=… takes the same one again.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ordain import app
from ordain.core.money import UNIT
from ordain.flows import accounts, applications
from ordain.store.database import open_database
from tests.crash.customer import BALANCES, Customer, Plan
from tests.crash.verdict import Finding, findings, in_process
from tests.processes import Installation, end, kill
from tests.world import PEOPLE

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Collection, Sequence

    from ordain.flows.applications import Keys
    from ordain.flows.ports import Engine
    from tests.crash.customer import Acknowledged, Door

ACCOUNTS = 5
SCENARIOS = ("plain", "plain", "lost-answer", "stolen", "slow", "unreachable", "aftermarket-lost-answer")

# A worker that was killed keeps its tasks until their lease ends. Here that is within the test, and sometimes before
# the registry has answered, so that two workers have one task.
LEASE_SECONDS = 2


class Shopper(NamedTuple):
    """An account that orders."""

    nic: str
    keys: Keys
    units: int
    """What each of its balances holds at the beginning."""


async def shoppers(installation: Installation) -> list[Shopper]:
    """Accounts with money, the last of them with too little for all it will want."""
    async with app.opened(installation.settings) as engine:
        return [await _shopper(engine, 30 if number == ACCOUNTS - 1 else 10_000) for number in range(ACCOUNTS)]


async def _shopper(engine: Engine, units: int) -> Shopper:
    account = await accounts.create(engine, PEOPLE["camille"], engine.clock())
    for balance in BALANCES:
        await accounts.credit(engine, account.nichandle, balance, units * UNIT, engine.clock())
    keys = await applications.create(engine, account.nichandle, applications.Named("crash"), engine.clock())
    return Shopper(account.nichandle, keys, units)


class Weather(NamedTuple):
    """How many flows there are, and what befalls them."""

    flows: int
    kills: int
    pauses: int
    every: float | None = None
    """Seconds a server lives; None: as long as a random amount of work takes."""
    over: float = 4
    """Seconds within which the flows begin."""
    settled: float = 90
    """Seconds all flows have to come to their end once nothing is killed any more."""


def seed_of_today() -> int:
    """The seed that was asked for, or another one each time."""
    return int(os.environ.get("ORDAIN_CRASH_SEED") or random.SystemRandom().randrange(10**6))


At = tuple[int, "Door | None"]
"""A server's port, and the way to its host if that is not ours."""


def customers_of(weather: Weather, seed: int, people: list[Shopper], *servers: At) -> list[Customer]:
    """Everybody who orders, at these servers in turns."""
    plans = [replace(planned(seed, number), over=weather.over) for number in range(weather.flows)]
    at = [servers[number // ACCOUNTS % len(servers)] for number in range(weather.flows)]
    return [
        Customer(people[number % ACCOUNTS].keys, port, plan, door)
        for number, (plan, (port, door)) in enumerate(zip(plans, at, strict=True))
    ]


def planned(seed: int, number: int) -> Plan:
    """What flow `number` does: it follows from the seed alone, whatever the other flows do."""
    chance = random.Random(f"{seed}-{number}")
    names: dict[str, None] = {}
    for turn in range(chance.choice((1, 1, 2, 3))):
        scenario = chance.choice(SCENARIOS)
        # Some names are wanted by many.
        label = f"wanted-{chance.randrange(6)}" if chance.random() < 0.3 else f"{number}-{turn}"
        names[f"{scenario}-{label}.{chance.choice(('fr', 'com'))}"] = None
    return Plan(
        names=list(names),
        owner=chance.random() < 0.3,
        preferred=chance.random() < 0.2,
        twice=chance.random() < 0.3,
        changes=chance.random() < 0.4,
        means=chance.sample(BALANCES, 2),
        chance=chance,
    )


def heard(customers: list[Customer]) -> int:
    """How many requests have been answered, or lost, so far."""
    return sum(len(customer.story) for customer in customers)


class Trouble(Protocol):
    """What befalls those who order, and its story."""

    kills: int
    story: list[str]

    async def reign(self, customers: list[Customer], flows: Collection[asyncio.Task[None]]) -> None:
        """Until it is enough, or nobody orders any more."""

    def told(self, line: str) -> None:
        """One more thing that happened."""


class Chaos:
    """Kills processes and starts them again."""

    def __init__(self, installation: Installation, seed: int, weather: Weather) -> None:
        self._weather = weather
        self.kills = 0
        self.story: list[str] = []
        self._chance = random.Random(seed)
        self._of = installation
        self._start = time.monotonic()
        self._pauses: list[asyncio.Task[None]] = []
        workers = 2 if installation.engine == "postgresql" else 0
        self._server = installation.serve()
        self._workers = [installation.start("worker") for _ in range(workers)]

    async def reign(self, customers: list[Customer], flows: Collection[asyncio.Task[None]]) -> None:
        """Kill and start again, until it is enough, or nobody orders any more."""
        turns = ["kill"] * self._weather.kills + ["pause"] * (self._weather.pauses if self._workers else 0)
        self._chance.shuffle(turns)
        for turn in turns:
            await self._work_goes_on(customers)
            if all(flow.done() for flow in flows):
                break
            if turn == "pause":
                self._pauses.append(asyncio.create_task(self._pause(self._chance.choice(self._workers))))
            elif self._workers and self._chance.random() < 0.5:
                await self._kill_worker(self._chance.randrange(len(self._workers)))
            else:
                await self._kill_server()
        await asyncio.gather(*self._pauses)

    async def _work_goes_on(self, customers: list[Customer]) -> None:
        """Wait for a random amount of work: between two kills a slow machine gets as much done as a fast one."""
        if self._weather.every:
            await asyncio.sleep(self._weather.every)
            return
        until, late = heard(customers) + self._chance.randrange(50, 500), time.monotonic() + 5
        while heard(customers) < until and time.monotonic() < late:  # noqa: ASYNC110 - the customers know nothing of it
            await asyncio.sleep(0.01)
        await asyncio.sleep(self._chance.uniform(0, 0.02))

    async def _kill_server(self) -> None:
        self._killed("server", self._server)
        while self._chance.random() < 0.25:  # the next one does not live to answer
            self._server = self._of.start(*self._of.serving)
            await asyncio.sleep(self._chance.uniform(0, 0.6))
            self._killed("starting server", self._server)
        self._server = await asyncio.to_thread(self._of.serve)

    async def _kill_worker(self, number: int) -> None:
        self._killed(f"worker {number}", self._workers[number])
        await asyncio.sleep(self._chance.uniform(0, 0.3))
        self._workers[number] = self._of.start("worker")

    async def _pause(self, worker: subprocess.Popen[bytes]) -> None:
        """Let a worker sleep past its leases: its late word must count for nothing."""
        self.told(f"worker {worker.pid} sleeps")
        end(worker, signal.SIGSTOP)
        await asyncio.sleep(LEASE_SECONDS + 1)
        end(worker, signal.SIGCONT)

    def _killed(self, who: str, process: subprocess.Popen[bytes]) -> None:
        kill(process)
        self.kills += 1
        self.told(f"{who} {process.pid} was killed")

    def told(self, line: str) -> None:
        self.story.append(f"{time.monotonic() - self._start:7.3f} {line}")


async def ordered(chaos: Trouble, weather: Weather, customers: list[Customer]) -> list[Finding]:
    """All flows, with chaos around them: those that failed, or never came to an end."""
    flows = [asyncio.create_task(customer.order()) for customer in customers]
    await chaos.reign(customers, flows)
    await asyncio.wait(flows, timeout=weather.settled)
    ends = ["never settled" if flow.cancel() else flow.exception() for flow in flows]
    chaos.told(f"all flows ended, after {chaos.kills} kills")
    return noticed(customers, ends)


async def judged(installation: Installation, customers: list[Customer], people: list[Shopper]) -> list[Finding]:
    """What is wrong in the database, whose sandbox registry is in it."""
    told, opening = told_and_opening(customers, people)
    database = await open_database(installation.database, read_only=True)
    try:
        registered = await database.read(in_process)
        return await database.read(lambda tx: findings(tx, told, opening, registered))
    finally:
        await database.close()


async def looked_back(customers: list[Customer]) -> list[Finding]:
    """What the customers miss of all that was acknowledged."""
    looks = [customer.look_back() for customer in customers]
    return noticed(customers, await asyncio.gather(*looks, return_exceptions=True))


def noticed(customers: list[Customer], ends: Sequence[object]) -> list[Finding]:
    """A finding for every customer whose end is not None."""
    pairs = zip(customers, ends, strict=True)
    return [Finding(c.known.order or None, f"cart {c.known.cart}: {e!r}") for c, e in pairs if e is not None]


def told_and_opening(
    customers: list[Customer], people: list[Shopper]
) -> tuple[dict[int, Acknowledged], dict[tuple[str, str], int]]:
    """What customers know of each order, and what the balances held before the first."""
    told = {customer.known.order: customer.known for customer in customers if customer.known.order}
    return told, {(one.nic, balance): one.units * UNIT for one in people for balance in BALANCES}


def story_of(installation: Installation, finding: Finding, customers: list[Customer]) -> str:
    """All that is known of the order of a finding: what its customer did and heard, and what the operator sees."""
    lines = [f"--- order {finding.order}: {finding.sentence}"]
    lines += [line for one in customers if one.known.order == finding.order for line in one.story]
    lines.append(installation.run("order", str(finding.order)).stdout)
    return "\n".join(lines)


def report(installation: Installation, chaos: Trouble, found: list[Finding], customers: list[Customer]) -> str:
    """The findings, what was killed when, and the whole story of the first few orders."""
    lines = [f"order {finding.order}: {finding.sentence}" for finding in found]
    first = {finding.order: finding for finding in reversed(found) if finding.order}
    stories = [story_of(installation, finding, customers) for finding in list(first.values())[:3]]
    said = [line for line in installation.heard("err").splitlines() if "Traceback" in line or "ERROR" in line]
    return "\n".join([f"{len(found)} findings", *lines[:40], "", *chaos.story, "", *stories, "", *said[:20]])
