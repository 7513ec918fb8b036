"""Whatever is sent, the answer is one that the published description declares: `make fuzz` for 20,000 requests."""

from __future__ import annotations

import logging
import os
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from msgspec import structs
from requests import PreparedRequest
from schemathesis import Response
from schemathesis.core.failures import FailureGroup

from ordain.flows import applications
from tests.api.contract import AREAS, visited
from tests.fuzz import made_up
from tests.fuzz.made_up import Known, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import Answer, World

log = logging.getLogger(__name__)

CASES = int(os.environ.get("FUZZ_CASES", "700"))
"""In all, half of them on each engine."""
EACH = 350
"""To one world: what was deleted in it is there again in the next."""


@pytest.mark.parametrize("number", range(-(-CASES // (2 * EACH))))
def test_every_answer_is_one_that_is_declared(number: int, world: World, caplog: pytest.LogCaptureFixture) -> None:
    known = settled(world)
    findings: dict[str, str] = {}
    statuses: Counter[int] = Counter()

    @seed(number)
    @settings(max_examples=EACH, phases=[Phase.generate], database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(made_up.requests(known))
    def try_it(made: Request) -> None:
        if statuses.total() % 25 == 0:
            go_on(world)
        answer = sent(world, made)
        statuses[answer.status] += 1
        for fault in faults(made, answer):
            trouble = "".join(str(record.exc_text) for record in caplog.records if record.exc_info)
            sent_as = f"{made.target} {made.raw[:300]!r} as {made.who}"
            findings[f"{made.case.operation.label}: {fault}"] = f"{sent_as}\n{answer.raw[:300]!r}\n{trouble[-1500:]}"
        caplog.clear()

    try_it()
    log.info("%d requests, by status: %s", statuses.total(), dict(sorted(statuses.items())))
    assert not findings, "\n\n".join(f"{fault}\n{how}" for fault, how in sorted(findings.items()))


def settled(world: World) -> Known:
    """A world in which every route was called once, and what its people have."""
    world.use(structs.replace(world.engine, requests_a_minute=10**9))
    bodies, seen = defaultdict(list), defaultdict(list)
    for area in AREAS:
        for visit in visited(area, world):
            method, template = visit.route.split(" ")
            answer = world.call(method, visit.path, visit.who, body=visit.body)
            if answer.status == 200 and visit.body is not None:
                bodies[visit.route].append(visit.body)
            for name, value in zip(template.split("/"), visit.path.split("/"), strict=False):
                if name.startswith("{"):
                    seen[name[1:-1]].append(value)

    def places(path: str, pick: int) -> dict[str, str]:
        """What the lists above each parameter have, as a client would find it; else what a visit once had."""
        found: dict[str, str] = {}
        at = ""
        for segment in path.removeprefix("/1.0")[1:].split("/"):
            if not segment.startswith("{"):
                at += f"/{segment}"
                continue
            name = segment[1:-1]
            values = listed(world, at, name) or seen[name] or ["1"]
            found[name] = values[pick % len(values)]
            at += f"/{found[name]}"
        return found

    return Known(bodies, places)


def listed(world: World, path: str, name: str) -> list[str]:
    """The keys that a list of camille's has, as they stand in paths."""
    answer = world.get(path)
    if answer.status != 200 or not isinstance(answer.body, list):
        return []
    keys = [each.get(name, each.get("id")) if isinstance(each, dict) else each for each in answer.body]
    return [quote(str(key), safe="") for key in keys if key is not None]


def go_on(world: World) -> None:
    """Time passes, what is due is done, and whoever's keys were deleted gets new ones."""
    world.pass_time(hours=1)
    world.deliver(steps=1000)
    world.bill()
    for who, nic in world.nics.items():
        again = applications.create(world.engine, nic, applications.Named("again"), world.now)
        world.keys[who] = world.runner.run(again)


def sent(world: World, made: Request) -> Answer:
    """The answer to a request, signed if it is somebody's."""
    headers = world.signed(made.method, made.target, made.raw, made.who) if made.who else {}
    return world.send(made.method, made.target, made.raw, made.headers | headers)


def faults(made: Request, answer: Answer) -> Iterator[str]:
    """What of an answer is not as declared."""
    if answer.status >= 500:
        yield f"a server's error, {answer.status}"
        return
    if not re.fullmatch(r"ORDAIN\.ext-1\.\S+", answer.headers.get("x-ovh-queryid", "")):
        yield "no X-Ovh-QueryID"
    if str(answer.status) not in made.case.operation.definition.raw["responses"]:
        yield f"{answer.status} is not declared"
        return
    if answer.status == 304:
        yield from ["a body with 304"] if answer.raw else []
        return
    if answer.headers.get("content-type") != "application/json; charset=utf-8":
        yield "not JSON"
    headers = {name: [value] for name, value in answer.headers.items()}
    response = Response(answer.status, headers, answer.raw, PreparedRequest(), elapsed=0, verify=False)
    try:
        made.case.operation.validate_response(response)
    except FailureGroup as failures:
        yield from (f"{answer.status} {str(each)[:300]}" for each in failures.exceptions)
