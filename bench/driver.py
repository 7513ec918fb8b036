"""The load driver, a process of its own: keep-alive clients on raw sockets, each a generator of requests as bytes.

It must cost less than any server it drives: no HTTP library, the head of an answer is searched for its status and its
length only, a signature is one SHA-1 continued from a prepared state. A job comes in on standard input, the load goes
out on standard output.

Run as `python -m bench.driver`.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from itertools import cycle
from typing import TYPE_CHECKING

import msgspec
import uvloop

from bench.clocks import postgresql_seconds, processor_seconds
from bench.job import ORDER_STEPS, Job, Load

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from bench.job import Keys

    Flow = Generator[tuple[int, bytes], bytes, None]
    """Yields (step, request), is sent the answer's body, and never ends."""

LONGEST_CONNECT = 10
MOST_FAILURES = 5
TIME = b"/1.0/auth/time"
_LENGTH = b"content-length: "


class Counter:
    """What the clients measured."""

    def __init__(self, steps: Sequence[str]) -> None:
        self.steps = steps
        self.counting = False
        self.ended = False
        self.times: list[list[int]] = [[] for _ in steps]
        self.sizes = [0] * len(steps)
        self.failures: list[str] = []

    def failed(self, said: str) -> None:
        """Remember an answer that should not have been."""
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(said)


class Client(asyncio.Protocol):
    """One connection: sends its flow's next request as soon as the last one is answered."""

    def __init__(self, flow: Flow, counter: Counter) -> None:
        self._flow = flow
        self._counter = counter
        self._transport: asyncio.WriteTransport
        self._step = 0
        self._sent = 0
        self._held = b""

    def begin(self) -> None:
        """Send the first request."""
        self._send(next(self._flow))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected; nothing is sent before everybody is."""
        self._transport = transport  # type: ignore[assignment]  # a TCP connection can be written to

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one."""
        if self._held:
            data = self._held + data
        end = data.find(b"\r\n\r\n")
        at = data.find(_LENGTH, 0, end)
        if end < 0 or at < 0:
            self._wait(data, broken=end >= 0)
            return
        at += len(_LENGTH)
        whole = end + 4 + int(data[at : data.find(b"\r", at)])
        if len(data) < whole:
            self._held = data
            return
        self._held = b""
        self._answered(data, whole)
        if data[9:12] == b"200" and not self._counter.ended:
            self._send(self._flow.send(data[end + 4 :]))
        else:
            if data[9:12] != b"200":
                self._counter.failed(
                    f"{self._counter.steps[self._step]}: {data[9:12].decode()} {data[end + 4 :][:300]!r}"
                )
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed, by us at the end or by the server before it."""
        if not self._counter.ended:
            self._counter.failed(f"the server closed the connection: {exc}")

    def _wait(self, data: bytes, *, broken: bool) -> None:
        self._held = data
        if broken:
            self._counter.failed(f"an answer without its length: {data[:200]!r}")
            self._transport.close()

    def _answered(self, data: bytes, whole: int) -> None:
        counter = self._counter
        counter.sizes[self._step] = len(data)
        if len(data) != whole:
            counter.failed(f"{len(data) - whole} bytes too many after an answer")
        if counter.counting:
            counter.times[self._step].append((time.perf_counter_ns() - self._sent) // 1000)

    def _send(self, step_and_request: tuple[int, bytes]) -> None:
        self._step, request = step_and_request
        self._sent = time.perf_counter_ns()
        self._transport.write(request)


def repeat(request: bytes) -> Flow:
    """The same request for ever."""
    while True:
        yield 0, request


class Signer:
    """Makes signed requests as bytes."""

    def __init__(self, port: int, keys: Keys) -> None:
        """The timestamp stays the same throughout: a load is far shorter than the minutes it may be off."""
        self._time = str(int(time.time())).encode()
        self._head = (
            f"host: 127.0.0.1:{port}\r\ncontent-type: application/json\r\nx-ovh-application: {keys.application_key}\r\n"
            f"x-ovh-consumer: {keys.consumer_key}\r\nx-ovh-timestamp: {self._time.decode()}\r\nx-ovh-signature: $1$"
        ).encode()
        self._begun = {
            method: hashlib.sha1(
                b"+".join(
                    (
                        keys.application_secret.encode(),
                        keys.consumer_key.encode(),
                        method,
                        f"http://127.0.0.1:{port}".encode(),
                    )
                ),
                usedforsecurity=False,
            )
            for method in (b"GET", b"POST")
        }

    def get(self, path: bytes) -> bytes:
        """A GET."""
        signature = self._begun[b"GET"].copy()
        signature.update(b"%b++%b" % (path, self._time))
        return b"GET %b HTTP/1.1\r\n%b%b\r\n\r\n" % (path, self._head, signature.hexdigest().encode())

    def post(self, path: bytes, body: bytes = b"") -> bytes:
        """A POST."""
        signature = self._begun[b"POST"].copy()
        signature.update(b"%b+%b+%b" % (path, body, self._time))
        return b"POST %b HTTP/1.1\r\n%b%b\r\ncontent-length: %d\r\n\r\n%b" % (
            path,
            self._head,
            signature.hexdigest().encode(),
            len(body),
            body,
        )


def order(signer: Signer, name: Callable[[], str], paid: Callable[[int], None]) -> Flow:
    """Orders without end, each of a new name; the numbers are those of ORDER_STEPS."""
    while True:
        made = yield 0, signer.post(b"/1.0/order/cart", b'{"ovhSubsidiary":"FR"}')
        cart = b"/1.0/order/cart/" + _between(made, b'"cartId":"', b'"')
        domain = name().encode()
        yield 1, signer.get(b"%b/domain?domain=%b" % (cart, domain))
        item = yield 2, signer.post(b"%b/domain" % cart, b'{"domain":"%b","duration":"P1Y"}' % domain)
        yield 3, signer.post(b"%b/assign" % cart)
        label = b'{"label":"OWNER_LEGAL_AGE","value":"true"}'
        yield 4, signer.post(b"%b/item/%b/configuration" % (cart, _between(item, b'"itemId":', b",")), label)
        yield 5, signer.get(b"%b/summary" % cart)
        placed = yield 6, signer.post(b"%b/checkout" % cart, b"{}")
        number = _between(placed, b'"orderId":', b",")
        path = b"/1.0/me/order/%b" % number
        yield 7, signer.post(b"%b/payWithRegisteredPaymentMean" % path, b'{"paymentMean":"ovhAccount"}')
        paid(int(number))
        yield 8, signer.get(b"%b/status" % path)


def _between(body: bytes, before: bytes, after: bytes) -> bytes:
    start = body.index(before) + len(before)
    end = body.find(after, start)
    return body[start:end].rstrip(b"}") if end >= 0 else body[start:].rstrip(b"}")


class Names:
    """New names for one client, and the last order it paid."""

    def __init__(self, start: str) -> None:
        self._start = start
        self._count = 0
        self.last_order = 0

    def name(self) -> str:
        """A name nobody has ordered."""
        self._count += 1
        return f"{self._start}-{self._count}.fr"

    def paid(self, order_id: int) -> None:
        """Remember the order."""
        self.last_order = order_id


def _flows(job: Job, names: list[Names]) -> list[Flow]:
    host = f"host: 127.0.0.1:{job.port}\r\n".encode()
    if job.kind == "get":
        return [repeat(b"GET /hello HTTP/1.1\r\n" + host + b"\r\n") for _ in names]
    if job.kind == "post":
        body = b'{"ovhSubsidiary":"FR"}'
        head = b"POST /hello HTTP/1.1\r\n%bcontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % (
            host,
            len(body),
        )
        return [repeat(head + body) for _ in names]
    if job.kind == "time":
        return [repeat(b"GET %b HTTP/1.1\r\n%b\r\n" % (TIME, host)) for _ in names]
    signers = [Signer(job.port, keys) for keys in job.keys]
    if job.kind == "signed time":
        return [repeat(signer.get(TIME)) for signer, _ in zip(cycle(signers), names, strict=False)]
    return [order(signer, one.name, one.paid) for signer, one in zip(cycle(signers), names, strict=False)]


async def drive(job: Job) -> Load:
    """Put the load on, and say what came of it."""
    steps = ORDER_STEPS if job.kind == "order" else (job.kind,)
    counter = Counter(steps)
    names = [Names(f"bench{job.tag}-{number}") for number in range(job.clients)]
    loop = asyncio.get_running_loop()
    clients: list[Client] = []
    for flow in _flows(job, names):
        connecting = loop.create_connection(lambda flow=flow: Client(flow, counter), "127.0.0.1", job.port)  # type: ignore[misc]  # the default binds the flow
        clients.append((await asyncio.wait_for(connecting, LONGEST_CONNECT))[1])
    for client in clients:
        client.begin()
    await asyncio.sleep(job.warmup)
    start, cpu, server_cpu = time.perf_counter(), time.process_time(), processor_seconds(job.pid)
    postgresql_cpu = postgresql_seconds(job.postmaster)
    counter.counting = True
    await asyncio.sleep(job.seconds)
    counter.counting = False
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    server_cpu = processor_seconds(job.pid) - server_cpu
    postgresql_cpu = postgresql_seconds(job.postmaster) - postgresql_cpu
    counter.ended = True
    # What is under way is answered before we go: a server that is left in the middle of it does more than it counts.
    await asyncio.sleep(0.5)
    return Load(
        seconds=seconds,
        cpu=cpu,
        server_cpu=server_cpu,
        postgresql_cpu=postgresql_cpu,
        steps=dict(zip(steps, counter.times, strict=True)),
        sizes=dict(zip(steps, counter.sizes, strict=True)),
        failures=counter.failures,
        last_orders=[one.last_order for one in names],
    )


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(drive(asked))))
