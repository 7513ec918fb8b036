"""The bench: the order flow on SQLite and PostgreSQL beside a bare ASGI hello, taking turns in one run.

`make bench`, or `python bench/order_flow.py --help`. Bounded in time and count, on 127.0.0.1 only.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec
import uvloop

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import commits, profiling, servers, statements, table  # noqa: E402 - known from the line above on
from bench.job import Costs, Job, Keys, Kind, Load  # noqa: E402 - found by the line above
from bench.servers import PROFILED, ROOT, Server  # noqa: E402 - found by the line above
from bench.table import Memory, Turn  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WARMUP = 0.5
LONGEST_SETTLE = 60
COMMITTING = 1.0
"""Seconds of each loop of commits."""
ROUNDS_OF_STEPS = 3
"""Of eight orders of each client, when a step is measured by itself."""
SOMEBODY = (Keys("a" * 16, "b" * 32, "c" * 32),)
"""Hello does not look at signatures."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    rounds: int
    seconds: float
    clients: int


class Loaded(NamedTuple):
    """A load as the table has it: who is driven, with what, for how many accounts."""

    name: str
    server: Server
    kind: Kind
    accounts: int = servers.ACCOUNTS


def take_turn(options: Options, loaded: Loaded, tag: str) -> Turn:
    """One load on one server; ends the bench if an answer was wrong."""
    server, kind = loaded.server, loaded.kind
    keys = server.keys[: loaded.accounts]
    job = Job(
        kind=kind,
        port=server.port,
        pid=server.pid,
        postmaster=server.postmaster,
        clients=options.clients,
        seconds=options.seconds,
        warmup=WARMUP,
        tag=tag,
        keys=keys or SOMEBODY,
    )
    load = driven(server, job, options.seconds)
    settled = server.settle(LONGEST_SETTLE)
    # Hello's answer names an order too.
    orders = load.last_orders if keys else []
    placed = len(orders) - orders.count(0)
    return Turn(load=load, settled=settled, placed=placed, delivered=server.delivered(orders, keys))


def driven(server: Server, job: Job, seconds: float) -> Load:
    """What the driver makes of a job; ends the bench if an answer was wrong."""
    done = subprocess.run(
        (sys.executable, "-m", "bench.driver"),
        cwd=ROOT,
        input=msgspec.json.encode(job),
        stdout=subprocess.PIPE,
        timeout=seconds + 30,
        check=True,
    )
    load = msgspec.json.decode(done.stdout, type=Load)
    if load.failures:
        message = f"{server.name} did not answer as it should:\n" + "\n".join(load.failures)
        raise SystemExit(message)
    return load


def committed(loop: Callable[[], commits.Commits]) -> Turn:
    """A loop of commits as a turn of a load: it is its own server."""
    found = loop()
    load = Load(seconds=found.seconds, cpu=0, server_cpu=found.cpu, postgresql_cpu=found.postgresql_cpu,
                steps={"commit": found.times}, sizes={}, failures=[], last_orders=[])  # fmt: skip
    return Turn(load=load, settled=0, placed=0, delivered=0)


Loops = dict[str, "Callable[[], commits.Commits]"]
"""The raw loop of commits of each engine, by the name it has in the table."""


def measure(options: Options, hello: Server, flows: Sequence[Server], loops: Loops) -> dict[str, list[Turn]]:
    """All loads, one after the other, for some rounds."""
    loads = [Loaded("get", hello, "get"), Loaded("post", hello, "post"), Loaded("ceiling", hello, "order")]
    for server in flows:
        loads += [Loaded(server.name, server, "order"), Loaded(f"{server.name}, one account", server, "order", 1)]
    measured: dict[str, list[Turn]] = {name: [] for name in (*(load.name for load in loads), *loops)}

    def took(number: int, name: str, turn: Turn) -> None:
        measured[name].append(turn)
        print(f"round {number}: {name:<25} {turn.load.rate:>8,.0f} a second", file=sys.stderr, flush=True)

    for number in range(1, options.rounds + 1):
        for load in loads:
            took(number, load.name, take_turn(options, load, f"{number}-{load.accounts}"))
        for name, loop in loops.items():
            took(number, name, committed(loop))
    return measured


def cost(options: Options, hello: Server, flows: Sequence[Server]) -> dict[str, list[Costs]]:
    """What each step costs each server, some rounds of it, in turns."""
    found: dict[str, list[Costs]] = {server.name: [] for server in (hello, *flows)}
    for number in range(1, options.rounds + 1):
        for server in (hello, *flows):
            job = Job(
                kind="order",
                port=server.port,
                pid=server.pid,
                postmaster=server.postmaster,
                clients=options.clients,
                seconds=ROUNDS_OF_STEPS,
                warmup=0,
                tag=f"{number}",
                keys=server.keys or SOMEBODY,
            )
            asked = (sys.executable, "-m", "bench.steps")
            done = subprocess.run(
                asked, cwd=ROOT, input=msgspec.json.encode(job), stdout=subprocess.PIPE, timeout=120, check=True
            )
            found[server.name].append(msgspec.json.decode(done.stdout, type=Costs))
            if said := found[server.name][-1].failures:
                raise SystemExit(f"{server.name} did not answer as it should:\n" + "\n".join(said))
            print(f"round {number}: {server.name:<10} {found[server.name][-1].mean:>8,.0f} µs a request",
                  file=sys.stderr, flush=True)  # fmt: skip
    return found


def compare(options: Options, *, with_postgresql: bool) -> str:
    """Start the servers, measure, and tell."""
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        hello = stack.enter_context(servers.hello(folder))
        flows = [stack.enter_context(servers.ordain("sqlite", folder))]
        release = ""
        loops: Loops = {table.commits_of("sqlite"): partial(commits.sqlite, folder, COMMITTING)}
        if with_postgresql:
            url, other = stack.enter_context(servers.postgresql(folder))
            release = servers.postgresql_version(url)
            loops[table.commits_of("postgresql")] = partial(
                commits.postgresql, url, servers.postmaster(url), COMMITTING
            )
            flows.append(stack.enter_context(servers.ordain("postgresql", folder, url)))
            flows.append(stack.enter_context(servers.ordain("postgresql-2", folder, other, processes=2)))
        counted = uvloop.run(statements.count(folder))
        measured = measure(options, hello, flows, loops)
        costs = cost(options, hello, flows[:2])  # the clock of a step is that of one process
        for server in flows:
            said = server.complaints()
            print(f"{server.name} logged {len(said)} errors", *said[:3], sep="\n", file=sys.stderr)
        memory = {
            server.name: Memory(started_in=server.started_in, at_rest=server.at_rest, after=server.memory())
            for server in (hello, *flows)
        }
    lines = [
        f"{table.machine(release)}.",
        "",
        (
            f"{table.of_rounds(options.rounds)} of {options.seconds:g} s, {options.clients} clients"
            f" of {min(options.clients, servers.ACCOUNTS)} accounts; load average of the machine before: {before:.1f}."
        ),
        "",
        *table.overall(measured),
        "",
        *table.steps(measured),
        "",
        *table.step_costs(costs, counted),
        "",
        *table.costs(measured, memory),
    ]
    return "\n".join(lines)


def profile(options: Options, seconds: float) -> str:
    """The order flow on SQLite with cProfile around the server."""
    with tempfile.TemporaryDirectory(prefix="ordain-bench-") as name:
        folder, file = Path(name), Path(name) / "profile"
        with servers.ordain("sqlite", folder, python=(*PROFILED, str(file))) as server:
            turn = take_turn(
                msgspec.structs.replace(options, seconds=seconds), Loaded("profile", server, "order"), "profile"
            )
        requests = round(turn.load.rate * (turn.load.seconds + WARMUP))
        said = f"{turn.load.rate:,.0f} requests/s under cProfile, which makes all that is Python dearer."
        return "\n".join([said, "", *profiling.told(file, requests)])


def revision() -> str:
    """What of the project was measured; the page to which parts before this one have added is not looked at."""
    command = "git describe --always"
    told = subprocess.run(command.split(), cwd=ROOT, stdout=subprocess.PIPE, check=False)
    changed = f"git diff --quiet HEAD -- . :!{table.PAGE.relative_to(ROOT)}"
    dirty = "-dirty" * (subprocess.run(changed.split(), cwd=ROOT, check=False).returncode == 1)
    return (told.stdout.decode().strip() or "no revision") + dirty


@click.command()
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20))
@click.option("--seconds", default=5.0, show_default=True, type=click.FloatRange(0.5, 60), help="Of each load.")
@click.option("--clients", default=64, show_default=True, type=click.IntRange(1, 512))
@click.option("--no-postgresql", is_flag=True, help="SQLite alone.")
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
@click.option("--profile", "profiled", is_flag=True, help="Instead, profile the server under the load on SQLite.")
def main(*, no_postgresql: bool, record: bool, profiled: bool, **given: float) -> None:
    """Measure the order flow beside a bare ASGI hello, in one run."""
    options = msgspec.convert(given, Options)
    options = msgspec.structs.replace(options, rounds=table.rounds(options.rounds, record=record))
    if profiled:
        print(profile(options, options.seconds))
        return
    text = compare(options, with_postgresql=not no_postgresql)
    print(text)
    if record:
        table.record(text, revision())


if __name__ == "__main__":
    main()
