"""The bench of delivery: how fast names that were paid beforehand are registered, in process and over EPP, in one run.

`make bench`, or `python bench/delivery.py --help`. The registry over EPP is `ordain sandbox-registry` over TLS; a bare
session with it says what it and the wire do at most. On 127.0.0.1 only.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.request import urlopen

import click

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import paid, servers, table  # noqa: E402 - known from the line above on
from bench.clocks import processor_time  # noqa: E402 - found by the line above
from bench.epp_line import EppLine, Loop  # noqa: E402 - found by the line above
from bench.order_flow import revision  # noqa: E402 - found by the line above
from ordain.registry_settings import SANDBOX_PASSWORD  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from bench.servers import Server

BEGUN = 32
"""Names delivered before counting begins: twice as many as are under way at once."""
LOOK = 0.02
LONGEST_BEGIN = 30
BARE = 0.7
"""Seconds of each loop on a bare session."""
COMMANDS = re.compile(r'^ordain_epp_commands_total\{.*command="([^"]*)",outcome="([^"]*)"\} (\d+)', re.MULTILINE)
NOT_OF_ORDERS = ("login", "poll", "logout")


class Way(NamedTuple):
    """Where names are delivered."""

    told: str
    latency: float = 0
    sessions: int = 0
    """0: in process."""


WAYS = (
    Way("in process"),
    Way("EPP, 2 sessions", 0, 2),
    Way("EPP, answers after 50 ms, 2 sessions", 0.05, 2),
    Way("EPP, answers after 50 ms, 8 sessions", 0.05, 8),
)


class Delivery(NamedTuple):
    """What came of one way in one round; processor times in microseconds an order."""

    rate: float
    """Orders a second."""
    cpu: float
    registry_cpu: float
    commands: dict[str, float]
    """EPP commands an order, by kind."""
    sessions: int
    hello: Loop
    check: Loop


NO_LOOP = Loop(0, 0)


def deliver(way: Way, template: Path, folder: Path, limits: tuple[int, float]) -> Delivery:
    """Have the orders of a copy of the template delivered: all of `limits`, but for so many seconds at most."""
    state = folder / "state"
    shutil.copytree(template, state)
    port = servers.free_port()
    environment = {"ORDAIN_STATE": str(state)}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, state)
        registry = None
        if way.sessions:
            registry = stack.enter_context(servers.registry(folder, environment, port, way.latency))
            environment |= {"ORDAIN_REGISTRY": "epp", "ORDAIN_SANDBOX_LISTEN": f"127.0.0.1:{port}"}
            environment["ORDAIN_EPP_SESSIONS"] = str(way.sessions)
        with servers.serving("delivering", folder, environment) as server:
            watched = paid.Delivered(state)
            stack.callback(watched.close)
            rate, cpu, registry_cpu = _watched(watched, (server, registry), limits)
            commands = _commands(server)
        for each in filter(None, (server, registry)):
            said = each.complaints()
            if said:
                print(f"{each.name} logged {len(said)} errors", *said[:3], sep="\n", file=sys.stderr)
        hello = check = NO_LOOP
        if registry:
            line = EppLine(port, state / "tls" / "ca.pem", ("ordain", SANDBOX_PASSWORD))
            hello, check = line.hellos(BARE, registry.pid), line.checks(BARE, registry.pid)
            line.close()
    created = commands.get("create domain", 0)
    per_order = {name: count / created for name, count in commands.items() if name not in NOT_OF_ORDERS}
    return Delivery(rate, cpu, registry_cpu, per_order, commands.get("login", 0), hello, check)


def _watched(
    watched: paid.Delivered, processes: tuple[Server, Server | None], limits: tuple[int, float]
) -> tuple[float, float, float]:
    """Orders a second, and microseconds an order of each process, from the first few on to nearly the last."""
    orders, seconds = limits
    server, registry = processes

    def look() -> tuple[float, int, float, float]:
        theirs = processor_time(registry.pid) if registry else 0.0
        return time.perf_counter(), watched.count(), processor_time(server.pid), theirs

    begun = time.monotonic()
    first = look()
    while first[1] < BEGUN:
        if time.monotonic() - begun > LONGEST_BEGIN:
            message = f"only {first[1]} names were delivered within {LONGEST_BEGIN} s"
            raise SystemExit(message)
        time.sleep(LOOK)
        first = look()
    last = first
    while last[0] - first[0] < seconds and last[1] < orders - BEGUN:
        time.sleep(LOOK)
        last = look()
    count = last[1] - first[1]
    if count == 0:
        message = "nothing was delivered while it was watched"
        raise SystemExit(message)
    took, delivering, registering = last[0] - first[0], last[2] - first[2], last[3] - first[3]
    return count / took, delivering / count * 1e6, registering / count * 1e6


def _commands(server: Server) -> dict[str, int]:
    """EPP commands so far, by kind; creates only those that were done."""
    with urlopen(f"http://127.0.0.1:{server.port}/ordain/v1/metrics", timeout=30) as answer:
        found = COMMANDS.findall(answer.read().decode())
    counts: dict[str, int] = {}
    for name, outcome, count in found:
        if name != "create domain" or outcome == "1000":
            counts[name] = counts.get(name, 0) + int(count)
    return counts


def measure(rounds: int, limits: tuple[int, float]) -> str:
    """Prepare the orders, deliver them each way in turns, and tell."""
    before = os.getloadavg()[0]
    found: dict[Way, list[Delivery]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="ordain-bench-") as name:
        folder = Path(name)
        paid.prepare(folder / "template", limits[0])
        for number in range(rounds):
            for way in WAYS:
                found[way].append(deliver(way, folder / "template", folder, limits))
                rate = found[way][-1].rate
                print(f"round {number + 1}: {way.told:<38} {rate:>6,.1f} orders/s", file=sys.stderr, flush=True)
    most = f"{limits[0]:,} orders of a name each, paid beforehand, or {limits[1]:g} s of them"
    lines = [f"{table.machine('')}.", "", f"{table.of_rounds(rounds)}; {most}; load average before: {before:.1f}.", ""]
    return "\n".join([*lines, *told(found), "", *bare(found), "", *kinds(found)])


COLUMNS = ("names delivered", "orders/s", "of in process", "Ordain's CPU an order", "the registry's",
           "commands an order", "commands/s", "of bare checks", "of bare hellos", "sessions opened")  # fmt: skip


def told(found: dict[Way, list[Delivery]]) -> list[str]:
    """How fast, at what cost, and how near to what one bare session does."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"| --- |{' ---: |' * (len(COLUMNS) - 1)}"]
    for way, rounds in found.items():
        cells = [
            f"{statistics.median(one.rate for one in rounds):,.1f}",
            f"{_of(rounds, [base.rate for base in found[WAYS[0]]]):.3f}",
            f"{statistics.median(one.cpu for one in rounds):,.0f} µs",
        ]
        if way.sessions:
            commands = [one.rate * sum(one.commands.values()) for one in rounds]
            checks = [mine / one.check.rate for mine, one in zip(commands, rounds, strict=True)]
            hellos = [mine / one.hello.rate for mine, one in zip(commands, rounds, strict=True)]
            cells += [
                f"{statistics.median(one.registry_cpu for one in rounds):,.0f} µs",
                f"{statistics.median(sum(one.commands.values()) for one in rounds):.2f}",
                f"{statistics.median(commands):,.0f}",
                f"{statistics.median(checks):.2f}",
                f"{statistics.median(hellos):.2f}",
                f"{statistics.median(one.sessions for one in rounds):.0f}",
            ]
        else:
            cells += ["-"] * 6
        lines.append(f"| {way.told} | {' | '.join(cells)} |")
    return lines


def _of(rounds: list[Delivery], base: list[float]) -> float:
    return statistics.median(one.rate / other for one, other in zip(rounds, base, strict=True))


def bare(found: dict[Way, list[Delivery]]) -> list[str]:
    """What one bare session does."""
    lines = ["| one bare EPP session | hellos/s | checks/s | the registry's CPU a hello | a check |",
             "| --- | ---: | ---: | ---: | ---: |"]  # fmt: skip
    of_latency = {way.latency: rounds for way, rounds in reversed(found.items()) if way.sessions}
    for latency, rounds in sorted(of_latency.items()):
        hellos, checks = [one.hello for one in rounds], [one.check for one in rounds]
        cells = [f"{statistics.median(loop.rate for loop in loops):,.0f}" for loops in (hellos, checks)]
        cells += [f"{statistics.median(loop.cpu for loop in loops):,.0f} µs" for loops in (hellos, checks)]
        lines.append(f"| answers {f'after {latency * 1000:.0f} ms' if latency else 'at once'} | {' | '.join(cells)} |")
    return lines


def kinds(found: dict[Way, list[Delivery]]) -> list[str]:
    """What is asked for an order."""
    commands = next(rounds[-1].commands for way, rounds in found.items() if way.sessions)
    each = ", ".join(f"{name} {count:.2f}" for name, count in sorted(commands.items(), key=lambda one: -one[1]))
    return [f"Commands an order: {each}."]


@click.command()
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20))
@click.option("--orders", default=1000, show_default=True, type=click.IntRange(4 * BEGUN, 100_000))
@click.option("--seconds", default=4.0, show_default=True, type=click.FloatRange(0.5, 60), help="Of each way, at most.")
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
def main(*, rounds: int, orders: int, seconds: float, record: bool) -> None:
    """Measure the delivery of orders that are paid, in process and over EPP, in one run."""
    text = measure(table.rounds(rounds, record=record), (orders, seconds))
    print(text)
    if record:
        table.record(text, f"delivery, {revision()}")


if __name__ == "__main__":
    main()
