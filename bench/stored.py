"""Orders, step by step, by how many carts and orders of others are stored already."""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from bench import filling, servers
from bench.clocks import postgresql_seconds, processor_time
from bench.driver import Names, order
from bench.job import ORDER_STEPS
from bench.line import cart_of, hello, line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.servers import Server

ORDERS = 60
"""Orders through all steps in a round."""

CPU = "the server's CPU for an order, with its delivery"
POSTGRESQL_CPU = "PostgreSQL's CPU for it"

Times = dict[str, list[float]]
"""Milliseconds by step, and by whose CPU."""


class Stored(NamedTuple):
    """What was measured on one engine, the empty database first."""

    counts: tuple[int, ...]
    rows: tuple[int, ...]
    """That were made for so many."""
    rounds: list[list[Times]]
    """Of each database."""
    hellos: list[float]
    """Of each round."""


def orders(server: Server, tag: str) -> Times:
    """The milliseconds of each step for some orders, one after the other, and of processors for each."""
    names, before = Names(f"stored{tag}"), processor_time(server.pid)
    theirs = postgresql_seconds(server.postmaster)
    with line(server) as (one, signer):
        flow = order(signer, names.name, names.paid)
        step, request = next(flow)
        times: Times = {name: [] for name in ORDER_STEPS}
        for _ in range(ORDERS * len(ORDER_STEPS)):
            body, took = one.ask(request)
            times[ORDER_STEPS[step]].append(took * 1000)
            step, request = flow.send(body)
    server.settle(30)
    times[CPU] = [(processor_time(server.pid) - before) / ORDERS * 1000]
    if server.postmaster:
        times[POSTGRESQL_CPU] = [(postgresql_seconds(server.postmaster) - theirs) / ORDERS * 1000]
    return times


def used(folder: Path, name: str, count: int, url: str) -> int:
    """A database in which somebody has ordered a name, `count` times over; the rows that made."""
    with servers.ordain(name, folder, url) as server, line(server) as (one, signer):
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
    start = time.perf_counter()
    copied = filling.Copied(path.rsplit(b"/", 1)[1].decode(), nic.decode(), count)
    rows = filling.postgresql(url, copied) if url else filling.sqlite(folder / name / "ordain.db", copied)
    if rows < count:
        message = f"{name}: only {rows:,} rows were made for {count:,} orders"
        raise SystemExit(message)
    print(f"{name}: {rows:,} rows, made in {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return rows


def measure(folder: Path, engine: str, counts: Sequence[int], urls: Sequence[str], rounds: int) -> Stored:
    """Fill a database for each count, and order on each in turns. `urls`: of PostgreSQL's databases, "" for files."""
    names = [f"{engine}-{count}" for count in counts]
    rows = [used(folder, *of) for of in zip(names, counts, urls, strict=True)]
    found: list[list[Times]] = [[] for _ in counts]
    hellos = []
    with ExitStack() as stack:
        bare = stack.enter_context(servers.hello(folder))
        flows = [stack.enter_context(servers.ordain(name, folder, url)) for name, url in zip(names, urls, strict=True)]
        for number in range(rounds + 1):  # the first warms up
            hellos.append(hello(bare))
            for place in range(len(flows)):
                each = (place + number) % len(flows)  # who is first is another one every time
                found[each].append(orders(flows[each], f"{number}"))
    return Stored(tuple(counts), tuple(rows), [each[1:] for each in found], hellos[1:])


def told(found: Stored) -> list[str]:
    """Each step by what is stored, and against nothing stored."""
    heads = [f"{count:,} stored" if count else "nothing stored" for count in found.counts]
    lines = [f"| step | {' | '.join(heads)} | of nothing stored |", f"| --- |{' ---: |' * (len(heads) + 1)}"]
    lines += [
        _row(step, [[statistics.median(one[step]) for one in each] for each in found.rounds]) for step in ORDER_STEPS
    ]
    totals = [[sum(statistics.median(one[step]) for step in ORDER_STEPS) for one in each] for each in found.rounds]
    lines.append(_row("**an order**", totals))
    for whose in (CPU, POSTGRESQL_CPU):
        if whose in found.rounds[0][0]:
            lines.append(_row(whose, [[one[whose][0] for one in each] for each in found.rounds]))
    in_hellos = statistics.median(mine / bare for mine, bare in zip(totals[0], found.hellos, strict=True))
    lines += ["", f"An order is {in_hellos:.0f} hellos, nothing being stored."]
    return lines


def _row(step: str, each: list[list[float]]) -> str:
    """Medians of the rounds, and the medians of the ratios within a round."""
    ratios = ", ".join(
        f"{statistics.median(mine / base for mine, base in zip(rounds, each[0], strict=True)):.2f}"
        for rounds in each[1:]
    )
    return f"| {step} | {' | '.join(f'{statistics.median(rounds):.2f} ms' for rounds in each)} | {ratios} |"
