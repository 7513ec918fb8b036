"""Processes are killed at random instants during 200 order flows: nothing acknowledged is lost or bought twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crash.storm import (
    LEASE_SECONDS,
    Chaos,
    Weather,
    customers_of,
    judged,
    looked_back,
    ordered,
    report,
    seed_of_today,
    shoppers,
)
from tests.engines import run
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.customer import Customer

WEATHER = Weather(flows=200, kills=8, pauses=2)
DELAY = "0.25"


@pytest.fixture
def crashing(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose leases are short and whose registry takes its time. Once per engine."""
    with installed(
        tmp_path, database_url, sandbox_delay=DELAY, lease=str(LEASE_SECONDS), log="warning"
    ) as installation:
        yield installation


def test_nothing_is_lost_or_bought_twice_when_processes_are_killed(crashing: Installation) -> None:
    seed = seed_of_today()
    people = run(shoppers(crashing))
    customers = customers_of(WEATHER, seed, people, (crashing.port, None))
    chaos = Chaos(crashing, seed, WEATHER)
    found = run(ordered(chaos, WEATHER, customers))
    crashing.close()
    crashing.up()
    found += run(looked_back(customers))
    assert set(crashing.down()) == {0}
    found += run(judged(crashing, customers, people))
    if found:
        pytest.fail(f"ORDAIN_CRASH_SEED={seed}\n{report(crashing, chaos, found, customers)}", pytrace=False)
    assert chaos.kills >= WEATHER.kills
    assert_everything_happened(customers)


def assert_everything_happened(customers: list[Customer]) -> None:
    """The test would prove little if nothing had been delivered, refunded, refused or lost on the way."""
    ends = [customer.seen[-1] for customer in customers if customer.seen]
    assert ends.count("delivered") > WEATHER.flows / 3
    assert ends.count("cancelled") > 5
    assert "notPaid" in ends
    assert sum(" -> lost" in line for customer in customers for line in customer.story) > WEATHER.flows / 4
    assert sum(len(customer.known.changed) for customer in customers) > WEATHER.flows / 8
    assert sum(customer.plan.twice for customer in customers) > WEATHER.flows / 8
