"""The bench of what depends on how much there is: items of a cart, and carts and orders that are stored already.

`make bench`, or `python bench/sizes.py --help`. One client, so that a time is what the server takes and nobody's queue;
servers take turns, and beside them hello and a loop of durable commits of the same engine say what the machine does.
On 127.0.0.1 only.
"""

from __future__ import annotations

import os
import socket
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import commits, filling, servers, table  # noqa: E402 - known from the line above on
from bench.driver import Names, Signer, order  # noqa: E402 - found by the line above
from bench.job import ORDER_STEPS  # noqa: E402 - found by the line above
from bench.order_flow import revision  # noqa: E402 - found by the line above
from bench.steps import processor_time  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.servers import Server

ITEMS = (1, 10, 100, 1000)
LOOKS = 30
"""Summaries of each cart in a round; the biggest cart is asked for a tenth as often."""
ORDERS = 60
"""Orders through all steps in a round."""
COMMITTING = 0.5
"""Seconds of the loop of durable commits."""


class Line:
    """One keep-alive connection that sends a request and reads its answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[bytes, float]:
        """The answer's body, and the seconds it took. Ends the bench if it is no 200."""
        start = time.perf_counter()
        self._socket.sendall(request)
        data = self._socket.recv(65536)
        end = data.find(b"\r\n\r\n") + 4
        at = data.index(b"content-length: ") + 16
        whole = end + int(data[at : data.index(b"\r", at)])
        parts, size = [data], len(data)
        while size < whole:
            parts.append(self._socket.recv(1 << 20))
            size += len(parts[-1])
        took = time.perf_counter() - start
        body = b"".join(parts)[end:]
        if data[9:12] != b"200":
            message = f"{request[:120]!r} was answered {data[:400]!r}"
            raise SystemExit(message)
        return body, took

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextmanager
def line(server: Server) -> Iterator[tuple[Line, Signer]]:
    """A connection to a server, and what signs its requests."""
    one = Line(server.port)
    try:
        yield one, Signer(server.port, server.keys[0])
    finally:
        one.close()


def cart_of(one: Line, signer: Signer, items: int, tag: str) -> bytes:
    """The path of a cart with so many names, that could be ordered."""
    made, _ = one.ask(signer.post(b"/1.0/order/cart", b'{"ovhSubsidiary":"FR"}'))
    path = b"/1.0/order/cart/" + made.split(b'"cartId":"')[1].split(b'"')[0]
    for number in range(items):
        wanted = b'{"domain":"%b-%d.fr","duration":"P1Y"}' % (tag.encode(), number)
        item, _ = one.ask(signer.post(b"%b/domain" % path, wanted))
        label = b'{"label":"OWNER_LEGAL_AGE","value":"true"}'
        item_id = item.split(b'"itemId":')[1].split(b",")[0].rstrip(b"}")
        one.ask(signer.post(b"%b/item/%b/configuration" % (path, item_id), label))
    one.ask(signer.post(b"%b/assign" % path))
    return path


class Sized(Struct, frozen=True):
    """What a cart of so many items cost, in milliseconds: medians of each round."""

    items: int
    summary: list[float]
    spent: list[float]
    """Of the server's processor."""
    checkout: float
    size: int


def by_items(server: Server, rounds: int) -> list[Sized]:
    """Carts of each size: their summary in turns, and in the end their checkout."""
    with line(server) as (one, signer):
        paths = {items: cart_of(one, signer, items, f"sized{items}") for items in ITEMS}
        looked: dict[int, list[float]] = {items: [] for items in ITEMS}
        spent: dict[int, list[float]] = {items: [] for items in ITEMS}
        sizes = dict.fromkeys(ITEMS, 0)
        for _ in range(rounds):
            for items, path in paths.items():
                times = []
                looks, before = LOOKS if items < max(ITEMS) else LOOKS // 10, processor_time(server.pid)
                for _ in range(looks):
                    body, took = one.ask(signer.get(b"%b/summary" % path))
                    times.append(took * 1000)
                    sizes[items] = len(body)
                spent[items].append((processor_time(server.pid) - before) / looks * 1000)
                looked[items].append(statistics.median(times))
        ordered = {items: one.ask(signer.post(b"%b/checkout" % path, b"{}"))[1] * 1000 for items, path in paths.items()}
    return [Sized(items, looked[items], spent[items], ordered[items], sizes[items]) for items in ITEMS]


def orders(server: Server, tag: str) -> dict[str, list[float]]:
    """The milliseconds of each step for some orders, one after the other."""
    names = Names(f"stored{tag}")
    with line(server) as (one, signer):
        flow = order(signer, names.name, names.paid)
        step, request = next(flow)
        times: dict[str, list[float]] = {name: [] for name in ORDER_STEPS}
        for _ in range(ORDERS * len(ORDER_STEPS)):
            body, took = one.ask(request)
            times[ORDER_STEPS[step]].append(took * 1000)
            step, request = flow.send(body)
    server.settle(30)
    return times


def used(folder: Path, name: str, count: int) -> int:
    """A database in which somebody has ordered a name, `count` times over; the rows that made."""
    with servers.ordain(name, folder) as server, line(server) as (one, signer):
        path = cart_of(one, signer, 1, "template")
        placed, _ = one.ask(signer.post(b"%b/checkout" % path, b"{}"))
        number = placed.split(b'"orderId":')[1].split(b",")[0]
        one.ask(signer.post(b"/1.0/me/order/%b/payWithRegisteredPaymentMean" % number, b'{"paymentMean":"ovhAccount"}'))
        nic = one.ask(signer.get(b"/1.0/me"))[0].split(b'"nichandle":"')[1].split(b'"')[0]
        # Delivered and billed: what has still to be done would be done for every copy.
        until = time.monotonic() + 30
        while one.ask(signer.get(b"/1.0/me/bill"))[0] == b"[]" and time.monotonic() < until:
            time.sleep(0.2)
        server.settle(30)
    return filling.fill(folder / name / "ordain.db", path.rsplit(b"/", 1)[1].decode(), nic.decode(), count)


def sized_table(found: Sequence[Sized], hello: float) -> list[str]:
    """Carts by their size."""
    ten = statistics.median(found[1].spent) / found[1].items
    lines = [
        "| items | summary | of a line | in hellos | server CPU of a line | of 10: 1 | answer, bytes | checkout |",
        f"| ---: |{' ---: |' * 7}",
    ]
    for one in found:
        whole, spent = statistics.median(one.summary), statistics.median(one.spent) / one.items
        lines.append(
            f"| {one.items:,} | {whole:.2f} ms | {whole / one.items:.3f} ms | {whole / hello:.0f} | {spent:.3f} ms"
            f" | {spent / ten:.2f} | {one.size:,} | {one.checkout:.1f} ms |"
        )
    return lines


def stored_table(rounds: dict[str, list[dict[str, list[float]]]], stored: Sequence[str], hello: float) -> list[str]:
    """Each step by what is stored, and against nothing stored."""
    lines = ["| step | " + " | ".join(f"{name} stored" if name else "nothing stored" for name in stored) + " | |"]
    lines.append(f"| --- |{' ---: |' * (len(stored) + 1)}")
    totals = dict.fromkeys(stored, 0.0)
    for step in ORDER_STEPS:
        each = {name: statistics.median(statistics.median(one[step]) for one in rounds[name]) for name in stored}
        for name in stored:
            totals[name] += each[name]
        lines.append(_row(step, each, stored))
    lines.append(_row("**an order**", totals, stored))
    lines.append("")
    lines.append(f"An order is {totals[stored[0]] / hello:.0f} hellos, nothing being stored.")
    return lines


def _row(step: str, each: dict[str, float], stored: Sequence[str]) -> str:
    ratios = ", ".join(f"{each[name] / each[stored[0]]:.2f}" for name in stored[1:])
    return f"| {step} | " + " | ".join(f"{each[name]:.2f} ms" for name in stored) + f" | {ratios} |"


def measure(rounds: int, counts: Sequence[int]) -> str:
    """Fill the databases, start the servers, measure in turns, and tell."""
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        stored = ["", *(f"{count:,}" for count in counts)]
        rows = {name: used(folder, f"stored{name.replace(',', '')}", count)
                for name, count in zip(stored, [0, *counts], strict=True)}  # fmt: skip
        hello_server = stack.enter_context(servers.hello(folder))
        flows = {name: stack.enter_context(servers.ordain(f"stored{name.replace(',', '')}", folder)) for name in stored}
        hello_line = Line(hello_server.port)
        get = b"GET /hello HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        hello = statistics.median(hello_line.ask(get)[1] * 1000 for _ in range(500))
        commit = statistics.median(commits.sqlite(folder, COMMITTING).times) / 1000
        sized = by_items(flows[""], rounds)
        measured: dict[str, list[dict[str, list[float]]]] = {name: [] for name in stored}
        for number in range(rounds + 1):  # the first warms up
            for name, server in flows.items():
                found = orders(server, f"{number}")
                if number:
                    measured[name].append(found)
        hello_line.close()
    said = ", ".join(f"{rows[name]:,} rows for {name}" for name in stored[1:])
    return "\n".join([
        f"{table.machine('')}.", "",
        f"{rounds} rounds, one client; load average before: {before:.1f}.", "",
        f"Hello: {hello:.3f} ms; a durable commit of SQLite's: {commit:.2f} ms.", "",
        *sized_table(sized, hello), "",
        f"Carts and orders of others that are stored ({said}):", "",
        *stored_table(measured, stored, hello),
    ])  # fmt: skip


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 20))
@click.option("--stored", default=(10_000,), show_default=True, multiple=True, type=click.IntRange(1, 2_000_000),
              help="Carts and orders that are stored already; may be given several times.")  # fmt: skip
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
def main(*, rounds: int, stored: tuple[int, ...], record: bool) -> None:
    """Measure carts by their size, and orders by how many are stored, in one run."""
    text = measure(rounds, stored)
    print(text)
    if record:
        table.record(text, f"sizes, {revision()}")


if __name__ == "__main__":
    main()
