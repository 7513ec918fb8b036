"""What befalls a database while orders are placed: its server hangs, is killed, is alone, is replaced in the end."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tests.crash.customer import Line, Lost
from tests.crash.storm import heard
from tests.hosts.servers import followed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tests.crash.customer import Customer
    from tests.hosts.network import Host
    from tests.hosts.servers import Server
    from tests.hosts.serving import Elsewhere


class Reading(NamedTuple):
    """Whether a process said that it is ready, asked and answered at these instants."""

    of: int
    asked: float
    answered: float
    ready: bool


class Away(NamedTuple):
    """Between these instants no server answered."""

    since: float
    until: float
    why: str


class Outages:
    """Has each of the acts happen while work goes on between them, and then the replica take over."""

    def __init__(self, pair: tuple[Server, Server], of: Sequence[Elsewhere], acts: Sequence[str], seed: int) -> None:
        self.primary, self.replica = pair
        self.kills = 0
        self.story: list[str] = []
        self.away: list[Away] = []
        self.last = asyncio.Event()
        """All is over but for the last act: those who waited for it order now, however slow the machine is."""
        self.readings: list[Reading] = []
        self._of = of
        self._acts = acts
        self._chance = random.Random(seed)
        self._start = time.monotonic()

    async def reign(self, customers: list[Customer], flows: Collection[asyncio.Task[None]]) -> None:
        """All acts, and the last."""
        looking = [asyncio.create_task(self._look(number)) for number in range(len(self._of))]
        for act in self._acts:
            await self._work_goes_on(customers)
            await getattr(self, act)()
            self.kills += 1
        self.last.set()
        kept = [one for one in customers if one.plan.after]
        while not heard(kept) and not all(flow.done() for flow in flows):  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.02)
        assert not all(flow.done() for flow in flows), "nobody ordered any more when the replica took over"
        await self.promote()
        await self._work_goes_on(customers)
        for one in looking:
            one.cancel()

    def told(self, line: str) -> None:
        self.story.append(f"{time.monotonic() - self._start:7.3f} {line}")

    async def hang(self) -> None:
        """The server is there, and says nothing."""
        self.told("the primary hangs")
        self.primary.stop()
        await self._stays_away("hung", self._chance.uniform(6, 9))
        self.primary.go_on()

    async def die(self) -> None:
        """The server is killed, and started again."""
        self.told("the primary is killed")
        self.primary.kill()
        await self._stays_away("was dead", self._chance.uniform(1, 4))
        await self._back()

    async def restart(self) -> None:
        """The operator stops the server, and starts it again."""
        self.told("the primary is stopped")
        await asyncio.to_thread(self.primary.end)
        await self._stays_away("was stopped", self._chance.uniform(1, 2))
        await self._back()

    async def alone(self) -> None:
        """The replica is gone: nothing can be acknowledged until it is back."""
        self.told("the replica is killed")
        self.replica.kill()
        await asyncio.sleep(self._chance.uniform(1, 4))
        self.replica.start()
        await followed(self.primary)
        self.told("the replica is back")

    async def unplug(self) -> None:
        """The network of the second host is gone, with the replica and one Ordain."""
        host: Host = self.replica.host
        self.told("the second host is unplugged")
        host.unplug()
        await asyncio.sleep(self._chance.uniform(2, 5))
        host.plug()
        await followed(self.primary)
        self.told("the second host is back")

    async def promote(self) -> None:
        """The primary is gone for ever, and the replica takes over."""
        self.told("the primary is killed for ever")
        self.primary.kill()
        await self._stays_away("was gone", self._chance.uniform(1, 3))
        await self.replica.tell("SELECT pg_promote()")
        self.told("the replica has taken over")

    async def _back(self) -> None:
        self.primary.start()
        # Only what the replica has too may be lost sight of: until it follows, nothing was acknowledged.
        await followed(self.primary)
        self.told("the primary is back")

    async def _stays_away(self, why: str, seconds: float) -> None:
        since = time.monotonic()
        await asyncio.sleep(seconds)
        late = since + 30
        each = range(len(self._of))
        while not all(self._meanwhile(n, since) for n in each) and time.monotonic() < late:  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.05)
        self.away.append(Away(since, time.monotonic(), why))

    def _meanwhile(self, of: int, since: float, until: float = float("inf")) -> list[Reading]:
        return [one for one in self.readings if one.of == of and one.asked >= since and one.answered <= until]

    def untruths(self) -> Iterator[str]:
        """Processes that said they were ready while there was no database, or that said nothing."""
        for away in self.away:
            for number in range(len(self._of)):
                meanwhile = self._meanwhile(number, away.since, away.until)
                if not meanwhile:
                    yield f"process {number} said nothing of being ready while the primary {away.why}"
                if any(one.ready for one in meanwhile):
                    yield f"process {number} said it was ready while the primary {away.why}"

    async def _work_goes_on(self, customers: list[Customer]) -> None:
        """Some work, and some time: what is told of an outage is told in seconds."""
        await asyncio.sleep(self._chance.uniform(1, 4))
        until, late = heard(customers) + self._chance.randrange(60, 200), time.monotonic() + 10
        while heard(customers) < until and time.monotonic() < late:  # noqa: ASYNC110 - the customers know nothing of it
            await asyncio.sleep(0.02)

    async def _look(self, number: int) -> None:
        """Ask one of the processes all the time whether it is ready."""
        one = self._of[number]
        request = f"GET /ordain/v1/ready HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\n\r\n".encode()
        line = Line(one.port, one.host.door)
        try:
            while True:
                asked = time.monotonic()
                with suppress(Lost):
                    answer = await line.exchange(request)
                    self.readings.append(Reading(number, asked, time.monotonic(), answer.status == 200))
                await asyncio.sleep(0.1)
        finally:
            line.close()


def misformed(customers: list[Customer]) -> Iterator[str]:
    """Errors that clients were told otherwise than the contract has it, or without when to try again."""
    for customer in customers:
        for trouble in customer.troubles:
            formed = isinstance(trouble.body, dict) and {"class", "message"} <= trouble.body.keys()
            if trouble.status not in (503, 504) or not trouble.retry_after or not formed:
                yield f"{trouble.status}, Retry-After {trouble.retry_after}: {json.dumps(trouble.body)}"
