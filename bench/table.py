"""What was measured, as the Markdown that is printed and kept in docs/performance.md."""

from __future__ import annotations

import os
import platform
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
from msgspec import Struct

from bench.job import ORDER_STEPS, Costs, Load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
NAMES = {
    "get": "hello, GET",
    "post": "hello, small POST",
    "ceiling": "hello, driven with the order flow",
    "sqlite": "**order flow, SQLite**",
    "postgresql": "**order flow, PostgreSQL**",
    "postgresql-2": "order flow, PostgreSQL, 2 processes",
    "sqlite, one account": "order flow of one account, SQLite",
    "postgresql, one account": "order flow of one account, PostgreSQL",
    "postgresql-2, one account": "order flow of one account, PostgreSQL, 2 processes",
}


OVERALL = ("load", "requests/s", "of hello GET", "of hello, same clients", "orders of commits", "rounds", "p50",
           "p99", "driver CPU", "server CPU", "PostgreSQL CPU", "a request", "PostgreSQL, a request")  # fmt: skip
RECORDED_ROUNDS = 5
"""What is kept is the median of at least so many."""
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def commits_of(engine: str) -> str:
    """How the raw loop of commits of an engine is called among the loads."""
    return f"{engine}, commits"


NAMES |= {commits_of(engine): f"durable commits in a loop, {told}" for engine, told in ENGINES.items()}


class Turn(Struct, frozen=True, kw_only=True):
    """One load in one round, and what was left to do after it."""

    load: Load
    settled: float
    """Seconds the server still worked after the load, on orders that were paid and not yet delivered."""
    placed: int
    """Of the clients' last orders, how many there are …"""
    delivered: int
    """… and how many were then delivered."""


class Memory(Struct, frozen=True, kw_only=True):
    """A server's start and its memory in megabytes."""

    started_in: float
    at_rest: float
    after: float


def middle(turns: Iterable[Turn]) -> float:
    """Median of the rounds' requests a second."""
    return statistics.median(turn.load.rate for turn in turns)


def overall(measured: dict[str, list[Turn]]) -> list[str]:
    """Requests (or commits) a second, and their ratios to hello and to a loop of commits of the same round."""
    lines = [
        f"| {' | '.join(OVERALL)} |",
        f"| --- |{' ---: |' * (len(OVERALL) - 1)}",
    ]
    for name, turns in measured.items():
        rates = [turn.load.rate for turn in turns]
        times = [t for turn in turns for step in turn.load.steps.values() for t in step]
        lines.append(
            f"| {NAMES[name]} | {middle(turns):,.0f}"
            f" | {ratio(turns, measured['get']):.3f} | {ratio(turns, measured['ceiling']):.3f}"
            f" | {_of_commits(name, measured)}"
            f" | {', '.join(f'{rate:,.0f}' for rate in rates)}"
            f" | {ms(at(times, 50))} | {ms(at(times, 99))}"
            f" | {statistics.median(t.load.cpu / t.load.seconds for t in turns):.0%}"
            f" | {' | '.join(_cpu_of(turns))} |"
        )
    return lines


def _cpu_of(turns: Sequence[Turn]) -> list[str]:
    """The server's and PostgreSQL's shares of a core, and what a request costs each: nothing where there is none."""
    loads = [turn.load for turn in turns]
    spent = [[load.server_cpu for load in loads], [load.postgresql_cpu for load in loads]]
    shares = [statistics.median(cpu / load.seconds for cpu, load in zip(each, loads, strict=True)) for each in spent]
    costs = [statistics.median(cpu / load.requests for cpu, load in zip(each, loads, strict=True)) for each in spent]
    return [
        *(f"{share:.0%}" if share else "-" for share in shares),
        *(f"{cost * 1e6:,.0f} µs" if cost else "-" for cost in costs),
    ]


def _of_commits(name: str, measured: dict[str, list[Turn]]) -> str:
    """Orders a second by commits a second of the same engine, one after the other."""
    engine = name.partition(",")[0].partition("-")[0]
    if engine not in ENGINES or name == commits_of(engine):
        return "-"
    return f"{ratio(measured[name], measured[commits_of(engine)]) / len(ORDER_STEPS):.3f}"


def ratio(turns: Sequence[Turn], hello: Sequence[Turn]) -> float:
    """Median over the rounds of the ratio within a round."""
    return statistics.median(turn.load.rate / bare.load.rate for turn, bare in zip(turns, hello, strict=True))


def steps(measured: dict[str, list[Turn]]) -> list[str]:
    """Times of each step of the order flow, all rounds together."""
    flows = [name for name in measured if name in ("sqlite", "postgresql")]
    head = "".join(f" {name} p50 | p99 |" for name in flows)
    lines = [f"| step |{head} answer, bytes |", "| --- |" + " ---: |" * (2 * len(flows) + 1)]
    for step in ORDER_STEPS:
        cells = ""
        for name in flows:
            times = [t for turn in measured[name] for t in turn.load.steps[step]]
            cells += f" {ms(at(times, 50))} | {ms(at(times, 99))} |"
        lines.append(f"| {step} |{cells} {measured[flows[0]][-1].load.sizes[step]:,} |")
    return lines


def step_costs(found: dict[str, list[Costs]], statements: dict[str, int]) -> list[str]:
    """Processor time of the server for a request of each step alone, also in hellos of the same round."""
    (hello, bare), *flows = found.items()
    heads = [head for name, _ in flows for head in (f"{name}, µs", "in hellos")]
    heads += ["PostgreSQL's own, µs"] * ("postgresql" in found) + ["statements"]
    lines = [f"| step | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads)]
    own = found.get("postgresql", [])
    for step in ORDER_STEPS:
        cells = "".join(_cost([turn.each(step) for turn in turns], bare) for _, turns in flows)
        cells += _own([turn.postgresql_each(step) for turn in own])
        lines.append(f"| {step}{' and delivery' * (step == 'POST pay')} |{cells} {statements[step]} |")
    cells = "".join(_cost([turn.mean for turn in turns], bare) for _, turns in flows)
    cells += _own([statistics.mean(map(turn.postgresql_each, ORDER_STEPS)) for turn in own])
    lines.append(f"| **mean** |{cells} {statistics.mean(statements.values()):.1f} |")
    lines.append(f"| {hello} | {statistics.median(turn.mean for turn in bare):.0f} | 1.0 |" + " - |" * (len(heads) - 2))
    return lines


def _cost(each: list[float], bare: list[Costs]) -> str:
    ratios = [mine / turn.mean for mine, turn in zip(each, bare, strict=True)]
    return f" {statistics.median(each):,.0f} | {statistics.median(ratios):.1f} |"


def _own(each: list[float]) -> str:
    return f" {statistics.median(each):,.0f} |" if each else ""


def costs(measured: dict[str, list[Turn]], memory: dict[str, Memory]) -> list[str]:
    """Start, memory, and how far delivery stays behind."""
    lines = [
        "| server | first answer after | memory at rest | after the load | orders/s | worked on for | last orders |",
        f"| --- |{' ---: |' * 6}",
    ]
    for name, used in memory.items():
        flow = measured.get(name)
        orders = f"{middle(flow) / len(ORDER_STEPS):,.0f}" if flow else "-"
        settled = f"{statistics.median(t.settled for t in flow):.1f} s" if flow else "-"
        done = f"{sum(t.delivered for t in flow)} of {sum(t.placed for t in flow)} delivered" if flow else "-"
        lines.append(
            f"| {name} | {used.started_in * 1000:,.0f} ms | {used.at_rest:.0f} MB | {used.after:.0f} MB"
            f" | {orders} | {settled} | {done} |"
        )
    return lines


def machine(postgresql: str) -> str:
    """What all this ran on."""
    parts = [
        f"{os.cpu_count()} cores, {_cpu()}",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("uvicorn", "uvloop", "httptools", "msgspec", "apsw", "asyncpg")),
        f"SQLite {apsw.sqlite_lib_version()}",
    ]
    return ", ".join([*parts, f"PostgreSQL {postgresql}"] if postgresql else parts)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )


def rounds(asked: int, *, record: bool) -> int:
    """How many rounds there are: more than were asked for where that were too few to be kept."""
    return max(asked, RECORDED_ROUNDS) if record else asked


def of_rounds(count: int) -> str:
    """How many rounds there were, in words."""
    return f"{count} round{'s' * (count != 1)}"


def record(text: str, revision: str) -> None:
    """Append a dated section to docs/performance.md."""
    before = PAGE.read_text()
    now = datetime.now(UTC)
    PAGE.write_text(f"{before.rstrip()}\n\n## {now:%Y-%m-%d %H:%M} UTC, {revision}\n\n{text}\n")


def at(times: Sequence[int], percent: int) -> int:
    """A percentile; 0 of nothing."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0


def ms(microseconds: int) -> str:
    """Microseconds as milliseconds."""
    return f"{microseconds / 1000:.1f} ms"
