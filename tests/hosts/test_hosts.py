"""Two hosts run Ordain on one PostgreSQL, that hangs, dies and is replaced by its replica while orders are placed."""

from __future__ import annotations

import os
import random
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.crash.storm import (
    Weather,
    customers_of,
    judged,
    looked_back,
    ordered,
    report,
    seed_of_today,
    shoppers,
)
from tests.crash.verdict import Finding
from tests.engines import run
from tests.hosts.network import two_hosts
from tests.hosts.outages import Outages, misformed
from tests.hosts.servers import replicate, servers
from tests.hosts.serving import Elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.customer import Customer
    from tests.hosts.network import Host

ACTS = ("hang", "die", "restart", "alone", "unplug")
ROUNDS = int(os.environ.get("ORDAIN_OUTAGES", "0"))
"""How many acts there are, drawn at random. A short run has three: those that nobody hears of until they ask."""
WEATHER = Weather(flows=40 + 12 * ROUNDS, kills=0, pauses=0, over=20 + 10 * ROUNDS, settled=180)


def drawn(seed: int) -> list[str]:
    """What happens before the replica takes over."""
    chance = random.Random(seed)
    return [chance.choice(ACTS) for _ in range(ROUNDS)] or ["hang", "die", "unplug"]


@contextmanager
def serving(hosts: tuple[Host, Host], database: str, folder: Path) -> Iterator[list[Elsewhere]]:
    """An Ordain on each host, with its worker in it."""
    with ExitStack() as stack:
        started = []
        for number, host in enumerate(hosts):
            own = folder / str(number)
            own.mkdir()
            changed = {"sandbox_delay": "0.25", "lease": "5", "log": "warning"}
            one = stack.enter_context(closing(Elsewhere(host, own, database, state=str(folder / "state"), **changed)))
            one.wait_for_answer(one.start("serve"))
            started.append(one)
        yield started


@pytest.mark.needs("network namespaces")
def test_nothing_acknowledged_is_lost_when_the_database_hangs_dies_and_is_replaced(tmp_path: Path) -> None:
    seed = seed_of_today()
    with two_hosts() as hosts, servers(*hosts) as pair:
        run(replicate(*pair, "ordain"))
        database = f"postgresql://postgres@{hosts[0].address},{hosts[1].address}/ordain?target_session_attrs=read-write"
        with serving(hosts, database, tmp_path) as both:
            people = run(shoppers(both[0]))
            customers = customers_of(WEATHER, seed, people, *((one.port, one.host.door) for one in both))
            outages = Outages(pair, both, drawn(seed), seed)
            for customer in customers[::4]:
                customer.plan.after = outages.last
            found = run(ordered(outages, WEATHER, customers))
            # It is by the same processes, never started again, that everything is still found.
            found += run(looked_back(customers))
            assert [code for one in both for code in one.down()] == [0, 0]
            found += run(judged(both[0], customers, people))
            found += [Finding(None, sentence) for sentence in (*outages.untruths(), *misformed(customers))]
            if found:
                pytest.fail(f"ORDAIN_CRASH_SEED={seed}\n{report(both[0], outages, found, customers)}", pytrace=False)
    print(f"\n{figures(outages, customers)}")  # noqa: T201 - the figures of a run by hand
    assert_everything_happened(customers)


def figures(outages: Outages, customers: list[Customer]) -> dict[str, int]:
    """What a run came to."""
    ends = [customer.seen[-1] for customer in customers if customer.seen]
    troubles = [trouble.status for customer in customers for trouble in customer.troubles]
    return {
        "outages": outages.kills + 1,
        "delivered": ends.count("delivered"),
        "cancelled": ends.count("cancelled"),
        "answers": sum(len(customer.story) for customer in customers),
        "told to try again": troubles.count(503),
        "told to look": troubles.count(504),
        "lost": sum(" -> lost" in line for customer in customers for line in customer.story),
        "said not to be ready": sum(not reading.ready for reading in outages.readings),
    }


def assert_everything_happened(customers: list[Customer]) -> None:
    """The test would prove little if nobody had noticed anything."""
    ends = [customer.seen[-1] for customer in customers if customer.seen]
    assert ends.count("delivered") > WEATHER.flows / 3
    assert any(trouble.status == 503 for customer in customers for trouble in customer.troubles)
