"""The bench of what depends on how much there is: items of a cart, and carts and orders that are stored already.

`make bench`, or `python bench/sizes.py --help`. One client, so that a time is what the server takes and nobody's queue;
servers take turns, and beside them hello and a loop of durable commits of the same engine say what the machine does.
On 127.0.0.1 only.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import click
from msgspec import Struct

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import commits, servers, stored, table  # noqa: E402 - known from the line above on
from bench.clocks import processor_time  # noqa: E402 - found by the line above
from bench.line import cart_of, hello, line  # noqa: E402 - found by the line above
from bench.order_flow import revision  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.servers import Server

ITEMS = (1, 10, 100, 1000)
LOOKS = 30
"""Summaries of each cart in a round; the biggest cart is asked for a tenth as often."""
COMMITTING = 0.5
"""Seconds of the loop of durable commits."""


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
        for path in paths.values():
            one.ask(signer.get(b"%b/summary" % path))  # the first of all loads what was put off at the start
        server.settle(30)
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


def sized_table(found: Sequence[Sized], hello: float) -> list[str]:
    """Carts by their size."""
    ten = statistics.median(found[1].spent) / found[1].items
    lines = [
        "| items | summary | of a line | in hellos | its server CPU | of a line of 10 | answer, bytes | checkout |",
        f"| ---: |{' ---: |' * 7}",
    ]
    for one in found:
        whole, spent = statistics.median(one.summary), statistics.median(one.spent) / one.items
        lines.append(
            f"| {one.items:,} | {whole:.2f} ms | {whole / one.items:.3f} ms | {whole / hello:.0f} | {spent:.3f} ms"
            f" | {spent / ten:.2f} | {one.size:,} | {one.checkout:.1f} ms |"
        )
    return lines


def items_told(rounds: int) -> list[str]:
    """Measure carts by their items, and tell."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        bare = stack.enter_context(servers.hello(folder))
        server = stack.enter_context(servers.ordain("sized", folder))
        before = hello(bare)
        found = by_items(server, rounds)
        once = statistics.median((before, hello(bare)))
    return [f"Hello: {once:.3f} ms.", "", *sized_table(found, once)]


def stored_told(engine: str, counts: Sequence[int], rounds: int) -> list[str]:
    """Measure orders by what is stored on an engine, and tell."""
    counts = (0, *counts)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        urls = ["" for _ in counts]
        if engine == "postgresql":
            urls = stack.enter_context(servers.postgresql(folder, [f"stored{count}" for count in counts]))
        named = (
            f"PostgreSQL {servers.postgresql_version(urls[0])}" if urls[0] else f"SQLite {apsw.sqlite_lib_version()}"
        )
        found = stored.measure(folder, engine, counts, urls, rounds)
        loop = (
            commits.postgresql(urls[0], servers.postmaster(urls[0]), COMMITTING)
            if urls[0]
            else commits.sqlite(folder, COMMITTING)
        )
    commit = statistics.median(loop.times) / 1000
    rows = ", ".join(
        f"{made:,} rows for {count:,}" for made, count in zip(found.rows[1:], found.counts[1:], strict=True)
    )
    told = f"Carts and orders of others that are stored, {named} ({rows}); a durable commit in a loop:"
    return [f"{told} {commit:.2f} ms; hello: {statistics.median(found.hellos):.3f} ms.", "", *stored.told(found)]


def measure(rounds: int, counts: Sequence[int], *, with_postgresql: bool) -> str:
    """Measure all of it, and tell."""
    before = os.getloadavg()[0]
    lines = [
        f"{table.machine('')}.",
        "",
        f"{table.of_rounds(rounds)}, one client; load average before: {before:.1f}.",
        "",
    ]
    lines += items_told(rounds)
    for engine in table.ENGINES if with_postgresql else ("sqlite",):
        lines += ["", *stored_told(engine, counts, rounds)]
    return "\n".join(lines)


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 20))
@click.option("--stored", "counts", default=(10_000,), show_default=True, multiple=True,
              type=click.IntRange(1, 2_000_000),
              help="Carts and orders that are stored already; may be given several times.")  # fmt: skip
@click.option("--no-postgresql", is_flag=True, help="SQLite alone.")
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
def main(*, rounds: int, counts: tuple[int, ...], no_postgresql: bool, record: bool) -> None:
    """Measure carts by their size, and orders by how many are stored, in one run."""
    text = measure(table.rounds(rounds, record=record), counts, with_postgresql=not no_postgresql)
    print(text)
    if record:
        table.record(text, f"sizes, {revision()}")


if __name__ == "__main__":
    main()
