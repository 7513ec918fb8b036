"""The bench of searching: one name under all extensions, streamed, by some clients at once, beside the order flow.

`make bench`, or `python bench/search.py --help`. What is found is read as it comes; registries' answers are not
remembered, so that each search asks them all. On 127.0.0.1 only.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import uvloop
from msgspec import Struct

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import servers, table  # noqa: E402 - known from the line above on
from bench.job import Job  # noqa: E402 - found by the line above
from bench.order_flow import SOMEBODY, WARMUP, driven, revision  # noqa: E402 - found by the line above
from bench.table import at, ms  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.job import Kind, Load
    from bench.servers import Server

CLIENTS = (1, 4, 16)
ORDERING = 16
"""Clients of the order flow beside searches."""
LOOK = 0.005
"""Seconds between two looks at how long others wait."""
COLUMNS = (
    "first result p50",
    "p99",
    "all p50",
    "p99",
    "all, in hellos",
    "results/s",
    "others wait p50",
    "p99",
    "at most",
)
ENVIRONMENT = {"ORDAIN_SEARCH_NAMES": "1000000000", "ORDAIN_SEARCH_CACHE": "0"}


class Searches(Struct):
    """What came of some seconds of searching, in microseconds."""

    first: list[int] = []
    whole: list[int] = []
    others: list[int] = []
    """What somebody who asks for the time waited meanwhile."""
    results: int = 0
    seconds: float = 0


async def search(port: int, tag: str, counted: Searches) -> None:
    """One search, read as it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    head = f"GET /ordain/v1/search?name={tag} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
    start = time.perf_counter_ns()
    writer.write(f"{head}accept: application/x-ndjson\r\n\r\n".encode())
    first, lines = 0, 0
    while piece := await reader.read(2**18):
        lines += piece.count(b'"type":"result"')
        if lines and not first:
            first = time.perf_counter_ns() - start
    whole = time.perf_counter_ns() - start
    writer.close()
    counted.first.append(first // 1000)
    counted.whole.append(whole // 1000)
    counted.results += lines


async def look(port: int, counted: Searches) -> None:
    """Ask for the time now and again, on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        start = time.perf_counter_ns()
        writer.write(b"GET /1.0/auth/time HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r")[0]))
        counted.others.append((time.perf_counter_ns() - start) // 1000)
        await asyncio.sleep(LOOK)


async def searched(port: int, clients: int, seconds: float, tag: str) -> Searches:
    """So many clients, each searching for one name after the other."""
    counted = Searches()
    start = time.perf_counter()
    looking = asyncio.create_task(look(port, counted))

    async def one(client: int) -> None:
        for number in count():
            await search(port, f"bench-{tag}-{client}-{number}", counted)
            if time.perf_counter() - start > seconds:
                return

    await asyncio.gather(*(one(client) for client in range(clients)))
    counted.seconds = time.perf_counter() - start
    looking.cancel()
    return counted


def job(server: Server, kind: Kind, clients: int, seconds: float, tag: str) -> Job:
    """A load of the order flow's driver."""
    return Job(kind=kind, port=server.port, pid=server.pid, clients=clients, seconds=seconds, warmup=WARMUP, tag=tag,
               keys=server.keys or SOMEBODY)  # fmt: skip


async def beside(server: Server, clients: int, seconds: float, tag: str) -> Load:
    """The order flow, with so many clients searching meanwhile."""
    ordering = asyncio.create_task(
        asyncio.to_thread(driven, server, job(server, "order", ORDERING, seconds, tag), seconds)
    )
    number = 0
    while clients and not ordering.done():
        await searched(server.port, clients, 0.5, f"{tag}-{number}")
        number += 1
    return await ordering


class Round(NamedTuple):
    """What came of all loads once."""

    hello: int
    """Microseconds of a bare hello to one client."""
    searching: dict[int, Searches]
    ordering: dict[int, Load]
    """By how many searched meanwhile."""


def take_round(hello: Server, server: Server, seconds: float, number: int) -> Round:
    """All loads, one after the other."""
    bare = driven(hello, job(hello, "get", 1, seconds, "hello"), seconds)
    found = {clients: uvloop.run(searched(server.port, clients, seconds, f"{number}-{clients}")) for clients in CLIENTS}
    ordering = {
        clients: uvloop.run(beside(server, clients, seconds, f"{number}-o{clients}")) for clients in (0, *CLIENTS[:2])
    }
    print(
        f"round {number}: searched {sum(len(one.whole) for one in found.values())} times", file=sys.stderr, flush=True
    )
    return Round(at(bare.steps["get"], 50), found, ordering)


def measure(rounds: int, seconds: float) -> str:
    """Start the servers, measure, and tell."""
    load_before = os.getloadavg()[0]
    os.environ.update(ENVIRONMENT)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        hello = stack.enter_context(servers.hello(folder))
        server = stack.enter_context(servers.ordain("sqlite", folder))
        cold = uvloop.run(searched(server.port, 1, 0, "cold"))
        found = [take_round(hello, server, seconds, number + 1) for number in range(rounds)]
        said = server.complaints()
        print(f"{server.name} logged {len(said)} errors", *said[:3], sep="\n", file=sys.stderr)
    told = (
        f"One name under all {cold.results:,} extensions, streamed as lines of JSON, no answer remembered;"
        f" {table.of_rounds(rounds)}, each load {seconds:g} s; load average before: {load_before:.1f}."
        f" Of the first search after the start the first result came after {ms(cold.first[0])}, all after"
        f" {ms(cold.whole[0])}. Hello, one client: p50 {ms(_middle([one.hello for one in found]))}."
    )
    lines = [
        f"{table.machine('')}.",
        "",
        told,
        "",
        f"| searching at once | {' | '.join(COLUMNS)} |",
        f"| --- |{' ---: |' * len(COLUMNS)}",
        *(_row(clients, found) for clients in CLIENTS),
        "",
        f"| order flow, {ORDERING} clients, beside | requests/s | of nobody searching | p50 | p99 |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_ordering(clients, found) for clients in found[0].ordering),
    ]
    return "\n".join(lines)


def _row(clients: int, rounds: Sequence[Round]) -> str:
    """Percentiles are medians of the rounds' own; what somebody waited at most is of all rounds."""
    each = [one.searching[clients] for one in rounds]
    cells = [
        ms(_middle([at(times, percent) for times in kept]))
        for kept in ([one.first for one in each], [one.whole for one in each])
        for percent in (50, 99)
    ]
    hellos = [at(one.whole, 50) / max(whole.hello, 1) for one, whole in zip(each, rounds, strict=True)]
    cells += [
        f"{statistics.median(hellos):,.0f}",
        f"{statistics.median(one.results / one.seconds for one in each):,.0f}",
    ]
    cells += [ms(_middle([at(one.others, percent) for one in each])) for percent in (50, 99)]
    cells.append(ms(max(at(one.others, 100) for one in each)))
    return f"| {clients} | {' | '.join(cells)} |"


def _ordering(clients: int, rounds: Sequence[Round]) -> str:
    loads = [one.ordering[clients] for one in rounds]
    times = [[each for step in load.steps.values() for each in step] for load in loads]
    searching = f"{clients} searching" if clients else "nobody searching"
    cells = [ms(_middle([at(one, percent) for one in times])) for percent in (50, 99)]
    alone = statistics.median(load.rate / one.ordering[0].rate for load, one in zip(loads, rounds, strict=True))
    rate = statistics.median(load.rate for load in loads)
    return f"| {searching} | {rate:,.0f} | {alone:.2f} | {' | '.join(cells)} |"


def _middle(of: Sequence[int]) -> int:
    return round(statistics.median(of))


@click.command()
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20))
@click.option("--seconds", default=3.0, show_default=True, type=click.FloatRange(0.5, 60), help="Of each load.")
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
def main(*, rounds: int, seconds: float, record: bool) -> None:
    """Measure searching beside a bare ASGI hello, in one run."""
    text = measure(table.rounds(rounds, record=record), seconds)
    print(text)
    if record:
        table.record(text, f"searching, {revision()}")


if __name__ == "__main__":
    main()
