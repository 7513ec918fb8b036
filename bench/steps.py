"""What each step of the order flow costs the server: its processor time for many requests of one step alone.

All clients send the same step at once, each for some orders, and go on to the next together; the server's processor
clock is read in between. What that says drifts little with what else the machine does, other than requests a second.
The step that pays is counted until the server has nothing left to do, so that delivery is in it.

Run as `python -m bench.steps`, a job on standard input and `Costs` on standard output, as the driver is.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import msgspec
import uvloop

from bench.clocks import postgresql_seconds, processor_time
from bench.driver import Client, Counter, Names, Signer, order
from bench.job import AT_ONCE, ORDER_STEPS, Costs, Job

if TYPE_CHECKING:
    from bench.driver import Flow

PAYING = ORDER_STEPS.index("POST pay")
LOOK = 0.6
"""Seconds over which a server is seen to be idle: longer than the worker's pause between two looks."""
IDLE = 0.03
"""A share of a processor below which it is."""
RESTED = 3.0
"""Seconds after which a client that waits for the others connects anew: uvicorn hangs up on it after five."""


def side_by_side(orders: list[Flow]) -> Flow:
    """Some orders of one client: a step of each, then the next step of each."""
    requests = [next(each) for each in orders]
    while True:
        for number, each in enumerate(orders):
            requests[number] = each.send((yield requests[number]))


class Waves:
    """Lets all clients begin a step together, and reads the server's clock when they have ended it."""

    def __init__(self, job: Job, over: asyncio.Event) -> None:
        self._job = job
        self._over = over
        self._arrived: list[Waiting] = []
        self._rounds = -1
        """The first warms up."""
        self.costs = dict.fromkeys(ORDER_STEPS, 0.0)
        self.postgresql = dict.fromkeys(ORDER_STEPS, 0.0)
        self._step = len(ORDER_STEPS) - 1
        self._next: asyncio.Task[None] | None = None
        self._read = self._clocks()

    def _clocks(self) -> tuple[float, float]:
        """The server's, and its PostgreSQL's."""
        return processor_time(self._job.pid), postgresql_seconds(self._job.postmaster)

    def arrive(self, client: Waiting) -> None:
        """A client has its last answer of a step."""
        self._arrived.append(client)
        if len(self._arrived) == self._job.clients:
            self._next = asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        if self._step == PAYING:
            await self._settled()
        (served, stored), before = self._clocks(), self._read
        if self._rounds > 0:
            self.costs[ORDER_STEPS[self._step]] += served - before[0]
            self.postgresql[ORDER_STEPS[self._step]] += stored - before[1]
        self._step = (self._step + 1) % len(ORDER_STEPS)
        self._rounds += self._step == 0
        if self._rounds > self._job.seconds:
            self._over.set()
            return
        arrived, self._arrived = self._arrived, []
        await asyncio.gather(*(client.connected() for client in arrived))
        self._read = self._clocks()
        for client in arrived:
            client.go()

    async def _settled(self) -> None:
        before = 0.0
        while processor_time(self._job.pid) - before > IDLE * LOOK:
            before = processor_time(self._job.pid)
            await asyncio.sleep(LOOK)


class Watched(Counter):
    """Ends everything at the first failure."""

    def __init__(self, over: asyncio.Event) -> None:
        super().__init__(ORDER_STEPS)
        self._over = over

    def failed(self, said: str) -> None:
        """Remember it, and end."""
        super().failed(said)
        self._over.set()


class Waiting(Client):
    """A client that waits for the others before it sends another step than its last."""

    def __init__(self, flow: Flow, watched: Watched, waves: Waves, port: int) -> None:
        super().__init__(flow, watched)
        self._waves = waves
        self._port = port
        self._held_back: tuple[int, bytes] = (-1, b"")
        self._step = -1
        self._since: float | None = None
        """When it began to wait."""

    async def connected(self) -> None:
        """Be connected, anew if the server has hung up or is about to."""
        loop = asyncio.get_running_loop()
        if self._transport.is_closing() or loop.time() - (self._since or 0) > RESTED:
            self._transport.close()
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed: nothing is lost where no answer is awaited."""
        if self._since is None:
            super().connection_lost(exc)

    def go(self) -> None:
        """Everybody is there."""
        self._since = None
        super()._send(self._held_back)

    def _send(self, step_and_request: tuple[int, bytes]) -> None:
        if step_and_request[0] == self._step:
            super()._send(step_and_request)
        else:
            self._held_back, self._since = step_and_request, asyncio.get_running_loop().time()
            self._waves.arrive(self)


async def measure(job: Job) -> Costs:
    """Put the waves on, `job.seconds` rounds of them, and say what each step cost."""
    over = asyncio.Event()
    counter, waves = Watched(over), Waves(job, over)
    signers = [Signer(job.port, keys) for keys in job.keys]
    loop = asyncio.get_running_loop()
    clients: list[Waiting] = []
    for number in range(job.clients):
        names = [Names(f"steps{job.tag}-{number}-{each}") for each in range(AT_ONCE)]
        signer = signers[number % len(signers)]
        flow = side_by_side([order(signer, one.name, one.paid) for one in names])
        one = Waiting(flow, counter, waves, job.port)
        await loop.create_connection(lambda one=one: one, "127.0.0.1", job.port)  # type: ignore[misc]  # the default binds it
        clients.append(one)
    for client in clients:
        client.begin()
    await over.wait()
    counter.ended = True
    return Costs(
        requests=job.clients * AT_ONCE * int(job.seconds),
        steps=waves.costs,
        postgresql=waves.postgresql,
        sizes=dict(zip(ORDER_STEPS, counter.sizes, strict=True)),
        failures=counter.failures,
    )


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(asked))))
