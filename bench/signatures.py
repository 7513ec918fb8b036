"""The bench of signatures: what a signed call costs beside the same call unsigned, in one run.

`make bench`, or `python bench/signatures.py --help`. The call is `/auth/time`, which does nothing else and hears who
signed if somebody did. Hello is sent both as well: what the longer request alone costs. On 127.0.0.1 only.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import uvloop

sys.path[0] = str(Path(__file__).parents[1])  # run as a script, and yet a package

from bench import servers, table  # noqa: E402 - known from the line above on
from bench.driver import TIME  # noqa: E402 - found by the line above
from bench.job import Job, Keys  # noqa: E402 - found by the line above
from bench.order_flow import SOMEBODY, WARMUP, driven, revision  # noqa: E402 - found by the line above
from ordain import app, settings  # noqa: E402 - found by the line above
from ordain.api import callers, signature  # noqa: E402 - found by the line above
from ordain.api.server import Request  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bench.job import Kind, Load
    from bench.servers import Server

CLIENTS = 64
CALLS = 2000
"""Of a function in a round."""
HOST = "127.0.0.1:1"
ADDRESS = f"http://{HOST}{TIME.decode()}"
LOADS: tuple[tuple[str, str, Kind], ...] = (
    ("hello", "hello", "get"),
    ("hello, sent a signed request", "hello", "signed time"),
    ("`/auth/time`", "sqlite", "time"),
    ("`/auth/time`, signed", "sqlite", "signed time"),
)


def loaded(server: Server, kind: Kind, seconds: float) -> Load:
    """One load of one kind."""
    job = Job(kind=kind, port=server.port, pid=server.pid, clients=CLIENTS, seconds=seconds, warmup=WARMUP, tag="",
              keys=server.keys or SOMEBODY)  # fmt: skip
    return driven(server, job, seconds)


class Functions(NamedTuple):
    """What functions alone take, in microseconds of the processor."""

    check: float
    """`api/signature.check`: the hash and its comparison."""
    known: float
    """`api/callers.find` of somebody who is known by heart."""
    unknown: float
    """The same of somebody who has to be looked up, as everybody is once a second."""


def signed_by(keys: Keys) -> tuple[signature.Signed, Request]:
    """A signed request for the time as the API has it."""
    now = str(int(time.time()))
    digest = hashlib.sha1(
        f"{keys.application_secret}+{keys.consumer_key}+GET+{ADDRESS}++{now}".encode(), usedforsecurity=False
    ).hexdigest()
    signed = signature.Signed(keys.application_key, keys.consumer_key, now, f"$1${digest}", "GET", b"")
    headers = {
        "host": HOST,
        "x-ovh-application": keys.application_key,
        "x-ovh-consumer": keys.consumer_key,
        "x-ovh-timestamp": now,
        "x-ovh-signature": signed.signature,
    }
    wire = {name.encode(): value.encode() for name, value in headers.items()}
    return signed, Request("GET", TIME.decode(), "/auth/time", wire, "http", "127.0.0.1", b"")


async def functions(folder: Path, rounds: int) -> list[Functions]:
    """Each function, some rounds of it, in turns, on a SQLite database of their own."""
    of = settings.read({"ORDAIN_STATE": str(folder / "functions"), "ORDAIN_LISTEN": HOST})
    async with app.opened(of) as engine:
        keys = await servers.customer(engine)
        signed, request = signed_by(keys)

        async def check() -> None:
            urls = signature.addresses("http", HOST, TIME.decode(), engine.public_url)
            signature.check(signed, keys.application_secret, urls)

        async def known() -> None:
            await callers.find(engine, request, engine.clock(), authenticated=False)

        async def unknown() -> None:
            engine.signers.forget(lambda _: True)
            await known()

        await _each(known)  # warms up
        return [Functions(await _each(check), await _each(known), await _each(unknown)) for _ in range(rounds)]


async def _each(function: Callable[[], Awaitable[None]]) -> float:
    start = time.process_time()
    for _ in range(CALLS):
        await function()
    return (time.process_time() - start) / CALLS * 1e6


def measure(rounds: int, seconds: float) -> str:
    """Start the servers, measure in turns, and tell."""
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ordain-bench-")))
        alone = uvloop.run(functions(folder, rounds))
        by_name = {
            "hello": stack.enter_context(servers.hello(folder)),
            "sqlite": stack.enter_context(servers.ordain("sqlite", folder)),
        }
        found: dict[str, list[Load]] = {name: [] for name, _, _ in LOADS}
        for number in range(rounds):
            for name, server, kind in LOADS:
                found[name].append(loaded(by_name[server], kind, seconds))
                rate = found[name][-1].rate
                print(f"round {number + 1}: {name:<30} {rate:>8,.0f} a second", file=sys.stderr, flush=True)
    lines = [
        f"{table.machine('')}.",
        "",
        (
            f"{table.of_rounds(rounds)} of {seconds:g} s, {CLIENTS} clients of as many accounts;"
            f" load average before: {before:.1f}."
        ),
        "",
        *told(found, alone),
    ]
    return "\n".join(lines)


def told(found: dict[str, list[Load]], alone: list[Functions]) -> list[str]:
    """The calls, the differences between them, and the functions alone."""
    spent = {name: [load.server_cpu / load.requests * 1e6 for load in loads] for name, loads in found.items()}
    hello, longer, unsigned, signed = spent.values()
    lines = ["| | requests/s | server CPU | in hellos |", "| --- | ---: | ---: | ---: |"]
    for name, loads in found.items():
        rate = statistics.median(load.rate for load in loads)
        lines.append(f"| {name} | {rate:,.0f} | {_cost(spent[name], hello)}")
    whole = [mine - other for mine, other in zip(signed, unsigned, strict=True)]
    parsed = [mine - other for mine, other in zip(longer, hello, strict=True)]
    lines.append(f"| **what the signature costs** | - | {_cost(whole, hello)}")
    lines.append(f"| of which reading the longer request | - | {_cost(parsed, hello)}")
    for name, each in (
        ("the signature's check alone", [one.check for one in alone]),
        ("who signed, known by heart, with the check", [one.known for one in alone]),
        ("who signed, looked up, with the check", [one.unknown for one in alone]),
    ):
        lines.append(f"| {name} | - | {_cost(each, hello)}")
    return lines


def _cost(each: list[float], hello: list[float]) -> str:
    ratios = [mine / bare for mine, bare in zip(each, hello, strict=True)]
    return f"{statistics.median(each):.1f} µs | {statistics.median(ratios):.2f} |"


@click.command()
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 20))
@click.option("--seconds", default=2.0, show_default=True, type=click.FloatRange(0.5, 60), help="Of each load.")
@click.option("--record", is_flag=True, help="Append the result to docs/performance.md.")
def main(*, rounds: int, seconds: float, record: bool) -> None:
    """Measure signed calls beside unsigned ones and a bare ASGI hello, in one run."""
    text = measure(table.rounds(rounds, record=record), seconds)
    print(text)
    if record:
        table.record(text, f"signatures, {revision()}")


if __name__ == "__main__":
    main()
